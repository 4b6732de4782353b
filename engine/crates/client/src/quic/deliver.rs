//! Handing envelopes in: whole, or read while they are sent.

use std::fmt;
use std::pin::pin;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use phytohub_domain::EnvelopeHeader;
use phytohub_wire::quic::{Deliver, Delivered, Head, encode};
use phytohub_wire::soap::Content;
use quinn::{SendStream, StoppedError, VarInt, WriteError};
use rustls::crypto::aws_lc_rs;

use super::reply::Replies;
use super::{QuicClient, QuicError, request};
use crate::{BrokenBody, ContentSource, RequestBody};

/// An envelope to be delivered.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by `new` and changed field by field")]
pub struct Delivery {
    /// Its outside; an empty `From` is the caller.
    pub header: EnvelopeHeader,
    /// Its inside, as it goes over the wire.
    pub content: Content,
    /// The key under which it is delivered once; nothing has one made for this call.
    pub key: Option<Bytes>,
    /// Whether the hub is to validate the document first.
    pub validate: bool,
}

impl Delivery {
    /// A document for this outside, not validated.
    #[must_use]
    pub fn new(header: EnvelopeHeader, document: &str) -> Self {
        Self { header, content: Content::escaped(document), key: None, validate: false }
    }
}

/// An envelope to be delivered whose content is not held, but read for every attempt.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "made by `new` and changed field by field")]
pub struct StreamedDelivery<'a> {
    /// Its outside; an empty `From` is the caller.
    pub header: EnvelopeHeader,
    /// Where its inside comes from.
    pub content: &'a dyn ContentSource,
    /// The key under which it is delivered once; nothing has one made for this call.
    pub key: Option<Bytes>,
    /// Whether the hub is to validate the document first.
    pub validate: bool,
}

impl<'a> StreamedDelivery<'a> {
    /// What this source gives for this outside, not validated.
    #[must_use]
    pub fn new(header: EnvelopeHeader, content: &'a dyn ContentSource) -> Self {
        Self { header, content, key: None, validate: false }
    }
}

impl fmt::Debug for StreamedDelivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamedDelivery").field("header", &self.header).finish_non_exhaustive()
    }
}

impl QuicClient {
    /// Delivers an envelope. The header that comes back has number, state, message and copies.
    ///
    /// # Errors
    /// When the hub refuses, or did not answer in time. A header that it does not take is no error: it
    /// is told as `FailedDelivery`.
    pub async fn deliver(&self, delivery: Delivery) -> Result<EnvelopeHeader, QuicError> {
        self.hand_in(delivery, false).await
    }

    /// Delivers an envelope whose content is sent as it is read: some pieces of it are in memory,
    /// however large it is.
    ///
    /// # Errors
    /// As of [`QuicClient::deliver`], or when the content cannot be read: then nothing is delivered.
    pub async fn deliver_streamed(
        &self,
        delivery: StreamedDelivery<'_>,
    ) -> Result<EnvelopeHeader, QuicError> {
        let StreamedDelivery { header, content, key, validate } = delivery;
        let mut message = Deliver::new(&header, Some(key_or_new(key)?));
        message.validate = validate;
        let message = &message;
        let ask = || async move { self.send_streamed(message, content.open()).await };
        self.attempt(ask, |replies| told(replies, &header)).await
    }

    pub(super) async fn hand_in(
        &self,
        delivery: Delivery,
        response: bool,
    ) -> Result<EnvelopeHeader, QuicError> {
        let Delivery { header, content, key, validate } = delivery;
        let mut message = Deliver::new(&header, Some(key_or_new(key)?));
        (message.validate, message.response) = (validate, response);
        let request = request(&message, content.raw);
        self.call(&request, |replies| told(replies, &header)).await
    }

    /// Sends a request on a stream of its own, with a content that is sent as it is read.
    pub(super) async fn send_streamed(
        &self,
        message: &Deliver,
        content: RequestBody,
    ) -> Result<Replies, QuicError> {
        let mut head = BytesMut::new();
        encode(&mut head, 0, Head::LAST, message, content.len());
        let (link, mut send, receive) = self.stream().await?;
        match write(&mut send, head.freeze(), content).await {
            Ok(()) => {
                let _ = send.finish();
            }
            // What the hub refuses while it is being sent has its answer all the same.
            Err(QuicError::Write(_)) => {}
            Err(error) => {
                let _ = send.reset(0_u32.into());
                return Err(error);
            }
        }
        Ok(Replies::new(receive, link, Some(send)))
    }
}

/// The header of a delivery as its answer leaves it.
async fn told(mut replies: Replies, header: &EnvelopeHeader) -> Result<EnvelopeHeader, QuicError> {
    let told = EnvelopeHeader::from(replies.one::<Delivered>().await?.head);
    Ok(EnvelopeHeader {
        hub_delivery_number: told.hub_delivery_number,
        tracking_info: told.tracking_info,
        error_message: told.error_message,
        forwardings: told.forwardings,
        ..header.clone()
    })
}

async fn write(
    send: &mut SendStream,
    head: Bytes,
    mut content: RequestBody,
) -> Result<(), QuicError> {
    send.write_chunk(head).await?;
    let mut left = content.len();
    let mut stopped = pin!(send.stopped());
    loop {
        // A hub that wants no more, or is gone, is not kept waiting for a slow source.
        let frame = tokio::select! {
            frame = content.frame() => frame,
            ended = &mut stopped => return Err(no_more(ended).into()),
        };
        let Some(frame) = frame else { break };
        if let Ok(piece) = frame?.into_data() {
            // More would be taken for the next request.
            left = left.checked_sub(piece.len() as u64).ok_or(BrokenBody)?;
            send.write_chunk(piece).await?;
        }
    }
    if left == 0 { Ok(()) } else { Err(BrokenBody.into()) }
}

/// Why a stream takes nothing more.
fn no_more(ended: Result<Option<VarInt>, StoppedError>) -> WriteError {
    match ended {
        Ok(Some(code)) => WriteError::Stopped(code),
        Err(StoppedError::ConnectionLost(error)) => WriteError::ConnectionLost(error),
        Ok(None) | Err(StoppedError::ZeroRttRejected) => WriteError::ClosedStream,
    }
}

/// The key that was said, or one that nobody else has.
fn key_or_new(key: Option<Bytes>) -> Result<Bytes, QuicError> {
    if let Some(key) = key {
        return Ok(key);
    }
    let mut key = [0; 16];
    let random = aws_lc_rs::default_provider().secure_random;
    random.fill(&mut key).map_err(|_| QuicError::NoRandom)?;
    Ok(Bytes::copy_from_slice(&key))
}
