//! What the disk in memory can do beside keeping: break, and be stricter than a disk.

use std::sync::Arc;
use std::time::Duration;

use phytohub_domain::{Acknowledgement, AcknowledgementKind, HubDeliveryNumber, Transition};
use phytohub_store::{
    Broken, ByHand, Change, CommitError, NewEnvelope, OpenError, Replay, Store, Submission,
};
use phytohub_telemetry::{Actor, Metrics};

use super::fixture::{
    LK, START, Ticking, accept, config, disk, envelope, open, received, waiting, with_connections,
};

#[tokio::test]
async fn a_commit_that_broke_is_there_or_not_as_was_said_and_nothing_follows_it() {
    for (broken, there) in [(Broken::Before, false), (Broken::After, true)] {
        let directory = tempfile::tempdir().expect("a directory");
        let store = with_connections(directory.path()).await;
        let disk = disk(directory.path());
        disk.break_after(1, broken);
        let first = accept(&store, "A-1", b"1").await.number;
        assert!(store.accept(envelope("A-2", b"2")).await.is_err(), "nobody knows");
        assert!(disk.is_gone() && store.failure().is_some());
        assert!(store.accept(envelope("A-3", b"3")).await.is_err(), "nothing is taken any more");
        drop(store);
        disk.mend();
        let (store, _) = open(directory.path());
        let left = waiting(&store);
        assert_eq!((left.first(), left.len()), (Some(&first), 1 + usize::from(there)));
    }
}

#[tokio::test]
async fn one_store_at_a_time_has_the_disk() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let again = || {
        Store::open(config(directory.path()), Ticking::at(START), Arc::new(Metrics::new())).err()
    };
    assert!(matches!(again(), Some(OpenError::Locked { .. })));
    drop(store);
    assert!(again().is_none());
}

#[tokio::test]
async fn a_committer_moved_by_hand_commits_what_waits_together() {
    let directory = tempfile::tempdir().expect("a directory");
    drop(with_connections(directory.path()).await);
    let metrics = Arc::new(Metrics::new());
    let opened = Store::open_by_hand(config(directory.path()), Ticking::at(START), metrics);
    let (store, mut committer, _) = opened.expect("a store opens");
    let (first, second) = (envelope("A-1", b"1"), envelope("A-2", b"2"));
    let before = disk(directory.path()).commits();
    let both = async { tokio::join!(store.accept(first), store.accept(second)) };
    let mut both = std::pin::pin!(both);
    assert!(now(both.as_mut()).is_none(), "nothing is answered before it is committed");
    assert_eq!(committer.waiting(), 2);
    assert!(committer.turn(), "a batch is made");
    assert!(now(both.as_mut()).is_none(), "nothing is answered before it is written");
    assert!(committer.turn() && !committer.turn());
    assert_eq!(disk(directory.path()).commits(), before + 1);
    let (first, second) = now(both.as_mut()).expect("answered");
    assert!(first.expect("accepted").number < second.expect("accepted").number);
    committer.close();
    assert_eq!(waiting(&store).len(), 2);
}

#[tokio::test]
async fn what_is_not_written_yet_counts_for_what_comes_next() {
    let directory = tempfile::tempdir().expect("a directory");
    drop(with_connections(directory.path()).await);
    let metrics = Arc::new(Metrics::new());
    let opened = Store::open_by_hand(config(directory.path()), Ticking::at(START), metrics);
    let (store, mut committer, _) = opened.expect("a store opens");
    let mut keyed = envelope("A-0", b"0");
    keyed.submission = Some(Submission::of_connection(LK, b"k", [1; 32]));
    let mut same = envelope("A-1", b"1");
    same.replay = Some(Replay { hash: [5; 32], window: Duration::from_secs(600) });
    let keyed = comes_once(&store, &mut committer, keyed);
    let first = comes_once(&store, &mut committer, same);

    let (known, _) = store.envelope(first).expect("readable").expect("there");
    let failed = Acknowledgement { kind: AcknowledgementKind::NotReadable, message: "no".into() };
    let (one, other) = (received(), Change::Acknowledge(failed));
    let mut one = std::pin::pin!(store.change(known.clone(), one, Actor::hub()));
    assert!(now(one.as_mut()).is_none() && committer.turn());
    assert_eq!(waiting(&store), [keyed, first], "nobody sees what is not written");
    let mut other = std::pin::pin!(store.change(known, other, Actor::hub()));
    assert!(now(other.as_mut()).is_none() && committer.turn() && committer.turn());
    let one = now(one.as_mut()).expect("written").expect("changed");
    let other = now(other.as_mut()).expect("written").expect("answered");
    assert_eq!(one.transition, Transition::Changed);
    assert_eq!((other.transition, other.state), (Transition::AlreadyAcknowledged, one.state));
    assert_eq!(waiting(&store), [keyed]);
    committer.close();
}

/// Accepts an envelope, and the same once more while it is not written yet.
fn comes_once(store: &Store, committer: &mut ByHand, new: NewEnvelope) -> HubDeliveryNumber {
    let mut first = std::pin::pin!(store.accept(new.clone()));
    assert!(now(first.as_mut()).is_none() && committer.turn());
    assert!(now(first.as_mut()).is_none(), "it is made and not written");
    let mut second = std::pin::pin!(store.accept(new));
    assert!(now(second.as_mut()).is_none() && committer.turn());
    let first = now(first.as_mut()).expect("written").expect("accepted");
    // Where nothing was written for it, nothing more is waited for.
    let answered = now(second.as_mut());
    let second = answered.or_else(|| committer.turn().then(|| now(second.as_mut())).flatten());
    let second = second.expect("answered").expect("accepted");
    assert_eq!((second.number, second.repeated.is_some()), (first.number, true));
    first.number
}

#[tokio::test]
async fn nothing_is_written_after_a_batch_that_could_not_be() {
    let directory = tempfile::tempdir().expect("a directory");
    drop(with_connections(directory.path()).await);
    let metrics = Arc::new(Metrics::new());
    let opened = Store::open_by_hand(config(directory.path()), Ticking::at(START), metrics);
    let (store, mut committer, _) = opened.expect("a store opens");
    let mut first = std::pin::pin!(store.accept(envelope("A-1", b"1")));
    assert!(now(first.as_mut()).is_none() && committer.turn());
    let mut second = std::pin::pin!(store.accept(envelope("A-2", b"2")));
    assert!(now(second.as_mut()).is_none());
    let before = disk(directory.path()).commits();
    disk(directory.path()).break_after(0, Broken::Before);
    assert!(committer.turn() && !committer.turn());
    for answer in [now(first.as_mut()), now(second.as_mut())] {
        assert!(matches!(answer, Some(Err(CommitError::OutcomeUnknown))));
    }
    assert!(store.failure().is_some());
    committer.close();
    assert_eq!(disk(directory.path()).commits(), before);
}

/// What a future gives now, if anything.
fn now<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Option<T> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.poll(&mut context) {
        std::task::Poll::Ready(value) => Some(value),
        std::task::Poll::Pending => None,
    }
}
