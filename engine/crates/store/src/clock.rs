//! Wall time alone destroys nothing: the store remembers the latest time that it trusted.

use std::time::Duration;

use phytohub_domain::{Clock, Timestamp};

/// What the store thinks of the wall clock.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ClockStatus {
    /// The latest time that was trusted; while the clock is suspected, that and what has passed
    /// since on the monotonic clock.
    pub high_water: Timestamp,
    /// Why the clock is suspected, if it is: whatever destroys by age waits.
    pub suspicion: Option<String>,
}

/// Compares wall time with the monotonic clock and with the latest time that was trusted.
#[derive(Debug)]
pub(crate) struct ClockGuard {
    high_water: Timestamp,
    seen: (Timestamp, Duration),
    suspicion: Option<String>,
    /// Milliseconds by which the clock was set and accepted as it was, in all.
    stepped: i64,
}

impl ClockGuard {
    /// At the start of the store. `suspicion` is one that was not accepted before.
    pub(crate) fn new(
        clock: &dyn Clock,
        (high_water, stepped): (Timestamp, i64),
        suspicion: Option<String>,
    ) -> Self {
        let now = clock.now();
        let suspicion = suspicion.or_else(|| {
            if now.plus(STEP_MAX) < high_water {
                Some(format!("the clock says {now}, but the store has seen {high_water}"))
            } else if high_water.plus(AHEAD_MAX) < now {
                Some(format!("the clock says {now}, over 30 days after {high_water}"))
            } else {
                None
            }
        });
        Self { high_water, seen: (now, clock.monotonic()), suspicion, stepped }
    }

    /// Looks at the clock: the time, and the reason if it has just become suspect.
    pub(crate) fn observe(&mut self, clock: &dyn Clock) -> (Timestamp, Option<String>) {
        let suspicion = self.suspect(clock);
        (self.seen.0, suspicion)
    }

    pub(crate) fn is_suspected(&self) -> bool {
        self.suspicion.is_some()
    }

    /// A time that no step of the clock moves, and no acceptance of one: what is measured by it is
    /// measured by what has passed.
    pub(crate) fn steady(&self) -> Timestamp {
        let steady =
            self.trusted().as_millis().saturating_add_signed(self.stepped.saturating_neg());
        Timestamp::from_millis(steady)
    }

    /// Milliseconds by which the clock was set and accepted as it was, in all.
    pub(crate) const fn stepped(&self) -> i64 {
        self.stepped
    }

    /// The clock's time as long as it is trusted, and then what the monotonic clock adds to the
    /// latest that was.
    fn trusted(&self) -> Timestamp {
        if self.is_suspected() { self.high_water } else { self.seen.0 }
    }

    fn suspect(&mut self, clock: &dyn Clock) -> Option<String> {
        let (now, monotonic) = (clock.now(), clock.monotonic());
        let (wall_seen, monotonic_seen) = self.seen;
        let passed = monotonic.saturating_sub(monotonic_seen);
        let expected = wall_seen.plus(passed);
        self.seen = (now, monotonic);
        if self.is_suspected() {
            self.high_water = self.high_water.plus(passed);
            return None;
        }
        let step = now.since(expected).max(expected.since(now));
        if step > STEP_MAX {
            self.high_water = self.high_water.max(expected);
            self.suspicion = Some(format!("the clock stepped from {expected} to {now}"));
            return self.suspicion.clone();
        }
        self.high_water = self.high_water.max(now);
        None
    }

    /// The operator says that the clock is right.
    pub(crate) fn accept(&mut self, clock: &dyn Clock) {
        let (now, _) = self.observe(clock);
        let step = now.as_millis().wrapping_sub(self.trusted().as_millis()).cast_signed();
        self.stepped = self.stepped.saturating_add(step);
        self.suspicion = None;
        self.high_water = now;
    }

    pub(crate) fn status(&self) -> ClockStatus {
        ClockStatus { high_water: self.high_water, suspicion: self.suspicion.clone() }
    }
}

/// A step that no time service makes on a healthy machine.
const STEP_MAX: Duration = Duration::from_secs(10 * 60);

/// A hub that was off for longer than this is worth a look before anything is purged.
const AHEAD_MAX: Duration = Duration::from_secs(30 * 24 * 3600);

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Debug)]
    struct TwoHands(Mutex<(u64, u64)>);

    impl Clock for TwoHands {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.lock().expect("a lock").0 * 1000)
        }
        fn monotonic(&self) -> Duration {
            Duration::from_secs(self.0.lock().expect("a lock").1)
        }
    }

    const DAY: u64 = 24 * 3600;

    fn clock(wall: u64, monotonic: u64) -> TwoHands {
        TwoHands(Mutex::new((wall, monotonic)))
    }

    #[test]
    fn a_start_in_the_past_or_far_ahead_is_suspect() {
        let start = |now: u64| {
            let high_water = Timestamp::from_millis(100 * DAY * 1000);
            ClockGuard::new(&clock(now, 0), (high_water, 0), None).status().suspicion
        };
        assert_eq!(start(100 * DAY), None);
        assert_eq!(start(100 * DAY - 599), None);
        assert_eq!(start(129 * DAY), None);
        assert!(start(100 * DAY - 601).expect("a suspicion").contains("has seen"));
        assert!(start(131 * DAY).expect("a suspicion").contains("30 days"));
    }

    #[test]
    fn a_step_while_running_is_told_once_and_stays_until_accepted() {
        let hands = clock(1_000 * DAY, 0);
        let high_water = hands.now();
        let mut guard = ClockGuard::new(&hands, (high_water, 0), None);
        *hands.0.lock().expect("a lock") = (1_000 * DAY + 60, 60);
        assert_eq!(guard.observe(&hands).1, None);
        *hands.0.lock().expect("a lock") = (1_000 * DAY + 60 + 3600, 120);
        assert!(guard.observe(&hands).1.expect("a suspicion").contains("stepped"));
        let trusted = guard.steady();
        assert_eq!(trusted, high_water.plus(Duration::from_secs(120)));
        *hands.0.lock().expect("a lock") = (1_000 * DAY + 60 + 7200, 3720);
        assert_eq!(guard.observe(&hands).1, None);
        let passed = trusted.plus(Duration::from_secs(3600));
        assert_eq!(guard.steady(), passed, "only the monotonic clock moves it");
        assert_eq!(guard.status().high_water, passed);
        guard.accept(&hands);
        assert_eq!(guard.status(), ClockStatus { high_water: hands.now(), suspicion: None });
        assert_eq!(guard.steady(), passed, "nothing has passed");
        *hands.0.lock().expect("a lock") = (1_000 * DAY + 60 + 7201, 3721);
        assert_eq!(guard.observe(&hands).1, None);
        assert_eq!(guard.steady(), passed.plus(Duration::from_secs(1)));
        let stepped = guard.stepped();
        let again = ClockGuard::new(&hands, (guard.status().high_water, stepped), None);
        assert_eq!(again.steady(), guard.steady(), "and it outlives the process");
    }
}
