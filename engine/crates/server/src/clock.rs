//! The real clock: the one place that reads the time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use phytohub_domain::{Clock, Timestamp};
use phytohub_exchange::{Alarm, Boxed};
use tokio::time::timeout;

/// The machine's clocks.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock whose monotonic time starts now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the Clock that others are given")]
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the Clock that others are given")]
    fn now(&self) -> Timestamp {
        // A machine set to before 1970 reads as 1970: the store refuses to run on such a clock.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }
}

impl Alarm for SystemClock {
    fn at(&self, monotonic: Duration) -> Boxed<()> {
        let left = monotonic.saturating_sub(self.monotonic());
        Box::pin(async move {
            // Nothing is awaited but the time.
            let _ = timeout(left, std::future::pending::<()>()).await;
        })
    }
}
