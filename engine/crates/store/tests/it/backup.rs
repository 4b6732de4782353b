//! Copies of a store, taken under load and brought back.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use phytohub_domain::HubDeliveryNumber;
use phytohub_store::{Store, inspect, revive};
use phytohub_telemetry::{Actor, EventKind};

use super::fixture::{START, Ticking, accept, change, open, received, with_connections};

/// Every file with its content.
fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(directory).expect("readable").map(|entry| {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        (name, fs::read(path).expect("readable"))
    });
    let mut files: Vec<_> = entries.collect();
    files.sort();
    files
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("made");
    for (name, bytes) in files(from) {
        fs::write(to.join(name), bytes).expect("written");
    }
}

/// Accepts and acknowledges every second one until told to stop; all numbers, in order.
async fn load(store: Store, stop: Arc<AtomicBool>) -> Vec<(HubDeliveryNumber, bool)> {
    let mut given = Vec::new();
    for round in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let number = accept(&store, &format!("A-{round}"), &vec![b'x'; 2 << 10]).await.number;
        let acknowledged = round % 2 == 0;
        if acknowledged {
            change(&store, number, received()).await.expect("committed");
        }
        given.push((number, acknowledged));
    }
    given
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_taken_under_load_holds_everything_answered_before_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(&directory.path().join("data")).await;
    let mut before = Vec::new();
    for round in 0..20 {
        let number = accept(&store, &format!("B-{round}"), &vec![b'y'; 3 << 10]).await.number;
        change(&store, number, received()).await.expect("committed");
        before.push(number);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let mut loads = tokio::task::JoinSet::new();
    (0..4).for_each(|_| drop(loads.spawn(load(store.clone(), Arc::clone(&stop)))));
    let (at, copied) = (directory.path().join("copy"), store.clone());
    let taken = tokio::task::spawn_blocking(move || copied.checkpoint(&at).map(|()| at)).await;
    let at = taken.expect("no panic").expect("copied");
    // The load goes on for as long as it takes to accept more after the copy.
    let after = accept(&store, "C-1", b"after").await.number;
    stop.store(true, Ordering::Relaxed);
    let given: Vec<_> = loads.join_all().await.into_iter().flatten().collect();

    let untouched = files(&at);
    let seen = inspect(&at).expect("readable");
    assert_eq!(seen.broken_at, None);
    assert_eq!(files(&at), untouched, "a look changes nothing");
    assert!(seen.point.event < store.chain_head().expect("readable").sequence);

    let target = directory.path().join("restored");
    copy(&at, &target);
    let clock = Ticking::at(START + 1_000);
    let reached = revive(&target, &*clock, "of a test").expect("restored");
    assert_eq!(reached, seen.point);
    let (restored, report) = open(&target);
    assert_eq!(report.pending, seen.pending);
    for number in before {
        let (_, state) = restored.envelope(number).expect("readable").expect("there");
        assert!(state.info.is_acknowledged(), "{number}");
    }
    assert!(restored.envelope(after).expect("readable").is_none(), "came after the point");
    assert_eq!(restored.broken_chain().expect("readable"), None);

    // Both stores go on with clocks that say the same: no number may be given by both.
    let mut numbers: HashSet<_> = given.into_iter().map(|(number, _)| number).collect();
    for round in 0..200 {
        assert!(numbers.insert(accept(&restored, &format!("R-{round}"), b"r").await.number));
        assert!(numbers.insert(accept(&store, &format!("S-{round}"), b"s").await.number));
    }
}

#[tokio::test]
async fn delivery_pauses_after_a_restore_until_it_is_resumed() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(&directory.path().join("data")).await;
    assert!(!store.is_paused());
    let incarnation = store.chain_head().expect("readable").incarnation;
    let at = directory.path().join("copy");
    store.checkpoint(&at).expect("copied");
    let clock = Ticking::at(START);
    revive(&at, &*clock, "of a test").expect("restored");
    let (restored, _) = open(&at);
    assert!(restored.is_paused());
    assert_ne!(restored.chain_head().expect("readable").incarnation, incarnation);
    drop(restored);
    let (restored, _) = open(&at);
    assert!(restored.is_paused(), "opening again is no resumption");
    restored.resume(Actor::hub()).await.expect("committed");
    assert!(!restored.is_paused());
    drop(restored);
    let (restored, _) = open(&at);
    assert!(!restored.is_paused());
    let kinds: Vec<_> =
        restored.events(1, 100).expect("readable").iter().map(|event| event.event.kind).collect();
    assert_eq!(kinds, [EventKind::StoreRestored, EventKind::DeliveryResumed]);
}

#[tokio::test]
async fn what_is_no_store_or_a_damaged_one_is_no_backup() {
    let directory = tempfile::tempdir().expect("a directory");
    assert!(inspect(directory.path()).is_err());
    let store = with_connections(&directory.path().join("data")).await;
    accept(&store, "A-1", b"x").await;
    let at = directory.path().join("copy");
    store.checkpoint(&at).expect("copied");
    for (name, bytes) in files(&at) {
        if name.ends_with(".sst") {
            let mut damaged = bytes;
            let middle = damaged.len() / 3;
            damaged[middle] ^= 0xff;
            fs::remove_file(at.join(&name)).expect("a link of its own");
            fs::write(at.join(name), damaged).expect("written");
        }
    }
    let seen = inspect(&at);
    assert!(seen.as_ref().map_or(true, |seen| seen.broken_at.is_some()), "{seen:?}");
}
