//! `[web]`: the door of people's browsers, for pages of plugins.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use phytohub_server::WebSettings;
use serde::{Deserialize, Serialize};

/// `[web]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct WebConfig {
    /// Whether the door is opened.
    pub enabled: bool,
    /// Address and port; port 0 picks a free one.
    pub listen: SocketAddr,
    /// What browsers call; empty derives it from `listen`.
    pub public_url: String,
    /// PEM file: the certificate, then its chain. Empty: plain HTTP, on loopback alone.
    pub certificate: PathBuf,
    /// PEM file: its private key.
    pub key: PathBuf,
    /// Proxies whose word about the browser is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Between two parts of a request or answer.
    pub idle_seconds: u64,
}

impl Default for WebConfig {
    fn default() -> Self {
        Self {
            enabled: false,
            listen: SocketAddr::from(([127, 0, 0, 1], 8480)),
            public_url: String::new(),
            certificate: PathBuf::new(),
            key: PathBuf::new(),
            trusted_proxies: Vec::new(),
            idle_seconds: 30,
        }
    }
}

impl WebConfig {
    /// As the server takes it.
    #[must_use]
    pub fn to_settings(&self) -> WebSettings {
        let mut settings = WebSettings::default();
        settings.public_url = self.public_url.parse().ok().filter(|_| !self.public_url.is_empty());
        settings.trusted_proxies.clone_from(&self.trusted_proxies);
        settings.idle_time = Duration::from_secs(self.idle_seconds);
        settings
    }
}
