//! What a test says about its hub.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use super::exchange::StoredEnvelope;
use super::store::List;
use super::{Inner, MockHost, State};

/// Configures a [`MockHost`]. Without a grant, everything is granted.
#[derive(Debug, Default)]
#[must_use]
pub struct MockHostBuilder {
    config: Option<Vec<u8>>,
    grants: Option<BTreeSet<String>>,
    secrets: BTreeMap<String, Vec<u8>>,
    state: State,
}

impl MockHostBuilder {
    /// The plugin's section of the configuration; an empty object unless given.
    pub fn config(self, config: serde_json::Value) -> Self {
        self.config_bytes(config.to_string().into_bytes())
    }

    /// The same as bytes, which may be wrong.
    pub fn config_bytes(mut self, config: impl Into<Vec<u8>>) -> Self {
        self.config = Some(config.into());
        self
    }

    /// Grants one extension of the hub, and none that is not named so.
    pub fn grant(mut self, extension: impl Into<String>) -> Self {
        self.grants.get_or_insert_default().insert(extension.into());
        self
    }

    /// Grants nothing but what all plugins are granted.
    pub fn grant_nothing(mut self) -> Self {
        self.grants.get_or_insert_default();
        self
    }

    /// A key that is there already.
    pub fn kv(mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Self {
        self.state.kv.insert(key.into(), value.into());
        self
    }

    /// A code list: codes, texts in English.
    pub fn code_list(mut self, name: impl Into<String>, codes: &[(&str, &str)]) -> Self {
        self.state.lists.insert(name.into(), List::of(codes));
        self
    }

    /// A secret.
    pub fn secret(mut self, name: impl Into<String>, secret: impl Into<Vec<u8>>) -> Self {
        self.secrets.insert(name.into(), secret.into());
        self
    }

    /// A connection that the plugin may act as.
    pub fn act_as(mut self, code: impl Into<String>) -> Self {
        self.state.exchange.act_as.insert(code.into());
        self
    }

    /// An envelope that the hub has.
    pub fn envelope(mut self, envelope: StoredEnvelope) -> Self {
        self.state.exchange.envelopes.push(envelope);
        self
    }

    /// The hub.
    ///
    /// # Panics
    ///
    /// If there can be no temporary directory.
    #[must_use]
    pub fn build(self) -> MockHost {
        MockHost(Arc::new(Inner {
            config: self.config.unwrap_or_else(|| b"{}".to_vec()),
            grants: self.grants,
            secrets: self.secrets,
            data: tempfile::tempdir().expect("tests have a temporary directory"),
            state: Mutex::new(self.state),
        }))
    }
}
