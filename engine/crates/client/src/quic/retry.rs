//! Asking again what may pass, by another connection if need be.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::{QuicClient, QuicError};

/// Attempts of one thing, with pauses between them that grow.
#[derive(Debug)]
pub(super) struct Retry {
    pause: Duration,
    deadline: Option<Instant>,
}

impl Retry {
    /// For as long as it takes.
    pub(super) const fn patient() -> Self {
        Self { pause: PAUSE_FIRST, deadline: None }
    }

    /// Until then.
    pub(super) const fn until(deadline: Instant) -> Self {
        Self { pause: PAUSE_FIRST, deadline: Some(deadline) }
    }

    /// Waits after an attempt that failed; gives the error back if another is of no use, or would
    /// come too late.
    pub(super) async fn after(
        &mut self,
        client: &QuicClient,
        error: QuicError,
    ) -> Result<(), QuicError> {
        let Some(wait) = error.pause(self.pause) else { return Err(error) };
        client.forget(&error).await;
        if self.deadline.is_some_and(|deadline| Instant::now() + wait >= deadline) {
            return Err(error);
        }
        // Nothing is awaited but the time.
        let _ = timeout(wait, std::future::pending::<()>()).await;
        self.pause = (self.pause * 2).min(PAUSE_MOST);
        Ok(())
    }
}

/// Between the first attempts: a hub that restarts is back in a moment.
const PAUSE_FIRST: Duration = Duration::from_millis(50);
/// Between later ones.
const PAUSE_MOST: Duration = Duration::from_secs(5);
