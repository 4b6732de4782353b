//! What becomes of a batch that is made: written, synced, shown, answered.

use std::sync::Arc;

use phytohub_domain::{Clock, Timestamp};
use phytohub_telemetry::Metrics;
use rocksdb::WriteOptions;
use tokio::sync::watch;

use super::Failed;
use crate::apply::{Sealed, Waiting, Watchable};
use crate::clock::ClockStatus;
use crate::database::Database;
use crate::error::{CommitError, StoreFailure};
use crate::held::HeldView;
use crate::mailbox::Mailboxes;
use crate::plugin::PluginMetas;
use crate::recent::Recent;

/// What others may watch.
pub(crate) struct Signals {
    pub(crate) clock: watch::Sender<ClockStatus>,
    pub(crate) next_due: watch::Sender<Option<Timestamp>>,
    pub(crate) paused: watch::Sender<bool>,
    /// Place of the last event on disk.
    pub(crate) events: watch::Sender<u64>,
}

/// Writes batches, one after the other.
pub(crate) struct Writer {
    pub(crate) database: Arc<Database>,
    pub(crate) mailboxes: Arc<Mailboxes>,
    pub(crate) recent: Arc<Recent>,
    pub(crate) held: Arc<HeldView>,
    pub(crate) metas: Arc<PluginMetas>,
    pub(crate) write_options: WriteOptions,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) failure: watch::Sender<Option<StoreFailure>>,
    pub(crate) signals: Signals,
}

impl Writer {
    /// Writes a batch, then answers whoever waits for it.
    pub(super) fn settle(&self, mut sealed: Sealed) -> Result<(), Failed> {
        let write = std::mem::take(&mut sealed.write);
        if let Err(error) = self.database.write(write, &self.write_options) {
            self.fail(&error.to_string());
            give_up(sealed.waiting);
            return Err(Failed);
        }
        // Before anybody is answered: who asks after that hears of the change.
        sealed.changed.iter().for_each(|number| self.recent.forget(*number));
        if !sealed.plugin_metas.is_empty() {
            self.metas.put(sealed.plugin_metas.drain(..));
        }
        self.metrics.pending_envelopes.inc_by(sealed.publish(&self.mailboxes, &self.held));
        self.metrics.held_envelopes.set(i64::try_from(self.held.len()).unwrap_or(i64::MAX));
        self.tell(sealed.watchable);
        sealed.waiting.into_iter().for_each(|waiting| waiting.answer(&Ok(())));
        let took = self.clock.monotonic().saturating_sub(sealed.started);
        self.metrics.commit_seconds.observe(took.as_secs_f64());
        #[expect(clippy::cast_precision_loss, reason = "a batch has at most a thousand commands")]
        self.metrics.commit_batch_size.observe(sealed.commands as f64);
        sealed.events.iter().for_each(|event| event.emit(&self.metrics));
        Ok(())
    }

    /// Tells whoever watches what was synced.
    pub(super) fn tell(&self, now: Watchable) {
        let signals = &self.signals;
        signals.clock.send_replace(now.clock);
        signals.events.send_if_modified(|last| std::mem::replace(last, now.event) != now.event);
        signals
            .next_due
            .send_if_modified(|next| std::mem::replace(next, now.next_due) != now.next_due);
        signals
            .paused
            .send_if_modified(|paused| std::mem::replace(paused, now.paused) != now.paused);
    }

    /// A failed sync is not tried again: what the disk holds is unknown.
    pub(super) fn fail(&self, cause: &str) {
        self.failure.send_replace(Some(StoreFailure { cause: cause.into() }));
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failure.borrow().is_some()
    }
}

/// Tells those who wait that nobody knows what became of their commands.
pub(super) fn give_up(waiting: Vec<Waiting>) {
    waiting.into_iter().for_each(|waiting| waiting.answer(&Err(CommitError::OutcomeUnknown)));
}
