//! What a hub brings to partners' own services: envelopes, and state changes.

use std::time::Duration;

use super::{Broken, Delivery, EntryId, Ledger, State, States};
use crate::content::Hash;
use crate::soap::Envelope;

impl Ledger {
    /// The time on the ledger's clock.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.watch.elapsed()
    }

    /// An envelope came whole to its recipient's service; the request began at `begun`.
    pub fn brought(
        &mut self,
        to: &'static str,
        envelope: &Envelope,
        hash: Hash,
        begun: Duration,
    ) -> Option<EntryId> {
        let id = match self.by_number(&envelope.number) {
            Some(id) => id,
            None => self.recognize(to, envelope, hash)?,
        };
        self.brought += 1;
        self.check_header(id, envelope);
        self.check_content(id, hash);
        self.check_brought_again(id, begun);
        if self.entries[id].brought.is_empty() {
            self.check_brought_order(id);
        }
        self.entries[id].brought.push(begun);
        Some(id)
    }

    /// The history of an envelope says that it was handed over.
    pub fn handed_over(&mut self, id: EntryId) {
        let now = self.now();
        self.entries[id].handed_over.get_or_insert(now);
    }

    /// The service of an envelope's sender was told its state.
    pub fn update_told(&mut self, told: &Envelope) {
        self.updates += 1;
        // In doubt and never seen: its number will be compared when it is.
        let Some(id) = self.by_number(&told.number) else { return };
        let legal = self.entries[id].possible;
        let Some(state) = self.judge(id, legal, told) else { return };
        if state == State::Pending {
            let text = format!("{}: PendingDelivery was told, and is no change", self.name(id));
            return self.find(Broken::Misbehaved, text);
        }
        if let Some(before) = self.entries[id].told.replace(state)
            && before != state
        {
            let text = format!("{}: {state:?} was told after {before:?}", self.name(id));
            self.find(Broken::Undone, text);
        }
        self.narrow(id, States::only(state));
    }

    /// Envelopes that were accepted for this recipient and never came to its service.
    #[must_use]
    pub fn never_brought(&self, to: &str) -> Vec<EntryId> {
        let never = self.iter().filter(|(_, entry)| {
            entry.mailbox == to
                && entry.delivery == Delivery::Accepted
                && entry.brought.is_empty()
                && entry.possible == States::only(State::Pending)
        });
        never.map(|(id, _)| id).collect()
    }

    /// Envelopes of this sender that have ended without its service hearing of it.
    #[must_use]
    pub fn never_told(&self, from: &str) -> Vec<EntryId> {
        let never = self.iter().filter(|(_, entry)| {
            entry.from == from
                && !entry.is_copy
                && entry.delivery == Delivery::Accepted
                && !entry.possible.contains(State::Pending)
                && entry.told.is_none()
        });
        never.map(|(id, _)| id).collect()
    }

    /// What should have come to a partner's service by now and did not.
    pub fn not_in_time(&mut self, ids: &[EntryId], what: &str) {
        for id in ids {
            let text = format!("{}: {what} in time", self.name(*id));
            self.find(Broken::Lost, text);
        }
    }

    fn check_brought_again(&mut self, id: EntryId, begun: Duration) {
        let entry = &self.entries[id];
        if entry.settled.is_some_and(|settled| begun > settled + IN_FLIGHT_MAX) {
            let text = format!("{} is brought after its acknowledgement", self.name(id));
            self.find(Broken::Undone, text);
        }
        let entry = &self.entries[id];
        // The hand-over is no older than the first time that it came.
        let next = entry.brought.first().map(|first| *first + self.ack_wait);
        let known = entry.handed_over.is_some_and(|seen| begun > seen);
        if known && next.is_some_and(|next| begun < next) {
            let text = format!("{} is brought again though it was handed over", self.name(id));
            self.find(Broken::Undone, text);
        }
    }

    /// Brought for the first time: none of the same key before it may still wait for that.
    fn check_brought_order(&mut self, id: EntryId) {
        let entry = &self.entries[id];
        let key = (entry.from, entry.mailbox, entry.certificate.clone());
        let siblings = self.by_key.get(&key).map(Vec::as_slice).unwrap_or_default();
        let overtaken = siblings.iter().map(|other| &self.entries[*other]).find(|other| {
            other.brought.is_empty()
                && other.possible == States::only(State::Pending)
                && other.number.is_some()
                && other.number < entry.number
        });
        if let Some(other) = overtaken.and_then(|other| other.number.clone()) {
            let text = format!("{} is brought before {other}", self.name(id));
            self.find(Broken::Disordered, text);
        }
    }
}

/// A request that was on its way when the acknowledgement was taken has come by then.
const IN_FLIGHT_MAX: Duration = Duration::from_secs(10);
