//! Opening after trouble.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use phytohub_store::{OpenError, OpenReport, Store};
use phytohub_telemetry::{EventKind, Metrics};

use super::fixture::{START, Ticking, accept, config, open, waiting, with_connections};

/// The store's newest log file.
pub(crate) fn newest_log(directory: &Path) -> PathBuf {
    let entries = std::fs::read_dir(directory).expect("readable");
    let logs = entries.map(|entry| entry.expect("an entry").path());
    let mut logs: Vec<_> = logs
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .filter(|path| path.metadata().is_ok_and(|metadata| metadata.len() > 0))
        .collect();
    logs.sort();
    logs.pop().expect("a log")
}

fn try_open(directory: &Path) -> Result<Store, OpenError> {
    try_open_with_report(directory).map(|(store, _)| store)
}

pub(crate) fn try_open_with_report(directory: &Path) -> Result<(Store, OpenReport), OpenError> {
    Store::open(config(directory), Ticking::at(START + 60_000), Arc::new(Metrics::new()))
}

/// Places of a payload's bytes in a file.
fn find(bytes: &[u8], needle: &[u8]) -> Vec<usize> {
    let windows = bytes.windows(needle.len()).enumerate();
    windows.filter(|(_, window)| *window == needle).map(|(place, _)| place).collect()
}

#[tokio::test]
async fn a_torn_last_batch_is_dropped_and_told_of() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let kept = accept(&store, "A-1", b"first content").await.number;
    let log = newest_log(directory.path());
    let before = std::fs::read(&log).expect("readable").len();
    accept(&store, "A-2", b"second content").await;
    let after = std::fs::read(&log).expect("readable");
    drop(store);
    // The last batch as a power cut may leave it: there, but not all of it as it was written.
    let mut torn = after;
    torn[before + 40] ^= 0xff;
    std::fs::write(&log, &torn).expect("writable");
    for other in std::fs::read_dir(directory.path()).expect("readable") {
        let path = other.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "log") && path > log {
            std::fs::remove_file(path).expect("removable");
        }
    }

    let (store, report) = open(directory.path());
    let (file, offset) = report.torn_tail.expect("told of");
    assert_eq!((file, offset), (log, before as u64));
    assert_eq!(waiting(&store), [kept]);
    assert_eq!(store.broken_chain().expect("readable"), None);
    accept(&store, "A-3", b"third content").await;
}

#[tokio::test]
async fn damage_before_the_end_refuses_to_open() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    accept(&store, "A-1", b"first content").await;
    accept(&store, "A-2", b"second content").await;
    drop(store);
    let log = newest_log(directory.path());
    let mut bytes = std::fs::read(&log).expect("readable");
    let place = find(&bytes, b"first content")[0];
    bytes[place] ^= 1;
    std::fs::write(&log, &bytes).expect("writable");
    match try_open(directory.path()) {
        Err(OpenError::WalDamaged { file, offset }) => {
            assert_eq!(file, log);
            assert!(offset < place as u64);
        }
        other => panic!("opened, or another error: {other:?}"),
    }
}

#[tokio::test]
async fn a_second_process_is_told_who_has_the_store() {
    let directory = tempfile::tempdir().expect("a directory");
    let _store = with_connections(directory.path()).await;
    assert!(matches!(try_open(directory.path()), Err(OpenError::Locked { .. })));
}

#[tokio::test]
async fn a_newer_format_is_refused_by_name() {
    let directory = tempfile::tempdir().expect("a directory");
    drop(with_connections(directory.path()).await);
    put_raw(directory.path(), "meta", b"format", &(9_u32 << 16).to_be_bytes());
    let error = try_open(directory.path()).expect_err("a newer format");
    assert!(matches!(error, OpenError::Newer { found, .. } if found == 9 << 16), "{error}");
}

#[tokio::test]
async fn pieces_without_their_record_are_removed() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let kept = accept(&store, "A-1", &vec![b'k'; 3 << 20]).await.number;
    drop(store);
    let id = [5_u8; 16];
    put_raw(directory.path(), "meta", &[b"staging/", &id[..]].concat(), &3_u32.to_be_bytes());
    for chunk in 0..2_u32 {
        let key = [&id[..], &chunk.to_be_bytes()].concat();
        put_raw(directory.path(), "content", &key, b"an orphan");
    }
    let (store, report) = open(directory.path());
    assert_eq!((report.orphans_removed, report.pending), (1, 1));
    assert_eq!(super::fixture::content(&store, kept).len(), 3 << 20);
    drop(store);
    assert_eq!(open(directory.path()).1.orphans_removed, 0);
}

#[tokio::test]
async fn a_clock_that_went_back_is_told_of_until_accepted() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let before = accept(&store, "A-1", b"x").await.number;
    drop(store);
    let clock = Ticking::at(START - 3_600_000);
    let opened = Store::open(config(directory.path()), clock, Arc::new(Metrics::new()));
    let (store, _) = opened.expect("opens");
    assert!(store.clock_status().suspicion.expect("a suspicion").contains("has seen"));
    assert!(accept(&store, "A-2", b"x").await.number > before, "numbers never go backwards");
    store.accept_clock(phytohub_telemetry::Actor::hub()).await.expect("committed");
    assert_eq!(store.clock_status().suspicion, None);
    let events = store.events(1, 100).expect("readable");
    assert_eq!(events.last().expect("events").event.kind, EventKind::ClockAccepted);
    drop(store);
    let clock = Ticking::at(START - 3_600_000);
    let opened = Store::open(config(directory.path()), clock, Arc::new(Metrics::new()));
    let (store, _) = opened.expect("opens");
    assert_eq!(store.clock_status().suspicion, None, "the operator's word outlives the process");
}

/// Writes behind the store's back.
fn put_raw(directory: &Path, family: &str, key: &[u8], value: &[u8]) {
    let options = rocksdb::Options::default();
    let families = rocksdb::DB::list_cf(&options, directory).expect("a store");
    let db = rocksdb::DB::open_cf(&options, directory, families).expect("opens");
    db.put_cf(db.cf_handle(family).expect("a family"), key, value).expect("writable");
}
