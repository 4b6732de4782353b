//! How RocksDB is set up, and why.

use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamilyDescriptor, DB, DBCompressionType, DBRecoveryMode,
    Options, ReadOptions, ReadTier, WriteOptions,
};

use crate::keys;
use crate::{CHUNK_BYTES, StoreConfig};

/// Options of the database as a whole.
pub(crate) fn database(config: &StoreConfig, recovery: DBRecoveryMode) -> Options {
    let mut options = Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    // Answered envelopes are synced: a damaged log must be loud, a torn tail is an unanswered one.
    options.set_wal_recovery_mode(recovery);
    options.set_track_and_verify_wals_in_manifest(true);
    options.set_paranoid_checks(true);
    options.set_db_write_buffer_size(config.write_buffer_bytes);
    options.set_max_total_wal_size(WAL_BYTES_MAX);
    // Writeback of tables in large lumps would make the next sync wait for it.
    options.set_bytes_per_sync(BYTES_PER_SYNC);
    options.set_wal_bytes_per_sync(BYTES_PER_SYNC);
    options.set_max_background_jobs(BACKGROUND_JOBS);
    options.set_max_open_files(OPEN_FILES_MAX);
    options.set_keep_log_file_num(LOG_FILES_MAX);
    options.set_max_log_file_size(LOG_FILE_BYTES_MAX);
    options
}

/// Every column family with its options. They share one block cache.
pub(crate) fn families(config: &StoreConfig) -> Vec<ColumnFamilyDescriptor> {
    let cache = Cache::new_lru_cache(config.block_cache_bytes);
    let descriptor = |name: &&str| ColumnFamilyDescriptor::new(*name, family(name, config, &cache));
    keys::FAMILIES.iter().map(descriptor).collect()
}

fn family(name: &str, config: &StoreConfig, cache: &Cache) -> Options {
    let mut table = BlockBasedOptions::default();
    table.set_block_cache(cache);
    table.set_cache_index_and_filter_blocks(true);
    table.set_pin_l0_filter_and_index_blocks_in_cache(true);
    if [keys::ENVELOPE, keys::STATE, keys::INBOX, keys::OUTBOX].contains(&name) {
        table.set_block_size(LISTED_BLOCK_BYTES);
    }
    let mut options = Options::default();
    options.set_compression_type(DBCompressionType::Lz4);
    match name {
        keys::ENVELOPE | keys::STATE | keys::HOLDERS => {
            table.set_bloom_filter(BLOOM_BITS, false);
        }
        // What is looked for here mostly never came before.
        keys::REPLAY | keys::PLUGIN => {
            table.set_bloom_filter(BLOOM_BITS, false);
            options.set_memtable_whole_key_filtering(true);
            options.set_memtable_prefix_bloom_ratio(MEMTABLE_BLOOM_SHARE);
        }
        keys::CONTENT => content(&mut options, &mut table, config),
        keys::INBOX | keys::OUTBOX | keys::UPDATE | keys::DUE => forget_soon(&mut options),
        _ => {}
    }
    options.set_block_based_table_factory(&table);
    options
}

/// Many deletions in a row are compacted away before a scan meets them, and their values' space
/// comes back.
fn forget_soon(options: &mut Options) {
    options.add_compact_on_deletion_collector_factory(DELETION_WINDOW, DELETION_TRIGGER, 0.5);
}

/// Contents are large, written once and dropped whole: they lie in blob files, and tables hold
/// where. Big memtables let what is acknowledged quickly vanish before it is ever flushed.
fn content(options: &mut Options, table: &mut BlockBasedOptions, config: &StoreConfig) {
    table.set_bloom_filter(BLOOM_BITS, false);
    options.set_write_buffer_size(config.write_buffer_bytes / 2);
    options.set_enable_blob_files(true);
    options.set_min_blob_size(BLOB_BYTES_MIN);
    options.set_blob_file_size(BLOB_FILE_BYTES);
    options.set_blob_compression_type(DBCompressionType::Lz4);
    options.set_enable_blob_gc(true);
    options.set_blob_gc_age_cutoff(1.0);
    options.set_blob_gc_force_threshold(0.5);
    options.set_target_file_size_base(8 << 20);
    forget_soon(options);
}

/// The one set of write options: RocksDB does not group writers whose options differ.
pub(crate) fn write(config: &StoreConfig) -> WriteOptions {
    let mut options = WriteOptions::default();
    options.set_sync(config.sync);
    options
}

/// A read of what lies in memtables and the block cache alone.
pub(crate) fn memory() -> ReadOptions {
    let mut options = ReadOptions::default();
    options.set_read_tier(ReadTier::BlockCache);
    options
}

/// A scan from one key up to, not including, another.
pub(crate) fn range(from: Vec<u8>, to: Vec<u8>) -> ReadOptions {
    let mut options = ReadOptions::default();
    options.set_iterate_lower_bound(from);
    options.set_iterate_upper_bound(to);
    options
}

/// A long walk from one key up to, not including, another: read ahead, and not kept.
pub(crate) fn walk(from: Vec<u8>, to: Vec<u8>) -> ReadOptions {
    let mut options = range(from, to);
    options.fill_cache(false);
    options.set_readahead_size(READ_AHEAD_BYTES);
    options
}

/// Makes forward scans over deletions cheap (a dynamic option, so set after opening).
pub(crate) fn after_open(db: &DB) -> Result<(), rocksdb::Error> {
    for name in [keys::INBOX, keys::OUTBOX, keys::UPDATE, keys::DUE] {
        if let Some(family) = db.cf_handle(name) {
            db.set_options_cf(family, &[("min_tombstones_for_range_conversion", "100")])?;
        }
    }
    Ok(())
}

/// A log over this is flushed away; replaying it takes a few seconds.
const WAL_BYTES_MAX: u64 = 1 << 30;
/// As other RocksDB servers do; see the Pulsar writeback measurements.
const BYTES_PER_SYNC: u64 = 1 << 20;
/// One flush and one compaction: the committer keeps a core on the smallest machine.
const BACKGROUND_JOBS: i32 = 2;
/// Below the usual limit of 1,024 descriptors, with room for sockets.
const OPEN_FILES_MAX: i32 = 512;
/// A disk that turns needs no more than some milliseconds for it.
const READ_AHEAD_BYTES: usize = 1 << 20;
/// RocksDB's own diagnostics.
const LOG_FILES_MAX: usize = 4;
const LOG_FILE_BYTES_MAX: usize = 16 << 20;
/// About one percent of false positives.
const BLOOM_BITS: f64 = 10.0;
/// Of a memtable, for a filter of its own: 1.3 MiB of 64, ten bits for each of a million keys.
const MEMTABLE_BLOOM_SHARE: f64 = 0.02;
/// Lists read a thousand neighbours at once: a quarter of the usual blocks to find, check and keep.
const LISTED_BLOCK_BYTES: usize = 16 << 10;
/// Below this a content lies in the table itself: a blob would cost a second read.
const BLOB_BYTES_MIN: u64 = 1 << 10;
const BLOB_FILE_BYTES: u64 = 256 * CHUNK_BYTES as u64;
/// As production queues on RocksDB use them.
const DELETION_WINDOW: usize = 1000;
const DELETION_TRIGGER: usize = 50;
