//! What each command writes: the committer's batch before it is synced.

use std::collections::HashMap;

use phytohub_domain::{
    ChannelRule, Clock, Connection, HubDeliveryNumber, Timestamp, TrackingInfo, TrackingState,
    Transition,
};
use phytohub_telemetry::{Actor, Event, EventKind};
use rocksdb::WriteBatch;

use crate::command::{Accepted, Answer, Change, ChangeOutcome, Disposition, NewEnvelope};
use crate::counters::Counters;
use crate::error::{CommitError, ReadError};
use crate::event::encode_event;
use crate::keys::{self, ContentId};
use crate::mailbox::{Mailboxes, Queue};
use crate::open::{Database, lower_bound_key};
use crate::record::{self, StoredCodeList, StoredEnvelope};
use crate::segment::AuditWrite;

/// An answer that waits for the sync.
#[derive(Debug)]
pub(crate) enum Waiting {
    Accepted(Answer<Accepted>, Accepted),
    Changed(Answer<ChangeOutcome>, ChangeOutcome),
    Done(Answer<()>),
}

impl Waiting {
    /// Tells the caller. One that has gone away is not an error.
    pub(crate) fn answer(self, result: &Result<(), CommitError>) {
        let result = result.clone();
        match self {
            Self::Accepted(answer, accepted) => drop(answer.send(result.map(|()| accepted))),
            Self::Changed(answer, outcome) => drop(answer.send(result.map(|()| outcome))),
            Self::Done(answer) => drop(answer.send(result)),
        }
    }
}

/// A change of the mailboxes that waits for the sync.
#[derive(Clone, Copy, Debug)]
enum Publication {
    Insert(phytohub_domain::ConnectionId, Queue, u64),
    Remove(phytohub_domain::ConnectionId, Queue, u64),
    Park(phytohub_domain::ConnectionId, u64, bool),
}

/// One batch in the making: nothing in it is visible before it is synced.
pub(crate) struct Batch<'a> {
    database: &'a Database,
    now: Timestamp,
    pub(crate) counters: Counters,
    pub(crate) write: WriteBatch,
    /// States as this batch leaves them.
    states: HashMap<HubDeliveryNumber, TrackingState>,
    pub(crate) waiting: Vec<Waiting>,
    publications: Vec<Publication>,
    pub(crate) events: Vec<Event>,
}

impl<'a> Batch<'a> {
    pub(crate) fn new(database: &'a Database, counters: Counters, clock: &dyn Clock) -> Self {
        Self {
            database,
            now: clock.now(),
            counters,
            write: WriteBatch::default(),
            states: HashMap::new(),
            waiting: Vec::new(),
            publications: Vec::new(),
            events: Vec::new(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.write.is_empty()
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

    /// Writes an envelope whose content's pieces are written already, if it has any.
    pub(crate) fn accept(&mut self, new: NewEnvelope, id: ContentId, answer: Answer<Accepted>) {
        let number = self.counters.next_number(self.now, rand::random());
        let (rejected, state) = match new.disposition {
            Disposition::Deliver => (false, TrackingState::pending()),
            Disposition::Reject(reason) => (true, TrackingState::rejected(reason)),
        };
        let envelope = StoredEnvelope {
            number,
            from: new.from.as_str().to_owned(),
            to: new.to,
            from_id: new.from_id,
            to_id: new.to_id.filter(|_| !rejected),
            certificate_type: new.certificate_type,
            certificate_status: new.certificate_status,
            nppo_certificate_number: new.nppo_certificate_number,
            mode: new.mode,
            sequence: self.counters.next_sequence(),
            accepted: self.now,
            certificate: new.actor.certificate,
            content_bytes: new.content.raw.len() as u64,
            content_form: new.content.form,
            content_hash: new.content.hash,
            content_id: id,
        };
        let key = number.to_bytes();
        let record = record::encode_envelope(&envelope);
        self.write.put_cf(self.database.family(keys::ENVELOPE), key, record);
        let detail = state.message.clone();
        self.put_state(number, state);
        if let Some(to_id) = envelope.to_id {
            self.enqueue(to_id, Queue::Inbox, &envelope);
            self.enqueue(envelope.from_id, Queue::Outbox, &envelope);
        }
        let kind = if rejected { EventKind::EnvelopeRejected } else { EventKind::EnvelopeAccepted };
        self.tell(kind, new.actor, &envelope, detail);
        let accepted = Accepted { number, at: self.now };
        self.waiting.push(Waiting::Accepted(answer, accepted));
    }

    fn enqueue(
        &mut self,
        connection: phytohub_domain::ConnectionId,
        queue: Queue,
        envelope: &StoredEnvelope,
    ) {
        let key = keys::queue(connection, envelope.sequence);
        self.write.put_cf(self.queue_family(queue), key, envelope.number.to_bytes());
        self.publications.push(Publication::Insert(connection, queue, envelope.sequence));
    }

    fn dequeue(&mut self, connection: phytohub_domain::ConnectionId, queue: Queue, sequence: u64) {
        let key = keys::queue(connection, sequence);
        self.write.single_delete_cf(self.queue_family(queue), key);
        self.publications.push(Publication::Remove(connection, queue, sequence));
    }

    fn queue_family(&self, queue: Queue) -> &'a rocksdb::ColumnFamily {
        self.database.family(if queue == Queue::Inbox { keys::INBOX } else { keys::OUTBOX })
    }

    /// Changes an envelope's state, as far as its state lets it.
    pub(crate) fn change(
        &mut self,
        envelope: &StoredEnvelope,
        change: Change,
        actor: Actor,
    ) -> Result<ChangeOutcome, CommitError> {
        let before = self.state(envelope.number)?;
        let mut state = before.clone();
        let transition = match &change {
            Change::Acknowledge(acknowledgement) => state.acknowledge(acknowledgement),
            Change::Fail(reason) => state.fail(reason),
            Change::Park(_) => state.park(true),
            Change::Unpark(_) => state.park(false),
            Change::Release => state.release(),
        };
        if transition == Transition::Changed {
            self.leave_queues(envelope, &before, &state);
            self.put_state(envelope.number, state.clone());
        }
        if let Some(kind) = event_kind(&change, transition) {
            let detail = match change {
                Change::Acknowledge(acknowledgement) => {
                    format!("{} {}", acknowledgement.kind.tracking_info(), acknowledgement.message)
                }
                Change::Fail(reason) | Change::Park(reason) | Change::Unpark(reason) => reason,
                Change::Release => String::new(),
            };
            self.tell(kind, actor, envelope, detail.trim_end().to_owned());
        }
        Ok(ChangeOutcome { transition, state })
    }

    /// Takes an envelope out of the queues in which its new state has no place.
    fn leave_queues(
        &mut self,
        envelope: &StoredEnvelope,
        before: &TrackingState,
        after: &TrackingState,
    ) {
        let Some(to_id) = envelope.to_id else { return };
        let sequence = envelope.sequence;
        let was_pending = before.info == TrackingInfo::PendingDelivery;
        if was_pending && after.info != TrackingInfo::PendingDelivery {
            self.dequeue(envelope.from_id, Queue::Outbox, sequence);
        }
        if !before.info.is_acknowledged() && after.info.is_acknowledged() {
            self.dequeue(to_id, Queue::Inbox, sequence);
        }
        if before.parked != after.parked {
            let key = keys::under(keys::PARKED, &keys::queue(to_id, sequence));
            let meta = self.database.family(keys::META);
            if after.parked {
                self.write.put_cf(meta, key, b"");
            } else {
                self.write.delete_cf(meta, key);
            }
            self.publications.push(Publication::Park(to_id, sequence, after.parked));
        }
    }

    /// Writes a connection.
    pub(crate) fn put_connection(&mut self, connection: &Connection) {
        let key = keys::connection(connection.id);
        let record = record::encode_connection(connection);
        self.write.put_cf(self.database.family(keys::REGISTRY), key, record);
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

    /// Writes from where each queue is to be read when the store is opened next. What this batch
    /// puts into an empty queue lies after `committed`, the last position of the batch before.
    pub(crate) fn put_lower_bounds(&mut self, mailboxes: &Mailboxes, committed: u64) {
        for ((connection, queue), first) in mailboxes.lower_bounds() {
            let lower = first.unwrap_or(committed + 1);
            let key = lower_bound_key(connection, queue);
            self.write.put_cf(self.database.family(keys::META), key, lower.to_be_bytes());
        }
    }

    /// Adds an event to the chain.
    pub(crate) fn record(&mut self, event: Event) {
        self.counters.event += 1;
        let sequence = self.counters.event;
        let (bytes, hash) = encode_event(sequence, self.now, &event, &self.counters.event_hash);
        self.counters.event_hash = hash;
        let key = sequence.to_be_bytes();
        self.write.put_cf(self.database.family(keys::EVENT), key, bytes);
        if let Some(number) = event.envelope {
            let key = keys::history(number, sequence);
            self.write.put_cf(self.database.family(keys::HISTORY), key, b"");
        }
        self.events.push(event);
    }

    /// Closes the batch: the counters go with what they counted.
    pub(crate) fn seal(&mut self, high_water: Timestamp) {
        self.counters.high_water = self.counters.high_water.max(high_water.as_millis());
        self.counters.commits += 1;
        let meta = self.database.family(keys::META);
        self.write.put_cf(meta, keys::COUNTERS, self.counters.encode());
    }

    /// Shows the mailboxes what was synced. Gives the change in the number of pending envelopes.
    pub(crate) fn publish(&self, mailboxes: &Mailboxes) -> i64 {
        let mut pending = 0;
        for publication in &self.publications {
            match *publication {
                Publication::Insert(connection, queue, sequence) => {
                    mailboxes.insert(connection, queue, sequence);
                    pending += i64::from(queue == Queue::Inbox);
                }
                Publication::Remove(connection, queue, sequence) => {
                    mailboxes.remove(connection, queue, sequence);
                    pending -= i64::from(queue == Queue::Inbox);
                }
                Publication::Park(connection, sequence, parked) => {
                    mailboxes.park(connection, sequence, parked);
                }
            }
        }
        pending
    }

    fn tell(&mut self, kind: EventKind, actor: Actor, envelope: &StoredEnvelope, detail: String) {
        let mut event = Event::new(kind, actor);
        event.mode = Some(envelope.mode);
        event.envelope = Some(envelope.number);
        event.from.clone_from(&envelope.from);
        event.to.clone_from(&envelope.to);
        event.content_hash = Some(envelope.content_hash);
        event.content_bytes = envelope.content_bytes;
        event.detail = detail;
        self.record(event);
    }

    fn put_state(&mut self, number: HubDeliveryNumber, state: TrackingState) {
        let record = record::encode_state(&state);
        self.write.put_cf(self.database.family(keys::STATE), number.to_bytes(), record);
        self.states.insert(number, state);
    }

    /// The state as this batch and those before it leave it.
    fn state(&self, number: HubDeliveryNumber) -> Result<TrackingState, ReadError> {
        if let Some(state) = self.states.get(&number) {
            return Ok(state.clone());
        }
        let bytes = self.database.get(keys::STATE, &number.to_bytes())?;
        // An envelope without a state was never written.
        let bytes = bytes.ok_or_else(|| record::corrupt("state", &number.to_bytes()))?;
        record::decode_state(number, &bytes)
    }
}

/// What a change is told as; nothing for what the operator is refused, or what says nothing new.
fn event_kind(change: &Change, transition: Transition) -> Option<EventKind> {
    match (change, transition) {
        (Change::Acknowledge(_), Transition::Changed) => Some(EventKind::EnvelopeAcknowledged),
        (Change::Acknowledge(_), Transition::AlreadyAcknowledged) => {
            Some(EventKind::AcknowledgementRepeated)
        }
        (Change::Acknowledge(_), _) => Some(EventKind::AcknowledgementNoted),
        (Change::Release, _) => Some(EventKind::ContentReleased),
        (_, Transition::Refused) => None,
        (Change::Fail(_), _) => Some(EventKind::EnvelopeFailed),
        (Change::Park(_), _) => Some(EventKind::EnvelopeParked),
        (Change::Unpark(_), _) => Some(EventKind::EnvelopeUnparked),
    }
}
