//! A store with four connections, a clock to set, and looks behind its back.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use phytohub_domain::{
    Clock, Connection, ConnectionId, ConnectionMode, HubDeliveryNumber, PushEndpoint, Timestamp,
    TrackingState,
};
use phytohub_store::{Accepted, DueOutcome, NewCopy, NewEnvelope, Retention, Store};
use phytohub_telemetry::{Actor, EventKind, Metrics};

use super::fixture::{LK, NO, START, config, copy_disk, disk, envelope};

/// A channel.
pub(crate) const CH: ConnectionId = ConnectionId(3);
/// A connection that may hold the mail of others.
pub(crate) const EU: ConnectionId = ConnectionId(4);

pub(crate) const DAY: Duration = Duration::from_secs(24 * 3600);

/// A key and its value.
pub(crate) type Row = (Vec<u8>, Vec<u8>);

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub(crate) struct Hands {
    wall: AtomicU64,
    monotonic: AtomicU64,
}

impl Hands {
    /// Time passes.
    pub(crate) fn pass(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).expect("a short time");
        self.wall.fetch_add(millis, Ordering::Relaxed);
        self.monotonic.fetch_add(millis, Ordering::Relaxed);
    }

    /// Somebody sets the wall clock.
    pub(crate) fn set(&self, wall: Timestamp) {
        self.wall.store(wall.as_millis(), Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.wall.load(Ordering::Relaxed))
    }
    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.monotonic.load(Ordering::Relaxed))
    }
}

pub(crate) struct World {
    pub(crate) clock: Arc<Hands>,
    retention: Retention,
    directory: tempfile::TempDir,
    store: Option<Store>,
}

impl World {
    /// NO, LK, the channel CH and EU, none of which has an endpoint.
    pub(crate) async fn new(retention: Retention) -> Self {
        let clock = Arc::new(Hands { wall: START.into(), monotonic: AtomicU64::new(0) });
        let directory = tempfile::tempdir().expect("a directory");
        let mut world = Self { clock, retention, directory, store: None };
        world.reopen();
        for id in [NO, LK, CH, EU] {
            world.put(connection(id)).await;
        }
        world
    }

    pub(crate) fn store(&self) -> &Store {
        self.store.as_ref().expect("open")
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn reopen(&mut self) {
        drop(self.store.take());
        self.store = Some(self.open(self.path()));
    }

    fn open(&self, path: &Path) -> Store {
        let mut config = config(path);
        config.retention = self.retention;
        let clock: Arc<Hands> = Arc::clone(&self.clock);
        Store::open(config, clock, Arc::new(Metrics::new())).expect("a store opens").0
    }

    /// As a restore leaves it.
    pub(crate) fn pause(&mut self) {
        drop(self.store.take());
        if super::IN_MEMORY {
            disk(self.path()).put("meta", b"paused", b"restored");
            return self.reopen();
        }
        let options = rocksdb::Options::default();
        let families = rocksdb::DB::list_cf(&options, self.path()).expect("a store");
        let db = rocksdb::DB::open_cf(&options, self.path(), families).expect("opens");
        let meta = db.cf_handle("meta").expect("a family");
        db.put_cf(meta, b"paused", b"restored").expect("writable");
        drop(db);
        self.reopen();
    }

    /// What a crash would leave now: nothing that is not on disk.
    pub(crate) fn crash(&mut self) {
        let directory = tempfile::tempdir().expect("a directory");
        for entry in std::fs::read_dir(self.path()).expect("readable") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name");
            std::fs::copy(&path, directory.path().join(name)).expect("copied");
        }
        copy_disk(self.path(), directory.path());
        drop(self.store.take());
        self.directory = directory;
        self.reopen();
    }

    pub(crate) async fn put(&self, connection: Connection) {
        self.store().put_connection(connection, Vec::new()).await.expect("registered");
    }

    pub(crate) async fn accept(&self, new: NewEnvelope) -> Accepted {
        self.store().accept(new).await.expect("accepted")
    }

    /// Works off everything that is due; gives what came of it together.
    pub(crate) async fn run_due(&self) -> DueOutcome {
        let mut all = DueOutcome::default();
        loop {
            let outcome = self.store().run_due(3).await.expect("committed");
            all.done += outcome.done;
            all.again.extend(outcome.again);
            all.failed.extend(outcome.failed);
            all.paused = outcome.paused;
            if !outcome.more {
                return all;
            }
        }
    }

    pub(crate) fn state(&self, number: HubDeliveryNumber) -> TrackingState {
        self.store().envelope(number).expect("readable").expect("there").1
    }

    pub(crate) fn told(&self, number: HubDeliveryNumber) -> Vec<EventKind> {
        let history = self.store().history(number).expect("readable");
        history.iter().map(|event| event.event.kind).collect()
    }

    /// Everything that the database holds, by family. The store is closed for it.
    pub(crate) fn rows(&mut self) -> BTreeMap<String, Vec<Row>> {
        drop(self.store.take());
        if super::IN_MEMORY {
            self.reopen();
            return disk(self.path()).rows();
        }
        let options = rocksdb::Options::default();
        let families = rocksdb::DB::list_cf(&options, self.path()).expect("a store");
        let db = rocksdb::DB::open_cf_for_read_only(&options, self.path(), &families, false);
        let db = db.expect("opens");
        let mut rows = BTreeMap::new();
        for name in families {
            let family = db.cf_handle(&name).expect("a family");
            let iterator = db.iterator_cf(family, rocksdb::IteratorMode::Start);
            let of_family = iterator.map(|row| row.expect("readable"));
            rows.insert(name, of_family.map(|(k, v)| (k.into_vec(), v.into_vec())).collect());
        }
        drop(db);
        self.reopen();
        rows
    }
}

pub(crate) fn connection(id: ConnectionId) -> Connection {
    let code = ["", "NO", "LK", "CH-1", "EU"].get(id.0 as usize).expect("four connections");
    let (code, mode) = (code.parse().expect("a code"), ConnectionMode::Test);
    Connection::new(id, code, "A connection".into(), mode, Timestamp::default())
}

/// A connection with an endpoint for envelopes.
pub(crate) fn pushed(id: ConnectionId) -> Connection {
    let mut connection = connection(id);
    connection.push = Some(PushEndpoint::new("https://partner.example/hub".into()));
    connection
}

/// An envelope with a copy for the channel.
pub(crate) fn copied(number: &str, content: &[u8]) -> NewEnvelope {
    let mut new = envelope(number, content);
    let code = "CH-1".parse().expect("a code");
    new.copies = vec![NewCopy { code, mailbox_id: CH }];
    new
}

pub(crate) fn operator() -> Actor {
    Actor::named(phytohub_telemetry::ActorKind::Operator, "mary")
}

/// Content for ten days, headers for thirty, failing after five.
pub(crate) fn retention() -> Retention {
    Retention { content: 10 * DAY, headers: 30 * DAY, fail_after: 5 * DAY }
}
