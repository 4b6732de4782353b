//! The batch of events that an instance has: one at most, behind a ticket.
//!
//! It is done with once: by the hook's OK, by completing the ticket, or by a write of keys that
//! carries the ticket; whoever comes second finds nothing. While such a write is on its way to the
//! disk nobody can take the batch away, for it may be done with already.

use std::sync::{Mutex, MutexGuard, PoisonError};

use phytohub_plugin_loader::Status;
use tokio::sync::{Notify, oneshot};

use crate::ticket::Tickets;

/// How a batch ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum BatchEnd {
    /// The plugin says so, with this status.
    Told(Status, String),
    /// The cursor is on disk beyond it, with the plugin's keys.
    Written,
}

/// Where an instance's batch is kept.
#[derive(Debug)]
pub(crate) struct EventDesk {
    tickets: Tickets<Batch>,
    changed: Notify,
    /// Serializes taking a batch for a write against taking it away.
    writing: Mutex<()>,
}

#[derive(Debug)]
struct Batch {
    /// Sequence up to which the cursor goes when it is done with.
    reached: u64,
    end: Option<oneshot::Sender<BatchEnd>>,
    writing: bool,
}

impl Default for EventDesk {
    fn default() -> Self {
        Self { tickets: Tickets::new(1), changed: Notify::new(), writing: Mutex::default() }
    }
}

impl EventDesk {
    /// A ticket for a batch, and where its end is told; nothing if there is one already.
    pub(crate) fn issue(&self, reached: u64) -> Option<(u64, oneshot::Receiver<BatchEnd>)> {
        let (end, told) = oneshot::channel();
        let batch = Batch { reached, end: Some(end), writing: false };
        Some((self.tickets.issue(batch)?, told))
    }

    /// The plugin says what became of the batch; false if it is done with.
    pub(crate) fn complete(&self, ticket: u64, status: Status, detail: &str) -> bool {
        self.end(ticket, BatchEnd::Told(status, detail.to_owned()))
    }

    /// Nobody waits for the batch any more; false if it is done with, or about to be.
    pub(crate) fn take_away(&self, ticket: u64) -> bool {
        let _serialized = self.lock();
        let writing = self.tickets.with(ticket, |batch| batch.writing).unwrap_or(true);
        let taken = !writing && self.tickets.take(ticket).is_some();
        self.changed.notify_waiters();
        taken
    }

    /// A write that carries the ticket begins: the cursor that goes with it; nothing if the batch is
    /// done with, or another write has it.
    pub(crate) fn begin_write(&self, ticket: u64) -> Option<u64> {
        let _serialized = self.lock();
        self.tickets.with(ticket, |batch| {
            let free = !batch.writing;
            batch.writing = true;
            free.then_some(batch.reached)
        })?
    }

    /// The write is on disk, or is not.
    pub(crate) fn end_write(&self, ticket: u64, written: bool) {
        if written {
            self.end_any(ticket, BatchEnd::Written);
        } else {
            self.tickets.with(ticket, |batch| batch.writing = false);
            self.changed.notify_waiters();
        }
    }

    /// Waits until no write has the batch.
    pub(crate) async fn not_writing(&self, ticket: u64) {
        self.until(|| !self.tickets.with(ticket, |batch| batch.writing).unwrap_or(false)).await;
    }

    /// Waits until there is no batch.
    pub(crate) async fn idle(&self) {
        self.until(|| self.tickets.count() == 0).await;
    }

    fn end(&self, ticket: u64, end: BatchEnd) -> bool {
        let _serialized = self.lock();
        // While a write has it, the write's outcome is the batch's.
        let writing = self.tickets.with(ticket, |batch| batch.writing).unwrap_or(true);
        !writing && self.end_any(ticket, end)
    }

    fn end_any(&self, ticket: u64, end: BatchEnd) -> bool {
        let Some(batch) = self.tickets.take(ticket) else { return false };
        if let Some(told) = batch.end {
            let _ = told.send(end);
        }
        self.changed.notify_waiters();
        true
    }

    async fn until(&self, so: impl Fn() -> bool) {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            // Registered before it is looked at, so that no change goes unheard.
            changed.as_mut().enable();
            if so() {
                return;
            }
            changed.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use phytohub_plugin_api::{HUB_AGAIN, HUB_OK};

    use super::*;

    #[test]
    fn a_batch_ends_once() {
        let desk = EventDesk::default();
        let (ticket, mut told) = desk.issue(7).expect("the first");
        assert!(desk.issue(8).is_none(), "one at a time");
        assert!(desk.complete(ticket, HUB_OK, ""));
        assert!(!desk.complete(ticket, HUB_OK, ""), "twice");
        assert_eq!(told.try_recv(), Ok(BatchEnd::Told(HUB_OK, String::new())));
        let (next, _told) = desk.issue(8).expect("the next");
        assert!(!desk.complete(ticket, HUB_AGAIN, ""), "late");
        assert!(desk.take_away(next) && !desk.take_away(next));
    }

    #[test]
    fn a_batch_that_is_being_written_is_not_taken_away() {
        let desk = EventDesk::default();
        let (ticket, mut told) = desk.issue(7).expect("the first");
        assert_eq!(desk.begin_write(ticket), Some(7));
        assert_eq!(desk.begin_write(ticket), None, "two writes at once");
        assert!(!desk.take_away(ticket) && !desk.complete(ticket, HUB_AGAIN, ""));
        desk.end_write(ticket, false);
        assert_eq!(desk.begin_write(ticket), Some(7), "the first came to nothing");
        desk.end_write(ticket, true);
        assert_eq!(told.try_recv(), Ok(BatchEnd::Written));
        assert_eq!(desk.begin_write(ticket), None);
    }
}
