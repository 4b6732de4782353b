//! Who may call and be written to, in memory; the store holds the same.

use std::collections::HashMap;
use std::sync::Arc;

use phytohub_domain::{
    Connection, ConnectionCode, ConnectionId, Fingerprint, RegisteredCertificate,
};

use crate::OpenHubError;

/// All connections. A changed registry replaces the one before; callers keep what they hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registry {
    by_code: HashMap<ConnectionCode, Arc<Connection>>,
    by_fingerprint: HashMap<Fingerprint, ConnectionCode>,
    last_id: u32,
}

impl Registry {
    pub(crate) fn new(connections: &[Connection]) -> Result<Self, OpenHubError> {
        let mut registry = Self::default();
        for connection in connections {
            if registry.by_code.contains_key(&connection.code) {
                let what = format!("two connections have the code {}", connection.code);
                return Err(OpenHubError::Registry { what });
            }
            registry.put(connection.clone());
        }
        Ok(registry)
    }

    /// Adds or replaces a connection.
    pub(crate) fn put(&mut self, connection: Connection) {
        self.last_id = self.last_id.max(connection.id.0);
        for certificate in &connection.certificates {
            self.by_fingerprint.insert(certificate.fingerprint, connection.code.clone());
        }
        self.by_code.insert(connection.code.clone(), Arc::new(connection));
    }

    pub(crate) fn next_id(&self) -> ConnectionId {
        ConnectionId(self.last_id + 1)
    }

    pub(crate) fn connection(&self, code: &ConnectionCode) -> Option<&Arc<Connection>> {
        self.by_code.get(code)
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
