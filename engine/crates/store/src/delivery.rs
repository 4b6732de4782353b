//! What the parts that deliver ask of the store: dues, moves, updates, pair counts, the pause.

use phytohub_domain::{ConnectionId, HubDeliveryNumber, Timestamp, TrackingInfo};
use phytohub_telemetry::Actor;
use rocksdb::WaitForCompactOptions;
use tokio::sync::watch;

use crate::command::{Command, DueOutcome, Moving};
use crate::error::{CommitError, ReadError};
use crate::mailbox::Queue;
use crate::record::{self, StoredEnvelope};
use crate::{Store, keys};

/// A state that the endpoint of an envelope's sender is to be told.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Update {
    /// Its position: they are told in this order.
    pub sequence: u64,
    /// Whose state.
    pub envelope: StoredEnvelope,
    /// The state as it was then.
    pub info: TrackingInfo,
    /// The words that came with it.
    pub message: String,
}

impl Store {
    /// When [`Store::run_due`] is worth calling next, if ever. It may be too early, never late.
    #[must_use]
    pub fn next_due(&self) -> watch::Receiver<Option<Timestamp>> {
        self.watched().next_due.clone()
    }

    /// Works off at most `limit` of what is due now: drops contents, removes envelopes, fails
    /// what was never taken, forgets hashes, and tells what is to be pushed again. On disk when
    /// this is answered. While the clock is suspected, only the last of these is done.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn run_due(&self, limit: usize) -> Result<DueOutcome, CommitError> {
        self.ask(|answer| Command::RunDue { limit, answer }).await
    }

    /// Moves what waits in one inbox and is addressed to `to_id` into another inbox, in one
    /// batch; positions are kept, copies stay. Gives how many were moved.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn move_pending(
        &self,
        from_mailbox: ConnectionId,
        to_mailbox: ConnectionId,
        to_id: ConnectionId,
        actor: Actor,
    ) -> Result<u64, CommitError> {
        let (from, to) = (from_mailbox, to_mailbox);
        let which = Moving::AddressedTo(to_id);
        self.ask(|answer| Command::MovePending { from, to, which, actor, answer }).await
    }

    /// Moves these envelopes out of one inbox into another, in one batch, as far as they wait there
    /// and nobody ever had them; positions are kept. Gives how many were moved.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn move_these(
        &self,
        from_mailbox: ConnectionId,
        to_mailbox: ConnectionId,
        numbers: Vec<HubDeliveryNumber>,
        actor: Actor,
    ) -> Result<u64, CommitError> {
        let (from, to, which) = (from_mailbox, to_mailbox, Moving::These(numbers));
        self.ask(|answer| Command::MovePending { from, to, which, actor, answer }).await
    }

    /// At most `count` states after a position that a connection's endpoint is to be told, oldest
    /// first. One that cannot be read is left out, with an alert, so that it hides no other.
    /// Blocks: keep it off the reactor.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn updates(
        &self,
        connection: ConnectionId,
        after: u64,
        count: usize,
    ) -> Result<Vec<Update>, ReadError> {
        let mut updates = Vec::new();
        for sequence in self.mailboxes().taken_after(connection, Queue::Updates, after, count) {
            let key = keys::queue(connection, sequence);
            // It may have been told meanwhile.
            let Some(bytes) = self.database().get(keys::UPDATE, &key)? else { continue };
            match self.update(sequence, &key, &bytes) {
                Ok(update) => updates.extend(update),
                Err(error @ ReadError::Database(_)) => return Err(error),
                Err(error) => tracing::error!(%error, sequence, "a sender cannot be told a state"),
            }
        }
        Ok(updates)
    }

    fn update(&self, sequence: u64, key: &[u8], bytes: &[u8]) -> Result<Option<Update>, ReadError> {
        let (number, info, message) = record::decode_update(key, bytes)?;
        let tracked = self.envelope(number)?;
        Ok(tracked.map(|(envelope, _)| Update { sequence, envelope, info, message }))
    }

    /// A connection's endpoint was told the state at this position: it is told no more.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn update_told(
        &self,
        connection: ConnectionId,
        sequence: u64,
    ) -> Result<(), CommitError> {
        let given_up = None;
        self.ask(|answer| Command::UpdateTold { connection, sequence, given_up, answer }).await
    }

    /// A connection's endpoint refuses the state at this position for good, for this reason: it is
    /// told no more, and the envelope's history says so.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn update_given_up(
        &self,
        connection: ConnectionId,
        sequence: u64,
        reason: String,
    ) -> Result<(), CommitError> {
        let given_up = Some(reason);
        self.ask(|answer| Command::UpdateTold { connection, sequence, given_up, answer }).await
    }

    /// Writes what is in memory into tables and waits for the compactions that follow from it.
    /// With them the space of dropped contents comes back, as it does by itself in time. Blocks.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn settle(&self) -> Result<(), ReadError> {
        let Some(db) = self.database().db() else { return Ok(()) };
        let mut options = WaitForCompactOptions::default();
        options.set_flush(true);
        db.wait_for_compact(&options).map_err(ReadError::Database)
    }

    /// How many envelopes of this sender wait in this inbox, from memory.
    #[must_use]
    pub fn pending_between(&self, sender: ConnectionId, mailbox: ConnectionId) -> u64 {
        self.mailboxes().between(sender, mailbox)
    }

    /// Whether push and callbacks stay away, since the store was restored from a backup.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        *self.watched().paused.borrow()
    }

    /// Changes when [`Store::is_paused`] does.
    #[must_use]
    pub fn paused(&self) -> watch::Receiver<bool> {
        self.watched().paused.clone()
    }

    /// The operator lets push and callbacks go on.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn resume(&self, actor: Actor) -> Result<(), CommitError> {
        self.ask(|answer| Command::Resume { actor, answer }).await
    }
}
