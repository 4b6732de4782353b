//! A disk in memory, for simulations: fast, and broken when a test wants it to be.
//!
//! It keeps what was committed when the store above it is dropped without a word, so that another
//! store opened on it sees what a process would find after a crash. It is stricter than RocksDB in
//! one thing: a single deletion of a key that was not put exactly once is undefined there, and
//! panics here. The store's own tests run on it as they do on RocksDB.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::database::{Row, WriteError};
use crate::keys;

/// A disk that outlives the stores opened on it. Cheap to clone: all clones are the same disk.
#[derive(Clone, Debug, Default)]
pub struct MemoryDisk {
    platter: Arc<Mutex<Platter>>,
}

/// What a commit that breaks leaves behind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a batch is there or it is not")]
pub enum Broken {
    /// Nothing of the batch.
    Before,
    /// The whole batch, though nobody is told.
    After,
}

/// A key and its value.
type KeyAndValue = (Vec<u8>, Vec<u8>);

#[derive(Debug, Default)]
struct Platter {
    families: [BTreeMap<Vec<u8>, Cell>; keys::FAMILIES.len()],
    attached: bool,
    commits: u64,
    /// Commits that still succeed, and what becomes of the one behind them.
    breaks: Option<(u64, Broken)>,
    gone: bool,
}

#[derive(Clone, Debug)]
struct Cell {
    value: Arc<[u8]>,
    /// How often it was put since it was deleted last.
    puts: u32,
}

/// One write of a batch, by the family's place.
#[derive(Debug)]
pub(crate) enum Operation {
    Put(usize, Vec<u8>, Arc<[u8]>),
    Delete(usize, Vec<u8>),
    SingleDelete(usize, Vec<u8>),
    DeleteRange(usize, Vec<u8>, Vec<u8>),
}

impl MemoryDisk {
    /// Lets so many commits succeed; the next one fails, and all after it, until [`Self::mend`].
    pub fn break_after(&self, commits: u64, broken: Broken) {
        self.platter().breaks = Some((commits, broken));
    }

    /// Whether a commit has failed.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.platter().gone
    }

    /// The machine starts again: what was committed is there, and commits succeed.
    pub fn mend(&self) {
        let mut platter = self.platter();
        (platter.gone, platter.breaks) = (false, None);
    }

    /// Commits that succeeded so far.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.platter().commits
    }

    /// A disk of its own with what was committed to this one so far: what a crash would leave now.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        let families = self.platter().families.clone();
        Self { platter: Arc::new(Mutex::new(Platter { families, ..Platter::default() })) }
    }

    /// Everything that it holds: rows by the name of their family.
    #[must_use]
    pub fn rows(&self) -> BTreeMap<String, Vec<KeyAndValue>> {
        let platter = self.platter();
        let families = keys::FAMILIES.iter().zip(&platter.families);
        let rows = families.map(|(name, cells)| {
            let rows = cells.iter().map(|(key, cell)| (key.clone(), cell.value.to_vec()));
            ((*name).to_owned(), rows.collect())
        });
        rows.collect()
    }

    /// Writes a row behind the store's back.
    ///
    /// # Panics
    /// If there is no such family.
    pub fn put(&self, family: &str, key: &[u8], value: &[u8]) {
        let place = keys::FAMILIES.iter().position(|name| *name == family).expect("a family");
        self.platter().apply(vec![Operation::Put(place, key.to_vec(), value.into())]);
    }

    /// Opens it for one store; nothing if another has it open.
    pub(crate) fn attach(&self) -> Option<Attached> {
        let taken = std::mem::replace(&mut self.platter().attached, true);
        (!taken).then(|| Attached { disk: self.clone() })
    }

    fn platter(&self) -> MutexGuard<'_, Platter> {
        self.platter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The disk as one open store has it.
#[derive(Debug)]
pub(crate) struct Attached {
    disk: MemoryDisk,
}

impl Attached {
    pub(crate) fn get(&self, family: usize, key: &[u8]) -> Option<Arc<[u8]>> {
        let platter = self.disk.platter();
        platter.families.get(family)?.get(key).map(|cell| Arc::clone(&cell.value))
    }

    /// Rows from a key up to, not including, another, as they are now.
    pub(crate) fn rows(
        &self,
        family: usize,
        (from, to): (Vec<u8>, Option<Vec<u8>>),
        forward: bool,
    ) -> Vec<Row> {
        let platter = self.disk.platter();
        let (Some(cells), false) =
            (platter.families.get(family), to.as_ref().is_some_and(|to| *to <= from))
        else {
            return Vec::new();
        };
        let to = to.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = cells.range((Bound::Included(from), to));
        let row = |(key, cell): (&Vec<u8>, &Cell)| -> Row {
            (key.clone().into_boxed_slice(), cell.value.to_vec().into_boxed_slice())
        };
        if forward { rows.map(row).collect() } else { rows.rev().map(row).collect() }
    }

    pub(crate) fn write(&self, batch: Vec<Operation>) -> Result<(), WriteError> {
        let mut platter = self.disk.platter();
        if platter.gone {
            return Err(WriteError::Gone);
        }
        let breaks = match &mut platter.breaks {
            Some((0, broken)) => Some(*broken),
            Some((left, _)) => {
                *left -= 1;
                None
            }
            None => None,
        };
        platter.gone = breaks.is_some();
        if breaks != Some(Broken::Before) {
            platter.apply(batch);
        }
        if breaks.is_some() { Err(WriteError::Gone) } else { Ok(()) }
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        self.disk.platter().attached = false;
    }
}

impl Platter {
    fn apply(&mut self, batch: Vec<Operation>) {
        self.commits += 1;
        for operation in batch {
            match operation {
                Operation::Put(family, key, value) => {
                    let puts = self.cells(family).get(&key).map_or(1, |cell| cell.puts + 1);
                    self.cells(family).insert(key, Cell { value, puts });
                }
                Operation::Delete(family, key) => drop(self.cells(family).remove(&key)),
                Operation::SingleDelete(family, key) => {
                    let puts = self.cells(family).remove(&key).map_or(0, |cell| cell.puts);
                    let name = keys::FAMILIES.get(family).copied().unwrap_or_default();
                    assert_eq!(puts, 1, "single deletion of what was put {puts} times: {name}");
                }
                Operation::DeleteRange(family, from, to) => {
                    self.cells(family).retain(|key, _| *key < from || *key >= to);
                }
            }
        }
    }

    fn cells(&mut self, family: usize) -> &mut BTreeMap<Vec<u8>, Cell> {
        self.families.get_mut(family).expect("operations name families by their place")
    }
}
