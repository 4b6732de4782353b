//! Making a backup.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use phytohub_domain::Timestamp;
use phytohub_store::{Store, inspect};

use super::file::{
    directories, failed, free_name, hash, make_directories, make_directory, sync_directory, walk,
    write,
};
use super::plugin::{PluginBackup, adopt};
use super::{
    BACKUP_FORMAT, BackupError, BackupExtra, BackupFile, CONFIG, MANIFEST, Manifest, PLUGINS,
    PointView, STORE,
};

/// A backup in the making. Dropped before it is finished, nothing of it remains.
///
/// The store comes first and the plugins' files after it: what they hold may then be ahead of the
/// store, and plugins hear again of the events between the two, as they do after a crash. The other
/// way round events would be lost to them.
pub(crate) struct Making {
    directory: PathBuf,
    name: String,
    made: Timestamp,
    /// What becomes the backup.
    partial: PathBuf,
    /// Where plugins write: what one writes too late never gets into the backup.
    staging: PathBuf,
}

impl Making {
    /// Copies an open store and what goes beside it. Blocks; the store serves on.
    pub(crate) fn begin(
        store: &Store,
        directory: &Path,
        extras: &[BackupExtra],
        made: Timestamp,
    ) -> Result<Self, BackupError> {
        extras.iter().try_for_each(check_extra)?;
        make_directories(directory)?;
        let name = free_name(directory, made);
        let partial = directory.join(format!(".{name}.partial"));
        let staging = directory.join(format!(".{name}.plugins"));
        make_directory(&partial)?;
        let making = Self { directory: directory.to_owned(), name, made, partial, staging };
        make_directory(&making.staging)?;
        let copy = making.partial.join(STORE);
        store.checkpoint(&copy)?;
        fs::set_permissions(&copy, Permissions::from_mode(0o700))
            .map_err(|source| failed(&copy, source))?;
        let config = making.partial.join(CONFIG);
        make_directory(&config)?;
        for extra in extras {
            write(&config.join(&extra.name), extra.text.as_bytes())?;
        }
        Ok(making)
    }

    /// Where plugins are to write, each into its `ID/`.
    pub(crate) fn staging(&self) -> &Path {
        &self.staging
    }

    /// Takes in what plugins wrote, lists everything, and gives the backup its name. Blocks.
    pub(crate) fn finish(
        self,
        mut plugins: Vec<PluginBackup>,
        hub: &str,
    ) -> Result<Manifest, BackupError> {
        let beside = self.partial.join(PLUGINS);
        let mut files_left = PLUGIN_FILES_MAX;
        for plugin in plugins.iter_mut().filter(|plugin| plugin.files.is_held()) {
            adopt(plugin, &self.staging, &beside, &mut files_left)?;
        }
        let files = self.list()?;
        let seen = inspect(&self.partial.join(STORE))?;
        let manifest = Manifest {
            format: BACKUP_FORMAT.to_owned(),
            name: self.name.clone(),
            hub: hub.to_owned(),
            made: self.made.to_string(),
            point: PointView::new(&seen.point),
            pending: seen.pending,
            plugins,
            files,
        };
        let text = serde_json::to_string_pretty(&manifest).expect("plain fields are JSON") + "\n";
        write(&self.partial.join(MANIFEST), text.as_bytes())?;
        directories(&self.partial)?.iter().try_for_each(|path| sync_directory(path))?;
        let path = self.directory.join(&self.name);
        fs::rename(&self.partial, &path).map_err(|source| failed(&path, source))?;
        sync_directory(&self.directory)?;
        Ok(manifest)
    }

    fn list(&self) -> Result<Vec<BackupFile>, BackupError> {
        let mut files = Vec::new();
        for path in walk(&self.partial)? {
            let file = self.partial.join(&path);
            fs::set_permissions(&file, Permissions::from_mode(0o600))
                .map_err(|source| failed(&file, source))?;
            let (bytes, sha256) = hash(&file)?;
            files.push(BackupFile { path, bytes, sha256 });
        }
        Ok(files)
    }
}

impl Drop for Making {
    /// A finished backup has another name by now.
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.partial);
        let _ = fs::remove_dir_all(&self.staging);
    }
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

/// Files of all plugins: with those of the store, a manifest of them can be read again.
const PLUGIN_FILES_MAX: usize = 50_000;
