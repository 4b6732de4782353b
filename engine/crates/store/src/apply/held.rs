//! Holding envelopes until a plugin has judged them, and letting them go.

use phytohub_domain::{HubDeliveryNumber, TrackingInfo, TrackingState, Transition};
use phytohub_telemetry::{Actor, EventKind};

use super::Batch;
use super::sealed::HeldChange;
use crate::command::{
    Change, ChangeOutcome, Disposition, HeldOutcome, NewCopy, NewEnvelope, Settled,
};
use crate::error::CommitError;
use crate::held::{HeldEnvelope, HeldKey, encode_held};
use crate::keys;
use crate::mailbox::Queue;
use crate::record::StoredEnvelope;

/// How the event of an envelope's acceptance begins, if it was held then: it is accepted, and not
/// passed on yet.
pub const HELD_DETAIL: &str = "held: ";

impl Batch<'_> {
    /// Why a new envelope is to be held, if it is: by its own doubt, or behind an earlier one of
    /// the same sender, recipient and number, so that order is kept.
    pub(super) fn hold_for(&self, new: &NewEnvelope) -> Option<HeldNote> {
        match &new.disposition {
            Disposition::Reject(_) => None,
            Disposition::Hold { reason, until } => {
                Some(HeldNote { reason: reason.clone(), until: *until })
            }
            Disposition::Deliver if self.known.plugins.held.is_empty() => None,
            Disposition::Deliver => {
                let first = self.known.plugins.held.first(&key_of_new(new));
                let reason = "an earlier envelope with this number waits".to_owned();
                first.map(|_| HeldNote { reason, until: None })
            }
        }
    }

    /// Sets an envelope and its copies aside, before anybody sees them.
    pub(super) fn hold(&mut self, envelope: &StoredEnvelope, note: HeldNote) {
        let held = HeldEnvelope {
            number: envelope.number,
            sequence: envelope.sequence,
            since: self.now,
            until: note.until,
            reason: note.reason,
            copies: envelope.forwardings.iter().map(|(_, number)| *number).collect(),
            key: HeldKey {
                from: envelope.from_id,
                to: envelope.to.clone(),
                nppo_certificate_number: envelope.nppo_certificate_number.clone(),
            },
        };
        self.put_held(held);
    }

    fn put_held(&mut self, held: HeldEnvelope) {
        let key = keys::plugin(keys::HUB, keys::PLUGIN_HELD, &held.number.to_bytes());
        self.write.put_cf(self.database.family(keys::PLUGIN), key, encode_held(&held));
        self.known.plugins.held.insert(held.clone());
        self.held_changes.push(HeldChange::Insert(held));
    }

    fn remove_held(&mut self, number: HubDeliveryNumber) {
        if let Some(held) = self.known.plugins.held.remove(number) {
            let key = keys::plugin(keys::HUB, keys::PLUGIN_HELD, &held.number.to_bytes());
            self.write.delete_cf(self.database.family(keys::PLUGIN), key);
            self.held_changes.push(HeldChange::Remove(held.number));
        }
    }

    /// Settles what becomes of a held envelope. One that is not held, or not the first of its
    /// key, is left as it is.
    pub(crate) fn settle(
        &mut self,
        number: HubDeliveryNumber,
        outcome: HeldOutcome,
        actor: &Actor,
    ) -> Result<Settled, CommitError> {
        let held = self.known.plugins.held.get(number).filter(|held| held.number == number);
        let Some(mut held) = held.cloned() else { return Ok(Settled::NotHeld) };
        match outcome {
            HeldOutcome::Wait { reason, until } => {
                (held.reason, held.until) = (reason, until);
                self.put_held(held);
                Ok(Settled::Waits)
            }
            _ if self.known.plugins.held.first(&held.key) != Some(held.sequence) => {
                Ok(Settled::Waits)
            }
            HeldOutcome::Refuse(reason) => {
                let changed =
                    self.refuse_held(&held, &reason, actor, EventKind::EnvelopeRefused)?;
                Ok(Settled::Refused(changed))
            }
            HeldOutcome::Pass { mailbox, copies } => {
                let envelope = self.envelope(number)?.ok_or(CommitError::Purged)?;
                if let (Some(from), Some(to)) = (envelope.mailbox_id, mailbox)
                    && from != to
                {
                    self.move_one(envelope, (from, to), actor)?;
                }
                self.remove_held(number);
                let mut passed = Vec::new();
                for number in held.copies.iter().chain([&number]) {
                    passed.push(self.pass(*number, actor)?);
                }
                self.copy_late(number, &copies, actor)?;
                Ok(Settled::Passed(passed))
            }
        }
    }

    /// Shows an envelope to its recipient.
    fn pass(
        &mut self,
        number: HubDeliveryNumber,
        actor: &Actor,
    ) -> Result<(StoredEnvelope, TrackingState), CommitError> {
        let envelope = self.envelope(number)?.ok_or(CommitError::Purged)?;
        let mut state = self.state_or_purged(number)?;
        if state.park(false) == Transition::Changed {
            if let Some(mailbox) = envelope.mailbox_id {
                self.park(mailbox, envelope.sequence, false);
            }
            self.put_state(number, state.clone());
        }
        self.tell(EventKind::EnvelopeValidated, actor.clone(), &envelope, String::new());
        Ok((envelope, state))
    }

    /// Copies that were decided on when the envelope was let go.
    fn copy_late(
        &mut self,
        number: HubDeliveryNumber,
        copies: &[NewCopy],
        actor: &Actor,
    ) -> Result<(), CommitError> {
        let mut original = self.envelope(number)?.ok_or(CommitError::Purged)?;
        let fresh = |copy: &&NewCopy| {
            original.mailbox_id != Some(copy.mailbox_id)
                && original.forwardings.iter().all(|(code, _)| *code != copy.code)
        };
        let copies: Vec<_> = copies.iter().filter(fresh).cloned().collect();
        if copies.is_empty() {
            return Ok(());
        }
        let mut numbered = Vec::new();
        for copy in copies {
            let number = self.counters.next_number(self.now, rand::random());
            original.forwardings.push((copy.code.clone(), number));
            numbered.push((copy, number));
        }
        let state = self.state_or_purged(number)?;
        let holders = self.holders(original.content_id)?;
        self.put_moved(original.clone());
        self.copy(&original, &numbered, (&state, false), actor);
        self.add_holders(original.content_id, holders, numbered.len());
        Ok(())
    }

    /// Refuses a held envelope and its copies: no recipient ever sees them. Copies come first.
    fn refuse_held(
        &mut self,
        held: &HeldEnvelope,
        reason: &str,
        actor: &Actor,
        kind: EventKind,
    ) -> Result<Vec<(StoredEnvelope, TrackingState)>, CommitError> {
        self.remove_held(held.number);
        let numbers = held.copies.iter().chain([&held.number]);
        numbers.map(|number| self.refuse_one(*number, reason, actor, kind)).collect()
    }

    fn refuse_one(
        &mut self,
        number: HubDeliveryNumber,
        reason: &str,
        actor: &Actor,
        kind: EventKind,
    ) -> Result<(StoredEnvelope, TrackingState), CommitError> {
        let envelope = self.envelope(number)?.ok_or(CommitError::Purged)?;
        let before = self.state_or_purged(number)?;
        let mut state = before.clone();
        state.refuse(reason, self.now);
        if let Some(mailbox) = envelope.mailbox_id {
            self.dequeue(mailbox, Queue::Inbox, envelope.sequence);
            self.park(mailbox, envelope.sequence, false);
            if envelope.copy_of.is_none() {
                self.dequeue(envelope.actor_id, Queue::Outbox, envelope.sequence);
            }
        }
        self.push_later(&envelope, &before, &state, false);
        self.put_state(number, state.clone());
        self.tell(kind, actor.clone(), &envelope, reason.to_owned());
        self.update_later(&envelope, &before, &state);
        // As one that was refused at the door: it is its sender's alone.
        let mut refused = envelope.clone();
        (refused.to_id, refused.mailbox_id) = (None, None);
        self.put_moved(refused);
        // What is under legal hold is kept as it is.
        if !self.is_held(&envelope, &state) {
            self.let_go(&envelope)?;
            state.content_dropped = true;
            self.put_state(number, state.clone());
            self.purge_later(&envelope, &state);
        }
        Ok((envelope, state))
    }

    /// What anybody but the plugins may do to a held envelope: the operator may give it up, or put
    /// it under legal hold. Nothing if it is not held, or the change is one of those.
    pub(super) fn change_held(
        &mut self,
        envelope: &StoredEnvelope,
        change: &Change,
        actor: &Actor,
    ) -> Result<Option<ChangeOutcome>, CommitError> {
        if self.known.plugins.held.is_empty() {
            return Ok(None);
        }
        let Some(held) = self.known.plugins.held.get(envelope.number).cloned() else {
            return Ok(None);
        };
        match change {
            Change::Hold(_) | Change::Unhold(_) => return Ok(None),
            Change::Fail(reason) if held.number == envelope.number => {
                let kind = EventKind::EnvelopeFailed;
                let mut refused = self.refuse_held(&held, reason, actor, kind)?;
                let (_, state) = refused.pop().ok_or(CommitError::Purged)?;
                return Ok(Some(ChangeOutcome { transition: Transition::Changed, state }));
            }
            _ => {}
        }
        let state = self.state_or_purged(envelope.number)?;
        Ok(Some(ChangeOutcome { transition: Transition::Refused, state }))
    }

    /// The state of an envelope that was just accepted.
    pub(super) fn accepted_state(&self, new: &NewEnvelope, held: bool) -> TrackingState {
        match &new.disposition {
            Disposition::Reject(reason) => TrackingState::rejected(reason.clone(), self.now),
            _ => {
                let mut state = TrackingState::pending(self.now);
                state.parked = held;
                debug_assert_eq!(state.info, TrackingInfo::PendingDelivery);
                state
            }
        }
    }

    /// Writes that so many copies hold a content beside those that held it before.
    pub(super) fn add_holders(&mut self, id: keys::ContentId, before: u32, copies: usize) {
        if copies > 0 {
            let copies = u32::try_from(copies).unwrap_or(u32::MAX);
            self.put_holders(id, before.saturating_add(copies));
        }
    }
}

/// Why and until when an envelope is held.
#[derive(Clone, Debug)]
pub(super) struct HeldNote {
    pub(super) reason: String,
    pub(super) until: Option<phytohub_domain::Timestamp>,
}

fn key_of_new(new: &NewEnvelope) -> HeldKey {
    HeldKey {
        from: new.from_id,
        to: new.to.clone(),
        nppo_certificate_number: new.nppo_certificate_number.clone(),
    }
}
