//! What the plugin keeps, and under which keys.

use phytohub_plugin_sdk::{Host, Result};
use serde::{Deserialize, Serialize};

use crate::life_cycle::State;

/// A notification.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    /// Nothing as long as only copies of it were seen.
    pub(super) state: Option<State>,
    /// The last event that it knows of: an event comes at least once and counts once.
    pub(super) sequence: u64,
    /// The envelopes of its last messages.
    pub(super) envelopes: Vec<String>,
    /// The connections that had copies.
    pub(super) copied: Vec<String>,
    /// When somebody is to be reminded next.
    pub(super) due_ms: Option<i64>,
    /// Reminders so far.
    pub(super) reminders: u16,
    /// Where it stands in the agenda to be dropped.
    pub(super) drop_ms: Option<i64>,
}

/// A country's decision about a certificate, as its response said.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decision {
    /// The connection that decided.
    pub(super) from: String,
    /// `CertificateType`.
    pub(super) certificate_type: i32,
    /// `CertificateStatus`.
    pub(super) status: i32,
    /// When.
    pub(super) at_ms: i64,
    /// The response's envelope.
    pub(super) envelope: String,
    /// The event that told it.
    pub(super) sequence: u64,
}

impl Record {
    /// What is kept of a key, and its bytes.
    pub(super) fn load(host: &Host, key: &[u8]) -> Result<(Self, Option<Vec<u8>>)> {
        let bytes = host.kv().get(key)?;
        let record = match &bytes {
            Some(bytes) => serde_json::from_slice(bytes)?,
            None => Self::default(),
        };
        Ok((record, bytes))
    }

    /// One more envelope; few are kept, as they only tell which messages are worked off.
    pub(super) fn add_envelope(&mut self, number: &str) {
        if self.envelopes.len() >= ENVELOPES_MAX {
            self.envelopes.remove(0);
        }
        self.envelopes.push(number.to_owned());
    }
}

/// The key of a notification: live and test ones never meet.
pub(super) fn notification_key(is_test: bool, notifier: &str, number: &str) -> Vec<u8> {
    key(b'n', is_test, notifier, number)
}

/// The key of the last decision about a certificate.
pub(super) fn decision_key(is_test: bool, issuer: &str, number: &str) -> Vec<u8> {
    key(b'c', is_test, issuer, number)
}

fn key(kind: u8, is_test: bool, connection: &str, number: &str) -> Vec<u8> {
    let mut key = vec![kind, if is_test { b't' } else { b'l' }];
    // Neither has a NUL: XML cannot carry one.
    for part in [connection, number] {
        key.push(0);
        key.extend_from_slice(part.as_bytes());
    }
    key
}

const ENVELOPES_MAX: usize = 32;
