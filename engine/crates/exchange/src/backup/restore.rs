//! Bringing a backup back.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};

use phytohub_domain::Clock;
use phytohub_store::revive;

use super::file::{copy, directories, failed, make_directories, make_directory, sync_directory};
use super::{BackupError, Manifest, PLUGINS, STORE, verify};

/// What was brought back.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Restored {
    /// What the backup says that it holds.
    pub manifest: Manifest,
    /// Where the files of plugins are now, each in its `ID/`; nothing if there were none.
    pub plugins: Option<PathBuf>,
}

/// Makes a store of a backup in a directory that is empty or does not exist, and puts the files of
/// plugins each into its `ID/` below another. The store gets a new incarnation and delivery pauses;
/// no store is there before all of it is. What root restores belongs to whom the directory around
/// it belongs. Blocks.
///
/// # Errors
/// If the backup is damaged, a target is not empty, or the disk fails.
pub fn restore(
    path: &Path,
    (target, plugins): (&Path, &Path),
    clock: &dyn Clock,
) -> Result<Restored, BackupError> {
    let report = verify(path)?;
    if let Some(problem) = report.problems.first() {
        return Err(BackupError::Damaged { path: path.to_owned(), problem: problem.clone() });
    }
    let manifest = report.manifest;
    let ids = ids(&manifest);
    check_empty(target)?;
    ids.iter().try_for_each(|id| check_empty(&plugins.join(id)))?;
    let store = Bringing::begin(target)?;
    let beside = if ids.is_empty() { None } else { Some(bring_plugins(path, plugins, &manifest)?) };
    copy_below(path, STORE, &store.partial, &manifest)?;
    revive(&store.partial, clock, &why(&manifest))?;
    let mut brought = Vec::new();
    let placed = ids.iter().try_for_each(|id| {
        let Some(beside) = &beside else { return Ok(()) };
        let to = plugins.join(id);
        replace(&beside.partial.join(id), &to)?;
        brought.push(to);
        Ok(())
    });
    let placed = placed.and_then(|()| store.place());
    if placed.is_err() {
        brought.iter().for_each(|made| drop(fs::remove_dir_all(made)));
    }
    placed?;
    let plugins = beside.is_some().then(|| plugins.to_owned());
    Ok(Restored { manifest, plugins })
}

/// The files of plugins, beside where they are to be.
fn bring_plugins(
    path: &Path,
    plugins: &Path,
    manifest: &Manifest,
) -> Result<Bringing, BackupError> {
    let beside = Bringing::begin(plugins)?;
    copy_below(path, PLUGINS, &beside.partial, manifest)?;
    beside.give()?;
    if !plugins.exists() {
        make_directories(plugins)?;
        belong(plugins, &beside.parent)?;
    }
    Ok(beside)
}

/// The plugins of which there are files in a backup.
fn ids(manifest: &Manifest) -> BTreeSet<&str> {
    let below = manifest.files.iter().filter_map(|file| below(&file.path, PLUGINS));
    below.filter_map(|path| path.split('/').next()).collect()
}

/// A directory that is not yet where it is to be. Dropped before that, nothing of it remains.
struct Bringing {
    parent: PathBuf,
    partial: PathBuf,
    target: PathBuf,
}

impl Bringing {
    fn begin(target: &Path) -> Result<Self, BackupError> {
        let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or_else(|| Path::new(".")).to_owned();
        fs::create_dir_all(&parent).map_err(|source| failed(&parent, source))?;
        let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let partial = parent.join(format!(".{name}.restoring"));
        // What an earlier attempt left is of no use to anybody.
        let _ = fs::remove_dir_all(&partial);
        make_directory(&partial)?;
        Ok(Self { parent, partial, target: target.to_owned() })
    }

    fn place(&self) -> Result<(), BackupError> {
        self.give()?;
        replace(&self.partial, &self.target)?;
        sync_directory(&self.parent)
    }

    /// Gives all of it to whom the directory around it belongs.
    fn give(&self) -> Result<(), BackupError> {
        for directory in directories(&self.partial)? {
            belong(&directory, &self.parent)?;
            for entry in fs::read_dir(&directory).map_err(|source| failed(&directory, source))? {
                let entry = entry.map_err(|source| failed(&directory, source))?;
                belong(&entry.path(), &self.parent)?;
            }
        }
        Ok(())
    }
}

impl Drop for Bringing {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.partial);
    }
}

/// Gives what root made to the owner of a directory: a hub that runs as somebody else could not
/// open it. Whoever else restores keeps what they made.
fn belong(path: &Path, like: &Path) -> Result<(), BackupError> {
    let owner = |path: &Path| -> io::Result<(u32, u32)> {
        let known = fs::symlink_metadata(path)?;
        Ok((known.uid(), known.gid()))
    };
    let given = owner(path).and_then(|(own, group)| {
        let (uid, gid) = owner(like)?;
        if own == 0 && (own, group) != (uid, gid) {
            chown(path, Some(uid), Some(gid))
        } else {
            Ok(())
        }
    });
    given.map_err(|source| failed(path, source))
}

fn replace(from: &Path, to: &Path) -> Result<(), BackupError> {
    fs::rename(from, to).map_err(|source| failed(to, source))
}

fn check_empty(directory: &Path) -> Result<(), BackupError> {
    match fs::read_dir(directory).map(Iterator::count) {
        Ok(0) => Ok(()),
        Ok(_) => Err(BackupError::NotEmpty { path: directory.to_owned() }),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(failed(directory, source)),
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

/// Copies the files below one of a backup's directories.
fn copy_below(
    path: &Path,
    directory: &str,
    to: &Path,
    manifest: &Manifest,
) -> Result<(), BackupError> {
    for file in &manifest.files {
        let Some(name) = below(&file.path, directory) else { continue };
        let (from, to) = (path.join(&file.path), to.join(name));
        if let Some(parent) = to.parent() {
            make_directories(parent)?;
        }
        copy(&from, &to)?;
    }
    directories(to)?.iter().try_for_each(|path| sync_directory(path))
}

fn below<'p>(path: &'p str, directory: &str) -> Option<&'p str> {
    path.strip_prefix(directory)?.strip_prefix('/')
}
