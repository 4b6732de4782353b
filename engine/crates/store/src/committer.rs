//! The committer: one thread that turns many commands into one batch and one sync.
//!
//! There is no timer: the sync before is the time in which commands gather. Where many come, the
//! next batch is made while one is being written, by a thread of its own: see [`Line`]. Then its
//! maker looks at what the one before leaves (an [`Overlay`]) before the disk; commands that look
//! at more than that wait until it is written. Large contents go in piece by piece between the
//! others, so that an acknowledgement never waits for more than two batches behind them.

mod accept;
#[cfg(feature = "simulation")]
mod by_hand;
mod commands;
mod line;
mod writer;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use phytohub_telemetry::{Actor, Event, EventKind};
use tokio::sync::mpsc;

use crate::StoreConfig;
use crate::apply::{Batch, Overlay};
use crate::clock::ClockGuard;
use crate::command::Command;
use crate::counters::Counters;
use crate::database::Database;
use crate::error::CommitError;
use crate::keys::ContentId;
use crate::known::Known;
use crate::mailbox::Mailboxes;
use crate::reserve::Reserve;
use crate::staging::Abandoned;

use commands::{is_plain, refuse, weight};
use writer::give_up;

/// What the committer works with.
pub(crate) struct Committer {
    writer: Arc<Writer>,
    reserve: Arc<Reserve>,
    config: StoreConfig,
    clock_guard: ClockGuard,
    counters: Counters,
    commands: mpsc::Receiver<Command>,
    line: Line,
    /// What the batch leaves that may be being written.
    before: Overlay,
    /// Lent to the batch in the making.
    known: Option<Known>,
    /// A command that must come first in its batch, and came last in the one before.
    carried: Option<Command>,
    /// Envelopes whose content is being written in pieces, oldest first.
    large: VecDeque<Large>,
    /// Contents that come in ahead of their envelopes, with the pieces that came.
    staged: HashMap<ContentId, u32>,
    abandoned: Abandoned,
}

pub(crate) use accept::Large;
#[cfg(feature = "simulation")]
pub use by_hand::ByHand;
pub(crate) use line::Line;
pub(crate) use writer::{Signals, Writer};

/// A commit failed; everybody who must know has been told.
struct Failed;

/// Commands for one batch.
#[derive(Default)]
struct Gathered {
    commands: Vec<Command>,
    bytes: usize,
}

impl Gathered {
    fn push(&mut self, command: Command) {
        self.bytes += weight(&command);
        self.commands.push(command);
    }
}

impl Committer {
    pub(crate) fn new(
        writer: Writer,
        reserve: Arc<Reserve>,
        config: StoreConfig,
        (clock_guard, counters, known): (ClockGuard, Counters, Known),
        (commands, abandoned): (mpsc::Receiver<Command>, Abandoned),
    ) -> Self {
        Self {
            writer: Arc::new(writer),
            reserve,
            config,
            clock_guard,
            counters,
            commands,
            line: Line::default(),
            before: Overlay::default(),
            known: Some(known),
            carried: None,
            large: VecDeque::new(),
            staged: HashMap::new(),
            abandoned,
        }
    }

    /// Works until it is closed, or until a commit fails.
    pub(crate) fn run(mut self) {
        self.line = Line::start(&self.writer);
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
            if self.commit(gathered, &mut open).is_err() {
                break;
            }
        }
        self.finish();
    }

    /// What is there now, up to a batch's worth. As long as giving way brings more, it is worth
    /// it: callers just answered are about to ask again, and a sync costs more than their turn.
    fn gather(&mut self, first: Option<Command>, open: &mut bool) -> Gathered {
        let (mut gathered, mut next) = (Gathered::default(), first);
        while let Some(command) = next {
            if matches!(command, Command::Close) {
                self.commands.close();
                *open = false;
            } else if matches!(command, Command::MovePending { .. })
                && !gathered.commands.is_empty()
            {
                self.carried = Some(command);
                break;
            } else {
                gathered.push(command);
            }
            if gathered.bytes >= BATCH_BYTES || gathered.commands.len() >= BATCH_COMMANDS {
                break;
            }
            next = self.next_now();
        }
        gathered
    }

    fn next_now(&mut self) -> Option<Command> {
        self.commands.try_recv().ok().or_else(|| {
            std::thread::yield_now();
            self.commands.try_recv().ok()
        })
    }

    /// The next command that comes while the batch before is being written, and the first ones
    /// after that, if they may go into a batch that was begun meanwhile.
    fn meanwhile(&mut self, open: &mut bool) -> Option<Command> {
        while self.carried.is_none() {
            let next = if self.line.is_writing() {
                let next = self.commands.try_recv().ok();
                if next.is_none() {
                    self.line.look_again();
                }
                next
            } else {
                Some(self.next_now()?)
            };
            let Some(next) = next else { continue };
            match next {
                Command::Close => {
                    self.commands.close();
                    *open = false;
                }
                command if is_plain(&command) => return Some(command),
                command => self.carried = Some(command),
            }
        }
        None
    }

    fn commit(&mut self, gathered: Gathered, open: &mut bool) -> Result<(), Failed> {
        let started = self.writer.clock.monotonic();
        let Gathered { commands, mut bytes } = gathered;
        let held = self.known.as_ref().is_none_or(|known| known.plugins.holds_any());
        let plain = self.large.is_empty() && !held && commands.iter().all(is_plain);
        if !plain && self.line.wait(&self.writer).is_err() {
            let error = CommitError::OutcomeUnknown;
            commands.into_iter().for_each(|command| refuse(command, &error));
            return Err(Failed);
        }
        // The batch borrows these two alone, so that the rest of the committer stays free.
        let (database, mailboxes) =
            (Arc::clone(&self.writer.database), Arc::clone(&self.writer.mailboxes));
        let mut size = commands.len();
        let mut batch = self.begin(&database, &mailboxes);
        for command in commands {
            self.apply(&mut batch, command);
        }
        while plain && bytes < BATCH_BYTES && size < BATCH_COMMANDS {
            let Some(command) = self.meanwhile(open) else { break };
            (bytes, size) = (bytes + weight(&command), size + 1);
            self.apply(&mut batch, command);
        }
        self.advance_large(&mut batch);
        if self.line.wait(&self.writer).is_err() {
            give_up(batch.waiting);
            return Err(Failed);
        }
        self.hand_over(batch, plain, (size, started))
    }

    /// Ends a batch, and has it written: by now the one before is.
    fn hand_over(
        &mut self,
        mut batch: Batch<'_>,
        plain: bool,
        (size, started): (usize, Duration),
    ) -> Result<(), Failed> {
        let is_empty = batch.is_empty();
        if !is_empty {
            let written_lately = !(self.counters.commits + 1).is_multiple_of(LOWER_BOUND_COMMITS);
            if !written_lately || batch.lowers_a_queue() {
                batch.put_lower_bounds(&self.counters);
            }
            batch.seal(self.clock_guard.status().high_water);
        }
        let (mut sealed, counters, known, left) =
            batch.close(self.clock_guard.status(), (size, started));
        (self.counters, self.known) = (counters, Some(known));
        if is_empty {
            self.writer.tell(sealed.watchable);
            sealed.waiting.into_iter().for_each(|waiting| waiting.answer(&Ok(())));
            return Ok(());
        }
        if self.config.answer_before_commit {
            sealed.waiting.drain(..).for_each(|waiting| waiting.answer(&Ok(())));
        }
        if plain && self.line.takes(size) {
            self.before = left;
            return self.line.give(sealed, &self.writer);
        }
        self.writer.settle(sealed)
    }

    /// A batch that begins with a look at the clock: what follows must not trust one that has
    /// just stepped.
    fn begin<'a>(&mut self, database: &'a Database, mailboxes: &'a Mailboxes) -> Batch<'a> {
        let (now, suspicion) = self.clock_guard.observe(&*self.writer.clock);
        let known = self.known.take().expect("every batch gives back what it was lent");
        let before = std::mem::take(&mut self.before);
        // What is on disk need not be looked for elsewhere.
        let before = if self.line.is_idle() { Overlay::default() } else { before };
        let mut batch = Batch::new(
            database,
            mailboxes,
            (self.counters, known, before),
            (now, &self.clock_guard),
        );
        if let Some(suspicion) = suspicion {
            batch.put_suspicion(Some(&suspicion));
            let mut event = Event::new(EventKind::ClockSuspected, Actor::hub());
            event.detail = suspicion;
            batch.record(event);
        }
        batch
    }

    /// Answers whoever is left, and makes the next opening quick.
    fn finish(mut self) {
        self.commands.close();
        let failed = self.line.wait(&self.writer).is_err();
        let error = if failed { CommitError::OutcomeUnknown } else { CommitError::Closed };
        for large in self.large.drain(..) {
            drop(large.answer.send(Err(error.clone())));
        }
        let mut carried = self.carried.take();
        while let Some(command) = carried.take().or_else(|| self.commands.try_recv().ok()) {
            refuse(command, &error);
        }
        if failed {
            return;
        }
        let (database, mailboxes) =
            (Arc::clone(&self.writer.database), Arc::clone(&self.writer.mailboxes));
        let mut batch = self.begin(&database, &mailboxes);
        batch.put_lower_bounds(&self.counters);
        // A write that fails has told of itself.
        let now = self.writer.clock.monotonic();
        let _ = self.hand_over(batch, false, (0, now));
    }
}

/// Enough that the sync is a small part of a batch's time, and few enough that nobody waits long.
const BATCH_BYTES: usize = 2 << 20;
/// Commands of a batch: as many as there may be requests in flight.
const BATCH_COMMANDS: usize = 1024;
/// How often the positions below which queues are empty are written down.
const LOWER_BOUND_COMMITS: u64 = 1024;
