//! Work that blocks, kept off the reactor.

use phytohub_store::{Reach, ReadError};
use tokio::runtime::Handle;

use crate::CallError;

/// Reads the store: at once if all that is looked at lies in memory, as most of what is asked for
/// soon does, and else as [`read`] does.
pub(crate) async fn look<T, E>(
    work: impl Fn(Reach) -> Result<T, E> + Send + 'static,
) -> Result<T, CallError>
where
    T: Send + 'static,
    E: Into<CallError> + Send + 'static,
{
    match work(Reach::Memory).map_err(Into::into) {
        Err(CallError::Read(ReadError::OnDisk)) => read(move || work(Reach::Disk)).await,
        result => result.map_err(alert),
    }
}

/// Runs reads of the store where blocking does no harm: on a thread of the runtime's for that, or
/// here where there is no runtime, which is how simulations stay in order.
pub(crate) async fn read<T, E>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, CallError>
where
    T: Send + 'static,
    E: Into<CallError> + Send + 'static,
{
    let Ok(runtime) = Handle::try_current() else {
        return work().map_err(|error| alert(error.into()));
    };
    match runtime.spawn_blocking(work).await {
        Ok(result) => result.map_err(|error| alert(error.into())),
        Err(_) => Err(CallError::Closing),
    }
}

/// A record that cannot be read is for the operator to hear of; not one that was dropped in time.
pub(crate) fn alert(error: CallError) -> CallError {
    if let CallError::Read(cause) = &error
        && !matches!(cause, ReadError::Dropped)
    {
        tracing::error!(%cause, "a read of the store failed");
    }
    error
}
