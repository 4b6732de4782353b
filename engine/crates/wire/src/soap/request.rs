//! What a caller asks for.

use super::{CodeListOperation, Content, Header, Operation, Text, TypedEnvelope};

/// One request, read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Request {
    /// Deliver an envelope.
    DeliverEnvelope(Envelope),
    /// Ask where an envelope stands.
    GetEnvelopeTrackingInfo {
        /// The envelope's number.
        hub_tracking_number: Text,
    },
    /// List the caller's own envelopes that are still under delivery.
    GetUnderDeliveryEnvelope,
    /// List the envelopes that wait for the caller.
    GetImportEnvelopeHeaders {
        /// Only those of this country; nothing and an empty element mean all.
        country_code: Option<Text>,
    },
    /// Pull the envelopes that wait for the caller.
    PullImportEnvelope,
    /// Pull one envelope.
    PullSingleImportEnvelope {
        /// The envelope's number.
        hub_tracking_number: Text,
    },
    /// Acknowledge an envelope.
    AcknowledgeEnvelopeReceipt {
        /// The envelope's number.
        hub_tracking_number: Text,
    },
    /// Acknowledge an envelope with a warning.
    AdvancedAcknowledgeEnvelopeReceipt {
        /// The envelope's number.
        hub_tracking_number: Text,
        /// What the sender should hear; empty if absent.
        warning_message: Text,
    },
    /// Tell that an envelope could not be read.
    AcknowledgeFailedEnvelopeReceipt {
        /// The envelope's number.
        hub_tracking_number: Text,
        /// What the sender should hear; empty if absent.
        message: Text,
    },
    /// Tell the state of an envelope.
    SetTrackingInfoUpdate(Header),
    /// List the connections.
    GetActiveNppos,
    /// Read the caller's own profile.
    GetProfile,
    /// List the channels.
    GetAvailableChannels,
    /// Validate a certificate.
    ValidatePhytoXml {
        /// The certificate, in the forms that a content has.
        e_phyto_xml: Content,
    },
    /// Validate the certificate, then deliver its envelope.
    ValidateAndDeliverEnvelope(Envelope),
    /// Deliver a certificate that is typed in the SOAP body.
    DeliverPhytoEnvelope(TypedEnvelope),
    /// Deliver an importing country's answer to a certificate.
    DeliverCountryResponseEnvelope(TypedEnvelope),
    /// Read a code list.
    CodeList(CodeListOperation),
}

impl Request {
    /// The operation asked for.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        match self {
            Self::DeliverEnvelope(_) => Operation::DeliverEnvelope,
            Self::GetEnvelopeTrackingInfo { .. } => Operation::GetEnvelopeTrackingInfo,
            Self::GetUnderDeliveryEnvelope => Operation::GetUnderDeliveryEnvelope,
            Self::GetImportEnvelopeHeaders { .. } => Operation::GetImportEnvelopeHeaders,
            Self::PullImportEnvelope => Operation::PullImportEnvelope,
            Self::PullSingleImportEnvelope { .. } => Operation::PullSingleImportEnvelope,
            Self::AcknowledgeEnvelopeReceipt { .. } => Operation::AcknowledgeEnvelopeReceipt,
            Self::AdvancedAcknowledgeEnvelopeReceipt { .. } => {
                Operation::AdvancedAcknowledgeEnvelopeReceipt
            }
            Self::AcknowledgeFailedEnvelopeReceipt { .. } => {
                Operation::AcknowledgeFailedEnvelopeReceipt
            }
            Self::SetTrackingInfoUpdate(_) => Operation::SetTrackingInfoUpdate,
            Self::GetActiveNppos => Operation::GetActiveNppos,
            Self::GetProfile => Operation::GetProfile,
            Self::GetAvailableChannels => Operation::GetAvailableChannels,
            Self::ValidatePhytoXml { .. } => Operation::ValidatePhytoXml,
            Self::ValidateAndDeliverEnvelope(_) => Operation::ValidateAndDeliverEnvelope,
            Self::DeliverPhytoEnvelope(_) => Operation::DeliverPhytoEnvelope,
            Self::DeliverCountryResponseEnvelope(_) => Operation::DeliverCountryResponseEnvelope,
            Self::CodeList(list) => list.operation(),
        }
    }
}

/// `hub:Envelope` of a request.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "the WSDL's Envelope has these two parts")]
pub struct Envelope {
    /// Its outside.
    pub header: Header,
    /// Its inside; empty if absent.
    pub content: Content,
}
