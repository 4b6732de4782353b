//! What waits for the caller, brought as it comes.

use bytes::BytesMut;
use phytohub_domain::{EnvelopeHeader, HubDeliveryNumber};
use phytohub_wire::quic::{Credit, Kind, Subscribe, encode};
use phytohub_wire::soap::Content;

use quinn::SendStream;

use super::reply::Replies;
use super::retry::Retry;
use super::{QuicClient, QuicError, received};

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

/// An envelope that came.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the protocol tells these four")]
pub struct ReceivedEnvelope {
    /// Its number.
    pub number: HubDeliveryNumber,
    /// Its outside.
    pub header: EnvelopeHeader,
    /// Its inside, as it came.
    pub content: Content,
    /// Whether it is a country's response.
    pub response: bool,
}

impl ReceivedEnvelope {
    /// The document that the content stands for.
    #[must_use]
    pub fn document(&self) -> Vec<u8> {
        let mut document = Vec::with_capacity(self.content.raw.len());
        self.content.decode(&mut |piece| document.extend_from_slice(piece));
        document
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
        let mut retry = Retry::patient();
        loop {
            match self.received().await {
                Ok(envelope) => return Ok(envelope),
                Err(error) => {
                    self.live = None;
                    retry.after(&self.client, error).await?;
                }
            }
        }
    }

    async fn received(&mut self) -> Result<ReceivedEnvelope, QuicError> {
        if self.live.is_none() {
            self.live = Some(self.subscribe().await?);
        }
        let live = self.live.as_mut().ok_or(QuicError::OutOfStep)?;
        let frame = live.replies.next(Kind::Envelope).await?.ok_or(QuicError::OutOfStep)?;
        // Taken out, so that one which is left in the middle is not gone on with.
        let mut live = self.live.take().ok_or(QuicError::OutOfStep)?;
        let bytes_max = self.client.0.config.content_bytes_max;
        let envelope = received(&mut live.replies, frame, bytes_max).await?;
        live.spend(self.credit, envelope.content.raw.len() as u64).await?;
        self.live = Some(live);
        Ok(envelope)
    }

    async fn subscribe(&self) -> Result<Subscribed, QuicError> {
        let link = self.client.link().await?;
        let (mut send, receive) = link.open().await?;
        let InboxCredit { envelopes, bytes } = self.credit;
        let mut out = BytesMut::new();
        encode(&mut out, 0, 0, &Subscribe { envelopes, bytes }, 0);
        send.write_chunk(out.freeze()).await?;
        Ok(Subscribed { replies: Replies::new(receive, link, None), send, left: self.credit })
    }
}

impl Subscribed {
    /// Counts an envelope, and gives the hub what it used once that is half.
    async fn spend(&mut self, full: InboxCredit, bytes: u64) -> Result<(), QuicError> {
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
