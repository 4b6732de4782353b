//! One request from its hand-over to its end: what its plugin, its browser and its time limit know
//! of one another.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Response, StatusCode};
use phytohub_plugin_api as api;
use phytohub_plugin_loader::Status;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use super::PageBody;
use super::page::{come_again, refused};
use super::pipe::{End, Pipe};

/// One request in a plugin's hands.
#[derive(Debug)]
pub(super) struct Exchange {
    /// The rest of the request's body.
    pub(super) asked: Pipe,
    /// The answer's body.
    pub(super) answer: Pipe,
    /// Raised when nobody waits for the answer any more.
    pub(super) cancelled: Arc<AtomicBool>,
    /// How long nothing may move.
    pub(super) idle: Duration,
    head: Mutex<Option<Waits>>,
    /// The answer has a head alone: its body is counted and forgotten.
    bodiless: AtomicBool,
    forgotten: AtomicU64,
    moved: Mutex<Instant>,
}

/// How an answer begins.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
}

type Waits = oneshot::Sender<Result<Head, Failure>>;

/// Why there is no answer of the plugin's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Failure {
    /// The browser sends nothing more.
    AskedTooSlowly,
    /// Nobody can answer now.
    Busy,
    /// Nobody answered.
    Dropped,
    /// Nothing moved for too long.
    Late,
    /// The plugin failed.
    Plugin,
    /// The body is larger than the route takes.
    TooLarge,
}

impl Failure {
    /// What became of a call that answered with this status.
    pub(super) fn of(status: Status) -> Self {
        match status {
            api::HUB_AGAIN | api::HUB_EXHAUSTED | api::HUB_UNAVAILABLE => Self::Busy,
            api::HUB_DEADLINE => Self::Late,
            _ => Self::Plugin,
        }
    }

    /// What the browser is told.
    pub(super) fn response(self) -> Response<PageBody> {
        match self {
            Self::AskedTooSlowly => {
                refused(StatusCode::REQUEST_TIMEOUT, "the request did not arrive in time\n")
            }
            Self::Busy => come_again("the page cannot answer now: come again\n", AGAIN_SECONDS),
            Self::Dropped => {
                refused(StatusCode::INTERNAL_SERVER_ERROR, "the page gave no answer\n")
            }
            Self::Late => refused(StatusCode::GATEWAY_TIMEOUT, "the page did not answer in time\n"),
            Self::Plugin => refused(StatusCode::BAD_GATEWAY, "the page failed\n"),
            Self::TooLarge => {
                refused(StatusCode::PAYLOAD_TOO_LARGE, "the page takes less than was sent\n")
            }
        }
    }

    /// What the plugin hears in its calls.
    fn status(self) -> Status {
        match self {
            Self::AskedTooSlowly | Self::TooLarge => api::HUB_CANCELLED,
            Self::Late => api::HUB_DEADLINE,
            Self::Busy | Self::Dropped | Self::Plugin => api::HUB_NOT_FOUND,
        }
    }
}

impl Exchange {
    /// An exchange, and what hears how its answer begins.
    pub(super) fn new(
        idle: Duration,
        bodiless: bool,
    ) -> (Arc<Self>, oneshot::Receiver<Result<Head, Failure>>) {
        let (sender, receiver) = oneshot::channel();
        let this = Self {
            asked: Pipe::new(PIPE_BYTES),
            answer: Pipe::new(PIPE_BYTES),
            cancelled: Arc::default(),
            idle,
            head: Mutex::new(Some(sender)),
            bodiless: AtomicBool::new(bodiless),
            forgotten: AtomicU64::new(0),
            moved: Mutex::new(Instant::now()),
        };
        (Arc::new(this), receiver)
    }

    /// Begins the answer; the head comes back if it was begun before.
    pub(super) fn start(&self, head: Head) -> Result<(), Head> {
        let Some(waits) = self.head().take() else { return Err(head) };
        if matches!(head.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
            self.bodiless.store(true, Ordering::Relaxed);
        }
        self.touch();
        // Who waited may just have gone; the next call hears it.
        let _ = waits.send(Ok(head));
        Ok(())
    }

    /// Whether the answer was begun.
    pub(super) fn is_started(&self) -> bool {
        self.head().is_none()
    }

    /// Takes part of a body that is not sent; whether it did.
    pub(super) fn forgets(&self, bytes: usize) -> bool {
        let bodiless = self.bodiless.load(Ordering::Relaxed);
        if bodiless {
            self.forgotten.fetch_add(bytes as u64, Ordering::Relaxed);
        }
        bodiless
    }

    /// Bytes of the body that was not sent.
    pub(super) fn forgotten(&self) -> Option<u64> {
        let bodiless = self.bodiless.load(Ordering::Relaxed);
        bodiless.then(|| self.forgotten.load(Ordering::Relaxed))
    }

    /// There will be no answer, or no more of it.
    pub(super) fn fail(&self, failure: Failure) {
        if let Some(waits) = self.head().take() {
            let _ = waits.send(Err(failure));
        }
        self.end(failure.status());
    }

    /// Nobody waits any more: what the plugin does with it is answered with this.
    pub(super) fn end(&self, status: Status) {
        self.cancelled.store(true, Ordering::Release);
        self.asked.end(End::Broken(status));
        self.answer.end(End::Broken(status));
    }

    /// Something moved.
    pub(super) fn touch(&self) {
        *self.moved.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Resolves when nothing has moved for too long.
    pub(super) async fn overdue(self: Arc<Self>) {
        loop {
            let moved = *self.moved.lock().unwrap_or_else(PoisonError::into_inner);
            let due = moved + self.idle;
            if due <= Instant::now() {
                return;
            }
            sleep_until(due).await;
        }
    }

    fn head(&self) -> MutexGuard<'_, Option<Waits>> {
        self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one direction of a request may have in memory: 256 KiB is 2.5 MB/s over a line of 100 ms.
pub(super) const PIPE_BYTES: usize = 256 << 10;
/// A worker is free again by then, most likely.
const AGAIN_SECONDS: u32 = 2;
