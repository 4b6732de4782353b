//! A reply's body: text of ours with stored contents spliced in, never all in memory at once.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use phytohub_exchange::{CallError, StoredContent};

use super::request::InFlight;
use super::socket::Release;

/// What a body is made of, in order.
pub(super) enum Item {
    /// Bytes at hand; if they directly follow a content, its release goes with them.
    Text(Bytes, Option<Release>),
    /// A content in the store.
    Stored(Arc<StoredContent>),
}

/// The body that hyper writes.
pub(super) struct ReplyBody {
    items: VecDeque<Item>,
    /// The chunk of the first item that is to be read next.
    chunk: u32,
    reading: Option<Reading>,
    /// Bytes not yet handed out.
    left: u64,
    in_flight: Arc<InFlight>,
}

type Reading = Pin<Box<dyn Future<Output = Result<Bytes, CallError>> + Send>>;

impl ReplyBody {
    pub(super) fn new(items: VecDeque<Item>, in_flight: Arc<InFlight>) -> Self {
        let length = |item: &Item| match item {
            Item::Text(text, _) => text.len() as u64,
            Item::Stored(content) => content.len(),
        };
        let left = items.iter().map(length).sum();
        in_flight.reply_started();
        Self { items, chunk: 0, reading: None, left, in_flight }
    }

    /// Bytes of the whole body, before any is taken.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    fn piece(&mut self, bytes: Bytes, release: Option<Release>) -> Frame<Piece> {
        self.left = self.left.saturating_sub(bytes.len() as u64);
        Frame::data(Piece { bytes, release, in_flight: Arc::clone(&self.in_flight) })
    }

    /// The next chunk of the content that comes first; `None` after its last.
    fn poll_chunk(
        &mut self,
        context: &mut Context<'_>,
        content: &Arc<StoredContent>,
    ) -> Poll<Option<Result<Bytes, CallError>>> {
        if self.chunk == content.chunks() {
            return Poll::Ready(None);
        }
        let index = self.chunk;
        let reading = self.reading.get_or_insert_with(|| {
            let content = Arc::clone(content);
            Box::pin(async move { content.chunk(index).await })
        });
        let result = ready!(reading.as_mut().poll(context));
        self.reading = None;
        self.chunk += 1;
        Poll::Ready(Some(result))
    }
}

impl Body for ReplyBody {
    type Data = Piece;
    type Error = CallError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Piece>, CallError>>> {
        let this = self.get_mut();
        loop {
            match this.items.pop_front() {
                None => return Poll::Ready(None),
                Some(Item::Text(text, release)) => {
                    return Poll::Ready(Some(Ok(this.piece(text, release))));
                }
                Some(Item::Stored(content)) => match this.poll_chunk(context, &content) {
                    Poll::Ready(None) => this.chunk = 0,
                    other => {
                        // There may be more of it.
                        this.items.push_front(Item::Stored(content));
                        let result = ready!(other).map(|read| {
                            if let Err(error) = &read {
                                this.in_flight.broke_off(error);
                            }
                            read.map(|bytes| this.piece(bytes, None))
                        });
                        return Poll::Ready(result);
                    }
                },
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.items.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Some bytes of a reply on their way out. It keeps its request in flight until it is dropped.
pub(super) struct Piece {
    bytes: Bytes,
    release: Option<Release>,
    in_flight: Arc<InFlight>,
}

impl Buf for Piece {
    fn remaining(&self) -> usize {
        self.bytes.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.bytes.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
        // Taken by TLS, or by a buffer that is written before the next flush ends: whoever sees
        // that flush succeed may believe in the release.
        let gone = self.bytes.is_empty();
        self.in_flight.progressed(if gone { self.release.take() } else { None });
    }
}
