//! What a hub has answered, kept where its death cannot reach: the judge of the crash tests.
//!
//! For every envelope the ledger knows the states that it may legally be in. Sending an
//! acknowledgement widens the set, an answered one narrows it, and so does a state that the hub told:
//! a final state once told is never undone. A delivery without an answer may have happened or not;
//! once its envelope was seen, it has happened for good.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::clock::Stopwatch;
use crate::content::Hash;
use crate::soap::Envelope;

mod copies;
mod finding;
mod judge;
mod kept;
mod partner;
mod states;
#[cfg(test)]
mod tests;

pub use finding::{Broken, Finding};
pub use kept::{Kept, Retention};
pub use states::{Acknowledge, State, States};

/// An envelope's place in the ledger.
pub type EntryId = usize;

/// What became of a delivery.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Delivery {
    /// Sent, and no answer came: zero or one time in the hub.
    InDoubt,
    /// Answered with a number, or seen in the hub.
    Accepted,
    /// No answer came, and after a restart it was not there: it never happened.
    Absent,
}

/// One delivery.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// Sender's code.
    pub from: &'static str,
    /// Recipient's code.
    pub to: &'static str,
    /// Whose inbox holds it: the recipient's, or a channel's for a copy.
    pub mailbox: &'static str,
    /// Of an original, its copy; of a copy, its original.
    pub pair: Option<EntryId>,
    /// Whether it is a copy for a channel.
    pub is_copy: bool,
    /// `NPPOCertificateNumber`.
    pub certificate: String,
    /// Of its content.
    pub hash: Hash,
    /// What became of it.
    pub delivery: Delivery,
    /// The hub's number, once known.
    pub number: Option<String>,
    /// The states that it may be in.
    pub possible: States,
    /// Touched since the last complete check.
    pub fresh: bool,
    /// What the hub still keeps of it.
    pub kept: Kept,
    /// When its recipient's partner service got it, whole.
    pub brought: Vec<Duration>,
    /// When its history was seen to say that it was handed over.
    pub handed_over: Option<Duration>,
    /// The state that its sender's service was told last.
    pub told: Option<State>,
    /// When its first acknowledgement was sent.
    ended: Option<Duration>,
    /// When an acknowledgement of it was answered.
    settled: Option<Duration>,
    /// Offered to its recipient since the hub started.
    seen: bool,
    /// The greatest number that had been answered when it was sent.
    floor: String,
}

/// Everything that was answered by one hub since it was made.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: Vec<Entry>,
    by_number: HashMap<String, EntryId>,
    by_content: HashMap<(&'static str, String, Hash), EntryId>,
    by_key: HashMap<(&'static str, &'static str, String), Vec<EntryId>>,
    greatest: String,
    findings: Vec<Finding>,
    watch: Stopwatch,
    /// How long the hub keeps what is delivered, if it drops anything in the time of a test.
    pub retention: Option<Retention>,
    /// The least time from a hand-over to the next push of the same envelope.
    pub ack_wait: Duration,
    /// Recipients whose mail may lie in another's inbox: who is offered it first is not known.
    pub shared: &'static [&'static str],
    /// Copies told in answers.
    pub copied: u64,
    /// Envelopes that came whole to a partner's service.
    pub brought: u64,
    /// State changes that came to a partner's service.
    pub updates: u64,
    /// Contents and envelopes that were seen to be dropped in time.
    pub dropped: u64,
    /// Deliveries that were sent again over a new socket.
    pub resent: u64,
    /// Deliveries answered with a number.
    pub accepted: u64,
    /// Acknowledgements answered.
    pub acknowledged: u64,
    /// Envelopes that can no longer be pending.
    ended: u64,
    /// Requests that died unanswered.
    pub in_doubt: u64,
    /// Requests refused for now.
    pub refused: u64,
    /// The words of the last refusal.
    pub last_refusal: String,
}

impl Ledger {
    /// What was found so far.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Envelopes that wait to be taken, more or less.
    #[must_use]
    pub fn backlog(&self) -> u64 {
        (self.accepted + self.copied).saturating_sub(self.ended)
    }

    /// Notes a broken promise.
    pub fn find(&mut self, kind: Broken, text: impl Into<String>) {
        self.findings.push(Finding { kind, text: text.into() });
    }

    /// One delivery.
    #[must_use]
    pub fn entry(&self, id: EntryId) -> &Entry {
        &self.entries[id]
    }

    /// The envelope with this number, if it is known.
    #[must_use]
    pub fn by_number(&self, number: &str) -> Option<EntryId> {
        self.by_number.get(number).copied()
    }

    /// All deliveries.
    pub fn iter(&self) -> impl Iterator<Item = (EntryId, &Entry)> {
        self.entries.iter().enumerate()
    }

    /// A delivery is about to be sent.
    pub fn delivery_begins(
        &mut self,
        from: &'static str,
        to: &'static str,
        certificate: &str,
        hash: Hash,
    ) -> EntryId {
        self.add((from, to), to, certificate, hash)
    }

    fn add(
        &mut self,
        (from, to): (&'static str, &'static str),
        mailbox: &'static str,
        certificate: &str,
        hash: Hash,
    ) -> EntryId {
        let id = self.entries.len();
        self.entries.push(Entry {
            from,
            to,
            mailbox,
            pair: None,
            is_copy: false,
            certificate: certificate.into(),
            hash,
            delivery: Delivery::InDoubt,
            number: None,
            possible: States::only(State::Pending),
            fresh: true,
            kept: Kept::Whole,
            brought: Vec::new(),
            handed_over: None,
            told: None,
            ended: None,
            settled: None,
            seen: false,
            floor: self.greatest.clone(),
        });
        self.by_content.insert((mailbox, certificate.into(), hash), id);
        self.by_key.entry((from, mailbox, certificate.into())).or_default().push(id);
        id
    }

    /// A delivery was answered with a number.
    pub fn delivery_answered(&mut self, id: EntryId, number: &str) {
        self.accepted += 1;
        let entry = &self.entries[id];
        if number <= entry.floor.as_str() {
            let floor = entry.floor.clone();
            self.find(
                Broken::Disordered,
                format!("number {number} was given after {floor}, and is not greater"),
            );
        }
        if number > self.greatest.as_str() {
            self.greatest = number.into();
        }
        self.bind(id, number);
    }

    /// A delivery without an answer is about to be sent again. False if that would be another
    /// one for the hub: it was told to be unreadable, or its time has passed.
    pub fn delivery_again(&mut self, id: EntryId) -> bool {
        let entry = &self.entries[id];
        if entry.possible.contains(State::Unreadable) || entry.kept != Kept::Whole {
            return false;
        }
        for id in std::iter::once(id).chain(entry.pair) {
            let entry = &mut self.entries[id];
            entry.fresh = true;
            if entry.delivery == Delivery::Absent {
                entry.delivery = Delivery::InDoubt;
                entry.floor.clone_from(&self.greatest);
            }
        }
        self.resent += 1;
        true
    }

    /// A request was refused for now; the hub may or may not have done it.
    pub fn refused(&mut self, words: &str) {
        self.refused += 1;
        self.last_refusal = words.into();
    }

    /// A request died unanswered: the delivery stays in doubt, the acknowledgement possible.
    pub fn unanswered(&mut self) {
        self.in_doubt += 1;
    }

    /// An acknowledgement is about to be sent.
    pub fn acknowledgement_begins(&mut self, id: EntryId, kind: Acknowledge) {
        let now = self.watch.elapsed();
        let entry = &mut self.entries[id];
        entry.fresh = true;
        entry.ended.get_or_insert(now);
        if entry.possible.contains(State::Pending) {
            entry.possible = entry.possible.with(kind.state());
        }
    }

    /// An acknowledgement was answered. Before, it is `acknowledgement_begins`.
    ///
    /// A failure told about content that was not completely sent is noted and ends nothing: whether
    /// the hub saw the content leave is known only to the hub, so both stay possible.
    pub fn acknowledgement_answered(&mut self, id: EntryId, kind: Acknowledge) {
        self.acknowledged += 1;
        let now = self.watch.elapsed();
        let entry = &mut self.entries[id];
        if kind != Acknowledge::Failed {
            entry.settled.get_or_insert(now);
            let possible = entry.possible.without(State::Pending);
            self.narrow(id, possible);
        }
    }

    /// The hub told a state while requests may have been in flight.
    ///
    /// `before` is what was possible when the question was sent: an answer may be older than an
    /// acknowledgement that was answered meanwhile. Only final states narrow what is possible.
    pub fn state_told(&mut self, id: EntryId, before: States, told: &Envelope) {
        let legal = self.entries[id].possible.union(before);
        if let Some(state) = self.judge(id, legal, told)
            && state != State::Pending
        {
            self.narrow(id, States::only(state));
        }
    }

    /// The hub told a state while nothing was in flight: it is this one.
    pub fn state_told_in_quiet(&mut self, id: EntryId, told: &Envelope) {
        let legal = self.entries[id].possible;
        if let Some(state) = self.judge(id, legal, told) {
            self.narrow(id, States::only(state));
        }
    }

    /// An envelope was offered to its recipient, with its content or the header alone. False if only
    /// its content could tell which delivery it was.
    pub fn offered(&mut self, to: &'static str, envelope: &Envelope, hash: Option<Hash>) -> bool {
        let id = match (self.by_number(&envelope.number), hash) {
            (Some(id), _) => id,
            (None, None) => return false,
            (None, Some(hash)) => match self.recognize(to, envelope, hash) {
                Some(id) => id,
                None => return true,
            },
        };
        self.check_header(id, envelope);
        if let Some(hash) = hash {
            self.check_content(id, hash);
        }
        let entry = &self.entries[id];
        let shared = !entry.is_copy && self.shared.contains(&entry.to);
        if !entry.possible.contains(State::Pending) && !shared {
            let text = format!("{} is offered again after its acknowledgement", envelope.number);
            self.find(Broken::Undone, text);
        }
        if !shared {
            self.check_order(id);
        }
        true
    }

    /// The content of an envelope was pulled by its number.
    pub fn check_content(&mut self, id: EntryId, hash: Hash) {
        if self.entries[id].hash != hash {
            let text = format!("the content of {} is not what was accepted", self.name(id));
            self.find(Broken::Lost, text);
        }
        if self.entries[id].kept != Kept::Whole {
            let text = format!("the content of {} was dropped and is there again", self.name(id));
            self.find(Broken::Misbehaved, text);
        }
    }

    /// The hub does not know an envelope, or cannot give its content.
    pub fn missing(&mut self, id: EntryId, told: &str) {
        if self.may_be_gone(id, Kept::Nothing) {
            return;
        }
        let text = format!("{} was accepted and is not there: {told}", self.name(id));
        self.find(Broken::Lost, text);
    }

    /// Whatever was offered before may be offered in any order now: a reply was lost on its way.
    pub fn order_begins_anew(&mut self, to: &'static str) {
        for entry in self.entries.iter_mut().filter(|entry| entry.mailbox == to) {
            entry.seen = false;
        }
    }

    /// The whole inbox of a recipient was read in quiet: it holds what is pending and nothing else.
    /// Deliveries still in doubt never happened.
    pub fn inbox_is(&mut self, to: &'static str, numbers: &HashSet<String>) {
        let mut missing = Vec::new();
        let known = numbers.iter().filter_map(|number| self.by_number(number));
        let ended = |id: &EntryId| !self.entries[*id].possible.contains(State::Pending);
        for id in known.filter(ended).collect::<Vec<_>>() {
            let text = format!("{} is acknowledged and still offered to {to}", self.name(id));
            self.find(Broken::Undone, text);
        }
        for (id, entry) in self.entries.iter_mut().enumerate().filter(|(_, e)| e.mailbox == to) {
            match (entry.delivery, &entry.number) {
                (Delivery::InDoubt, _) => entry.delivery = Delivery::Absent,
                (Delivery::Accepted, Some(number)) => {
                    let must = entry.possible == States::only(State::Pending);
                    if must && !numbers.contains(number) {
                        missing.push(id);
                    }
                }
                _ => {}
            }
        }
        for id in missing {
            let text = format!("{} is pending and not offered to {to}", self.name(id));
            self.find(Broken::Lost, text);
        }
    }

    /// A complete check went by.
    pub fn checked(&mut self, id: EntryId) {
        self.entries[id].fresh = false;
    }

    /// An envelope in words.
    #[must_use]
    pub fn name(&self, id: EntryId) -> String {
        let entry = &self.entries[id];
        let number = entry.number.as_deref().unwrap_or("(no number)");
        let copy =
            if entry.is_copy { format!(", copy for {}", entry.mailbox) } else { String::new() };
        format!("{number} ({} to {}, {}{copy})", entry.from, entry.to, entry.certificate)
    }
}
