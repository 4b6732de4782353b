//! The envelope header as a client wrote it.

use super::Text;

/// `hub:EnvelopeHeader` of a request. What is absent or empty is an empty text: the hub answers
/// `FailedDelivery` for it, which is no matter of reading.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Header {
    /// `From`.
    pub from: Text,
    /// `To`.
    pub to: Text,
    /// `CertificateType`.
    pub certificate_type: IntField,
    /// `CertificateStatus`.
    pub certificate_status: IntField,
    /// `NPPOCertificateNumber`.
    pub nppo_certificate_number: Text,
    /// `hubDeliveryNumber`; senders leave it empty.
    pub hub_delivery_number: Text,
    /// `HUBTrackingInfo`; senders leave it empty.
    pub hub_tracking_info: Text,
    /// `hubDeliveryErrorMessage`; senders leave it empty.
    pub hub_delivery_error_message: Text,
    /// `Forwardings`.
    pub forwardings: Forwardings,
}

impl Header {
    /// A sender's header from texts that were read already: from whom to whom, type and status,
    /// number, channels. Their characters must be those of XML 1.0.
    pub(crate) fn of_texts(
        (from, to): (String, String),
        (certificate_type, certificate_status): (Option<i32>, Option<i32>),
        nppo_certificate_number: String,
        channels: Vec<String>,
    ) -> Self {
        let number = |value: Option<i32>| value.map_or(IntField::Missing, IntField::Value);
        Self {
            from: Text::of(from),
            to: Text::of(to),
            certificate_type: number(certificate_type),
            certificate_status: number(certificate_status),
            nppo_certificate_number: Text::of(nppo_certificate_number),
            forwardings: Forwardings { codes: channels.into_iter().map(Text::of).collect() },
            ..Self::default()
        }
    }
}

/// An `xs:int` of a header.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_enums, reason = "callers must handle each case")]
pub enum IntField {
    /// A number.
    Value(i32),
    /// Absent or empty.
    #[default]
    Missing,
    /// Something else than a number of 32 bits.
    Invalid(Text),
}

impl IntField {
    /// The number, if it is one.
    #[must_use]
    pub const fn value(&self) -> Option<i32> {
        match self {
            Self::Value(value) => Some(*value),
            Self::Missing | Self::Invalid(_) => None,
        }
    }

    /// The number that is written as nothing but a few digits.
    pub(super) fn of_digits(raw: &[u8]) -> Option<Self> {
        let plain = (1..=9).contains(&raw.len()) && raw.iter().all(u8::is_ascii_digit);
        // Nine digits are less than 2^31.
        plain.then(|| Self::Value(raw.iter().fold(0, |n, digit| n * 10 + i32::from(digit - b'0'))))
    }

    /// Reads an `xs:int`: blanks around it and a sign are allowed.
    pub(super) fn read(text: Text) -> Self {
        let decoded = text.decode();
        let digits = decoded.trim_matches([' ', '\t', '\n', '\r']);
        if digits.is_empty() {
            return Self::Missing;
        }
        match digits.parse() {
            Ok(value) => Self::Value(value),
            Err(_) => {
                drop(decoded);
                Self::Invalid(text)
            }
        }
    }
}

/// The channels that `Forwardings` names.
#[derive(Clone, Debug, Default)]
pub struct Forwardings {
    /// Allocated only when a channel is named.
    codes: Vec<Text>,
}

impl Forwardings {
    /// The codes of the channels, in the order in which they stand.
    #[must_use]
    pub fn codes(&self) -> &[Text] {
        &self.codes
    }

    /// Whether no channel is named.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    pub(super) const fn len(&self) -> usize {
        self.codes.len()
    }

    pub(super) fn push(&mut self, code: Text) {
        self.codes.push(code);
    }
}
