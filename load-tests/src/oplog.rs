//! The undo log that the preload shim writes, read back. The format is that of `powercut.c`.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// One thing that a process was about to do to a file, or to a name in a directory.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Record {
    /// The file's inode; for names, that of the directory.
    pub(crate) inode: u64,
    /// What.
    pub(crate) op: Op,
}

/// What was about to happen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Op {
    /// Bytes were replaced; these are the old ones.
    Overwrite { offset: u64, old: Vec<u8> },
    /// The file ended at `from` and grew.
    Extend { from: u64, length: u64 },
    /// The file was cut to `to`; the bytes behind it stand in [`Op::Overwrite`]s before this.
    Shrink { to: u64, length: u64 },
    /// A sync began: it covers what came before it.
    SyncBegin { token: u64 },
    /// A sync succeeded.
    SyncEnd { token: u64 },
    /// A file was created.
    Create { path: PathBuf },
    /// A file was renamed; what it replaced, if anything, was kept under a number.
    Rename { from: PathBuf, to: PathBuf, saved: Option<u64> },
    /// A file was removed and kept under a number.
    Unlink { path: PathBuf, saved: u64 },
    /// A file got another name.
    Link { path: PathBuf },
}

impl Op {
    /// Whether this is about names, which the sync of their directory makes durable.
    #[must_use]
    pub(crate) fn is_name(&self) -> bool {
        matches!(
            self,
            Self::Create { .. } | Self::Rename { .. } | Self::Unlink { .. } | Self::Link { .. }
        )
    }
}

/// Reads a log. A last record that death cut short told of something that never happened.
pub(crate) fn read(path: &Path) -> io::Result<Vec<Record>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut rest = bytes.as_slice();
    let mut records = Vec::new();
    while let Some((record, next)) = take_record(rest)? {
        records.push(record);
        rest = next;
    }
    Ok(records)
}

fn take_record(bytes: &[u8]) -> io::Result<Option<(Record, &[u8])>> {
    let Some((header, rest)) = bytes.split_first_chunk::<HEADER_BYTES>() else {
        return Ok(None);
    };
    let (magic, op) = (u32_at(header, 0), u32_at(header, 4));
    let (inode, offset, length) = (u64_at(header, 8), u64_at(header, 16), u64_at(header, 24));
    let sizes = [u64::from(u32_at(header, 32)), u64::from(u32_at(header, 36)), u64_at(header, 40)];
    if magic != MAGIC {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no record of an undo log"));
    }
    let mut parts: [&[u8]; 3] = [&[]; 3];
    let mut rest = rest;
    for (part, size) in parts.iter_mut().zip(sizes) {
        let size = usize::try_from(size).map_err(io::Error::other)?;
        let Some((taken, left)) = rest.split_at_checked(size) else {
            return Ok(None);
        };
        (*part, rest) = (taken, left);
    }
    let path = |bytes: &[u8]| PathBuf::from(OsString::from_vec(bytes.to_vec()));
    let [first, second, data] = parts;
    let op = match op {
        1 => Op::Overwrite { offset, old: data.to_vec() },
        2 => Op::Extend { from: offset, length },
        3 => Op::Shrink { to: offset, length },
        4 => Op::SyncBegin { token: offset },
        5 => Op::SyncEnd { token: offset },
        6 => Op::Create { path: path(first) },
        7 => {
            let saved = (offset != 0).then_some(offset);
            Op::Rename { from: path(first), to: path(second), saved }
        }
        8 => Op::Unlink { path: path(first), saved: offset },
        9 => Op::Link { path: path(first) },
        _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "unknown record")),
    };
    Ok(Some((Record { inode, op }, rest)))
}

fn u32_at(bytes: &[u8; HEADER_BYTES], at: usize) -> u32 {
    let mut out = [0; 4];
    out.copy_from_slice(&bytes[at..at + 4]);
    u32::from_ne_bytes(out)
}

fn u64_at(bytes: &[u8; HEADER_BYTES], at: usize) -> u64 {
    let mut out = [0; 8];
    out.copy_from_slice(&bytes[at..at + 8]);
    u64::from_ne_bytes(out)
}

/// `struct record` of `powercut.c`.
const HEADER_BYTES: usize = 48;
const MAGIC: u32 = 0x5455_4350;
