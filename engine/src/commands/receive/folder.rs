//! The directory in which envelopes become files.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, IntoInnerError, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};
use thiserror::Error;

/// The directory.
pub(super) struct Folder {
    path: PathBuf,
    /// Held, with others who write here too, for as long as this lives: a killed process leaves
    /// none.
    _lock: File,
}

impl Folder {
    /// Makes it if need be, for its owner alone.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        if !path.is_dir() {
            DirBuilder::new().recursive(true).mode(0o700).create(path)?;
            for above in path.ancestors().skip(1) {
                let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
                // One that may not be read was not made here.
                if let Ok(above) = File::open(above) {
                    above.sync_all()?;
                }
            }
        }
        let lock = lock(path)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes what was kept outlast a power cut.
    pub(super) fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    /// A file for what is to be kept, of which nobody sees anything yet.
    pub(super) fn begin(&self) -> io::Result<Unfinished> {
        let mut builder = Builder::new();
        let new = builder.prefix(UNFINISHED).rand_bytes(RANDOM_BYTES).tempfile_in(&self.path)?;
        Ok(BufWriter::with_capacity(PIECE_BYTES, new))
    }

    /// Keeps an envelope under its number and returns the document's file. What was kept outlasts a
    /// power cut once the directory is synced; what is there already stays as it is.
    pub(super) fn keep(
        &self,
        number: &str,
        header: &[u8],
        document: Unfinished,
    ) -> Result<PathBuf, KeepError> {
        if !is_name(number) {
            return Err(KeepError::Name);
        }
        let file = |kind| self.path.join(format!("{number}.{kind}"));
        // The header first: a reader that sees a document finds its header, too.
        let (first, last) = (file("header.json"), file("xml"));
        let outside = self.begin().and_then(|mut new| new.write_all(header).map(|()| new));
        let outside = outside.map_err(|source| KeepError::File { file: first.clone(), source })?;
        place(first, outside)?;
        place(last, document)
    }
}

/// A file that is being written.
pub(super) type Unfinished = BufWriter<NamedTempFile>;

/// Makes this the file, if there is none that holds something else.
fn place(file: PathBuf, new: Unfinished) -> Result<PathBuf, KeepError> {
    match persist(&file, new) {
        Ok(true) => Ok(file),
        Ok(false) => Err(KeepError::Different { file }),
        Err(source) => Err(KeepError::File { file, source }),
    }
}

/// Whether the file now holds this, which is written whole under another name.
fn persist(file: &Path, new: Unfinished) -> io::Result<bool> {
    let new = new.into_inner().map_err(IntoInnerError::into_error)?;
    new.as_file().sync_all()?;
    match new.persist_noclobber(file) {
        Ok(_) => Ok(true),
        Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => {
            holds(file, failed.file.reopen()?)
        }
        Err(failed) => Err(failed.error),
    }
}

/// A shared lock of the directory. Whoever is alone with it first removes what others left behind
/// that were killed while they wrote.
fn lock(path: &Path) -> io::Result<File> {
    let name = path.join(LOCK);
    let lock =
        OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(name)?;
    match lock.try_lock() {
        Ok(()) => {
            clear(path)?;
            lock.unlock()?;
        }
        // They are at work, and may be writing such a file.
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // Waits for one that clears, if one does.
    lock.lock_shared()?;
    Ok(lock)
}

/// Removes unfinished files of our own.
fn clear(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if is_unfinished(&entry.file_name()) && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Whether only [`Folder::begin`] gives files such names.
fn is_unfinished(name: &OsStr) -> bool {
    let rest = name.as_encoded_bytes().strip_prefix(UNFINISHED.as_bytes());
    rest.is_some_and(|rest| {
        rest.len() == RANDOM_BYTES && rest.iter().all(u8::is_ascii_alphanumeric)
    })
}

/// Whether a file is one, and holds the same.
fn holds(file: &Path, mut other: File) -> io::Result<bool> {
    let about = file.symlink_metadata()?;
    if !about.is_file() || about.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let mut kept = File::open(file)?;
    // Whoever wrote it may have ended before it was on disk.
    kept.sync_all()?;
    let mut pieces = [Vec::new(), Vec::new()];
    loop {
        for (file, piece) in [&mut kept, &mut other].into_iter().zip(&mut pieces) {
            piece.clear();
            file.take(PIECE_BYTES as u64).read_to_end(piece)?;
        }
        let [kept, other] = &pieces;
        if kept != other || kept.is_empty() {
            return Ok(kept == other);
        }
    }
}

/// Whether a foreign number may be the name of a file: letters, digits, and points, hyphens and
/// underscores behind the first of them.
fn is_name(number: &str) -> bool {
    let bytes = number.as_bytes();
    bytes.len() <= NAME_BYTES_MAX
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

/// Why an envelope was not kept.
#[derive(Debug, Error)]
pub(super) enum KeepError {
    /// Something else has that name.
    #[error("another content is there already; move it away file={}", file.display())]
    Different { file: PathBuf },
    /// The disk.
    #[error("cannot write the file file={}", file.display())]
    File { file: PathBuf, source: io::Error },
    /// The number could lead elsewhere.
    #[error("its number cannot be the name of a file; ask the hub's operator")]
    Name,
}

/// Read or written at once.
const PIECE_BYTES: usize = 64 << 10;
/// Names of files may have 255 bytes, of which the kind takes some.
const NAME_BYTES_MAX: usize = 200;
const UNFINISHED: &str = ".unfinished-";
/// Letters and digits behind it.
const RANDOM_BYTES: usize = 8;
const LOCK: &str = ".receive.lock";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_numbers_lead_nowhere_else() {
        for number in ["01KAHV5T3M0000000000000000", "7", "a.b-c_d", &"x".repeat(NAME_BYTES_MAX)] {
            assert!(is_name(number), "{number}");
        }
        for number in [
            "",
            ".",
            "..",
            ".hidden",
            "-rf",
            "../x",
            "a/b",
            "/etc/passwd",
            "a\\b",
            "a\0",
            "a\n",
            "a b",
            "C:x",
            "å",
            &"x".repeat(NAME_BYTES_MAX + 1),
        ] {
            assert!(!is_name(number), "{number:?}");
        }
    }

    #[test]
    fn what_is_there_is_never_changed_and_nothing_unfinished_stays() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("new/inbox");
        let folder = Folder::open(&path).expect("made");
        let keep = |number: &str, document: &[u8]| {
            let mut new = folder.begin().expect("made");
            new.write_all(document).expect("written");
            folder.keep(number, b"{}", new)
        };
        let file = keep("1", b"<a/>").expect("kept");
        assert_eq!(file, path.join("1.xml"));
        keep("1", b"<a/>").expect("the same");
        let large = vec![b'a'; 3 * PIECE_BYTES];
        let mut changed = large.clone();
        changed[2 * PIECE_BYTES] = b'b';
        keep("3", &large).expect("kept");
        keep("3", &large).expect("the same");
        assert!(keep("3", &changed).is_err(), "another of the same length");
        for other in [&b"<b/>"[..], b"<a/> ", b""] {
            let refused = keep("1", other);
            assert!(matches!(refused, Err(KeepError::Different { .. })), "{refused:?}");
        }
        fs::create_dir(path.join("2.xml")).expect("a directory in the way");
        let refused = keep("2", b"<a/>");
        assert!(matches!(refused, Err(KeepError::Different { .. })), "{refused:?}");
        assert!(matches!(keep("../3", b""), Err(KeepError::Name)));
        assert_eq!(fs::read(&file).expect("readable"), b"<a/>");
        let mut names: Vec<_> = fs::read_dir(&path)
            .expect("readable")
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        names.sort();
        let kept = ["1.header.json", "1.xml", "2.header.json", "2.xml", "3.header.json", "3.xml"];
        assert_eq!(names, [&[LOCK][..], &kept].concat());
    }

    #[test]
    fn what_a_killed_one_left_is_cleared_by_whoever_is_alone_there() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path();
        let left = path.join(".unfinished-aB3dE6gH");
        let kept = [
            ".unfinished-",
            ".unfinished-notes.tx",
            ".unfinished-aB3dE6gHi",
            "unfinished-aB3dE6gH",
        ];
        let plant = || {
            fs::write(&left, "<half").expect("written");
            kept.iter().for_each(|name| fs::write(path.join(name), "mine").expect("written"));
        };
        fs::create_dir(path.join(".unfinished-aaaaaaaa")).expect("made");
        plant();
        let first = Folder::open(path).expect("opened");
        assert!(!left.exists());
        // While another is at work, its files are left alone.
        plant();
        let second = Folder::open(path).expect("opened beside it");
        assert!(left.exists());
        drop(first);
        let third = Folder::open(path).expect("opened beside the second");
        assert!(left.exists());
        drop((second, third));
        drop(Folder::open(path).expect("opened alone"));
        assert!(!left.exists());
        assert!(kept.iter().all(|name| path.join(name).exists()));
        assert!(path.join(".unfinished-aaaaaaaa").is_dir());
    }
}
