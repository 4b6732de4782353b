//! A package: a directory with `plugin.toml`, `plugin.toml.sig` and `plugin.so`.
//!
//! The signature covers the manifest, and the manifest holds the library's hash. Nothing is mapped,
//! and the manifest is not even read, before a trusted key is known to have signed it. The library
//! is copied into memory that is sealed, hashed there, and later mapped from there: what runs is
//! what was hashed, whatever becomes of the file.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use rustix::io::Errno;
use semver::Version;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::elf;
use crate::files::{Directory, Ownership};

pub use crate::elf::{ElfError, Inspection, inspect};
pub use crate::files::FileError;
pub use crate::handshake::HandshakeError;
pub use crate::install::{InstallError, Installed, install, package_directory};
pub use crate::library::{Library, MapError};
pub use crate::manifest::*;
pub use crate::sign::{
    KeyError, KeyPair, SignError, Signature, SignatureError, keygen, sign, write_manifest,
};
pub use crate::trust::*;

/// A package that may be believed, and whose library is at hand.
#[derive(Debug)]
pub struct VerifiedPackage {
    manifest: Manifest,
    signer: TrustedKey,
    directory: PathBuf,
    /// The sealed copy, or the file itself where it is to be loaded by path.
    library: File,
    load_by: LoadBy,
    pub(crate) manifest_bytes: Vec<u8>,
    pub(crate) signature_bytes: Vec<u8>,
}

/// A package may not be believed, or cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// It was built against another contract.
    #[error(
        "the plugin was built for another contract: build it against this hub's header; \
         expected={}.x found={found}", Abi::HUB.major
    )]
    Abi {
        /// The contract that it was built against.
        found: Abi,
    },
    /// Its library cannot be copied to memory.
    #[error(
        "cannot copy plugin.so to memory: make room; where the system forbids to run what is in \
         memory set load_by = \"path\""
    )]
    Copy(#[source] io::Error),
    /// Its library is no library of this machine.
    #[error(transparent)]
    Elf(#[from] ElfError),
    /// A file of it cannot be read, or is not where and whose it should be.
    #[error(transparent)]
    File(#[from] FileError),
    /// It needs more than its signer may have granted.
    #[error(
        "the key may not sign plugins that need this: add it to the key's grants, if that is \
         meant; plugin={id} extension={extension} key={key} grants={grants:?}"
    )]
    Grant {
        /// Its plugin.
        id: String,
        /// What it needs.
        extension: String,
        /// Its signer.
        key: PublicKey,
        /// What that may have granted.
        grants: Vec<String>,
    },
    /// Its library is not the one that was signed.
    #[error(
        "plugin.so is not the one that was signed: install the package anew; expected=sha256:\
         {expected} found=sha256:{found}"
    )]
    Hash {
        /// The manifest's.
        expected: LibraryHash,
        /// The library's.
        found: LibraryHash,
    },
    /// Its manifest cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// It is another one than the one whose place it lies in.
    #[error(
        "the package is not the one that its directory is named after: install it anew; \
         expected={expected} found={found}"
    )]
    Place {
        /// Id and version that the directory is named after.
        expected: String,
        /// Id and version in the manifest.
        found: String,
    },
    /// Its library is believed no longer.
    #[error("plugin.so is revoked: install another version; plugin={id} {what}")]
    Revoked {
        /// Its plugin.
        id: String,
        /// What was revoked.
        what: Revocation,
    },
    /// Its signature is not one, or not of a trusted key.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// Its signer may not sign this plugin.
    #[error(
        "the key may not sign this plugin: add the plugin to the key's, if that is meant; \
         plugin={id} key={key} plugins={plugins:?}"
    )]
    Signer {
        /// Its plugin.
        id: String,
        /// Its signer.
        key: PublicKey,
        /// The plugins that it may sign.
        plugins: Vec<String>,
    },
    /// Its library has not as many bytes as the one that was signed.
    #[error(
        "plugin.so is not the one that was signed: install the package anew; expected={expected} \
         bytes found={found} bytes"
    )]
    Size {
        /// The manifest's.
        expected: u64,
        /// The library's.
        found: u64,
    },
    /// It was built for another machine or system.
    #[error(
        "the plugin was built for another target: build it for this one; expected={HOST_TARGET} \
         found={found}"
    )]
    Target {
        /// The target that it was built for.
        found: String,
    },
}

/// Reads a package that is installed and checks all that can be checked without running it: whose
/// its files are, the signature, the target, the contract, the library's hash.
///
/// # Errors
/// The first thing that is wrong: what was expected, what was found, what to do.
pub fn verify(directory: &Path, trust: &Trust) -> Result<VerifiedPackage, VerifyError> {
    let ownership = if trust.dev { Ownership::Caller } else { Ownership::Root };
    verify_as(directory, trust, ownership)
}

/// As [`verify`], of a package that is not installed yet: whoever may own its files, since an
/// installation copies what was verified.
///
/// # Errors
/// As [`verify`].
pub fn verify_source(directory: &Path, trust: &Trust) -> Result<VerifiedPackage, VerifyError> {
    verify_as(directory, trust, Ownership::Anyone)
}

/// As [`verify`], of the package that is installed under this id and version, which it must have:
/// so that no older package can be put in the place of a newer one.
///
/// # Errors
/// As [`verify`].
pub fn verify_installed(
    plugin_dir: &Path,
    id: &str,
    version: &Version,
    trust: &Trust,
) -> Result<VerifiedPackage, VerifyError> {
    let package = verify(&package_directory(plugin_dir, id, version), trust)?;
    if package.manifest.id() != id || package.manifest.version() != version {
        let found = format!("{} {}", package.manifest.id(), package.manifest.version());
        return Err(VerifyError::Place { expected: format!("{id} {version}"), found });
    }
    Ok(package)
}

pub(crate) fn verify_as(
    directory: &Path,
    trust: &Trust,
    ownership: Ownership,
) -> Result<VerifiedPackage, VerifyError> {
    let directory = Directory::open(directory, ownership)?;
    let manifest_bytes = directory.read(MANIFEST_FILE, MANIFEST_BYTES_MAX)?;
    let signature_bytes = directory.read(SIGNATURE_FILE, SIGNATURE_BYTES_MAX)?;
    let signer = Signature::parse(&signature_bytes)?.check(&manifest_bytes, trust)?.clone();
    let manifest = Manifest::parse(&manifest_bytes)?;
    may_sign(&signer, &manifest)?;
    if manifest.target() != HOST_TARGET {
        return Err(VerifyError::Target { found: manifest.target().to_owned() });
    }
    if manifest.abi().major != Abi::HUB.major {
        return Err(VerifyError::Abi { found: manifest.abi() });
    }
    let (file, size) = directory.file(LIBRARY_FILE, LIBRARY_BYTES_MAX)?;
    if size != manifest.size() {
        return Err(VerifyError::Size { expected: manifest.size(), found: size });
    }
    let library = match trust.load_by {
        LoadBy::Memfd => sealed(&file, size).map_err(VerifyError::Copy)?,
        LoadBy::Path => file,
    };
    let path = directory.path().join(LIBRARY_FILE);
    let found = hash_of(&library).map_err(|source| FileError::Io { path, source })?;
    if found != manifest.sha256() {
        return Err(VerifyError::Hash { expected: manifest.sha256(), found });
    }
    let what = Revocation::Library(found);
    if trust.revokes(what) {
        return Err(VerifyError::Revoked { id: manifest.id().to_owned(), what });
    }
    elf::check(&library)?;
    let (directory, load_by) = (directory.path().to_owned(), trust.load_by);
    Ok(VerifiedPackage {
        manifest,
        signer,
        directory,
        library,
        load_by,
        manifest_bytes,
        signature_bytes,
    })
}

fn may_sign(signer: &TrustedKey, manifest: &Manifest) -> Result<(), VerifyError> {
    let (id, key) = (manifest.id().to_owned(), signer.key);
    if !signer.may_sign(&id) {
        return Err(VerifyError::Signer { id, key, plugins: signer.plugins.clone() });
    }
    match manifest.requires().iter().find(|extension| !signer.may_grant(extension)) {
        None => Ok(()),
        Some(extension) => {
            let (extension, grants) = (extension.clone(), signer.grants.clone());
            Err(VerifyError::Grant { id, extension, key, grants })
        }
    }
}

impl VerifiedPackage {
    /// Its manifest.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Who signed it. What it may be granted at most is asked of this.
    #[must_use]
    pub const fn signer(&self) -> &TrustedKey {
        &self.signer
    }

    /// Hash of its library.
    #[must_use]
    pub const fn hash(&self) -> LibraryHash {
        self.manifest.sha256()
    }

    /// Where it lies.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// How its library will be mapped.
    #[must_use]
    pub const fn load_by(&self) -> LoadBy {
        self.load_by
    }

    /// What its library exports, needs and is linked with, read without mapping it.
    ///
    /// # Errors
    /// If the library is not built as one is.
    pub fn inspect(&self) -> Result<Inspection, ElfError> {
        elf::inspect_file(&self.library)
    }

    pub(crate) const fn library(&self) -> &File {
        &self.library
    }

    /// The manifest, the library, and the path of the library's file.
    pub(crate) fn into_parts(self) -> (Manifest, File, PathBuf) {
        (self.manifest, self.library, self.directory.join(LIBRARY_FILE))
    }
}

/// Copies a file of this size into memory that nobody can change any more.
fn sealed(file: &File, size: u64) -> io::Result<File> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let made = match memfd_create(MEMORY_NAME, flags | MemfdFlags::EXEC) {
        // Kernels before 6.3 do not know the flag; what they make is executable anyway.
        Err(Errno::INVAL) => memfd_create(MEMORY_NAME, flags),
        made => made,
    };
    let mut copy = File::from(made?);
    // One more, so that a file that grew does not have the hash of what it was.
    let copied = io::copy(&mut file.take(size.saturating_add(1)), &mut copy)?;
    if copied != size {
        return Err(io::Error::other("plugin.so changed while it was read"));
    }
    copy.flush()?;
    fcntl_add_seals(
        &copy,
        SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL,
    )?;
    Ok(copy)
}

/// SHA-256 of all of a file, wherever it was read before.
pub(crate) fn hash_of(file: &File) -> io::Result<LibraryHash> {
    let (mut hasher, mut buffer, mut offset) = (Sha256::new(), vec![0; 64 << 10], 0);
    loop {
        let read = file.read_at(&mut buffer, offset)?;
        if read == 0 {
            return Ok(LibraryHash(hasher.finalize().into()));
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
        offset = offset.saturating_add(read as u64);
    }
}

/// A package's manifest.
pub const MANIFEST_FILE: &str = "plugin.toml";
/// The signature on it.
pub const SIGNATURE_FILE: &str = "plugin.toml.sig";
/// A package's library.
pub const LIBRARY_FILE: &str = "plugin.so";
/// Bytes of the longest signature: a key, a signature, both in Base64, and room.
const SIGNATURE_BYTES_MAX: u64 = 512;
/// What maps of memory call the copy.
const MEMORY_NAME: &str = "phytohub-plugin";
