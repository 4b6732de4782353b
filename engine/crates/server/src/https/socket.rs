//! One TLS socket: what it is doing since when, and which contents have left through it.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use phytohub_domain::{HubDeliveryNumber, Limits};
use phytohub_exchange::{Caller, Hub};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::server::TlsStream;

use super::identity::Peer;

/// A content that went out completely once the bytes before it are in the kernel's hands.
#[derive(Clone, Debug)]
pub(super) struct Release {
    pub(super) caller: Caller,
    pub(super) number: HubDeliveryNumber,
}

/// What a socket's parts share: its driver, its requests and its reply bodies.
pub(super) struct Socket {
    pub(super) address: SocketAddr,
    pub(super) peer: Peer,
    is_http2: bool,
    state: Mutex<State>,
}

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
    /// A body was left unread: its rest is swallowed before closing, see [`SocketIo`].
    lingers: bool,
    releases: Vec<Release>,
}

impl Socket {
    pub(super) fn new(address: SocketAddr, peer: Peer, is_http2: bool) -> Arc<Self> {
        let now = Instant::now();
        let state = State {
            requests: 0,
            replies: 0,
            since: now,
            header_due: true,
            progress: now,
            blocked: None,
            lingers: false,
            releases: Vec::new(),
        };
        Arc::new(Self { address, peer, is_http2, state: Mutex::new(state) })
    }

    /// When the socket is to be closed unless something happens.
    pub(super) fn deadline(&self, limits: &Limits) -> Instant {
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
    pub(super) fn request_started(&self) {
        let mut state = self.lock();
        state.requests += 1;
        state.header_due = false;
    }

    /// A request's reply has left hyper, or will never.
    pub(super) fn request_ended(&self) {
        let mut state = self.lock();
        state.requests -= 1;
        state.since = Instant::now();
    }

    /// A reply begins.
    pub(super) fn reply_started(&self) {
        let mut state = self.lock();
        state.replies += 1;
        state.progress = Instant::now();
    }

    /// A reply was handed over, or dropped.
    pub(super) fn reply_ended(&self) {
        self.lock().replies -= 1;
    }

    /// The peer's side took some bytes of a reply.
    pub(super) fn progressed(&self, released: Option<Release>) {
        let mut state = self.lock();
        state.progress = Instant::now();
        state.releases.extend(released);
    }

    /// A request is answered without reading its body.
    pub(super) fn linger(&self) {
        self.lock().lingers = !self.is_http2;
    }

    fn read_some(&self) {
        let mut state = self.lock();
        // HTTP/2 sends frames between requests; its header's time is not watched.
        if state.requests == 0 && !state.header_due && !self.is_http2 {
            state.header_due = true;
            state.since = Instant::now();
        }
    }

    fn wrote<T>(&self, result: &Poll<io::Result<T>>) {
        let mut state = self.lock();
        if result.is_pending() {
            state.blocked.get_or_insert_with(Instant::now);
        } else {
            state.blocked = None;
        }
    }

    fn take_releases(&self) -> Vec<Release> {
        std::mem::take(&mut self.lock().releases)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The socket's bytes, for hyper.
///
/// After every successful flush, contents whose last byte went through are told to the hub: then
/// TLS has nothing buffered and the kernel has it all. When hyper closes a socket on which a body
/// was left unread, what the peer still sends is swallowed for a while: closing at once would
/// reset the connection, and the peer would never read why it was refused.
pub(super) struct SocketIo {
    stream: TlsStream<TcpStream>,
    socket: Arc<Socket>,
    hub: Hub,
    closing: Closing,
}

enum Closing {
    NotYet,
    /// Until then, at most this many bytes more.
    Swallowing {
        until: Pin<Box<tokio::time::Sleep>>,
        left: usize,
    },
}

impl SocketIo {
    pub(super) fn new(stream: TlsStream<TcpStream>, socket: Arc<Socket>, hub: Hub) -> Self {
        Self { stream, socket, hub, closing: Closing::NotYet }
    }
}

impl AsyncRead for SocketIo {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let result = Pin::new(&mut this.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            this.socket.read_some();
        }
        result
    }
}

impl AsyncWrite for SocketIo {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.socket.wrote(&result);
        result
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.socket.wrote(&result);
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_flush(context);
        this.socket.wrote(&result);
        if matches!(result, Poll::Ready(Ok(()))) {
            for release in this.socket.take_releases() {
                this.hub.content_released(&release.caller, release.number);
            }
        }
        result
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if matches!(this.closing, Closing::NotYet) {
            let result = Pin::new(&mut this.stream).poll_shutdown(context);
            this.socket.wrote(&result);
            ready!(result)?;
            if !this.socket.lock().lingers {
                return Poll::Ready(Ok(()));
            }
            let until = Box::pin(tokio::time::sleep_until(Instant::now() + LINGER_TIME));
            this.closing = Closing::Swallowing { until, left: LINGER_BYTES };
        }
        let Closing::Swallowing { until, left } = &mut this.closing else {
            return Poll::Ready(Ok(()));
        };
        swallow(this.stream.get_mut().0, context, until.as_mut(), left)
    }
}

/// Reads and forgets what still arrives, not even decrypting it.
fn swallow(
    stream: &mut TcpStream,
    context: &mut Context<'_>,
    until: Pin<&mut tokio::time::Sleep>,
    left: &mut usize,
) -> Poll<io::Result<()>> {
    if until.poll(context).is_ready() {
        return Poll::Ready(Ok(()));
    }
    let mut scratch = [0_u8; 16 << 10];
    for _ in 0..SWALLOWS_PER_TURN {
        let mut buffer = ReadBuf::new(&mut scratch);
        let result = ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer));
        let taken = buffer.filled().len();
        *left = left.saturating_sub(taken);
        if result.is_err() || taken == 0 || *left == 0 {
            return Poll::Ready(Ok(()));
        }
    }
    // Others want their turn too.
    context.waker().wake_by_ref();
    Poll::Pending
}

/// A peer that is told to go has this long to hear it: 20 MB at 1 MB/s, with room.
const LINGER_TIME: Duration = Duration::from_secs(30);
/// Swallowing costs next to nothing, but not for ever: one request of the largest size.
const LINGER_BYTES: usize = phytohub_domain::REQUEST_BYTES_MAX;
/// A mebibyte, then the next socket's turn.
const SWALLOWS_PER_TURN: usize = 64;
