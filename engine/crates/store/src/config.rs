//! What an operator decides about the store.

use std::path::PathBuf;

/// Settings of a store. Paths are absolute by the time they come here.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoreConfig {
    /// Directory of the database; made if missing.
    pub path: PathBuf,
    /// Deliveries are refused below this share of the disk, in percent.
    pub disk_reserve_percent: u8,
    /// Deliveries are refused below this many free bytes, whatever the share.
    pub disk_reserve_bytes: u64,
    /// Bytes of blocks kept in memory for reading.
    pub block_cache_bytes: usize,
    /// Bytes of writes kept in memory before they are written to tables. Large: an envelope that
    /// is acknowledged before then never reaches a table.
    pub write_buffer_bytes: usize,
    /// Whether every commit is synced. Without it a power cut loses what was answered.
    pub sync: bool,
    /// Answers before the commit, so that the crash test can show that it would notice. No setting
    /// of the hub reaches this.
    pub answer_before_commit: bool,
}

impl StoreConfig {
    /// The defaults for a store in this directory.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            disk_reserve_percent: 5,
            disk_reserve_bytes: 2 << 30,
            block_cache_bytes: 128 << 20,
            write_buffer_bytes: 512 << 20,
            sync: true,
            answer_before_commit: false,
        }
    }
}
