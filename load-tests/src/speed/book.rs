//! What was sent, answered, offered and acknowledged: every number accounted for while the load runs.
//!
//! Unlike the ledger of the crash tests it knows no restarts and keeps little for each envelope, so
//! that a million of them fit.

use std::collections::{HashMap, HashSet, VecDeque};

use rand::RngExt;
use rand::rngs::StdRng;

use crate::content::{Hash, hash_of};
use crate::ledger::Broken;
use crate::soap::Envelope;

mod told;

pub use told::Counts;
pub(crate) use told::Told;

/// The number of an envelope in this book.
pub(crate) type Id = u32;

/// All envelopes of one run. Times are nanoseconds since its start.
#[derive(Debug, Default)]
pub(crate) struct Book {
    /// Begins every certificate number of this run: what others left in the hub is not ours.
    run: String,
    entries: Vec<Entry>,
    by_number: HashMap<Box<str>, Id>,
    /// Accepted, and not pulled yet, in order of their answers.
    unpulled: VecDeque<Id>,
    /// Pulled, and no acknowledgement sent yet.
    pulled: VecDeque<Id>,
    told: Told,
}

/// One envelope.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) from: u16,
    pub(crate) to: u16,
    bytes: u32,
    hash: Hash,
    pub(crate) number: Option<Box<str>>,
    fate: Fate,
    /// Its content came to its recipient, and was right.
    seen: bool,
    acknowledgement: Acknowledgement,
}

/// What the hub said to a delivery.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fate {
    Sent,
    Accepted,
    Refused,
    Unanswered,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Acknowledgement {
    None,
    Sent,
    /// Answered at this time.
    Done(u64),
}

impl Book {
    pub(crate) fn new(run: String) -> Self {
        Self { run, ..Self::default() }
    }

    pub(crate) fn told(&self) -> &Told {
        &self.told
    }

    pub(crate) fn counts(&self) -> Counts {
        self.told.counts
    }

    /// How many have been begun.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn entry(&self, id: Id) -> Option<&Entry> {
        self.entries.get(id as usize)
    }

    fn entry_mut(&mut self, id: Id) -> Option<&mut Entry> {
        self.entries.get_mut(id as usize)
    }

    /// A delivery is about to be sent: its id and its certificate number.
    pub(crate) fn begin(&mut self, from: usize, to: usize) -> (Id, String) {
        let id = Id::try_from(self.entries.len()).unwrap_or(Id::MAX);
        let short = |country: usize| u16::try_from(country).unwrap_or(u16::MAX);
        self.entries.push(Entry {
            from: short(from),
            to: short(to),
            bytes: 0,
            hash: [0; 32],
            number: None,
            fate: Fate::Sent,
            seen: false,
            acknowledgement: Acknowledgement::None,
        });
        (id, format!("{}{id}", self.run))
    }

    /// What it contains.
    pub(crate) fn contains(&mut self, id: Id, hash: Hash, bytes: usize) {
        if let Some(entry) = self.entry_mut(id) {
            (entry.hash, entry.bytes) = (hash, u32::try_from(bytes).unwrap_or(u32::MAX));
        }
    }

    /// It was answered with a number.
    pub(crate) fn accepted(&mut self, id: Id, number: &str) {
        self.told.counts.accepted += 1;
        self.give_number(id, number);
        let Some(entry) = self.entries.get_mut(id as usize) else { return };
        entry.fate = Fate::Accepted;
        self.told.counts.accepted_bytes += u64::from(entry.bytes);
        if !entry.seen {
            self.unpulled.push_back(id);
        }
    }

    /// It was refused: it must not be in the hub.
    pub(crate) fn refused(&mut self, id: Id) {
        self.told.counts.refused += 1;
        if let Some(entry) = self.entry_mut(id) {
            entry.fate = Fate::Refused;
        }
    }

    /// No answer came: it may be in the hub, once.
    pub(crate) fn unanswered(&mut self, id: Id) {
        self.told.counts.unanswered += 1;
        if let Some(entry) = self.entry_mut(id) {
            entry.fate = Fate::Unanswered;
        }
    }

    /// Whatever else no hub should do.
    pub(crate) fn misbehaved(&mut self, text: String) {
        self.told.finding(Broken::Misbehaved, text);
    }

    fn give_number(&mut self, id: Id, number: &str) {
        let Some(entry) = self.entries.get_mut(id as usize) else { return };
        match &entry.number {
            Some(known) if **known == *number => return,
            Some(known) => {
                let text = format!("one delivery has the numbers {known} and {number}");
                self.told.finding(Broken::Duplicated, text);
                return;
            }
            None => entry.number = Some(number.into()),
        }
        if let Some(other) = self.by_number.insert(number.into(), id) {
            let text = format!("{number} was given to deliveries {other} and {id}");
            self.told.finding(Broken::Duplicated, text);
        }
    }

    /// A country was given envelopes, or their headers, by a request sent at `asked`. `listing`:
    /// by one that offers what is pending, where nothing that was acknowledged before may stand.
    ///
    /// Returns those of this run.
    pub(crate) fn offered(
        &mut self,
        country: usize,
        envelopes: &[Envelope],
        asked: u64,
        listing: bool,
    ) -> Vec<Id> {
        let mut ids = Vec::with_capacity(envelopes.len());
        let mut once = HashSet::new();
        for envelope in envelopes {
            let Some(id) = self.id_of(envelope) else {
                self.told.counts.foreign += 1;
                continue;
            };
            if !once.insert(id) {
                let text = format!("{} stands twice in one answer", envelope.number);
                self.told.finding(Broken::Duplicated, text);
                continue;
            }
            self.give_number(id, &envelope.number);
            self.judge_offer(country, id, envelope, asked, listing);
            ids.push(id);
        }
        ids
    }

    fn id_of(&self, envelope: &Envelope) -> Option<Id> {
        let id: Id = envelope.certificate.strip_prefix(&self.run)?.parse().ok()?;
        self.entry(id).map(|_| id)
    }

    fn judge_offer(&mut self, at: usize, id: Id, envelope: &Envelope, asked: u64, listing: bool) {
        let number = &envelope.number;
        let Some(entry) = self.entries.get_mut(id as usize) else { return };
        if usize::from(entry.to) != at {
            let text = format!("{number} for country {} was offered to {at}", entry.to);
            self.told.finding(Broken::Misbehaved, text);
        }
        if entry.fate == Fate::Refused {
            let text = format!("{number} was refused, and is offered");
            self.told.finding(Broken::Misbehaved, text);
        }
        if let Acknowledgement::Done(answered) = entry.acknowledgement
            && listing
            && answered < asked
        {
            let text = format!("{number} is offered after its answered acknowledgement");
            self.told.finding(Broken::Undone, text);
        }
        let Some(content) = &envelope.content else { return };
        self.told.counts.pulled += 1;
        if hash_of(content) != entry.hash {
            let text = format!("the content of {number} differs ({} bytes)", content.len());
            self.told.finding(Broken::Lost, text);
        } else if !entry.seen {
            entry.seen = true;
            self.pulled.push_back(id);
        }
    }

    /// An acknowledgement is about to be sent.
    pub(crate) fn acknowledging(&mut self, id: Id) {
        if let Some(entry) = self.entry_mut(id)
            && entry.acknowledgement == Acknowledgement::None
        {
            entry.acknowledgement = Acknowledgement::Sent;
        }
    }

    /// It was answered.
    pub(crate) fn acknowledged(&mut self, id: Id, at: u64) {
        if let Some(entry) = self.entry_mut(id)
            && !matches!(entry.acknowledgement, Acknowledgement::Done(_))
        {
            entry.acknowledgement = Acknowledgement::Done(at);
            self.told.counts.acknowledged += 1;
        }
    }

    /// The hub told a state, asked at this time.
    pub(crate) fn tracked(&mut self, id: Id, state: &str, asked: u64) {
        let Some(entry) = self.entries.get(id as usize) else { return };
        let delivered = state == "Delivered";
        let pending = state == "PendingDelivery";
        let (right, broken) = match entry.acknowledgement {
            Acknowledgement::Done(answered) if answered < asked => (delivered, Broken::Undone),
            Acknowledgement::None => (pending, Broken::Lost),
            _ => (pending || delivered, Broken::Lost),
        };
        if !right {
            let number = entry.number.as_deref().unwrap_or_default();
            let text = format!("{number} is told to be {state}: {:?}", entry.acknowledgement);
            self.told.finding(broken, text);
        }
    }

    /// The oldest that was accepted and not pulled; it is not given out again.
    pub(crate) fn next_to_pull(&mut self) -> Option<Id> {
        while let Some(id) = self.unpulled.pop_front() {
            if self.entry(id).is_some_and(|entry| !entry.seen) {
                return Some(id);
            }
        }
        None
    }

    /// The oldest that was pulled and not acknowledged; it is not given out again.
    pub(crate) fn next_to_acknowledge(&mut self) -> Option<Id> {
        while let Some(id) = self.pulled.pop_front() {
            if self.unacknowledged(id) {
                return Some(id);
            }
        }
        None
    }

    /// Whether no acknowledgement of it was sent.
    pub(crate) fn unacknowledged(&self, id: Id) -> bool {
        let untouched = |entry: &Entry| entry.acknowledgement == Acknowledgement::None;
        self.entry(id).is_some_and(untouched)
    }

    /// Whether its acknowledgement was answered.
    pub(crate) fn is_acknowledged(&self, id: Id) -> bool {
        let done = |entry: &Entry| matches!(entry.acknowledgement, Acknowledgement::Done(_));
        self.entry(id).is_some_and(done)
    }

    /// One that has a number, by lot.
    pub(crate) fn any_accepted(&self, rng: &mut StdRng) -> Option<Id> {
        if self.entries.is_empty() {
            return None;
        }
        let tries = (0..LOTS).map(|_| rng.random_range(0..self.entries.len()));
        let mut accepted = tries.filter(|place| self.entries[*place].fate == Fate::Accepted);
        accepted.next().and_then(|place| Id::try_from(place).ok())
    }

    /// Everything was offered that is there: what was accepted must have been among it.
    pub(crate) fn judge_drained(&mut self, limit_reached: bool) {
        let never_seen =
            self.entries.iter().filter(|entry| entry.fate == Fate::Accepted && !entry.seen);
        let numbers: Vec<Box<str>> = never_seen.filter_map(|entry| entry.number.clone()).collect();
        self.told.counts.unaccounted += numbers.len() as u64;
        for number in numbers {
            let text = if limit_reached {
                format!("{number} was answered, and not offered before the time was over")
            } else {
                format!("{number} was answered, and is never offered")
            };
            self.told.finding(Broken::Lost, text);
        }
    }
}

/// How often a lot is drawn again when what it fell on has no number.
const LOTS: usize = 16;

#[cfg(test)]
mod tests;
