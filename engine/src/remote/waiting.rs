//! What lies in a connection's inbox at the hub elsewhere, as far as it was brought.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;
use phytohub_domain::HubDeliveryNumber;
use phytohub_exchange::plugin::PluginEnvelope;

/// The envelopes that were brought and are not acknowledged, in the order in which they came. What
/// is in it the hub has too, and brings again after a new start.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    last: u64,
    positions: HashMap<HubDeliveryNumber, u64>,
    envelopes: BTreeMap<u64, (PluginEnvelope, Option<Bytes>)>,
    /// Bytes of the documents that are kept.
    kept: usize,
    /// The latest numbers that were acknowledged: they may have been on their way a second time.
    done: BTreeSet<HubDeliveryNumber>,
}

impl Waiting {
    /// Takes in an envelope; false if it is known. Its document is kept if there is room: else it is
    /// pulled when it is read.
    pub(super) fn came(&mut self, mut envelope: PluginEnvelope, document: &Bytes) -> bool {
        let number = envelope.number;
        if self.positions.contains_key(&number) || self.done.contains(&number) {
            return false;
        }
        self.last += 1;
        envelope.position = self.last;
        let fits = self.kept.saturating_add(document.len()) <= DOCUMENT_BYTES_MAX;
        let document = fits.then(|| document.clone());
        self.kept += document.as_ref().map_or(0, Bytes::len);
        self.positions.insert(number, self.last);
        self.envelopes.insert(self.last, (envelope, document));
        true
    }

    /// It did not come after all.
    pub(super) fn forget(&mut self, number: HubDeliveryNumber) {
        if let Some(position) = self.positions.remove(&number)
            && let Some((_, Some(document))) = self.envelopes.remove(&position)
        {
            self.kept = self.kept.saturating_sub(document.len());
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.envelopes.len()
    }

    /// At most `limit` of them, after a position.
    pub(super) fn after(&self, position: u64, limit: usize) -> Vec<PluginEnvelope> {
        let behind = self.envelopes.range(position.saturating_add(1)..);
        behind.take(limit).map(|(_, (envelope, _))| envelope.clone()).collect()
    }

    /// One of them, with its document if it is kept.
    pub(super) fn get(&self, number: HubDeliveryNumber) -> Option<(PluginEnvelope, Option<Bytes>)> {
        self.envelopes.get(self.positions.get(&number)?).cloned()
    }

    /// It was acknowledged, or is there no more.
    pub(super) fn done(&mut self, number: HubDeliveryNumber) {
        self.forget(number);
        self.done.insert(number);
        if self.done.len() > DONE_MAX {
            self.done.pop_first();
        }
    }
}

/// Bytes of a connection's documents in memory: some hundreds of usual certificates.
const DOCUMENT_BYTES_MAX: usize = 16 << 20;
/// More than can be on their way at once: see the credit.
const DONE_MAX: usize = 4096;

#[cfg(test)]
mod tests {
    use phytohub_domain::EnvelopeHeader;

    use super::*;

    fn envelope(number: u8) -> PluginEnvelope {
        let number = HubDeliveryNumber::from_bytes([number; 16]);
        PluginEnvelope::elsewhere(number, &EnvelopeHeader::default())
    }

    #[test]
    fn an_envelope_lies_there_once_until_it_is_done_with() {
        let (mut waiting, document) = (Waiting::default(), Bytes::from_static(b"<a/>"));
        assert!(waiting.came(envelope(7), &document) && waiting.came(envelope(3), &document));
        assert!(!waiting.came(envelope(7), &document), "brought again by another connection");
        let numbers = |found: Vec<PluginEnvelope>| -> Vec<u8> {
            found.iter().map(|one| one.number.to_bytes()[0]).collect()
        };
        assert_eq!(numbers(waiting.after(0, 9)), [7, 3]);
        assert_eq!(numbers(waiting.after(1, 9)), [3]);
        assert_eq!(numbers(waiting.after(0, 1)), [7]);
        let (found, kept) = waiting.get(envelope(3).number).expect("it is there");
        assert_eq!((found.position, kept), (2, Some(document.clone())));

        waiting.forget(envelope(7).number);
        assert_eq!((waiting.len(), waiting.kept), (1, document.len()));
        assert!(waiting.came(envelope(7), &document), "it is brought again");
        waiting.done(envelope(7).number);
        assert!(!waiting.came(envelope(7), &document), "it was on its way a second time");
        assert_eq!(numbers(waiting.after(0, 9)), [3]);
        waiting.done(envelope(3).number);
        assert_eq!((waiting.kept, waiting.positions.len(), waiting.envelopes.len()), (0, 0, 0));
    }

    #[test]
    fn documents_take_no_more_memory_than_they_may() {
        let (mut waiting, half) =
            (Waiting::default(), Bytes::from(vec![0; DOCUMENT_BYTES_MAX / 2]));
        for number in 0..4 {
            assert!(waiting.came(envelope(number), &half));
        }
        assert_eq!(waiting.kept, DOCUMENT_BYTES_MAX);
        assert_eq!(waiting.get(envelope(3).number).map(|(_, document)| document), Some(None));
        waiting.done(envelope(0).number);
        assert_eq!(waiting.kept, DOCUMENT_BYTES_MAX / 2);
    }
}
