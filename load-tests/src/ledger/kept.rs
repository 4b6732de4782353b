//! What a hub may drop, and when: content, then header and state, after the acknowledgement.

use std::time::Duration;

use super::{Broken, EntryId, Ledger, State, States};

/// What a hub still keeps of an envelope, as far as was seen.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "a hub drops in two steps")]
pub enum Kept {
    /// Everything.
    Whole,
    /// Header, state and history.
    Record,
    /// Nothing by which it could be asked for.
    Nothing,
}

/// How long a hub keeps what is delivered, from the acknowledgement on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "two settings of a hub")]
pub struct Retention {
    /// Content.
    pub content: Duration,
    /// Header and state.
    pub headers: Duration,
}

impl Ledger {
    /// A hub does not give the content of an envelope (`left` is [`Kept::Record`]), or does not
    /// know it any more. Right only after its time; then it must stay so.
    pub fn gone(&mut self, id: EntryId, left: Kept, told: &str) {
        if !self.may_be_gone(id, left) {
            let what = if left == Kept::Record { "its content" } else { "it" };
            let text = format!("{}: {what} is not there: {told}", self.name(id));
            return self.find(Broken::Lost, text);
        }
        self.dropped += u64::from(self.entries[id].kept < left);
        let entry = &mut self.entries[id];
        entry.kept = entry.kept.max(left);
    }

    /// Whether this much of an envelope may be dropped by now. Its copies count for themselves:
    /// each holds the content until its own time has come.
    #[must_use]
    pub fn may_be_gone(&self, id: EntryId, left: Kept) -> bool {
        let entry = &self.entries[id];
        let Some((retention, ended)) = self.retention.zip(entry.ended) else { return false };
        let time = match left {
            Kept::Whole => return true,
            Kept::Record => retention.content,
            Kept::Nothing => retention.headers,
        };
        // The hub counts from when it took the acknowledgement, which is later than its sending.
        let passed = self.watch.elapsed().saturating_sub(ended) + CLOCKS_DIFFER_MAX;
        entry.possible != States::only(State::Pending) && passed >= time
    }
}

/// The hub counts in milliseconds of the wall clock, the harness on a steady one.
const CLOCKS_DIFFER_MAX: Duration = Duration::from_millis(20);
