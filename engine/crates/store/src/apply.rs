//! What each command writes: the committer's batch before it is synced.

mod accept;
mod change;
mod due;
mod held;
mod moves;
mod plugin;
mod retention;
mod sealed;

use std::collections::HashMap;
use std::time::Duration;

use phytohub_domain::{
    ChannelRule, Connection, ConnectionId, HubDeliveryNumber, Timestamp, TrackingState,
};
use phytohub_telemetry::{Actor, Event, EventKind};

use crate::clock::{ClockGuard, ClockStatus};
use crate::command::{Accepted, Answer, ChangeOutcome, DueOutcome, Settled};
use crate::counters::Counters;
use crate::database::{Database, WriteBatch};
use crate::due::DueKey;
use crate::error::{CommitError, ReadError};
use crate::event::encode_event;
use crate::keys::{self, ContentId};
use crate::known::Known;
use crate::mailbox::{Mailboxes, Queue};
use crate::open::lower_bound_key;
use crate::plugin::{PluginId, PluginMeta, PluginWritten};
use crate::record::{self, StoredCodeList, StoredEnvelope};
use crate::reserve::Room;
use crate::segment::AuditWrite;

pub use held::HELD_DETAIL;
pub(crate) use plugin::{certificate_key, certificate_prefix, split_submission};
use sealed::{HeldChange, Publication};
pub(crate) use sealed::{Overlay, Sealed, Watchable};

/// An answer that waits for the sync.
#[derive(Debug)]
pub(crate) enum Waiting {
    Accepted(Answer<Accepted>, Accepted),
    Changed(Answer<ChangeOutcome>, ChangeOutcome),
    Due(Answer<DueOutcome>, DueOutcome),
    Moved(Answer<u64>, u64),
    Settled(Answer<Settled>, Settled),
    PluginId(Answer<PluginId>, PluginId),
    PluginWritten(Answer<PluginWritten>, PluginWritten),
    Staged(Answer<ContentId>, ContentId),
    Done(Answer<()>),
}

impl Waiting {
    /// Tells the caller. One that has gone away is not an error.
    pub(crate) fn answer(self, result: &Result<(), CommitError>) {
        let result = result.clone();
        match self {
            Self::Accepted(answer, accepted) => drop(answer.send(result.map(|()| accepted))),
            Self::Changed(answer, outcome) => drop(answer.send(result.map(|()| outcome))),
            Self::Due(answer, outcome) => drop(answer.send(result.map(|()| outcome))),
            Self::Moved(answer, moved) => drop(answer.send(result.map(|()| moved))),
            Self::Settled(answer, settled) => drop(answer.send(result.map(|()| settled))),
            Self::PluginId(answer, id) => drop(answer.send(result.map(|()| id))),
            Self::PluginWritten(answer, done) => drop(answer.send(result.map(|()| done))),
            Self::Staged(answer, id) => drop(answer.send(result.map(|()| id))),
            Self::Done(answer) => drop(answer.send(result)),
        }
    }
}

/// One batch in the making: nothing in it is visible before it is synced.
pub(crate) struct Batch<'a> {
    database: &'a Database,
    /// As they were before this batch.
    mailboxes: &'a Mailboxes,
    now: Timestamp,
    /// A time that no step of the clock moves.
    steady: Timestamp,
    /// Whether the clock is suspected: then nothing is destroyed by its age.
    suspected: bool,
    pub(crate) counters: Counters,
    pub(crate) known: Known,
    pub(crate) write: WriteBatch,
    /// What this batch leaves.
    left: Overlay,
    /// What the batch before leaves, which may not be written yet.
    before: Overlay,
    /// Keys of plugins as this batch leaves them.
    plugin_kv: plugin::KvOverlay,
    held_changes: Vec<HeldChange>,
    /// Places and bytes of plugins as this batch leaves them.
    pub(crate) plugin_metas: Vec<(PluginId, PluginMeta)>,
    /// The first due that this batch puts.
    due_added: Option<DueKey>,
    /// Queues into which this batch puts positions older than their last.
    lowered: HashMap<(ConnectionId, Queue), u64>,
    /// Of the disk, since a delivery first asked for some.
    pub(crate) room: Option<Room>,
    pub(crate) waiting: Vec<Waiting>,
    publications: Vec<Publication>,
    pub(crate) events: Vec<Event>,
}

impl<'a> Batch<'a> {
    /// A batch with the time that the clock's guard has seen just now.
    pub(crate) fn new(
        database: &'a Database,
        mailboxes: &'a Mailboxes,
        (counters, known, before): (Counters, Known, Overlay),
        (now, clock_guard): (Timestamp, &ClockGuard),
    ) -> Self {
        Self {
            database,
            mailboxes,
            now,
            steady: clock_guard.steady(),
            suspected: clock_guard.is_suspected(),
            counters,
            known,
            write: WriteBatch::default(),
            left: Overlay::default(),
            before,
            plugin_kv: HashMap::new(),
            held_changes: Vec::new(),
            plugin_metas: Vec::new(),
            due_added: None,
            lowered: HashMap::new(),
            room: None,
            waiting: Vec::new(),
            publications: Vec::new(),
            events: Vec::new(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.write.is_empty()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// One piece of a content.
    pub(crate) fn put_chunk(&mut self, id: ContentId, chunk: u32, bytes: &[u8]) {
        let key = keys::content(id, chunk);
        // The one copy of a content between its socket and RocksDB's log.
        self.write.put_cf(self.database.family(keys::CONTENT), key, bytes);
    }

    /// Notes that pieces come ahead of their record; removed together with writing the record.
    pub(crate) fn stage(&mut self, id: ContentId, chunks: u32) {
        let key = keys::under(keys::STAGING, &id);
        self.write.put_cf(self.database.family(keys::META), key, chunks.to_be_bytes());
    }

    pub(crate) fn unstage(&mut self, id: ContentId) {
        self.write.delete_cf(self.database.family(keys::META), keys::under(keys::STAGING, &id));
    }

    /// Takes a position in a queue.
    fn put_queue(&mut self, connection: ConnectionId, queue: Queue, sequence: u64, value: &[u8]) {
        let key = keys::queue(connection, sequence);
        self.write.put_cf(self.database.family(queue.family()), key, value);
        self.publications.push(Publication::Insert(connection, queue, sequence));
    }

    fn dequeue(&mut self, connection: ConnectionId, queue: Queue, sequence: u64) {
        let key = keys::queue(connection, sequence);
        self.write.single_delete_cf(self.database.family(queue.family()), key);
        self.publications.push(Publication::Remove(connection, queue, sequence));
    }

    /// Writes a connection.
    pub(crate) fn put_connection(&mut self, connection: &Connection) {
        let key = keys::connection(connection.id);
        let record = record::encode_connection(connection);
        self.write.put_cf(self.database.family(keys::REGISTRY), key, record);
        let was_pushed_to = self.known.is_pushed_to(connection.id);
        self.known.put(connection);
        if !was_pushed_to {
            self.age_all_later(connection.id);
        }
    }

    /// Writes a channel rule.
    pub(crate) fn put_rule(&mut self, rule: &ChannelRule) {
        let record = record::encode_rule(rule);
        self.write.put_cf(self.database.family(keys::REGISTRY), keys::rule(rule.id), record);
    }

    /// Writes a revision of a code list.
    pub(crate) fn put_code_list(&mut self, list: &StoredCodeList) {
        let key = keys::code_list(&list.name, list.revision);
        let record = record::encode_code_list(list);
        self.write.put_cf(self.database.family(keys::REGISTRY), key, record);
    }

    /// Writes what belongs to the audit.
    pub(crate) fn audit(&mut self, write: &AuditWrite) {
        write.write(self.database, &mut self.write);
    }

    /// Writes or removes the suspicion against the clock.
    pub(crate) fn put_suspicion(&mut self, suspicion: Option<&str>) {
        let meta = self.database.family(keys::META);
        match suspicion {
            Some(reason) => self.write.put_cf(meta, keys::CLOCK, reason),
            None => self.write.delete_cf(meta, keys::CLOCK),
        }
    }

    /// The operator accepts the clock as it is: what waited for that may be worked off.
    pub(crate) fn accept_clock(&mut self, actor: Actor, stepped: i64) {
        self.suspected = false;
        self.put_suspicion(None);
        let meta = self.database.family(keys::META);
        self.write.put_cf(meta, keys::CLOCK_STEPPED, stepped.to_be_bytes());
        self.record(Event::new(EventKind::ClockAccepted, actor));
        self.known.due.rewind();
    }

    /// The operator lets push and callbacks go on after a restore.
    pub(crate) fn resume(&mut self, actor: Actor) {
        if std::mem::take(&mut self.known.paused) {
            self.write.delete_cf(self.database.family(keys::META), keys::PAUSED);
            self.record(Event::new(EventKind::DeliveryResumed, actor));
            self.known.due.rewind();
        }
    }

    /// Writes from where each queue is to be read when the store is opened next. What this batch
    /// puts into an empty queue lies after the last position of the batch before.
    pub(crate) fn put_lower_bounds(&mut self, before: &Counters) {
        let mut bounds: HashMap<_, _> = self.mailboxes.lower_bounds().into_iter().collect();
        for queue in self.lowered.keys() {
            bounds.entry(*queue).or_insert(None);
        }
        for ((connection, queue), first) in bounds {
            let last = if queue == Queue::Updates { before.event } else { before.sequence };
            let lowered = self.lowered.get(&(connection, queue));
            let lower = first.unwrap_or(last + 1).min(lowered.copied().unwrap_or(u64::MAX));
            let key = lower_bound_key(connection, queue);
            self.write.put_cf(self.database.family(keys::META), key, lower.to_be_bytes());
        }
        self.put_due_from();
    }

    /// Whether lower bounds must go with this batch, because it goes below them.
    pub(crate) fn lowers_a_queue(&self) -> bool {
        !self.lowered.is_empty()
    }

    /// Adds an event to the chain, and to the history of its envelope.
    pub(crate) fn record(&mut self, event: Event) {
        if let Some(number) = event.envelope {
            let key = keys::history(number, self.counters.event + 1);
            self.write.put_cf(self.database.family(keys::HISTORY), key, b"");
        }
        self.chain(event);
    }

    /// Adds an event to the chain alone.
    fn chain(&mut self, mut event: Event) {
        self.counters.event += 1;
        let sequence = self.counters.event;
        let (bytes, hash) = encode_event(sequence, self.now, &mut event, &self.counters.event_hash);
        self.counters.event_hash = hash;
        let key = sequence.to_be_bytes();
        self.write.put_cf(self.database.family(keys::EVENT), key, bytes);
        self.events.push(event);
    }

    /// Closes the batch: the counters go with what they counted.
    pub(crate) fn seal(&mut self, high_water: Timestamp) {
        self.counters.high_water = high_water.as_millis();
        self.counters.commits += 1;
        let meta = self.database.family(keys::META);
        self.write.put_cf(meta, keys::COUNTERS, self.counters.encode());
    }

    /// Ends the batch: what is to be written, and what the next one goes on from.
    pub(crate) fn close(
        self,
        clock: ClockStatus,
        (commands, started): (usize, Duration),
    ) -> (Sealed, Counters, Known, Overlay) {
        let (mut come, mut gone) = (Vec::new(), Vec::new());
        for change in self.held_changes {
            match change {
                // It may have been let go in the same batch.
                HeldChange::Insert(one) if self.known.plugins.held.get(one.number).is_some() => {
                    come.push(one);
                }
                HeldChange::Insert(_) => {}
                HeldChange::Remove(number) => gone.push(number),
            }
        }
        let watchable = Watchable {
            clock,
            event: self.counters.event,
            next_due: self.known.due.first,
            paused: self.known.paused,
        };
        let sealed = Sealed {
            write: self.write,
            waiting: self.waiting,
            events: self.events,
            plugin_metas: self.plugin_metas,
            changed: self.left.changed(),
            watchable,
            commands,
            started,
            publications: self.publications,
            come,
            gone,
        };
        (sealed, self.counters, self.known, self.left)
    }

    fn tell(&mut self, kind: EventKind, actor: Actor, envelope: &StoredEnvelope, detail: String) {
        self.record(about(Event::new(kind, actor), envelope, detail));
    }

    fn put_state(&mut self, number: HubDeliveryNumber, state: TrackingState) {
        let record = record::encode_state(&state);
        self.write.put_cf(self.database.family(keys::STATE), number.to_bytes(), record);
        self.left.states.insert(number, Some(state));
    }

    /// The state as this batch and those before it leave it; none if the envelope was removed.
    fn state(&self, number: HubDeliveryNumber) -> Result<Option<TrackingState>, ReadError> {
        let left = self.left.states.get(&number).or_else(|| self.before.states.get(&number));
        if let Some(state) = left {
            return Ok(state.clone());
        }
        let bytes = self.database.get(keys::STATE, &number.to_bytes())?;
        bytes.map(|bytes| record::decode_state(number, &bytes)).transpose()
    }
}

/// An event about an envelope.
fn about(mut event: Event, envelope: &StoredEnvelope, detail: String) -> Event {
    event.mode = Some(envelope.mode);
    event.envelope = Some(envelope.number);
    event.from.clone_from(&envelope.from);
    event.to.clone_from(&envelope.to);
    event.content_hash = Some(envelope.content_hash);
    event.content_bytes = envelope.content_bytes;
    event.detail = detail;
    event
}
