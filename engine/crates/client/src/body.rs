//! A request's body: pieces that are sent as they are.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use thiserror::Error;

/// A message in pieces, sent one after the other without being copied together: at hand from the
/// beginning, or read when there is room to send them.
#[derive(Debug, Default)]
pub struct RequestBody {
    pieces: VecDeque<Bytes>,
    rest: Option<Rest>,
}

/// Pieces that are not at hand yet.
#[derive(Debug)]
struct Rest {
    bytes: u64,
    body: UnsyncBoxBody<Bytes, BrokenBody>,
}

/// A piece of a body could not be read: the call is broken off.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a piece of the request could not be read")]
#[expect(clippy::exhaustive_structs, reason = "whoever reads the pieces knows why")]
pub struct BrokenBody;

impl RequestBody {
    /// A message of so many bytes whose pieces are asked for one by one.
    #[must_use]
    pub fn streamed<B>(bytes: u64, body: B) -> Self
    where
        B: Body<Data = Bytes, Error = BrokenBody> + Send + 'static,
    {
        let rest = Rest { bytes, body: body.boxed_unsync() };
        Self { pieces: VecDeque::new(), rest: Some(rest) }
    }

    /// Bytes of all pieces that were not sent yet.
    #[must_use]
    pub fn len(&self) -> u64 {
        let at_hand: u64 = self.pieces.iter().map(|piece| piece.len() as u64).sum();
        at_hand + self.rest.as_ref().map_or(0, |rest| rest.bytes)
    }

    /// Whether there is nothing to send.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl FromIterator<Bytes> for RequestBody {
    fn from_iter<I: IntoIterator<Item = Bytes>>(pieces: I) -> Self {
        // An empty piece would be an empty frame, which says nothing.
        let pieces = pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
        Self { pieces, rest: None }
    }
}

impl From<Bytes> for RequestBody {
    fn from(bytes: Bytes) -> Self {
        Self::from_iter([bytes])
    }
}

impl From<Vec<u8>> for RequestBody {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BrokenBody;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenBody>>> {
        if let Some(piece) = self.pieces.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        let Some(rest) = &mut self.rest else { return Poll::Ready(None) };
        let polled = Pin::new(&mut rest.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            let sent = frame.data_ref().map_or(0, Bytes::len) as u64;
            rest.bytes = rest.bytes.saturating_sub(sent);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.len())
    }
}
