//! The operations of the hub.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

macro_rules! operations {
    ($($(#[$doc:meta])* $variant:ident $name:literal $action:literal;)+) => {
        /// The 27 operations, those of envelopes first, spelled as the WSDL spells them.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        #[expect(clippy::exhaustive_enums, reason = "the WSDL closes the list of operations")]
        pub enum Operation {
            $($(#[$doc])* $variant,)+
        }

        impl Operation {
            /// All operations.
            pub const ALL: [Self; 27] = [$(Self::$variant,)+];

            /// The name on the wire: the local name of the body's first element.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The SOAPAction that the WSDL gives; the hub itself never looks at it.
            #[must_use]
            pub const fn soap_action(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!("http://ephyto.ippc.int/IDeliveryService/", $action),)+
                }
            }
        }
    };
}

operations! {
    /// Deliver an envelope.
    DeliverEnvelope "DeliverEnvelope" "DeliverEnvelope";
    /// Validate the certificate, then deliver its envelope.
    ValidateAndDeliverEnvelope "ValidateAndDeliverEnvelope" "ValidateAndDeliverEnvelope";
    /// Deliver a certificate that is typed in the SOAP body.
    DeliverPhytoEnvelope "DeliverPhytoEnvelope" "DeliverPhytoEnvelope";
    /// Deliver an importing country's answer to a certificate.
    DeliverCountryResponseEnvelope "DeliverCountryResponseEnvelope" "DeliverCountryResponseEnvelope";
    /// Ask where an envelope stands.
    GetEnvelopeTrackingInfo "GetEnvelopeTrackingInfo" "GetEnvelopeTrackingInfo";
    /// List the caller's own envelopes that are still under delivery.
    GetUnderDeliveryEnvelope "GetUnderDeliveryEnvelope" "GetUnderDeliveryEnvelope";
    /// List the envelopes that wait for the caller.
    GetImportEnvelopeHeaders "GetImportEnvelopeHeaders" "GetImportEnvelopeHeaders";
    /// Pull the envelopes that wait for the caller.
    PullImportEnvelope "PULLImportEnvelope" "PULLImportEnvelope";
    /// Pull one envelope.
    PullSingleImportEnvelope "PULLSingleImportEnvelope" "PULLSingleImportEnvelope";
    /// Acknowledge an envelope.
    AcknowledgeEnvelopeReceipt "AcknowledgeEnvelopeReceipt" "AcknowledgeEnvelopeReceipt";
    /// Acknowledge an envelope with a warning; its SOAPAction keeps an older name.
    AdvancedAcknowledgeEnvelopeReceipt "AdvancedAcknowledgeEnvelopeReceipt" "NegativeAcknowledgeEnvelopeReceipt";
    /// Tell that an envelope could not be read.
    AcknowledgeFailedEnvelopeReceipt "AcknowledgeFailedEnvelopeReceipt" "AcknowledgeFailedEnvelopeReceipt";
    /// Tell the state of an envelope.
    SetTrackingInfoUpdate "SetTrackingInfoUpdate" "SetTrackingInfoUpdate";
    /// List the connections.
    GetActiveNppos "GetActiveNppos" "GetActiveNppos";
    /// Read the caller's own profile.
    GetProfile "GetProfile" "GetProfile";
    /// List the channels.
    GetAvailableChannels "GetAvailableChannels" "GetAvailableChannels";
    /// Validate a certificate.
    ValidatePhytoXml "ValidatePhytoXML" "ValidatePhytoXML";
    /// Read a code list.
    GetAdditionalDeclarations "GetAdditionalDeclarations" "GetAdditionalDeclarations";
    /// Read a code list.
    GetTreatmentTypes "GetTreatmentTypes" "GetTreatmentTypes";
    /// Read a code list.
    GetIntendedUses "GetIntendedUses" "GetIntendedUses";
    /// Read a code list.
    GetPesticides "GetPesticides" "GetPesticides";
    /// Read a code list.
    GetProductDescriptions "GetProductDescriptions" "GetProductDescriptions";
    /// Read a code list.
    GetUnitMeasures "GetUnitMeasures" "GetUnitMeasures";
    /// Read a code list.
    GetMeanOfTransports "GetMeanOfTransports" "GetMeanOfTransports";
    /// Read a code list.
    GetStatements "GetStatements" "GetStatements";
    /// Read a code list.
    GetConditions "GetConditions" "GetConditions";
    /// Read a code list.
    GetPackageTypes "GetPackageTypes" "GetPackageTypes";
}

impl Operation {
    /// The operation whose element has this local name.
    #[must_use]
    pub fn from_local_name(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.as_str().as_bytes() == name)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Operation {
    type Err = ParseOperationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_local_name(text.as_bytes()).ok_or(ParseOperationError)
    }
}

/// The text names no operation of the hub.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not an operation of the hub")]
pub struct ParseOperationError;
