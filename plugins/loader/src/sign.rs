//! Keys that sign plugins, and signatures on manifests.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use thiserror::Error;

use crate::elf::{self, ElfError};
use crate::files::{Directory, FileError, Ownership};
use crate::manifest::{
    LIBRARY_BYTES_MAX, MANIFEST_BYTES_MAX, Manifest, ManifestDraft, ManifestError,
};
use crate::package::{LIBRARY_FILE, MANIFEST_FILE, SIGNATURE_FILE, hash_of};
use crate::trust::{PublicKey, Revocation, Trust, TrustedKey};

/// A private key with its public half (Ed25519).
pub struct KeyPair {
    pair: Ed25519KeyPair,
    der: Vec<u8>,
    public: PublicKey,
}

/// A key cannot be made, read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There is a file already.
    #[error("there is a file already, which is not overwritten: name another; path={}", path.display())]
    Exists {
        /// It.
        path: PathBuf,
    },
    /// Its file cannot be read or written.
    #[error("cannot read or write the key: correct that; path={}", path.display())]
    Io {
        /// It.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is no key.
    #[error(
        "this is no private key: name one that keygen made; expected=Ed25519 in PKCS#8 as PEM \
         path={}", path.display()
    )]
    NotAKey {
        /// It.
        path: PathBuf,
    },
    /// Others can read it.
    #[error(
        "others can read the private key: take that right away with chmod 600, and make a new key \
         if somebody did; path={} mode={mode:04o}", path.display()
    )]
    Readable {
        /// It.
        path: PathBuf,
        /// Its rights.
        mode: u32,
    },
    /// The machine gives no randomness.
    #[error("the machine gives no randomness: try again later")]
    NoRandomness,
}

/// A package cannot be signed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SignError {
    /// Its library is no library of this machine, or exports no entry.
    #[error(transparent)]
    Elf(#[from] ElfError),
    /// A file of it cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file of it cannot be written.
    #[error("cannot write it: correct that; path={}", path.display())]
    Io {
        /// It.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What its author wrote in the manifest is refused.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

/// A signature on a manifest: a line with the key and the signature in Base64, a blank between.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Signature {
    key: PublicKey,
    bytes: [u8; 64],
}

/// A signature cannot be believed.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[non_exhaustive]
pub enum SignatureError {
    /// It is not written as one.
    #[error(
        "plugin.toml.sig is no signature: sign the package anew; expected=ed25519:KEY SIGNATURE, \
         both in Base64"
    )]
    NotASignature,
    /// Its key is believed no longer.
    #[error("the key that signed the plugin is revoked: have it signed with another; key={key}")]
    Revoked {
        /// It.
        key: PublicKey,
    },
    /// Nobody said that its key is to be believed.
    #[error(
        "the key that signed the plugin is not trusted: add it to the trusted keys, if its owner \
         is meant; key={key} trusted={trusted}"
    )]
    Untrusted {
        /// It.
        key: PublicKey,
        /// How many keys are.
        trusted: usize,
    },
    /// It is on something else.
    #[error(
        "plugin.toml is not what was signed: install the package anew, or sign it after each \
         change; key={key}"
    )]
    Wrong {
        /// The key that it is said to be by.
        key: PublicKey,
    },
}

/// Makes a new key.
///
/// # Errors
/// If the machine gives no randomness.
pub fn keygen() -> Result<KeyPair, KeyError> {
    let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::NoRandomness)?;
    let der = pair.to_pkcs8v1().map_err(|_| KeyError::NoRandomness)?.as_ref().to_vec();
    KeyPair::new(der).ok_or(KeyError::NoRandomness)
}

impl KeyPair {
    fn new(der: Vec<u8>) -> Option<Self> {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).ok()?;
        let public = PublicKey::new(pair.public_key().as_ref().try_into().ok()?);
        Some(Self { pair, der, public })
    }

    /// The public half, which an operator trusts.
    #[must_use]
    pub const fn public(&self) -> PublicKey {
        self.public
    }

    /// Writes it to a new file that its owner alone may read, as PEM.
    ///
    /// # Errors
    /// If there is one already, or it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), KeyError> {
        let fail = |source: io::Error| {
            let path = path.to_owned();
            match source.kind() {
                io::ErrorKind::AlreadyExists => KeyError::Exists { path },
                _ => KeyError::Io { path, source },
            }
        };
        let open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let mut file = open.map_err(fail)?;
        let text = format!("{PEM_BEGIN}\n{}\n{PEM_END}\n", BASE64.encode(&self.der));
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(fail)
    }

    /// Reads it from a file that nobody but its owner may read.
    ///
    /// # Errors
    /// If others may, or it is none.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let fail = |source| KeyError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(fail)?;
        let mode = file.metadata().map_err(fail)?.mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Readable { path: path.to_owned(), mode });
        }
        let mut text = Vec::new();
        file.take(KEY_BYTES_MAX).read_to_end(&mut text).map_err(fail)?;
        let key = String::from_utf8(text).ok().and_then(|text| {
            let (_, rest) = text.split_once(PEM_BEGIN)?;
            let (body, _) = rest.split_once(PEM_END)?;
            let body: String = body.split_ascii_whitespace().collect();
            Self::new(BASE64.decode(body).ok()?)
        });
        key.ok_or_else(|| KeyError::NotAKey { path: path.to_owned() })
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("public", &self.public).finish_non_exhaustive()
    }
}

impl Signature {
    /// Signs a manifest.
    #[must_use]
    pub fn new(manifest: &[u8], key: &KeyPair) -> Self {
        let made = key.pair.sign(&message(manifest));
        let bytes = made.as_ref().try_into().expect("an Ed25519 signature has 64 bytes");
        Self { key: key.public, bytes }
    }

    /// Reads a `plugin.toml.sig`.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(text: &[u8]) -> Result<Self, SignatureError> {
        let read = || {
            let text = str::from_utf8(text).ok()?.trim_ascii_end();
            let (key, signature) = text.split_once(' ')?;
            let bytes = BASE64.decode(signature).ok()?.try_into().ok()?;
            Some(Self { key: key.parse().ok()?, bytes })
        };
        read().ok_or(SignatureError::NotASignature)
    }

    /// Whether it is on this manifest, by a key that is trusted: which.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check<'a>(
        &self,
        manifest: &[u8],
        trust: &'a Trust,
    ) -> Result<&'a TrustedKey, SignatureError> {
        let key = self.key;
        if trust.revokes(Revocation::Key(key)) {
            return Err(SignatureError::Revoked { key });
        }
        let trusted = trust.key(key);
        let trusted =
            trusted.ok_or(SignatureError::Untrusted { key, trusted: trust.keys.len() })?;
        if key.verifies(&message(manifest), &self.bytes) {
            Ok(trusted)
        } else {
            Err(SignatureError::Wrong { key })
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key, BASE64.encode(self.bytes))
    }
}

/// What is signed: a line that says what it is, so that no signature is one of something else, and
/// the bytes of the manifest.
fn message(manifest: &[u8]) -> Vec<u8> {
    [SIGNED_MARK, manifest].concat()
}

/// Writes the manifest of the `plugin.so` in this directory, with its hash and size.
///
/// # Errors
/// If the draft or the library is refused, or it cannot be written.
pub fn write_manifest(draft: &ManifestDraft, directory: &Path) -> Result<Manifest, SignError> {
    let manifest = complete(draft.clone(), &open(directory)?)?;
    replace(directory, MANIFEST_FILE, manifest.to_toml().as_bytes())?;
    Ok(manifest)
}

/// Signs the package in this directory. Its manifest may lack the library's hash and size, or have
/// those of an older one: then it is written anew first, with those that its library has.
///
/// # Errors
/// If the manifest or the library is refused, or a file cannot be written.
pub fn sign(directory: &Path, key: &KeyPair) -> Result<Manifest, SignError> {
    let opened = open(directory)?;
    let before = opened.read(MANIFEST_FILE, MANIFEST_BYTES_MAX)?;
    let manifest = complete(ManifestDraft::parse(&before)?, &opened)?;
    // As it is, where it is right: its author's comments are worth keeping.
    let bytes = if Manifest::parse(&before).is_ok_and(|before| before == manifest) {
        before
    } else {
        let bytes = manifest.to_toml().into_bytes();
        replace(directory, MANIFEST_FILE, &bytes)?;
        bytes
    };
    let line = format!("{}\n", Signature::new(&bytes, key));
    replace(directory, SIGNATURE_FILE, line.as_bytes())?;
    Ok(manifest)
}

fn open(directory: &Path) -> Result<Directory, FileError> {
    Directory::open(directory, Ownership::Anyone)
}

fn complete(draft: ManifestDraft, directory: &Directory) -> Result<Manifest, SignError> {
    let (library, size) = directory.file(LIBRARY_FILE, LIBRARY_BYTES_MAX)?;
    let path = || directory.path().join(LIBRARY_FILE);
    let hash = hash_of(&library).map_err(|source| SignError::Io { path: path(), source })?;
    elf::check(&library)?;
    Ok(Manifest::new(draft, hash, size)?)
}

/// Writes a file so that whoever reads finds the old or the new one, whole.
fn replace(directory: &Path, name: &str, bytes: &[u8]) -> Result<(), SignError> {
    let path = directory.join(name);
    let beside = directory.join(format!(".{name}.new"));
    let write = || {
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, &path)
    };
    write().map_err(|source| SignError::Io { path, source })
}

const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";
const SIGNED_MARK: &[u8] = b"phytohub plugin manifest 1\n";
/// Bytes of the largest file of a key that is read: twenty times those of one.
const KEY_BYTES_MAX: u64 = 4 << 10;
