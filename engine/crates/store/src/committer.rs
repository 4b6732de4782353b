//! The committer: one thread that turns many commands into one batch and one sync.
//!
//! There is no timer: the sync before is the time in which commands gather. Large contents go in
//! piece by piece between the others, so that an acknowledgement never waits for more than one
//! batch behind them.

mod accept;
#[cfg(feature = "simulation")]
mod by_hand;

use std::collections::VecDeque;
use std::sync::Arc;

use phytohub_domain::{Clock, Timestamp};
use phytohub_telemetry::{Actor, Event, EventKind, Metrics};
use rocksdb::WriteOptions;
use tokio::sync::{mpsc, watch};

use crate::apply::{Batch, Waiting};
use crate::clock::{ClockGuard, ClockStatus};
use crate::command::{Answer, Command, PluginCommand};
use crate::counters::Counters;
use crate::database::{Database, WriteError};
use crate::error::{CommitError, StoreFailure};
use crate::held::HeldView;
use crate::known::Known;
use crate::mailbox::Mailboxes;
use crate::plugin::PluginMetas;
use crate::recent::Recent;
use crate::reserve::Reserve;
use crate::{CHUNK_BYTES, StoreConfig};

/// What the committer works with.
pub(crate) struct Committer {
    pub(crate) database: Arc<Database>,
    pub(crate) mailboxes: Arc<Mailboxes>,
    pub(crate) recent: Arc<Recent>,
    pub(crate) held: Arc<HeldView>,
    pub(crate) metas: Arc<PluginMetas>,
    pub(crate) reserve: Arc<Reserve>,
    pub(crate) config: StoreConfig,
    pub(crate) write_options: WriteOptions,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) clock_guard: ClockGuard,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) counters: Counters,
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) failure: watch::Sender<Option<StoreFailure>>,
    pub(crate) signals: Signals,
    /// Lent to the batch in the making.
    pub(crate) known: Option<Known>,
    /// A command that must come first in its batch, and came last in the one before.
    pub(crate) carried: Option<Command>,
    /// Envelopes whose content is being written in pieces, oldest first.
    pub(crate) large: VecDeque<Large>,
}

/// What others may watch.
pub(crate) struct Signals {
    pub(crate) clock: watch::Sender<ClockStatus>,
    pub(crate) next_due: watch::Sender<Option<Timestamp>>,
    pub(crate) paused: watch::Sender<bool>,
    /// Place of the last event on disk.
    pub(crate) events: watch::Sender<u64>,
}

pub(crate) use accept::Large;
#[cfg(feature = "simulation")]
pub use by_hand::ByHand;

/// A commit failed; everybody who must know has been told.
struct Failed;

impl Committer {
    /// Works until it is closed, or until a commit fails.
    pub(crate) fn run(mut self) {
        let mut open = true;
        while open || !self.large.is_empty() || self.carried.is_some() {
            let first = if self.carried.is_some() {
                self.carried.take()
            } else if open && self.large.is_empty() {
                self.commands.blocking_recv()
            } else {
                self.commands.try_recv().ok()
            };
            if first.is_none() && self.large.is_empty() {
                break;
            }
            let gathered = self.gather(first, &mut open);
            if self.commit(gathered).is_err() {
                break;
            }
        }
        self.finish();
    }

    /// What is there now, up to a batch's worth. As long as giving way brings more, it is worth
    /// it: callers just answered are about to ask again, and a sync costs more than their turn.
    fn gather(&mut self, first: Option<Command>, open: &mut bool) -> Vec<Command> {
        let (mut gathered, mut bytes, mut next) = (Vec::new(), 0, first);
        while let Some(command) = next {
            if matches!(command, Command::Close) {
                self.commands.close();
                *open = false;
            } else if matches!(command, Command::MovePending { .. }) && !gathered.is_empty() {
                self.carried = Some(command);
                break;
            } else {
                bytes += weight(&command);
                gathered.push(command);
            }
            if bytes >= BATCH_BYTES || gathered.len() >= BATCH_COMMANDS {
                break;
            }
            next = self.commands.try_recv().ok().or_else(|| {
                std::thread::yield_now();
                self.commands.try_recv().ok()
            });
        }
        gathered
    }

    fn commit(&mut self, commands: Vec<Command>) -> Result<(), Failed> {
        let started = self.clock.monotonic();
        let size = commands.len();
        // The batch borrows these two alone, so that the rest of the committer stays free.
        let (database, mailboxes) = (Arc::clone(&self.database), Arc::clone(&self.mailboxes));
        let mut batch = self.begin(&database, &mailboxes);
        for command in commands {
            self.apply(&mut batch, command);
        }
        self.advance_large(&mut batch);
        if batch.is_empty() {
            self.known = Some(batch.known);
            self.publish_signals();
            batch.waiting.drain(..).for_each(|waiting| waiting.answer(&Ok(())));
            return Ok(());
        }
        let written_lately = !(self.counters.commits + 1).is_multiple_of(LOWER_BOUND_COMMITS);
        if !written_lately || batch.lowers_a_queue() {
            batch.put_lower_bounds(&self.counters);
        }
        batch.seal(self.clock_guard.status().high_water);
        if self.config.answer_before_commit {
            batch.waiting.drain(..).for_each(|waiting| waiting.answer(&Ok(())));
        }
        let write = std::mem::take(&mut batch.write);
        if let Err(error) = database.write(write, &self.write_options) {
            self.fail(&error, batch.waiting);
            return Err(Failed);
        }
        self.counters = batch.counters;
        // Before anybody is answered: who asks after that hears of the change.
        batch.changed().for_each(|number| self.recent.forget(number));
        if !batch.plugin_metas.is_empty() {
            self.metas.put(batch.plugin_metas.drain(..));
        }
        self.metrics.pending_envelopes.inc_by(batch.publish(&self.held));
        self.metrics.held_envelopes.set(i64::try_from(self.held.len()).unwrap_or(i64::MAX));
        self.known = Some(batch.known);
        self.publish_signals();
        batch.waiting.drain(..).for_each(|waiting| waiting.answer(&Ok(())));
        let took = self.clock.monotonic().saturating_sub(started);
        self.metrics.commit_seconds.observe(took.as_secs_f64());
        #[expect(clippy::cast_precision_loss, reason = "a batch has at most a thousand commands")]
        self.metrics.commit_batch_size.observe(size as f64);
        batch.events.iter().for_each(|event| event.emit(&self.metrics));
        Ok(())
    }

    /// A batch that begins with a look at the clock: what follows must not trust one that has
    /// just stepped.
    fn begin<'a>(&mut self, database: &'a Database, mailboxes: &'a Mailboxes) -> Batch<'a> {
        let (now, suspicion) = self.clock_guard.observe(&*self.clock);
        let known = self.known.take().expect("every batch gives back what it was lent");
        let suspected = self.clock_guard.is_suspected();
        let mut batch = Batch::new(database, mailboxes, (self.counters, known), (now, suspected));
        if let Some(suspicion) = suspicion {
            batch.put_suspicion(Some(&suspicion));
            let mut event = Event::new(EventKind::ClockSuspected, Actor::hub());
            event.detail = suspicion;
            batch.record(event);
        }
        batch
    }

    /// Tells whoever watches what was synced.
    fn publish_signals(&self) {
        self.signals.clock.send_replace(self.clock_guard.status());
        let event = self.counters.event;
        self.signals.events.send_if_modified(|last| std::mem::replace(last, event) != event);
        let Some(known) = &self.known else { return };
        self.signals
            .next_due
            .send_if_modified(|next| std::mem::replace(next, known.due.first) != known.due.first);
        self.signals
            .paused
            .send_if_modified(|paused| std::mem::replace(paused, known.paused) != known.paused);
    }

    fn apply(&mut self, batch: &mut Batch<'_>, command: Command) {
        match command {
            Command::Accept { envelope, answer } => self.accept(batch, envelope, answer),
            Command::Change { envelope, change, actor, answer } => {
                let outcome = batch.change(&envelope, change, actor);
                match (answer, outcome) {
                    (Some(answer), outcome) => {
                        answer_later(batch, answer, outcome, Waiting::Changed);
                    }
                    (None, Ok(_)) => {}
                    (None, Err(error)) => {
                        tracing::error!(envelope = %envelope.number, %error, "change not recorded");
                    }
                }
            }
            Command::RunDue { limit, answer } => {
                let outcome = batch.run_due(limit).map_err(CommitError::Read);
                answer_later(batch, answer, outcome, Waiting::Due);
            }
            Command::MovePending { from, to, to_id, actor, answer } => {
                let moved = batch.move_pending((from, to), to_id, &actor);
                answer_later(batch, answer, moved, Waiting::Moved);
            }
            Command::UpdateTold { connection, sequence, answer } => {
                let told = batch.update_told(connection, sequence).map_err(CommitError::Read);
                answer_later(batch, answer, told, |answer, ()| Waiting::Done(answer));
            }
            Command::Plugin(command) => apply_plugin(batch, command),
            Command::PutConnection { connection, events, answer } => {
                batch.put_connection(&connection);
                events.into_iter().for_each(|event| batch.record(event));
                batch.waiting.push(Waiting::Done(answer));
            }
            Command::PutRule { rule, events, answer } => {
                batch.put_rule(&rule);
                events.into_iter().for_each(|event| batch.record(event));
                batch.waiting.push(Waiting::Done(answer));
            }
            Command::PutCodeLists { lists, events, answer } => {
                lists.iter().for_each(|list| batch.put_code_list(list));
                events.into_iter().for_each(|event| batch.record(event));
                batch.waiting.push(Waiting::Done(answer));
            }
            Command::Audit { write, events, answer } => {
                batch.audit(&write);
                events.into_iter().for_each(|event| batch.record(event));
                batch.waiting.push(Waiting::Done(answer));
            }
            Command::Record { event } => batch.record(*event),
            Command::Resume { actor, answer } => {
                batch.resume(actor);
                batch.waiting.push(Waiting::Done(answer));
            }
            Command::AcceptClock { actor, answer } => {
                self.clock_guard.accept(&*self.clock);
                batch.accept_clock(actor);
                batch.waiting.push(Waiting::Done(answer));
            }
            Command::Close => {}
        }
    }

    /// A failed sync is not tried again: what the disk holds is unknown.
    fn fail(&mut self, error: &WriteError, waiting: Vec<Waiting>) {
        let cause = Arc::from(error.to_string());
        self.failure.send_replace(Some(StoreFailure { cause }));
        waiting.into_iter().for_each(|w| w.answer(&Err(CommitError::OutcomeUnknown)));
    }

    /// Answers whoever is left, and makes the next opening quick.
    fn finish(mut self) {
        self.commands.close();
        let failed = self.failure.borrow().is_some();
        let error = if failed { CommitError::OutcomeUnknown } else { CommitError::Closed };
        for large in self.large.drain(..) {
            drop(large.answer.send(Err(error.clone())));
        }
        while let Ok(command) = self.commands.try_recv() {
            refuse(command, &error);
        }
        if failed {
            return;
        }
        let database = Arc::clone(&self.database);
        let mailboxes = Arc::clone(&self.mailboxes);
        let mut batch = self.begin(&database, &mailboxes);
        batch.put_lower_bounds(&self.counters);
        batch.seal(self.clock_guard.status().high_water);
        let write = std::mem::take(&mut batch.write);
        if let Err(error) = database.write(write, &self.write_options) {
            self.fail(&error, Vec::new());
        }
    }
}

/// What is done for plugins.
fn apply_plugin(batch: &mut Batch<'_>, command: PluginCommand) {
    match command {
        PluginCommand::Settle { number, outcome, actor, answer } => {
            let settled = batch.settle(number, outcome, &actor);
            answer_later(batch, answer, settled, Waiting::Settled);
        }
        PluginCommand::Id { name, answer } => {
            let id = batch.plugin_id(&name);
            batch.waiting.push(Waiting::PluginId(answer, id));
        }
        PluginCommand::Gates { plugin, gates, answer } => {
            batch.put_plugin_gates(plugin, &gates);
            batch.waiting.push(Waiting::Done(answer));
        }
        PluginCommand::Write { plugin, write, answer } => {
            let written = batch.plugin_write(plugin, write).map_err(CommitError::Read);
            answer_later(batch, answer, written, Waiting::PluginWritten);
        }
    }
}

/// An answer once the batch is synced, or the error at once: then nothing is written for it.
fn answer_later<T>(
    batch: &mut Batch<'_>,
    answer: Answer<T>,
    result: Result<T, CommitError>,
    waiting: impl FnOnce(Answer<T>, T) -> Waiting,
) {
    match result {
        Ok(outcome) => batch.waiting.push(waiting(answer, outcome)),
        Err(error) => drop(answer.send(Err(error))),
    }
}

fn refuse(command: Command, error: &CommitError) {
    match command {
        Command::Accept { answer, .. } => drop(answer.send(Err(error.clone()))),
        Command::Change { answer: Some(answer), .. } => drop(answer.send(Err(error.clone()))),
        Command::RunDue { answer, .. } => drop(answer.send(Err(error.clone()))),
        Command::MovePending { answer, .. } => drop(answer.send(Err(error.clone()))),
        Command::Plugin(command) => refuse_plugin(command, error),
        Command::UpdateTold { answer, .. }
        | Command::Resume { answer, .. }
        | Command::PutConnection { answer, .. }
        | Command::PutRule { answer, .. }
        | Command::PutCodeLists { answer, .. }
        | Command::Audit { answer, .. }
        | Command::AcceptClock { answer, .. } => {
            drop(answer.send(Err(error.clone())));
        }
        Command::Change { answer: None, .. } | Command::Record { .. } | Command::Close => {}
    }
}

fn refuse_plugin(command: PluginCommand, error: &CommitError) {
    match command {
        PluginCommand::Gates { answer, .. } => drop(answer.send(Err(error.clone()))),
        PluginCommand::Id { answer, .. } => drop(answer.send(Err(error.clone()))),
        PluginCommand::Settle { answer, .. } => drop(answer.send(Err(error.clone()))),
        PluginCommand::Write { answer, .. } => drop(answer.send(Err(error.clone()))),
    }
}

/// Bytes that a command adds to its batch, nearly.
fn weight(command: &Command) -> usize {
    match command {
        Command::Accept { envelope, .. } if envelope.content.raw.len() <= CHUNK_BYTES => {
            envelope.content.raw.len() + COMMAND_BYTES
        }
        Command::Plugin(PluginCommand::Write { write, .. }) => write.weight() + COMMAND_BYTES,
        _ => COMMAND_BYTES,
    }
}

/// Pieces of a content of this many bytes.
pub(crate) fn chunks(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(CHUNK_BYTES).max(1)).unwrap_or(u32::MAX)
}

/// Enough that the sync is a small part of a batch's time, and few enough that nobody waits long.
const BATCH_BYTES: usize = 2 << 20;
/// Commands of a batch: as many as there may be requests in flight.
const BATCH_COMMANDS: usize = 1024;
/// What a command writes beside content: records, queue entries, event.
const COMMAND_BYTES: usize = 1024;
/// How often the positions below which queues are empty are written down.
const LOWER_BOUND_COMMITS: u64 = 1024;
