//! Whether a partner may be called now: its breaker, its rate, its calls in flight, and the terms
//! on which the operator and the partner want it called.

mod breaker;

use std::time::Duration;

use phytohub_domain::{MaintenanceWindow, Timestamp};

use breaker::Breaker;
pub use breaker::BreakerState;

use super::PushConfig;

/// What decides whether a partner may be called.
#[derive(Debug)]
pub(crate) struct Gate {
    breaker: Breaker,
    terms: Terms,
    /// Calls in flight.
    flying: usize,
    concurrency: usize,
    rate_per_second: u64,
    /// Calls since time was last paid for: above a thousand a second several share a millisecond.
    unpaid: u64,
    /// When the rate would be used up to the last call: the GCRA's theoretical arrival time.
    paid_until: Timestamp,
}

/// What the registry says about calling a partner.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Terms {
    /// Whether it is to be called at all.
    pub(crate) open: bool,
    /// When it is away.
    pub(crate) windows: Vec<MaintenanceWindow>,
}

/// Whether a call may begin.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Admission {
    /// Now.
    Now,
    /// Not before this time.
    At(Timestamp),
    /// Not before a call ends or the terms change.
    Later,
}

/// What a call that ended says about the partner.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// It answers, whatever it answers.
    Answers,
    /// It could not be reached, or does not speak the protocol.
    Unreachable,
    /// Nothing: it was not called.
    Nothing,
}

impl Gate {
    pub(crate) fn new(config: &PushConfig, terms: Terms) -> Self {
        Self {
            breaker: Breaker::new(config.breaker_failures, config.breaker),
            terms,
            flying: 0,
            concurrency: config.concurrency.max(1),
            rate_per_second: config.rate_per_second.max(1),
            unpaid: 0,
            paid_until: Timestamp::default(),
        }
    }

    /// Other terms hold. Where the endpoint itself changed, what was learnt of the old one is
    /// forgotten.
    pub(crate) fn set_terms(&mut self, terms: Terms, endpoint_changed: bool) {
        self.terms = terms;
        if endpoint_changed {
            self.breaker.reset();
        }
    }

    pub(crate) fn breaker(&self) -> BreakerState {
        self.breaker.state()
    }

    pub(crate) fn flying(&self) -> usize {
        self.flying
    }

    /// Whether a call may begin now.
    pub(crate) fn admit(&mut self, now: Timestamp) -> Admission {
        if !self.terms.open || self.flying >= self.concurrency {
            return Admission::Later;
        }
        if let Some(until) = self.away_until(now) {
            return Admission::At(until);
        }
        match self.breaker.admit(now) {
            Admission::Now => {}
            other => return other,
        }
        // After a step of the clock into the past, the rate is not owed for the future.
        if self.paid_until > now.plus(SECOND) {
            self.paid_until = now;
        }
        let owed = self.paid_until.since(now);
        let spare = SECOND.saturating_sub(self.interval());
        if owed <= spare {
            Admission::Now
        } else {
            Admission::At(now.plus(owed.saturating_sub(spare)))
        }
    }

    /// A call begins.
    pub(crate) fn started(&mut self, now: Timestamp) {
        self.flying += 1;
        self.unpaid += 1;
        if self.unpaid >= self.rate_per_second / 1000 {
            self.unpaid = 0;
            self.paid_until = self.paid_until.max(now).plus(self.interval());
        }
        self.breaker.started();
    }

    /// A call ended.
    pub(crate) fn ended(&mut self, verdict: Verdict, now: Timestamp, random: u64) {
        self.flying = self.flying.saturating_sub(1);
        self.breaker.ended(verdict, now, random);
    }

    /// The end of the maintenance window that holds now, or of several that follow each other.
    fn away_until(&self, now: Timestamp) -> Option<Timestamp> {
        let mut until = now;
        while let Some(window) = self.terms.windows.iter().find(|window| window.holds(until)) {
            until = window.until;
        }
        (until > now).then_some(until)
    }

    /// Time between two payments at the full rate; at least a millisecond, the clock's grain.
    fn interval(&self) -> Duration {
        Duration::from_millis((1000 / self.rate_per_second).max(1))
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
