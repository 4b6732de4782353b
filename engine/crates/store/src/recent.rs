//! Envelopes whose state is asked for again and again, in memory.
//!
//! Senders poll: what is pending is asked for once a minute for a day, and changes three times.
//! What the committer changed is forgotten here before its caller is answered. A reader that read
//! the disk before that notes what it read under a generation that is over, and it is not taken: so
//! an old state never covers a newer one, and none is told once a change was answered.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use phytohub_domain::{HubDeliveryNumber, TrackingState};

use crate::record::StoredEnvelope;

/// An envelope with its state.
type Tracked = (StoredEnvelope, TrackingState);

/// What was lately asked for.
#[derive(Debug)]
pub(crate) struct Recent {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
    /// Bytes of one generation of one shard.
    bytes_max: usize,
}

/// One part: what was asked for lately, and what was before that. When the first is full it takes
/// the place of the second, which is forgotten; what is asked for again comes back into the first.
#[derive(Debug, Default)]
struct Shard {
    /// Counts what the committer changed.
    generation: u64,
    young: HashMap<HubDeliveryNumber, Arc<Tracked>>,
    old: HashMap<HubDeliveryNumber, Arc<Tracked>>,
    young_bytes: usize,
}

/// The generation in which a read began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Generation(u64);

impl Recent {
    /// At most so many bytes, nearly; none remembers nothing.
    pub(crate) fn new(bytes_max: usize) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { shards, hasher: RandomState::new(), bytes_max: bytes_max / SHARDS / 2 }
    }

    /// What is remembered of an envelope.
    pub(crate) fn get(&self, number: HubDeliveryNumber) -> Option<Arc<Tracked>> {
        let mut shard = self.shard(number);
        if let Some(tracked) = shard.young.get(&number) {
            return Some(Arc::clone(tracked));
        }
        let tracked = shard.old.remove(&number)?;
        shard.put(number, Arc::clone(&tracked), self.bytes_max);
        Some(tracked)
    }

    /// To be asked before an envelope is read.
    pub(crate) fn generation(&self, number: HubDeliveryNumber) -> Generation {
        Generation(self.shard(number).generation)
    }

    /// Remembers what was read, unless something changed since the read began.
    pub(crate) fn remember(&self, tracked: &Arc<Tracked>, began: Generation) {
        let number = tracked.0.number;
        let mut shard = self.shard(number);
        if shard.generation == began.0 {
            shard.put(number, Arc::clone(tracked), self.bytes_max);
        }
    }

    /// Forgets an envelope that the committer has changed on disk.
    pub(crate) fn forget(&self, number: HubDeliveryNumber) {
        let mut shard = self.shard(number);
        shard.generation += 1;
        if let Some(tracked) = shard.young.remove(&number) {
            shard.young_bytes -= weight(&tracked);
        }
        shard.old.remove(&number);
    }

    fn shard(&self, number: HubDeliveryNumber) -> MutexGuard<'_, Shard> {
        let index = self.hasher.hash_one(number) % SHARDS as u64;
        let shard = &self.shards[usize::try_from(index).unwrap_or_default()];
        // Nothing panics while the lock is held.
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    fn put(&mut self, number: HubDeliveryNumber, tracked: Arc<Tracked>, bytes_max: usize) {
        let bytes = weight(&tracked);
        if bytes > bytes_max {
            return;
        }
        if self.young_bytes + bytes > bytes_max {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.old.remove(&number);
        match self.young.insert(number, tracked) {
            Some(before) => self.young_bytes = self.young_bytes + bytes - weight(&before),
            None => self.young_bytes += bytes,
        }
    }
}

/// Bytes that an envelope takes here, nearly.
fn weight((envelope, state): &Tracked) -> usize {
    let texts = [
        &envelope.from,
        &envelope.to,
        &envelope.nppo_certificate_number,
        &state.message,
        &state.last_error,
    ];
    let copies = envelope.forwardings.len() * COPY_BYTES;
    size_of::<Tracked>() + ENTRY_BYTES + copies + texts.map(String::len).iter().sum::<usize>()
}

/// So many readers hardly ever wait for each other.
const SHARDS: usize = 64;
/// A place in a table, with its empty neighbours, and what the allocator adds to five texts.
const ENTRY_BYTES: usize = 160;
/// A copy's code and number.
const COPY_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use phytohub_domain::{
        ConnectionId, ConnectionMode, ContentForm, ContentHash, Timestamp, TrackingInfo,
    };
    use proptest::prelude::*;

    use super::*;

    fn tracked(number: u8, info: TrackingInfo) -> Arc<Tracked> {
        let envelope = StoredEnvelope {
            number: HubDeliveryNumber::from_bytes([number; 16]),
            from: "NO".into(),
            to: "LK".into(),
            from_id: ConnectionId(1),
            actor_id: ConnectionId(1),
            to_id: None,
            mailbox_id: None,
            copy_of: None,
            forwardings: Vec::new(),
            certificate_type: 851,
            certificate_status: 70,
            nppo_certificate_number: "A-1".into(),
            mode: ConnectionMode::Test,
            sequence: 1,
            accepted: Timestamp::default(),
            certificate: None,
            content_bytes: 0,
            content_form: ContentForm::Plain,
            content_hash: ContentHash([0; 32]),
            response: false,
            origin: None,
            content_id: [0; 16],
        };
        let mut state = TrackingState::pending(Timestamp::default());
        state.info = info;
        Arc::new((envelope, state))
    }

    #[test]
    fn what_was_read_before_a_change_is_not_remembered_after_it() {
        let recent = Recent::new(1 << 20);
        let old = tracked(1, TrackingInfo::PendingDelivery);
        let number = old.0.number;
        let began = recent.generation(number);
        recent.forget(number);
        recent.remember(&old, began);
        assert!(recent.get(number).is_none());
        recent.remember(&old, recent.generation(number));
        assert!(recent.get(number).is_some());
        recent.forget(number);
        assert!(recent.get(number).is_none());
    }

    proptest! {
        /// Readers and the committer in any order: nobody is told a state older than the last
        /// that was published, and the memory is bounded.
        #[test]
        fn no_old_state_is_told(steps in prop::collection::vec((0_u8..4, 0_u8..40), 1..400)) {
            let infos = [TrackingInfo::PendingDelivery, TrackingInfo::Delivered];
            let bytes_max = 64 * 8 * 1000;
            let recent = Recent::new(bytes_max);
            let mut disk = [0_usize; 40];
            let mut reads: Vec<(u8, Generation, Arc<Tracked>)> = Vec::new();
            for (step, who) in steps {
                let number = HubDeliveryNumber::from_bytes([who; 16]);
                match step {
                    0 => {
                        let began = recent.generation(number);
                        reads.push((who, began, tracked(who, infos[disk[usize::from(who)]])));
                    }
                    1 => reads.drain(..).for_each(|(_, began, read)| recent.remember(&read, began)),
                    2 => {
                        disk[usize::from(who)] = 1;
                        recent.forget(number);
                    }
                    _ => {
                        let told = recent.get(number).map(|tracked| tracked.1.info);
                        prop_assert!(told.is_none_or(|told| told == infos[disk[usize::from(who)]]));
                    }
                }
                let held: usize = recent.shards.iter().map(|shard| {
                    let shard = shard.lock().expect("no panic");
                    shard.young.values().chain(shard.old.values()).map(|t| weight(t)).sum::<usize>()
                }).sum();
                prop_assert!(held <= bytes_max);
            }
        }
    }
}
