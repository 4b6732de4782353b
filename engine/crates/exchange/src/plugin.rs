//! Plugins, as the hub sees them: they judge documents, route them, and act as connections.
//!
//! The hub asks them through [`DocumentPlugins`], and they ask the hub through the `plugin_`
//! functions of [`Hub`]. Nothing here knows how a plugin is loaded or run.

mod gate;
mod judge;
mod message;

use std::sync::Arc;

use bytes::Bytes;
use phytohub_domain::Acknowledgement;
use phytohub_store::{KvRow, PluginId, PluginMeta, PluginWrite, PluginWritten};
use tokio::sync::watch;

use crate::Hub;

pub use gate::{GateKeeper, GateKind};
pub use judge::{
    Asked, DocumentPlugins, FindingArea, FindingLevel, KindMatch, KindQuery, OnFailure,
    PluginAnswer, PluginFailure, PluginFinding, PluginHook, PluginQuestion, PluginRoute,
    PluginVerdict, Purpose, RouteDecision, RouteVerdict,
};
pub use message::{
    PluginActor, PluginConnection, PluginDraft, PluginEnvelope, PluginError, PluginEvent,
    PluginEventKind, PluginEvents, Submitted,
};

impl Hub {
    /// From now on these plugins are asked; nobody, if there are none.
    pub fn set_plugins(&self, _plugins: Option<Arc<dyn DocumentPlugins>>) {}

    /// A plugin can be asked again: what waits for it is looked at.
    pub fn plugins_ready(&self) {}

    /// Remembers, on disk, which kinds of a plugin are gates: what is of such a kind is held even
    /// while no plugin is there at all. Replaces what was remembered of this plugin.
    ///
    /// # Errors
    /// If the store cannot write it.
    pub async fn plugin_gates(
        &self,
        _plugin: PluginId,
        _gates: Vec<GateKind>,
    ) -> Result<(), PluginError> {
        Err(not_yet())
    }

    /// Whether a copy of this document may go to a connection: it is there, takes copies and
    /// documents of this kind, and is of the same mode.
    #[must_use]
    pub fn plugin_may_copy(&self, _question: &PluginQuestion, _code: &str) -> bool {
        false
    }

    /// A plugin's number in the store, assigned when it is first asked for.
    ///
    /// # Errors
    /// If the store cannot write it.
    pub async fn plugin_id(&self, _name: &str) -> Result<PluginId, PluginError> {
        Err(not_yet())
    }

    /// Delivers, with the same checks as over the network. The same key again delivers nothing and
    /// tells of the first envelope.
    ///
    /// # Errors
    /// See [`PluginError`]. An error in the header is no error: it is told as `FailedDelivery`.
    pub async fn plugin_submit(
        &self,
        _actor: &PluginActor,
        _key: &[u8],
        _draft: PluginDraft,
    ) -> Result<Submitted, PluginError> {
        Err(not_yet())
    }

    /// At most `limit` of what waits for a connection, after a position (0: from the first).
    ///
    /// # Errors
    /// See [`PluginError`].
    pub async fn plugin_inbox(
        &self,
        _actor: &PluginActor,
        _act_as: &str,
        _after: u64,
        _limit: usize,
    ) -> Result<Vec<PluginEnvelope>, PluginError> {
        Err(not_yet())
    }

    /// An envelope that a connection sent or receives, with its document in UTF-8 if that is
    /// wanted. Reading the document as the recipient counts as its release.
    ///
    /// # Errors
    /// See [`PluginError`]; another's is `NotFound`, as what does not exist.
    pub async fn plugin_read(
        &self,
        _actor: &PluginActor,
        _act_as: &str,
        _number: &str,
        _content: bool,
    ) -> Result<(PluginEnvelope, Option<Bytes>), PluginError> {
        Err(not_yet())
    }

    /// At most `limit` envelopes from a connection with this certificate number, the newest first;
    /// `to` empty: to whomever. Only what the plugin may see.
    ///
    /// # Errors
    /// See [`PluginError`]; `Unavailable` if the store keeps no index for it.
    pub async fn plugin_find(
        &self,
        _actor: &PluginActor,
        _from: &str,
        _to: &str,
        _nppo_certificate_number: &str,
        _limit: usize,
    ) -> Result<Vec<PluginEnvelope>, PluginError> {
        Err(not_yet())
    }

    /// Acknowledges an envelope to a connection. The first acknowledgement counts.
    ///
    /// # Errors
    /// See [`PluginError`].
    pub async fn plugin_acknowledge(
        &self,
        _actor: &PluginActor,
        _act_as: &str,
        _number: &str,
        _acknowledgement: Acknowledgement,
    ) -> Result<(), PluginError> {
        Err(not_yet())
    }

    /// How an envelope stands that a connection sent or receives.
    ///
    /// # Errors
    /// See [`PluginError`].
    pub async fn plugin_status(
        &self,
        _actor: &PluginActor,
        _act_as: &str,
        _number: &str,
    ) -> Result<PluginEnvelope, PluginError> {
        Err(not_yet())
    }

    /// All connections, as `GetActiveNppos` and `GetAvailableChannels` show them, and the
    /// plugin's own.
    #[must_use]
    pub fn plugin_connections(&self, _actor: &PluginActor) -> Vec<PluginConnection> {
        Vec::new()
    }

    /// Registers a connection whose transport is the plugin, or changes one of its own.
    ///
    /// # Errors
    /// See [`PluginError`]; `Conflict` if the code is another's.
    pub async fn plugin_register_connection(
        &self,
        _actor: &PluginActor,
        _connection: PluginConnection,
    ) -> Result<(), PluginError> {
        Err(not_yet())
    }

    /// Appends to the audit trail that a person or system that the plugin knows did something. On
    /// disk when this is answered. An envelope that the plugin may not see is `NotFound`.
    ///
    /// # Errors
    /// See [`PluginError`].
    pub async fn plugin_audit(
        &self,
        _actor: &PluginActor,
        _principal: &str,
        _action: &str,
        _detail: &str,
        _number: &str,
    ) -> Result<(), PluginError> {
        Err(not_yet())
    }

    /// At most `limit` events after a place that the plugin may see and whose bit is in `mask`.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn plugin_events(
        &self,
        _actor: &PluginActor,
        _after: u64,
        _limit: usize,
        _mask: u32,
    ) -> Result<PluginEvents, PluginError> {
        Err(not_yet())
    }

    /// The place of the last event on disk; changes with every commit that has one.
    #[must_use]
    pub fn plugin_event_sequence(&self) -> watch::Receiver<u64> {
        watch::channel(0).1
    }

    /// A plugin's cursor in the stream of events, and the bytes that it keeps.
    #[must_use]
    pub fn plugin_meta(&self, _plugin: PluginId) -> PluginMeta {
        PluginMeta::default()
    }

    /// A key's value. Blocks: call it from a thread of the plugin's.
    ///
    /// # Errors
    /// `NotFound`, or if the store cannot be read.
    pub fn plugin_kv_get(
        &self,
        _plugin: PluginId,
        _key: &[u8],
        _out: &mut dyn FnMut(&[u8]),
    ) -> Result<(), PluginError> {
        Err(not_yet())
    }

    /// At most `limit` keys that begin with `prefix` and come after `after`, in byte order. Blocks.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn plugin_kv_scan(
        &self,
        _plugin: PluginId,
        _prefix: &[u8],
        _after: &[u8],
        _limit: usize,
    ) -> Result<Vec<KvRow>, PluginError> {
        Err(not_yet())
    }

    /// All operations or none, and the cursor with them; also the cursor alone. On disk when this
    /// is answered.
    ///
    /// # Errors
    /// If the store cannot write it.
    pub async fn plugin_kv_write(
        &self,
        _plugin: PluginId,
        _write: PluginWrite,
    ) -> Result<PluginWritten, PluginError> {
        Err(not_yet())
    }
}

fn not_yet() -> PluginError {
    PluginError::Unavailable("the hub does not do this yet".into())
}
