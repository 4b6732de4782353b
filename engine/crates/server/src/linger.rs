//! Closing a socket on which a body was left unread.
//!
//! What the peer still sends is swallowed for a while: closing at once would reset the connection,
//! and the peer would never read why it was refused.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// Swallows until then, at most so many bytes.
pub(crate) struct Linger {
    until: Pin<Box<Sleep>>,
    left: usize,
}

impl Linger {
    /// Starts the time.
    pub(crate) fn new() -> Self {
        Self { until: Box::pin(sleep_until(Instant::now() + LINGER_TIME)), left: LINGER_BYTES }
    }

    /// Reads and forgets what still arrives, not even decrypting it. Ready when that is over.
    pub(crate) fn poll(&mut self, stream: &mut TcpStream, context: &mut Context<'_>) -> Poll<()> {
        if self.until.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        let mut scratch = [0_u8; 16 << 10];
        for _ in 0..SWALLOWS_PER_TURN {
            let mut buffer = ReadBuf::new(&mut scratch);
            let result = ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer));
            let taken = buffer.filled().len();
            self.left = self.left.saturating_sub(taken);
            if result.is_err() || taken == 0 || self.left == 0 {
                return Poll::Ready(());
            }
        }
        // Others want their turn too.
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// A peer that is told to go has this long to hear it: 20 MB at 1 MB/s, with room.
const LINGER_TIME: Duration = Duration::from_secs(30);
/// Swallowing costs next to nothing, but not for ever: one request of the largest size.
const LINGER_BYTES: usize = phytohub_domain::REQUEST_BYTES_MAX;
/// A mebibyte, then the next socket's turn.
const SWALLOWS_PER_TURN: usize = 64;
