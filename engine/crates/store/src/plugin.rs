//! What plugins keep in the store, each in a space of its own.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use phytohub_domain::{ConnectionId, HubDeliveryNumber};
use phytohub_telemetry::Actor;
use rocksdb::Direction;
use tokio::sync::watch;

use crate::apply::{certificate_prefix, split_submission};
use crate::command::{Command, HeldOutcome, PluginCommand, Settled};
use crate::error::{CommitError, ReadError};
use crate::held::HeldEnvelope;
use crate::record::corrupt;
use crate::{Store, keys};

/// A plugin's number in this store; 0 is the hub's own.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PluginId(pub(crate) u32);

/// What a key must hold for an operation to be done.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the three expectations of the contract")]
pub enum KvExpectation {
    /// Anything.
    #[default]
    Anything,
    /// Nothing.
    Nothing,
    /// This value.
    Value(Vec<u8>),
}

/// What an operation does.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the three operations of the contract")]
pub enum KvAction {
    /// Only the expectation is checked.
    #[default]
    Check,
    /// The key gets this value.
    Put(Vec<u8>),
    /// The key goes.
    Delete,
}

/// One operation of a write.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever writes")]
pub struct KvOperation {
    /// The key.
    pub key: Vec<u8>,
    /// What to do.
    pub action: KvAction,
    /// Under which condition.
    pub expects: KvExpectation,
}

/// All operations or none, in one batch.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever writes")]
pub struct PluginWrite {
    /// In order.
    pub operations: Vec<KvOperation>,
    /// Where the plugin has come to in the stream of events; nothing leaves it where it is. It
    /// never goes back.
    pub cursor: Option<u64>,
    /// Bytes of keys and values that the plugin may have after it.
    pub bytes_max: u64,
}

/// What a write came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "callers must handle each outcome")]
pub enum PluginWritten {
    /// It is on disk.
    Done {
        /// Bytes of keys and values that the plugin has now.
        used: u64,
    },
    /// An expectation is not met: the operation of this index. Nothing was written.
    Conflict(usize),
    /// It would be more bytes than the plugin may have. Nothing was written.
    TooMuch {
        /// Bytes that it would have.
        would_be: u64,
    },
}

/// What the store keeps of a plugin beside its keys.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct PluginMeta {
    /// Up to where it has taken the stream of events.
    pub cursor: u64,
    /// Bytes of its keys and values.
    pub used: u64,
}

/// A key and its value.
pub type KvRow = (Vec<u8>, Vec<u8>);

/// A plugin that has a number.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct StoredPlugin {
    /// Its number.
    pub id: PluginId,
    /// Its name.
    pub name: String,
    /// The kinds of which it is the gate, as they were given to [`Store::put_plugin_gates`].
    pub gates: Vec<u8>,
}

impl PluginMeta {
    pub(crate) fn encode(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.cursor.to_be_bytes());
        bytes[8..].copy_from_slice(&self.used.to_be_bytes());
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (cursor, used) = bytes.split_first_chunk::<8>()?;
        let used = u64::from_be_bytes(used.try_into().ok()?);
        Some(Self { cursor: u64::from_be_bytes(*cursor), used })
    }
}

impl PluginWrite {
    /// Bytes that it adds to a batch, nearly.
    pub(crate) fn weight(&self) -> usize {
        let value = |operation: &KvOperation| match &operation.action {
            KvAction::Put(value) => value.len(),
            KvAction::Check | KvAction::Delete => 0,
        };
        self.operations.iter().map(|operation| operation.key.len() + value(operation)).sum()
    }
}

impl Store {
    /// A plugin's number, assigned when it is first asked for; on disk when this is answered.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn plugin_id(&self, name: &str) -> Result<PluginId, CommitError> {
        let name = name.to_owned();
        self.ask(|answer| Command::Plugin(PluginCommand::Id { name, answer })).await
    }

    /// Writes the kinds of which a plugin is the gate; nothing removes them.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn put_plugin_gates(
        &self,
        plugin: PluginId,
        gates: Vec<u8>,
    ) -> Result<(), CommitError> {
        let command = |answer| Command::Plugin(PluginCommand::Gates { plugin, gates, answer });
        self.ask(command).await
    }

    /// Writes keys of a plugin and its place in the stream of events, all or nothing, in one
    /// batch; on disk when this is answered.
    ///
    /// # Errors
    /// See [`CommitError`]. A conflict is no error.
    pub async fn plugin_write(
        &self,
        plugin: PluginId,
        write: PluginWrite,
    ) -> Result<PluginWritten, CommitError> {
        let command = |answer| Command::Plugin(PluginCommand::Write { plugin, write, answer });
        self.ask(command).await
    }

    /// A key's value, without a copy. Whether there is one. Blocks.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn plugin_get(
        &self,
        plugin: PluginId,
        key: &[u8],
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<bool, ReadError> {
        let database = self.database();
        let key = keys::plugin(plugin.0, keys::PLUGIN_KV, key);
        let value = database.get_pinned_cf(database.family(keys::PLUGIN), key);
        let value = value.map_err(ReadError::Database)?;
        value.as_ref().inspect(|value| out(value));
        Ok(value.is_some())
    }

    /// At most `limit` keys of a plugin that begin with `prefix` and come after `after`, with
    /// their values, up to `bytes_max` of them but at least one. Blocks.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn plugin_scan(
        &self,
        plugin: PluginId,
        (prefix, after): (&[u8], &[u8]),
        limit: usize,
        bytes_max: usize,
    ) -> Result<Vec<KvRow>, ReadError> {
        let begin = keys::plugin(plugin.0, keys::PLUGIN_KV, prefix);
        let mut from = keys::plugin(plugin.0, keys::PLUGIN_KV, after);
        if !after.is_empty() {
            // The first key that comes after it.
            from.push(0);
        }
        let bounds = (from.max(begin.clone()), keys::successor(&begin));
        let database = self.database();
        let family = database.family(keys::PLUGIN);
        let (mut found, mut bytes) = (Vec::new(), 0);
        for row in database.range(family, bounds, Direction::Forward).take(limit) {
            let (key, value) = row.map_err(ReadError::Database)?;
            let own = key.get(PREFIX_BYTES..).unwrap_or_default();
            bytes += own.len() + value.len();
            if bytes > bytes_max && !found.is_empty() {
                break;
            }
            found.push((own.to_vec(), value.into_vec()));
        }
        Ok(found)
    }

    /// A plugin's place in the stream of events, and the bytes of its keys, from memory.
    #[must_use]
    pub fn plugin_meta(&self, plugin: PluginId) -> PluginMeta {
        self.plugin_metas().get(plugin)
    }

    /// The envelope that a plugin submitted under a key, with the hash of what it submitted.
    /// Blocks.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn plugin_submission(
        &self,
        plugin: PluginId,
        key: &[u8],
    ) -> Result<Option<(HubDeliveryNumber, [u8; 32])>, ReadError> {
        let key = keys::plugin(plugin.0, keys::PLUGIN_SUBMISSION, key);
        let Some(bytes) = self.database().get(keys::PLUGIN, &key)? else { return Ok(None) };
        split_submission(&bytes).map(Some).ok_or_else(|| corrupt("submission", &key))
    }

    /// At most `limit` numbers of envelopes from a connection with this certificate number that
    /// come before one, the newest first; nothing if the store keeps no index. Blocks.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn by_certificate(
        &self,
        from: ConnectionId,
        nppo_certificate_number: &str,
        before: Option<HubDeliveryNumber>,
        limit: usize,
    ) -> Result<Option<Vec<HubDeliveryNumber>>, ReadError> {
        if !self.has_certificate_index() {
            return Ok(None);
        }
        let prefix = certificate_prefix(from, nppo_certificate_number);
        let mut end = keys::successor(&prefix);
        if let Some(before) = before {
            end = [prefix.as_slice(), &before.to_bytes()].concat();
        }
        let database = self.database();
        let (bounds, family) = ((prefix, end), database.family(keys::PLUGIN));
        let rows = database.range(family, bounds, Direction::Reverse).take(limit);
        let numbers = rows.map(|row| {
            let (key, _) = row.map_err(ReadError::Database)?;
            let number = key.last_chunk().copied().ok_or_else(|| corrupt("certificate", &key))?;
            Ok(HubDeliveryNumber::from_bytes(number))
        });
        numbers.collect::<Result<_, ReadError>>().map(Some)
    }

    /// Place of the last event on disk; changes with each commit that has one.
    #[must_use]
    pub fn event_sequence(&self) -> watch::Receiver<u64> {
        self.watched().events.clone()
    }

    /// How many envelopes are held.
    #[must_use]
    pub fn held_len(&self) -> usize {
        self.held_view().len()
    }

    /// Whether an envelope is held, or the copy of one that is: nobody but its sender may know
    /// of it.
    #[must_use]
    pub fn is_awaited(&self, number: HubDeliveryNumber) -> bool {
        self.held_view().holds(number)
    }

    /// At most `count` held envelopes after a position, oldest first, each the first of its
    /// sender, recipient and number.
    #[must_use]
    pub fn held_after(&self, after: u64, count: usize) -> Vec<HeldEnvelope> {
        self.held_view().firsts(after, count)
    }

    /// Settles what becomes of a held envelope; on disk when this is answered.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn settle_held(
        &self,
        number: HubDeliveryNumber,
        outcome: HeldOutcome,
        actor: Actor,
    ) -> Result<Settled, CommitError> {
        let command =
            |answer| Command::Plugin(PluginCommand::Settle { number, outcome, actor, answer });
        self.ask(command).await
    }
}

/// What is kept of all plugins beside their keys, as whoever asks the store sees it.
#[derive(Debug, Default)]
pub(crate) struct PluginMetas(RwLock<HashMap<PluginId, PluginMeta>>);

impl PluginMetas {
    pub(crate) fn new(metas: &HashMap<PluginId, PluginMeta>) -> Self {
        Self(RwLock::new(metas.clone()))
    }

    pub(crate) fn put(&self, changed: impl IntoIterator<Item = (PluginId, PluginMeta)>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).extend(changed);
    }

    fn get(&self, plugin: PluginId) -> PluginMeta {
        let metas = self.0.read().unwrap_or_else(PoisonError::into_inner);
        metas.get(&plugin).copied().unwrap_or_default()
    }
}

/// Of a row's key: number of the plugin, kind of row.
const PREFIX_BYTES: usize = 5;
