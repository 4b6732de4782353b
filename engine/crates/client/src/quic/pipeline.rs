//! Many requests on one stream, answered as they are ready: for whoever has many at once.

use bytes::{Bytes, BytesMut};
use phytohub_domain::{Acknowledgement, EnvelopeHeader, HubDeliveryNumber};
use phytohub_wire::quic::{
    AckItem, AckOutcome, Acknowledge, Acknowledged, Deliver, Delivered, Kind, Message, encode,
};
use quinn::SendStream;

use super::reply::Replies;
use super::{Delivery, QuicClient, QuicError};

/// The asking side. Requests have numbers of the caller's own, each used once until it is answered.
#[derive(Debug)]
pub struct PipelineSender {
    send: SendStream,
    /// Requests that were not handed over yet.
    gathered: Vec<Bytes>,
    bytes: usize,
}

/// The answering side.
#[derive(Debug)]
pub struct PipelineReceiver(Replies);

/// What one request was answered with.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a pipeline takes these two kinds of requests")]
pub enum PipelineAnswer {
    /// A delivery: number, state, message and copies.
    Delivered(Box<EnvelopeHeader>),
    /// Acknowledgements, in their order.
    Acknowledged(Vec<AckOutcome>),
    /// A refusal. What passes may be asked again, with the same key.
    Refused(QuicError),
}

impl QuicClient {
    /// Opens a stream for many requests. Nothing of it is asked again by itself: when it breaks, what
    /// was not answered is the caller's to ask again, deliveries with their keys.
    ///
    /// # Errors
    /// When there is no connection.
    pub async fn pipeline(&self) -> Result<(PipelineSender, PipelineReceiver), QuicError> {
        let link = self.link().await?;
        let (send, receive) = link.open().await?;
        let sender = PipelineSender { send, gathered: Vec::new(), bytes: 0 };
        Ok((sender, PipelineReceiver(Replies::new(receive, link, None))))
    }
}

impl PipelineSender {
    /// Delivers an envelope. Handed over when enough is gathered, or with
    /// [`PipelineSender::flush`].
    ///
    /// # Errors
    /// When the stream broke.
    pub async fn deliver(&mut self, request: u32, delivery: Delivery) -> Result<(), QuicError> {
        let mut message = Deliver::new(&delivery.header, delivery.key);
        message.validate = delivery.validate;
        self.push(request, &message, delivery.content.raw).await
    }

    /// Acknowledges envelopes, at most [`phytohub_wire::quic::BATCH_MAX`].
    ///
    /// # Errors
    /// When the stream broke.
    pub async fn acknowledge(
        &mut self,
        request: u32,
        acknowledgements: Vec<(HubDeliveryNumber, Acknowledgement)>,
    ) -> Result<(), QuicError> {
        let item = |(number, acknowledgement)| AckItem { number, acknowledgement };
        let items = acknowledgements.into_iter().map(item).collect();
        self.push(request, &Acknowledge { items }, Bytes::new()).await
    }

    /// Hands over what is gathered. Waits while the hub takes nothing: the back-pressure.
    ///
    /// # Errors
    /// When the stream broke.
    pub async fn flush(&mut self) -> Result<(), QuicError> {
        let mut chunks = std::mem::take(&mut self.gathered);
        self.bytes = 0;
        Ok(self.send.write_all_chunks(&mut chunks).await?)
    }

    /// Hands over the rest, and asks nothing more.
    ///
    /// # Errors
    /// When the stream broke.
    pub async fn finish(mut self) -> Result<(), QuicError> {
        self.flush().await?;
        // Only one that is gone already cannot be ended.
        let _ = self.send.finish();
        Ok(())
    }

    async fn push<M: Message>(
        &mut self,
        request: u32,
        message: &M,
        content: Bytes,
    ) -> Result<(), QuicError> {
        let mut out = BytesMut::new();
        encode(&mut out, request, 0, message, content.len() as u64);
        self.bytes += out.len() + content.len();
        self.gathered.extend([out.freeze(), content]);
        if self.bytes >= GATHERED_BYTES { self.flush().await } else { Ok(()) }
    }
}

impl PipelineReceiver {
    /// The next answer, with its request's number; nothing when all were answered that were asked.
    ///
    /// # Errors
    /// When the stream broke: what was not answered is to be asked again.
    pub async fn next(&mut self) -> Result<Option<(u32, PipelineAnswer)>, QuicError> {
        let Some(frame) = self.0.any_frame().await? else { return Ok(None) };
        let answer = match frame.head.known_kind() {
            Some(Kind::Delivered) => {
                let head = Delivered::read(frame.fields)?.head;
                PipelineAnswer::Delivered(Box::new(head.into()))
            }
            Some(Kind::Acknowledged) => {
                PipelineAnswer::Acknowledged(Acknowledged::read(frame.fields)?.outcomes)
            }
            Some(Kind::Refused) => {
                let refused = phytohub_wire::quic::Refused::read(frame.fields)?;
                PipelineAnswer::Refused(refused.into())
            }
            _ => return Err(QuicError::OutOfStep),
        };
        Ok(Some((frame.head.request, answer)))
    }
}

/// Handed over together: what fills some packets.
const GATHERED_BYTES: usize = 32 << 10;
