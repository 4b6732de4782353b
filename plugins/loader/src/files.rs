//! Opens what lies in a package: by no symbolic link, nothing but files, whose owner may not be
//! just anybody.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, accessat, fstat, open, openat, statat};
use rustix::io::Errno;
use rustix::process::geteuid;
use thiserror::Error;

/// Who may own what is opened, and write to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ownership {
    /// Root alone, all the way from the top.
    Root,
    /// Root or the caller; their group may write too.
    Caller,
    /// Whoever: what is read is copied, and believed for its signature alone.
    Anyone,
}

/// Something in a package cannot be read, or may not be believed for where it lies.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileError {
    /// It cannot be read.
    #[error("cannot read it: correct that; path={}", path.display())]
    Io {
        /// It.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is not there.
    #[error("there is no such {expected}: name one, or make it; path={}", path.display())]
    Missing {
        /// It.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
    },
    /// It is something else.
    #[error("it is no {expected}: put one there; path={} found={found}", path.display())]
    Kind {
        /// It.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// It is owned by somebody who may not be believed.
    #[error(
        "it belongs to a user who may not bring plugins: let root install the plugin; in a trial, \
         set [plugins] dev = true; path={} expected=uid {expected} found=uid {found}",
        path.display()
    )]
    Owner {
        /// It.
        path: PathBuf,
        /// Whose it should be.
        expected: u32,
        /// Whose it is.
        found: u32,
    },
    /// It can be changed by somebody who may not be believed.
    #[error(
        "others can change it: take that right away with chmod go-w; path={} mode={mode:04o}",
        path.display()
    )]
    Writable {
        /// It.
        path: PathBuf,
        /// Its rights.
        mode: u32,
    },
    /// This process can change it.
    #[error(
        "this process can change it: let it belong to root, and run the hub as another user; \
         path={} uid={uid}",
        path.display()
    )]
    OwnWritable {
        /// It.
        path: PathBuf,
        /// Who this process is.
        uid: u32,
    },
    /// It is too large.
    #[error("it is too large: make it smaller; path={} bytes={found} limit={limit}", path.display())]
    TooLarge {
        /// It.
        path: PathBuf,
        /// Its bytes.
        found: u64,
        /// How many it may have.
        limit: u64,
    },
}

/// A directory that was opened, and what must hold for what lies in it.
#[derive(Debug)]
pub(crate) struct Directory {
    fd: OwnedFd,
    path: PathBuf,
    ownership: Ownership,
}

impl Directory {
    /// Opens a directory. Where all must be root's, so must be everything above it, and none of
    /// that a symbolic link: who can move a directory above can exchange what is in it.
    pub(crate) fn open(path: &Path, ownership: Ownership) -> Result<Self, FileError> {
        let fail = |source: Errno| io_error(path, source.into());
        let (fd, path) = if ownership == Ownership::Root {
            let whole = std::path::absolute(path).map_err(|source| io_error(path, source))?;
            (walk(&whole)?, whole)
        } else {
            let fd = match path.file_name() {
                Some(name) => {
                    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
                    let above =
                        open(parent.unwrap_or_else(|| Path::new(".")), PLACE, Mode::empty());
                    openat(above.map_err(fail)?, name, PLACE | OFlags::NOFOLLOW, Mode::empty())
                }
                None => open(path, PLACE, Mode::empty()),
            };
            let fd = fd.map_err(|source| missing_or(path, DIRECTORY, source))?;
            (fd, path.to_owned())
        };
        let stat = fstat(&fd).map_err(fail)?;
        check(&path, &stat, FileType::Directory, ownership, false)?;
        if ownership == Ownership::Root {
            not_by_this_process(&fd, OsStr::new("."), &path)?;
        }
        Ok(Self { fd, path, ownership })
    }

    /// Opens a file in it, of no more than `limit` bytes; also says how many it has.
    pub(crate) fn file(&self, name: &str, limit: u64) -> Result<(File, u64), FileError> {
        let path = self.path.join(name);
        // Not blocking: whoever put a pipe there must not make the caller wait for ever.
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let opened = openat(&self.fd, name, flags, Mode::empty());
        let fd = opened.map_err(|source| self.refused(name, &path, source))?;
        let stat = fstat(&fd).map_err(|source| io_error(&path, source.into()))?;
        check(&path, &stat, FileType::RegularFile, self.ownership, false)?;
        if self.ownership == Ownership::Root {
            not_by_this_process(&self.fd, OsStr::new(name), &path)?;
        }
        let size = u64::try_from(stat.st_size).unwrap_or(0);
        if size > limit {
            return Err(FileError::TooLarge { path, found: size, limit });
        }
        Ok((File::from(fd), size))
    }

    /// Reads a file in it, of no more than `limit` bytes.
    pub(crate) fn read(&self, name: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        let (file, _) = self.file(name, limit)?;
        let path = || self.path.join(name);
        let mut bytes = Vec::new();
        // It may have grown since its size was asked.
        let read = file.take(limit.saturating_add(1)).read_to_end(&mut bytes);
        let found = read.map_err(|source| io_error(&path(), source))? as u64;
        if found > limit {
            return Err(FileError::TooLarge { path: path(), found, limit });
        }
        Ok(bytes)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Says of a file that could not be opened what it is, where that is the reason.
    fn refused(&self, name: &str, path: &Path, source: Errno) -> FileError {
        let stat = statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW);
        let kind = stat.map(|stat| FileType::from_raw_mode(stat.st_mode));
        match kind {
            Ok(kind) if kind != FileType::RegularFile => {
                FileError::Kind { path: path.to_owned(), expected: FILE, found: named(kind) }
            }
            _ => missing_or(path, FILE, source),
        }
    }
}

/// Opens an absolute path from the top, looking at each step.
fn walk(path: &Path) -> Result<OwnedFd, FileError> {
    let top = open("/", PLACE, Mode::empty());
    let mut here = top.map_err(|source| io_error(Path::new("/"), source.into()))?;
    let mut so_far = PathBuf::from("/");
    for component in path.components() {
        let name = match component {
            Component::Normal(name) => name,
            Component::ParentDir => OsStr::new(".."),
            Component::CurDir | Component::Prefix(_) | Component::RootDir => continue,
        };
        so_far.push(name);
        let next = openat(&here, name, PLACE | OFlags::NOFOLLOW, Mode::empty());
        here = next.map_err(|source| missing_or(&so_far, DIRECTORY, source))?;
        let stat = fstat(&here).map_err(|source| io_error(&so_far, source.into()))?;
        check(&so_far, &stat, FileType::Directory, Ownership::Root, true)?;
    }
    Ok(here)
}

/// Whether this is what it should be, and whose it should be. In a directory `above` the package
/// others may write if it is sticky: they cannot rename what is not theirs.
fn check(
    path: &Path,
    stat: &Stat,
    expected: FileType,
    ownership: Ownership,
    above: bool,
) -> Result<(), FileError> {
    let found = FileType::from_raw_mode(stat.st_mode);
    if found != expected {
        let (expected, found) = (named(expected), named(found));
        return Err(FileError::Kind { path: path.to_owned(), expected, found });
    }
    let (mode, own) = (Mode::from_raw_mode(stat.st_mode), geteuid().as_raw());
    let (owner, forbidden) = match ownership {
        Ownership::Anyone => return Ok(()),
        Ownership::Caller => (own, Mode::WOTH),
        Ownership::Root => (0, Mode::WGRP | Mode::WOTH),
    };
    if stat.st_uid != 0 && stat.st_uid != owner {
        let path = path.to_owned();
        return Err(FileError::Owner { path, expected: owner, found: stat.st_uid });
    }
    if mode.intersects(forbidden) && !(above && mode.contains(Mode::SVTX)) {
        let mode = mode.as_raw_mode();
        return Err(FileError::Writable { path: path.to_owned(), mode });
    }
    Ok(())
}

/// Rights may be given by more than owner and mode: the kernel is asked.
fn not_by_this_process(at: &OwnedFd, name: &OsStr, path: &Path) -> Result<(), FileError> {
    let uid = geteuid().as_raw();
    let asked = rustix::fs::Access::WRITE_OK;
    if uid == 0 || accessat(at, name, asked, AtFlags::EACCESS).is_err() {
        return Ok(());
    }
    Err(FileError::OwnWritable { path: path.to_owned(), uid })
}

fn io_error(path: &Path, source: io::Error) -> FileError {
    FileError::Io { path: path.to_owned(), source }
}

fn missing_or(path: &Path, expected: &'static str, source: Errno) -> FileError {
    match source {
        Errno::NOENT => FileError::Missing { path: path.to_owned(), expected },
        _ => io_error(path, source.into()),
    }
}

fn named(kind: FileType) -> &'static str {
    match kind {
        FileType::RegularFile => FILE,
        FileType::Directory => DIRECTORY,
        FileType::Symlink => "symbolic link",
        FileType::Fifo => "pipe",
        FileType::Socket => "socket",
        _ => "device",
    }
}

/// Opened to look at and to go on from, not to read: no right to read it is needed.
const PLACE: OFlags = OFlags::PATH.union(OFlags::CLOEXEC);
const FILE: &str = "file";
const DIRECTORY: &str = "directory";
