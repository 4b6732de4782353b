//! Who is connected at the hub, what was sent under a certificate's number, and responses.

use bytes::Bytes;
use phytohub_domain::{EnvelopeHeader, HubDeliveryNumber};
use phytohub_wire::quic::{Connections, Find, Kind, KnownConnection, Message as _, StateFrame};

use super::{Delivery, QuicClient, QuicError, request};

/// An envelope that was found.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol tells these three")]
pub struct FoundEnvelope {
    /// Its number.
    pub number: HubDeliveryNumber,
    /// Its outside, with its state.
    pub header: EnvelopeHeader,
    /// Whether it is a country's response.
    pub response: bool,
}

impl QuicClient {
    /// Everybody whom the caller may know of, in the order of their codes, over as many replies as
    /// it takes.
    ///
    /// # Errors
    /// When the hub refuses, or did not answer in time.
    pub async fn connections(&self) -> Result<Vec<KnownConnection>, QuicError> {
        let mut all: Vec<KnownConnection> = Vec::new();
        loop {
            let after = all.last().map_or_else(String::new, |last| last.code.clone());
            let page = self.connections_behind(&after).await?;
            // A hub that does not go on would be asked for ever.
            if page.first().is_some_and(|first| first.code <= after) {
                return Err(QuicError::OutOfStep);
            }
            if page.is_empty() || all.len() > CONNECTIONS_MAX {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    async fn connections_behind(&self, after: &str) -> Result<Vec<KnownConnection>, QuicError> {
        let request = request(&Connections { after: after.to_owned() }, Bytes::new());
        self.call(&request, |mut replies| async move {
            let mut told = Vec::new();
            while let Some(frame) = replies.next(Kind::Connection).await? {
                told.push(KnownConnection::read(frame.fields)?);
            }
            Ok(told)
        })
        .await
    }

    /// What the caller sent or received under a certificate's number, the newest first.
    ///
    /// # Errors
    /// When the hub refuses, keeps no index for that, or did not answer in time.
    pub async fn find(&self, asked: &Find) -> Result<Vec<FoundEnvelope>, QuicError> {
        let request = request(asked, Bytes::new());
        self.call(&request, |mut replies| async move {
            let mut found = Vec::new();
            while let Some(frame) = replies.next(Kind::State).await? {
                let head = StateFrame::read(frame.fields)?.head;
                let number = head.number.ok_or(QuicError::OutOfStep)?;
                let response = head.response;
                found.push(FoundEnvelope { number, header: head.into(), response });
            }
            Ok(found)
        })
        .await
    }

    /// Delivers a country's response, as [`QuicClient::deliver`] does a certificate.
    ///
    /// # Errors
    /// As of [`QuicClient::deliver`].
    pub async fn respond(&self, delivery: Delivery) -> Result<EnvelopeHeader, QuicError> {
        self.hand_in(delivery, true).await
    }
}

/// More than any registry has: each country has a few.
const CONNECTIONS_MAX: usize = 100_000;
