//! The chain of events in closed pieces: signed heads, what was dropped, and walking the chain.
//!
//! This crate keeps signatures and never makes or checks one: whoever has the keys does.

use phytohub_domain::{HubDeliveryNumber, Timestamp};
use phytohub_telemetry::{Actor, Event, EventKind};
use rocksdb::{Direction, IteratorMode};

use crate::counters::Counters;
use crate::database::{Database, WriteBatch};
use crate::error::{CommitError, ReadError};
use crate::event::{decode_event, hash_of};
use crate::record::{corrupt, decode_prune, decode_segment, encode_prune, encode_segment};
use crate::{Store, keys};

/// A closed piece of the chain of events, with its signed head.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "what is signed is all that there is")]
pub struct Segment {
    /// Name of the hub that closed it.
    pub hub: String,
    /// Counted from 1.
    pub index: u64,
    /// Random number of the store that closed it: new after every restore.
    pub incarnation: u32,
    /// Place of its first event.
    pub first: u64,
    /// Place of its last event.
    pub last: u64,
    /// Hash of its last event.
    pub head_hash: [u8; 32],
    /// Hash of the last event of the segment before; zeros for the first.
    pub previous_head_hash: [u8; 32],
    /// When it was closed.
    pub closed: Timestamp,
    /// Which key signed it: the first eight bytes of its public half's hash.
    pub key_id: [u8; 8],
    /// The signature over all the above.
    pub signature: [u8; 64],
}

/// A segment whose events were dropped at the end of their retention.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "what is signed is all that there is")]
pub struct PruneRecord {
    /// Name of the hub that dropped it.
    pub hub: String,
    /// Which segment.
    pub index: u64,
    /// Place of the first event dropped.
    pub first: u64,
    /// Place of the last event dropped.
    pub last: u64,
    /// Hash of that event: what the first event that is left must carry.
    pub head_hash: [u8; 32],
    /// When.
    pub pruned: Timestamp,
    /// Which key signed it.
    pub key_id: [u8; 8],
    /// The signature over all the above.
    pub signature: [u8; 64],
}

/// One event as a link of the chain, whether or not its record can be read.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ChainLink {
    /// Its place, from its key.
    pub sequence: u64,
    /// The hash that it carries of the event before.
    pub previous: [u8; 32],
    /// Its own hash, computed from what lies on disk.
    pub hash: [u8; 32],
    /// When it happened; nothing if the record cannot be read.
    pub at: Option<Timestamp>,
    /// What happened.
    pub kind: Option<EventKind>,
    /// The envelope that it tells of.
    pub envelope: Option<HubDeliveryNumber>,
}

/// Where the chain ends, as the counters beside it say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ChainHead {
    /// Place of the last event.
    pub sequence: u64,
    /// Its hash.
    pub hash: [u8; 32],
    /// Random number of this store.
    pub incarnation: u32,
    /// The latest time that was trusted.
    pub high_water: Timestamp,
}

/// What the committer writes for the audit.
#[derive(Debug)]
pub(crate) enum AuditWrite {
    /// A signed head.
    Segment(Box<Segment>),
    /// Index entries of events that are about to be dropped.
    Forget(Vec<[u8; 24]>),
    /// The events themselves, and the record of it.
    Prune(Box<PruneRecord>),
    /// Only the event that comes with it.
    Note,
}

impl AuditWrite {
    /// Puts it into a batch.
    pub(crate) fn write(&self, database: &Database, batch: &mut WriteBatch) {
        let registry = database.family(keys::REGISTRY);
        match self {
            Self::Segment(segment) => {
                batch.put_cf(registry, keys::segment(segment.index), encode_segment(segment));
            }
            Self::Forget(entries) => {
                let history = database.family(keys::HISTORY);
                entries.iter().for_each(|entry| batch.delete_cf(history, entry));
            }
            Self::Prune(record) => {
                let (from, to) = (record.first.to_be_bytes(), (record.last + 1).to_be_bytes());
                batch.delete_range_cf(database.family(keys::EVENT), from, to);
                batch.put_cf(registry, keys::prune(record.index), encode_prune(record));
            }
            Self::Note => {}
        }
    }
}

impl Store {
    /// Where the chain of events ends now.
    ///
    /// # Errors
    /// If the counters cannot be read.
    pub fn chain_head(&self) -> Result<ChainHead, ReadError> {
        chain_head(self.database())
    }

    /// At most `count` links of the chain from a place on, whatever state they are in.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn chain(&self, from: u64, count: usize) -> Result<Vec<ChainLink>, ReadError> {
        chain(self.database(), from, count)
    }

    /// All closed segments, in order; dropped ones are among them.
    ///
    /// # Errors
    /// If a record is unreadable.
    pub fn segments(&self) -> Result<Vec<Segment>, ReadError> {
        rows(self.database(), keys::REGISTRY_SEGMENT, "segment", decode_segment)
    }

    /// What was dropped, in order.
    ///
    /// # Errors
    /// If a record is unreadable.
    pub fn prunes(&self) -> Result<Vec<PruneRecord>, ReadError> {
        rows(self.database(), keys::REGISTRY_PRUNE, "prune record", decode_prune)
    }

    /// Keeps a signed head, and tells of it. Callers take turns.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn put_segment(&self, segment: Segment, actor: Actor) -> Result<(), CommitError> {
        let mut event = Event::new(EventKind::SegmentClosed, actor);
        event.detail =
            format!("segment {}, events {} to {}", segment.index, segment.first, segment.last);
        self.audit(AuditWrite::Segment(Box::new(segment)), vec![event]).await
    }

    /// An envelope that the hub still keeps and whose history lies in this segment, if any: such a
    /// segment is not to be dropped. Whatever is pending or on hold is kept, so it counts.
    ///
    /// # Errors
    /// If an event cannot be read.
    pub fn kept_by(&self, segment: &Segment) -> Result<Option<HubDeliveryNumber>, ReadError> {
        let database = self.database();
        self.each_link(segment, |links| {
            for number in links.iter().filter_map(|link| link.envelope) {
                let key = number.to_bytes();
                let family = database.family(keys::ENVELOPE);
                let there = database.get_pinned_cf(family, key).map_err(ReadError::Database)?;
                if there.is_some() {
                    return Ok(Some(number));
                }
            }
            Ok(None)
        })
    }

    /// Drops a segment's events with their index entries, and keeps the record of it.
    ///
    /// # Errors
    /// If an event cannot be read.
    pub async fn prune(
        &self,
        segment: &Segment,
        record: PruneRecord,
        actor: Actor,
    ) -> Result<(), CommitError> {
        let mut next = segment.first;
        while next <= segment.last {
            let (store, last) = (self.clone(), segment.last);
            let read = move || store.chain(next, LINKS_PER_READ);
            let links = tokio::task::spawn_blocking(read).await;
            let links = links.map_err(|_| CommitError::Closed)??;
            let links: Vec<_> = links.into_iter().filter(|link| link.sequence <= last).collect();
            let Some(end) = links.last() else { break };
            next = end.sequence + 1;
            let entries = links
                .iter()
                .filter_map(|link| Some(keys::history(link.envelope?, link.sequence)))
                .collect();
            self.audit(AuditWrite::Forget(entries), Vec::new()).await?;
        }
        let mut event = Event::new(EventKind::SegmentPruned, actor);
        event.detail =
            format!("segment {}, events {} to {}", record.index, record.first, record.last);
        self.audit(AuditWrite::Prune(Box::new(record)), vec![event]).await
    }

    /// Records an event and waits until it is on disk.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn record(&self, event: Event) -> Result<(), CommitError> {
        self.audit(AuditWrite::Note, vec![event]).await
    }

    /// Goes through a segment's links until something is found.
    fn each_link<T>(
        &self,
        segment: &Segment,
        mut find: impl FnMut(&[ChainLink]) -> Result<Option<T>, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        let mut next = segment.first;
        while next <= segment.last {
            let mut links = self.chain(next, LINKS_PER_READ)?;
            links.retain(|link| link.sequence <= segment.last);
            let Some(end) = links.last() else { break };
            next = end.sequence + 1;
            if let Some(unreadable) = links.iter().find(|link| link.at.is_none()) {
                return Err(corrupt("event", &unreadable.sequence.to_be_bytes()));
            }
            if let Some(found) = find(&links)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// Where the chain ends, as the counters of a database say.
pub(crate) fn chain_head(database: &Database) -> Result<ChainHead, ReadError> {
    let bytes = database.get(keys::META, keys::COUNTERS)?;
    let counters = bytes.as_deref().and_then(Counters::decode);
    let counters = counters.ok_or_else(|| corrupt("counters", keys::COUNTERS))?;
    Ok(ChainHead {
        sequence: counters.event,
        hash: counters.event_hash,
        incarnation: counters.incarnation,
        high_water: Timestamp::from_millis(counters.high_water),
    })
}

/// See [`Store::chain`].
pub(crate) fn chain(
    database: &Database,
    from: u64,
    count: usize,
) -> Result<Vec<ChainLink>, ReadError> {
    let from = from.to_be_bytes();
    let mode = IteratorMode::From(&from, Direction::Forward);
    let rows = database.rows(database.family(keys::EVENT), mode).take(count);
    rows.map(|row| {
        let (key, value) = row.map_err(ReadError::Database)?;
        let sequence = key.first_chunk().map(|bytes| u64::from_be_bytes(*bytes));
        Ok(link(sequence.ok_or_else(|| corrupt("event", &key))?, &value))
    })
    .collect()
}

fn link(sequence: u64, bytes: &[u8]) -> ChainLink {
    let (previous, record) = bytes.split_first_chunk::<32>().unwrap_or((&[0; 32], bytes));
    let read = decode_event(sequence, bytes).ok();
    ChainLink {
        sequence,
        previous: *previous,
        hash: hash_of(sequence, previous, record),
        at: read.as_ref().map(|event| event.at),
        kind: read.as_ref().map(|event| event.event.kind),
        envelope: read.and_then(|event| event.event.envelope),
    }
}

/// All records of a small kind in the registry.
fn rows<T>(
    database: &Database,
    kind: u8,
    what: &'static str,
    decode: impl Fn(&[u8]) -> Option<T>,
) -> Result<Vec<T>, ReadError> {
    let bounds = (vec![kind], vec![kind + 1]);
    let family = database.family(keys::REGISTRY);
    let rows = database.range(family, bounds, Direction::Forward);
    rows.map(|row| {
        let (key, value) = row.map_err(ReadError::Database)?;
        decode(&value).ok_or_else(|| corrupt(what, &key))
    })
    .collect()
}

/// Few enough to hold and to drop in one batch, many enough that seeking does not matter.
const LINKS_PER_READ: usize = 1000;
