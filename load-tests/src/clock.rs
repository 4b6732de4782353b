//! The one place that asks for the time: here it is measured, never decided by.

use std::time::{Duration, Instant};

/// A running stopwatch.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts one.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a harness measures a real process in real time")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since its start.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// Returns so long after its start, or at once if that is over.
    pub async fn reaches(self, after: Duration) {
        tokio::time::sleep_until((self.0 + after).into()).await;
    }
}

impl Default for Stopwatch {
    fn default() -> Self {
        Self::start()
    }
}
