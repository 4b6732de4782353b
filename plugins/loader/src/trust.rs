//! Whose plugins are believed, and which of them no longer.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use phytohub_plugin_api::{
    HUB_BYTES_ID, HUB_LOG_ID, HUB_METRICS_ID, HUB_TICKETS_ID, HUB_TIMERS_ID,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::manifest::LibraryHash;

/// Extensions of the hub that every plugin has, whoever signed it.
pub const GRANTED_TO_ALL: [&str; 5] =
    [HUB_BYTES_ID, HUB_LOG_ID, HUB_METRICS_ID, HUB_TICKETS_ID, HUB_TIMERS_ID];

/// Stands in a [`TrustedKey`] for every plugin, or every extension.
pub const ANY: &str = "*";

/// Whose plugins are believed.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "the operator's settings")]
pub struct Trust {
    /// Keys that sign plugins.
    pub keys: Vec<TrustedKey>,
    /// Keys and libraries that are believed no longer, whatever signed them.
    pub revoked: Vec<Revocation>,
    /// For those who write plugins: files of the caller's own are accepted, not only root's, and
    /// their group may write to them.
    pub dev: bool,
    /// How libraries are mapped.
    pub load_by: LoadBy,
}

/// A key that signs plugins, and what it may sign.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "the operator's settings")]
pub struct TrustedKey {
    /// It.
    pub key: PublicKey,
    /// Ids of the plugins that it may sign, or [`ANY`].
    pub plugins: Vec<String>,
    /// The most that these may be granted: extensions of the hub, or [`ANY`]. Those in
    /// [`GRANTED_TO_ALL`] need not be named.
    pub grants: Vec<String>,
}

/// What is believed no longer: `ed25519:…`, a key, or `sha256:…`, a `plugin.so`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
#[expect(clippy::exhaustive_enums, reason = "what a package is believed by")]
pub enum Revocation {
    /// Everything that this key signed.
    Key(PublicKey),
    /// This library, whoever signed it.
    Library(LibraryHash),
}

/// How a library is mapped.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "there is memory, and there are files")]
pub enum LoadBy {
    /// From a sealed copy in memory: what is mapped is what was hashed.
    #[default]
    Memfd,
    /// From its file, for systems that forbid to run what is in memory, and for debuggers. Only
    /// the rights of the file keep it from being changed between hashing and mapping, and while it
    /// is mapped.
    Path,
}

/// A public key (Ed25519); as text `ed25519:` and its 32 bytes in Base64.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey([u8; 32]);

/// A text is not a key, or not what can be revoked.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[error("this names no {what}: correct it; expected={expected}")]
pub struct NotTrust {
    what: &'static str,
    expected: &'static str,
}

impl Trust {
    /// The key as it is trusted.
    #[must_use]
    pub fn key(&self, key: PublicKey) -> Option<&TrustedKey> {
        self.keys.iter().find(|trusted| trusted.key == key)
    }

    /// Whether this is believed no longer.
    #[must_use]
    pub fn revokes(&self, what: Revocation) -> bool {
        self.revoked.contains(&what)
    }
}

impl TrustedKey {
    /// A key that may sign every plugin, with every grant.
    #[must_use]
    pub fn unlimited(key: PublicKey) -> Self {
        Self { key, plugins: vec![ANY.to_owned()], grants: vec![ANY.to_owned()] }
    }

    /// Whether it may sign this plugin.
    #[must_use]
    pub fn may_sign(&self, id: &str) -> bool {
        self.plugins.iter().any(|plugin| plugin == ANY || plugin == id)
    }

    /// Whether what it signs may be granted this extension.
    #[must_use]
    pub fn may_grant(&self, extension: &str) -> bool {
        GRANTED_TO_ALL.contains(&extension)
            || self.grants.iter().any(|grant| grant == ANY || grant == extension)
    }
}

impl PublicKey {
    pub(crate) const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether it signed this message.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(message, signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{KEY_MARK}{}", BASE64.encode(self.0))
    }
}

impl FromStr for PublicKey {
    type Err = NotTrust;

    fn from_str(text: &str) -> Result<Self, NotTrust> {
        let wrong = NotTrust { what: "public key", expected: KEY };
        let bytes = text.trim().strip_prefix(KEY_MARK).and_then(|text| BASE64.decode(text).ok());
        bytes.and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(wrong)
    }
}

impl TryFrom<String> for PublicKey {
    type Error = NotTrust;

    fn try_from(text: String) -> Result<Self, NotTrust> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

impl fmt::Display for Revocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => key.fmt(f),
            Self::Library(hash) => write!(f, "{HASH_MARK}{hash}"),
        }
    }
}

impl FromStr for Revocation {
    type Err = NotTrust;

    fn from_str(text: &str) -> Result<Self, NotTrust> {
        let wrong = NotTrust { what: "key or library", expected: REVOCATION };
        match text.trim().strip_prefix(HASH_MARK) {
            Some(hash) => hash.parse().map(Self::Library).map_err(|()| wrong),
            None => text.parse().map(Self::Key).map_err(|_| wrong),
        }
    }
}

impl TryFrom<String> for Revocation {
    type Error = NotTrust;

    fn try_from(text: String) -> Result<Self, NotTrust> {
        text.parse()
    }
}

impl From<Revocation> for String {
    fn from(what: Revocation) -> Self {
        what.to_string()
    }
}

impl fmt::Display for LoadBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memfd => "memfd",
            Self::Path => "path",
        })
    }
}

const KEY_MARK: &str = "ed25519:";
const HASH_MARK: &str = "sha256:";
const KEY: &str = "ed25519: and 32 bytes in Base64";
const REVOCATION: &str = "sha256: and 64 hexadecimal digits, or ed25519: and 32 bytes in Base64";
