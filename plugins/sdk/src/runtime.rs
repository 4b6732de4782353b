//! A tokio runtime of the plugin's own. None is shared with the hub: the two have copies of tokio
//! that know nothing of each other.

use std::future::Future;
use std::time::Duration;

use crate::host::{Draft, Envelope};
use crate::{Error, Host, Result};

/// A runtime of the plugin's own: made in [`Plugin::start`](crate::Plugin::start), ended in
/// [`Plugin::quiesce`](crate::Plugin::quiesce), kept between in a `Mutex<Option<Runtime>>`.
#[derive(Debug)]
pub struct Runtime(tokio::runtime::Runtime);

impl Runtime {
    /// A runtime with so many threads for tasks; calls to the hub have up to
    /// [`BLOCKING_THREADS_MAX`] more, which end when they have nothing to do.
    ///
    /// # Errors
    ///
    /// The system gives no more threads.
    pub fn start(threads: usize) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads.max(1))
            .max_blocking_threads(BLOCKING_THREADS_MAX)
            .thread_name("plugin")
            .enable_all()
            .build()
            .map_err(|error| Error::unavailable("the runtime was not started").because(error))?;
        Ok(Self(runtime))
    }

    /// What tasks are spawned with.
    #[must_use]
    pub fn handle(&self) -> &tokio::runtime::Handle {
        self.0.handle()
    }

    /// Waits for a future, on a thread that is not the runtime's: in a hook.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }

    /// Ends all tasks at their next point of rest, and waits that long for calls that block.
    pub fn end(self, patience: Duration) {
        self.0.shutdown_timeout(patience);
    }
}

impl Host {
    /// Makes calls to the hub from a task: they block, and are made on a thread for that.
    ///
    /// `let value = host.run(|host| host.kv().get("key")).await?;`
    ///
    /// # Errors
    ///
    /// Those of the calls; [`Internal`](crate::ErrorKind::Internal) if they panicked or the runtime
    /// ended.
    pub async fn run<R: Send + 'static>(
        &self,
        calls: impl FnOnce(&Self) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        let host = self.clone();
        let task = tokio::task::spawn_blocking(move || host.scope(|| calls(&host)));
        task.await
            .map_err(|error| Error::internal("a call to the hub was not finished").because(error))?
    }

    /// [`Envelopes::submit`](crate::host::Envelopes::submit) from a task.
    ///
    /// # Errors
    ///
    /// As of that.
    pub async fn submit_async(
        &self,
        key: impl Into<Vec<u8>>,
        draft: Draft<'static>,
    ) -> Result<Envelope> {
        let key = key.into();
        self.run(move |host| host.envelopes().submit(key, &draft)).await
    }
}

/// Threads on which calls to the hub block, at most: several times what a hub grants at once.
pub const BLOCKING_THREADS_MAX: usize = 32;
