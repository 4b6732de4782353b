//! A plugin's code in memory.

use std::fmt;
use std::fs::File;
use std::mem::ManuallyDrop;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use phytohub_plugin_api::HubPluginEntry;
use semver::Version;
use thiserror::Error;

use crate::ffi::map::Mapping;
use crate::handshake::{HandshakeError, Introduction, shake};
use crate::manifest::{Abi, LibraryHash};
use crate::package::{VerifiedPackage, hash_of};
use crate::trust::LoadBy;

/// A plugin's library, mapped and found to be what its manifest says. It stays mapped for ever:
/// clones are cheap, and dropping the last one ends nothing.
#[derive(Clone)]
pub struct Library(Arc<Loaded>);

struct Loaded {
    id: String,
    version: Version,
    hash: LibraryHash,
    loaded_by: LoadBy,
    introduction: Introduction,
    mapping: Arc<Mapping>,
}

/// A verified package cannot be mapped.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MapError {
    /// Its file was changed after it was verified.
    #[error("plugin.so was changed while it was loaded: install it anew; path={}", path.display())]
    Changed {
        /// It.
        path: PathBuf,
    },
    /// Its library introduces itself wrongly.
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    /// Its file cannot be read again.
    #[error("cannot read plugin.so: correct that; path={}", path.display())]
    Io {
        /// It.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The system's loader refuses it.
    #[error(
        "the system does not load plugin.so: link what it lacks into it; where the system forbids \
         to run what is in memory set load_by = \"path\"; plugin={id} load_by={load_by}"
    )]
    Open {
        /// Its plugin.
        id: String,
        /// How it was tried.
        load_by: LoadBy,
        /// What the loader says.
        #[source]
        source: libloading::Error,
    },
    /// Another library was mapped from the same path: the system's loader would give that one.
    #[error(
        "another library was loaded from this path before: start the hub anew, or set load_by = \
         \"memfd\"; path={} expected={expected} found={found}",
        path.display()
    )]
    PathTaken {
        /// It.
        path: PathBuf,
        /// Hash of the one to be mapped.
        expected: LibraryHash,
        /// Hash of the one that is.
        found: LibraryHash,
    },
}

impl Library {
    /// Names the plugin.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The plugin's version.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.0.version
    }

    /// Compiler and commit, for people.
    #[must_use]
    pub fn build(&self) -> &str {
        &self.0.introduction.build
    }

    /// Version of the contract that it was built against.
    #[must_use]
    pub fn abi(&self) -> Abi {
        self.0.introduction.abi
    }

    /// Its `HUB_ENTRY_` flags, as it has them: also those that this build does not know.
    #[must_use]
    pub fn flags(&self) -> u64 {
        self.0.introduction.flags
    }

    /// Its hash.
    #[must_use]
    pub fn hash(&self) -> LibraryHash {
        self.0.hash
    }

    /// How it was mapped.
    #[must_use]
    pub fn loaded_by(&self) -> LoadBy {
        self.0.loaded_by
    }

    /// What it exports: at least all fields of version 1.0, with `create`.
    pub(crate) fn entry(&self) -> &'static HubPluginEntry {
        self.0.mapping.entry().expect("it was looked at before the library was given out")
    }
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Library");
        out.field("id", &self.0.id).field("version", &self.0.version);
        out.field("hash", &self.0.hash).field("loaded_by", &self.0.loaded_by);
        out.finish_non_exhaustive()
    }
}

/// A library that this process has mapped.
struct Known {
    hash: LibraryHash,
    load_by: LoadBy,
    path: PathBuf,
    mapping: Arc<Mapping>,
}

/// All of them. The lock is held while one is mapped: the system's loader works one by one anyway.
static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

impl VerifiedPackage {
    /// Maps the library and looks at what it exports. Mapping runs the library's constructors,
    /// which is why only what was signed and hashed comes here; of what the contract knows, nothing
    /// is called. The same library is mapped once in a process, and shared.
    ///
    /// # Errors
    /// If the system's loader refuses it, or its entry is not what the manifest says.
    pub fn map(self) -> Result<Library, MapError> {
        let (id, version) = (self.manifest().id().to_owned(), self.manifest().version().clone());
        let (hash, loaded_by) = (self.hash(), self.load_by());
        let (manifest, library, path) = self.into_parts();
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.iter().find(|k| k.hash == hash && k.load_by == loaded_by);
        let mapping = if let Some(before) = before {
            before.mapping.clone()
        } else {
            let taken = |k: &&Known| k.load_by == LoadBy::Path && k.path == path;
            if loaded_by == LoadBy::Path
                && let Some(taken) = known.iter().find(taken)
            {
                return Err(MapError::PathTaken { path, expected: hash, found: taken.hash });
            }
            let opened = match loaded_by {
                LoadBy::Memfd => by_memfd(library),
                LoadBy::Path => {
                    unchanged(&library, hash, &path)?;
                    Mapping::open(&path)
                }
            };
            let opened = opened.map_err(|source| MapError::Open {
                id: id.clone(),
                load_by: loaded_by,
                source,
            });
            let mapping = Arc::new(opened?);
            known.push(Known { hash, load_by: loaded_by, path, mapping: mapping.clone() });
            mapping
        };
        drop(known);
        let introduction = shake(&mapping, &manifest)?;
        Ok(Library(Arc::new(Loaded { id, version, hash, loaded_by, introduction, mapping })))
    }
}

/// Maps the sealed copy. The system's loader knows libraries by their paths, and the path has the
/// number of the descriptor in it: were the number used again, the loader would give this library
/// for the next one. So the descriptor stays open for ever once the library is mapped.
fn by_memfd(library: File) -> Result<Mapping, libloading::Error> {
    let path = PathBuf::from(format!("/proc/self/fd/{}", library.as_raw_fd()));
    let mapping = Mapping::open(&path);
    // Also where the loader mapped it and found no entry.
    if mapping.is_ok() || matches!(mapping, Err(libloading::Error::DlSym { .. })) {
        let _for_ever = ManuallyDrop::new(library);
    }
    mapping
}

/// Whether the file that was verified is still the one at its path, with the same bytes.
fn unchanged(library: &File, hash: LibraryHash, path: &Path) -> Result<(), MapError> {
    let io = |source| MapError::Io { path: path.to_owned(), source };
    let (one, other) = (library.metadata().map_err(io)?, path.symlink_metadata().map_err(io)?);
    let same = (one.dev(), one.ino()) == (other.dev(), other.ino());
    if !same || hash_of(library).map_err(io)? != hash {
        return Err(MapError::Changed { path: path.to_owned() });
    }
    Ok(())
}
