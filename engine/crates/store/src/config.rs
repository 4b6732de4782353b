//! What an operator decides about the store.

use std::path::PathBuf;
use std::time::Duration;

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
    /// Bytes of envelopes kept in memory for those who ask for their state again and again: a
    /// hundred thousand, what the whole world sends in a day at the capacity stated for the real
    /// hub. None asks the database each time.
    pub recent_bytes: usize,
    /// Whether every commit is synced. Without it a power cut loses what was answered.
    pub sync: bool,
    /// How long what is delivered is kept.
    pub retention: Retention,
    /// Whether envelopes can be found by their certificate number. Each costs a row more; what is
    /// there when it is switched on is indexed when the store opens.
    pub certificate_index: bool,
    /// The disk in memory that takes the place of the directory, for simulations.
    #[cfg(feature = "simulation")]
    pub memory: Option<crate::MemoryDisk>,
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
            recent_bytes: 64 << 20,
            sync: true,
            retention: Retention::default(),
            certificate_index: false,
            #[cfg(feature = "simulation")]
            memory: None,
            answer_before_commit: false,
        }
    }
}

/// How long what is delivered is kept. A legal hold postpones all of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "settings, built field by field")]
pub struct Retention {
    /// From the acknowledgement until the content is dropped; zero drops it with the
    /// acknowledgement.
    pub content: Duration,
    /// From the acknowledgement, or the refusal, until header, state and history are removed.
    /// Never before the content.
    pub headers: Duration,
    /// From the acceptance until an envelope that was never handed over or pulled fails, in
    /// inboxes whose owner has an endpoint for envelopes.
    pub fail_after: Duration,
}

impl Default for Retention {
    /// Seven days, 400 days (a year's audit with time to make it), seven days.
    fn default() -> Self {
        Self { content: 7 * DAY, headers: 400 * DAY, fail_after: 7 * DAY }
    }
}

const DAY: Duration = Duration::from_secs(24 * 3600);
