//! The envelope header, in the order of the WSDL's sequence.

use crate::TrackingInfo;

/// `hub:EnvelopeHeader`: what an envelope says on its outside.
///
/// Used for replies, so every field is text that may be echoed: `from` and `to` of a number that
/// does not exist are empty.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EnvelopeHeader {
    /// Connection code of the sender.
    pub from: String,
    /// Connection code of the recipient.
    pub to: String,
    /// UNCL 1001 document name code: 851 phytosanitary, 657 re-export.
    pub certificate_type: i32,
    /// UNCL 4405 status code: 70 issued, 40 withdrawn.
    pub certificate_status: i32,
    /// The sender's own number; equals `SPSExchangedDocument/ID`.
    pub nppo_certificate_number: String,
    /// The hub's number of the envelope, or the text that the caller asked about.
    pub hub_delivery_number: Option<String>,
    /// `HUBTrackingInfo`.
    pub tracking_info: Option<TrackingInfo>,
    /// `hubDeliveryErrorMessage`: the hub's or the recipient's words.
    pub error_message: Option<String>,
    /// `Forwardings`: channels that get a copy, each with the number of its copy.
    pub forwardings: Vec<EnvelopeForwarding>,
}

/// `hub:EnvelopeForwarding`: one copy of an envelope.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EnvelopeForwarding {
    /// Code of the channel.
    pub code: String,
    /// Number of the copy (`HubDeliveryNumber`, with a capital letter, in the WSDL).
    pub hub_delivery_number: Option<String>,
}
