//! The files that plugins keep beside the hub's store.

use std::fmt;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use phytohub_domain::with_causes;
use serde::{Deserialize, Serialize};

use super::BackupError;
use super::file::{copy, failed, make_directories, make_directory};
use crate::Boxed;

/// What a backup holds of one plugin's files.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "filled by whoever runs the plugins")]
pub struct PluginBackup {
    /// Its id.
    pub id: String,
    /// The version that was in service, or that was to be.
    pub version: String,
    /// What there is of its files.
    pub files: PluginFiles,
}

/// What a backup holds of a plugin's files, and how it came by them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "whoever tells of it must tell of each")]
pub enum PluginFiles {
    /// A consistent copy, which the plugin wrote itself (`hub.snapshot/1`).
    Snapshot,
    /// All of them as they lay while it was not running.
    AsTheyLay,
    /// It keeps none.
    Nothing,
    /// None: it was running and does not offer to copy them.
    NotOffered,
    /// None: they could not be copied, for this reason.
    Failed(String),
}

impl PluginFiles {
    /// Whether the files are in the backup.
    #[must_use]
    pub const fn is_held(&self) -> bool {
        matches!(self, Self::Snapshot | Self::AsTheyLay)
    }
}

impl fmt::Display for PluginFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Snapshot => f.write_str("its own copy"),
            Self::AsTheyLay => f.write_str("as they lay while it was not running"),
            Self::Nothing => f.write_str("it keeps none"),
            Self::NotOffered => f.write_str(
                "NOT IN THE BACKUP: it runs and does not copy them; disable it for the backup",
            ),
            Self::Failed(why) => write!(f, "NOT IN THE BACKUP: {why}"),
        }
    }
}

/// Whoever can have plugins copy their files.
pub trait BackUpPlugins: Send + Sync + fmt::Debug {
    /// Copies the files of every plugin into `directory`, which is there, each into its `ID/`, and
    /// tells what is there then. That one fails is told, and keeps nothing from the others.
    fn back_up(&self, directory: PathBuf) -> Boxed<Vec<PluginBackup>>;
}

/// Copies the files of a plugin that does not run, from its directory into an `ID/` to be made.
/// Blocks.
#[must_use]
pub fn copy_files_of(directory: &Path, to: &Path) -> PluginFiles {
    match fs::read_dir(directory).map(|mut entries| entries.next().is_none()) {
        Ok(true) => return PluginFiles::Nothing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return PluginFiles::Nothing,
        _ => {}
    }
    let copied = make_directory(to).and_then(|()| {
        each(directory, &mut |path, found| {
            let to = to.join(path);
            match found {
                Found::Directory => make_directory(&to),
                Found::File => copy(&directory.join(path), &to),
            }
        })
    });
    match copied {
        Ok(()) => PluginFiles::AsTheyLay,
        Err(error) => PluginFiles::Failed(with_causes(&error)),
    }
}

/// Moves what a plugin wrote into the backup, if a backup can hold it: else that is what is said of
/// the plugin.
pub(super) fn adopt(
    plugin: &mut PluginBackup,
    staging: &Path,
    beside: &Path,
    files_left: &mut usize,
) -> Result<(), BackupError> {
    let from = staging.join(&plugin.id);
    let mut count = 0;
    let looked = each(&from, &mut |path, found| {
        count += usize::from(found == Found::File);
        if count > *files_left {
            let why = io::Error::other("the plugins' files are more than a backup can list");
            return Err(failed(&from.join(path), why));
        }
        let mode = if found == Found::File { 0o600 } else { 0o700 };
        let path = from.join(path);
        fs::set_permissions(&path, Permissions::from_mode(mode))
            .map_err(|source| failed(&path, source))
    });
    if let Err(error) = looked {
        plugin.files = PluginFiles::Failed(with_causes(&error));
        return Ok(());
    }
    *files_left -= count;
    make_directories(beside)?;
    let to = beside.join(&plugin.id);
    fs::rename(&from, &to).map_err(|source| failed(&to, source))
}

/// What may lie in a plugin's directory.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Found {
    Directory,
    File,
}

/// Tells of everything below a directory, directories before what is in them. Links are not
/// followed: they, and whatever else is no file, cannot be in a backup.
fn each(
    directory: &Path,
    tell: &mut dyn FnMut(&Path, Found) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let mut open = vec![PathBuf::new()];
    while let Some(relative) = open.pop() {
        let path = directory.join(&relative);
        for entry in fs::read_dir(&path).map_err(|source| failed(&path, source))? {
            let entry = entry.map_err(|source| failed(&path, source))?;
            let kind = entry.file_type().map_err(|source| failed(&entry.path(), source))?;
            let below = relative.join(entry.file_name());
            let no = |why| Err(failed(&entry.path(), io::Error::other(why)));
            if below.to_str().is_none() {
                return no("a name in a backup is UTF-8");
            } else if kind.is_dir() {
                tell(&below, Found::Directory)?;
                open.push(below);
            } else if kind.is_file() {
                tell(&below, Found::File)?;
            } else {
                return no("this is neither a file nor a directory");
            }
        }
    }
    Ok(())
}
