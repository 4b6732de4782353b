//! How the hub elsewhere is called, by what the configuration names.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use phytohub_client::{AddressPolicy, Identity, QuicAddress, QuicClient, QuicConfig, ServerTrust};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use sha2::{Digest as _, Sha256};

use super::RemoteError;
use super::journal::NAME;
use crate::config::{LoadedConfig, RemoteHubConfig};

/// How the hub elsewhere is called, for each connection.
#[derive(Debug)]
pub struct Lines(pub(super) BTreeMap<String, Way>);

/// How the hub is called by one connection.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) client: QuicClient,
    /// Where the hub is.
    pub(super) address: String,
    /// Hash of all that it was made of.
    made_of: [u8; 32],
}

impl Way {
    /// Whether both show the same to the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.made_of == other.made_of
    }
}

impl Lines {
    /// Reads the certificates. Connects to nobody yet.
    ///
    /// # Errors
    /// When the configuration cannot be followed.
    pub fn read(loaded: &LoadedConfig, address: &QuicAddress) -> Result<Self, RemoteError> {
        let said = loaded.config().remote_hub.clone().unwrap_or_default();
        if said.connection.is_empty() {
            return Err(RemoteError::NoConnection { file: loaded.file().to_owned() });
        }
        if loaded.config().plugin.contains_key(NAME) {
            return Err(RemoteError::Name);
        }
        let (trust, trusted) = trust(loaded, &said)?;
        let mut ways = BTreeMap::new();
        for (code, files) in &said.connection {
            let certificate = loaded.resolve(&files.certificate);
            let (chain, key) = (read(&certificate)?, read(&loaded.resolve(&files.key))?);
            let identity = Identity::from_pem(&chain, &key)
                .map_err(|source| RemoteError::Identity { code: code.clone(), source })?;
            let mut config = QuicConfig::new(address.clone(), trust.clone(), identity);
            // The operator of this process says where the hub is.
            config.addresses = AddressPolicy::any();
            (config.times.connect, config.times.call) = (CONNECT, CALL);
            config.idle = IDLE;
            let client = QuicClient::new(config)
                .map_err(|source| RemoteError::SetUp { code: code.clone(), source })?;
            let address = address.to_string();
            let made_of = hash(&[address.as_bytes(), &trusted, &chain, &key]);
            ways.insert(code.clone(), Way { client, address, made_of });
        }
        Ok(Self(ways))
    }
}

/// How the hub is known, and what that was read from.
fn trust(
    loaded: &LoadedConfig,
    said: &RemoteHubConfig,
) -> Result<(ServerTrust, Vec<u8>), RemoteError> {
    if !said.key.is_empty() {
        return Ok((ServerTrust::Key(said.key.parse()?), said.key.clone().into_bytes()));
    }
    if said.authorities.as_os_str().is_empty() {
        return Ok((ServerTrust::Public, Vec::new()));
    }
    let file = loaded.resolve(&said.authorities);
    let wrong = |source| RemoteError::Authorities { file: file.clone(), source };
    let text = read(&file)?;
    let all = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
    Ok((ServerTrust::Authorities(all.map_err(wrong)?), text))
}

fn read(file: &Path) -> Result<Vec<u8>, RemoteError> {
    fs::read(file).map_err(|source| RemoteError::File { file: file.to_owned(), source })
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// A hub that answers does so in a few round trips.
const CONNECT: Duration = Duration::from_secs(5);
/// A plugin's thread waits no longer; what it hands in it hands in again.
const CALL: Duration = Duration::from_secs(15);
/// A hub that ended without a word is missed after this time.
const IDLE: Duration = Duration::from_secs(10);
