//! Who may call and be written to, in memory; the store holds the same.

use std::collections::HashMap;
use std::sync::Arc;

use phytohub_domain::{
    ChannelRule, Connection, ConnectionCode, ConnectionId, ConnectionKind, Fingerprint,
    RegisteredCertificate,
};

use crate::OpenHubError;

/// All connections and their standing orders. A changed registry replaces the one before; callers
/// keep what they hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registry {
    by_code: HashMap<ConnectionCode, Arc<Connection>>,
    by_id: HashMap<ConnectionId, ConnectionCode>,
    by_fingerprint: HashMap<Fingerprint, ConnectionCode>,
    /// The hub over whose line a connection is reached.
    by_theirs: HashMap<ConnectionCode, ConnectionCode>,
    /// By owner, each in the order in which they were written.
    rules: HashMap<ConnectionId, Vec<Arc<ChannelRule>>>,
    last_id: u32,
    last_rule: u32,
}

impl Registry {
    pub(crate) fn new(
        connections: &[Connection],
        rules: &[ChannelRule],
    ) -> Result<Self, OpenHubError> {
        let mut registry = Self::default();
        for connection in connections {
            if registry.by_code.contains_key(&connection.code) {
                let what = format!("two connections have the code {}", connection.code);
                return Err(OpenHubError::Registry { what });
            }
            registry.put(connection.clone());
        }
        for rule in rules {
            if registry.by_id(rule.owner).is_none() || registry.by_id(rule.channel).is_none() {
                let what = format!("rule {} is about a connection that is not there", rule.id);
                return Err(OpenHubError::Registry { what });
            }
            registry.put_rule(rule.clone());
        }
        Ok(registry)
    }

    /// Adds or replaces a connection.
    pub(crate) fn put(&mut self, connection: Connection) {
        self.last_id = self.last_id.max(connection.id.0);
        for certificate in &connection.certificates {
            self.by_fingerprint.insert(certificate.fingerprint, connection.code.clone());
        }
        if connection.kind == ConnectionKind::Hub {
            self.by_theirs.retain(|_, hub| *hub != connection.code);
            let theirs = connection.link.theirs.iter().cloned();
            self.by_theirs.extend(theirs.map(|code| (code, connection.code.clone())));
        }
        self.by_id.insert(connection.id, connection.code.clone());
        self.by_code.insert(connection.code.clone(), Arc::new(connection));
    }

    /// Adds or replaces a rule.
    pub(crate) fn put_rule(&mut self, rule: ChannelRule) {
        self.last_rule = self.last_rule.max(rule.id);
        let rules = self.rules.entry(rule.owner).or_default();
        match rules.binary_search_by_key(&rule.id, |known| known.id) {
            Ok(place) => rules[place] = Arc::new(rule),
            Err(place) => rules.insert(place, Arc::new(rule)),
        }
    }

    pub(crate) fn next_id(&self) -> ConnectionId {
        ConnectionId(self.last_id + 1)
    }

    pub(crate) fn next_rule_id(&self) -> u32 {
        self.last_rule + 1
    }

    pub(crate) fn by_id(&self, id: ConnectionId) -> Option<&Arc<Connection>> {
        self.by_code.get(self.by_id.get(&id)?)
    }

    /// The standing orders of a connection, ended ones included.
    pub(crate) fn rules_of(&self, owner: ConnectionId) -> &[Arc<ChannelRule>] {
        self.rules.get(&owner).map_or(&[], Vec::as_slice)
    }

    /// All standing orders, in the order in which they were written.
    pub(crate) fn rules(&self) -> Vec<&Arc<ChannelRule>> {
        let mut rules: Vec<_> = self.rules.values().flatten().collect();
        rules.sort_by_key(|rule| rule.id);
        rules
    }

    pub(crate) fn connection(&self, code: &ConnectionCode) -> Option<&Arc<Connection>> {
        self.by_code.get(code)
    }

    /// The hub over whose line a connection is reached, if it is.
    pub(crate) fn hub_of(&self, code: &ConnectionCode) -> Option<&Arc<Connection>> {
        self.by_code.get(self.by_theirs.get(code)?)
    }

    /// The connection to which a certificate belongs, and always will.
    pub(crate) fn owner(
        &self,
        fingerprint: &Fingerprint,
    ) -> Option<(&Arc<Connection>, &RegisteredCertificate)> {
        let connection = self.by_code.get(self.by_fingerprint.get(fingerprint)?)?;
        let certificate = connection.certificates.iter().find(|c| c.fingerprint == *fingerprint)?;
        Some((connection, certificate))
    }

    /// All connections by code.
    pub(crate) fn connections(&self) -> Vec<&Arc<Connection>> {
        let mut connections: Vec<_> = self.by_code.values().collect();
        connections.sort_by(|a, b| a.code.cmp(&b.code));
        connections
    }
}
