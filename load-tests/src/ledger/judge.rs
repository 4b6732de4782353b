//! What the hub says, held against what is known.

use super::{Broken, Delivery, EntryId, Hash, Kept, Ledger, State, States};
use crate::soap::Envelope;

impl Ledger {
    pub(super) fn narrow(&mut self, id: EntryId, possible: States) {
        let before = std::mem::replace(&mut self.entries[id].possible, possible);
        let ends = before.contains(State::Pending) && !possible.contains(State::Pending);
        self.ended += u64::from(ends);
    }

    pub(super) fn bind(&mut self, id: EntryId, number: &str) {
        if let Some(other) = self.by_number.insert(number.into(), id)
            && other != id
        {
            let text = format!("{} and {} have one number", self.name(other), self.name(id));
            self.find(Broken::Duplicated, text);
        }
        match &self.entries[id].number {
            Some(known) if known != number => {
                let text = format!("{} is there again as {number}", self.name(id));
                self.find(Broken::Duplicated, text);
            }
            Some(_) => {}
            None => {
                if self.entries[id].delivery == Delivery::Absent {
                    let text = format!("{number} was not there after a restart, and now it is");
                    self.find(Broken::Misbehaved, text);
                }
                let entry = &mut self.entries[id];
                entry.number = Some(number.into());
                entry.delivery = Delivery::Accepted;
            }
        }
    }

    pub(super) fn recognize(
        &mut self,
        to: &'static str,
        envelope: &Envelope,
        hash: Hash,
    ) -> Option<EntryId> {
        let key = (to, envelope.certificate.clone(), hash);
        let Some(id) = self.by_content.get(&key).copied() else {
            let text = format!("{} in the inbox of {to} was never sent", envelope.number);
            self.find(Broken::Misbehaved, text);
            return None;
        };
        self.bind(id, &envelope.number);
        Some(id)
    }

    pub(super) fn check_header(&mut self, id: EntryId, told: &Envelope) {
        let entry = &self.entries[id];
        let same = told.from == entry.from
            && told.to == entry.to
            && told.certificate == entry.certificate
            && self.by_number(&told.number) == Some(id);
        if !same {
            let text = format!("{} has another header now: {told:?}", self.name(id));
            self.find(Broken::Lost, text);
        }
    }

    /// Offered for the first time: none of the same key with a greater number may have been before.
    pub(super) fn check_order(&mut self, id: EntryId) {
        let entry = &self.entries[id];
        if entry.seen {
            return;
        }
        let key = (entry.from, entry.mailbox, entry.certificate.clone());
        let siblings = self.by_key.get(&key).map(Vec::as_slice).unwrap_or_default();
        let overtaken = siblings
            .iter()
            .map(|other| &self.entries[*other])
            .find(|other| other.seen && other.number.is_some() && other.number > entry.number);
        if let Some(other) = overtaken.and_then(|other| other.number.clone()) {
            let text = format!("{} is offered after {other}", self.name(id));
            self.find(Broken::Disordered, text);
        }
        self.entries[id].seen = true;
    }

    pub(super) fn judge(&mut self, id: EntryId, legal: States, told: &Envelope) -> Option<State> {
        let name = self.name(id);
        if told.state == "EnvelopeNotExists" {
            self.gone(id, Kept::Nothing, &told.state);
            return None;
        }
        let Some(state) = State::from_word(&told.state) else {
            let text = format!("{name} is told to be {}: {}", told.state, told.message);
            self.find(Broken::Misbehaved, text);
            return None;
        };
        if self.entries[id].kept == Kept::Nothing {
            self.find(Broken::Misbehaved, format!("{name} was removed and is there again"));
        }
        self.check_header(id, told);
        if !legal.contains(state) {
            let text = format!("{name} is told to be {state:?}, and may only be {legal}");
            self.find(Broken::Undone, text);
        } else if let Some(words) = state.words(&self.entries[id].certificate)
            && told.message != words
        {
            let text = format!("{name}: the recipient's words are gone: {}", told.message);
            self.find(Broken::Lost, text);
        }
        Some(state)
    }
}
