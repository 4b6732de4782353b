//! Writes a batch while the next one is made: a sync takes as long as making a batch, and needs
//! little of a core.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, Thread};
use std::time::Duration;

use super::Failed;
use super::writer::Writer;
use crate::apply::Sealed;

/// Where batches are written, one after the other.
#[derive(Default)]
pub(crate) enum Line {
    /// Where they are made, each before the next one is begun.
    #[default]
    Here,
    /// By a thread of its own.
    Thread(Helper),
    /// When the next one is made, for simulations: its maker must not see it on disk.
    #[cfg(feature = "simulation")]
    Later(Option<Box<Sealed>>),
}

/// The thread that writes.
pub(crate) struct Helper {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    given: Condvar,
}

enum State {
    Idle,
    Given(Box<Sealed>),
    Writing,
    /// A batch could not be written: no other will be.
    Failed,
    Over,
}

impl Line {
    /// A thread that writes for this one, which makes batches.
    pub(super) fn start(writer: &Arc<Writer>) -> Self {
        let shared = Arc::new(Shared { state: Mutex::new(State::Idle), given: Condvar::new() });
        let (theirs, its_writer, maker) =
            (Arc::clone(&shared), Arc::clone(writer), thread::current());
        let work = move || write_all(&theirs, &its_writer, &maker);
        match thread::Builder::new().name("writer".into()).spawn(work) {
            Ok(thread) => Self::Thread(Helper { shared, thread: Some(thread) }),
            Err(error) => {
                tracing::warn!(%error, "no thread for writing: batches wait for each other");
                Self::Here
            }
        }
    }

    /// Whether a batch of so many commands is worth being written elsewhere. Handing over costs
    /// two threads a turn each; a few commands are made in less.
    pub(super) fn takes(&self, commands: usize) -> bool {
        match self {
            Self::Here => false,
            Self::Thread(_) => commands >= COMMANDS_MIN,
            #[cfg(feature = "simulation")]
            Self::Later(_) => true,
        }
    }

    /// Whether no batch is being written.
    pub(super) fn is_idle(&self) -> bool {
        match self {
            Self::Here => true,
            Self::Thread(helper) => helper.is_idle(),
            #[cfg(feature = "simulation")]
            Self::Later(given) => given.is_none(),
        }
    }

    /// Whether a batch is being written while this thread can do something else.
    pub(super) fn is_writing(&self) -> bool {
        matches!(self, Self::Thread(helper) if !helper.is_idle())
    }

    /// Waits until that batch is written, or it is worth looking for more commands: each of them
    /// waking this thread would cost more than what it does for one.
    pub(super) fn look_again(&self) {
        thread::park_timeout(LOOK_AGAIN);
    }

    /// Waits until no batch is being written.
    pub(super) fn wait(&mut self, writer: &Writer) -> Result<(), Failed> {
        match self {
            Self::Thread(helper) => {
                while !helper.is_idle() {
                    thread::park();
                }
            }
            #[cfg(feature = "simulation")]
            Self::Later(given) => given.take().map_or(Ok(()), |sealed| writer.settle(*sealed))?,
            Self::Here => {}
        }
        if writer.has_failed() { Err(Failed) } else { Ok(()) }
    }

    /// Has a batch written. None may be under way.
    pub(super) fn give(&mut self, sealed: Sealed, writer: &Writer) -> Result<(), Failed> {
        match self {
            Self::Here => writer.settle(sealed),
            Self::Thread(helper) => {
                *helper.shared.lock() = State::Given(Box::new(sealed));
                helper.shared.given.notify_one();
                Ok(())
            }
            #[cfg(feature = "simulation")]
            Self::Later(given) => {
                *given = Some(Box::new(sealed));
                Ok(())
            }
        }
    }
}

impl Helper {
    fn is_idle(&self) -> bool {
        matches!(*self.shared.lock(), State::Idle | State::Failed)
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        *self.shared.lock() = State::Over;
        self.shared.given.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes panicked: this is a bug");
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next batch; none when there will be no more.
    fn next(&self) -> Option<Sealed> {
        let mut state = self.lock();
        loop {
            match std::mem::replace(&mut *state, State::Writing) {
                State::Given(sealed) => return Some(*sealed),
                State::Over => return None,
                other => *state = other,
            }
            state = self.given.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Writes what is given until there is no more, or a write fails.
fn write_all(shared: &Shared, writer: &Writer, maker: &Thread) {
    let _end = End { shared, writer, maker };
    while let Some(sealed) = shared.next() {
        if writer.settle(sealed).is_err() {
            return;
        }
        *shared.lock() = State::Idle;
        maker.unpark();
    }
}

/// However writing ends, nobody waits for it for ever.
struct End<'a> {
    shared: &'a Shared,
    writer: &'a Writer,
    maker: &'a Thread,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.writer.fail("the thread that writes panicked");
        }
        *self.shared.lock() = State::Failed;
        self.maker.unpark();
    }
}

/// From so many on making the next batch beside it gains more than the two turns cost.
const COMMANDS_MIN: usize = 4;
/// Some looks for each batch where a disk is quick.
const LOOK_AGAIN: Duration = Duration::from_micros(200);
