//! Backups: a copy of the store at one point, with a list of its files and their hashes.
//!
//! A backup is a directory, for its owner alone: `store/` is the database, `plugins/ID/` the files
//! that a plugin keeps beside it, `config/` the configuration and the public certificates that the
//! operator's command brought along, and `manifest.json` says what must be there. It holds
//! certificates of partners, and no private key of the hub.

mod create;
mod file;
mod plugin;
mod restore;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use phytohub_domain::with_causes;
use phytohub_store::{BackupPoint, Inspection, inspect};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::signing::hex;
use file::{failed, hash, walk};

pub(crate) use create::Making;
pub use plugin::{BackUpPlugins, PluginBackup, PluginFiles, copy_files_of};
pub use restore::{Restored, restore};

/// What a backup holds.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Manifest {
    /// `phytohub backup 1`.
    pub format: String,
    /// Name of the backup: that of its directory.
    pub name: String,
    /// Name of the hub.
    pub hub: String,
    /// When it was made, UTC.
    pub made: String,
    /// The point that it holds.
    pub point: PointView,
    /// Envelopes in it that wait for their recipients.
    pub pending: u64,
    /// What it holds of the files of each plugin, in the order of the configuration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plugins: Vec<PluginBackup>,
    /// Every file but this one.
    pub files: Vec<BackupFile>,
}

/// A point in the life of a store: everything before it is there, nothing after it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PointView {
    /// Place of the last event.
    pub event: u64,
    /// Hash of that event, in hexadecimal digits.
    pub event_hash: String,
    /// Random number of the store, in hexadecimal digits.
    pub incarnation: String,
    /// The latest time that the store had trusted, UTC.
    pub high_water: String,
    /// Format of its records.
    pub store_format: u32,
}

/// One file of a backup.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BackupFile {
    /// Where it lies, from the backup's directory.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its content, in hexadecimal digits.
    pub sha256: String,
}

/// A file that goes with a backup beside the store: configuration or a public certificate.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "built by the command, field by field")]
pub struct BackupExtra {
    /// Its name, without directories.
    pub name: String,
    /// Its content.
    pub text: String,
}

/// What a look at a backup found.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BackupReport {
    /// Whether it can be restored.
    pub holds: bool,
    /// What is wrong with it.
    pub problems: Vec<String>,
    /// What it says that it holds.
    pub manifest: Manifest,
}

/// Why a backup was not made, read or restored.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BackupError {
    /// It is damaged.
    #[error("this backup is damaged and was not restored: {problem} path={}", path.display())]
    Damaged {
        /// The backup.
        path: PathBuf,
        /// The first thing that is wrong.
        problem: String,
    },
    /// Something that must not be in a backup, or not under this name.
    #[error("this does not belong into a backup: {name}")]
    Extra {
        /// Its name.
        name: String,
    },
    /// The file system refuses.
    #[error("cannot read or write path={}", path.display())]
    File {
        /// File or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is no manifest, or one that this program does not read.
    #[error("this is no backup that this program reads: {problem} path={}", path.display())]
    NoBackup {
        /// The directory.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The target of a restore holds something.
    #[error("a restore begins anew, and this directory is not empty path={}", path.display())]
    NotEmpty {
        /// The directory.
        path: PathBuf,
    },
    /// The store, or a copy of it.
    #[error(transparent)]
    Store(#[from] phytohub_store::BackupError),
}

/// The backups in a directory, by name; what cannot be read is told by its error.
///
/// # Errors
/// If the directory cannot be read.
pub fn list(directory: &Path) -> Result<Vec<Result<Manifest, BackupError>>, BackupError> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory).map_err(|source| failed(directory, source))? {
        let entry = entry.map_err(|source| failed(directory, source))?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !hidden && entry.path().is_dir() {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths.iter().map(|path| read_manifest(path)).collect())
}

/// Looks at a backup: every file by its hash, and the store in it from its first event to its last.
/// Changes nothing. Blocks.
///
/// # Errors
/// If there is no manifest, or it cannot be read.
pub fn verify(path: &Path) -> Result<BackupReport, BackupError> {
    let manifest = read_manifest(path)?;
    let mut problems = Vec::new();
    let mut expected: BTreeSet<&str> = [MANIFEST].into();
    for file in &manifest.files {
        expected.insert(&file.path);
        if let Err(problem) = check_file(path, file) {
            problems.push(problem);
        }
    }
    for found in walk(path)? {
        if !expected.contains(found.as_str()) {
            problems.push(format!("{found} is not in the manifest"));
        }
    }
    if problems.is_empty() {
        match inspect(&path.join(STORE)) {
            Ok(seen) => problems.extend(check_store(&manifest, &seen)),
            Err(error) => problems.push(with_causes(&error)),
        }
    }
    Ok(BackupReport { holds: problems.is_empty(), problems, manifest })
}

impl PointView {
    fn new(point: &BackupPoint) -> Self {
        Self {
            event: point.event,
            event_hash: hex(&point.event_hash),
            incarnation: hex(&point.incarnation.to_be_bytes()),
            high_water: point.high_water.to_string(),
            store_format: point.format,
        }
    }
}

impl Manifest {
    /// Bytes of all its files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// The plugins that keep files which are not in it.
    pub fn without_files(&self) -> impl Iterator<Item = &PluginBackup> {
        let lacks = |files: &PluginFiles| !files.is_held() && *files != PluginFiles::Nothing;
        self.plugins.iter().filter(move |plugin| lacks(&plugin.files))
    }
}

fn read_manifest(path: &Path) -> Result<Manifest, BackupError> {
    let none = |problem: String| BackupError::NoBackup { path: path.to_owned(), problem };
    let file = path.join(MANIFEST);
    let opened = File::open(&file).map_err(|error| none(format!("{MANIFEST}: {error}")))?;
    let mut text = String::new();
    let read = opened.take(MANIFEST_BYTES_MAX).read_to_string(&mut text);
    read.map_err(|source| failed(&file, source))?;
    let manifest: Manifest =
        serde_json::from_str(&text).map_err(|error| none(format!("{MANIFEST}: {error}")))?;
    if manifest.format != BACKUP_FORMAT {
        return Err(none(format!("its format is {:?}", manifest.format)));
    }
    // A manifest from elsewhere must not lead out of its directory.
    let plain =
        |path: &str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    match manifest.files.iter().find(|file| !plain(&file.path)) {
        Some(file) => Err(none(format!("{:?} is no path in it", file.path))),
        None => Ok(manifest),
    }
}

fn check_file(path: &Path, file: &BackupFile) -> Result<(), String> {
    let shown = &file.path;
    match hash(&path.join(shown)) {
        Ok((bytes, _)) if bytes != file.bytes => {
            Err(format!("{shown} has {bytes} bytes, not {}", file.bytes))
        }
        Ok((_, sha256)) if sha256 != file.sha256 => Err(format!("{shown} was changed")),
        Ok(_) => Ok(()),
        Err(error) => Err(format!("{shown} cannot be read: {}", with_causes(&error))),
    }
}

fn check_store(manifest: &Manifest, seen: &Inspection) -> Option<String> {
    if let Some(place) = seen.broken_at {
        return Some(format!("the chain of its events breaks at event {place}"));
    }
    let same = PointView::new(&seen.point) == manifest.point;
    (!same).then(|| "its store holds another point than the manifest says".to_owned())
}

/// What every manifest says of itself.
const BACKUP_FORMAT: &str = "phytohub backup 1";
const MANIFEST: &str = "manifest.json";
const STORE: &str = "store";
const CONFIG: &str = "config";
const PLUGINS: &str = "plugins";
/// A manifest of a hundred thousand files is under it.
const MANIFEST_BYTES_MAX: u64 = 64 << 20;
