//! `[audit]`: what the hub signs, with which keys, and where it tells it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// `[audit]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AuditConfig {
    /// Name of the hub in heads and receipts; empty takes the host of `public_url`.
    pub hub: String,
    /// File outside the store to which signed heads are appended; empty if there is none.
    pub sink: PathBuf,
    /// PEM file: the private key that signs heads.
    pub key: PathBuf,
    /// PEM file: the private key that signs receipts.
    pub receipt_key: PathBuf,
    /// PEM files: public keys that signed heads before.
    pub former_keys: Vec<PathBuf>,
}

impl Default for AuditConfig {
    fn default() -> Self {
        Self {
            hub: String::new(),
            sink: PathBuf::new(),
            key: PathBuf::from("pki/audit.key"),
            receipt_key: PathBuf::from("pki/receipt.key"),
            former_keys: Vec::new(),
        }
    }
}
