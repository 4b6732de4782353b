//! What waits, in memory: for each connection and queue the set of positions still taken.
//!
//! A pull is a lookup of exact keys; nothing ever scans over what was acknowledged long ago.

use std::collections::BTreeSet;

use dashmap::DashMap;
use phytohub_domain::ConnectionId;
use roaring::RoaringTreemap;

use crate::keys;

/// Which of a connection's queues.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a connection receives, sends and is told")]
pub enum Queue {
    /// What waits for it.
    Inbox,
    /// What it sent and nobody has acknowledged.
    Outbox,
    /// States of what it sent that its endpoint is to be told. Positions are places of events.
    Updates,
}

impl Queue {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Inbox, Self::Outbox, Self::Updates];

    /// The column family that holds this queue.
    pub(crate) const fn family(self) -> &'static str {
        match self {
            Self::Inbox => keys::INBOX,
            Self::Outbox => keys::OUTBOX,
            Self::Updates => keys::UPDATE,
        }
    }
}

/// One queue: positions taken, and those of them that the operator set aside.
#[derive(Debug, Default)]
struct Positions {
    taken: RoaringTreemap,
    parked: BTreeSet<u64>,
}

/// All queues of all connections.
#[derive(Debug, Default)]
pub(crate) struct Mailboxes {
    queues: DashMap<(ConnectionId, Queue), Positions>,
}

impl Mailboxes {
    pub(crate) fn insert(&self, connection: ConnectionId, queue: Queue, sequence: u64) {
        self.queues.entry((connection, queue)).or_default().taken.insert(sequence);
    }

    /// What a queue holds when the store is opened.
    pub(crate) fn fill(&self, connection: ConnectionId, queue: Queue, taken: RoaringTreemap) {
        if !taken.is_empty() {
            self.queues.entry((connection, queue)).or_default().taken = taken;
        }
    }

    pub(crate) fn remove(&self, connection: ConnectionId, queue: Queue, sequence: u64) {
        if let Some(mut positions) = self.queues.get_mut(&(connection, queue)) {
            positions.taken.remove(sequence);
            positions.parked.remove(&sequence);
        }
    }

    pub(crate) fn park(&self, connection: ConnectionId, sequence: u64, parked: bool) {
        let mut positions = self.queues.entry((connection, Queue::Inbox)).or_default();
        if parked {
            positions.parked.insert(sequence);
        } else {
            positions.parked.remove(&sequence);
        }
    }

    /// At most `count` offered positions after `after`, then, wrapping, from the first on; no
    /// position twice.
    pub(crate) fn offered_after(
        &self,
        connection: ConnectionId,
        queue: Queue,
        after: u64,
        count: usize,
    ) -> Vec<u64> {
        let Some(positions) = self.queues.get(&(connection, queue)) else {
            return Vec::new();
        };
        let offered = |sequence: &u64| !positions.parked.contains(sequence);
        let mut later = positions.taken.iter();
        later.advance_to(after.saturating_add(1));
        let earlier = positions.taken.iter().take_while(|sequence| *sequence <= after);
        later.filter(offered).chain(earlier.filter(offered)).take(count).collect()
    }

    /// Whether a position is taken.
    pub(crate) fn holds(&self, connection: ConnectionId, queue: Queue, sequence: u64) -> bool {
        let positions = self.queues.get(&(connection, queue));
        positions.is_some_and(|positions| positions.taken.contains(sequence))
    }

    /// Whether a position is set aside.
    pub(crate) fn is_parked(&self, connection: ConnectionId, sequence: u64) -> bool {
        let positions = self.queues.get(&(connection, Queue::Inbox));
        positions.is_some_and(|positions| positions.parked.contains(&sequence))
    }

    /// How many positions both an outbox and an inbox hold.
    pub(crate) fn between(&self, sender: ConnectionId, mailbox: ConnectionId) -> u64 {
        // One guard at a time: two could wait for each other.
        let Some(sent) = self.queues.get(&(sender, Queue::Outbox)).map(|p| p.taken.clone()) else {
            return 0;
        };
        let inbox = self.queues.get(&(mailbox, Queue::Inbox));
        inbox.map_or(0, |inbox| inbox.taken.intersection_len(&sent))
    }

    /// How many positions are taken, parked ones included.
    pub(crate) fn len(&self, connection: ConnectionId, queue: Queue) -> u64 {
        self.queues.get(&(connection, queue)).map_or(0, |positions| positions.taken.len())
    }

    /// How many envelopes wait in all inboxes.
    pub(crate) fn pending(&self) -> u64 {
        let inboxes = self.queues.iter().filter(|entry| entry.key().1 == Queue::Inbox);
        inboxes.map(|entry| entry.taken.len()).sum()
    }

    /// The first position taken in each queue: below it, the queue holds nothing.
    pub(crate) fn lower_bounds(&self) -> Vec<((ConnectionId, Queue), Option<u64>)> {
        self.queues.iter().map(|entry| (*entry.key(), entry.taken.min())).collect()
    }

    /// At most `count` positions after `after`, parked ones included, oldest first.
    pub(crate) fn taken_after(
        &self,
        connection: ConnectionId,
        queue: Queue,
        after: u64,
        count: usize,
    ) -> Vec<u64> {
        let Some(positions) = self.queues.get(&(connection, queue)) else {
            return Vec::new();
        };
        let mut taken = positions.taken.iter();
        taken.advance_to(after.saturating_add(1));
        taken.take(count).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NO: ConnectionId = ConnectionId(1);

    proptest! {
        /// However the calls are cut, going round offers everything, oldest first.
        #[test]
        fn no_stuck_envelope_hides_the_rest(
            taken in prop::collection::btree_set(1_u64..1_000, 1..60), count in 1_usize..20,
        ) {
            let mailboxes = Mailboxes::default();
            taken.iter().for_each(|s| mailboxes.insert(NO, Queue::Inbox, *s));
            let (mut after, mut seen) = (0, BTreeSet::new());
            for _ in 0..taken.len().div_ceil(count) {
                let offered = mailboxes.offered_after(NO, Queue::Inbox, after, count);
                prop_assert_eq!(offered.len(), count.min(taken.len()));
                after = *offered.last().expect("something waits");
                seen.extend(offered);
            }
            prop_assert_eq!(seen, taken);
        }
    }

    #[test]
    fn what_is_parked_is_offered_to_nobody() {
        let mailboxes = Mailboxes::default();
        (1..=3).for_each(|s| mailboxes.insert(NO, Queue::Inbox, s));
        mailboxes.park(NO, 2, true);
        assert_eq!(mailboxes.offered_after(NO, Queue::Inbox, 0, 9), [1, 3]);
        assert_eq!(mailboxes.taken_after(NO, Queue::Inbox, 0, 9), [1, 2, 3]);
        mailboxes.park(NO, 2, false);
        assert_eq!(mailboxes.offered_after(NO, Queue::Inbox, 1, 9), [2, 3, 1]);
        mailboxes.remove(NO, Queue::Inbox, 2);
        assert_eq!(mailboxes.offered_after(NO, Queue::Inbox, 1, 9), [3, 1]);
        assert_eq!(mailboxes.len(NO, Queue::Inbox), 2);
    }
}
