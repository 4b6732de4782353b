//! `[plugins]` and `[plugin.ID]`: which plugins are loaded, whom they are believed from, and what
//! they may do.

use std::collections::BTreeMap;
use std::path::PathBuf;

use phytohub_plugin_loader::package::{LoadBy, Revocation, Trust, TrustedKey};
use serde::{Deserialize, Serialize};

/// `[plugins]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PluginsConfig {
    /// Where packages lie, as `ID/VERSION/`.
    pub dir: PathBuf,
    /// Where plugins keep files of their own, as `ID/`.
    pub data: PathBuf,
    /// Whether packages that this user can write, signed by whomever, are loaded: for developers.
    pub dev: bool,
    /// How a checked library gets into memory.
    pub load_by: LoadBy,
    /// Who may sign what.
    pub trusted_keys: Vec<TrustedKey>,
    /// SHA-256 of libraries, and keys, that are no longer believed.
    pub revoked: Vec<Revocation>,
}

impl Default for PluginsConfig {
    fn default() -> Self {
        Self {
            dir: PathBuf::from("plugins"),
            data: PathBuf::from("plugin-data"),
            dev: false,
            load_by: LoadBy::default(),
            trusted_keys: Vec::new(),
            revoked: Vec::new(),
        }
    }
}

impl PluginsConfig {
    /// Who is believed.
    #[must_use]
    pub fn trust(&self) -> Trust {
        let Self { dev, load_by, .. } = *self;
        Trust { keys: self.trusted_keys.clone(), revoked: self.revoked.clone(), dev, load_by }
    }
}

/// `[plugin.ID]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PluginConfig {
    /// The version that is loaded: nothing is, because it lies in a directory.
    pub version: String,
    /// Whether it is loaded at all.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Extensions of the hub that it may use.
    #[serde(default)]
    pub grants: Vec<String>,
    /// Connections that it may act as.
    #[serde(default)]
    pub act_as: Vec<String>,
    /// Connections that it may register as its own.
    #[serde(default)]
    pub registers: Vec<String>,
    /// Whether it sees the envelopes of all connections.
    #[serde(default)]
    pub observe_all: bool,
    /// Certificate types whose documents wait while it cannot judge them, loaded or not.
    #[serde(default)]
    pub gate_types: Vec<i32>,
    /// Where its pages lie on the web listener; empty for `/ID/`.
    #[serde(default)]
    pub http_prefix: String,
    /// Threads that run it.
    #[serde(default = "workers")]
    pub workers: u64,
    /// Calls that may wait for them.
    #[serde(default = "queue")]
    pub queue: u64,
    /// Whether short validators may run where the envelope is taken in.
    #[serde(default)]
    pub inline: bool,
    /// How long one call may take.
    #[serde(default = "deadline_ms")]
    pub deadline_ms: u64,
    /// Bytes of keys and values that it may keep in the hub's store.
    #[serde(default = "kv_bytes")]
    pub kv_bytes: u64,
    /// Bytes of files that it may keep.
    #[serde(default = "data_bytes")]
    pub data_bytes: u64,
    /// Files with secrets, by the names under which it asks for them.
    #[serde(default)]
    pub secrets: BTreeMap<String, PathBuf>,
    /// What happens to a document of its kinds that it could not judge.
    #[serde(default)]
    pub on_validate_failure: OnValidateFailure,
    /// What happens to a document of others' kinds that it could not judge.
    #[serde(default)]
    pub on_observe_failure: OnObserveFailure,
    /// What happens to a document that it could not route.
    #[serde(default)]
    pub on_route_failure: OnRouteFailure,
    /// The plugin's own settings.
    #[serde(default)]
    pub config: toml::Table,
}

/// What happens to a document of its kinds that a plugin could not judge.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "the host knows these two")]
pub enum OnValidateFailure {
    /// Accepted, held, and judged later.
    #[default]
    Hold,
    /// Not accepted: the sender is told to come again.
    Reject,
}

/// What happens to a document that an additional validator could not judge.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "the host knows these two")]
pub enum OnObserveFailure {
    /// Delivered, with a warning.
    #[default]
    Deliver,
    /// Accepted, held, and judged later.
    Hold,
}

/// What happens to a document that a plugin could not route.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "the host knows these two")]
pub enum OnRouteFailure {
    /// Accepted, held, and routed later.
    #[default]
    Hold,
    /// It goes on as addressed.
    Continue,
}

impl PluginConfig {
    /// A plugin of this version, with nothing granted.
    #[must_use]
    pub fn new(version: impl Into<String>) -> Self {
        Self {
            version: version.into(),
            enabled: true,
            grants: Vec::new(),
            act_as: Vec::new(),
            registers: Vec::new(),
            observe_all: false,
            gate_types: Vec::new(),
            http_prefix: String::new(),
            workers: workers(),
            queue: queue(),
            inline: false,
            deadline_ms: deadline_ms(),
            kv_bytes: kv_bytes(),
            data_bytes: data_bytes(),
            secrets: BTreeMap::new(),
            on_validate_failure: OnValidateFailure::default(),
            on_observe_failure: OnObserveFailure::default(),
            on_route_failure: OnRouteFailure::default(),
            config: toml::Table::new(),
        }
    }

    /// What is wrong with it: the key, and why.
    pub(super) fn check(&self, id: &str) -> Result<(), (&'static str, String)> {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || id.len() > 32 || !id.chars().all(legal) {
            let reason = format!("is for a plugin {id:?}: an id has 1 to 32 of a-z, 0-9 and '-'");
            return Err(("", reason));
        }
        for (key, value, (least, most)) in [
            ("workers", self.workers, (1, 64)),
            ("queue", self.queue, (1, 1 << 16)),
            ("deadline_ms", self.deadline_ms, (10, 600_000)),
            ("kv_bytes", self.kv_bytes, (0, 1 << 40)),
            ("data_bytes", self.data_bytes, (0, 1 << 50)),
        ] {
            if !(least..=most).contains(&value) {
                return Err((key, format!("must be from {least} to {most}, not {value}")));
            }
        }
        let prefix = &self.http_prefix;
        let framed = prefix.starts_with('/') && prefix.ends_with('/');
        if !prefix.is_empty() && !framed {
            return Err(("http_prefix", format!("must begin and end with '/', not {prefix:?}")));
        }
        Ok(())
    }
}

const fn yes() -> bool {
    true
}

/// One call may hang and the next is still served.
const fn workers() -> u64 {
    2
}

/// Some seconds of a busy hub's documents; a caller never waits behind more.
const fn queue() -> u64 {
    64
}

/// A document of 256 MiB is judged in it; a client that waits for an answer still does.
const fn deadline_ms() -> u64 {
    20_000
}

/// A year of a country's notifications, many times over.
const fn kv_bytes() -> u64 {
    1 << 30
}

/// A small country's certificates with attachments.
const fn data_bytes() -> u64 {
    10 << 30
}
