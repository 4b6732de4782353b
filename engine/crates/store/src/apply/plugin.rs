//! What plugins write: their keys, their place in the stream of events, what they submitted.

use std::collections::HashMap;

use phytohub_domain::{ConnectionId, HubDeliveryNumber, TrackingState};
use sha2::{Digest, Sha256};

use super::Batch;
use crate::command::{Accepted, NewEnvelope, Submission};
use crate::due::{Due, DueKind};
use crate::error::{CommitError, ReadError};
use crate::keys;
use crate::plugin::{KvAction, KvExpectation, PluginId, PluginMeta, PluginWrite, PluginWritten};
use crate::record::{self, StoredEnvelope};

/// Keys of plugins as a batch leaves them.
pub(super) type KvOverlay = HashMap<Vec<u8>, Option<Vec<u8>>>;

/// A submission as it is kept: number, then hash.
pub(super) type KeptSubmission = (HubDeliveryNumber, [u8; 32]);

impl Batch<'_> {
    /// A plugin's number; a new one, if it has none.
    pub(crate) fn plugin_id(&mut self, name: &str) -> PluginId {
        if let Some(id) = self.known.plugins.by_name.get(name) {
            return *id;
        }
        let last = self.known.plugins.by_name.values().map(|id| id.0).max();
        let id = PluginId(last.unwrap_or(keys::HUB) + 1);
        let key = keys::plugin(keys::HUB, keys::PLUGIN_NAME, name.as_bytes());
        self.write.put_cf(self.database.family(keys::PLUGIN), key, id.0.to_be_bytes());
        self.known.plugins.by_name.insert(name.to_owned(), id);
        id
    }

    /// Writes the kinds of which a plugin is the gate, in words of whoever asks.
    pub(crate) fn put_plugin_gates(&mut self, plugin: PluginId, gates: &[u8]) {
        let key = keys::plugin(plugin.0, keys::PLUGIN_GATES, b"");
        let family = self.database.family(keys::PLUGIN);
        if gates.is_empty() {
            self.write.delete_cf(family, key);
        } else {
            self.write.put_cf(family, key, gates);
        }
    }

    /// Does all operations of a plugin, or none.
    pub(crate) fn plugin_write(
        &mut self,
        plugin: PluginId,
        write: PluginWrite,
    ) -> Result<PluginWritten, ReadError> {
        let PluginWrite { operations, cursor, bytes_max } = write;
        let before = self.known.plugins.metas.get(&plugin).copied().unwrap_or_default();
        let (mut meta, mut changes) = (before, KvOverlay::new());
        for (index, operation) in operations.into_iter().enumerate() {
            let bytes = operation.key.len() as u64;
            let key = keys::plugin(plugin.0, keys::PLUGIN_KV, &operation.key);
            let old = match changes.get(&key).or_else(|| self.plugin_kv.get(&key)) {
                Some(old) => old.clone(),
                None => self.database.get(keys::PLUGIN, &key)?,
            };
            let met = match &operation.expects {
                KvExpectation::Anything => true,
                KvExpectation::Nothing => old.is_none(),
                KvExpectation::Value(value) => old.as_ref() == Some(value),
            };
            if !met {
                return Ok(PluginWritten::Conflict(index));
            }
            let new = match operation.action {
                KvAction::Check => continue,
                KvAction::Put(value) => Some(value),
                KvAction::Delete => None,
            };
            let size =
                |value: &Option<Vec<u8>>| value.as_ref().map_or(0, |v| bytes + v.len() as u64);
            meta.used = (meta.used + size(&new)).saturating_sub(size(&old));
            changes.insert(key, new);
        }
        if meta.used > bytes_max && meta.used > before.used {
            return Ok(PluginWritten::TooMuch { would_be: meta.used });
        }
        meta.cursor = meta.cursor.max(cursor.unwrap_or(0));
        self.put_plugin_changes(plugin, changes, meta);
        Ok(PluginWritten::Done { used: meta.used })
    }

    fn put_plugin_changes(&mut self, plugin: PluginId, changes: KvOverlay, meta: PluginMeta) {
        let family = self.database.family(keys::PLUGIN);
        for (key, value) in &changes {
            match value {
                Some(value) => self.write.put_cf(family, key, value),
                None => self.write.delete_cf(family, key),
            }
        }
        self.plugin_kv.extend(changes);
        let key = keys::plugin(plugin.0, keys::PLUGIN_META, b"");
        self.write.put_cf(family, key, meta.encode());
        self.known.plugins.metas.insert(plugin, meta);
        self.plugin_metas.push((plugin, meta));
    }

    /// What became of an envelope that a plugin submitted under this key before, if it did.
    pub(crate) fn submitted(&mut self, new: &NewEnvelope) -> Result<Option<Accepted>, CommitError> {
        let Some(submission) = &new.submission else { return Ok(None) };
        let Some((number, hash)) = self.submission(submission)? else { return Ok(None) };
        if hash != submission.hash {
            return Err(CommitError::KeyUsed);
        }
        let state = self.state(number)?.ok_or(CommitError::Purged)?;
        let envelope = self.envelope(number)?.ok_or(CommitError::Purged)?;
        let (at, forwardings) = (envelope.accepted, envelope.forwardings);
        Ok(Some(Accepted { number, at, forwardings, repeated: Some(state) }))
    }

    fn submission(&self, submission: &Submission) -> Result<Option<KeptSubmission>, ReadError> {
        let key = submission.stored_key();
        let left = self.left.submissions.get(&key);
        if let Some(kept) = left.or_else(|| self.before.submissions.get(&key)) {
            return Ok(Some(*kept));
        }
        let Some(bytes) = self.database.get(keys::PLUGIN, &key)? else { return Ok(None) };
        split_submission(&bytes).map(Some).ok_or_else(|| record::corrupt("submission", &key))
    }

    /// Remembers under which key an envelope was submitted.
    pub(super) fn remember_submission(&mut self, new: &NewEnvelope, number: HubDeliveryNumber) {
        let Some(submission) = &new.submission else { return };
        let key = submission.stored_key();
        let mut value = number.to_bytes().to_vec();
        value.extend_from_slice(&submission.hash);
        self.write.put_cf(self.database.family(keys::PLUGIN), &key, value);
        let at = self.now.plus(self.known.retention.headers);
        self.put_due(&Due { at, kind: DueKind::Submission, number }, &key);
        self.left.submissions.insert(key, (number, submission.hash));
    }

    /// Forgets a key with the envelope that was submitted under it, never before.
    pub(super) fn forget_submission(&mut self, due: &Due, key: &[u8]) -> Result<(), ReadError> {
        if self.state(due.number)?.is_some() {
            let at = self.now.plus(self.known.retention.headers.max(KEPT_AGAIN));
            self.put_due(&Due { at, ..*due }, key);
        } else {
            self.write.delete_cf(self.database.family(keys::PLUGIN), key);
        }
        Ok(())
    }

    /// Writes an envelope into the index by certificate number, if there is one.
    pub(super) fn index_certificate(&mut self, envelope: &StoredEnvelope) {
        if self.known.plugins.certificate_index {
            let key = certificate_key(envelope);
            self.write.put_cf(self.database.family(keys::PLUGIN), key, b"");
        }
    }

    /// Takes an envelope out of the index by certificate number.
    pub(super) fn unindex_certificate(&mut self, envelope: &StoredEnvelope) {
        if self.known.plugins.certificate_index {
            let key = certificate_key(envelope);
            self.write.delete_cf(self.database.family(keys::PLUGIN), key);
        }
    }

    /// The state that an envelope has in this batch, for whoever must have one.
    pub(super) fn state_or_purged(
        &self,
        number: HubDeliveryNumber,
    ) -> Result<TrackingState, CommitError> {
        self.state(number)?.ok_or(CommitError::Purged)
    }
}

/// Reads a submission.
pub(crate) fn split_submission(bytes: &[u8]) -> Option<KeptSubmission> {
    let (number, hash) = bytes.split_first_chunk::<16>()?;
    Some((HubDeliveryNumber::from_bytes(*number), hash.try_into().ok()?))
}

/// The row of an envelope in the index by certificate number.
pub(crate) fn certificate_key(envelope: &StoredEnvelope) -> Vec<u8> {
    let digest = certificate_digest(&envelope.nppo_certificate_number);
    keys::certificate(envelope.from_id, digest, &envelope.number.to_bytes())
}

/// Where the rows of a sender's certificate number begin.
pub(crate) fn certificate_prefix(from: ConnectionId, nppo_certificate_number: &str) -> Vec<u8> {
    keys::certificate(from, certificate_digest(nppo_certificate_number), b"")
}

/// Eight bytes: two numbers with the same ones are told apart by their records.
fn certificate_digest(nppo_certificate_number: &str) -> [u8; 8] {
    let hash: [u8; 32] = Sha256::digest(nppo_certificate_number.as_bytes()).into();
    hash.first_chunk().copied().unwrap_or_default()
}

/// When to look again whether an envelope is still there, at the earliest.
const KEPT_AGAIN: std::time::Duration = std::time::Duration::from_secs(24 * 3600);
