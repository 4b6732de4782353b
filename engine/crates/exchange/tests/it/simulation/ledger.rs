//! What the simulated partners know, and every promise of the hub held against it.

mod judge;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use phytohub_domain::{EnvelopeHeader, TrackingInfo};

/// Everything known of one history.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) findings: Vec<String>,
    /// What happened, for whoever reads a finding.
    pub(crate) trace: Vec<String>,
    /// Counts what happens: earlier is lower.
    step: u64,
    /// Milliseconds that may count for an age: time that passed, and what was accepted as such.
    pub(crate) age: u64,
    /// Steps of the wall clock and acceptances of it so far.
    pub(crate) clock_steps: u64,
    /// Times that the wall clock was set by so much that it is noticed, and by less.
    pub(crate) clock_set: (u64, u64),
    /// Milliseconds that passed.
    pub(crate) passed: u64,
    pub(crate) wall: u64,
    /// Milliseconds by which the wall clock was set, since it was last believed: forward, things
    /// seem older by that once it is; back, those that were dated meanwhile do once it is right.
    pub(crate) set_by: u64,
    /// The latest that the wall clock ever said.
    pub(crate) wall_max: u64,
    pub(crate) sent: Vec<Sent>,
    by_content: HashMap<String, usize>,
    /// By number; numbers sort in the order of acceptance.
    pub(crate) known: BTreeMap<String, Known>,
    /// By which operations numbers were offered that nobody had been answered with yet.
    nameless: BTreeMap<String, BTreeSet<Offering>>,
    /// States that senders' endpoints were told, by number, in order.
    pub(crate) told: BTreeMap<String, Vec<TrackingInfo>>,
    pub(crate) counts: Counts,
}

/// How much happened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) accepted: u64,
    pub(crate) repeated: u64,
    pub(crate) acknowledged: u64,
    pub(crate) offered: u64,
    pub(crate) brought: u64,
    pub(crate) told: u64,
    pub(crate) crashes: u64,
    pub(crate) unanswered: u64,
    pub(crate) dropped: u64,
}

/// One envelope that somebody delivers, once or again.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    pub(crate) certificate: String,
    pub(crate) content: String,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) numbers: BTreeSet<String>,
}

/// One delivery of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    began: When,
    /// Nothing while it is under way; what the process was when it died.
    ended: Option<When>,
}

/// A moment, as all clocks have it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct When {
    pub(crate) step: u64,
    age: u64,
    wall: u64,
    clock_steps: u64,
    clock_set: (u64, u64),
    passed: u64,
    crashes: u64,
}

/// What is known of a number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub(crate) sent: usize,
    /// Whether its sender was answered with it.
    pub(crate) answered: bool,
    /// Age when it was learnt at the latest, and when its delivery began.
    pub(crate) accepted_age: u64,
    /// States that acknowledgements that were sent would lead to, by their numbers.
    pub(crate) asked: BTreeSet<u8>,
    /// When the first of them was sent.
    pub(crate) asked_age: Option<u64>,
    /// The recipient's word that stands, and since which step that was told.
    pub(crate) settled: Option<(TrackingInfo, u64)>,
    /// Whether the operator gave it up, or tried to.
    pub(crate) given_up: bool,
    /// Since which step it is known to have failed.
    pub(crate) failed: Option<u64>,
    /// Since which step its content is known to have gone out to the recipient, wholly.
    pub(crate) released: Option<u64>,
    pub(crate) offered: BTreeSet<Offering>,
    pub(crate) brought: u64,
    pub(crate) dropped: bool,
}

/// By which operation something was offered.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Offering {
    Headers,
    Envelopes,
}

impl Ledger {
    pub(crate) fn now(&mut self) -> When {
        self.step += 1;
        let (step, age, wall, clock_steps) = (self.step, self.age, self.wall, self.clock_steps);
        let (clock_set, passed, crashes) = (self.clock_set, self.passed, self.counts.crashes);
        When { step, age, wall, clock_steps, clock_set, passed, crashes }
    }

    /// From now on the hub believes what the clock says.
    pub(crate) fn believe_clock(&mut self) {
        self.age += std::mem::take(&mut self.set_by);
    }

    pub(crate) fn note(&mut self, what: String) {
        self.step += 1;
        self.trace.push(format!("{} {what}", self.step));
    }

    pub(crate) fn finding(&mut self, what: String) {
        self.note(format!("FINDING {what}"));
        self.findings.push(what);
    }

    /// A new envelope to be delivered; gives its place.
    pub(crate) fn draft(
        &mut self,
        (from, to): (&'static str, &'static str),
        certificate: String,
        bytes: usize,
    ) -> usize {
        let place = self.sent.len();
        let mut content = format!("content {place} from {from} to {to} ");
        while content.len() < bytes {
            content.push_str("and so on ");
        }
        self.by_content.insert(content.clone(), place);
        let (attempts, numbers) = (Vec::new(), BTreeSet::new());
        self.sent.push(Sent { from, to, certificate, content, attempts, numbers });
        place
    }

    pub(crate) fn sent(&self, place: usize) -> &Sent {
        self.sent.get(place).expect("it was drafted")
    }

    /// A delivery begins; gives its number among those of this envelope.
    pub(crate) fn delivering(&mut self, place: usize) -> usize {
        let began = self.now();
        self.note(format!("deliver {place}"));
        let attempts = &mut self.sent.get_mut(place).expect("it was drafted").attempts;
        attempts.push(Attempt { began, ended: None });
        attempts.len() - 1
    }

    /// A delivery was answered, or will not be.
    pub(crate) fn delivered(
        &mut self,
        (place, attempt): (usize, usize),
        answer: Result<&EnvelopeHeader, String>,
    ) {
        let ended = self.now();
        let sent = self.sent.get_mut(place).expect("it was drafted");
        let attempt = sent.attempts.get_mut(attempt).expect("it began");
        attempt.ended = Some(ended);
        let asked = attempt.began;
        let header = match answer {
            Ok(header) => header,
            Err(error) => {
                self.counts.unanswered += 1;
                return self.note(format!("deliver {place}: {error}"));
            }
        };
        let Some(number) = header.hub_delivery_number.clone() else {
            return self.finding(format!("delivery {place} was answered without a number"));
        };
        self.note(format!("deliver {place}: {number} {:?}", header.tracking_info));
        if self.known.contains_key(&number) {
            self.counts.repeated += 1;
        } else {
            self.counts.accepted += 1;
        }
        self.learn(&number, place);
        if let Some(known) = self.known.get_mut(&number) {
            known.answered = true;
        }
        if let Some(info) = header.tracking_info {
            self.told_state(&number, info, asked, "a delivery's answer");
        }
    }

    /// The process died: what was under way will not be answered.
    pub(crate) fn crashed(&mut self) {
        self.counts.crashes += 1;
        let ended = self.now();
        for sent in &mut self.sent {
            for attempt in sent.attempts.iter_mut().filter(|attempt| attempt.ended.is_none()) {
                attempt.ended = Some(ended);
            }
        }
        // What went out was to be noted soon, without waiting.
        self.known.values_mut().for_each(|known| known.released = None);
        self.note("the process died".into());
    }

    /// A content was seen under a number.
    pub(crate) fn seen_content(&mut self, number: &str, content: &[u8]) {
        let place = std::str::from_utf8(content).ok().and_then(|text| self.by_content.get(text));
        match place.copied() {
            Some(place) => self.learn(number, place),
            None => self.finding(format!("{number} has a content that nobody sent")),
        }
    }

    /// A content went out, and the hub was told.
    pub(crate) fn released(&mut self, number: &str) {
        let now = self.now();
        if let Some(known) = self.known.get_mut(number) {
            known.released.get_or_insert(now.step);
        }
    }

    /// An acknowledgement is about to be sent.
    pub(crate) fn acknowledging(&mut self, number: &str, info: TrackingInfo) -> When {
        self.note(format!("acknowledge {number} as {info}"));
        let now = self.now();
        if let Some(known) = self.known.get_mut(number) {
            known.asked.insert(info as u8);
            known.asked_age.get_or_insert(now.age);
        }
        now
    }

    /// The operator is about to give something up.
    pub(crate) fn giving_up(&mut self, number: &str) {
        self.note(format!("give {number} up"));
        if let Some(known) = self.known.get_mut(number) {
            known.given_up = true;
        }
    }

    /// Numbers that wait for somebody, as far as is known.
    pub(crate) fn pending_for(&self, to: &str) -> Vec<String> {
        let open = |known: &&Known| {
            known.settled.is_none() && self.sent.get(known.sent).is_some_and(|s| s.to == to)
        };
        let pending = self.known.iter().filter(|(_, known)| open(known));
        pending.map(|(number, _)| number.clone()).collect()
    }
}

/// The window in which the same envelope is known again.
pub(crate) const REPLAY_WINDOW: u64 = 600_000;
pub(crate) const DAY: u64 = 86_400_000;
/// How long contents stay after their acknowledgement, and when mail fails that nobody ever took.
pub(crate) const KEPT: u64 = 7 * DAY;
/// Steps of the wall clock that nobody suspects, together with what a history has of them.
pub(crate) const TOLERANCE: u64 = 3_600_000;

impl Counts {
    pub(crate) fn add(&mut self, mut other: Self) {
        for (mine, theirs) in self.each_mut().into_iter().zip(other.each_mut()) {
            *mine += *theirs;
        }
    }

    /// Whether everything happened at least once.
    pub(crate) fn is_everything(mut self) -> bool {
        self.each_mut().iter().all(|count| **count > 0)
    }

    fn each_mut(&mut self) -> [&mut u64; 9] {
        [
            &mut self.accepted,
            &mut self.repeated,
            &mut self.acknowledged,
            &mut self.offered,
            &mut self.brought,
            &mut self.told,
            &mut self.crashes,
            &mut self.unanswered,
            &mut self.dropped,
        ]
    }
}
