//! Envelopes whose contents are read while they arrive.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use phytohub_domain::{EnvelopeHeader, HubDeliveryNumber, Limits};
use phytohub_wire::quic::{ContentPieces, EnvelopeFrame, Frame, Kind, Message as _, Pull};
use phytohub_wire::soap::Content;
use tokio::time::timeout;

use super::reply::Replies;
use super::{QuicClient, QuicError, request};

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

/// An envelope that is coming: its outside is here, its content arrives as it is asked for.
#[derive(Debug)]
pub struct Arriving<'a> {
    number: HubDeliveryNumber,
    outside: EnvelopeFrame,
    replies: &'a mut Replies,
    /// Until the document's end.
    reader: Option<ContentPieces>,
    /// The longest wait for a piece.
    patience: Option<Duration>,
}

impl<'a> Arriving<'a> {
    /// The envelope whose frame was the last of these replies.
    pub(super) fn new(
        replies: &'a mut Replies,
        frame: Frame,
        patience: Option<Duration>,
    ) -> Result<Self, QuicError> {
        let outside = EnvelopeFrame::read(frame.fields)?;
        let number = outside.head.number.ok_or(QuicError::OutOfStep)?;
        Ok(Self { number, outside, replies, reader: Some(ContentPieces::default()), patience })
    }

    /// Its number.
    #[must_use]
    pub const fn number(&self) -> HubDeliveryNumber {
        self.number
    }

    /// Its outside.
    #[must_use]
    pub fn header(&self) -> EnvelopeHeader {
        self.outside.head.clone().into()
    }

    /// Whether it is a country's response.
    #[must_use]
    pub const fn is_response(&self) -> bool {
        self.outside.head.response
    }

    /// Bytes of its content that were not read yet, as they go over the wire.
    #[must_use]
    pub const fn content_bytes(&self) -> u64 {
        self.replies.content_bytes()
    }

    /// The next piece of the document that the content stands for; nothing at its end. Some hundred
    /// bytes to some KiB; a character may be cut. Nothing is lost if this is dropped while it waits.
    ///
    /// # Errors
    /// When the connection ends, or the content is none. What was read is worth nothing then: the
    /// envelope comes again.
    pub async fn document_piece(&mut self) -> Result<Option<Bytes>, QuicError> {
        let (limits, mut document) = (Limits::default(), BytesMut::new());
        while document.is_empty() && self.reader.is_some() {
            let mut sink = |text: &[u8]| document.extend_from_slice(text);
            if self.replies.content_bytes() == 0 {
                if let Some(reader) = self.reader.take() {
                    reader.finish(&limits, &mut sink)?;
                }
                continue;
            }
            // What is dropped here has taken nothing yet.
            let piece = within(self.patience, self.replies.piece()).await?;
            if let Some(reader) = &mut self.reader {
                reader.push(&piece, &limits, &mut sink)?;
            }
        }
        Ok(Some(document.freeze()).filter(|document| !document.is_empty()))
    }

    /// The envelope with its whole content, if nothing of that was read before.
    ///
    /// # Errors
    /// When the connection ends, or the content is larger than that.
    pub async fn whole(self, bytes_max: usize) -> Result<ReceivedEnvelope, QuicError> {
        let raw = within(self.patience, self.replies.content(bytes_max)).await?;
        let EnvelopeFrame { head, form } = self.outside;
        let response = head.response;
        let content = Content { raw, form };
        Ok(ReceivedEnvelope { number: self.number, header: head.into(), content, response })
    }
}

/// What a pull brings, one envelope after the other. One that is left in the middle is passed over.
#[derive(Debug)]
pub struct Pulled {
    replies: Replies,
    /// The first frame, until it was asked for.
    first: Option<Frame>,
    ended: bool,
    patience: Duration,
}

impl Pulled {
    /// The next of them; nothing at the end.
    ///
    /// # Errors
    /// When the hub refuses the rest, or did not answer in time.
    pub async fn next(&mut self) -> Result<Option<Arriving<'_>>, QuicError> {
        let patience = Some(self.patience);
        let frame = match self.first.take() {
            Some(frame) => Some(frame),
            None if self.ended => None,
            None => within(patience, self.replies.next(Kind::Envelope)).await?,
        };
        self.ended = frame.is_none();
        frame.map(|frame| Arriving::new(&mut self.replies, frame, patience)).transpose()
    }
}

impl QuicClient {
    /// Pulls some of what waits, to be read as it arrives. Once the hub has begun to answer nothing
    /// is asked again by itself.
    ///
    /// # Errors
    /// As [`QuicClient::pull`].
    pub async fn pull_arriving(&self) -> Result<Pulled, QuicError> {
        let request = request(&Pull::default(), Bytes::new());
        let patience = self.0.config.times.call;
        self.call(&request, |mut replies| async move {
            let first = replies.next(Kind::Envelope).await?;
            let ended = first.is_none();
            Ok(Pulled { replies, first, ended, patience })
        })
        .await
    }
}

async fn within<T>(
    patience: Option<Duration>,
    work: impl Future<Output = Result<T, QuicError>>,
) -> Result<T, QuicError> {
    match patience {
        Some(patience) => timeout(patience, work).await.unwrap_or(Err(QuicError::Timeout)),
        None => work.await,
    }
}
