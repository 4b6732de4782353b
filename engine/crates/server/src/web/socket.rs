//! One socket of a browser, encrypted or not, as hyper's bytes.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::activity::Activity;
use crate::linger::Linger;

/// What a socket's driver, its requests and its answers share.
pub(super) struct Socket {
    pub(super) peer: SocketAddr,
    pub(super) is_tls: bool,
    pub(super) is_http2: bool,
    pub(super) activity: Activity,
    /// A body was left unread: its rest is swallowed before closing.
    lingers: AtomicBool,
}

impl Socket {
    pub(super) fn new(peer: SocketAddr, is_tls: bool, is_http2: bool) -> Arc<Self> {
        let (activity, lingers) = (Activity::new(is_http2), AtomicBool::new(false));
        Arc::new(Self { peer, is_tls, is_http2, activity, lingers })
    }

    /// A request's body was not read to its end.
    pub(super) fn left_unread(&self) {
        self.lingers.store(!self.is_http2, Ordering::Relaxed);
    }

    /// Whether the socket ends with this request's answer.
    pub(super) fn lingers(&self) -> bool {
        self.lingers.load(Ordering::Relaxed)
    }
}

/// The bytes' way.
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    fn tcp(&mut self) -> &mut TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_mut().0,
        }
    }
}

/// The socket's bytes, for hyper.
pub(super) struct SocketIo {
    stream: Stream,
    socket: Arc<Socket>,
    closing: Option<Linger>,
}

impl SocketIo {
    pub(super) fn new(stream: Stream, socket: Arc<Socket>) -> Self {
        Self { stream, socket, closing: None }
    }
}

/// Calls a stream's method, whichever stream it is.
macro_rules! each {
    ($stream:expr, $method:ident $(, $argument:expr)*) => {
        match $stream {
            Stream::Plain(stream) => Pin::new(stream).$method($($argument),*),
            Stream::Tls(stream) => Pin::new(stream.as_mut()).$method($($argument),*),
        }
    };
}

impl AsyncRead for SocketIo {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let result = each!(&mut this.stream, poll_read, context, buffer);
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
        let result = each!(&mut this.stream, poll_write, context, bytes);
        this.socket.activity.wrote(&result);
        result
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = each!(&mut this.stream, poll_write_vectored, context, slices);
        this.socket.activity.wrote(&result);
        result
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let result = each!(&mut this.stream, poll_flush, context);
        this.socket.activity.wrote(&result);
        result
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.closing.is_none() {
            let result = each!(&mut this.stream, poll_shutdown, context);
            this.socket.activity.wrote(&result);
            ready!(result)?;
            if !this.socket.lingers() {
                return Poll::Ready(Ok(()));
            }
        }
        let linger = this.closing.get_or_insert_with(Linger::new);
        linger.poll(this.stream.tcp(), context).map(Ok)
    }
}
