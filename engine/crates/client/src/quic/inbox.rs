//! What waits for the caller, brought as it comes.

use bytes::BytesMut;
use phytohub_wire::quic::{Credit, Frame, Kind, Subscribe, encode};
use quinn::SendStream;

use super::reply::Replies;
use super::retry::Retry;
use super::{Arriving, QuicClient, QuicError, ReceivedEnvelope};

/// How much the hub may send that was not asked for by [`Inbox::next`] yet: the back-pressure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a caller grants both")]
pub struct InboxCredit {
    /// Envelopes.
    pub envelopes: u32,
    /// Bytes of content; one envelope may go beyond.
    pub bytes: u64,
}

impl Default for InboxCredit {
    /// A second's work of a small system, in a few MiB.
    fn default() -> Self {
        Self { envelopes: 64, bytes: 4 << 20 }
    }
}

/// What waits for the caller, and what comes, each envelope once while a connection lives. On a new
/// connection everything comes again that was not acknowledged.
#[derive(Debug)]
pub struct Inbox {
    client: QuicClient,
    credit: InboxCredit,
    live: Option<Subscribed>,
}

#[derive(Debug)]
struct Subscribed {
    replies: Replies,
    send: SendStream,
    /// What the hub may still send.
    left: InboxCredit,
    /// Bytes of the content of the last envelope, until they are counted.
    last: Option<u64>,
}

impl Inbox {
    pub(super) const fn new(client: QuicClient, credit: InboxCredit) -> Self {
        Self { client, credit, live: None }
    }

    /// The next envelope, whenever it comes, over as many connections as it takes. Nothing is lost if
    /// this is dropped while it waits; while a content arrives, the subscription begins anew.
    ///
    /// # Errors
    /// When the hub refuses the caller, or what it sends is not understood.
    pub async fn next(&mut self) -> Result<ReceivedEnvelope, QuicError> {
        let bytes_max = self.client.0.config.content_bytes_max;
        let mut retry = Retry::patient();
        loop {
            match self.whole(bytes_max).await {
                Ok(envelope) => return Ok(envelope),
                Err(error) => {
                    self.live = None;
                    retry.after(&self.client, error).await?;
                }
            }
        }
    }

    /// The next envelope as soon as its outside is here, to be read as it arrives. Otherwise as
    /// [`Inbox::next`]; but when its connection ends, the reader of the content is told: it comes again
    /// then, as does one that is left in the middle.
    ///
    /// # Errors
    /// As of [`Inbox::next`].
    pub async fn next_arriving(&mut self) -> Result<Arriving<'_>, QuicError> {
        let mut retry = Retry::patient();
        loop {
            match self.frame().await {
                Ok(frame) => {
                    let live = self.live.as_mut().ok_or(QuicError::OutOfStep)?;
                    return Arriving::new(&mut live.replies, frame, None);
                }
                Err(error) => {
                    self.live = None;
                    retry.after(&self.client, error).await?;
                }
            }
        }
    }

    async fn whole(&mut self, bytes_max: usize) -> Result<ReceivedEnvelope, QuicError> {
        let frame = self.frame().await?;
        // Taken out, so that one which is left in the middle is not gone on with.
        let mut live = self.live.take().ok_or(QuicError::OutOfStep)?;
        let envelope = Arriving::new(&mut live.replies, frame, None)?.whole(bytes_max).await?;
        self.live = Some(live);
        Ok(envelope)
    }

    /// The outside of the next envelope. What was left in the middle before is not gone on with.
    async fn frame(&mut self) -> Result<Frame, QuicError> {
        let mut live = match self.live.take() {
            Some(live) if live.replies.content_bytes() == 0 => live,
            _ => self.subscribe().await?,
        };
        live.count(self.credit).await?;
        let live = self.live.insert(live);
        let frame = live.replies.next(Kind::Envelope).await?.ok_or(QuicError::OutOfStep)?;
        live.last = Some(frame.head.content);
        Ok(frame)
    }

    async fn subscribe(&self) -> Result<Subscribed, QuicError> {
        let link = self.client.link().await?;
        let (mut send, receive) = link.open().await?;
        let InboxCredit { envelopes, bytes } = self.credit;
        let mut out = BytesMut::new();
        encode(&mut out, 0, 0, &Subscribe { envelopes, bytes }, 0);
        send.write_chunk(out.freeze()).await?;
        let replies = Replies::new(receive, link, None);
        Ok(Subscribed { replies, send, left: self.credit, last: None })
    }
}

impl Subscribed {
    /// Counts the last envelope, and gives the hub what it used once that is half.
    async fn count(&mut self, full: InboxCredit) -> Result<(), QuicError> {
        let Some(bytes) = self.last.take() else { return Ok(()) };
        self.left.envelopes = self.left.envelopes.saturating_sub(1);
        self.left.bytes = self.left.bytes.saturating_sub(bytes);
        let left = self.left;
        if left.envelopes > full.envelopes / 2 && left.bytes > full.bytes / 2 {
            return Ok(());
        }
        let more = Credit {
            envelopes: full.envelopes.saturating_sub(left.envelopes),
            bytes: full.bytes.saturating_sub(left.bytes),
        };
        let mut out = BytesMut::new();
        encode(&mut out, 0, 0, &more, 0);
        self.send.write_chunk(out.freeze()).await?;
        self.left = full;
        Ok(())
    }
}
