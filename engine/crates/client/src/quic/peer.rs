//! What one hub asks of another.

use bytes::Bytes;
use phytohub_domain::{EnvelopeHeader, HubDeliveryNumber};
use phytohub_wire::quic::{AckOutcome, Acknowledged, Deliver, Delivered, Report};
use quinn::{RecvStream, SendStream};

use super::connect::Link;
use super::{QuicClient, QuicError, request};
use crate::RequestBody;

impl QuicClient {
    /// Hands an envelope over under its number at the asking hub: the same again hands nothing over,
    /// and is answered as the first. The content is sent as it is read, so there is one attempt, and
    /// no time limit but the caller's. `response` says whether it is a country's response.
    ///
    /// # Errors
    /// When the hub refuses, the line breaks, or the content cannot be read. A header that the hub
    /// does not take is no error: it is told as `FailedDelivery`.
    pub async fn hand_over(
        &self,
        (header, origin): (&EnvelopeHeader, HubDeliveryNumber),
        response: bool,
        content: RequestBody,
    ) -> Result<EnvelopeHeader, QuicError> {
        let mut message = Deliver::new(header, None);
        (message.origin, message.response) = (Some(origin), response);
        let result = self.send_over(header, &message, content).await;
        if let Err(error) = &result {
            self.forget(error).await;
        }
        result
    }

    async fn send_over(
        &self,
        header: &EnvelopeHeader,
        message: &Deliver,
        content: RequestBody,
    ) -> Result<EnvelopeHeader, QuicError> {
        let mut replies = self.send_streamed(message, content).await?;
        let told = EnvelopeHeader::from(replies.one::<Delivered>().await?.head);
        Ok(EnvelopeHeader { from: header.from.clone(), to: header.to.clone(), ..told })
    }

    /// A stream of the connection, or of a new one if that has ended meanwhile.
    pub(super) async fn stream(&self) -> Result<(Link, SendStream, RecvStream), QuicError> {
        let link = self.link().await?;
        let error = match link.open().await {
            Ok((send, receive)) => return Ok((link, send, receive)),
            Err(error) => error,
        };
        self.forget(&error).await;
        let link = self.link().await?;
        let (send, receive) = link.open().await?;
        Ok((link, send, receive))
    }

    /// Reports what became of an envelope that was handed over by this hub; whether that was taken.
    ///
    /// # Errors
    /// When the hub refuses, or did not answer in time.
    pub async fn report(&self, report: Report) -> Result<AckOutcome, QuicError> {
        let request = request(&report, Bytes::new());
        self.call(&request, |mut replies| async move {
            let outcomes = replies.one::<Acknowledged>().await?.outcomes;
            outcomes.first().copied().ok_or(QuicError::OutOfStep)
        })
        .await
    }
}
