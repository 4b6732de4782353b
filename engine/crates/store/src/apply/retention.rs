//! What is kept no longer: contents, then whole envelopes. Only what is final, and not held.

use std::time::Duration;

use phytohub_domain::{HubDeliveryNumber, TrackingState, Transition};
use phytohub_telemetry::{Actor, Event, EventKind};
use rocksdb::Direction;

use super::Batch;
use crate::due::{Due, DueKind};
use crate::error::ReadError;
use crate::keys::{self, ContentId};
use crate::mailbox::Queue;
use crate::record::{self, StoredEnvelope};
use crate::staging::chunks;

impl Batch<'_> {
    /// Puts down when the content of an envelope that was just acknowledged, or released from
    /// its hold, is to be dropped. With a time of zero it is dropped now.
    pub(super) fn drop_later(
        &mut self,
        envelope: &StoredEnvelope,
        before: &TrackingState,
        after: &TrackingState,
    ) -> Result<(), ReadError> {
        let acknowledged = !before.info.is_acknowledged() && after.info.is_acknowledged();
        let let_go = before.held && !after.held && after.is_final();
        if !acknowledged && !let_go {
            return Ok(());
        }
        if after.content_dropped {
            self.purge_later(envelope, after);
        } else if self.known.retention.content.is_zero() && !self.is_held(envelope, after) {
            self.drop_content(envelope)?;
        } else {
            let at = after.changed.plus(self.known.retention.content).max(self.now);
            let number = envelope.number;
            self.put_due(&Due { at, kind: DueKind::Content, number }, b"");
        }
        Ok(())
    }

    /// Puts down when an envelope whose content is gone is to be removed.
    pub(super) fn purge_later(&mut self, envelope: &StoredEnvelope, state: &TrackingState) {
        let at = state.changed.plus(self.known.retention.headers).max(self.now);
        let number = envelope.number;
        self.put_due(&Due { at, kind: DueKind::Purge, number }, b"");
    }

    /// Whether an envelope, or a connection that has to do with it, is under legal hold.
    pub(super) fn is_held(&self, envelope: &StoredEnvelope, state: &TrackingState) -> bool {
        let held = |id| self.known.party(id).is_some_and(|party| party.legal_hold);
        state.held || envelope.parties().any(held)
    }

    /// Works off a due that destroys: later, as long as a hold is on it.
    pub(super) fn retire(&mut self, due: &Due) -> Result<(), ReadError> {
        let Some(state) = self.state(due.number)? else { return Ok(()) };
        let Some(envelope) = self.envelope(due.number)? else {
            return Err(record::corrupt("envelope", &due.number.to_bytes()));
        };
        if !state.is_final() {
            return Ok(());
        }
        if self.is_held(&envelope, &state) {
            let (at, kind, number) = (self.now.plus(HELD_AGAIN), due.kind, due.number);
            self.put_due(&Due { at, kind, number }, b"");
            return Ok(());
        }
        match due.kind {
            DueKind::Purge => self.purge(&envelope, &state),
            _ => self.drop_content(&envelope),
        }
    }

    /// Drops the content of an acknowledged envelope, and puts down when the rest goes.
    fn drop_content(&mut self, envelope: &StoredEnvelope) -> Result<(), ReadError> {
        let Some(mut state) = self.state(envelope.number)? else { return Ok(()) };
        if state.drop_content() != Transition::Changed {
            return Ok(());
        }
        self.let_go(envelope)?;
        self.purge_later(envelope, &state);
        self.put_state(envelope.number, state);
        self.tell(EventKind::ContentDropped, Actor::hub(), envelope, String::new());
        Ok(())
    }

    /// Lets go of a content; whoever does so last removes its pieces.
    pub(super) fn let_go(&mut self, envelope: &StoredEnvelope) -> Result<(), ReadError> {
        let id = envelope.content_id;
        let holders = self.holders(id)?;
        if holders > 1 {
            self.put_holders(id, holders - 1);
            return Ok(());
        }
        self.delete_chunks(id, chunks(envelope.content_bytes));
        Ok(())
    }

    /// Removes pieces of a content, each of which was put once.
    pub(crate) fn delete_chunks(&mut self, id: ContentId, chunks: u32) {
        let family = self.database.family(keys::CONTENT);
        for chunk in 0..chunks {
            self.write.single_delete_cf(family, keys::content(id, chunk));
        }
    }

    pub(super) fn holders(&self, id: ContentId) -> Result<u32, ReadError> {
        let left = self.left.holders.get(&id).or_else(|| self.before.holders.get(&id));
        if let Some(holders) = left {
            return Ok(*holders);
        }
        let Some(bytes) = self.database.get(keys::HOLDERS, &id)? else { return Ok(1) };
        let holders = bytes.as_slice().try_into().ok().map(u32::from_be_bytes);
        holders.ok_or_else(|| record::corrupt("holders", &id))
    }

    /// Writes how many envelopes hold a content: nothing, if it is one.
    pub(super) fn put_holders(&mut self, id: ContentId, holders: u32) {
        let family = self.database.family(keys::HOLDERS);
        if holders > 1 {
            self.write.put_cf(family, id, holders.to_be_bytes());
        } else {
            self.write.delete_cf(family, id);
        }
        self.left.holders.insert(id, holders);
    }

    /// Removes an envelope: what remains of it is its events, and one more.
    fn purge(&mut self, envelope: &StoredEnvelope, state: &TrackingState) -> Result<(), ReadError> {
        let number = envelope.number;
        if !state.content_dropped {
            self.let_go(envelope)?;
        }
        for sequence in self.events_of(number)? {
            let key = keys::history(number, sequence);
            self.write.delete_cf(self.database.family(keys::HISTORY), key);
            if self.has_update(envelope.actor_id, sequence) {
                self.dequeue(envelope.actor_id, Queue::Updates, sequence);
            }
        }
        let key = number.to_bytes();
        self.write.delete_cf(self.database.family(keys::ENVELOPE), key);
        self.write.delete_cf(self.database.family(keys::STATE), key);
        self.unindex_certificate(envelope);
        self.left.envelopes.remove(&number);
        self.left.states.insert(number, None);
        let event = Event::new(EventKind::EnvelopePurged, Actor::hub());
        self.chain(super::about(event, envelope, String::new()));
        Ok(())
    }

    /// Places of an envelope's events, those of this batch too.
    pub(super) fn events_of(&self, number: HubDeliveryNumber) -> Result<Vec<u64>, ReadError> {
        let (from, to) = (keys::history(number, 0), keys::history(number, u64::MAX));
        let bounds = (from.to_vec(), to.to_vec());
        let family = self.database.family(keys::HISTORY);
        let mut sequences = Vec::new();
        for row in self.database.range(family, bounds, Direction::Forward) {
            let (key, _) = row.map_err(ReadError::Database)?;
            let sequence = key.last_chunk().map(|bytes| u64::from_be_bytes(*bytes));
            sequences.push(sequence.ok_or_else(|| record::corrupt("history", &key))?);
        }
        let first = self.counters.event + 1 - self.events.len() as u64;
        let here = (first..).zip(&self.events).filter(|(_, event)| event.envelope == Some(number));
        sequences.extend(here.map(|(sequence, _)| sequence));
        Ok(sequences)
    }
}

/// When to look again at what a legal hold keeps. The hold's end brings it forward, if it is the
/// envelope's own.
const HELD_AGAIN: Duration = Duration::from_secs(24 * 3600);
