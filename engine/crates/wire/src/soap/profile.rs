//! Connections and channels as the WSDL shows them to callers.

/// `hub:Nppo`: one connection.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the WSDL closes this type")]
pub struct Nppo {
    /// `Country`: the connection's code.
    pub country: String,
    /// `Receive`; written `True` or `False`, a string in the WSDL.
    pub receive: bool,
    /// `Send`; written `True` or `False`, a string in the WSDL.
    pub send: bool,
    /// `AllowedDocument`: what it accepts.
    pub allowed_documents: Vec<AllowedDocumentRow>,
    /// `Signature`: the certificate with which it signs; left out if nothing is known.
    pub signature: Option<Signature>,
    /// `ChannelRules`; the wrapper is written even when there are none.
    pub channel_rules: Vec<ChannelRule>,
}

/// `eph:allowedDocument`: a type and status that a connection accepts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the WSDL closes this type")]
pub struct AllowedDocumentRow {
    /// `certificateType/@number`: UNCL 1001 code.
    pub certificate_type: i32,
    /// `certificateType/@value`: its name.
    pub type_value: String,
    /// `certificateStatus/@number`: UNCL 4405 code.
    pub certificate_status: i32,
    /// `certificateStatus/@value`: its name.
    pub status_value: String,
    /// `@active`.
    pub active: bool,
}

/// `eph:signingCertificate`: with what a connection signs its certificates.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the WSDL closes this type")]
pub struct Signature {
    /// `dn`: subject.
    pub dn: String,
    /// `certificate`.
    pub certificate: String,
}

/// `eph:channelRule`: how a connection's envelopes are forwarded.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the WSDL closes this type")]
pub struct ChannelRule {
    /// `@id`.
    pub id: i32,
    /// `@active`.
    pub active: bool,
    /// `@ruleType`.
    pub rule_type: ChannelRuleType,
    /// `@certificateType`.
    pub certificate_type: i32,
    /// `@certificateStatus`.
    pub certificate_status: i32,
    /// `@countryCode`.
    pub country_code: String,
    /// `@direction`.
    pub direction: Direction,
}

/// `eph:channelRuleType`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the WSDL closes this enumeration")]
pub enum ChannelRuleType {
    /// A copy goes to the channel.
    Forward,
    /// The channel stands in for the connection.
    Delegate,
}

impl ChannelRuleType {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Forward => "FORWARD",
            Self::Delegate => "DELEGATE",
        }
    }
}

/// `eph:channelDirection`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the WSDL closes this enumeration")]
pub enum Direction {
    /// Envelopes that the connection sends.
    Out,
    /// Envelopes that it receives.
    Inc,
}

impl Direction {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Out => "OUT",
            Self::Inc => "INC",
        }
    }
}

/// `hub:Channel`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the WSDL closes this type")]
pub struct Channel {
    /// `Code`.
    pub code: String,
    /// `Name`.
    pub name: String,
    /// `@Receive`.
    pub receive: bool,
    /// `@Send`.
    pub send: bool,
}
