//! A store with two connections, and envelopes to put into it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use phytohub_domain::{
    Acknowledgement, AcknowledgementKind, Clock, Connection, ConnectionId, ConnectionMode,
    ContentForm, ContentHash, HubDeliveryNumber, Timestamp,
};
use phytohub_store::{
    Accepted, Change, ChangeOutcome, CommitError, MemoryDisk, NewContent, NewEnvelope, OpenReport,
    Store, StoreConfig,
};
use phytohub_telemetry::{Actor, Metrics};

pub(crate) const NO: ConnectionId = ConnectionId(1);
pub(crate) const LK: ConnectionId = ConnectionId(2);

/// A clock whose both hands move together, by a millisecond each time somebody looks.
#[derive(Debug)]
pub(crate) struct Ticking(AtomicU64);

impl Ticking {
    pub(crate) fn at(start: u64) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(start)))
    }
}

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.fetch_add(1, Ordering::Relaxed))
    }
    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

pub(crate) const START: u64 = 1_795_000_000_000;

pub(crate) fn config(path: &Path) -> StoreConfig {
    let mut config = StoreConfig::new(path);
    (config.disk_reserve_bytes, config.disk_reserve_percent) = (0, 0);
    config.memory = super::IN_MEMORY.then(|| disk(path));
    config
}

/// The disk in memory that stands for a directory.
pub(crate) fn disk(path: &Path) -> MemoryDisk {
    disks().entry(path.to_owned()).or_default().clone()
}

/// What lies in one directory lies in the other too.
pub(crate) fn copy_disk(from: &Path, to: &Path) {
    let copy = disk(from).snapshot();
    disks().insert(to.to_owned(), copy);
}

fn disks() -> MutexGuard<'static, HashMap<PathBuf, MemoryDisk>> {
    static DISKS: LazyLock<Mutex<HashMap<PathBuf, MemoryDisk>>> = LazyLock::new(Mutex::default);
    DISKS.lock().expect("nothing panics")
}

pub(crate) fn open(path: &Path) -> (Store, OpenReport) {
    Store::open(config(path), Ticking::at(START), Arc::new(Metrics::new())).expect("a store opens")
}

/// A new store with two registered connections.
pub(crate) async fn with_connections(path: &Path) -> Store {
    let (store, report) = open(path);
    assert!(report.created);
    for (id, code) in [(NO, "NO"), (LK, "LK")] {
        let code = code.parse().expect("a code");
        let mode = ConnectionMode::Test;
        let connection = Connection::new(id, code, "An NPPO".into(), mode, Timestamp::default());
        store.put_connection(connection, Vec::new()).await.expect("registered");
    }
    store
}

pub(crate) fn envelope(number: &str, content: &[u8]) -> NewEnvelope {
    let content = NewContent {
        raw: Bytes::copy_from_slice(content),
        form: ContentForm::Plain,
        hash: ContentHash([7; 32]),
    };
    let from = ("NO".parse().expect("a code"), NO);
    let mut new = NewEnvelope::new(
        from,
        ("LK".into(), Some(LK)),
        ConnectionMode::Test,
        Actor::hub(),
        content,
    );
    (new.certificate_type, new.certificate_status) = (851, 70);
    number.clone_into(&mut new.nppo_certificate_number);
    new
}

pub(crate) async fn accept(store: &Store, number: &str, content: &[u8]) -> Accepted {
    store.accept(envelope(number, content)).await.expect("accepted")
}

pub(crate) async fn change(
    store: &Store,
    number: HubDeliveryNumber,
    change: Change,
) -> Result<ChangeOutcome, CommitError> {
    let (envelope, _) = store.envelope(number).expect("readable").expect("there");
    store.change(envelope, change, Actor::hub()).await
}

pub(crate) fn received() -> Change {
    let kind = AcknowledgementKind::Received;
    Change::Acknowledge(Acknowledgement { kind, message: String::new() })
}

pub(crate) fn content(store: &Store, number: HubDeliveryNumber) -> Vec<u8> {
    let (envelope, _) = store.envelope(number).expect("readable").expect("there");
    (0..Store::content_chunks(&envelope))
        .flat_map(|chunk| store.content_chunk(&envelope, chunk).expect("a piece").to_vec())
        .collect()
}

pub(crate) fn waiting(store: &Store) -> Vec<HubDeliveryNumber> {
    let queued = store.queued(LK, phytohub_store::Queue::Inbox, 0, 1000).expect("readable");
    queued.into_iter().map(|(_, tracked)| tracked.expect("readable").0.number).collect()
}
