//! New envelopes, their copies, and the same one sent again.

use phytohub_domain::{HubDeliveryNumber, Timestamp, TrackingInfo, TrackingState};
use phytohub_telemetry::{Actor, EventKind};

use super::{Batch, HELD_DETAIL, Waiting};
use crate::command::{Accepted, Answer, Disposition, NewCopy, NewEnvelope, Replay};
use crate::due::{Due, DueKind};
use crate::error::ReadError;
use crate::keys::{self, ContentId};
use crate::mailbox::Queue;
use crate::record::{self, StoredEnvelope};

impl Batch<'_> {
    /// What was made of the same envelope when it came before, if it did within its window. The
    /// commands of this batch count: twins in flight cannot both pass.
    pub(crate) fn repeated(&mut self, new: &NewEnvelope) -> Result<Option<Accepted>, ReadError> {
        let Some(replay) = new.replay else { return Ok(None) };
        let Some((number, seen)) = self.seen(&replay)? else { return Ok(None) };
        if self.steady.since(seen) >= replay.window {
            return Ok(None);
        }
        let (Some(state), Some(envelope)) = (self.state(number)?, self.envelope(number)?) else {
            return Ok(None);
        };
        if state.info != TrackingInfo::PendingDelivery && !state.info.is_acknowledged() {
            return Ok(None);
        }
        self.tell(EventKind::EnvelopeRepeated, new.actor.clone(), &envelope, String::new());
        let (at, forwardings) = (envelope.accepted, envelope.forwardings);
        Ok(Some(Accepted { number, at, forwardings, repeated: Some(state) }))
    }

    fn seen(&self, replay: &Replay) -> Result<Option<(HubDeliveryNumber, Timestamp)>, ReadError> {
        let left = self.left.replays.get(&replay.hash);
        if let Some(seen) = left.or_else(|| self.before.replays.get(&replay.hash)) {
            return Ok(Some(*seen));
        }
        let Some(bytes) = self.database.get(keys::REPLAY, &replay.hash)? else { return Ok(None) };
        let seen = keys::split_replay(&bytes);
        seen.map(Some).ok_or_else(|| record::corrupt("replay", &replay.hash))
    }

    /// Writes an envelope whose content's pieces are written already, if it has any, and its
    /// copies, which share them.
    pub(crate) fn accept(&mut self, new: NewEnvelope, id: ContentId, answer: Answer<Accepted>) {
        let rejected = matches!(new.disposition, Disposition::Reject(_));
        let held = self.hold_for(&new);
        let state = self.accepted_state(&new, held.is_some());
        let mut envelope = self.new_envelope(&new, id, rejected);
        let copies: &[NewCopy] = if rejected { &[] } else { &new.copies };
        let mut numbered = Vec::with_capacity(copies.len());
        for copy in copies {
            let number = self.counters.next_number(self.now, rand::random());
            envelope.forwardings.push((copy.code.clone(), number));
            numbered.push((copy.clone(), number));
        }
        let mut detail = state.message.clone();
        if let Some(note) = &held {
            detail = format!("{HELD_DETAIL}{}", note.reason);
        } else if let Some(origin) = new.origin {
            detail = format!("handed over as {origin} {detail}").trim_end().to_owned();
        }
        self.put_envelope(&envelope);
        self.put_state(envelope.number, state.clone());
        let kind = if rejected { EventKind::EnvelopeRejected } else { EventKind::EnvelopeAccepted };
        self.tell(kind, new.actor.clone(), &envelope, detail);
        self.remember_submission(&new, envelope.number);
        let forwardings = envelope.forwardings.clone();
        if rejected {
            self.purge_later(&envelope, &state);
        } else {
            self.enqueue(&envelope, held.is_some());
            self.remember(&new, envelope.number);
            self.copy(&envelope, &numbered, (&state, held.is_some()), &new.actor);
            // A new content has one holder beside its copies: nothing is read for it.
            self.add_holders(id, 1, numbered.len());
        }
        if let Some(note) = held {
            self.hold(&envelope, note);
        }
        let accepted =
            Accepted { number: envelope.number, at: self.now, forwardings, repeated: None };
        if new.replay.is_some() || new.submission.is_some() {
            // A twin in the same batch, or the next one, looks for it.
            self.left.envelopes.insert(envelope.number, envelope);
        }
        self.waiting.push(Waiting::Accepted(answer, accepted));
    }

    fn new_envelope(&mut self, new: &NewEnvelope, id: ContentId, rejected: bool) -> StoredEnvelope {
        StoredEnvelope {
            number: self.counters.next_number(self.now, rand::random()),
            from: new.from.as_str().to_owned(),
            to: new.to.clone(),
            from_id: new.from_id,
            actor_id: new.actor_id,
            to_id: new.to_id.filter(|_| !rejected),
            mailbox_id: new.mailbox_id.filter(|_| !rejected),
            copy_of: None,
            forwardings: Vec::new(),
            certificate_type: new.certificate_type,
            certificate_status: new.certificate_status,
            nppo_certificate_number: new.nppo_certificate_number.clone(),
            mode: new.mode,
            sequence: self.counters.next_sequence(),
            accepted: self.now,
            certificate: new.actor.certificate,
            content_bytes: new.content_bytes(),
            content_form: new.content.form,
            content_hash: new.content.hash,
            response: new.response,
            origin: new.origin,
            content_id: id,
        }
    }

    /// Puts an envelope into its inbox and, unless it is a copy, into its outbox.
    fn enqueue(&mut self, envelope: &StoredEnvelope, held: bool) {
        let (number, sequence) = (envelope.number, envelope.sequence);
        let Some(mailbox) = envelope.mailbox_id else { return };
        if held {
            // Set aside before it is there: it is never offered in between.
            self.park(mailbox, sequence, true);
        }
        self.put_queue(mailbox, Queue::Inbox, sequence, &number.to_bytes());
        if envelope.copy_of.is_none() {
            self.put_queue(envelope.actor_id, Queue::Outbox, sequence, &number.to_bytes());
        }
        self.age_later(mailbox, number);
    }

    /// Remembers the hash of an envelope for its window.
    fn remember(&mut self, new: &NewEnvelope, number: HubDeliveryNumber) {
        let Some(Replay { hash, window }) = new.replay else { return };
        let value = keys::replay(number, self.steady);
        self.write.put_cf(self.database.family(keys::REPLAY), hash, value);
        self.left.replays.insert(hash, (number, self.steady));
        let (at, until) = (self.now.plus(window), self.steady.plus(window));
        self.put_due(&Due { at, kind: DueKind::Replay, number }, &keys::replay_due(hash, until));
    }

    /// Writes the copies of an envelope, with the numbers that it already tells; that they hold
    /// its content is to be written beside them.
    pub(super) fn copy(
        &mut self,
        original: &StoredEnvelope,
        copies: &[(NewCopy, HubDeliveryNumber)],
        (state, held): (&TrackingState, bool),
        actor: &Actor,
    ) {
        for (copy, number) in copies {
            let mut envelope = original.clone();
            envelope.number = *number;
            envelope.sequence = self.counters.next_sequence();
            envelope.mailbox_id = Some(copy.mailbox_id);
            envelope.copy_of = Some(original.number);
            envelope.origin = None;
            envelope.forwardings = Vec::new();
            self.put_envelope(&envelope);
            self.put_state(*number, state.clone());
            let held_detail = if held { HELD_DETAIL } else { "" };
            let detail = format!("{held_detail}copy of {} for {}", original.number, copy.code);
            self.tell(EventKind::EnvelopeAccepted, actor.clone(), &envelope, detail);
            self.enqueue(&envelope, held);
        }
    }

    fn put_envelope(&mut self, envelope: &StoredEnvelope) {
        let record = record::encode_envelope(envelope);
        let key = envelope.number.to_bytes();
        self.write.put_cf(self.database.family(keys::ENVELOPE), key, record);
        self.index_certificate(envelope);
    }

    /// Rewrites an envelope whose mailbox changed.
    pub(super) fn put_moved(&mut self, envelope: StoredEnvelope) {
        self.put_envelope(&envelope);
        self.left.envelopes.insert(envelope.number, envelope);
    }

    /// An envelope as this batch and those before it leave it.
    pub(super) fn envelope(
        &self,
        number: HubDeliveryNumber,
    ) -> Result<Option<StoredEnvelope>, ReadError> {
        let left = self.left.envelopes.get(&number);
        if let Some(envelope) = left.or_else(|| self.before.envelopes.get(&number)) {
            return Ok(Some(envelope.clone()));
        }
        let bytes = self.database.get(keys::ENVELOPE, &number.to_bytes())?;
        bytes.map(|bytes| record::decode_envelope(number, &bytes)).transpose()
    }
}
