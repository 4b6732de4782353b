//! What to do next for one partner: its envelopes and its updates behind one gate.

use phytohub_domain::Timestamp;

use super::gate::{Admission, Gate, Terms, Verdict};
use super::lane::{Candidate, Lane, Outcome, Want};
use super::{BreakerState, PushConfig};

/// Which of a partner's two lanes.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Kind {
    /// Envelopes for it: `DeliverEnvelope`.
    Mail,
    /// State changes of what it sent: `SetTrackingInfoUpdate`.
    Updates,
}

/// What to do now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Action {
    /// Read the next positions of the queue, behind this one.
    Read { kind: Kind, after: u64, count: usize },
    /// Look again at this position.
    Look { kind: Kind, sequence: u64 },
    /// Call the partner with this.
    Bring { kind: Kind, sequence: u64, attempts: u32 },
    /// Nothing before this time, if any, or before something is told.
    Wait(Option<Timestamp>),
}

/// One partner's schedule.
#[derive(Debug)]
pub(crate) struct Schedule {
    gate: Gate,
    mail: Lane,
    updates: Lane,
    /// Which lanes are served: the operator may want one without the other.
    served: (bool, bool),
    /// Which lane is asked first: they take turns.
    updates_first: bool,
}

impl Schedule {
    pub(crate) fn new(config: &PushConfig) -> Self {
        Self {
            gate: Gate::new(config, Terms::default()),
            mail: Lane::default(),
            updates: Lane::default(),
            served: (false, false),
            updates_first: false,
        }
    }

    /// Other terms hold: for both lanes, and which of them (mail, updates) are served.
    pub(crate) fn set_terms(&mut self, terms: Terms, served: (bool, bool), endpoint_changed: bool) {
        self.gate.set_terms(terms, endpoint_changed);
        self.served = served;
    }

    pub(crate) fn breaker(&self) -> BreakerState {
        self.gate.breaker()
    }

    pub(crate) fn flying(&self) -> usize {
        self.gate.flying()
    }

    pub(crate) fn lane(&mut self, kind: Kind) -> &mut Lane {
        match kind {
            Kind::Mail => &mut self.mail,
            Kind::Updates => &mut self.updates,
        }
    }

    /// What to do now. After [`Action::Bring`] the call counts as begun.
    pub(crate) fn next(&mut self, now: Timestamp) -> Action {
        match self.gate.admit(now) {
            Admission::Now => {}
            Admission::At(time) => return Action::Wait(Some(time)),
            Admission::Later => return Action::Wait(None),
        }
        let order = if self.updates_first {
            [Kind::Updates, Kind::Mail]
        } else {
            [Kind::Mail, Kind::Updates]
        };
        let mut earliest: Option<Timestamp> = None;
        for kind in order {
            let served = if kind == Kind::Mail { self.served.0 } else { self.served.1 };
            if !served {
                continue;
            }
            match self.lane(kind).next(now) {
                Want::Read { after, count } => return Action::Read { kind, after, count },
                Want::Look { sequence } => return Action::Look { kind, sequence },
                Want::Bring { sequence, attempts } => {
                    self.updates_first = kind == Kind::Mail;
                    self.gate.started(now);
                    return Action::Bring { kind, sequence, attempts };
                }
                Want::Wait(time) => earliest = earliest.into_iter().chain(time).min(),
            }
        }
        Action::Wait(earliest)
    }

    /// What the next positions hold; see [`Lane::read`].
    pub(crate) fn read(
        &mut self,
        kind: Kind,
        last: Option<u64>,
        candidates: &[Candidate],
        now: Timestamp,
    ) {
        self.lane(kind).read(last, candidates, now);
    }

    /// A call ended.
    pub(crate) fn ended(
        &mut self,
        (kind, sequence): (Kind, u64),
        (outcome, verdict): (Outcome, Verdict),
        now: Timestamp,
        random: u64,
    ) {
        self.gate.ended(verdict, now, random);
        self.lane(kind).outcome(sequence, outcome);
    }

    /// Begins both queues anew, from what the store says.
    pub(crate) fn rebuild(&mut self) {
        self.mail.rebuild();
        self.updates.rebuild();
    }
}
