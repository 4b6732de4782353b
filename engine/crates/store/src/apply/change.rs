//! Changes of an envelope's state, with the queues, dues and updates that follow from them.

use phytohub_domain::{ConnectionId, TrackingInfo, TrackingState, Transition};
use phytohub_telemetry::{Actor, EventKind};

use super::Batch;
use super::sealed::Publication;
use crate::command::{Change, ChangeOutcome};
use crate::due::{Due, DueKind};
use crate::error::{CommitError, ReadError};
use crate::keys;
use crate::mailbox::Queue;
use crate::record::{self, StoredEnvelope};

impl Batch<'_> {
    /// Changes an envelope's state, as far as its state lets it.
    pub(crate) fn change(
        &mut self,
        envelope: &StoredEnvelope,
        change: Change,
        actor: Actor,
    ) -> Result<ChangeOutcome, CommitError> {
        if let Some(outcome) = self.change_held(envelope, &change, &actor)? {
            return Ok(outcome);
        }
        let before = self.state(envelope.number)?.ok_or(CommitError::Purged)?;
        let (mut state, now) = (before.clone(), self.now);
        let is_push = matches!(change, Change::Attempt { .. } | Change::HandOver { .. });
        let transition = match &change {
            Change::Acknowledge(acknowledgement) => state.acknowledge(acknowledgement, now),
            Change::Fail(reason) => state.fail(reason, now),
            Change::Park(_) => state.park(true),
            Change::Unpark(_) => state.park(false),
            Change::Release => state.release(),
            Change::Attempt { error, next } => state.attempt(error, *next),
            Change::HandOver { again_at, .. } => state.hand_over(now, *again_at),
            Change::Expire(reason) => state.expire(reason, now),
            Change::Hold(_) => state.hold(true),
            Change::Unhold(_) => state.hold(false),
        };
        if transition == Transition::Changed {
            self.leave_queues(envelope, &before, &state)?;
            self.push_later(envelope, &before, &state, is_push);
            self.put_state(envelope.number, state.clone());
        }
        if let Some(kind) = event_kind(&change, transition) {
            self.tell(kind, actor, envelope, detail(change));
        }
        if transition == Transition::Changed {
            self.update_later(envelope, &before, &state);
            self.drop_later(envelope, &before, &state)?;
        }
        // Dropping the content with the acknowledgement changes the state once more.
        let state = self.state(envelope.number)?.unwrap_or(state);
        Ok(ChangeOutcome { transition, state })
    }

    /// Takes an envelope out of the queues in which its new state has no place.
    fn leave_queues(
        &mut self,
        envelope: &StoredEnvelope,
        before: &TrackingState,
        after: &TrackingState,
    ) -> Result<(), ReadError> {
        let sequence = envelope.sequence;
        let was_pending = before.info == TrackingInfo::PendingDelivery;
        let leaves_outbox = was_pending && after.info != TrackingInfo::PendingDelivery;
        if leaves_outbox && envelope.copy_of.is_none() && envelope.mailbox_id.is_some() {
            self.dequeue(envelope.actor_id, Queue::Outbox, sequence);
        }
        let leaves_inbox = !before.info.is_acknowledged() && after.info.is_acknowledged();
        if !leaves_inbox && before.parked == after.parked {
            return Ok(());
        }
        let Some(mailbox) = self.mailbox(envelope)? else { return Ok(()) };
        if leaves_inbox {
            self.dequeue(mailbox, Queue::Inbox, sequence);
        }
        if before.parked != after.parked {
            self.park(mailbox, sequence, after.parked);
        }
        Ok(())
    }

    /// Notes on disk and in memory whether a position is set aside.
    pub(super) fn park(&mut self, mailbox: ConnectionId, sequence: u64, parked: bool) {
        let key = keys::under(keys::PARKED, &keys::queue(mailbox, sequence));
        let meta = self.database.family(keys::META);
        if parked {
            self.write.put_cf(meta, key, b"");
        } else {
            self.write.delete_cf(meta, key);
        }
        self.publications.push(Publication::Park(mailbox, sequence, parked));
    }

    /// The inbox that holds an envelope. What the caller read may be older than a move.
    fn mailbox(&mut self, envelope: &StoredEnvelope) -> Result<Option<ConnectionId>, ReadError> {
        let Some(mailbox) = envelope.mailbox_id else { return Ok(None) };
        let moved = self.left.envelopes.get(&envelope.number);
        if let Some(moved) = moved {
            return Ok(moved.mailbox_id);
        }
        if self.mailboxes.holds(mailbox, Queue::Inbox, envelope.sequence) {
            return Ok(Some(mailbox));
        }
        Ok(self.envelope(envelope.number)?.and_then(|envelope| envelope.mailbox_id))
    }

    /// Puts down when to push again, if it was just pushed, and strikes out when it was to be.
    pub(super) fn push_later(
        &mut self,
        envelope: &StoredEnvelope,
        before: &TrackingState,
        after: &TrackingState,
        is_push: bool,
    ) {
        let (kind, number) = (DueKind::PushAgain, envelope.number);
        if let Some(at) = before.next_attempt.filter(|at| after.next_attempt != Some(*at)) {
            self.delete_due(&Due { at, kind, number });
        }
        if let Some(at) = after.next_attempt.filter(|_| is_push) {
            self.put_due(&Due { at, kind, number }, b"");
        }
    }

    /// Puts down what the sender's endpoint is to be told, if it wants to be.
    pub(super) fn update_later(
        &mut self,
        envelope: &StoredEnvelope,
        before: &TrackingState,
        after: &TrackingState,
    ) {
        let sender = envelope.actor_id;
        let wanted = self.known.party(sender).is_some_and(|party| party.tracking_updates);
        if wanted && before.info != after.info {
            let record = record::encode_update(envelope.number, after);
            // The event just told is this change.
            self.put_queue(sender, Queue::Updates, self.counters.event, &record);
        }
    }

    /// Strikes out an update that was told, or given up for a reason.
    pub(crate) fn update_told(
        &mut self,
        connection: ConnectionId,
        sequence: u64,
        given_up: Option<&str>,
    ) -> Result<(), ReadError> {
        if !self.has_update(connection, sequence) {
            return Ok(());
        }
        let key = keys::queue(connection, sequence);
        let bytes = self.database.get(keys::UPDATE, &key)?;
        let bytes = bytes.ok_or_else(|| record::corrupt("update", &key))?;
        let (number, info, _) = record::decode_update(&key, &bytes)?;
        self.dequeue(connection, Queue::Updates, sequence);
        if let Some(envelope) = self.envelope(number)? {
            let (kind, detail) = match given_up {
                None => (EventKind::UpdateTold, info.as_str().to_owned()),
                Some(reason) => (EventKind::UpdateGivenUp, format!("{info}: {reason}")),
            };
            self.tell(kind, Actor::hub(), &envelope, detail);
        }
        Ok(())
    }

    /// Whether an update is there, as this batch and those before it leave it.
    pub(super) fn has_update(&self, connection: ConnectionId, sequence: u64) -> bool {
        let removed = Publication::Remove(connection, Queue::Updates, sequence);
        self.mailboxes.holds(connection, Queue::Updates, sequence)
            && !self.publications.contains(&removed)
    }
}

/// What a change is told as; nothing for what is refused, or says nothing new.
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
        (Change::Attempt { .. }, _) => Some(EventKind::PushFailed),
        (Change::HandOver { .. }, _) => Some(EventKind::EnvelopeHandedOver),
        (Change::Expire(_), _) => Some(EventKind::EnvelopeExpired),
        (Change::Hold(_), _) => Some(EventKind::EnvelopeHeld),
        (Change::Unhold(_), _) => Some(EventKind::EnvelopeUnheld),
    }
}

/// What is to be said of a change in words.
fn detail(change: Change) -> String {
    match change {
        Change::Acknowledge(acknowledgement) => {
            let info = acknowledgement.kind.tracking_info();
            format!("{info} {}", acknowledgement.message).trim_end().to_owned()
        }
        Change::HandOver { receipt: reason, .. }
        | Change::Fail(reason)
        | Change::Park(reason)
        | Change::Unpark(reason)
        | Change::Expire(reason)
        | Change::Hold(reason)
        | Change::Unhold(reason) => reason,
        Change::Attempt { error, next } => format!("again at {next}: {error}"),
        Change::Release => String::new(),
    }
}
