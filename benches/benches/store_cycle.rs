//! One envelope's life in the store (accept, read, acknowledge), held against a bare RocksDB loop
//! that writes the same rows in the same batches: 1, 64 and 256 in flight, and 64 with the sizes of
//! all benches.
//!
//! Both sync every batch on the same disk. After the measurements both are timed again side by
//! side; the run fails if the store does fewer than half of the bare loop's cycles.

#![forbid(unsafe_code)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput};
use phytohub_benches::fixtures::SIZES;
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
    for case in Case::all() {
        group.throughput(Throughput::Bytes((case.cycles * case.content.len()) as u64));
        group.bench_function(BenchmarkId::new("store", case.name()), |bencher| {
            let ours = Ours::new();
            bencher.iter(|| ours.run(&case));
        });
        group.bench_function(BenchmarkId::new("bare", case.name()), |bencher| {
            let bare = Bare::new();
            let mut next = 0;
            bencher.iter(|| bare.run(&case, &mut next));
        });
    }
    group.finish();
}

#[expect(clippy::print_stdout, reason = "the ratios are what the run is for")]
fn compare() {
    let mut lowest = f64::INFINITY;
    for case in Case::all() {
        let (ours, bare) = (Ours::new(), Bare::new());
        let (mut next, mut best_ours, mut best_bare) = (0, Duration::MAX, Duration::MAX);
        for _ in 0..ROUNDS {
            best_ours = best_ours.min(time(|| ours.run(&case)));
            best_bare = best_bare.min(time(|| bare.run(&case, &mut next)));
        }
        let rate = |spent: Duration| case.cycles as f64 / spent.as_secs_f64();
        let ratio = rate(best_ours) / rate(best_bare);
        lowest = lowest.min(ratio);
        println!(
            "store/cycle {} store={:.0}/s bare={:.0}/s ratio={ratio:.2}",
            case.name(),
            rate(best_ours),
            rate(best_bare)
        );
    }
    assert!(lowest >= RATIO_MIN, "lowest ratio {lowest:.2}, must be at least {RATIO_MIN}");
}

/// How many envelopes are under way at once, and their content.
struct Case {
    in_flight: usize,
    /// Enough that a run lasts some tenths of a second.
    cycles: usize,
    content: Bytes,
}

impl Case {
    fn all() -> impl Iterator<Item = Self> {
        let small = [1, 64, 256].map(|in_flight| (in_flight, SIZES[0]));
        let sized = SIZES.into_iter().skip(1).map(|bytes| (64, bytes));
        small.into_iter().chain(sized).map(|(in_flight, bytes)| {
            let cycles = if in_flight == 1 { 500 } else { in_flight * 40 };
            // Of the largest, as many bytes as of 16 KiB.
            let cycles = (cycles * SIZES[1] / bytes.max(SIZES[1])).max(in_flight);
            Self { in_flight, cycles, content: Bytes::from(vec![b'x'; bytes]) }
        })
    }

    fn name(&self) -> String {
        format!("{}_in_flight_{}_kib", self.in_flight, self.content.len() >> 10)
    }
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

    fn run(&self, case: &Case) {
        let each = case.cycles / case.in_flight;
        self.runtime.block_on(async {
            let mut tasks = tokio::task::JoinSet::new();
            for _ in 0..case.in_flight {
                tasks.spawn(cycle(self.store.clone(), case.content.clone(), each));
            }
            tasks.join_all().await;
        });
    }
}

async fn cycle(store: Store, content: Bytes, times: usize) {
    for _ in 0..times {
        let accepted = store.accept(envelope(content.clone())).await.expect("accepted");
        let (envelope, _) = store.envelope(accepted.number).expect("readable").expect("there");
        let read = store.content_chunk(&envelope, 0).expect("readable");
        assert_eq!(read.len(), content.len());
        let acknowledgement =
            Acknowledgement { kind: AcknowledgementKind::Received, message: String::new() };
        let change = Change::Acknowledge(acknowledgement);
        store.change(envelope, change, Actor::hub()).await.expect("acknowledged");
    }
}

fn envelope(raw: Bytes) -> NewEnvelope {
    let content = NewContent { raw, form: ContentForm::Plain, hash: ContentHash([7; 32]) };
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

    fn run(&self, case: &Case, next: &mut u64) {
        for _ in 0..case.cycles / case.in_flight {
            let ids: Vec<_> = (*next..*next + case.in_flight as u64).map(key).collect();
            *next += case.in_flight as u64;
            let mut accept = WriteBatch::default();
            for id in &ids {
                accept.put_cf(self.family("envelope"), id, [1; ENVELOPE_ROW_BYTES]);
                accept.put_cf(self.family("state"), id, [2; STATE_ROW_BYTES]);
                accept.put_cf(self.family("content"), id, &case.content);
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

const ROUNDS: usize = 5;
const RATIO_MIN: f64 = 0.5;
/// Bytes of the store's rows, as its records have them.
const ENVELOPE_ROW_BYTES: usize = 210;
const STATE_ROW_BYTES: usize = 12;
const EVENT_ROW_BYTES: usize = 200;
