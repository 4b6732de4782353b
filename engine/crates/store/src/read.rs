//! Reading the store. All of it blocks: keep it off the reactor.

use std::sync::Arc;

use bytes::Bytes;
use phytohub_domain::{ConnectionId, HubDeliveryNumber, TrackingState};
use rocksdb::{Direction, IteratorMode};

use crate::error::ReadError;
use crate::event::{StoredEvent, decode_event};
use crate::mailbox::Queue;
use crate::near::Reach;
use crate::record::{self, StoredEnvelope, corrupt};
use crate::staging::chunks;
use crate::{Store, keys};

/// An envelope with its state.
type Tracked = (StoredEnvelope, TrackingState);

/// A number with its envelope, or why that cannot be read.
type Numbered = (HubDeliveryNumber, Result<Tracked, ReadError>);

/// A position of a queue with what waits there, or why that cannot be read.
pub(crate) type Queued = (u64, Result<Tracked, ReadError>);

impl Store {
    /// An envelope with its state, or nothing if the number was never assigned.
    ///
    /// # Errors
    /// If a record is unreadable.
    pub fn envelope(&self, number: HubDeliveryNumber) -> Result<Option<Tracked>, ReadError> {
        self.envelope_within(number, Reach::Disk)
    }

    /// An envelope with its state, if it was lately looked up. Does not block.
    #[must_use]
    pub fn recent(&self, number: HubDeliveryNumber) -> Option<Arc<Tracked>> {
        self.remembered().get(number)
    }

    /// Like [`Store::envelope_within`], and remembers it for [`Store::recent`].
    ///
    /// # Errors
    /// If a record is unreadable, or lies further.
    pub fn look_up(
        &self,
        number: HubDeliveryNumber,
        reach: Reach,
    ) -> Result<Option<Arc<Tracked>>, ReadError> {
        let began = self.remembered().generation(number);
        let tracked = self.envelope_within(number, reach)?.map(Arc::new);
        if let Some(tracked) = &tracked {
            self.remembered().remember(tracked, began);
        }
        Ok(tracked)
    }

    /// An envelope without its state: what a change of it needs, since the committer looks at the
    /// state itself.
    ///
    /// # Errors
    /// If the record is unreadable.
    pub fn envelope_record(
        &self,
        number: HubDeliveryNumber,
    ) -> Result<Option<StoredEnvelope>, ReadError> {
        self.envelope_record_within(number, Reach::Disk)
    }

    /// The envelope with this number or the last before it, or else the first of all: to be read
    /// where it must cost the same whether there is one of this number or not.
    ///
    /// # Errors
    /// If the record is unreadable.
    pub fn envelope_at(
        &self,
        number: HubDeliveryNumber,
    ) -> Result<Option<StoredEnvelope>, ReadError> {
        let (database, key) = (self.database(), number.to_bytes());
        let family = database.family(keys::ENVELOPE);
        let before = IteratorMode::From(&key, Direction::Reverse);
        let row = database.rows(family, before).next();
        let row = row.or_else(|| database.rows(family, IteratorMode::Start).next());
        let Some((key, value)) = row.transpose().map_err(ReadError::Database)? else {
            return Ok(None);
        };
        let number = <[u8; 16]>::try_from(&*key).map_err(|_| corrupt("envelope", &key))?;
        record::decode_envelope(HubDeliveryNumber::from_bytes(number), &value).map(Some)
    }

    /// At most `count` envelopes after a number, in the order of their numbers, which is that of
    /// acceptance; each by its number, with the error of one that cannot be read.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn envelopes_after(
        &self,
        after: Option<HubDeliveryNumber>,
        count: usize,
    ) -> Result<Vec<Numbered>, ReadError> {
        let database = self.database();
        let from = after.map_or([0; 16], HubDeliveryNumber::to_bytes);
        let mode = IteratorMode::From(&from, Direction::Forward);
        let rows = database.rows(database.family(keys::ENVELOPE), mode);
        let mut found = Vec::new();
        for row in rows.take(count + 1) {
            let (key, value) = row.map_err(ReadError::Database)?;
            let number = <[u8; 16]>::try_from(&*key).map_err(|_| corrupt("envelope", &key))?;
            let number = HubDeliveryNumber::from_bytes(number);
            if after != Some(number) && found.len() < count {
                let state = database.get(keys::STATE, &key)?;
                let purged = state.is_none() && database.get(keys::ENVELOPE, &key)?.is_none();
                if !purged {
                    found.push((number, tracked(number, Ok(Some(value.to_vec())), Ok(state))));
                }
            }
        }
        Ok(found)
    }

    /// At most `count` envelopes of a queue after a position and, wrapping, before it: each with
    /// its position. Those that left the queue meanwhile are left out; a record that cannot be
    /// read is given as its error, so that it hides no other.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn queued(
        &self,
        connection: ConnectionId,
        queue: Queue,
        after: u64,
        count: usize,
    ) -> Result<Vec<Queued>, ReadError> {
        let positions = self.mailboxes().offered_after(connection, queue, after, count);
        self.at_positions((connection, queue), &positions, Reach::Disk)
    }

    /// Like [`Store::queued`], oldest first, parked ones included, without wrapping.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn waiting(
        &self,
        connection: ConnectionId,
        queue: Queue,
        after: u64,
        count: usize,
    ) -> Result<Vec<Queued>, ReadError> {
        self.waiting_within((connection, queue), after, count, Reach::Disk)
    }

    /// Whether an envelope still lies in a queue.
    #[must_use]
    pub fn is_queued(&self, connection: ConnectionId, queue: Queue, position: u64) -> bool {
        self.mailboxes().holds(connection, queue, position)
    }

    /// How many envelopes a queue holds.
    #[must_use]
    pub fn queue_len(&self, connection: ConnectionId, queue: Queue) -> u64 {
        self.mailboxes().len(connection, queue)
    }

    /// Exact keys, read together: never a scan over what was acknowledged.
    pub(crate) fn at_positions(
        &self,
        (connection, queue): (ConnectionId, Queue),
        positions: &[u64],
        reach: Reach,
    ) -> Result<Vec<Queued>, ReadError> {
        if positions.is_empty() {
            return Ok(Vec::new());
        }
        let database = self.database();
        let queue_keys: Vec<_> =
            positions.iter().map(|position| keys::queue(connection, *position)).collect();
        let mut found = Vec::with_capacity(positions.len());
        for (position, number) in
            positions.iter().zip(database.multi_get(queue.family(), &queue_keys, reach))
        {
            match number?.as_deref().map(<[u8; 16]>::try_from) {
                Some(Ok(number)) => found.push((*position, HubDeliveryNumber::from_bytes(number))),
                Some(Err(_)) => return Err(corrupt("queue", &keys::queue(connection, *position))),
                None => {}
            }
        }
        let numbers: Vec<_> = found.iter().map(|(_, number)| number.to_bytes()).collect();
        let envelopes = database.multi_get(keys::ENVELOPE, &numbers, reach);
        let states = database.multi_get(keys::STATE, &numbers, reach);
        let rows = found.iter().zip(envelopes.into_iter().zip(states));
        let mut queued = Vec::with_capacity(found.len());
        for ((position, number), (envelope, state)) in rows {
            let whole = !matches!((&envelope, &state), (Ok(None), _) | (_, Ok(None)));
            // What was purged between the reads has left its queue before.
            let key = keys::queue(connection, *position);
            if whole || database.get_within(queue.family(), &key, reach)?.is_some() {
                match tracked(*number, envelope, state) {
                    Err(ReadError::OnDisk) => return Err(ReadError::OnDisk),
                    tracked => queued.push((*position, tracked)),
                }
            }
        }
        Ok(queued)
    }

    /// How many pieces an envelope's content has.
    #[must_use]
    pub fn content_chunks(envelope: &StoredEnvelope) -> u32 {
        chunks(envelope.content_bytes)
    }

    /// One piece of an envelope's content, at most [`CHUNK_BYTES`](crate::CHUNK_BYTES) long.
    ///
    /// # Errors
    /// If the piece was dropped after its time, is missing, or has not the length that the record
    /// says.
    pub fn content_chunk(&self, envelope: &StoredEnvelope, chunk: u32) -> Result<Bytes, ReadError> {
        self.content_chunk_within(envelope, chunk, Reach::Disk)
    }

    /// What happened to an envelope, in order.
    ///
    /// # Errors
    /// If an event is missing or unreadable.
    pub fn history(&self, number: HubDeliveryNumber) -> Result<Vec<StoredEvent>, ReadError> {
        let database = self.database();
        let (from, to) = (keys::history(number, 0), keys::history(number, u64::MAX));
        let bounds = (from.to_vec(), to.to_vec());
        let family = database.family(keys::HISTORY);
        let mut events = Vec::new();
        for row in database.range(family, bounds, Direction::Forward) {
            let (key, _) = row.map_err(ReadError::Database)?;
            let sequence = key.last_chunk().map(|bytes| u64::from_be_bytes(*bytes));
            let sequence = sequence.ok_or_else(|| corrupt("history", &key))?;
            let bytes = database.get(keys::EVENT, &sequence.to_be_bytes())?;
            let bytes = bytes.ok_or_else(|| corrupt("event", &sequence.to_be_bytes()))?;
            events.push(decode_event(sequence, &bytes)?);
        }
        Ok(events)
    }

    /// At most `count` events from a place in the chain on.
    ///
    /// # Errors
    /// If an event is unreadable.
    pub fn events(&self, from: u64, count: usize) -> Result<Vec<StoredEvent>, ReadError> {
        let database = self.database();
        let from = from.to_be_bytes();
        let mode = IteratorMode::From(&from, Direction::Forward);
        let rows = database.rows(database.family(keys::EVENT), mode).take(count);
        rows.map(|row| {
            let (key, value) = row.map_err(ReadError::Database)?;
            let sequence = key.first_chunk().map(|bytes| u64::from_be_bytes(*bytes));
            decode_event(sequence.ok_or_else(|| corrupt("event", &key))?, &value)
        })
        .collect()
    }

    /// Follows the whole chain of events: the first place where it does not hold, if any.
    ///
    /// # Errors
    /// If an event is unreadable.
    pub fn broken_chain(&self) -> Result<Option<u64>, ReadError> {
        let (mut next, mut previous) = (1, None);
        loop {
            let events = self.events(next, EVENTS_PER_READ)?;
            if events.is_empty() {
                return Ok(None);
            }
            for event in events {
                let first = previous.is_none();
                let linked = first || (event.sequence == next && previous == Some(event.previous));
                if !linked {
                    return Ok(Some(next));
                }
                (next, previous) = (event.sequence + 1, Some(event.hash));
            }
        }
    }
}

fn tracked(
    number: HubDeliveryNumber,
    envelope: Result<Option<Vec<u8>>, ReadError>,
    state: Result<Option<Vec<u8>>, ReadError>,
) -> Result<Tracked, ReadError> {
    let missing = |what| corrupt(what, &number.to_bytes());
    let envelope = envelope?.ok_or_else(|| missing("envelope"))?;
    let state = state?.ok_or_else(|| missing("state"))?;
    Ok((record::decode_envelope(number, &envelope)?, record::decode_state(number, &state)?))
}

/// Few enough to hold, many enough that seeking does not matter.
const EVENTS_PER_READ: usize = 1000;
