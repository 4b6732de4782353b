//! Accepted envelopes that nobody may have before a plugin has judged them.
//!
//! They lie in their inboxes set aside, and in the outbox of their sender, as any that waits. What
//! makes them held is a row of `plugin` under the hub's own number: written and removed in the
//! batch that changes the envelope, so that a crash leaves none of them free or forgotten.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

use phytohub_domain::{ConnectionId, HubDeliveryNumber, Timestamp};
use rkyv::{Archive, Deserialize, Serialize};

use crate::error::ReadError;
use crate::record::{corrupt, decode, encode};

/// An envelope that is held.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct HeldEnvelope {
    /// Its number.
    pub number: HubDeliveryNumber,
    /// Its position: they are let go in this order, those of one key.
    pub sequence: u64,
    /// When it was accepted.
    pub since: Timestamp,
    /// When it is to be looked at again at the earliest, if a plugin said so.
    pub until: Option<Timestamp>,
    /// Why it is held.
    pub reason: String,
    /// Numbers of its copies, which are held with it.
    pub copies: Vec<HubDeliveryNumber>,
    pub(crate) key: HeldKey,
}

/// Envelopes of one key are let go in the order in which they were accepted.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct HeldKey {
    pub(crate) from: ConnectionId,
    pub(crate) to: String,
    pub(crate) nppo_certificate_number: String,
}

#[derive(Archive, Deserialize, Serialize)]
struct HeldRecord {
    sequence: u64,
    since: u64,
    until: Option<u64>,
    reason: String,
    copies: Vec<[u8; 16]>,
    from: u32,
    to: String,
    nppo_certificate_number: String,
}

/// Writes a held envelope.
pub(crate) fn encode_held(held: &HeldEnvelope) -> Vec<u8> {
    encode(&HeldRecord {
        sequence: held.sequence,
        since: held.since.as_millis(),
        until: held.until.map(Timestamp::as_millis),
        reason: held.reason.clone(),
        copies: held.copies.iter().map(|number| number.to_bytes()).collect(),
        from: held.key.from.0,
        to: held.key.to.clone(),
        nppo_certificate_number: held.key.nppo_certificate_number.clone(),
    })
}

/// Reads a held envelope.
pub(crate) fn decode_held(
    number: HubDeliveryNumber,
    bytes: &[u8],
) -> Result<HeldEnvelope, ReadError> {
    let record = decode::<HeldRecord>(bytes);
    let record = record.ok_or_else(|| corrupt("held", &number.to_bytes()))?;
    Ok(HeldEnvelope {
        number,
        sequence: record.sequence,
        since: Timestamp::from_millis(record.since),
        until: record.until.map(Timestamp::from_millis),
        reason: record.reason,
        copies: record.copies.into_iter().map(HubDeliveryNumber::from_bytes).collect(),
        key: HeldKey {
            from: ConnectionId(record.from),
            to: record.to,
            nppo_certificate_number: record.nppo_certificate_number,
        },
    })
}

/// All that is held.
#[derive(Clone, Debug, Default)]
pub(crate) struct HeldSet {
    /// By position.
    by_sequence: BTreeMap<u64, HeldEnvelope>,
    /// Positions by number, those of copies too: they are their original's.
    by_number: HashMap<HubDeliveryNumber, u64>,
    /// Positions by key, in order.
    by_key: HashMap<HeldKey, Vec<u64>>,
}

impl HeldSet {
    pub(crate) fn insert(&mut self, held: HeldEnvelope) {
        for number in held.copies.iter().chain([&held.number]) {
            self.by_number.insert(*number, held.sequence);
        }
        let positions = self.by_key.entry(held.key.clone()).or_default();
        if let Err(place) = positions.binary_search(&held.sequence) {
            positions.insert(place, held.sequence);
        }
        self.by_sequence.insert(held.sequence, held);
    }

    /// Takes one out, by its own number or a copy's.
    pub(crate) fn remove(&mut self, number: HubDeliveryNumber) -> Option<HeldEnvelope> {
        let sequence = *self.by_number.get(&number)?;
        let held = self.by_sequence.remove(&sequence)?;
        for number in held.copies.iter().chain([&held.number]) {
            self.by_number.remove(number);
        }
        if let Some(positions) = self.by_key.get_mut(&held.key) {
            positions.retain(|position| *position != sequence);
            if positions.is_empty() {
                self.by_key.remove(&held.key);
            }
        }
        Some(held)
    }

    pub(crate) fn get(&self, number: HubDeliveryNumber) -> Option<&HeldEnvelope> {
        self.by_sequence.get(self.by_number.get(&number)?)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_sequence.is_empty()
    }

    /// The first of a key that is held.
    pub(crate) fn first(&self, key: &HeldKey) -> Option<u64> {
        self.by_key.get(key)?.first().copied()
    }

    /// At most `count` after a position, each the first of its key.
    fn firsts(&self, after: u64, count: usize) -> Vec<HeldEnvelope> {
        let later = self.by_sequence.range(after.saturating_add(1)..).map(|(_, held)| held);
        let first = later.filter(|held| self.first(&held.key) == Some(held.sequence));
        first.take(count).cloned().collect()
    }
}

/// What is held, as whoever asks the store sees it: after the sync.
#[derive(Debug, Default)]
pub(crate) struct HeldView {
    /// Most hubs hold nothing: they are told so without a lock.
    len: AtomicUsize,
    set: RwLock<HeldSet>,
}

impl HeldView {
    pub(crate) fn new(set: HeldSet) -> Self {
        Self { len: AtomicUsize::new(set.by_sequence.len()), set: RwLock::new(set) }
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut HeldSet)) {
        let mut set = self.set.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut set);
        self.len.store(set.by_sequence.len(), Ordering::Release);
    }

    pub(crate) fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }

    pub(crate) fn holds(&self, number: HubDeliveryNumber) -> bool {
        self.len() > 0 && self.read(|set| set.get(number).is_some())
    }

    pub(crate) fn firsts(&self, after: u64, count: usize) -> Vec<HeldEnvelope> {
        if self.len() == 0 { Vec::new() } else { self.read(|set| set.firsts(after, count)) }
    }

    fn read<T>(&self, read: impl FnOnce(&HeldSet) -> T) -> T {
        read(&self.set.read().unwrap_or_else(PoisonError::into_inner))
    }
}
