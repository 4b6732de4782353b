//! A clock that stands still until it is moved.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use phytohub_domain::{Clock, Timestamp};
use phytohub_exchange::{Alarm, Boxed};
use tokio::sync::watch;

/// A clock set by the test; what waits for its time wakes when it is moved.
#[derive(Debug)]
pub struct FakeClock {
    times: Mutex<Times>,
    /// Monotonic time, for those that wait.
    moved: watch::Sender<Duration>,
}

#[derive(Clone, Copy, Debug)]
struct Times {
    now: Timestamp,
    monotonic: Duration,
}

impl FakeClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        let times = Mutex::new(Times { now, monotonic: Duration::ZERO });
        Self { times, moved: watch::channel(Duration::ZERO).0 }
    }

    /// Lets time pass: wall time and monotonic time move on.
    pub fn advance(&self, by: Duration) {
        let monotonic = {
            let mut times = self.times();
            times.now = times.now.plus(by);
            times.monotonic += by;
            times.monotonic
        };
        self.moved.send_modify(|moved| *moved = (*moved).max(monotonic));
    }

    /// Sets wall time alone, as somebody with the wrong battery would.
    pub fn set(&self, now: Timestamp) {
        self.times().now = now;
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for FakeClock {
    /// 2026-11-21, 10:11:12 UTC.
    fn default() -> Self {
        Self::at(Timestamp::from_millis(1_795_255_872_000))
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        self.times().now
    }

    fn monotonic(&self) -> Duration {
        self.times().monotonic
    }
}

impl Alarm for FakeClock {
    fn at(&self, monotonic: Duration) -> Boxed<()> {
        let mut moved = self.moved.subscribe();
        Box::pin(async move {
            if moved.wait_for(|now| *now >= monotonic).await.is_err() {
                // The clock is gone, and time with it.
                std::future::pending::<()>().await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_moves_only_when_told() {
        let clock = FakeClock::default();
        assert_eq!(clock.now().to_string(), "2026-11-21T10:11:12.000Z");
        clock.advance(Duration::from_secs(3));
        assert_eq!(clock.now().to_string(), "2026-11-21T10:11:15.000Z");
        clock.set(Timestamp::default());
        assert_eq!(clock.monotonic(), Duration::from_secs(3));
    }
}
