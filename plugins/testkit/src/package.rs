//! Packages made on the spot of what an author just built.

use std::fs;
use std::path::{Path, PathBuf};

use phytohub_plugin_loader::package::{
    KeyError, KeyPair, LIBRARY_FILE, Library, LoadBy, MANIFEST_FILE, ManifestDraft, ManifestError,
    MapError, SignError, Trust, TrustedKey, VerifyError, keygen, sign, verify, write_manifest,
};
use thiserror::Error;

use crate::ffi;

/// A package cannot be made, or not be loaded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PackError {
    /// The instance was not made.
    #[error("create answered {0}")]
    Create(phytohub_plugin_loader::instance::CallFailure),
    /// A file cannot be read or written.
    #[error("cannot read or write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No key could be made.
    #[error("no key can be made")]
    Key(#[from] KeyError),
    /// The library says nothing about itself.
    #[error("cannot read id and version of {}: {reason}", path.display())]
    Entry {
        /// The library.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Its manifest is refused.
    #[error("its manifest is refused: {0}")]
    Manifest(#[from] ManifestError),
    /// It was refused when it was mapped.
    #[error("refused while it was mapped: {0}")]
    Map(#[from] MapError),
    /// It cannot be signed.
    #[error("it cannot be signed: {0}")]
    Sign(#[from] SignError),
    /// It was refused before it was mapped.
    #[error("refused before it was mapped: {0}")]
    Verify(#[from] VerifyError),
}

/// A package in a directory of its own, signed with a throw-away key, gone when dropped.
#[derive(Debug)]
pub struct Package {
    directory: tempfile::TempDir,
    key: KeyPair,
}

impl Package {
    /// Makes one of a library, or of a directory with `plugin.toml` and `plugin.so`. The manifest of
    /// a library is looked for in the directories above it; without one, it says what the
    /// library's entry says, which runs the library's constructors.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is refused.
    pub fn of(path: &Path) -> Result<Self, PackError> {
        if path.is_dir() {
            let draft = read_draft(&path.join(MANIFEST_FILE))?;
            return Self::new(&path.join(LIBRARY_FILE), &draft);
        }
        let draft = match beside(path) {
            Some((_, draft)) => draft,
            None => draft_of_entry(path)?,
        };
        Self::new(path, &draft)
    }

    /// Makes one of a library and a manifest.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is refused.
    pub fn new(library: &Path, draft: &ManifestDraft) -> Result<Self, PackError> {
        let directory = tempfile::tempdir().map_err(io(library))?;
        fs::copy(library, directory.path().join(LIBRARY_FILE)).map_err(io(library))?;
        let key = keygen()?;
        write_manifest(draft, directory.path())?;
        sign(directory.path(), &key)?;
        Ok(Self { directory, key })
    }

    /// Where it is.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// What its manifest says.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn draft(&self) -> Result<ManifestDraft, PackError> {
        read_draft(&self.directory().join(MANIFEST_FILE))
    }

    /// The key that signed it.
    #[must_use]
    pub const fn key(&self) -> &KeyPair {
        &self.key
    }

    /// Trust in the throw-away key.
    #[must_use]
    pub fn trust(&self) -> Trust {
        Trust {
            keys: vec![TrustedKey::unlimited(self.key.public())],
            revoked: Vec::new(),
            dev: true,
            load_by: LoadBy::Memfd,
        }
    }

    /// Verifies and maps it, as the hub does.
    ///
    /// # Errors
    ///
    /// If it is refused.
    pub fn load(&self) -> Result<Library, PackError> {
        Ok(verify(self.directory(), &self.trust())?.map()?)
    }
}

/// What a library's entry says: the manifest of one that has none.
///
/// # Errors
///
/// If it cannot be mapped, or has no entry.
pub fn draft_of_entry(library: &Path) -> Result<ManifestDraft, PackError> {
    let failed = |reason| PackError::Entry { path: library.to_owned(), reason };
    let raw = ffi::raw::RawLibrary::open(library).map_err(failed)?;
    let (id, version) = raw.introduction().map_err(failed)?;
    let mut draft = ManifestDraft::new(id, version);
    draft.abi = raw.abi();
    Ok(draft)
}

fn read_draft(path: &Path) -> Result<ManifestDraft, PackError> {
    Ok(ManifestDraft::parse(&fs::read(path).map_err(io(path))?)?)
}

/// Where the manifest of a package or a library lies, and what else its author has beside it.
#[must_use]
pub fn author_directory(path: &Path) -> Option<PathBuf> {
    if path.is_dir() { Some(path.to_owned()) } else { beside(path).map(|(directory, _)| directory) }
}

/// The manifest of the crate in whose `target` directory the library lies, and where it is.
fn beside(library: &Path) -> Option<(PathBuf, ManifestDraft)> {
    let stem = library.file_stem()?.to_str()?.trim_start_matches("lib").replace('_', "-");
    library.ancestors().skip(1).take(4).find_map(|directory| {
        let draft = read_draft(&directory.join(MANIFEST_FILE)).ok()?;
        let its_own = draft.id == stem || directory.join(LIBRARY_FILE) == library;
        its_own.then(|| (directory.to_owned(), draft))
    })
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> PackError + '_ {
    |source| PackError::Io { path: path.to_owned(), source }
}
