//! Closed segments of the chain of events: kept, dropped, walked.

use phytohub_domain::Timestamp;
use phytohub_store::{PruneRecord, Segment, Store};
use phytohub_telemetry::{Actor, EventKind};

use super::fixture::{START, accept, change, open, received, with_connections};

/// A head over everything after the segment before, as a hub would sign it.
pub(crate) fn head(store: &Store, index: u64, first: u64, previous_head_hash: [u8; 32]) -> Segment {
    let head = store.chain_head().expect("readable");
    Segment {
        hub: "hub.example".into(),
        index,
        incarnation: head.incarnation,
        first,
        last: head.sequence,
        head_hash: head.hash,
        previous_head_hash,
        closed: Timestamp::from_millis(START),
        key_id: [1; 8],
        signature: [2; 64],
    }
}

fn pruned(segment: &Segment) -> PruneRecord {
    PruneRecord {
        hub: "hub.example".into(),
        index: segment.index,
        first: segment.first,
        last: segment.last,
        head_hash: segment.head_hash,
        pruned: Timestamp::from_millis(START + 1),
        key_id: [1; 8],
        signature: [3; 64],
    }
}

#[tokio::test]
async fn heads_and_what_was_dropped_are_there_after_opening_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    // Events without an envelope keep no segment.
    store.accept_clock(Actor::hub()).await.expect("committed");
    let first = head(&store, 1, 1, [0; 32]);
    store.put_segment(first.clone(), Actor::hub()).await.expect("committed");
    let second = head(&store, 2, first.last + 1, first.head_hash);
    store.put_segment(second.clone(), Actor::hub()).await.expect("committed");
    assert_eq!(store.kept_by(&first).expect("readable"), None);
    store.prune(&first, pruned(&first), Actor::hub()).await.expect("committed");
    drop(store);

    let (store, _) = open(directory.path());
    assert_eq!(store.segments().expect("readable"), [first.clone(), second]);
    assert_eq!(store.prunes().expect("readable"), [pruned(&first)]);
    let links = store.chain(1, 100).expect("readable");
    let left = links.first().expect("an event is left");
    assert_eq!((left.sequence, left.previous), (first.last + 1, first.head_hash));
    assert_eq!(store.broken_chain().expect("readable"), None);
    let last = store.events(1, 100).expect("readable").pop().expect("an event");
    assert_eq!(last.event.kind, EventKind::SegmentPruned);
    assert_eq!(store.chain_head().expect("readable").hash, last.hash);
}

#[tokio::test]
async fn a_segment_with_an_envelope_that_is_kept_is_known() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let number = accept(&store, "A-1", b"x").await.number;
    change(&store, number, received()).await.expect("committed");
    let segment = head(&store, 1, 1, [0; 32]);
    store.put_segment(segment.clone(), Actor::hub()).await.expect("committed");
    assert_eq!(store.kept_by(&segment).expect("readable"), Some(number));
}

#[tokio::test]
async fn the_index_goes_with_the_events() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let number = accept(&store, "A-1", b"x").await.number;
    let segment = head(&store, 1, 1, [0; 32]);
    change(&store, number, received()).await.expect("committed");
    store.prune(&segment, pruned(&segment), Actor::hub()).await.expect("committed");
    let kinds: Vec<_> =
        store.history(number).expect("readable").iter().map(|event| event.event.kind).collect();
    assert_eq!(kinds, [EventKind::EnvelopeAcknowledged], "an index entry without its event");
}

#[tokio::test]
async fn everything_is_read_by_a_scrub() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    accept(&store, "A-1", &vec![b'x'; 3 << 20]).await;
    let report = store.scrub();
    assert!(report.damaged.is_empty(), "{report:?}");
    assert!(report.bytes > 3 << 20 && report.records > 8, "{report:?}");
    let health = store.health().expect("RocksDB says");
    assert_eq!((health.background_errors, health.write_stopped), (0, false));
}
