//! What the hub knows of a connection's own system: where it takes envelopes, how it signs, when
//! it is away, and how much it may ask for.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::{ConnectionCode, Fingerprint, Timestamp};

/// A connection's own `DeliveryService`, to which the hub brings its envelopes. Set by the
/// operator alone.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PushEndpoint {
    /// An https address, with its path.
    pub url: String,
    /// What proves the partner's server.
    pub trust: ServerTrust,
    /// Whether the address may be a private, loopback or link-local one.
    pub allow_private: bool,
    /// Whether envelopes are brought; if not, only the updates below are.
    pub envelopes: bool,
    /// Whether state changes of envelopes that it sent are told (`SetTrackingInfoUpdate`).
    pub tracking_updates: bool,
}

impl PushEndpoint {
    /// An endpoint that is brought envelopes, on a public address with a public certificate.
    #[must_use]
    pub const fn new(url: String) -> Self {
        let trust = ServerTrust::Public;
        Self { url, trust, allow_private: false, envelopes: true, tracking_updates: false }
    }
}

/// What proves a partner's server.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ServerTrust {
    /// A certificate for its host name by an authority that the machine trusts.
    Public,
    /// A certificate for its host name by one of these authorities: DER.
    Authorities(Vec<Vec<u8>>),
    /// This key, whatever the certificate says: SHA-256 over its `SubjectPublicKeyInfo`.
    Key(Fingerprint),
}

/// The certificate with which a connection signs documents; published as `Signature`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the WSDL's signingCertificate has these two parts")]
pub struct SigningCertificate {
    /// Distinguished name of its subject, as RFC 4514 writes it.
    pub dn: String,
    /// The certificate: DER.
    pub der: Vec<u8>,
}

/// A time in which a connection's system is away, announced in advance.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a window has a beginning, an end and a reason")]
pub struct MaintenanceWindow {
    /// First moment.
    pub from: Timestamp,
    /// First moment after it.
    pub until: Timestamp,
    /// Why, for partners.
    pub reason: String,
}

impl MaintenanceWindow {
    /// Whether this moment lies within.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }
}

/// What a connection may ask for, where it differs from the hub's own settings.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "built by the operator's command, field by field")]
pub struct FairUse {
    /// Requests in a minute.
    pub requests_per_minute: Option<u32>,
    /// Bytes of requests in a minute.
    pub bytes_per_minute: Option<u64>,
    /// Envelopes that wait, of one sender for one recipient, counted for the sender.
    pub pending_per_recipient: Option<u64>,
}

/// Which countries lie on which side of the line to another hub. Set by the operator alone.
///
/// A code is at most on one side of one line, so that each country is reached by one way.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a line has two sides")]
pub struct Link {
    /// Connections of this hub that exchange over it.
    pub ours: Vec<ConnectionCode>,
    /// Connections that are reached over it: the other hub sends for them, and gets their mail.
    pub theirs: Vec<ConnectionCode>,
}

/// What kind of access a connection is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u8)]
#[expect(clippy::exhaustive_enums, reason = "the WSDL knows Nppo and Channel; hubs are not listed")]
pub enum ConnectionKind {
    /// A plant protection organization, or another authority that certifies.
    Nppo = 0,
    /// An industry system or a single window that gets copies, or acts for others.
    Channel = 1,
    /// Another hub, which speaks for the countries of its side and is written to for them.
    Hub = 2,
}

impl ConnectionKind {
    /// The word for people, logs and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nppo => "nppo",
            Self::Channel => "channel",
            Self::Hub => "hub",
        }
    }
}

impl fmt::Display for ConnectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ConnectionKind {
    type Err = ParseConnectionKindError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let kinds = [Self::Nppo, Self::Channel, Self::Hub];
        kinds.into_iter().find(|kind| kind.as_str() == text).ok_or(ParseConnectionKindError)
    }
}

/// The text is neither `nppo` nor `channel`.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a connection is an nppo, a channel or a hub")]
pub struct ParseConnectionKindError;
