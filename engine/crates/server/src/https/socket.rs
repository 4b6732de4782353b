//! One TLS socket: what it is doing since when, and which contents have left through it.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use phytohub_exchange::{Caller, Hub, StoredContent};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::activity::Activity;
use crate::identity::Peer;
use crate::linger::Linger;

/// A content that went out completely once the bytes before it are in the kernel's hands.
#[derive(Clone, Debug)]
pub(super) struct Release {
    pub(super) caller: Caller,
    pub(super) content: Arc<StoredContent>,
}

/// What a socket's parts share: its driver, its requests and its reply bodies.
pub(super) struct Socket {
    pub(super) address: SocketAddr,
    pub(super) peer: Peer,
    pub(super) activity: Activity,
    is_http2: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// A body was left unread: its rest is swallowed before closing, see [`SocketIo`].
    lingers: bool,
    releases: Vec<Release>,
}

impl Socket {
    pub(super) fn new(address: SocketAddr, peer: Peer, is_http2: bool) -> Arc<Self> {
        let (activity, state) = (Activity::new(is_http2), Mutex::default());
        Arc::new(Self { address, peer, activity, is_http2, state })
    }

    /// The peer's side took some bytes of a reply.
    pub(super) fn progressed(&self, released: Option<Release>) {
        self.activity.progressed();
        if let Some(release) = released {
            self.lock().releases.push(release);
        }
    }

    /// A request is answered without reading its body.
    pub(super) fn linger(&self) {
        self.lock().lingers = !self.is_http2;
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
/// TLS has nothing buffered and the kernel has it all.
pub(super) struct SocketIo {
    stream: TlsStream<TcpStream>,
    socket: Arc<Socket>,
    hub: Hub,
    closing: Option<Linger>,
}

impl SocketIo {
    pub(super) fn new(stream: TlsStream<TcpStream>, socket: Arc<Socket>, hub: Hub) -> Self {
        Self { stream, socket, hub, closing: None }
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
            this.socket.activity.read_some();
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
        this.socket.activity.wrote(&result);
        result
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.socket.activity.wrote(&result);
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_flush(context);
        this.socket.activity.wrote(&result);
        if matches!(result, Poll::Ready(Ok(()))) {
            for release in this.socket.take_releases() {
                this.hub.content_released(&release.caller, &release.content);
            }
        }
        result
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.closing.is_none() {
            let result = Pin::new(&mut this.stream).poll_shutdown(context);
            this.socket.activity.wrote(&result);
            ready!(result)?;
            if !this.socket.lock().lingers {
                return Poll::Ready(Ok(()));
            }
        }
        let linger = this.closing.get_or_insert_with(Linger::new);
        linger.poll(this.stream.get_mut().0, context).map(Ok)
    }
}
