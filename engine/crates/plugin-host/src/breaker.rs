//! When to stop asking a plugin that fails, and when to ask again. Pure: time comes as an argument.

use std::collections::VecDeque;
use std::time::Duration;

/// How much failing is too much.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "numbers that an operator sets")]
pub struct BreakerLimits {
    /// Failures within `window` that open it.
    pub failures: u32,
    /// How long a failure counts.
    pub window: Duration,
    /// From opening until one call is tried.
    pub pause: Duration,
    /// The pause doubles with each probe that fails, up to this.
    pub pause_most: Duration,
}

/// What a call is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Admission {
    /// Go on.
    Call,
    /// Go on; what becomes of it decides whether others may.
    Probe,
    /// Not now.
    Refused,
}

/// Counts failures; opens, probes, closes.
#[derive(Debug)]
pub(crate) struct Breaker {
    limits: BreakerLimits,
    failures: VecDeque<Duration>,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    /// When a probe may go; never by itself, if nothing.
    probe_at: Option<Duration>,
    pause: Duration,
    probing: bool,
}

impl Breaker {
    pub(crate) fn new(limits: BreakerLimits) -> Self {
        Self { limits, failures: VecDeque::new(), open: None }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Whether a call may go at this time.
    pub(crate) fn admit(&mut self, now: Duration) -> Admission {
        let Some(open) = &mut self.open else { return Admission::Call };
        match open.probe_at {
            Some(at) if at <= now && !open.probing => {
                open.probing = true;
                Admission::Probe
            }
            _ => Admission::Refused,
        }
    }

    /// A call went well; answers whether that closed the breaker.
    pub(crate) fn succeeded(&mut self, admission: Admission) -> bool {
        let closes = admission == Admission::Probe && self.open.is_some();
        if closes {
            self.open = None;
            self.failures.clear();
        }
        closes
    }

    /// A call failed by the plugin's fault; answers whether that opened the breaker.
    pub(crate) fn failed(&mut self, admission: Admission, now: Duration) -> bool {
        if let Some(open) = &mut self.open {
            if admission == Admission::Probe {
                open.pause = (open.pause * 2).min(self.limits.pause_most);
                open.probe_at = open.probe_at.map(|_| now + open.pause);
                open.probing = false;
            }
            return false;
        }
        self.failures.push_back(now);
        let oldest = now.saturating_sub(self.limits.window);
        while self.failures.front().is_some_and(|at| *at < oldest) {
            self.failures.pop_front();
        }
        let opens = self.failures.len() >= self.limits.failures as usize;
        if opens {
            let pause = self.limits.pause;
            self.open = Some(Open { probe_at: Some(now + pause), pause, probing: false });
        }
        opens
    }

    /// A call never got as far as the plugin: whether it was a probe, another may be.
    pub(crate) fn not_called(&mut self, admission: Admission) {
        if let (Some(open), Admission::Probe) = (&mut self.open, admission) {
            open.probing = false;
        }
    }

    /// Opens it until somebody closes it.
    pub(crate) fn hold_open(&mut self) {
        self.open = Some(Open { probe_at: None, pause: self.limits.pause, probing: false });
    }

    /// Closes it and forgets.
    pub(crate) fn reset(&mut self) {
        (self.open, self.failures) = (None, VecDeque::new());
    }
}

/// Counts how often something happens within a time.
#[derive(Debug)]
pub(crate) struct Often {
    most: u32,
    window: Duration,
    times: VecDeque<Duration>,
}

impl Often {
    pub(crate) fn new(most: u32, window: Duration) -> Self {
        Self { most, window, times: VecDeque::new() }
    }

    /// Whether it may happen once more now; if so, it is counted.
    pub(crate) fn once_more(&mut self, now: Duration) -> bool {
        let oldest = now.saturating_sub(self.window);
        while self.times.front().is_some_and(|at| *at < oldest) {
            self.times.pop_front();
        }
        let may = self.times.len() < self.most as usize;
        if may {
            self.times.push_back(now);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: BreakerLimits = BreakerLimits {
        failures: 3,
        window: Duration::from_secs(10),
        pause: Duration::from_secs(5),
        pause_most: Duration::from_secs(8),
    };

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::new(LIMITS);
        assert!(!breaker.failed(Admission::Call, at(1)));
        assert!(!breaker.failed(Admission::Call, at(2)));
        assert!(breaker.failed(Admission::Call, at(3)));
        breaker
    }

    #[test]
    fn failures_far_apart_do_not_open_it() {
        let mut breaker = Breaker::new(LIMITS);
        assert!((0..20).all(|n| !breaker.failed(Admission::Call, at(n * 6))));
        assert_eq!(breaker.admit(at(200)), Admission::Call);
    }

    #[test]
    fn after_a_pause_one_call_is_tried_and_closes_it() {
        let mut breaker = opened();
        assert_eq!(breaker.admit(at(7)), Admission::Refused);
        assert_eq!(breaker.admit(at(8)), Admission::Probe);
        assert_eq!(breaker.admit(at(8)), Admission::Refused, "one at a time");
        assert!(breaker.succeeded(Admission::Probe));
        assert_eq!(breaker.admit(at(8)), Admission::Call);
    }

    #[test]
    fn a_probe_that_fails_makes_the_pause_longer_up_to_a_limit() {
        let mut breaker = opened();
        assert_eq!(breaker.admit(at(8)), Admission::Probe);
        assert!(!breaker.failed(Admission::Probe, at(8)));
        assert_eq!(breaker.admit(at(15)), Admission::Refused);
        assert_eq!(breaker.admit(at(16)), Admission::Probe);
        breaker.not_called(Admission::Probe);
        assert_eq!(breaker.admit(at(16)), Admission::Probe, "the call never went");
    }

    #[test]
    fn what_is_held_open_is_not_probed() {
        let mut breaker = Breaker::new(LIMITS);
        breaker.hold_open();
        assert_eq!(breaker.admit(at(1_000_000)), Admission::Refused);
        breaker.reset();
        assert_eq!(breaker.admit(at(1_000_000)), Admission::Call);
    }

    #[test]
    fn a_late_answer_of_an_ordinary_call_does_not_close_it() {
        let mut breaker = opened();
        assert!(!breaker.succeeded(Admission::Call));
        assert!(breaker.is_open());
    }

    #[test]
    fn often_forgets_what_is_old() {
        let mut often = Often::new(2, at(60));
        assert!(often.once_more(at(0)) && often.once_more(at(1)));
        assert!(!often.once_more(at(2)));
        assert!(often.once_more(at(61)));
    }
}
