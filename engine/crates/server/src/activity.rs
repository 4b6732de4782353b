//! What a socket of HTTP is doing since when, and its driver: from its first request to its drain.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use hyper::server::conn::{http1, http2};
use phytohub_domain::Limits;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::{Shutdown, Tasks};

/// What a socket's driver, its requests and its replies know of one another.
#[derive(Debug)]
pub(crate) struct Activity {
    is_http2: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Requests between their header and the last byte of their reply.
    requests: usize,
    /// Replies being written.
    replies: usize,
    /// Since when the socket waits for what it waits for.
    since: Instant,
    /// A request's header is expected soon: the handshake just ended, or its first byte is here.
    header_due: bool,
    /// When the peer last took a part of a reply.
    progress: Instant,
    /// Since when the kernel takes no more bytes.
    blocked: Option<Instant>,
}

impl Activity {
    /// A socket whose first header is due.
    pub(crate) fn new(is_http2: bool) -> Self {
        let now = Instant::now();
        let state = State {
            requests: 0,
            replies: 0,
            since: now,
            header_due: true,
            progress: now,
            blocked: None,
        };
        Self { is_http2, state: Mutex::new(state) }
    }

    /// When the socket is to be closed unless something happens.
    pub(crate) fn deadline(&self, limits: &Limits) -> Instant {
        let state = self.lock();
        let waiting = match (state.requests, state.header_due) {
            (0, true) => state.since + limits.first_byte_time,
            (0, false) => state.since + limits.keep_alive_time,
            _ if state.replies > 0 => state.progress + limits.idle_time,
            // An upload has its own time limits, the hub's work has none.
            _ => Instant::now() + limits.keep_alive_time,
        };
        match state.blocked {
            Some(since) => waiting.min(since + limits.idle_time),
            None => waiting,
        }
    }

    /// A request's header is complete.
    pub(crate) fn request_started(&self) {
        let mut state = self.lock();
        state.requests += 1;
        state.header_due = false;
    }

    /// A request's reply has left hyper, or will never.
    pub(crate) fn request_ended(&self) {
        let mut state = self.lock();
        state.requests -= 1;
        state.since = Instant::now();
    }

    /// A reply begins.
    pub(crate) fn reply_started(&self) {
        let mut state = self.lock();
        state.replies += 1;
        state.progress = Instant::now();
    }

    /// A reply was handed over, or dropped.
    pub(crate) fn reply_ended(&self) {
        self.lock().replies -= 1;
    }

    /// The peer's side took some bytes of a reply.
    pub(crate) fn progressed(&self) {
        self.lock().progress = Instant::now();
    }

    /// Bytes arrived.
    pub(crate) fn read_some(&self) {
        let mut state = self.lock();
        // HTTP/2 sends frames between requests; its header's time is not watched.
        if state.requests == 0 && !state.header_due && !self.is_http2 {
            state.header_due = true;
            state.since = Instant::now();
        }
    }

    /// The kernel was given bytes, and took some or none.
    pub(crate) fn wrote<T>(&self, result: &Poll<io::Result<T>>) {
        let mut state = self.lock();
        if result.is_pending() {
            state.blocked.get_or_insert_with(Instant::now);
        } else {
            state.blocked = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that can be asked to end after its requests.
pub(crate) trait Http: Future<Output = hyper::Result<()>> {
    fn end_gracefully(self: Pin<&mut Self>);
}

impl<I, S, B> Http for http1::Connection<I, S>
where
    S: hyper::service::HttpService<hyper::body::Incoming, ResBody = B>,
    Self: Future<Output = hyper::Result<()>>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    B: http_body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn end_gracefully(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl<I, S, B> Http for http2::Connection<I, S, StreamTasks>
where
    S: hyper::service::HttpService<hyper::body::Incoming, ResBody = B>,
    Self: Future<Output = hyper::Result<()>>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    B: http_body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    StreamTasks: hyper::rt::bounds::Http2ServerConnExec<S::Future, B>,
{
    fn end_gracefully(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

/// Runs a connection until it ends, is overdue, or has been drained. `None` when it was overdue.
///
/// The deadline is asked for anew after each of the connection's turns; `true` once it drains.
pub(crate) async fn drive(
    connection: impl Http,
    mut deadline: impl FnMut(bool) -> Instant,
    mut shutdown: Shutdown,
) -> Option<hyper::Result<()>> {
    let mut connection = pin!(connection);
    let mut stop = pin!(shutdown.requested());
    let mut timer = pin!(sleep_until(deadline(false)));
    let mut draining = false;
    poll_fn(|context| {
        if !draining && stop.as_mut().poll(context).is_ready() {
            draining = true;
            connection.as_mut().end_gracefully();
        }
        if let Poll::Ready(result) = connection.as_mut().poll(context) {
            return Poll::Ready(Some(result));
        }
        // After the connection had its turn: what it did may have moved the deadline.
        poll_deadline(timer.as_mut(), context, || deadline(draining)).map(|()| None)
    })
    .await
}

/// Ready once the deadline, asked anew each time, has passed.
fn poll_deadline(
    mut timer: Pin<&mut Sleep>,
    context: &mut Context<'_>,
    mut deadline: impl FnMut() -> Instant,
) -> Poll<()> {
    loop {
        let due = deadline();
        if due <= Instant::now() {
            return Poll::Ready(());
        }
        // A deadline that moved away is noticed when the timer fires; a nearer one now.
        if due < timer.deadline() || timer.is_elapsed() {
            timer.as_mut().reset(due);
        }
        if timer.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
    }
}

/// Starts the tasks of HTTP/2 streams.
#[derive(Clone)]
pub(crate) struct StreamTasks(pub(crate) Tasks);

impl<F> hyper::rt::Executor<F> for StreamTasks
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, future: F) {
        self.0.spawn("http stream", future);
    }
}
