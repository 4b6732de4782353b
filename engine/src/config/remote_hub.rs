//! `[remote_hub]`: the hub elsewhere that `serve --role plugins` works with.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// `[remote_hub]`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RemoteHubConfig {
    /// Its QUIC door, as `quic://host:port`; `serve --hub` overrides it.
    pub address: String,
    /// PEM file with the authorities that its certificate is issued by; empty: those of this machine.
    pub authorities: PathBuf,
    /// SHA-256 of its key instead, whatever its certificate says.
    pub key: String,
    /// What it is shown, for each connection that it knows.
    pub connection: BTreeMap<String, RemoteConnectionConfig>,
}

/// `[remote_hub.connection.CODE]`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RemoteConnectionConfig {
    /// PEM file: the certificate that is registered with the connection, then its chain.
    pub certificate: PathBuf,
    /// PEM file: its private key.
    pub key: PathBuf,
}
