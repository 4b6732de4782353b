//! Copies for channels: each a number and a life of its own, the content shared.

use super::{Broken, Delivery, EntryId, Ledger};
use crate::content::Hash;

impl Ledger {
    /// A delivery is about to be sent of which a channel gets a copy.
    pub fn copied_delivery_begins(
        &mut self,
        (from, to): (&'static str, &'static str),
        channel: &'static str,
        certificate: &str,
        hash: Hash,
    ) -> EntryId {
        let id = self.add((from, to), to, certificate, hash);
        let copy = self.add((from, to), channel, certificate, hash);
        self.entries[id].pair = Some(copy);
        let entry = &mut self.entries[copy];
        (entry.pair, entry.is_copy) = (Some(id), true);
        id
    }

    /// The copies that an answer or a header told of an envelope: exactly those that were due.
    pub fn copies_told(&mut self, id: EntryId, told: &[(String, String)]) {
        let entry = &self.entries[id];
        let due = entry.pair.filter(|_| !entry.is_copy);
        match (due, told) {
            (None, []) => {}
            (Some(copy), [(code, number)])
                if code == self.entries[copy].mailbox && !number.is_empty() =>
            {
                self.copied += u64::from(self.entries[copy].number.is_none());
                self.bind(copy, number);
            }
            _ => {
                let text = format!("the copies of {} are told as {told:?}", self.name(id));
                self.find(Broken::Lost, text);
            }
        }
    }

    /// In quiet, when every inbox was read: an envelope and its copy are there both or neither.
    pub fn check_pairs(&mut self) {
        let mut torn = Vec::new();
        for (id, entry) in self.entries.iter().enumerate().filter(|(_, entry)| entry.is_copy) {
            let original = entry.pair.map(|original| self.entries[original].delivery);
            let known = |delivery| delivery != Delivery::InDoubt;
            if let Some(original) = original
                && known(original)
                && known(entry.delivery)
                && original != entry.delivery
            {
                torn.push(id);
            }
        }
        for id in torn {
            let text = format!("{}: of it and its original only one is there", self.name(id));
            self.find(Broken::Lost, text);
        }
    }
}
