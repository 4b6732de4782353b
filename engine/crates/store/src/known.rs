//! What the committer keeps in mind of the registry and the settings.

use std::collections::HashMap;

use phytohub_domain::{Connection, ConnectionCode, ConnectionId};

use crate::Retention;
use crate::due::DueCursor;
use crate::held::HeldSet;
use crate::plugin::{PluginId, PluginMeta};

/// What matters to the committer about a connection.
#[derive(Clone, Debug)]
pub(crate) struct Party {
    pub(crate) code: ConnectionCode,
    /// Whether envelopes are brought to it.
    pub(crate) push_envelopes: bool,
    /// Whether it is told the states of what it sent.
    pub(crate) tracking_updates: bool,
    pub(crate) legal_hold: bool,
}

impl Party {
    fn new(connection: &Connection) -> Self {
        let push = connection.push.as_ref();
        Self {
            code: connection.code.clone(),
            push_envelopes: push.is_some_and(|push| push.envelopes),
            tracking_updates: push.is_some_and(|push| push.tracking_updates),
            legal_hold: connection.legal_hold,
        }
    }
}

/// Lent to each batch. A batch that fails ends the committer, so nothing needs to be undone.
#[derive(Debug)]
pub(crate) struct Known {
    parties: HashMap<ConnectionId, Party>,
    pub(crate) due: DueCursor,
    pub(crate) retention: Retention,
    /// Whether push and callbacks stay away after a restore.
    pub(crate) paused: bool,
    pub(crate) plugins: Plugins,
}

/// What matters to the committer about plugins.
#[derive(Debug, Default)]
pub(crate) struct Plugins {
    pub(crate) by_name: HashMap<String, PluginId>,
    /// Of those that ever wrote.
    pub(crate) metas: HashMap<PluginId, PluginMeta>,
    pub(crate) held: HeldSet,
    pub(crate) certificate_index: bool,
}

impl Plugins {
    /// Whether anything is held for them.
    pub(crate) fn holds_any(&self) -> bool {
        !self.held.is_empty()
    }
}

impl Known {
    pub(crate) fn new(
        connections: &[Connection],
        due: DueCursor,
        retention: Retention,
        paused: bool,
        plugins: Plugins,
    ) -> Self {
        let parties = connections.iter().map(|c| (c.id, Party::new(c))).collect();
        Self { parties, due, retention, paused, plugins }
    }

    pub(crate) fn put(&mut self, connection: &Connection) {
        self.parties.insert(connection.id, Party::new(connection));
    }

    pub(crate) fn party(&self, id: ConnectionId) -> Option<&Party> {
        self.parties.get(&id)
    }

    /// Whether envelopes are brought to this connection.
    pub(crate) fn is_pushed_to(&self, id: ConnectionId) -> bool {
        self.party(id).is_some_and(|party| party.push_envelopes)
    }
}
