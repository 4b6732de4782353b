//! What is to be brought to one partner, and in which order: no clock, no disk, no sockets.
//!
//! A lane sees its queue page by page and holds a window of it: what is due, what waits for its
//! next try, what is being brought. Whatever it forgets stands in the store, so that it can be
//! built anew at any time ([`Lane::rebuild`]).
//!
//! For one key (sender, recipient and certificate number of an envelope) the order of the queue is
//! kept: a later one waits until the earlier one was brought, settled or set aside. Other keys
//! overtake.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use phytohub_domain::Timestamp;

/// One thing to be brought, as the store tells of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Candidate {
    /// Its position in the queue.
    pub(crate) sequence: u64,
    /// Things with the same key keep their order.
    pub(crate) key: u64,
    /// Tries that failed.
    pub(crate) attempts: u32,
    /// Not to be tried before.
    pub(crate) due: Timestamp,
    /// Whether later ones with its key wait for it: not if it was handed over once.
    pub(crate) blocks: bool,
}

/// What a lane wants.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Want {
    /// The next positions of the queue, behind this one.
    Read { after: u64, count: usize },
    /// To look again at this position.
    Look { sequence: u64 },
    /// To bring this.
    Bring { sequence: u64, attempts: u32 },
    /// Nothing before this time, if any.
    Wait(Option<Timestamp>),
}

/// What became of something that was brought.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// It is no longer this lane's: handed over, settled, set aside.
    Done,
    /// It failed; the store knows when to try again.
    Again { attempts: u32, due: Timestamp },
}

#[derive(Debug, Default)]
pub(crate) struct Lane {
    /// Everything up to here was seen.
    cursor: u64,
    /// Whether nothing lies behind the cursor, as far as is known.
    exhausted: bool,
    items: BTreeMap<u64, Item>,
    /// Positions of each key, in order; being brought or not.
    chains: HashMap<u64, BTreeSet<u64>>,
    /// Keys of which something is being brought.
    flying: HashMap<u64, u64>,
    /// Whose turn it is, and whose time has come.
    ready: BTreeSet<u64>,
    /// Whose turn it is at a later time.
    timed: BTreeSet<(Timestamp, u64)>,
    /// Positions to be looked at again.
    look: BTreeSet<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Item {
    candidate: Candidate,
    /// It ended otherwise while it was being brought.
    settled: bool,
}

impl Lane {
    /// What to do now. After [`Want::Bring`] that position is being brought until its outcome is
    /// told.
    pub(crate) fn next(&mut self, now: Timestamp) -> Want {
        self.wake(now);
        if let Some(sequence) = self.look.pop_first() {
            return Want::Look { sequence };
        }
        if self.ready.len() < READ_AHEAD && !self.exhausted && self.items.len() < ITEMS_MAX {
            return Want::Read { after: self.cursor, count: PAGE };
        }
        let Some(sequence) = self.ready.first().copied() else {
            return Want::Wait(self.timed.first().map(|(due, _)| *due));
        };
        let Some(item) = self.items.get(&sequence).copied() else {
            // Not possible: what is ready is held. Forgetting it beats ending the lane.
            self.ready.remove(&sequence);
            return Want::Wait(Some(now));
        };
        let key = item.candidate.key;
        self.hide(key);
        self.flying.insert(key, sequence);
        Want::Bring { sequence, attempts: item.candidate.attempts }
    }

    /// What the next positions hold, in order: `last` is the last position that was looked at,
    /// nothing at the end of the queue.
    pub(crate) fn read(&mut self, last: Option<u64>, candidates: &[Candidate], now: Timestamp) {
        match last {
            Some(last) => self.cursor = self.cursor.max(last),
            None => self.exhausted = true,
        }
        for candidate in candidates {
            self.add(*candidate, now);
        }
    }

    /// What a position holds that was looked at again; nothing if it is not to be brought.
    pub(crate) fn looked(&mut self, sequence: u64, candidate: Option<Candidate>, now: Timestamp) {
        match candidate {
            Some(candidate) => self.add(candidate, now),
            None => self.settle(sequence),
        }
    }

    /// Something came to the end of the queue.
    pub(crate) fn came(&mut self) {
        self.exhausted = false;
    }

    /// A position may have to be brought again. What the lane holds, it knows already.
    pub(crate) fn again(&mut self, sequence: u64) {
        if let Some(item) = self.items.get_mut(&sequence) {
            item.settled = false;
            return;
        }
        if sequence > self.cursor {
            return;
        }
        if self.look.len() < LOOK_MAX {
            self.look.insert(sequence);
        } else {
            self.rebuild();
        }
    }

    /// A position needs not be brought any more.
    pub(crate) fn settle(&mut self, sequence: u64) {
        self.look.remove(&sequence);
        let Some(item) = self.items.get_mut(&sequence) else { return };
        if self.flying.get(&item.candidate.key) == Some(&sequence) {
            item.settled = true;
        } else {
            self.forget(sequence);
        }
    }

    /// What was brought came out like this.
    pub(crate) fn outcome(&mut self, sequence: u64, outcome: Outcome) {
        let Some(item) = self.items.get_mut(&sequence) else { return };
        let key = item.candidate.key;
        if self.flying.get(&key) == Some(&sequence) {
            self.flying.remove(&key);
        }
        match outcome {
            Outcome::Again { attempts, due } if !item.settled => {
                (item.candidate.attempts, item.candidate.due) = (attempts, due);
                self.show(key);
            }
            _ => self.forget(sequence),
        }
    }

    /// Forgets all but what is being brought, and begins the queue anew.
    pub(crate) fn rebuild(&mut self) {
        (self.cursor, self.exhausted) = (0, false);
        let flying: BTreeSet<u64> = self.flying.values().copied().collect();
        self.items.retain(|sequence, _| flying.contains(sequence));
        self.chains.clear();
        for (sequence, item) in &self.items {
            self.chains.entry(item.candidate.key).or_default().insert(*sequence);
        }
        self.ready.clear();
        self.timed.clear();
        self.look.clear();
    }

    /// How many things it holds in memory.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.items.len()
    }

    fn add(&mut self, candidate: Candidate, now: Timestamp) {
        let sequence = candidate.sequence;
        if self.items.contains_key(&sequence) {
            return;
        }
        let mut candidate = candidate;
        // A time farther away than any wait was written before the clock stepped back.
        candidate.due = candidate.due.min(now.plus(WAIT_MAX));
        self.items.insert(sequence, Item { candidate, settled: false });
        self.hide(candidate.key);
        self.chains.entry(candidate.key).or_default().insert(sequence);
        self.show(candidate.key);
    }

    fn forget(&mut self, sequence: u64) {
        let Some(item) = self.items.get(&sequence).copied() else { return };
        let key = item.candidate.key;
        self.hide(key);
        self.items.remove(&sequence);
        if let Some(chain) = self.chains.get_mut(&key) {
            chain.remove(&sequence);
            if chain.is_empty() {
                self.chains.remove(&key);
            }
        }
        self.show(key);
    }

    /// Those of a key whose turn it is: all up to the first that blocks.
    fn turn(&self, key: u64) -> Vec<Candidate> {
        let Some(chain) = self.chains.get(&key) else { return Vec::new() };
        let mut turn = Vec::new();
        for item in chain.iter().filter_map(|sequence| self.items.get(sequence)) {
            turn.push(item.candidate);
            if item.candidate.blocks {
                break;
            }
        }
        turn
    }

    fn hide(&mut self, key: u64) {
        for candidate in self.turn(key) {
            self.ready.remove(&candidate.sequence);
            self.timed.remove(&(candidate.due, candidate.sequence));
        }
    }

    fn show(&mut self, key: u64) {
        if self.flying.contains_key(&key) {
            return;
        }
        for candidate in self.turn(key) {
            self.timed.insert((candidate.due, candidate.sequence));
        }
    }

    /// What waited until now is ready.
    fn wake(&mut self, now: Timestamp) {
        while let Some((due, sequence)) = self.timed.first().copied()
            && due <= now
        {
            self.timed.pop_first();
            self.ready.insert(sequence);
        }
    }
}

/// Fewer than this ready, and the lane reads on: more than any partner is called at once.
const READ_AHEAD: usize = 64;
/// Positions read at a time: what one pull of headers reads, some milliseconds.
const PAGE: usize = 1000;
/// Things held in memory: two megabytes. A partner that refuses so many, each for itself, gets no
/// more before some of them are settled.
const ITEMS_MAX: usize = 16 << 10;
/// Positions to be looked at again, before beginning anew is cheaper.
const LOOK_MAX: usize = 16 << 10;
/// Longer than any wait that the settings allow.
pub(crate) const WAIT_MAX: std::time::Duration = std::time::Duration::from_secs(31 * 86_400);

#[cfg(test)]
mod tests;
