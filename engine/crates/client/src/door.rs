//! A hub as its callers see it, whichever door they call it by.

use std::pin::Pin;

use phytohub_domain::{Acknowledgement, AcknowledgementKind, EnvelopeHeader};
use phytohub_wire::quic::{AckOutcome, RefusalCode};
use phytohub_wire::soap::client::{self, ClientEnvelope, ClientReply};
use phytohub_wire::soap::{Operation, ValidationResult};
use thiserror::Error;

use crate::{CallError, Delivery, Outcome, QuicClient, QuicError, ReceivedEnvelope, SoapClient};

/// An answer on its way.
pub type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<T, DoorError>> + Send + 'a>>;

/// What both doors offer. Numbers are texts, for another hub's may be of another form.
pub trait HubDoor: Send + Sync {
    /// Delivers an envelope. By SOAP the key is not sent, and `From` must be there; what is told is
    /// the whole header.
    fn deliver(&self, delivery: Delivery) -> Answering<'_, EnvelopeHeader>;

    /// Acknowledges an envelope.
    fn acknowledge<'a>(
        &'a self,
        number: &'a str,
        acknowledgement: Acknowledgement,
    ) -> Answering<'a, ()>;

    /// Tells where an envelope stands.
    fn track<'a>(&'a self, number: &'a str) -> Answering<'a, EnvelopeHeader>;

    /// Pulls one envelope.
    fn pull<'a>(&'a self, number: &'a str) -> Answering<'a, ClientEnvelope>;

    /// Pulls some of what waits; nothing if nothing waits.
    fn pull_waiting(&self) -> Answering<'_, Vec<ClientEnvelope>>;

    /// Tells what is wrong with a document.
    fn validate<'a>(&'a self, document: &'a str) -> Answering<'a, Vec<ValidationResult>>;
}

/// Why a door gave no answer that counts.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DoorError {
    /// By the fast door.
    #[error(transparent)]
    Quic(#[from] QuicError),
    /// By SOAP.
    #[error(transparent)]
    Soap(#[from] CallError),
    /// The number is none of this hub's.
    #[error("this is no number of a hub with this door")]
    Number,
    /// The acknowledgement was refused.
    #[error("the hub refuses the acknowledgement: {0:?}")]
    Refused(RefusalCode),
    /// The document is not UTF-8.
    #[error("the document is not UTF-8")]
    NotText,
    /// The answer is another operation's.
    #[error("the hub answered something else than was asked")]
    OutOfStep,
}

impl DoorError {
    /// Whether the same may succeed if it is asked again.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Quic(error) => error.is_passing(),
            Self::Refused(code) => code.is_passing(),
            Self::Soap(error) => error.outcome() != Outcome::Answered || is_busy(error),
            Self::Number | Self::NotText | Self::OutOfStep => false,
        }
    }
}

impl HubDoor for QuicClient {
    fn deliver(&self, delivery: Delivery) -> Answering<'_, EnvelopeHeader> {
        Box::pin(async move { Ok(Self::deliver(self, delivery).await?) })
    }

    fn acknowledge<'a>(
        &'a self,
        number: &'a str,
        acknowledgement: Acknowledgement,
    ) -> Answering<'a, ()> {
        Box::pin(async move {
            let number = number.parse().map_err(|_| DoorError::Number)?;
            let outcomes = Self::acknowledge(self, vec![(number, acknowledgement)]).await?;
            match outcomes.first() {
                Some(AckOutcome::Stands(_)) => Ok(()),
                Some(AckOutcome::Refused(code)) => Err(DoorError::Refused(*code)),
                None => Err(DoorError::OutOfStep),
            }
        })
    }

    fn track<'a>(&'a self, number: &'a str) -> Answering<'a, EnvelopeHeader> {
        Box::pin(async move {
            let number = number.parse().map_err(|_| DoorError::Number)?;
            let told = Self::track(self, vec![number]).await?;
            told.into_iter().next().ok_or(DoorError::OutOfStep)
        })
    }

    fn pull<'a>(&'a self, number: &'a str) -> Answering<'a, ClientEnvelope> {
        Box::pin(async move {
            let number = number.parse().map_err(|_| DoorError::Number)?;
            as_text(&Self::pull(self, number).await?)
        })
    }

    fn pull_waiting(&self) -> Answering<'_, Vec<ClientEnvelope>> {
        Box::pin(async move {
            let envelopes = Self::pull_waiting(self).await?;
            envelopes.iter().map(as_text).collect()
        })
    }

    fn validate<'a>(&'a self, document: &'a str) -> Answering<'a, Vec<ValidationResult>> {
        Box::pin(async move { Ok(Self::validate(self, document).await?) })
    }
}

fn as_text(envelope: &ReceivedEnvelope) -> Result<ClientEnvelope, DoorError> {
    let content = String::from_utf8(envelope.document()).map_err(|_| DoorError::NotText)?;
    Ok(ClientEnvelope { header: envelope.header.clone(), content })
}

impl HubDoor for SoapClient {
    fn deliver(&self, delivery: Delivery) -> Answering<'_, EnvelopeHeader> {
        Box::pin(async move {
            let Delivery { header, content, validate, .. } = delivery;
            let reply = if validate {
                let mut document = Vec::new();
                content.decode(&mut |piece| document.extend_from_slice(piece));
                let document = String::from_utf8(document).map_err(|_| DoorError::NotText)?;
                let body = client::validate_and_deliver_envelope(&header, &document);
                self.call(Operation::ValidateAndDeliverEnvelope, body).await?
            } else {
                // As it is written: nothing is copied.
                let (before, behind) = client::deliver_envelope_frame(&header);
                let body = [before.into(), content.raw, behind.into()]
                    .into_iter()
                    .collect::<crate::RequestBody>();
                self.call(Operation::DeliverEnvelope, body).await?
            };
            header_of(reply)
        })
    }

    fn acknowledge<'a>(
        &'a self,
        number: &'a str,
        acknowledgement: Acknowledgement,
    ) -> Answering<'a, ()> {
        Box::pin(async move {
            let Acknowledgement { kind, message } = acknowledgement;
            let (operation, body) = match kind {
                AcknowledgementKind::Received => (
                    Operation::AcknowledgeEnvelopeReceipt,
                    client::acknowledge_envelope_receipt(number),
                ),
                AcknowledgementKind::WithWarnings => (
                    Operation::AdvancedAcknowledgeEnvelopeReceipt,
                    client::advanced_acknowledge_envelope_receipt(number, &message),
                ),
                AcknowledgementKind::NotReadable => (
                    Operation::AcknowledgeFailedEnvelopeReceipt,
                    client::acknowledge_failed_envelope_receipt(number, &message),
                ),
            };
            match self.call(operation, body).await? {
                ClientReply::Acknowledged(_) => Ok(()),
                _ => Err(DoorError::OutOfStep),
            }
        })
    }

    fn track<'a>(&'a self, number: &'a str) -> Answering<'a, EnvelopeHeader> {
        Box::pin(async move {
            let body = client::get_envelope_tracking_info(number);
            header_of(self.call(Operation::GetEnvelopeTrackingInfo, body).await?)
        })
    }

    fn pull<'a>(&'a self, number: &'a str) -> Answering<'a, ClientEnvelope> {
        Box::pin(async move {
            let body = client::pull_single_import_envelope(number);
            match self.call(Operation::PullSingleImportEnvelope, body).await? {
                ClientReply::Envelope(envelope) => Ok(envelope),
                _ => Err(DoorError::OutOfStep),
            }
        })
    }

    fn pull_waiting(&self) -> Answering<'_, Vec<ClientEnvelope>> {
        Box::pin(async move {
            let body = client::pull_import_envelope();
            match self.call(Operation::PullImportEnvelope, body).await? {
                ClientReply::Envelopes(envelopes) => Ok(envelopes),
                _ => Err(DoorError::OutOfStep),
            }
        })
    }

    fn validate<'a>(&'a self, document: &'a str) -> Answering<'a, Vec<ValidationResult>> {
        Box::pin(async move {
            let body = client::validate_phyto_xml(document);
            match self.call(Operation::ValidatePhytoXml, body).await? {
                ClientReply::ValidationResults(findings) => Ok(findings),
                _ => Err(DoorError::OutOfStep),
            }
        })
    }
}

/// Whether the hub said that it has no room or time now.
fn is_busy(error: &CallError) -> bool {
    matches!(
        error,
        CallError::Fault { status: 503, .. } | CallError::HttpStatus { status: 503, .. }
    )
}

fn header_of(reply: ClientReply) -> Result<EnvelopeHeader, DoorError> {
    match reply {
        ClientReply::Header(header) => Ok(header),
        _ => Err(DoorError::OutOfStep),
    }
}
