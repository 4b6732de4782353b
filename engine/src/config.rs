//! `hub.toml`: every setting of a hub, typed, with defaults, checked before anything is opened.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use phytohub_domain::Limits;
use phytohub_exchange::{Decisions, Policy};
use phytohub_store::StoreConfig;
use serde::{Deserialize, Serialize};
use thiserror::Error;

mod audit;
mod delivery;
mod fair_use;
mod limits;
mod plugins;
mod range;
mod remote_hub;
mod responses;
mod retention;
mod settings;
mod template;
mod web;

pub use audit::AuditConfig;
pub use delivery::DeliveryConfig;
pub use fair_use::FairUseConfig;
pub use limits::LimitsConfig;
pub use plugins::{
    OnObserveFailure, OnRouteFailure, OnValidateFailure, PluginConfig, PluginsConfig,
};
pub use remote_hub::{RemoteConnectionConfig, RemoteHubConfig};
pub use responses::ResponsesConfig;
pub use retention::RetentionConfig;
pub use template::template;
pub use web::WebConfig;

/// Everything that `hub.toml` may say. What it leaves out has the default.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HubConfig {
    /// Made by `init --connections`: its keys lie about in files, so only loopback may reach it.
    pub trial: bool,
    /// How long requests in flight may take after a signal to stop.
    pub drain_seconds: u64,
    /// Address of the fast door of national systems, over QUIC; empty: it stays closed.
    pub quic: String,
    /// The door of the national systems.
    pub https: HttpsConfig,
    /// Which certificates are believed.
    pub trust: TrustConfig,
    /// Where envelopes lie.
    pub store: StoreSection,
    /// The doors of the operator.
    pub admin: AdminConfig,
    /// Bringing to partners that have an endpoint.
    pub delivery: DeliveryConfig,
    /// How long what is delivered is kept.
    pub retention: RetentionConfig,
    /// What the hub signs and tells of what it did.
    pub audit: AuditConfig,
    /// Countries' answers to certificates.
    pub responses: ResponsesConfig,
    /// What one connection may ask for.
    pub fair_use: FairUseConfig,
    /// What one caller, and all together, may use.
    pub limits: LimitsConfig,
    /// The door of people's browsers.
    pub web: WebConfig,
    /// Where plugins come from.
    pub plugins: PluginsConfig,
    /// The plugins, by their ids.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub plugin: BTreeMap<String, PluginConfig>,
    /// The hub elsewhere that a host of plugins works with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_hub: Option<RemoteHubConfig>,
}

impl Default for HubConfig {
    fn default() -> Self {
        Self {
            trial: false,
            // Orchestrators commonly wait 30 seconds before they kill.
            drain_seconds: 30,
            quic: String::new(),
            https: HttpsConfig::default(),
            trust: TrustConfig::default(),
            store: StoreSection::default(),
            admin: AdminConfig::default(),
            delivery: DeliveryConfig::default(),
            retention: RetentionConfig::default(),
            audit: AuditConfig::default(),
            responses: ResponsesConfig::default(),
            fair_use: FairUseConfig::default(),
            limits: LimitsConfig::default(),
            web: WebConfig::default(),
            plugins: PluginsConfig::default(),
            plugin: BTreeMap::new(),
            remote_hub: None,
        }
    }
}

/// `[https]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HttpsConfig {
    /// Address and port; port 0 picks a free one.
    pub listen: SocketAddr,
    /// What `?wsdl` tells clients to call; empty derives it from `listen`.
    pub public_url: String,
    /// PEM file: the server's certificate, then its chain.
    pub certificate: PathBuf,
    /// PEM file: its private key.
    pub key: PathBuf,
}

impl Default for HttpsConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8443)),
            public_url: String::new(),
            certificate: PathBuf::from("pki/server.pem"),
            key: PathBuf::from("pki/server.key"),
        }
    }
}

/// `[trust]`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TrustConfig {
    /// What a caller's certificate must be.
    pub mode: TrustMode,
    /// PEM files with the authorities of mode `ca`.
    pub ca: Vec<PathBuf>,
    /// Revocation lists of these authorities, PEM or DER.
    pub crl: Vec<PathBuf>,
}

/// What a caller's certificate must be.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "the server handles each")]
pub enum TrustMode {
    /// Registered with a connection.
    #[default]
    Registered,
    /// Registered, and issued by a configured authority that has not revoked it.
    Ca,
}

/// `[store]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct StoreSection {
    /// Directory of the store.
    pub path: PathBuf,
    /// Whether every answer waits until its record is on disk.
    pub sync: bool,
    /// Share of the disk that deliveries leave free.
    pub disk_reserve_percent: u64,
    /// Bytes of the disk that deliveries leave free, if that is more.
    pub disk_reserve_bytes: u64,
    /// Memory for what was lately read.
    pub block_cache_bytes: u64,
    /// Memory for what was lately written.
    pub write_buffer_bytes: u64,
    /// Whether envelopes can be found by their certificates' numbers over QUIC.
    pub certificate_index: bool,
}

impl Default for StoreSection {
    fn default() -> Self {
        let config = StoreConfig::new("data");
        Self {
            path: config.path,
            sync: config.sync,
            disk_reserve_percent: config.disk_reserve_percent.into(),
            disk_reserve_bytes: config.disk_reserve_bytes,
            block_cache_bytes: config.block_cache_bytes as u64,
            write_buffer_bytes: config.write_buffer_bytes as u64,
            certificate_index: false,
        }
    }
}

/// `[admin]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AdminConfig {
    /// Directory of the admin socket, for its owner alone.
    pub socket_dir: PathBuf,
    /// Address of `/metrics`, `/healthz` and `/readyz`.
    pub listen: SocketAddr,
}

impl Default for AdminConfig {
    fn default() -> Self {
        Self { socket_dir: PathBuf::from("run"), listen: SocketAddr::from(([127, 0, 0, 1], 9464)) }
    }
}

/// A configuration and where it came from: its paths are relative to its file.
#[derive(Clone, Debug)]
pub struct LoadedConfig {
    file: PathBuf,
    config: HubConfig,
}

impl LoadedConfig {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// When the file cannot be read or says something that cannot be: the error names the line.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(file)
            .map_err(|source| ConfigError::Read { file: file.to_owned(), source })?;
        Self::parse(file, &text)
    }

    /// Checks a text as if it had been read from this file.
    ///
    /// # Errors
    /// As [`LoadedConfig::read`].
    pub fn parse(file: &Path, text: &str) -> Result<Self, ConfigError> {
        let config = toml::from_str(text).map_err(|error| syntax_error(file, text, &error))?;
        let wrong = |(section, key, reason): (&'static str, &'static str, String)| {
            let key =
                if section.is_empty() { key.to_owned() } else { format!("[{section}] {key}") };
            let line = line_of(text, section, key.rsplit(' ').next().unwrap_or_default());
            ConfigError::Value { file: file.to_owned(), line, key, reason }
        };
        range::check(&config).map_err(wrong)?;
        Ok(Self { file: file.to_owned(), config })
    }

    /// What the file says.
    #[must_use]
    pub const fn config(&self) -> &HubConfig {
        &self.config
    }

    /// What the file says, to be overridden by the command line.
    pub const fn config_mut(&mut self) -> &mut HubConfig {
        &mut self.config
    }

    /// The file itself.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Where the fast door listens, if it is to be open.
    #[must_use]
    pub fn quic(&self) -> Option<SocketAddr> {
        // Checked when it was read.
        self.config.quic.parse().ok()
    }

    /// A path of the configuration, from where the process stands.
    #[must_use]
    pub fn resolve(&self, path: &Path) -> PathBuf {
        self.file.with_file_name(path)
    }

    /// The limits that the exchange and the server keep.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.config.limits.to_limits()
    }

    /// What callers are held to.
    #[must_use]
    pub fn policy(&self) -> Policy {
        let FairUseConfig { requests_per_minute, bytes_per_minute, pending_per_recipient } =
            self.config.fair_use;
        let mut policy = Policy::default();
        policy.requests_per_minute = requests_per_minute;
        policy.bytes_per_minute = bytes_per_minute;
        policy.pending_per_recipient = pending_per_recipient;
        policy.replay_window = Duration::from_secs(self.config.delivery.replay_window_seconds);
        policy
    }

    /// What the statuses of countries' responses mean.
    #[must_use]
    pub fn decisions(&self) -> Decisions {
        self.config.responses.to_decisions()
    }

    /// The directory of the socket through which a running hub takes the operator's requests.
    #[must_use]
    pub fn socket_dir(&self) -> PathBuf {
        self.resolve(&self.config.admin.socket_dir)
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error(
        "cannot read the configuration file={}: make one with 'phytohub init DIR', or name it with --config FILE",
        file.display()
    )]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is no TOML, or has a key that does not exist, or a value of another type.
    #[error("{}, line {line}: {reason}{}", file.display(), near(key))]
    Syntax {
        /// The file.
        file: PathBuf,
        /// Line, from 1.
        line: usize,
        /// The key on that line, if there is one.
        key: String,
        /// What is wrong and what is allowed.
        reason: String,
    },
    /// A value is out of its range or contradicts another.
    #[error("{}{}: {key} {reason}", file.display(), at(*line))]
    Value {
        /// The file.
        file: PathBuf,
        /// Line, from 1, if the file says it at all.
        line: Option<usize>,
        /// Section and key.
        key: String,
        /// What is wrong and what is allowed.
        reason: String,
    },
}

fn near(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!(" near={key}") }
}

fn at(line: Option<usize>) -> String {
    line.map(|line| format!(", line {line}")).unwrap_or_default()
}

fn syntax_error(file: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let content = text.lines().nth(line - 1).unwrap_or_default();
    let key = content.split_once('=').map_or(content, |(key, _)| key).trim().to_owned();
    let reason = error.message().lines().collect::<Vec<_>>().join(", ");
    ConfigError::Syntax { file: file.to_owned(), line, key, reason }
}

/// The line on which a section says a key, if it does so in the ordinary way.
fn line_of(text: &str, section: &str, key: &str) -> Option<usize> {
    let mut current = "";
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[') {
            current = name.split(']').next().unwrap_or_default().trim();
        }
        let said = line.split_once('=').map(|(said, _)| said.trim());
        if current == section && said == Some(key) {
            return Some(number + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests;
