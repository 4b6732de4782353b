//! Connections: the registered accesses of NPPOs, and the certificates that prove them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::{
    ConnectionCode, ConnectionKind, FairUse, Link, MaintenanceWindow, PushEndpoint,
    SigningCertificate, Timestamp,
};

/// The stored number of a connection; never given to another.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ConnectionId(pub u32);

/// An NPPO's registered access to the hub.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Connection {
    /// Stored number.
    pub id: ConnectionId,
    /// What stands in `From` and `To`.
    pub code: ConnectionCode,
    /// The organization's name, for people.
    pub name: String,
    /// Organization, channel or hub.
    pub kind: ConnectionKind,
    /// Live or test; the two never exchange.
    pub mode: ConnectionMode,
    /// ISO 3166-1 alpha-2 codes of the countries that it serves.
    pub serves: Vec<String>,
    /// Whether it may act, send and be sent to.
    pub enabled: bool,
    /// The profile's `Send`: whether it may send.
    pub sends: bool,
    /// The profile's `Receive`: whether it may be sent to.
    pub receives: bool,
    /// Type and status pairs that it accepts.
    pub allowed_documents: Vec<AllowedDocument>,
    /// Whether it takes importing countries' answers (`DeliverCountryResponseEnvelope`), whose
    /// content is no certificate.
    pub responses: bool,
    /// The certificate with which it signs documents.
    pub signing: Option<SigningCertificate>,
    /// Its own service, to which envelopes are brought.
    pub push: Option<PushEndpoint>,
    /// Of a hub: which countries lie on which side. Empty for all others.
    pub link: Link,
    /// When its system is away.
    pub maintenance: Vec<MaintenanceWindow>,
    /// What it may ask for.
    pub fair_use: FairUse,
    /// Whether nothing of what it sent or got is ever dropped.
    pub legal_hold: bool,
    /// Registered certificates, removed ones included.
    pub certificates: Vec<RegisteredCertificate>,
    /// When it was registered.
    pub added: Timestamp,
}

impl Connection {
    /// A new connection, enabled, accepting the documents of the plant health profile.
    #[must_use]
    pub fn new(
        id: ConnectionId,
        code: ConnectionCode,
        name: String,
        mode: ConnectionMode,
        added: Timestamp,
    ) -> Self {
        Self {
            id,
            serves: vec![code.country().to_owned()],
            code,
            name,
            kind: ConnectionKind::Nppo,
            mode,
            enabled: true,
            sends: true,
            receives: true,
            allowed_documents: AllowedDocument::PROFILE.to_vec(),
            responses: false,
            signing: None,
            push: None,
            link: Link::default(),
            maintenance: Vec::new(),
            fair_use: FairUse::default(),
            legal_hold: false,
            certificates: Vec::new(),
            added,
        }
    }

    /// Whether this connection accepts a document of this type and status.
    #[must_use]
    pub fn allows(&self, certificate_type: i32, certificate_status: i32) -> bool {
        let pair = AllowedDocument { certificate_type, certificate_status };
        self.allowed_documents.contains(&pair)
    }
}

/// A certificate type and status that a connection accepts.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_structs, reason = "the WSDL's allowedDocument has these two parts")]
pub struct AllowedDocument {
    /// UNCL 1001 code.
    pub certificate_type: i32,
    /// UNCL 4405 code.
    pub certificate_status: i32,
}

impl AllowedDocument {
    /// What every connection accepts unless it says otherwise: phytosanitary certificates (851)
    /// and those for re-export (657), issued (70), withdrawn (40), approved (39), rejected (41).
    pub const PROFILE: [Self; 8] = {
        let [a, b, c, d] = Self::statuses(851);
        let [e, f, g, h] = Self::statuses(657);
        [a, b, c, d, e, f, g, h]
    };

    const fn statuses(certificate_type: i32) -> [Self; 4] {
        [
            Self { certificate_type, certificate_status: 70 },
            Self { certificate_type, certificate_status: 40 },
            Self { certificate_type, certificate_status: 39 },
            Self { certificate_type, certificate_status: 41 },
        ]
    }
}

/// Live or test.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u8)]
#[expect(clippy::exhaustive_enums, reason = "invariant 11: a connection is live or test")]
pub enum ConnectionMode {
    /// For trials.
    Test = 0,
    /// For real certificates.
    Live = 1,
}

impl ConnectionMode {
    /// The word for people, logs and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}

impl fmt::Display for ConnectionMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ConnectionMode {
    type Err = ParseConnectionModeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "live" => Ok(Self::Live),
            "test" => Ok(Self::Test),
            _ => Err(ParseConnectionModeError),
        }
    }
}

/// The text is neither `live` nor `test`.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a connection is live or test")]
pub struct ParseConnectionModeError;

/// SHA-256 over a certificate's DER bytes.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl FromStr for Fingerprint {
    type Err = ParseFingerprintError;

    /// Hexadecimal digits of either case; colons, as other tools print them, are dropped.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0_u8; 32];
        let mut digits = text.chars().filter(|c| *c != ':').map(|c| c.to_digit(16));
        for byte in &mut bytes {
            let (high, low) = (digits.next().flatten(), digits.next().flatten());
            let value = high.zip(low).map(|(high, low)| high * 16 + low);
            *byte = value.and_then(|v| u8::try_from(v).ok()).ok_or(ParseFingerprintError)?;
        }
        if digits.next().is_some() { Err(ParseFingerprintError) } else { Ok(Self(bytes)) }
    }
}

/// The text is no SHA-256 fingerprint.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a fingerprint has 64 hexadecimal digits")]
pub struct ParseFingerprintError;

/// One thing that a certificate may be used for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u8)]
#[expect(clippy::exhaustive_enums, reason = "every operation belongs to one of these")]
pub enum Right {
    /// Deliver envelopes.
    Send = 1,
    /// List and pull envelopes.
    Receive = 2,
    /// Acknowledge envelopes.
    Acknowledge = 4,
    /// Track, and read profiles, channels and code lists.
    Read = 8,
}

impl Right {
    /// All rights, in the order in which they are written.
    pub const ALL: [Self; 4] = [Self::Send, Self::Receive, Self::Acknowledge, Self::Read];

    /// The word for people, logs and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Receive => "receive",
            Self::Acknowledge => "acknowledge",
            Self::Read => "read",
        }
    }
}

/// What a registered certificate may be used for: a set of [`Right`]s.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct CertificateScope(u8);

impl CertificateScope {
    /// Every right.
    pub const ALL: Self = Self(15);

    /// The scope for its stored bits; unknown bits are dropped.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// The bits that are stored.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether the scope has this right.
    #[must_use]
    pub const fn allows(self, right: Right) -> bool {
        self.0 & right as u8 != 0
    }
}

impl fmt::Display for CertificateScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rights = Right::ALL.iter().filter(|right| self.allows(**right));
        if let Some(first) = rights.next() {
            f.write_str(first.as_str())?;
        }
        rights.try_for_each(|right| write!(f, ",{}", right.as_str()))
    }
}

impl FromStr for CertificateScope {
    type Err = ParseScopeError;

    /// Words separated by commas; `all` for every right.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "all" {
            return Ok(Self::ALL);
        }
        let bits = text.split(',').try_fold(0, |bits, word| {
            let right = Right::ALL.into_iter().find(|right| right.as_str() == word.trim());
            right.map(|right| bits | right as u8).ok_or(ParseScopeError)
        });
        bits.map(Self)
    }
}

/// The text names no rights.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a scope is 'all' or some of send,receive,acknowledge,read")]
pub struct ParseScopeError;

/// A certificate registered with a connection.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RegisteredCertificate {
    /// SHA-256 of the DER; belongs to one connection for ever.
    pub fingerprint: Fingerprint,
    /// What people call it.
    pub label: String,
    /// What it may be used for.
    pub scope: CertificateScope,
    /// First moment of its validity, from the certificate.
    pub not_before: Timestamp,
    /// Last moment of its validity, from the certificate or sooner if the operator says so.
    pub not_after: Timestamp,
    /// When it was registered.
    pub added: Timestamp,
    /// When it was removed; a removed certificate is kept, so that nobody else can have it.
    pub removed: Option<Timestamp>,
}

impl RegisteredCertificate {
    /// A certificate just registered, with every right.
    #[must_use]
    pub fn new(
        fingerprint: Fingerprint,
        label: String,
        (not_before, not_after): (Timestamp, Timestamp),
        added: Timestamp,
    ) -> Self {
        let scope = CertificateScope::ALL;
        Self { fingerprint, label, scope, not_before, not_after, added, removed: None }
    }

    /// Whether it is registered and valid at this time.
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.removed.is_none() && self.not_before <= now && now <= self.not_after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_written_as_they_are_read() {
        for text in ["send", "send,receive", "acknowledge,read", "send,receive,acknowledge,read"] {
            assert_eq!(text.parse::<CertificateScope>().expect("a scope").to_string(), text);
        }
        assert_eq!("all".parse(), Ok(CertificateScope::ALL));
        assert!("".parse::<CertificateScope>().is_err());
        assert!("send,write".parse::<CertificateScope>().is_err());
    }

    #[test]
    fn fingerprints_are_read_as_other_tools_print_them() {
        let plain = "ab".repeat(32);
        let colons = vec!["AB"; 32].join(":");
        assert_eq!(plain.parse(), Ok(Fingerprint([0xab; 32])));
        assert_eq!(colons.parse(), Ok(Fingerprint([0xab; 32])));
        assert_eq!(Fingerprint([0xab; 32]).to_string(), plain);
        for text in ["", "ab", &"zz".repeat(32), &"ab".repeat(33)] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_removed_or_expired_certificate_is_not_valid() {
        let at = Timestamp::from_millis;
        let mut certificate =
            RegisteredCertificate::new(Fingerprint([1; 32]), "a".into(), (at(10), at(20)), at(5));
        assert!(!certificate.is_valid_at(at(9)));
        assert!(certificate.is_valid_at(at(10)) && certificate.is_valid_at(at(20)));
        assert!(!certificate.is_valid_at(at(21)));
        certificate.removed = Some(at(15));
        assert!(!certificate.is_valid_at(at(16)));
    }
}
