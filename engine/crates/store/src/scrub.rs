//! The store's health: what RocksDB says of itself, and reading everything with its checksums.

use crate::error::ReadError;
use crate::{Store, keys};

/// What RocksDB says of itself, summed over the column families.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct StoreHealth {
    /// Errors of flushes and compactions since the store was opened.
    pub background_errors: u64,
    /// Whether writes are stopped because the disk does not keep up.
    pub write_stopped: bool,
    /// Bytes a second that writes are slowed down to; 0 if they are not.
    pub delayed_write_rate: u64,
    /// Bytes that compactions have still to rewrite.
    pub pending_compaction_bytes: u64,
    /// Files that no compaction has touched yet.
    pub level0_files: u64,
    /// Bytes of tables.
    pub table_bytes: u64,
    /// Bytes of contents that lie in files of their own.
    pub blob_bytes: u64,
}

/// What a scrub read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct ScrubReport {
    /// Records read.
    pub records: u64,
    /// Their bytes, keys included.
    pub bytes: u64,
    /// Each column family that could not be read to its end, with what RocksDB said.
    pub damaged: Vec<(String, String)>,
}

impl Store {
    /// What RocksDB says of itself.
    ///
    /// # Errors
    /// If it does not say anything.
    pub fn health(&self) -> Result<StoreHealth, ReadError> {
        let Some(db) = self.database().db() else { return Ok(StoreHealth::default()) };
        let of = |family: &str, name: &str| {
            let family = db.cf_handle(family).expect("every family is opened with the database");
            let value = db.property_int_value_cf(family, name);
            value.map(Option::unwrap_or_default).map_err(ReadError::Database)
        };
        let mut health = StoreHealth::default();
        for family in keys::FAMILIES {
            health.pending_compaction_bytes +=
                of(family, "rocksdb.estimate-pending-compaction-bytes")?;
            health.level0_files += of(family, "rocksdb.num-files-at-level0")?;
            health.table_bytes += of(family, "rocksdb.total-sst-files-size")?;
            health.blob_bytes += of(family, "rocksdb.live-blob-file-size")?;
        }
        // These hold for the database as a whole.
        health.background_errors = of(keys::META, "rocksdb.background-errors")?;
        health.write_stopped = of(keys::META, "rocksdb.is-write-stopped")? != 0;
        health.delayed_write_rate = of(keys::META, "rocksdb.actual-delayed-write-rate")?;
        Ok(health)
    }

    /// Reads every record of every column family, checksums verified, past all caches. Blocks for
    /// as long as the disk takes.
    #[must_use]
    pub fn scrub(&self) -> ScrubReport {
        let mut report = ScrubReport::default();
        let database = self.database();
        for family in keys::FAMILIES {
            for row in database.rows_from_disk(family) {
                match row {
                    Ok((key, value)) => {
                        report.records += 1;
                        report.bytes += (key.len() + value.len()) as u64;
                    }
                    Err(error) => {
                        report.damaged.push((family.to_owned(), error.to_string()));
                        break;
                    }
                }
            }
        }
        report
    }
}
