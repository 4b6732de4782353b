//! Everything that only ever goes forward, written with each commit.

use phytohub_domain::{HubDeliveryNumber, Timestamp};
use rkyv::{Archive, Deserialize, Serialize};

use crate::record::{decode, encode};

/// The counters of a store. Copied, advanced and written by the committer alone.
#[derive(Archive, Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Counters {
    /// Position of the last envelope accepted; positions start at 1.
    pub(crate) sequence: u64,
    /// Place of the last event; places start at 1.
    pub(crate) event: u64,
    /// Hash of the last event.
    pub(crate) event_hash: [u8; 32],
    /// Random number of this store, new when it is made and whenever it is restored.
    pub(crate) incarnation: u32,
    /// Milliseconds of the last number assigned.
    number_millis: u64,
    /// Counter of the last number assigned.
    number_counter: u16,
    /// The latest time that was trusted.
    pub(crate) high_water: u64,
    /// Number of commits.
    pub(crate) commits: u64,
}

impl Counters {
    /// The counters of a new store.
    pub(crate) fn new(incarnation: u32, now: Timestamp) -> Self {
        Self {
            sequence: 0,
            event: 0,
            event_hash: [0; 32],
            incarnation,
            number_millis: 0,
            number_counter: 0,
            high_water: now.as_millis(),
            commits: 0,
        }
    }

    /// The next position in the queues.
    pub(crate) fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// The next number: later than every number before, whatever the clock says.
    pub(crate) fn next_number(&mut self, now: Timestamp, random: u32) -> HubDeliveryNumber {
        let millis = now.as_millis().max(self.number_millis);
        if millis > self.number_millis {
            (self.number_millis, self.number_counter) = (millis, 0);
        } else if let Some(next) = self.number_counter.checked_add(1) {
            self.number_counter = next;
        } else {
            (self.number_millis, self.number_counter) = (millis + 1, 0);
        }
        let time = Timestamp::from_millis(self.number_millis);
        HubDeliveryNumber::new(time, self.incarnation, self.number_counter, random)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        decode(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_never_go_backwards() {
        let mut counters = Counters::new(7, Timestamp::default());
        let mut last = counters.next_number(Timestamp::from_millis(1_000), 0);
        for step in 0..200_000_u64 {
            // A clock that stands still, then steps back.
            let now = Timestamp::from_millis(if step < 150_000 { 1_000 } else { 10 });
            let next = counters.next_number(now, u32::MAX);
            assert!(next > last, "{next} after {last}");
            last = next;
        }
    }

    #[test]
    fn counters_written_are_read_back() {
        let mut counters = Counters::new(7, Timestamp::from_millis(5));
        counters.next_sequence();
        counters.next_number(Timestamp::from_millis(9), 1);
        assert_eq!(Counters::decode(&counters.encode()), Some(counters));
    }
}
