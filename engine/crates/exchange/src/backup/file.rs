//! Files and directories of backups: for their owner alone, and on disk before they count.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use phytohub_domain::Timestamp;
use sha2::{Digest, Sha256};

use super::BackupError;
use crate::signing::hex;

/// Every file under a directory, by its path from there.
pub(super) fn walk(directory: &Path) -> Result<Vec<String>, BackupError> {
    let (mut files, mut open) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(relative) = open.pop() {
        let path = directory.join(&relative);
        for entry in fs::read_dir(&path).map_err(|source| failed(&path, source))? {
            let entry = entry.map_err(|source| failed(&path, source))?;
            let below = relative.join(entry.file_name());
            if entry.path().is_dir() {
                open.push(below);
            } else {
                files.push(below.to_string_lossy().into_owned());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// A directory and every directory under it, the innermost first.
pub(super) fn directories(top: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let mut found = vec![top.to_owned()];
    let mut next = 0;
    while let Some(path) = found.get(next).cloned() {
        next += 1;
        for entry in fs::read_dir(&path).map_err(|source| failed(&path, source))? {
            let entry = entry.map_err(|source| failed(&path, source))?;
            if entry.file_type().map_err(|source| failed(&path, source))?.is_dir() {
                found.push(entry.path());
            }
        }
    }
    found.reverse();
    Ok(found)
}

/// Copies a file; the copy is on disk then.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    let mut opened = new_file(to)?;
    let copied = File::open(from).and_then(|mut source| io::copy(&mut source, &mut opened));
    copied.map_err(|source| failed(from, source))?;
    opened.sync_all().map_err(|source| failed(to, source))
}

/// Size and hash of a file, which is on disk then.
pub(super) fn hash(file: &Path) -> Result<(u64, String), BackupError> {
    let read = || -> io::Result<(u64, String)> {
        let mut opened = File::open(file)?;
        let (mut hasher, mut total) = (Sha256::new(), 0);
        let mut buffer = vec![0; COPY_BYTES];
        loop {
            let read = opened.read(&mut buffer)?;
            let Some(part) = buffer.get(..read).filter(|part| !part.is_empty()) else { break };
            hasher.update(part);
            total += read as u64;
        }
        opened.sync_all()?;
        Ok((total, hex(&hasher.finalize())))
    };
    read().map_err(|source| failed(file, source))
}

pub(super) fn make_directories(path: &Path) -> Result<(), BackupError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|source| failed(path, source))
}

pub(super) fn make_directory(path: &Path) -> Result<(), BackupError> {
    let made = DirBuilder::new().mode(0o700).create(path);
    made.map_err(|source| failed(path, source))
}

pub(super) fn new_file(path: &Path) -> Result<File, BackupError> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    opened.map_err(|source| failed(path, source))
}

pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), BackupError> {
    let mut opened = new_file(path)?;
    let written = opened.write_all(content).and_then(|()| opened.sync_all());
    written.map_err(|source| failed(path, source))
}

pub(super) fn sync_directory(path: &Path) -> Result<(), BackupError> {
    let synced = File::open(path).and_then(|opened| opened.sync_all());
    synced.map_err(|source| failed(path, source))
}

pub(super) fn failed(path: &Path, source: io::Error) -> BackupError {
    BackupError::File { path: path.to_owned(), source }
}

/// A name after the time, such as `2026-11-21T101112Z`, that nothing has.
pub(super) fn free_name(directory: &Path, now: Timestamp) -> String {
    let time = now.to_string();
    let name = time.split('.').next().unwrap_or_default().replace(':', "") + "Z";
    let free = |name: &str| !directory.join(name).exists();
    let others = (2..).map(|count| format!("{name}-{count}"));
    let mut names = std::iter::once(name.clone()).chain(others);
    names.find(|name| free(name)).unwrap_or(name)
}

const COPY_BYTES: usize = 1 << 20;
