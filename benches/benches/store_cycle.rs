//! One envelope's life in the store (accept, read, acknowledge), held against a bare RocksDB loop
//! that writes the same rows in the same batches: 1, 64 and 256 in flight.
//!
//! Both sync every batch on the same disk. After the measurements both are timed again side by
//! side; the run fails if the store does fewer than half of the bare loop's cycles.

#![forbid(unsafe_code)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput};
use phytohub_domain::{
    Acknowledgement, AcknowledgementKind, Clock, Connection, ConnectionId, ConnectionMode,
    ContentForm, ContentHash, Timestamp,
};
use phytohub_store::{Change, NewContent, NewEnvelope, Store, StoreConfig};
use phytohub_telemetry::{Actor, Metrics};
use rocksdb::{ColumnFamily, DB, Options, WriteBatch, WriteOptions};
use tokio::runtime::Runtime;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    measure(&mut criterion);
    criterion.final_summary();
    compare();
}

fn measure(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("store/cycle");
    group.sample_size(10);
    for in_flight in IN_FLIGHT {
        let cycles = cycles(in_flight);
        group.throughput(Throughput::Elements(cycles as u64));
        group.bench_function(BenchmarkId::new("store", in_flight), |bencher| {
            let ours = Ours::new();
            bencher.iter(|| ours.run(in_flight, cycles));
        });
        group.bench_function(BenchmarkId::new("bare", in_flight), |bencher| {
            let bare = Bare::new();
            let mut next = 0;
            bencher.iter(|| bare.run(in_flight, cycles, &mut next));
        });
    }
    group.finish();
}

#[expect(clippy::print_stdout, reason = "the ratios are what the run is for")]
fn compare() {
    let mut lowest = f64::INFINITY;
    for in_flight in IN_FLIGHT {
        let (ours, bare, cycles) = (Ours::new(), Bare::new(), cycles(in_flight));
        let (mut next, mut best_ours, mut best_bare) = (0, Duration::MAX, Duration::MAX);
        for _ in 0..ROUNDS {
            best_ours = best_ours.min(time(|| ours.run(in_flight, cycles)));
            best_bare = best_bare.min(time(|| bare.run(in_flight, cycles, &mut next)));
        }
        let rate = |spent: Duration| cycles as f64 / spent.as_secs_f64();
        let ratio = rate(best_ours) / rate(best_bare);
        lowest = lowest.min(ratio);
        println!(
            "store/cycle in_flight={in_flight} store={:.0}/s bare={:.0}/s ratio={ratio:.2}",
            rate(best_ours),
            rate(best_bare)
        );
    }
    assert!(lowest >= RATIO_MIN, "lowest ratio {lowest:.2}, must be at least {RATIO_MIN}");
}

#[expect(clippy::disallowed_methods, reason = "a bench measures with the real clock")]
fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// The store, driven by tasks on the runtime that the hub uses.
struct Ours {
    store: Store,
    runtime: Runtime,
    _directory: tempfile::TempDir,
}

impl Ours {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let mut config = StoreConfig::new(directory.path());
        (config.disk_reserve_bytes, config.disk_reserve_percent) = (0, 0);
        let opened = Store::open(config, Arc::new(RealClock), Arc::new(Metrics::new()));
        let (store, _) = opened.expect("a store opens");
        let runtime = Runtime::new().expect("a runtime");
        for (id, code) in [(1, "NO"), (2, "LK")] {
            let code = code.parse().expect("a code");
            let at = Timestamp::default();
            let connection =
                Connection::new(ConnectionId(id), code, String::new(), ConnectionMode::Test, at);
            runtime.block_on(store.put_connection(connection, Vec::new())).expect("registered");
        }
        Self { store, runtime, _directory: directory }
    }

    fn run(&self, in_flight: usize, cycles: usize) {
        let each = cycles / in_flight;
        self.runtime.block_on(async {
            let mut tasks = tokio::task::JoinSet::new();
            for _ in 0..in_flight {
                tasks.spawn(cycle(self.store.clone(), each));
            }
            tasks.join_all().await;
        });
    }
}

async fn cycle(store: Store, times: usize) {
    for _ in 0..times {
        let accepted = store.accept(envelope()).await.expect("accepted");
        let (envelope, _) = store.envelope(accepted.number).expect("readable").expect("there");
        let content = store.content_chunk(&envelope, 0).expect("readable");
        assert_eq!(content.len(), CONTENT_BYTES);
        let acknowledgement =
            Acknowledgement { kind: AcknowledgementKind::Received, message: String::new() };
        let change = Change::Acknowledge(acknowledgement);
        store.change(envelope, change, Actor::hub()).await.expect("acknowledged");
    }
}

fn envelope() -> NewEnvelope {
    let content = NewContent {
        raw: Bytes::from_static(&CONTENT),
        form: ContentForm::Plain,
        hash: ContentHash([7; 32]),
    };
    let from = ("NO".parse().expect("a code"), ConnectionId(1));
    let to = ("LK".to_owned(), Some(ConnectionId(2)));
    let mut new = NewEnvelope::new(from, to, ConnectionMode::Test, Actor::hub(), content);
    "EPHYTO.NO.2026.0001234".clone_into(&mut new.nppo_certificate_number);
    new
}

/// RocksDB with the same column families and rows, one thread, the batches that the committer
/// makes of so many in flight.
struct Bare {
    db: DB,
    sync: WriteOptions,
    _directory: tempfile::TempDir,
}

impl Bare {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let db = open(directory.path());
        let mut sync = WriteOptions::default();
        sync.set_sync(true);
        Self { db, sync, _directory: directory }
    }

    fn family(&self, name: &str) -> &ColumnFamily {
        self.db.cf_handle(name).expect("opened with it")
    }

    fn run(&self, in_flight: usize, cycles: usize, next: &mut u64) {
        for _ in 0..cycles / in_flight {
            let ids: Vec<_> = (*next..*next + in_flight as u64).map(key).collect();
            *next += in_flight as u64;
            let mut accept = WriteBatch::default();
            for id in &ids {
                accept.put_cf(self.family("envelope"), id, [1; ENVELOPE_ROW_BYTES]);
                accept.put_cf(self.family("state"), id, [2; STATE_ROW_BYTES]);
                accept.put_cf(self.family("content"), id, CONTENT);
                accept.put_cf(self.family("inbox"), &id[4..], id);
                accept.put_cf(self.family("outbox"), &id[4..], id);
                self.event(&mut accept, id, 0);
            }
            self.write(accept);
            for id in &ids {
                for name in ["envelope", "state", "content"] {
                    assert!(self.db.get_cf(self.family(name), id).expect("readable").is_some());
                }
            }
            let mut acknowledge = WriteBatch::default();
            for id in &ids {
                acknowledge.put_cf(self.family("state"), id, [3; STATE_ROW_BYTES]);
                acknowledge.single_delete_cf(self.family("inbox"), &id[4..]);
                acknowledge.single_delete_cf(self.family("outbox"), &id[4..]);
                self.event(&mut acknowledge, id, 1);
            }
            self.write(acknowledge);
        }
    }

    fn event(&self, batch: &mut WriteBatch, id: &[u8; 16], step: u8) {
        let mut sequence = *id;
        sequence[0] = step;
        batch.put_cf(self.family("event"), sequence, [4; EVENT_ROW_BYTES]);
        batch.put_cf(self.family("history"), [&id[..], &[step]].concat(), []);
    }

    fn write(&self, mut batch: WriteBatch) {
        batch.put_cf(self.family("meta"), b"counters", [5; 96]);
        self.db.write_opt(batch, &self.sync).expect("written");
    }
}

fn open(path: &Path) -> DB {
    let mut options = Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    options.set_max_background_jobs(2);
    options.set_db_write_buffer_size(512 << 20);
    let names = ["envelope", "state", "content", "inbox", "outbox", "event", "history", "meta"];
    let families = names.map(|name| (name, Options::default()));
    DB::open_cf_with_opts(&options, path, families).expect("opens")
}

fn key(id: u64) -> [u8; 16] {
    u128::from(id).to_be_bytes()
}

#[derive(Debug)]
struct RealClock;

impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "a bench measures with the real clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp::default().plus(since.unwrap_or_default())
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.now().as_millis())
    }
}

/// Enough cycles that a run lasts some tenths of a second.
fn cycles(in_flight: usize) -> usize {
    if in_flight == 1 { 500 } else { in_flight * 40 }
}

const IN_FLIGHT: [usize; 3] = [1, 64, 256];
const ROUNDS: usize = 5;
const RATIO_MIN: f64 = 0.5;
/// A certificate with one line.
const CONTENT_BYTES: usize = 4 << 10;
static CONTENT: [u8; CONTENT_BYTES] = [b'x'; CONTENT_BYTES];
/// Bytes of the store's rows, as its records have them.
const ENVELOPE_ROW_BYTES: usize = 210;
const STATE_ROW_BYTES: usize = 12;
const EVENT_ROW_BYTES: usize = 200;
