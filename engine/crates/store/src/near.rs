//! Reading what is asked for most, and soonest: at once if it lies in memory.
//!
//! What was written lately lies in memtables, what was read lately in the block cache. To look
//! there takes microseconds; to hand the look to a thread that may block takes several times that.

use bytes::Bytes;
use phytohub_domain::{ConnectionId, HubDeliveryNumber, TrackingState};

use crate::error::ReadError;
use crate::mailbox::Queue;
use crate::read::Queued;
use crate::record::{self, StoredEnvelope, corrupt};
use crate::{CHUNK_BYTES, Store, keys};

/// How far a read may go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is memory, and there is the disk")]
pub enum Reach {
    /// To what lies in memory, on any thread. What does not lie there is [`ReadError::OnDisk`].
    Memory,
    /// To all there is: it may block.
    Disk,
}

impl Store {
    /// Like [`Store::envelope`], if it lies as near as that.
    ///
    /// # Errors
    /// If a record is unreadable, or lies further.
    pub fn envelope_within(
        &self,
        number: HubDeliveryNumber,
        reach: Reach,
    ) -> Result<Option<(StoredEnvelope, TrackingState)>, ReadError> {
        let Some(envelope) = self.envelope_record_within(number, reach)? else { return Ok(None) };
        let (database, key) = (self.database(), number.to_bytes());
        let Some(state) = database.get_within(keys::STATE, &key, reach)? else {
            // It may have been purged between the two reads.
            let purged = database.get_within(keys::ENVELOPE, &key, reach)?.is_none();
            return if purged { Ok(None) } else { Err(corrupt("state", &key)) };
        };
        Ok(Some((envelope, record::decode_state(number, &state)?)))
    }

    /// Like [`Store::envelope_record`], if it lies as near as that.
    ///
    /// # Errors
    /// If the record is unreadable, or lies further.
    pub fn envelope_record_within(
        &self,
        number: HubDeliveryNumber,
        reach: Reach,
    ) -> Result<Option<StoredEnvelope>, ReadError> {
        let bytes = self.database().get_within(keys::ENVELOPE, &number.to_bytes(), reach)?;
        bytes.map(|bytes| record::decode_envelope(number, &bytes)).transpose()
    }

    /// Like [`Store::waiting`], if all of it lies as near as that.
    ///
    /// # Errors
    /// If the database cannot be read, or something lies further.
    pub fn waiting_within(
        &self,
        (connection, queue): (ConnectionId, Queue),
        after: u64,
        count: usize,
        reach: Reach,
    ) -> Result<Vec<Queued>, ReadError> {
        let positions = self.mailboxes().taken_after(connection, queue, after, count);
        self.at_positions((connection, queue), &positions, reach)
    }

    /// Like [`Store::content_chunk`], if it lies as near as that.
    ///
    /// # Errors
    /// As for [`Store::content_chunk`], or if the piece lies further.
    pub fn content_chunk_within(
        &self,
        envelope: &StoredEnvelope,
        chunk: u32,
        reach: Reach,
    ) -> Result<Bytes, ReadError> {
        let key = keys::content(envelope.content_id, chunk);
        let value = self.database().get_within(keys::CONTENT, &key, reach)?;
        let start = u64::from(chunk) * CHUNK_BYTES as u64;
        let expected = envelope.content_bytes.saturating_sub(start).min(CHUNK_BYTES as u64);
        match value {
            // Copied once: the pinned block must not outlive this call.
            Some(slice) if slice.len() as u64 == expected => Ok(Bytes::copy_from_slice(&slice)),
            None if self.is_dropped(envelope.number, reach)? => Err(ReadError::Dropped),
            _ => Err(corrupt("content", &key)),
        }
    }

    fn is_dropped(&self, number: HubDeliveryNumber, reach: Reach) -> Result<bool, ReadError> {
        let tracked = self.envelope_within(number, reach)?;
        Ok(tracked.is_none_or(|(_, state)| state.content_dropped))
    }
}
