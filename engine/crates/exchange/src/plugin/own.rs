//! What plugins have of their own: keys, a place in the stream of events, lines in the audit trail,
//! connections.

use phytohub_domain::{
    AllowedDocument, Connection, ConnectionCode, ConnectionKind, ConnectionMode,
};
use phytohub_store::{KvAction, KvRow, PluginId, PluginMeta, PluginWrite, PluginWritten};
use phytohub_telemetry::{Actor, ActorKind, Event, EventKind};

use super::message::{PluginActor, PluginConnection, PluginError};
use crate::{CallError, Hub};

impl Hub {
    /// A plugin's place in the stream of events, and the bytes that it keeps.
    #[must_use]
    pub fn plugin_meta(&self, plugin: PluginId) -> PluginMeta {
        self.inner.store.plugin_meta(plugin)
    }

    /// A key's value. Blocks: call it from a thread of the plugin's.
    ///
    /// # Errors
    /// `NotFound`, or if the store cannot be read.
    pub fn plugin_kv_get(
        &self,
        plugin: PluginId,
        key: &[u8],
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<(), PluginError> {
        let found = self.inner.store.plugin_get(plugin, key, out).map_err(CallError::from)?;
        found.then_some(()).ok_or(PluginError::NotFound)
    }

    /// At most `limit` keys that begin with `prefix` and come after `after`, in byte order; fewer
    /// if their values are large, but one at least if there is one. Blocks.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn plugin_kv_scan(
        &self,
        plugin: PluginId,
        prefix: &[u8],
        after: &[u8],
        limit: usize,
    ) -> Result<Vec<KvRow>, PluginError> {
        let scanned = self.inner.store.plugin_scan(plugin, (prefix, after), limit, SCAN_BYTES_MAX);
        Ok(scanned.map_err(CallError::from)?)
    }

    /// All operations or none, and the cursor with them; also the cursor alone. On disk when this
    /// is answered.
    ///
    /// # Errors
    /// If it is more than one write may be, or the store cannot write it.
    pub async fn plugin_kv_write(
        &self,
        plugin: PluginId,
        write: PluginWrite,
    ) -> Result<PluginWritten, PluginError> {
        let too_long = |value: &[u8], max: usize| value.len() > max;
        for operation in &write.operations {
            let value = match &operation.action {
                KvAction::Put(value) => value.as_slice(),
                KvAction::Check | KvAction::Delete => b"",
            };
            let key = &operation.key;
            if key.is_empty() || too_long(key, KEY_BYTES_MAX) || too_long(value, VALUE_BYTES_MAX) {
                let what = format!(
                    "a key has 1 to {KEY_BYTES_MAX} bytes, a value {VALUE_BYTES_MAX} at most"
                );
                return Err(PluginError::Invalid(what));
            }
        }
        if write.operations.len() > OPERATIONS_MAX {
            let what = format!("a write has {OPERATIONS_MAX} operations at most");
            return Err(PluginError::Invalid(what));
        }
        Ok(self.inner.store.plugin_write(plugin, write).await?)
    }

    /// Appends to the audit trail that a person or system that the plugin knows did something. On
    /// disk when this is answered. An envelope that the plugin may not see is `NotFound`.
    ///
    /// # Errors
    /// See [`PluginError`].
    pub async fn plugin_audit(
        &self,
        actor: &PluginActor,
        principal: &str,
        action: &str,
        detail: &str,
        number: &str,
    ) -> Result<(), PluginError> {
        let texts = [(principal, PRINCIPAL_BYTES_MAX), (action, ACTION_BYTES_MAX)];
        let longest = texts.into_iter().chain([(detail, DETAIL_BYTES_MAX)]);
        if action.is_empty() || longest.into_iter().any(|(text, max)| text.len() > max) {
            let what = format!(
                "an action has 1 to {ACTION_BYTES_MAX} bytes, a principal {PRINCIPAL_BYTES_MAX} \
                 and a detail {DETAIL_BYTES_MAX} at most"
            );
            return Err(PluginError::Invalid(what));
        }
        let mut acting = Actor::named(ActorKind::Plugin, &*actor.name);
        principal.clone_into(&mut acting.on_behalf);
        let mut event = Event::new(EventKind::PluginAction, acting);
        if !number.is_empty() {
            let found = self.envelope_in_sight(self.sight(actor), number).await?;
            let (envelope, _) = found.ok_or(PluginError::NotFound)?;
            event.mode = Some(envelope.mode);
            event.envelope = Some(envelope.number);
            (event.from, event.to) = (envelope.from, envelope.to);
        }
        event.detail =
            if detail.is_empty() { action.to_owned() } else { format!("{action}: {detail}") };
        Ok(self.inner.store.record(event).await?)
    }

    /// All connections, as `GetActiveNppos` and `GetAvailableChannels` show them, and the
    /// plugin's own.
    #[must_use]
    pub fn plugin_connections(&self, actor: &PluginActor) -> Vec<PluginConnection> {
        let registry = self.inner.registry.load();
        let told = registry.connections().into_iter().filter_map(|connection| {
            let mine = actor.act_as.contains(&connection.code);
            (connection.enabled || mine).then(|| PluginConnection::new(connection, mine))
        });
        told.collect()
    }

    /// Registers a connection whose transport is the plugin, or changes one of its own.
    ///
    /// # Errors
    /// See [`PluginError`]; `Conflict` if the code is another's.
    pub async fn plugin_register_connection(
        &self,
        actor: &PluginActor,
        wanted: PluginConnection,
    ) -> Result<(), PluginError> {
        let code: ConnectionCode =
            wanted.code.parse().map_err(|_| PluginError::Invalid("this is no code".into()))?;
        if !actor.act_as.contains(&code) {
            return Err(PluginError::Denied);
        }
        wanted.check()?;
        let taken = || PluginError::Conflict(format!("{code} is another's"));
        let remembered = self.inner.plugins.remembered.load_full();
        let owner = remembered.iter().find(|known| known.connections.contains(&wanted.code));
        match owner {
            Some(owner) if owner.id != actor.id => return Err(taken()),
            Some(_) => {}
            None if self.inner.registry.load().connection(&code).is_some() => return Err(taken()),
            // Before the connection: a crash in between leaves a claim to a code that is free.
            None => {
                let name = wanted.code.clone();
                self.note(actor.id, |known| known.connections.push(name)).await?;
            }
        }
        self.put_plugins_connection(actor, code, wanted).await
    }

    async fn put_plugins_connection(
        &self,
        actor: &PluginActor,
        code: ConnectionCode,
        wanted: PluginConnection,
    ) -> Result<(), PluginError> {
        let _changing = self.inner.registry_change.lock().await;
        let registry = self.inner.registry.load_full();
        let mode = if wanted.test { ConnectionMode::Test } else { ConnectionMode::Live };
        let kind = if wanted.channel { ConnectionKind::Channel } else { ConnectionKind::Nppo };
        let known = registry.connection(&code).map(|known| Connection::clone(known));
        let event =
            if known.is_some() { EventKind::ConnectionChanged } else { EventKind::ConnectionAdded };
        let now = self.clock().now();
        let before = known.clone();
        let mut connection = known.unwrap_or_else(|| {
            let mut fresh = Connection::new(registry.next_id(), code, String::new(), mode, now);
            fresh.kind = kind;
            fresh
        });
        if (connection.mode, connection.kind) != (mode, kind) {
            let what = "a connection stays test or live, and a channel or not";
            return Err(PluginError::Conflict(what.into()));
        }
        connection.name = wanted.name;
        if !wanted.serves.is_empty() || kind == ConnectionKind::Channel {
            connection.serves = wanted.serves;
        }
        let document = |(certificate_type, certificate_status)| AllowedDocument {
            certificate_type,
            certificate_status,
        };
        connection.allowed_documents = wanted.allowed.into_iter().map(document).collect();
        connection.sends = wanted.sends;
        connection.receives = wanted.receives;
        connection.responses = wanted.responses;
        // The operator's word stands: a plugin puts nothing back into service.
        if before.is_none() {
            connection.enabled = wanted.enabled;
        }
        if before.as_ref() == Some(&connection) {
            return Ok(());
        }
        let mut event = Event::new(event, Actor::named(ActorKind::Plugin, &*actor.name));
        event.mode = Some(mode);
        connection.code.as_str().clone_into(&mut event.from);
        event.detail = format!("{mode} connection of the plugin, {}", connection.name);
        self.put_registered(&registry, connection, vec![event]).await?;
        Ok(())
    }
}

impl PluginConnection {
    fn new(connection: &Connection, mine: bool) -> Self {
        let pairs = connection.allowed_documents.iter();
        Self {
            code: connection.code.to_string(),
            name: connection.name.clone(),
            serves: connection.serves.clone(),
            allowed: pairs.map(|one| (one.certificate_type, one.certificate_status)).collect(),
            sends: connection.sends,
            receives: connection.receives,
            channel: connection.kind == ConnectionKind::Channel,
            test: connection.mode == ConnectionMode::Test,
            mine,
            responses: connection.responses,
            enabled: connection.enabled,
        }
    }

    fn check(&self) -> Result<(), PluginError> {
        let invalid = |what: &str| Err(PluginError::Invalid(what.to_owned()));
        if self.name.trim().is_empty() || self.name.len() > PRINCIPAL_BYTES_MAX {
            return invalid("the name must be a name of 256 bytes at most");
        }
        let is_country =
            |text: &String| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
        if !self.serves.iter().all(is_country) {
            return invalid("a country is written with two capital letters");
        }
        if self.allowed.len() > ALLOWED_MAX {
            return invalid("a connection accepts 1000 types and statuses at most");
        }
        Ok(())
    }
}

/// The contract's: `HUB_KV_KEY_BYTES_MAX`.
const KEY_BYTES_MAX: usize = 1024;
/// The contract's: `HUB_KV_VALUE_BYTES_MAX`.
const VALUE_BYTES_MAX: usize = 1 << 20;
/// The contract's: `HUB_KV_OPERATIONS_MAX`.
const OPERATIONS_MAX: usize = 1000;
/// Bytes that one scan holds in memory: some of the largest values.
const SCAN_BYTES_MAX: usize = 4 << 20;
/// Bytes of a principal, or of a connection's name.
const PRINCIPAL_BYTES_MAX: usize = 256;
/// Bytes of an action in the audit trail: a verb and what it is done to.
const ACTION_BYTES_MAX: usize = 128;
/// Bytes of what else is said in the audit trail.
const DETAIL_BYTES_MAX: usize = 4096;
/// Types and statuses of one connection.
const ALLOWED_MAX: usize = 1000;
