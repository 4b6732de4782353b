//! The power cut: what a dead process wrote and did not sync is taken back, as its undo log tells.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use rand::RngExt;
use rand::rngs::StdRng;

use crate::oplog::{self, Op, Record};

/// What the cut does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the two choices of a cut")]
pub struct Cut {
    /// To unsynced bytes.
    pub bytes: LostBytes,
    /// To names.
    pub names: LostNames,
}

/// Which unsynced bytes of a file are lost. Every choice is one that a real disk may make.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LostBytes {
    /// All.
    All,
    /// All behind a random point in the order of writing: a torn tail.
    Tail,
    /// Each page of 4 KiB for itself: later ones may be there, earlier ones gone.
    Pages,
}

/// Which created, renamed and removed names are lost.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LostNames {
    /// None: what journalling file systems do in practice for the order within a directory.
    None,
    /// Per directory, those behind a random point after its last sync: what POSIX allows.
    Tail,
}

/// What a cut took back.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct CutReport {
    /// Files with unsynced bytes.
    pub files: usize,
    /// Bytes written and not synced, whether lost or by chance kept.
    pub unsynced_bytes: u64,
    /// Names taken back.
    pub names: usize,
}

/// Takes back what the log in `side` says was not durable in the files below `watched`.
///
/// # Errors
/// When the log cannot be read or a file cannot be changed.
pub fn cut(side: &Path, watched: &Path, how: Cut, rng: &mut StdRng) -> io::Result<CutReport> {
    let records = oplog::read(&side.join("oplog"))?;
    let durable = durable_until(&records);
    let mut paths = HashMap::new();
    find_inodes(watched, &mut paths)?;
    find_inodes(&side.join("saved"), &mut paths)?;

    let mut report = CutReport::default();
    let mut by_inode: BTreeMap<u64, Vec<&Op>> = BTreeMap::new();
    let mut names: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (at, record) in records.iter().enumerate() {
        let is_durable = durable.get(&record.inode).is_some_and(|until| at < *until);
        match &record.op {
            Op::SyncBegin { .. } | Op::SyncEnd { .. } => {}
            _ if is_durable => {}
            op if op.is_name() => names.entry(record.inode).or_default().push(at),
            op => by_inode.entry(record.inode).or_default().push(op),
        }
    }
    for (inode, ops) in &by_inode {
        if let Some(path) = paths.get(inode) {
            report.files += 1;
            report.unsynced_bytes += ops.iter().map(|op| written_bytes(op)).sum::<u64>();
            let file = OpenOptions::new().read(true).write(true).open(path)?;
            match how.bytes {
                LostBytes::All => undo_all(&file, ops)?,
                LostBytes::Tail => undo_tail(&file, ops, rng)?,
                LostBytes::Pages => undo_pages(&file, ops, rng)?,
            }
        }
    }
    if how.names == LostNames::Tail {
        let mut lost: Vec<usize> = names
            .values()
            .flat_map(|ops| ops.iter().skip(rng.random_range(0..=ops.len())).copied())
            .collect();
        lost.sort_unstable();
        report.names = lost.len();
        for at in lost.into_iter().rev() {
            undo_name(side, &records[at].op)?;
        }
    }
    Ok(report)
}

/// Forgets the log and the files that it kept.
///
/// # Errors
/// When they cannot be removed.
pub fn forget(side: &Path) -> io::Result<()> {
    let missing_is_fine = |result: io::Result<()>| match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    missing_is_fine(fs::remove_file(side.join("oplog")))?;
    missing_is_fine(fs::remove_dir_all(side.join("saved")))?;
    fs::create_dir_all(side.join("saved"))
}

/// For each inode, the place in the log before which everything is durable.
fn durable_until(records: &[Record]) -> HashMap<u64, usize> {
    let mut begun = HashMap::new();
    let mut durable: HashMap<u64, usize> = HashMap::new();
    for (at, record) in records.iter().enumerate() {
        match record.op {
            Op::SyncBegin { token } => {
                begun.insert(token, at);
            }
            Op::SyncEnd { token } => {
                let from = begun.get(&token).copied().unwrap_or_default();
                let until = durable.entry(record.inode).or_default();
                *until = from.max(*until);
            }
            _ => {}
        }
    }
    durable
}

fn find_inodes(dir: &Path, into: &mut HashMap<u64, PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            find_inodes(&entry.path(), into)?;
        } else if kind.is_file() {
            into.insert(entry.metadata()?.ino(), entry.path());
        }
    }
    Ok(())
}

fn written_bytes(op: &Op) -> u64 {
    match op {
        Op::Overwrite { old, .. } => old.len() as u64,
        Op::Extend { length, .. } => *length,
        _ => 0,
    }
}

fn undo_all(file: &File, ops: &[&Op]) -> io::Result<()> {
    ops.iter().rev().try_for_each(|op| undo(file, op))
}

fn undo(file: &File, op: &Op) -> io::Result<()> {
    match op {
        Op::Overwrite { offset, old } => file.write_all_at(old, *offset),
        // Killed between the note and the write, the file may not have grown.
        Op::Extend { from, .. } => file.set_len(file.metadata()?.len().min(*from)),
        Op::Shrink { to, length } => file.set_len(to + length),
        _ => Ok(()),
    }
}

/// Keeps the first operations, and of one of them the first bytes.
fn undo_tail(file: &File, ops: &[&Op], rng: &mut StdRng) -> io::Result<()> {
    let kept = rng.random_range(0..=ops.len());
    undo_all(file, ops.get(kept + 1..).unwrap_or_default())?;
    match ops.get(kept) {
        Some(Op::Extend { from, length }) => {
            let end = from + rng.random_range(0..=*length);
            file.set_len(file.metadata()?.len().min(end))
        }
        Some(Op::Overwrite { offset, old }) => {
            let point = rng.random_range(0..=old.len());
            file.write_all_at(&old[point..], offset + point as u64)
        }
        Some(op) => undo(file, op),
        None => Ok(()),
    }
}

/// Takes everything back, then puts some of the pages there again.
fn undo_pages(file: &File, ops: &[&Op], rng: &mut StdRng) -> io::Result<()> {
    let length = file.metadata()?.len();
    let mut pages = BTreeMap::new();
    for op in ops {
        let (from, to) = match op {
            Op::Overwrite { offset, old } => (*offset, offset + old.len() as u64),
            Op::Extend { from, length } => (*from, from + length),
            _ => continue,
        };
        for page in from / PAGE_BYTES..to.min(length).div_ceil(PAGE_BYTES) {
            if let Entry::Vacant(place) = pages.entry(page) {
                let written_back = rng.random_bool(0.5).then(|| read_page(file, page, length));
                place.insert(written_back.transpose()?);
            }
        }
    }
    undo_all(file, ops)?;
    let mut written_back = pages.iter().filter_map(|(page, bytes)| Some((page, bytes.as_ref()?)));
    written_back.try_for_each(|(page, bytes)| file.write_all_at(bytes, page * PAGE_BYTES))
}

fn read_page(file: &File, page: u64, file_length: u64) -> io::Result<Vec<u8>> {
    let start = page * PAGE_BYTES;
    let size = usize::try_from(PAGE_BYTES.min(file_length - start)).map_err(io::Error::other)?;
    let mut bytes = vec![0; size];
    file.read_exact_at(&mut bytes, start)?;
    Ok(bytes)
}

fn undo_name(side: &Path, op: &Op) -> io::Result<()> {
    let saved_file = |number: &u64| side.join("saved").join(number.to_string());
    match op {
        // Killed between the note and the call, there is nothing to take back.
        Op::Create { path } | Op::Link { path } if path.exists() => fs::remove_file(path),
        Op::Rename { from, to, saved } if !from.exists() => {
            fs::rename(to, from)?;
            saved.iter().try_for_each(|number| fs::hard_link(saved_file(number), to))
        }
        Op::Unlink { path, saved } if !path.exists() => fs::hard_link(saved_file(saved), path),
        _ => Ok(()),
    }
}

/// What the kernel writes back at once.
const PAGE_BYTES: u64 = 4096;
