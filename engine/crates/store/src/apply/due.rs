//! Working off what is due, a few at a time, in ordinary batches.

use std::time::Duration;

use phytohub_domain::{ConnectionId, HubDeliveryNumber, Timestamp, Transition};
use phytohub_telemetry::{Actor, EventKind};
use rocksdb::Direction;

use super::Batch;
use crate::command::{Change, DueOutcome};
use crate::due::{self, Due, DueKey, DueKind};
use crate::error::{CommitError, ReadError};
use crate::event::decode_event;
use crate::mailbox::Queue;
use crate::{keys, record};

impl Batch<'_> {
    pub(super) fn put_due(&mut self, due: &Due, value: &[u8]) {
        let key = due.key();
        self.write.put_cf(self.database.family(keys::DUE), key, value);
        self.known.due.added(key);
        self.due_added = Some(self.due_added.map_or(key, |first| first.min(key)));
        if key < self.known.due.written {
            self.put_due_from();
        }
    }

    pub(super) fn delete_due(&mut self, due: &Due) {
        self.write.delete_cf(self.database.family(keys::DUE), due.key());
    }

    /// Writes down below which key nothing is due.
    pub(crate) fn put_due_from(&mut self) {
        let lower = self.known.due.lower;
        self.write.put_cf(self.database.family(keys::META), keys::DUE_FROM, lower);
        self.known.due.written = lower;
    }

    /// Puts down when mail for an endpoint that nobody took fails.
    pub(super) fn age_later(&mut self, mailbox: ConnectionId, number: HubDeliveryNumber) {
        if self.known.is_pushed_to(mailbox) {
            let at = self.now.plus(self.known.retention.fail_after);
            self.put_due(&Due { at, kind: DueKind::Age, number }, b"");
        }
    }

    /// The same for what waits already, when its inbox gets an endpoint.
    pub(super) fn age_all_later(&mut self, mailbox: ConnectionId) {
        if !self.known.is_pushed_to(mailbox) {
            return;
        }
        for sequence in self.mailboxes.taken_after(mailbox, Queue::Inbox, 0, usize::MAX) {
            match self.queued_at(mailbox, sequence) {
                Ok(envelope) => self.age_later(mailbox, envelope.number),
                Err(error) => tracing::error!(%error, sequence, "an envelope cannot age"),
            }
        }
    }

    /// Works off at most `limit` of what is due now.
    pub(crate) fn run_due(&mut self, limit: usize) -> Result<DueOutcome, ReadError> {
        let mut outcome = DueOutcome::default();
        let (start, until) = (self.known.due.next, due::after(self.now));
        let (mut next, mut first, mut left) = (until.max(start), None, None::<DueKey>);
        let bounds = (start.to_vec(), vec![u8::MAX; 25]);
        let family = self.database.family(keys::DUE);
        let rows = self.database.range(family, bounds, Direction::Forward);
        for (looked_at, row) in rows.enumerate() {
            let (key, value) = row.map_err(ReadError::Database)?;
            let key = <DueKey>::try_from(&*key).map_err(|_| record::corrupt("due", &key))?;
            if key >= until || outcome.done >= limit || looked_at >= LOOKED_AT_MAX {
                (next, first) = (key.max(start), Some(due::time_of(&key)));
                break;
            }
            match self.work_off(&key, &value, &mut outcome) {
                Ok(true) => {
                    self.write.delete_cf(family, key);
                    outcome.done += 1;
                }
                Ok(false) => {
                    self.known.due.waiting = true;
                    left = left.or(Some(key));
                }
                Err(error) => {
                    // One unreadable record must not stop the rest; it is tried at the next start.
                    tracing::error!(%error, "something due cannot be worked off");
                    left = left.or(Some(key));
                }
            }
        }
        let cursor = &mut self.known.due;
        if cursor.lower == start {
            cursor.lower = left.unwrap_or(next);
        }
        (cursor.next, cursor.first) = (next, first);
        if let Some(key) = self.due_added {
            // What this batch put is not seen by its own reads.
            cursor.added(key);
        }
        outcome.paused = cursor.waiting;
        outcome.more = cursor.first.is_some_and(|first| first <= self.now);
        if outcome.done > 0 {
            self.put_due_from();
        }
        Ok(outcome)
    }

    /// Whether it was done, or else waits for the operator.
    fn work_off(
        &mut self,
        key: &DueKey,
        value: &[u8],
        outcome: &mut DueOutcome,
    ) -> Result<bool, CommitError> {
        let due = Due::from_key(key).ok_or_else(|| record::corrupt("due", key))?;
        // Wall time alone destroys nothing; and without push nothing ages.
        let destroys = due.kind != DueKind::PushAgain;
        if self.suspected && destroys || self.known.paused && due.kind == DueKind::Age {
            return Ok(false);
        }
        match due.kind {
            DueKind::Content | DueKind::Purge => self.retire(&due)?,
            DueKind::Age => self.expire(&due, outcome)?,
            DueKind::Replay => self.forget(&due, value)?,
            DueKind::Submission => self.forget_submission(&due, value)?,
            DueKind::PushAgain => self.push_again(&due, outcome)?,
        }
        Ok(true)
    }

    fn expire(&mut self, due: &Due, outcome: &mut DueOutcome) -> Result<(), CommitError> {
        let Some(state) = self.state(due.number)? else { return Ok(()) };
        let Some(envelope) = self.envelope(due.number)? else { return Ok(()) };
        let pushed = envelope.mailbox_id.is_some_and(|mailbox| self.known.is_pushed_to(mailbox));
        if !pushed || state.info.is_acknowledged() {
            return Ok(());
        }
        if state.parked {
            let (at, number) = (self.now.plus(PARKED_AGAIN), due.number);
            self.put_due(&Due { at, kind: DueKind::Age, number }, b"");
            return Ok(());
        }
        if let Some(at) = self.let_go_lately(due.number)? {
            self.put_due(&Due { at, ..*due }, b"");
            return Ok(());
        }
        let days = self.now.since(envelope.accepted).as_secs() / (24 * 3600);
        let mut reason = format!("not taken by the recipient for {days} days");
        if !state.last_error.is_empty() {
            reason = format!("{reason}: {}", state.last_error);
        }
        let changed = self.change(&envelope, Change::Expire(reason), Actor::hub())?;
        if changed.transition == Transition::Changed {
            outcome.failed.push(due.number);
        }
        Ok(())
    }

    /// When an envelope that was held for plugins is old enough, if it is not yet: its recipient
    /// could not have it before it was let go.
    fn let_go_lately(&self, number: HubDeliveryNumber) -> Result<Option<Timestamp>, ReadError> {
        if self.known.plugins.by_name.is_empty() {
            return Ok(None);
        }
        let mut latest = None;
        for sequence in self.events_of(number)? {
            let key = sequence.to_be_bytes();
            let Some(bytes) = self.database.get(keys::EVENT, &key)? else { continue };
            let stored = decode_event(sequence, &bytes)?;
            if stored.event.kind == EventKind::EnvelopeValidated {
                latest = Some(stored.at.plus(self.known.retention.fail_after));
            }
        }
        Ok(latest.filter(|at| *at > self.now))
    }

    /// Forgets a hash, unless a later envelope with the same has taken its place, or the clock came
    /// here by a step.
    fn forget(&mut self, due: &Due, value: &[u8]) -> Result<(), ReadError> {
        let (hash, until) = keys::split_replay_due(value);
        let newer =
            <[u8; 32]>::try_from(hash).is_ok_and(|hash| self.left.replays.contains_key(&hash));
        let Some(bytes) = self.database.get(keys::REPLAY, hash)?.filter(|_| !newer) else {
            return Ok(());
        };
        if until > self.steady {
            let at = self.now.plus(until.since(self.steady));
            self.put_due(&Due { at, kind: due.kind, number: due.number }, value);
            return Ok(());
        }
        if keys::split_replay(&bytes).is_none_or(|(number, _)| number == due.number) {
            self.write.delete_cf(self.database.family(keys::REPLAY), hash);
        }
        Ok(())
    }

    fn push_again(&mut self, due: &Due, outcome: &mut DueOutcome) -> Result<(), ReadError> {
        let state = self.state(due.number)?;
        if state.is_some_and(|state| state.next_attempt == Some(due.at))
            && let Some(envelope) = self.envelope(due.number)?
            && let Some(mailbox) = envelope.mailbox_id
        {
            outcome.again.push((mailbox, envelope.sequence));
        }
        Ok(())
    }
}

/// Rows that one look passes over, however many of them wait.
const LOOKED_AT_MAX: usize = 10_000;
/// When to look again at the age of what the operator keeps from its recipient.
const PARKED_AGAIN: Duration = Duration::from_secs(24 * 3600);
