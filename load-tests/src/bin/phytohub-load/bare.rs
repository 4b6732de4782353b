//! The ceiling of the store: loops on RocksDB that write the rows of the store in batches, as many at
//! once as are in flight, share syncs as RocksDB lets them, and decide, check and count nothing.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hdrhistogram::Histogram;
use phytohub_load_tests::Failure;
use phytohub_load_tests::clock::Stopwatch;
use phytohub_load_tests::compare::Turned;
use rocksdb::{
    BlockBasedOptions, ColumnFamily, ColumnFamilyDescriptor, DB, DBCompressionType, Options,
    WriteBatch, WriteOptions,
};

use super::{Driven, histogram, micros, turned};

/// RocksDB with the store's column families.
pub(super) struct Bare {
    db: DB,
    sync: WriteOptions,
    body: Vec<u8>,
    in_flight: u64,
    next: AtomicU64,
}

impl Bare {
    pub(super) fn open(dir: &Path, body: Vec<u8>, in_flight: usize) -> Result<Self, Failure> {
        let mut sync = WriteOptions::default();
        sync.set_sync(true);
        let descriptor = |name| ColumnFamilyDescriptor::new(name, family(name));
        let db = DB::open_cf_descriptors(&database(), dir, FAMILIES.map(descriptor))?;
        Ok(Self { db, sync, body, in_flight: u64::try_from(in_flight)?, next: 0.into() })
    }

    /// So many are accepted, read and acknowledged together.
    fn cycle(&self, count: u64) -> Result<(), Failure> {
        let first = self.next.fetch_add(count, Ordering::Relaxed);
        let ids: Vec<Key> = (first..first + count).map(key).collect();
        let mut accept = WriteBatch::default();
        for id in &ids {
            accept.put_cf(self.family("envelope")?, id, [1; ENVELOPE_ROW_BYTES]);
            accept.put_cf(self.family("state")?, id, [2; STATE_ROW_BYTES]);
            accept.put_cf(self.family("content")?, [&id[..], &[0; 4]].concat(), &self.body);
            accept.put_cf(self.family("inbox")?, &id[4..], id);
            accept.put_cf(self.family("outbox")?, &id[4..], id);
            // Its hash, which lies anywhere among the others, and when it is forgotten.
            let hash: [u8; 32] = rand::random();
            accept.put_cf(self.family("replay")?, hash, [3; REPLAY_ROW_BYTES]);
            accept.put_cf(self.family("due")?, [&[0; 9], &id[..]].concat(), hash);
            self.event(&mut accept, id, 0)?;
        }
        self.write(accept)?;
        for id in &ids {
            self.read("envelope", id, ENVELOPE_ROW_BYTES)?;
            self.read("state", id, STATE_ROW_BYTES)?;
            self.read("content", &[&id[..], &[0; 4]].concat(), self.body.len())?;
        }
        let mut acknowledge = WriteBatch::default();
        for id in &ids {
            acknowledge.put_cf(self.family("state")?, id, [4; STATE_ROW_BYTES]);
            acknowledge.single_delete_cf(self.family("inbox")?, &id[4..]);
            acknowledge.single_delete_cf(self.family("outbox")?, &id[4..]);
            // When the content goes.
            acknowledge.put_cf(self.family("due")?, [&[1; 9], &id[..]].concat(), []);
            self.event(&mut acknowledge, id, 1)?;
        }
        self.write(acknowledge)
    }

    fn event(&self, batch: &mut WriteBatch, id: &Key, step: u8) -> Result<(), Failure> {
        let mut sequence = *id;
        sequence[0] = step;
        batch.put_cf(self.family("event")?, sequence, [5; EVENT_ROW_BYTES]);
        batch.put_cf(self.family("history")?, [&id[..], &[step; 8]].concat(), []);
        Ok(())
    }

    fn read(&self, name: &str, key: &[u8], bytes: usize) -> Result<(), Failure> {
        let row = self.db.get_pinned_cf(self.family(name)?, key)?;
        let there = row.is_some_and(|row| row.len() == bytes);
        if there { Ok(()) } else { Err(format!("a row of {name} is not there").into()) }
    }

    fn write(&self, mut batch: WriteBatch) -> Result<(), Failure> {
        batch.put_cf(self.family("meta")?, b"counters", [6; 96]);
        Ok(self.db.write_opt(batch, &self.sync)?)
    }

    fn family(&self, name: &str) -> Result<&ColumnFamily, Failure> {
        self.db.cf_handle(name).ok_or_else(|| format!("no column family {name}").into())
    }

    /// One thread's part of all in flight, for so long.
    fn work(&self, count: u64, time: Duration) -> Result<Histogram<u64>, Failure> {
        let (mut times, begun) = (histogram()?, Stopwatch::start());
        while begun.elapsed() < time {
            let watch = Stopwatch::start();
            self.cycle(count)?;
            times.saturating_record_n(micros(watch.elapsed()), count);
        }
        Ok(times)
    }
}

impl Driven for Bare {
    fn turn(&mut self, time: Duration) -> Result<Turned, Failure> {
        let watch = Stopwatch::start();
        let mut all = histogram()?;
        // On each core one works while another waits for the disk.
        let threads = std::thread::available_parallelism()?.get() as u64 * 2;
        let (this, threads) = (&*self, threads.min(self.in_flight));
        let parts = (0..threads).map(|n| (this.in_flight + n) / threads);
        std::thread::scope(|scope| {
            let workers: Vec<_> =
                parts.map(|count| scope.spawn(move || this.work(count, time))).collect();
            for worker in workers {
                all.add(worker.join().map_err(|_| "a thread panicked")??)?;
            }
            Ok::<_, Failure>(())
        })?;
        Ok(turned(&all, watch.elapsed()))
    }
}

type Key = [u8; 16];

fn key(id: u64) -> Key {
    u128::from(id).to_be_bytes()
}

/// As the store has it.
fn database() -> Options {
    let mut options = Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    options.set_db_write_buffer_size(WRITE_BUFFER_BYTES);
    options.set_max_total_wal_size(1 << 30);
    options.set_bytes_per_sync(1 << 20);
    options.set_wal_bytes_per_sync(1 << 20);
    options.set_max_background_jobs(2);
    options
}

fn family(name: &str) -> Options {
    let mut table = BlockBasedOptions::default();
    let mut options = Options::default();
    options.set_compression_type(DBCompressionType::Lz4);
    if ["envelope", "state", "replay", "content"].contains(&name) {
        table.set_bloom_filter(10.0, false);
    }
    if name == "content" {
        options.set_write_buffer_size(WRITE_BUFFER_BYTES / 2);
        options.set_enable_blob_files(true);
        options.set_min_blob_size(1 << 10);
        options.set_blob_file_size(256 << 20);
        options.set_blob_compression_type(DBCompressionType::Lz4);
    }
    options.set_block_based_table_factory(&table);
    options
}

const FAMILIES: [&str; 10] = [
    "envelope", "state", "content", "inbox", "outbox", "event", "history", "due", "replay", "meta",
];
const WRITE_BUFFER_BYTES: usize = 512 << 20;
/// Bytes of the store's rows, as its records have them.
const ENVELOPE_ROW_BYTES: usize = 210;
const STATE_ROW_BYTES: usize = 12;
const EVENT_ROW_BYTES: usize = 200;
const REPLAY_ROW_BYTES: usize = 24;
