//! Moving what waits from one inbox into another.

use phytohub_domain::{ConnectionId, HubDeliveryNumber, TrackingInfo};
use phytohub_telemetry::{Actor, EventKind};

use super::Batch;
use crate::error::{CommitError, ReadError};
use crate::keys;
use crate::mailbox::Queue;
use crate::record::{self, StoredEnvelope};

impl Batch<'_> {
    /// Moves everything addressed to one connection; copies stay where they are. Positions are
    /// kept, so that order is. Must come first in its batch: it sees what is committed alone.
    pub(crate) fn move_pending(
        &mut self,
        (from, to): (ConnectionId, ConnectionId),
        to_id: ConnectionId,
        actor: &Actor,
    ) -> Result<u64, CommitError> {
        if from == to {
            return Ok(0);
        }
        let mut moved = 0;
        for sequence in self.mailboxes.taken_after(from, Queue::Inbox, 0, usize::MAX) {
            let envelope = match self.queued_at(from, sequence) {
                Ok(envelope) => envelope,
                Err(error) => {
                    tracing::error!(%error, sequence, "an envelope cannot be moved");
                    continue;
                }
            };
            if envelope.to_id == Some(to_id) && envelope.copy_of.is_none() {
                self.move_one(envelope, (from, to), actor)?;
                moved += 1;
            }
        }
        Ok(moved)
    }

    /// Moves these out of an inbox, as far as they wait there and nobody ever had them. Positions
    /// are kept. Must come first in its batch, as the above.
    pub(crate) fn move_these(
        &mut self,
        (from, to): (ConnectionId, ConnectionId),
        numbers: &[HubDeliveryNumber],
        actor: &Actor,
    ) -> Result<u64, CommitError> {
        let mut moved = 0;
        for number in numbers {
            let (Some(envelope), Some(state)) = (self.envelope(*number)?, self.state(*number)?)
            else {
                continue;
            };
            let lies_there = envelope.mailbox_id == Some(from)
                && self.mailboxes.holds(from, Queue::Inbox, envelope.sequence);
            let had = state.content_released || state.handed_over.is_some();
            if from != to && lies_there && !had && state.info == TrackingInfo::PendingDelivery {
                self.move_one(envelope, (from, to), actor)?;
                moved += 1;
            }
        }
        Ok(moved)
    }

    /// The envelope at a position of an inbox.
    pub(super) fn queued_at(
        &mut self,
        mailbox: ConnectionId,
        sequence: u64,
    ) -> Result<StoredEnvelope, ReadError> {
        let key = keys::queue(mailbox, sequence);
        let bytes = self.database.get(keys::INBOX, &key)?;
        let number = bytes.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
        let number = number.ok_or_else(|| record::corrupt("queue", &key))?;
        let envelope = self.envelope(HubDeliveryNumber::from_bytes(number))?;
        envelope.ok_or_else(|| record::corrupt("envelope", &number))
    }

    pub(super) fn move_one(
        &mut self,
        mut envelope: StoredEnvelope,
        (from, to): (ConnectionId, ConnectionId),
        actor: &Actor,
    ) -> Result<(), CommitError> {
        let (number, sequence) = (envelope.number, envelope.sequence);
        self.dequeue(from, Queue::Inbox, sequence);
        self.put_queue(to, Queue::Inbox, sequence, &number.to_bytes());
        // It may lie before everything that this inbox ever held.
        self.lower(to, Queue::Inbox, sequence);
        if self.mailboxes.is_parked(from, sequence) {
            self.park(from, sequence, false);
            self.park(to, sequence, true);
        }
        envelope.mailbox_id = Some(to);
        self.put_moved(envelope.clone());
        let before = self.state(number)?.ok_or(CommitError::Purged)?;
        if before.info == TrackingInfo::PendingDelivery {
            // Its new owner has refused nothing yet.
            let mut state = before.clone();
            (state.attempts, state.next_attempt) = (0, None);
            state.last_error.clear();
            self.push_later(&envelope, &before, &state, false);
            self.put_state(number, state);
            self.age_later(to, number);
        }
        let code = |id| self.known.party(id).map_or_else(String::new, |p| p.code.to_string());
        let detail = format!("from the inbox of {} to that of {}", code(from), code(to));
        self.tell(EventKind::EnvelopeMoved, actor.clone(), &envelope, detail);
        Ok(())
    }

    /// Writes that a queue is to be read from here on when the store is opened next.
    fn lower(&mut self, connection: ConnectionId, queue: Queue, sequence: u64) {
        let lowered = self.lowered.entry((connection, queue)).or_insert(u64::MAX);
        *lowered = sequence.min(*lowered);
    }
}
