//! What can be changed of a connection, as the operator writes and sees it. JSON.

use phytohub_domain::{
    Connection, ConnectionCode, ConnectionKind, FairUse, Link, MaintenanceWindow, PushEndpoint,
    ServerTrust,
};
use serde::{Deserialize, Serialize};

use super::LinkSides;

/// Changes of a connection: what is absent stays as it is.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "built by the commands, field by field")]
pub struct ConnectionChanges {
    /// Its name, for people.
    pub name: Option<String>,
    /// Countries that it serves.
    pub serves: Option<Vec<String>>,
    /// Whether it may send.
    pub sends: Option<bool>,
    /// Whether it may be sent to.
    pub receives: Option<bool>,
    /// Type and status pairs that it accepts.
    pub accepts: Option<Vec<(i32, i32)>>,
    /// Whether it takes country responses.
    pub responses: Option<bool>,
    /// The certificate with which it signs.
    pub signing: Setting<SigningInput>,
    /// Its own service, to which envelopes are brought.
    pub push: Setting<PushInput>,
    /// Whether envelopes are brought to it.
    pub push_envelopes: Option<bool>,
    /// Whether it is told what becomes of envelopes that it sent.
    pub tracking_updates: Option<bool>,
    /// Requests in a minute.
    pub requests_per_minute: Setting<u32>,
    /// Bytes of requests in a minute.
    pub bytes_per_minute: Setting<u64>,
    /// Envelopes of one sender that may wait for one recipient.
    pub pending_per_recipient: Setting<u64>,
    /// Whether nothing of what it sent or got is ever dropped.
    pub legal_hold: Option<bool>,
}

/// What becomes of something that may be absent.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth way")]
pub enum Setting<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is taken away.
    Clear,
    /// It becomes this.
    Set(T),
}

impl<T> Setting<T> {
    /// Applies it, with a reading of its value that may fail.
    pub(super) fn apply<U, E>(
        self,
        to: &mut Option<U>,
        read: impl FnOnce(T, Option<&U>) -> Result<U, E>,
    ) -> Result<(), E> {
        match self {
            Self::Keep => {}
            Self::Clear => *to = None,
            Self::Set(value) => *to = Some(read(value, to.as_ref())?),
        }
        Ok(())
    }
}

/// A signing certificate as a command read it from its file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "built by the commands, field by field")]
pub struct SigningInput {
    /// Distinguished name of its subject.
    pub dn: String,
    /// The certificate: DER in Base64.
    pub der: String,
}

/// A connection's own service.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "built by the commands, field by field")]
pub struct PushInput {
    /// An https address, with its path; of a hub, quic://host:port.
    pub url: String,
    /// What proves its server.
    pub trust: TrustInput,
    /// Whether the address may be a private, loopback or link-local one.
    pub allow_private: bool,
}

/// What proves a partner's server.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the commands offer these three")]
pub enum TrustInput {
    /// An authority that the machine trusts.
    Public,
    /// One of these authorities: DER in Base64.
    Authorities(Vec<String>),
    /// This key: SHA-256 over its `SubjectPublicKeyInfo`, in hexadecimal digits.
    Key(String),
}

/// What is set for a connection beside its certificates.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SettingsView {
    /// `nppo`, `channel` or `hub`.
    pub kind: String,
    /// Of a hub: who lies on which side of the line to it.
    pub link: Option<LinkSides>,
    /// Whether it may send.
    pub sends: bool,
    /// Whether it may be sent to.
    pub receives: bool,
    /// Subject of the certificate with which it signs.
    pub signing: Option<String>,
    /// Its own service.
    pub push: Option<PushView>,
    /// When its system is away: from, until (UTC) and why.
    pub maintenance: Vec<WindowView>,
    /// Requests in a minute, where it differs from the hub's setting.
    pub requests_per_minute: Option<u32>,
    /// Bytes of requests in a minute, where it differs from the hub's setting.
    pub bytes_per_minute: Option<u64>,
    /// Envelopes that wait for one recipient, where it differs from the hub's setting.
    pub pending_per_recipient: Option<u64>,
    /// Whether nothing of what it sent or got is ever dropped.
    pub legal_hold: bool,
}

/// A connection's own service.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PushView {
    /// Its address.
    pub url: String,
    /// What proves its server, in words.
    pub trust: String,
    /// Whether the address may be a private one.
    pub allow_private: bool,
    /// Whether envelopes are brought to it.
    pub envelopes: bool,
    /// Whether it is told what becomes of envelopes that it sent.
    pub tracking_updates: bool,
}

/// A time in which a connection's system is away.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct WindowView {
    /// First moment, UTC.
    pub from: String,
    /// First moment after it, UTC.
    pub until: String,
    /// Why.
    pub reason: String,
}

impl SettingsView {
    pub(super) fn new(connection: &Connection) -> Self {
        let FairUse { requests_per_minute, bytes_per_minute, pending_per_recipient } =
            connection.fair_use;
        Self {
            kind: connection.kind.to_string(),
            link: (connection.kind == ConnectionKind::Hub).then(|| link(&connection.link)),
            sends: connection.sends,
            receives: connection.receives,
            signing: connection.signing.as_ref().map(|signing| signing.dn.clone()),
            push: connection.push.as_ref().map(push),
            maintenance: connection.maintenance.iter().map(window).collect(),
            requests_per_minute,
            bytes_per_minute,
            pending_per_recipient,
            legal_hold: connection.legal_hold,
        }
    }
}

fn link(link: &Link) -> LinkSides {
    let texts = |codes: &[ConnectionCode]| codes.iter().map(ToString::to_string).collect();
    LinkSides { ours: texts(&link.ours), theirs: texts(&link.theirs) }
}

fn push(push: &PushEndpoint) -> PushView {
    PushView {
        url: push.url.clone(),
        trust: match &push.trust {
            ServerTrust::Authorities(authorities) => format!("{} authorities", authorities.len()),
            ServerTrust::Key(key) => format!("key {key}"),
            _ => "public authorities".to_owned(),
        },
        allow_private: push.allow_private,
        envelopes: push.envelopes,
        tracking_updates: push.tracking_updates,
    }
}

fn window(window: &MaintenanceWindow) -> WindowView {
    WindowView {
        from: window.from.to_string(),
        until: window.until.to_string(),
        reason: window.reason.clone(),
    }
}
