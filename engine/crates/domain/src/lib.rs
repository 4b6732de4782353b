//! The words of the field, as the hub's WSDL and the IPPC material spell them.
//!
//! This crate holds what every other crate must agree on: identifiers, the envelope header, the
//! states of an envelope and how they may follow each other, connections, limits and the clock's
//! trait. It never reads a clock, a file, a socket or a source of randomness.
//!
//! Start from [`EnvelopeHeader`], [`HubDeliveryNumber`] and [`TrackingState`].

#![forbid(unsafe_code)]

mod channel;
mod code;
mod connection;
mod content;
mod error;
mod header;
mod limits;
mod number;
mod partner;
mod time;
mod tracking;

pub use channel::{ChannelRule, Consent, Direction, ParseRuleError, RuleType};
pub use code::{ConnectionCode, ParseConnectionCodeError};
pub use connection::{
    AllowedDocument, CertificateScope, Connection, ConnectionId, ConnectionMode, Fingerprint,
    ParseConnectionModeError, ParseFingerprintError, ParseScopeError, RegisteredCertificate, Right,
};
pub use content::{ContentForm, ContentHash};
pub use error::{ErrorKind, with_causes};
pub use header::{EnvelopeForwarding, EnvelopeHeader};
pub use limits::{
    CONTENT_BYTES_MAX, Limits, REQUEST_BYTES_MAX, RULES_MAX, XML_ATTRIBUTES_MAX, XML_BINDINGS_MAX,
    XML_DEPTH_MAX,
};
pub use number::{HubDeliveryNumber, ParseNumberError};
pub use partner::{
    ConnectionKind, FairUse, Link, MaintenanceWindow, ParseConnectionKindError, PushEndpoint,
    ServerTrust, SigningCertificate,
};
pub use time::{Clock, ParseTimestampError, Timestamp};
pub use tracking::{
    Acknowledgement, AcknowledgementKind, ParseTrackingInfoError, TrackingInfo, TrackingState,
    Transition,
};
