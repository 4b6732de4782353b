//! Backups: a copy of the store at one point, with a list of its files and their hashes.
//!
//! A backup is a directory, for its owner alone: `store/` is the database, `config/` the
//! configuration and the public certificates that the operator's command brought along, and
//! `manifest.json` says what must be there. It holds certificates of partners, and no private key.

mod file;

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use phytohub_domain::{Clock, Timestamp};
use phytohub_store::{BackupPoint, Inspection, Store, inspect, revive};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::error::with_causes;
use crate::signing::hex;
use file::{
    failed, free_name, hash, make_directories, make_directory, new_file, sync_directory, walk,
    write,
};

/// What every manifest says of itself.
pub const BACKUP_FORMAT: &str = "phytohub backup 1";

/// What a backup holds.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Manifest {
    /// [`BACKUP_FORMAT`].
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
    #[error("a restore makes a new store, and this directory is not empty path={}", path.display())]
    NotEmpty {
        /// The directory.
        path: PathBuf,
    },
    /// The store, or a copy of it.
    #[error(transparent)]
    Store(#[from] phytohub_store::BackupError),
}

/// Makes a backup of an open store in a directory of backups. Blocks; the store serves on.
pub(crate) fn create(
    store: &Store,
    directory: &Path,
    extras: &[BackupExtra],
    hub: &str,
    now: Timestamp,
) -> Result<Manifest, BackupError> {
    extras.iter().try_for_each(check_extra)?;
    make_directories(directory)?;
    let name = free_name(directory, now);
    let partial = directory.join(format!(".{name}.partial"));
    make_directory(&partial)?;
    let made = fill(store, &partial, extras, |files, seen| Manifest {
        format: BACKUP_FORMAT.to_owned(),
        name: name.clone(),
        hub: hub.to_owned(),
        made: now.to_string(),
        point: PointView::new(&seen.point),
        pending: seen.pending,
        files,
    });
    let made = made.and_then(|manifest| {
        let path = directory.join(&name);
        fs::rename(&partial, &path).map_err(|source| failed(&path, source))?;
        sync_directory(directory)?;
        Ok(manifest)
    });
    if made.is_err() {
        let _ = fs::remove_dir_all(&partial);
    }
    made
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

/// Makes a store of a backup in a directory that is empty or does not exist. The store gets a new
/// incarnation and delivery pauses; nothing is there before all of it is. Blocks.
///
/// # Errors
/// If the backup is damaged, the target is not empty, or the disk fails.
pub fn restore(path: &Path, target: &Path, clock: &dyn Clock) -> Result<Manifest, BackupError> {
    let report = verify(path)?;
    if let Some(problem) = report.problems.first() {
        return Err(BackupError::Damaged { path: path.to_owned(), problem: problem.clone() });
    }
    match fs::read_dir(target).map(Iterator::count) {
        Ok(0) => {}
        Ok(_) => return Err(BackupError::NotEmpty { path: target.to_owned() }),
        Err(source) if source.kind() == io::ErrorKind::NotFound => {}
        Err(source) => return Err(failed(target, source)),
    }
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(parent).map_err(|source| failed(parent, source))?;
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let partial = parent.join(format!(".{name}.restoring"));
    // What an earlier attempt left is of no use to anybody.
    let _ = fs::remove_dir_all(&partial);
    make_directory(&partial)?;
    let manifest = report.manifest;
    let brought = copy_store(path, &partial, &manifest)
        .and_then(|()| Ok(revive(&partial, clock, &why(&manifest))?))
        .and_then(|_| fs::rename(&partial, target).map_err(|source| failed(target, source)))
        .and_then(|()| sync_directory(parent));
    if brought.is_err() {
        let _ = fs::remove_dir_all(&partial);
    }
    brought.map(|()| manifest)
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
}

/// What the event of the restore says, and the store's note that delivery pauses.
fn why(manifest: &Manifest) -> String {
    let point = &manifest.point;
    format!(
        "backup {} of {}, made {}, events up to {}",
        manifest.name, manifest.hub, manifest.made, point.event
    )
}

fn fill(
    store: &Store,
    partial: &Path,
    extras: &[BackupExtra],
    manifest: impl FnOnce(Vec<BackupFile>, &Inspection) -> Manifest,
) -> Result<Manifest, BackupError> {
    let copy = partial.join(STORE);
    store.checkpoint(&copy)?;
    fs::set_permissions(&copy, Permissions::from_mode(0o700))
        .map_err(|source| failed(&copy, source))?;
    let config = partial.join(CONFIG);
    make_directory(&config)?;
    for extra in extras {
        write(&config.join(&extra.name), extra.text.as_bytes())?;
    }
    let mut files = Vec::new();
    for path in walk(partial)? {
        let file = partial.join(&path);
        fs::set_permissions(&file, Permissions::from_mode(0o600))
            .map_err(|source| failed(&file, source))?;
        let (bytes, sha256) = hash(&file)?;
        files.push(BackupFile { path, bytes, sha256 });
    }
    let seen = inspect(&copy)?;
    let manifest = manifest(files, &seen);
    let text = serde_json::to_string_pretty(&manifest).expect("plain fields are JSON") + "\n";
    write(&partial.join(MANIFEST), text.as_bytes())?;
    [&copy, &config, &partial.to_owned()].into_iter().try_for_each(|path| sync_directory(path))?;
    Ok(manifest)
}

fn copy_store(path: &Path, partial: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    for file in &manifest.files {
        let Some(name) = file.path.strip_prefix(STORE).and_then(|rest| rest.strip_prefix('/'))
        else {
            continue;
        };
        let (from, to) = (path.join(&file.path), partial.join(name));
        let mut opened = new_file(&to)?;
        let copied = File::open(&from).and_then(|mut source| io::copy(&mut source, &mut opened));
        copied.map_err(|source| failed(&from, source))?;
        opened.sync_all().map_err(|source| failed(&to, source))?;
    }
    sync_directory(partial)
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

fn check_extra(extra: &BackupExtra) -> Result<(), BackupError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let name = extra.name.bytes().all(plain) && !extra.name.starts_with('.');
    let secret = extra.text.contains("PRIVATE KEY");
    if name && !extra.name.is_empty() && !secret {
        Ok(())
    } else {
        Err(BackupError::Extra { name: extra.name.clone() })
    }
}

const MANIFEST: &str = "manifest.json";
const STORE: &str = "store";
const CONFIG: &str = "config";
/// A manifest of a hundred thousand files is under it.
const MANIFEST_BYTES_MAX: u64 = 64 << 20;
