//! What lies below the store: RocksDB. For simulations it may be a disk in memory, which is not
//! compiled into what ships; then nothing here decides anything.

use std::ops::Deref;

use rocksdb::{
    ColumnFamily, DB, DBIterator, DBPinnableSlice, Direction, IteratorMode, ReadOptions,
    WriteOptions,
};
use thiserror::Error;

use crate::error::ReadError;
#[cfg(feature = "simulation")]
use crate::keys;
#[cfg(feature = "simulation")]
use crate::memory::Attached;
use crate::near::Reach;
use crate::options;

/// The open database, with its column families at hand.
#[derive(Debug)]
pub(crate) struct Database {
    disk: Disk,
}

#[derive(Debug)]
enum Disk {
    Rocks(DB),
    #[cfg(feature = "simulation")]
    Memory(Attached),
}

/// A column family.
#[derive(Clone, Copy)]
pub(crate) enum Family<'a> {
    Rocks(&'a ColumnFamily),
    /// By its place in [`keys::FAMILIES`].
    #[cfg(feature = "simulation")]
    Memory(usize),
}

/// A key and its value.
pub(crate) type Row = (Box<[u8]>, Box<[u8]>);

/// Why nothing is known to have been written.
#[derive(Debug, Error)]
pub(crate) enum WriteError {
    #[error(transparent)]
    Rocks(#[from] rocksdb::Error),
    #[cfg(feature = "simulation")]
    #[error("the simulated disk is gone")]
    Gone,
}

impl Database {
    pub(crate) const fn rocks(db: DB) -> Self {
        Self { disk: Disk::Rocks(db) }
    }

    #[cfg(feature = "simulation")]
    pub(crate) const fn memory(attached: Attached) -> Self {
        Self { disk: Disk::Memory(attached) }
    }

    /// RocksDB, for what only it can do: nothing if this lies in memory.
    pub(crate) const fn db(&self) -> Option<&DB> {
        match &self.disk {
            Disk::Rocks(db) => Some(db),
            #[cfg(feature = "simulation")]
            Disk::Memory(_) => None,
        }
    }

    /// A column family by its name.
    pub(crate) fn family(&self, name: &str) -> Family<'_> {
        let known = "every family is opened with the database";
        match &self.disk {
            Disk::Rocks(db) => Family::Rocks(db.cf_handle(name).expect(known)),
            #[cfg(feature = "simulation")]
            Disk::Memory(_) => {
                let place = keys::FAMILIES.iter().position(|family| *family == name);
                Family::Memory(place.expect(known))
            }
        }
    }

    /// One value.
    pub(crate) fn get(&self, family: &str, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        self.get_cf(self.family(family), key).map_err(ReadError::Database)
    }

    /// One value.
    pub(crate) fn get_cf(
        &self,
        family: Family<'_>,
        key: impl AsRef<[u8]>,
    ) -> Result<Option<Vec<u8>>, rocksdb::Error> {
        match (&self.disk, family) {
            (Disk::Rocks(db), Family::Rocks(family)) => db.get_cf(family, key),
            #[cfg(feature = "simulation")]
            (Disk::Memory(memory), Family::Memory(family)) => {
                Ok(memory.get(family, key.as_ref()).map(|value| value.to_vec()))
            }
            #[cfg(feature = "simulation")]
            _ => unreachable!("{FOREIGN}"),
        }
    }

    /// One value, not copied.
    pub(crate) fn get_pinned_cf(
        &self,
        family: Family<'_>,
        key: impl AsRef<[u8]>,
    ) -> Result<Option<Slice<'_>>, rocksdb::Error> {
        match (&self.disk, family) {
            (Disk::Rocks(db), Family::Rocks(family)) => {
                Ok(db.get_pinned_cf(family, key)?.map(Slice::Rocks))
            }
            #[cfg(feature = "simulation")]
            (Disk::Memory(memory), Family::Memory(family)) => {
                Ok(memory.get(family, key.as_ref()).map(Slice::Memory))
            }
            #[cfg(feature = "simulation")]
            _ => unreachable!("{FOREIGN}"),
        }
    }

    /// One value, not copied, if it lies as near as that.
    pub(crate) fn get_within(
        &self,
        family: &str,
        key: &[u8],
        reach: Reach,
    ) -> Result<Option<Slice<'_>>, ReadError> {
        let family = self.family(family);
        if let (Reach::Memory, Disk::Rocks(db), Family::Rocks(family)) = (reach, &self.disk, family)
        {
            let value = MEMORY.with(|memory| db.get_pinned_cf_opt(family, key, memory));
            return value.map(|value| value.map(Slice::Rocks)).map_err(|error| {
                match error.kind() {
                    rocksdb::ErrorKind::Incomplete => ReadError::OnDisk,
                    _ => ReadError::Database(error),
                }
            });
        }
        self.get_pinned_cf(family, key).map_err(ReadError::Database)
    }

    /// Exact keys, read together, as far as they lie as near as that.
    pub(crate) fn multi_get<K: AsRef<[u8]>>(
        &self,
        family: &str,
        keys: &[K],
        reach: Reach,
    ) -> Vec<Result<Option<Vec<u8>>, ReadError>> {
        if reach == Reach::Memory {
            // Read together they would be read from the disk too.
            let get = |key: &K| self.get_within(family, key.as_ref(), reach);
            return keys.iter().map(|key| Ok(get(key)?.map(|value| value.to_vec()))).collect();
        }
        match (&self.disk, self.family(family)) {
            (Disk::Rocks(db), Family::Rocks(family)) => {
                let owned = |value: Option<DBPinnableSlice<'_>>| value.map(|slice| slice.to_vec());
                let values = db.batched_multi_get_cf(family, keys.iter(), false).into_iter();
                values.map(|value| value.map(owned).map_err(ReadError::Database)).collect()
            }
            #[cfg(feature = "simulation")]
            (Disk::Memory(memory), Family::Memory(family)) => {
                let get = |key: &K| memory.get(family, key.as_ref()).map(|value| value.to_vec());
                keys.iter().map(|key| Ok(get(key))).collect()
            }
            #[cfg(feature = "simulation")]
            _ => unreachable!("{FOREIGN}"),
        }
    }

    /// Rows from a place on.
    pub(crate) fn rows(&self, family: Family<'_>, mode: IteratorMode<'_>) -> Rows<'_> {
        match (&self.disk, family) {
            (Disk::Rocks(db), Family::Rocks(family)) => Rows::Rocks(db.iterator_cf(family, mode)),
            #[cfg(feature = "simulation")]
            (Disk::Memory(memory), Family::Memory(family)) => {
                let (from, to) = match mode {
                    IteratorMode::From(key, Direction::Forward) => (key.to_vec(), None),
                    // The key itself is among them, and this is the first one behind it.
                    IteratorMode::From(key, Direction::Reverse) => {
                        (Vec::new(), Some([key, &[0]].concat()))
                    }
                    _ => (Vec::new(), None),
                };
                let forward =
                    matches!(mode, IteratorMode::Start | IteratorMode::From(_, Direction::Forward));
                Rows::Memory(memory.rows(family, (from, to), forward).into_iter())
            }
            #[cfg(feature = "simulation")]
            _ => unreachable!("{FOREIGN}"),
        }
    }

    /// Rows from one key up to, not including, another; backwards if so wanted.
    pub(crate) fn range(
        &self,
        family: Family<'_>,
        (from, to): (Vec<u8>, Vec<u8>),
        direction: Direction,
    ) -> Rows<'_> {
        let forward = matches!(direction, Direction::Forward);
        match (&self.disk, family) {
            (Disk::Rocks(db), Family::Rocks(family)) => {
                let mode = if forward { IteratorMode::Start } else { IteratorMode::End };
                Rows::Rocks(db.iterator_cf_opt(family, options::range(from, to), mode))
            }
            #[cfg(feature = "simulation")]
            (Disk::Memory(memory), Family::Memory(family)) => {
                Rows::Memory(memory.rows(family, (from, Some(to)), forward).into_iter())
            }
            #[cfg(feature = "simulation")]
            _ => unreachable!("{FOREIGN}"),
        }
    }

    /// Every row of a family, checksums verified, past all caches.
    pub(crate) fn rows_from_disk(&self, family: &str) -> Rows<'_> {
        match (&self.disk, self.family(family)) {
            (Disk::Rocks(db), Family::Rocks(family)) => {
                let mut options = ReadOptions::default();
                options.set_verify_checksums(true);
                options.fill_cache(false);
                options.set_readahead_size(READAHEAD_BYTES);
                Rows::Rocks(db.iterator_cf_opt(family, options, IteratorMode::Start))
            }
            #[cfg(feature = "simulation")]
            (_, family) => self.rows(family, IteratorMode::Start),
        }
    }

    /// The keys from one up to, not including, another, in order. For long walks: nothing is copied,
    /// and the cache is left to what is read again.
    pub(crate) fn each_key(
        &self,
        family: Family<'_>,
        (from, to): (Vec<u8>, Vec<u8>),
        mut each: impl FnMut(&[u8]),
    ) -> Result<(), rocksdb::Error> {
        match (&self.disk, family) {
            (Disk::Rocks(db), Family::Rocks(family)) => {
                let mut rows = db.raw_iterator_cf_opt(family, options::walk(from, to));
                rows.seek_to_first();
                while let Some(key) = rows.key() {
                    each(key);
                    rows.next();
                }
                rows.status()
            }
            #[cfg(feature = "simulation")]
            (Disk::Memory(memory), Family::Memory(family)) => {
                memory.rows(family, (from, Some(to)), true).iter().for_each(|(key, _)| each(key));
                Ok(())
            }
            #[cfg(feature = "simulation")]
            _ => unreachable!("{FOREIGN}"),
        }
    }

    /// Writes a batch; how durably, the options say.
    pub(crate) fn write(
        &self,
        batch: WriteBatch,
        options: &WriteOptions,
    ) -> Result<(), WriteError> {
        match &self.disk {
            Disk::Rocks(db) => Ok(db.write_opt(batch.rocks, options)?),
            #[cfg(feature = "simulation")]
            Disk::Memory(memory) => memory.write(batch.memory),
        }
    }
}

/// Something written together or not at all. The calls are RocksDB's.
#[derive(Default)]
pub(crate) struct WriteBatch {
    rocks: rocksdb::WriteBatch,
    #[cfg(feature = "simulation")]
    memory: Vec<crate::memory::Operation>,
}

impl WriteBatch {
    pub(crate) fn put_cf(
        &mut self,
        family: Family<'_>,
        key: impl AsRef<[u8]>,
        value: impl AsRef<[u8]>,
    ) {
        match family {
            Family::Rocks(family) => self.rocks.put_cf(family, key, value),
            #[cfg(feature = "simulation")]
            Family::Memory(family) => self.memory.push(crate::memory::Operation::Put(
                family,
                key.as_ref().to_vec(),
                value.as_ref().into(),
            )),
        }
    }

    pub(crate) fn delete_cf(&mut self, family: Family<'_>, key: impl AsRef<[u8]>) {
        match family {
            Family::Rocks(family) => self.rocks.delete_cf(family, key),
            #[cfg(feature = "simulation")]
            Family::Memory(family) => {
                let key = key.as_ref().to_vec();
                self.memory.push(crate::memory::Operation::Delete(family, key));
            }
        }
    }

    pub(crate) fn single_delete_cf(&mut self, family: Family<'_>, key: impl AsRef<[u8]>) {
        match family {
            Family::Rocks(family) => self.rocks.single_delete_cf(family, key),
            #[cfg(feature = "simulation")]
            Family::Memory(family) => {
                let key = key.as_ref().to_vec();
                self.memory.push(crate::memory::Operation::SingleDelete(family, key));
            }
        }
    }

    pub(crate) fn delete_range_cf<K: AsRef<[u8]>>(&mut self, family: Family<'_>, from: K, to: K) {
        match family {
            Family::Rocks(family) => self.rocks.delete_range_cf(family, from, to),
            #[cfg(feature = "simulation")]
            Family::Memory(family) => {
                let (from, to) = (from.as_ref().to_vec(), to.as_ref().to_vec());
                self.memory.push(crate::memory::Operation::DeleteRange(family, from, to));
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        #[cfg(feature = "simulation")]
        if !self.memory.is_empty() {
            return self.memory.len();
        }
        self.rocks.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A value where it lies.
pub(crate) enum Slice<'a> {
    Rocks(DBPinnableSlice<'a>),
    #[cfg(feature = "simulation")]
    Memory(std::sync::Arc<[u8]>),
}

impl Deref for Slice<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Rocks(slice) => slice,
            #[cfg(feature = "simulation")]
            Self::Memory(value) => value,
        }
    }
}

/// Rows as they are read.
pub(crate) enum Rows<'a> {
    Rocks(DBIterator<'a>),
    #[cfg(feature = "simulation")]
    Memory(std::vec::IntoIter<Row>),
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, rocksdb::Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Rocks(rows) => rows.next(),
            #[cfg(feature = "simulation")]
            Self::Memory(rows) => rows.next().map(Ok),
        }
    }
}

thread_local! {
    /// Made once for each thread: it is used several times for every envelope.
    static MEMORY: ReadOptions = options::memory();
}

/// Large sequential reads: a scrub is bounded by the disk.
const READAHEAD_BYTES: usize = 2 << 20;

#[cfg(feature = "simulation")]
const FOREIGN: &str = "families come from the database that they are used with";
