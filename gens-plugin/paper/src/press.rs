//! Where sheets are printed: threads of our own behind a short queue.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::sheet::Sheet;
use crate::{limit, world};

/// Why nothing was printed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PrintError {
    /// Others print: it goes again later.
    #[error("busy, try again")]
    Busy,
    /// The sheet has more than can be printed.
    #[error("the sheet is too large to be printed what={what} max={max}")]
    TooLarge {
        /// What it has too much of.
        what: &'static str,
        /// How much is possible.
        max: usize,
    },
    /// The sheet could not be made, which is a fault of ours.
    #[error("the sheet could not be made reason={0}")]
    Failed(String),
}

/// Prints sheets. Its threads and fonts are there from the first sheet on.
#[derive(Debug, Default)]
pub struct Press {
    desk: OnceLock<Option<Desk>>,
}

#[derive(Debug)]
struct Desk {
    jobs: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

struct Job {
    sheet: Sheet,
    done: SyncSender<Result<Vec<u8>, PrintError>>,
    /// Whoever wanted it waits no longer.
    left: Arc<AtomicBool>,
}

impl Press {
    /// A press that stands still.
    #[must_use]
    pub const fn new() -> Self {
        Self { desk: OnceLock::new() }
    }

    /// Prints a sheet: a PDF (PDF/A-2a and PDF/UA-1).
    ///
    /// # Errors
    ///
    /// [`PrintError`]; after [`limit::WAIT_MAX`] at the latest.
    pub fn print(&self, sheet: Sheet) -> Result<Vec<u8>, PrintError> {
        self.print_within(sheet, limit::WAIT_MAX)
    }

    pub(crate) fn print_within(&self, sheet: Sheet, wait: Duration) -> Result<Vec<u8>, PrintError> {
        let desk = self.desk.get_or_init(Desk::start).as_ref();
        let jobs = desk.and_then(|desk| desk.jobs.as_ref());
        let jobs = jobs.ok_or_else(|| PrintError::Failed("there are no threads".to_owned()))?;
        let (done, result) = sync_channel(1);
        let left = Arc::new(AtomicBool::new(false));
        match jobs.try_send(Job { sheet, done, left: Arc::clone(&left) }) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err(PrintError::Busy),
            Err(TrySendError::Disconnected(_)) => {
                return Err(PrintError::Failed("the threads ended".to_owned()));
            }
        }
        result.recv_timeout(wait).unwrap_or_else(|_| {
            left.store(true, Ordering::Relaxed);
            Err(PrintError::Busy)
        })
    }
}

impl Desk {
    fn start() -> Option<Self> {
        let (jobs, queue) = sync_channel(limit::QUEUE_MAX);
        let queue = Arc::new(Mutex::new(queue));
        let thread = |_| {
            let queue = Arc::clone(&queue);
            let named = std::thread::Builder::new().name("gens-press".to_owned());
            named.spawn(move || work(&queue))
        };
        match (0..limit::PRINTERS).map(thread).collect() {
            Ok(threads) => Some(Self { jobs: Some(jobs), threads }),
            Err(error) => {
                tracing::error!(%error, "certificates cannot be printed");
                None
            }
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        drop(self.jobs.take());
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a printing thread ended by a panic");
            }
        }
    }
}

/// Prints one sheet after the other, until nobody can bring any more.
fn work(queue: &Mutex<Receiver<Job>>) {
    // What the typesetter does side by side stays on this desk too.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .thread_name(|_| "gens-press-set".to_owned())
        .build();
    let pool = match pool {
        Ok(pool) => pool,
        Err(error) => {
            tracing::error!(%error, "certificates cannot be printed");
            return;
        }
    };
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { sheet, done, left }) = next else { return };
        if left.load(Ordering::Relaxed) {
            continue;
        }
        let made = catch_unwind(AssertUnwindSafe(|| pool.install(|| world::pdf(&sheet))));
        let made = made.unwrap_or_else(|_| Err(PrintError::Failed("a panic".to_owned())));
        if let Err(PrintError::Failed(reason)) = &made {
            tracing::error!(reason, "a certificate could not be printed");
        }
        // Whoever waited may have left meanwhile.
        let _ = done.try_send(made);
        // What was remembered of this sheet is of no use to others.
        typst::comemo::evict(0);
    }
}
