//! A TCP socket that can be read slowly, as over a bad line.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// A socket, with a pace if it is slow.
#[derive(Debug)]
pub(crate) struct Wire {
    tcp: TcpStream,
    pace: Option<Pace>,
}

#[derive(Debug)]
struct Pace {
    bytes_per_second: u64,
    /// Until then nothing more is read.
    rest: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    pub(crate) fn new(tcp: TcpStream, bytes_per_second: Option<u64>) -> Self {
        let pace = bytes_per_second.map(|bytes_per_second| Pace { bytes_per_second, rest: None });
        Self { tcp, pace }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let Some(pace) = &mut this.pace else {
            return Pin::new(&mut this.tcp).poll_read(context, buffer);
        };
        if let Some(rest) = &mut pace.rest {
            ready!(rest.as_mut().poll(context));
            pace.rest = None;
        }
        let mut piece = [0; PIECE_BYTES];
        let room = buffer.remaining().min(PIECE_BYTES);
        let mut some = ReadBuf::new(&mut piece[..room]);
        ready!(Pin::new(&mut this.tcp).poll_read(context, &mut some))?;
        let read = some.filled().len();
        buffer.put_slice(some.filled());
        if read > 0 {
            let time = Duration::from_secs_f64(read as f64 / pace.bytes_per_second.max(1) as f64);
            let deadline = Instant::now() + time;
            pace.rest = Some(Box::pin(sleep_until(deadline)));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().tcp).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().tcp).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().tcp).poll_shutdown(context)
    }
}

/// Read at once over a slow line: small, so that the sender's window stays full.
const PIECE_BYTES: usize = 4 << 10;
