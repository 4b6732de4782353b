//! The keys with which a hub signs: PEM files beside its certificates, one for each purpose.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use phytohub_exchange::audit::AuditSettings;
use phytohub_exchange::signing::{SigningKey, VerifyingKey};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};
use thiserror::Error;

use crate::config::LoadedConfig;

/// What a key is for, its setting and its file as `init` makes it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the hub signs nothing else")]
pub enum Purpose {
    /// Heads of the audit.
    Audit,
    /// Receipts.
    Receipt,
}

impl Purpose {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Audit, Self::Receipt];

    /// What people call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Receipt => "receipt",
        }
    }

    /// Where its private half lies.
    #[must_use]
    pub fn file(self, loaded: &LoadedConfig) -> PathBuf {
        let config = &loaded.config().audit;
        loaded.resolve(match self {
            Self::Audit => &config.key,
            Self::Receipt => &config.receipt_key,
        })
    }
}

/// Where the public half of a private key lies: beside it, `.pub`.
#[must_use]
pub fn public_file(private: &Path) -> PathBuf {
    private.with_extension("pub")
}

/// What the exchange signs with. A key whose file does not exist is left out.
///
/// # Errors
/// When a file is there and holds no key.
pub fn settings(loaded: &LoadedConfig, keep: Duration) -> Result<AuditSettings, KeyError> {
    let config = &loaded.config().audit;
    let former = config.former_keys.iter().map(|file| read_public(&loaded.resolve(file)));
    Ok(AuditSettings {
        hub: hub_name(loaded),
        receipt_key: read_private(&Purpose::Receipt.file(loaded))?,
        audit_key: read_private(&Purpose::Audit.file(loaded))?,
        former_keys: former.collect::<Result<_, _>>()?,
        sink: (!config.sink.as_os_str().is_empty()).then(|| loaded.resolve(&config.sink)),
        keep,
    })
}

/// The hub's name: what is configured, else the host that clients call.
fn hub_name(loaded: &LoadedConfig) -> String {
    let config = loaded.config();
    if !config.audit.hub.is_empty() {
        return config.audit.hub.clone();
    }
    let url = config.https.public_url.strip_prefix("https://").unwrap_or_default();
    let authority = url.split('/').next().unwrap_or_default();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    if host.is_empty() { "localhost".to_owned() } else { host.to_owned() }
}

/// A private key; nothing if there is no such file.
///
/// # Errors
/// When the file holds no Ed25519 key, or others may read it.
pub fn read_private(file: &Path) -> Result<Option<SigningKey>, KeyError> {
    let bytes = match fs::read(file) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(KeyError::File { file: file.to_owned(), source }),
        Ok(bytes) => bytes,
    };
    let no_key = || KeyError::NoKey { file: file.to_owned() };
    let der = PrivatePkcs8KeyDer::from_pem_slice(&bytes).map_err(|_| no_key())?;
    Ok(Some(SigningKey::from_pkcs8(der.secret_pkcs8_der()).map_err(|_| no_key())?))
}

/// A public key in PEM.
///
/// # Errors
/// When the file cannot be read or holds no Ed25519 key.
pub fn read_public(file: &Path) -> Result<VerifyingKey, KeyError> {
    let bytes =
        fs::read(file).map_err(|source| KeyError::File { file: file.to_owned(), source })?;
    let no_key = || KeyError::NoKey { file: file.to_owned() };
    let der = SubjectPublicKeyInfoDer::from_pem_slice(&bytes).map_err(|_| no_key())?;
    VerifyingKey::from_spki(&der).map_err(|_| no_key())
}

/// Makes a key: the private half for its owner alone, the public half beside it.
///
/// # Errors
/// When either file exists or cannot be written.
pub fn make(private: &Path) -> Result<VerifyingKey, KeyError> {
    let no_key = || KeyError::NoKey { file: private.to_owned() };
    let der = SigningKey::generate().ok_or_else(no_key)?;
    let public = SigningKey::from_pkcs8(&der).map_err(|_| no_key())?.public();
    write(private, &pem("PRIVATE KEY", &der), 0o600)?;
    write(&public_file(private), &pem("PUBLIC KEY", &public.to_spki()), 0o644)?;
    Ok(public)
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut lines = String::new();
    for (place, letter) in text.chars().enumerate() {
        if place > 0 && place % PEM_COLUMNS == 0 {
            lines.push('\n');
        }
        lines.push(letter);
    }
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n")
}

fn write(file: &Path, text: &str, mode: u32) -> Result<(), KeyError> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(file);
    let written = opened.and_then(|mut opened| {
        opened.write_all(text.as_bytes())?;
        opened.sync_all()
    });
    written.map_err(|source| KeyError::File { file: file.to_owned(), source })
}

/// Lines of PEM, as RFC 7468 has them.
const PEM_COLUMNS: usize = 64;

/// Why a key cannot be used or made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("cannot use the key file={}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no Ed25519 key in it.
    #[error("there is no Ed25519 key in PEM in file={}", file.display())]
    NoKey {
        /// The file.
        file: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> String {
        let loaded = LoadedConfig::parse(Path::new("hub.toml"), text);
        hub_name(&loaded.expect("a configuration"))
    }

    #[test]
    fn a_key_made_is_read_back_and_never_overwritten() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("audit.key");
        let made = make(&file).expect("made");
        let read = read_private(&file).expect("readable").expect("there");
        assert_eq!((read.public(), read_public(&public_file(&file)).expect("a key")), (made, made));
        assert!(make(&file).is_err());
        assert!(read_private(&directory.path().join("none")).expect("no error").is_none());
        assert!(read_private(&public_file(&file)).is_err());
    }

    #[test]
    fn a_hub_is_named_as_clients_call_it() {
        assert_eq!(named(""), "localhost");
        let url = "[https]\npublic_url = \"https://hub.example:8443/hub/DeliveryService\"\n";
        assert_eq!(named(url), "hub.example");
        assert_eq!(named("[https]\npublic_url = \"https://[::1]:8443/x\"\n"), "[::1]");
        assert_eq!(named(&format!("{url}[audit]\nhub = \"hub-1\"\n")), "hub-1");
    }
}
