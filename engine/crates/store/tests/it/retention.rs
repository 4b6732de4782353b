//! What is kept, and for how long.

use std::path::Path;
use std::time::Duration;

use phytohub_domain::{Clock, TrackingInfo};
use phytohub_store::{Change, CommitError, Disposition, Queue, Retention, Store};
use phytohub_telemetry::EventKind;

use super::fixture::{LK, accept, change, content, envelope, received};
use super::world::{DAY, EU, World, connection, copied, operator, pushed, retention};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn content_goes_after_its_time_and_the_rest_after_its_own() {
    let mut world = World::new(retention()).await;
    let number = accept(world.store(), "A-1", b"content").await.number;
    world.clock.pass(100 * DAY);
    assert_eq!(world.run_due().await.done, 0, "pending mail is never touched");
    change(world.store(), number, received()).await.expect("committed");
    let due = world.clock.now().plus(10 * DAY);
    assert_eq!(*world.store().next_due().borrow(), Some(due));
    world.reopen();
    assert_eq!(*world.store().next_due().borrow(), Some(due));
    world.clock.pass(10 * DAY - SECOND);
    assert_eq!(world.run_due().await.done, 0);
    assert_eq!(content(world.store(), number), b"content");
    world.clock.pass(SECOND);
    assert_eq!(world.run_due().await.done, 1);
    assert!(world.state(number).content_dropped);
    assert!(world.told(number).contains(&EventKind::ContentDropped));
    let (stale, _) = world.store().envelope(number).expect("readable").expect("there");

    world.clock.pass(20 * DAY - SECOND);
    assert_eq!(world.run_due().await.done, 0);
    world.clock.pass(SECOND);
    assert_eq!(world.run_due().await.done, 1);
    assert_eq!(world.store().envelope(number).expect("readable"), None);
    assert!(world.store().history(number).expect("readable").is_empty());
    let error = world.store().change(stale, received(), operator()).await.expect_err("gone");
    assert!(matches!(error, CommitError::Purged), "{error}");
    assert_eq!(world.store().broken_chain().expect("readable"), None);
}

/// An envelope that had everything: copies, pushes, updates, a hold, a time aside, a move.
#[tokio::test]
async fn a_purge_leaves_no_row_but_the_events() {
    let mut world = World::new(retention()).await;
    let mut sender = pushed(super::fixture::NO);
    if let Some(push) = &mut sender.push {
        push.tracking_updates = true;
    }
    world.put(sender).await;
    world.put(pushed(LK)).await;
    let mut new = copied("A-1", b"content");
    let (hash, window) = ([5; 32], Duration::from_secs(600));
    new.replay = Some(phytohub_store::Replay { hash, window });
    let accepted = world.accept(new).await;
    let number = accepted.number;
    let (now, store) = (world.clock.now(), world.store());
    let failed = Change::Attempt { error: "refused".into(), next: now.plus(SECOND) };
    for step in [
        failed,
        Change::HandOver { again_at: now.plus(DAY), receipt: String::new() },
        Change::Park("asked".into()),
        Change::Unpark("solved".into()),
        Change::Hold("court".into()),
        Change::Fail("given up".into()),
        received(),
        Change::Unhold("settled".into()),
    ] {
        change(store, number, step).await.expect("committed");
    }
    change(store, accepted.forwardings[0].1, received()).await.expect("committed");
    let mut refused = envelope("A-2", b"content");
    refused.disposition = Disposition::Reject("no such recipient".into());
    let refused = world.accept(refused).await.number;
    let updates = world.store().updates(super::fixture::NO, 0, 10).expect("readable");
    assert_eq!(updates.len(), 3);
    assert_eq!(updates[0].envelope.number, number);

    world.clock.pass(31 * DAY);
    world.run_due().await;
    world.run_due().await;
    assert_eq!(world.store().queue_len(super::fixture::NO, Queue::Updates), 0);
    let numbers = [number, accepted.forwardings[0].1, refused].map(|n| n.to_bytes());
    for (family, rows) in world.rows() {
        let about = |bytes: &[u8]| numbers.iter().any(|n| bytes.windows(16).any(|w| w == n));
        let found = rows.iter().filter(|(key, value)| about(key) || about(value)).count();
        assert_eq!(found > 0, family == "event", "{family} has {found}");
        let emptied = ["envelope", "state", "content", "holders", "history", "due", "replay"];
        assert!(!emptied.contains(&family.as_str()) || rows.is_empty(), "{family}");
    }
    assert_eq!(world.store().broken_chain().expect("readable"), None);
}

#[tokio::test]
async fn a_time_of_zero_drops_the_content_with_the_acknowledgement() {
    let mut world = World::new(Retention { content: Duration::ZERO, ..retention() }).await;
    let number = accept(world.store(), "A-1", b"content").await.number;
    let held = accept(world.store(), "A-2", b"held").await.number;
    change(world.store(), held, Change::Hold("court".into())).await.expect("committed");
    let changed = change(world.store(), number, received()).await.expect("committed");
    assert!(changed.state.content_dropped);
    let changed = change(world.store(), held, received()).await.expect("committed");
    assert!(!changed.state.content_dropped);
    assert_eq!(world.rows()["content"].len(), 1);
    let acknowledged = change(world.store(), number, received()).await.expect("committed");
    assert_eq!(acknowledged.state.info, TrackingInfo::Delivered, "the answer stands");
}

#[tokio::test]
async fn a_legal_hold_keeps_everything_until_it_is_lifted() {
    let world = World::new(retention()).await;
    let number = accept(world.store(), "A-1", b"content").await.number;
    let other = accept(world.store(), "A-2", b"other").await.number;
    change(world.store(), number, Change::Hold("court".into())).await.expect("committed");
    for number in [number, other] {
        change(world.store(), number, received()).await.expect("committed");
    }
    let mut recipient = connection(LK);
    recipient.legal_hold = true;
    world.put(recipient).await;
    for _ in 0..5 {
        world.clock.pass(29 * DAY);
        world.run_due().await;
        assert_eq!(content(world.store(), number), b"content");
        assert_eq!(content(world.store(), other), b"other");
    }
    world.put(connection(LK)).await;
    world.clock.pass(DAY);
    world.run_due().await;
    assert_eq!(content(world.store(), number), b"content");
    assert_eq!(world.store().envelope(other).expect("readable"), None, "long over its time");
    change(world.store(), number, Change::Unhold("settled".into())).await.expect("committed");
    world.run_due().await;
    assert_eq!(world.store().envelope(number).expect("readable"), None);
}

/// Only for endpoints, and only what was never handed over or pulled.
#[tokio::test]
async fn mail_fails_by_age_only_where_nobody_ever_had_it() {
    let mut world = World::new(retention()).await;
    let mut pulled_only = envelope("A-0", b"0");
    pulled_only.mailbox_id = Some(EU);
    let pulled_only = world.accept(pulled_only).await.number;
    world.put(pushed(LK)).await;
    let mut numbers = Vec::new();
    for number in ["never", "pulled", "handed over", "parked", "acknowledged"] {
        numbers.push(accept(world.store(), number, b"x").await.number);
    }
    let [never, pulled, handed, parked, acknowledged] = numbers[..] else { panic!("five") };
    let (store, now) = (world.store(), world.clock.now());
    let refused = Change::Attempt { error: "refused".into(), next: now.plus(SECOND) };
    for (number, step) in [
        (never, refused),
        (pulled, Change::Release),
        (handed, Change::HandOver { again_at: now.plus(DAY), receipt: String::new() }),
        (parked, Change::Park("asked".into())),
        (acknowledged, received()),
    ] {
        change(store, number, step).await.expect("committed");
    }
    world.clock.pass(5 * DAY - SECOND);
    assert!(world.run_due().await.failed.is_empty());
    world.clock.pass(SECOND);
    world.reopen();
    assert_eq!(world.run_due().await.failed, [never]);
    let state = world.state(never);
    assert_eq!(state.info, TrackingInfo::FailedDelivery);
    assert_eq!(state.message, "not taken by the recipient for 5 days: refused");
    assert_eq!(world.store().queue_len(LK, Queue::Inbox), 4, "it does not leave the inbox");
    change(world.store(), parked, Change::Unpark("solved".into())).await.expect("committed");
    world.clock.pass(5 * DAY);
    assert_eq!(world.run_due().await.failed, [parked], "later, once it is offered");
    for number in [pulled_only, pulled, handed] {
        assert_eq!(world.state(number).info, TrackingInfo::PendingDelivery);
    }
    let word = change(world.store(), never, received()).await.expect("committed");
    assert_eq!(word.state.info, TrackingInfo::Delivered);
}

/// Bytes of the files of a kind.
fn bytes_of(directory: &Path, extension: &str) -> u64 {
    let entries = std::fs::read_dir(directory).expect("readable");
    let files = entries.map(|entry| entry.expect("an entry"));
    files
        .filter(|file| file.path().extension().is_some_and(|found| found == extension))
        .map(|file| file.metadata().map_or(0, |metadata| metadata.len()))
        .sum()
}

/// Bytes that cannot be compressed, so that bytes are bytes.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(bytes).collect()
}

/// Contents that lay in blob files long before they were dropped.
#[tokio::test(flavor = "multi_thread")]
async fn the_space_of_dropped_contents_comes_back() {
    if super::IN_MEMORY {
        // Space is a matter of files.
        return;
    }
    let mut world = World::new(retention()).await;
    let body = noise(16 << 10);
    let mut numbers = Vec::new();
    for round in 0..4 {
        let mut set = tokio::task::JoinSet::new();
        for place in 0..500 {
            let (store, body) = (world.store().clone(), body.clone());
            set.spawn(
                async move { accept(&store, &format!("{round}-{place}"), &body).await.number },
            );
        }
        numbers.extend(set.join_all().await);
        // Opening writes what the log holds into tables and blob files.
        world.reopen();
    }
    let full = bytes_of(world.path(), "blob");
    assert!(full > 2_000 * 16_000, "{full} bytes in blob files");
    let kept = numbers.split_off(1_900);
    let mut set = tokio::task::JoinSet::new();
    for number in numbers {
        let store: Store = world.store().clone();
        set.spawn(async move { drop(change(&store, number, received()).await) });
    }
    set.join_all().await;
    world.clock.pass(10 * DAY);
    assert_eq!(world.run_due().await.done, 1_900);
    world.store().settle().expect("compacted");
    let left = bytes_of(world.path(), "blob");
    assert!(left < full / 10, "{left} of {full} bytes left");
    for number in kept {
        assert_eq!(content(world.store(), number), body);
    }
}

/// A purge removes two records; a reader may come between them.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_while_it_is_purged_is_there_or_not() {
    let at_once = Retention { content: Duration::ZERO, headers: Duration::ZERO, ..retention() };
    let world = World::new(at_once).await;
    for round in 0..300 {
        let number = accept(world.store(), &format!("A-{round}"), b"content").await.number;
        let store = world.store().clone();
        let reader = tokio::task::spawn_blocking(move || {
            while store.envelope(number).expect("never unreadable").is_some() {
                let waiting = store.waiting(LK, Queue::Inbox, 0, 10).expect("readable");
                waiting.into_iter().for_each(|(_, row)| drop(row.expect("never unreadable")));
                let all = store.envelopes_after(None, 10).expect("readable");
                all.into_iter().for_each(|(_, row)| drop(row.expect("never unreadable")));
            }
        });
        change(world.store(), number, received()).await.expect("committed");
        world.run_due().await;
        reader.await.expect("the reader saw it go");
    }
}
