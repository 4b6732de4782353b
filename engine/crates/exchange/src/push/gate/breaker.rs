//! The circuit breaker of one partner: a dead one costs one probe in an interval, however much
//! waits for it.

use phytohub_domain::Timestamp;

use super::super::Backoff;
use super::{Admission, Verdict};

/// How a partner's breaker stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a breaker has three positions")]
pub enum BreakerState {
    /// The partner is called.
    Closed,
    /// One call tries whether it is back.
    Probing,
    /// The partner is not called before this time.
    Open {
        /// When one call will try.
        until: Timestamp,
    },
}

impl BreakerState {
    /// The word for people and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Probing => "probing",
            Self::Open { .. } => "open",
        }
    }
}

#[derive(Debug)]
pub(super) struct Breaker {
    /// Failures in a row that open it.
    threshold: u32,
    intervals: Backoff,
    /// Failures in a row.
    failures: u32,
    state: BreakerState,
}

impl Breaker {
    pub(super) fn new(threshold: u32, intervals: Backoff) -> Self {
        Self { threshold: threshold.max(1), intervals, failures: 0, state: BreakerState::Closed }
    }

    pub(super) fn reset(&mut self) {
        (self.failures, self.state) = (0, BreakerState::Closed);
    }

    pub(super) fn state(&self) -> BreakerState {
        self.state
    }

    pub(super) fn admit(&mut self, now: Timestamp) -> Admission {
        match &mut self.state {
            BreakerState::Closed => Admission::Now,
            BreakerState::Probing => Admission::Later,
            BreakerState::Open { until } => {
                // After a step of the clock into the past, one interval is waited, not the step.
                *until = (*until).min(now.plus(self.intervals.most));
                if *until <= now { Admission::Now } else { Admission::At(*until) }
            }
        }
    }

    /// The call that begins while it is open is the probe: `admit` said that its time has come.
    pub(super) fn started(&mut self) {
        if matches!(self.state, BreakerState::Open { .. }) {
            self.state = BreakerState::Probing;
        }
    }

    pub(super) fn ended(&mut self, verdict: Verdict, now: Timestamp, random: u64) {
        match (verdict, self.state) {
            (Verdict::Answers, _) => self.reset(),
            // The probe was no call after all: the next one is.
            (Verdict::Nothing, BreakerState::Probing) => {
                self.state = BreakerState::Open { until: now };
            }
            // A call from before it opened tells nothing new.
            (Verdict::Nothing, _) | (Verdict::Unreachable, BreakerState::Open { .. }) => {}
            (Verdict::Unreachable, BreakerState::Closed | BreakerState::Probing) => {
                self.failures = self.failures.saturating_add(1);
                if self.failures >= self.threshold {
                    let times_open = self.failures - self.threshold + 1;
                    let wait = self.intervals.after(times_open, random);
                    self.state = BreakerState::Open { until: now.plus(wait) };
                }
            }
        }
    }
}
