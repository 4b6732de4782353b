//! Puts a package where the hub looks for it.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use semver::Version;
use thiserror::Error;

use crate::files::{Directory, FileError, Ownership};
use crate::manifest::LibraryHash;
use crate::package::{
    LIBRARY_FILE, MANIFEST_FILE, SIGNATURE_FILE, VerifiedPackage, VerifyError, verify,
    verify_source,
};
use crate::trust::Trust;

/// A package is in its place.
#[derive(Debug)]
#[non_exhaustive]
pub struct Installed {
    /// It, verified where it lies.
    pub package: VerifiedPackage,
    /// Whether it was put there now; else it was there.
    pub fresh: bool,
}

/// A package cannot be installed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InstallError {
    /// This version is installed, with another library or manifest.
    #[error(
        "this version is installed with another library or manifest: give the new one another \
         version; path={} installed=sha256:{installed} new=sha256:{new}", directory.display()
    )]
    Conflict {
        /// Where it is.
        directory: PathBuf,
        /// The library that is there.
        installed: LibraryHash,
        /// The library that was to be installed.
        new: LibraryHash,
    },
    /// The directory of plugins may not be believed.
    #[error(transparent)]
    File(#[from] FileError),
    /// What is installed under this version may not be believed.
    #[error("what is installed may not be believed: remove it; path={}", directory.display())]
    Installed {
        /// Where it is.
        directory: PathBuf,
        /// Why.
        #[source]
        source: Box<VerifyError>,
    },
    /// It cannot be written.
    #[error("cannot write it: correct that; path={}", path.display())]
    Io {
        /// It.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The package may not be believed.
    #[error(transparent)]
    Source(Box<VerifyError>),
}

/// Where a version of a plugin lies: `<plugin_dir>/<id>/<version>`.
#[must_use]
pub fn package_directory(plugin_dir: &Path, id: &str, version: &Version) -> PathBuf {
    plugin_dir.join(id).join(version.to_string())
}

/// Verifies a package and copies it to its place in the directory of plugins, as a whole or not at
/// all. A package that is there already stays as it is.
///
/// # Errors
/// If it may not be believed, another one is there under its version, or it cannot be written.
pub fn install(source: &Path, plugin_dir: &Path, trust: &Trust) -> Result<Installed, InstallError> {
    let package =
        verify_source(source, trust).map_err(|error| InstallError::Source(Box::new(error)))?;
    let ownership = if trust.dev { Ownership::Caller } else { Ownership::Root };
    Directory::open(plugin_dir, ownership)?;
    let place =
        package_directory(plugin_dir, package.manifest().id(), package.manifest().version());
    if place.symlink_metadata().is_ok() {
        return installed(place, &package, trust, false);
    }
    let of_plugin = plugin_dir.join(package.manifest().id());
    match fs::DirBuilder::new().mode(DIRECTORY_MODE).create(&of_plugin) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(InstallError::Io { path: of_plugin, source: error });
        }
        Err(_) => {}
        // Whatever the caller's mask was.
        Ok(()) => {
            let mode = fs::set_permissions(&of_plugin, Permissions::from_mode(DIRECTORY_MODE));
            mode.map_err(|source| InstallError::Io { path: of_plugin.clone(), source })?;
        }
    }
    Directory::open(&of_plugin, ownership)?;
    match put(&of_plugin, &place, &package) {
        // Somebody else was quicker.
        Err(_) if place.symlink_metadata().is_ok() => installed(place, &package, trust, false),
        Err(source) => Err(InstallError::Io { path: place, source }),
        Ok(()) => installed(place, &package, trust, true),
    }
}

/// Verifies what is in the package's place, which must be the package.
fn installed(
    directory: PathBuf,
    package: &VerifiedPackage,
    trust: &Trust,
    fresh: bool,
) -> Result<Installed, InstallError> {
    let there = verify(&directory, trust).map_err(|source| InstallError::Installed {
        directory: directory.clone(),
        source: Box::new(source),
    })?;
    // Everything but the signature: another trusted key may have signed the same.
    if there.manifest() != package.manifest() {
        let (installed, new) = (there.hash(), package.hash());
        return Err(InstallError::Conflict { directory, installed, new });
    }
    Ok(Installed { package: there, fresh })
}

/// Writes the package beside its place and moves it there.
fn put(of_plugin: &Path, place: &Path, package: &VerifiedPackage) -> io::Result<()> {
    let incoming = tempfile::Builder::new().prefix(".incoming-").tempdir_in(of_plugin)?;
    write(incoming.path(), MANIFEST_FILE, &mut package.manifest_bytes.as_slice())?;
    write(incoming.path(), SIGNATURE_FILE, &mut package.signature_bytes.as_slice())?;
    // From the copy that was hashed; by the descriptor's own offset, which hashing left alone.
    let mut library = package.library();
    io::Seek::rewind(&mut library)?;
    write(incoming.path(), LIBRARY_FILE, &mut library)?;
    fs::set_permissions(incoming.path(), Permissions::from_mode(DIRECTORY_MODE))?;
    File::open(incoming.path())?.sync_all()?;
    fs::rename(incoming.path(), place)?;
    // Moved: there is nothing to remove.
    let _ = incoming.keep();
    File::open(of_plugin)?.sync_all()
}

fn write(directory: &Path, name: &str, from: &mut impl io::Read) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(directory.join(name))?;
    io::copy(from, &mut file)?;
    file.flush()?;
    file.set_permissions(Permissions::from_mode(FILE_MODE))?;
    file.sync_all()
}

/// Everybody may look; only the owner may write.
const DIRECTORY_MODE: u32 = 0o755;
const FILE_MODE: u32 = 0o644;
