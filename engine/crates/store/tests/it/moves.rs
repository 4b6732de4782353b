//! Moving what waits, and telling senders.

use phytohub_domain::{ConnectionId, HubDeliveryNumber, PushEndpoint, TrackingInfo};
use phytohub_store::{Change, NewEnvelope, Queue, Store};
use phytohub_telemetry::EventKind;

use super::fixture::{LK, NO, accept, change, content, envelope, received};
use super::world::{CH, EU, World, connection, copied, operator, retention};

/// To LK, into the inbox of EU.
fn delegated(number: &str) -> NewEnvelope {
    let mut new = envelope(number, number.as_bytes());
    new.mailbox_id = Some(EU);
    new
}

fn inbox(store: &Store, connection: ConnectionId) -> Vec<HubDeliveryNumber> {
    let waiting = store.waiting(connection, Queue::Inbox, 0, 1000).expect("readable");
    waiting.into_iter().map(|(_, tracked)| tracked.expect("readable").0.number).collect()
}

#[tokio::test]
async fn pending_mail_moves_in_its_order_and_all_of_it() {
    let mut world = World::new(retention()).await;
    let store = world.store();
    let mut mine = Vec::new();
    let mut theirs = Vec::new();
    for round in 0..20 {
        mine.push(world.accept(delegated(&format!("D-{round}"))).await.number);
        let mut own = envelope("own", b"own");
        (own.to, own.to_id, own.mailbox_id) = ("EU".into(), Some(EU), Some(EU));
        theirs.push(world.accept(own).await.number);
    }
    let mut copy = copied("C-1", b"copy");
    copy.copies[0].mailbox_id = EU;
    let copy = world.accept(copy).await;
    theirs.push(copy.forwardings[0].1);
    change(store, mine[3], Change::Park("asked".into())).await.expect("committed");
    change(store, mine[7], received()).await.expect("committed");
    mine.remove(7);
    // LK's own queue was emptied long ago, and that is written down.
    let early = accept(store, "early", b"x").await.number;
    change(store, early, received()).await.expect("committed");
    change(store, copy.number, received()).await.expect("committed");
    world.reopen();

    let stale = world.store().envelope(mine[0]).expect("readable").expect("there").0;
    let store = world.store();
    let moved = store.move_pending(EU, LK, LK, operator()).await.expect("committed");
    assert_eq!(moved, 19);
    for _ in 0..2 {
        assert_eq!(inbox(world.store(), LK), mine, "in their order");
        assert_eq!(inbox(world.store(), EU), theirs, "copies and others' mail stay");
        let offered = world.store().queued(LK, Queue::Inbox, 0, 100).expect("readable");
        assert_eq!(offered.len(), 18, "what was set aside still is");
        world.crash();
    }
    // Whoever read it before the move acknowledges it all the same.
    let store = world.store();
    store.change(stale, received(), operator()).await.expect("committed");
    change(store, mine[3], Change::Unpark("solved".into())).await.expect("committed");
    world.crash();
    assert_eq!(inbox(world.store(), LK), mine[1..]);
    assert_eq!(world.store().queue_len(NO, Queue::Outbox), 18 + 20);
    assert!(world.told(mine[1]).contains(&EventKind::EnvelopeMoved));
    assert_eq!(content(world.store(), mine[1]), b"D-1");
    let rows = world.rows();
    assert!(rows["meta"].iter().all(|(key, _)| !key.starts_with(b"parked/")));
    assert_eq!(rows["inbox"].len(), 18 + 21);
}

#[tokio::test]
async fn what_moves_is_there_once_whatever_goes_on_meanwhile() {
    let mut world = World::new(retention()).await;
    let mut numbers = Vec::new();
    for round in 0..40 {
        numbers.push(world.accept(delegated(&format!("D-{round}"))).await.number);
    }
    let mut set = tokio::task::JoinSet::new();
    for number in numbers.iter().copied().step_by(2) {
        let store = world.store().clone();
        set.spawn(async move { drop(change(&store, number, received()).await) });
    }
    for (from, to) in [(EU, LK), (LK, CH), (CH, EU), (EU, LK)] {
        let store = world.store().clone();
        set.spawn(async move { drop(store.move_pending(from, to, LK, operator()).await) });
    }
    set.join_all().await;
    world.crash();
    let store = world.store();
    let mut left = [LK, CH, EU].map(|id| inbox(store, id)).concat();
    left.sort();
    let expected: Vec<_> = numbers.iter().copied().skip(1).step_by(2).collect();
    assert_eq!(left, expected);
    assert_eq!(world.rows()["inbox"].len(), 20);
}

#[tokio::test]
async fn a_sender_is_told_each_change_in_order_and_once() {
    let mut world = World::new(retention()).await;
    let mut sender = connection(NO);
    let mut push = PushEndpoint::new("https://partner.example/hub".into());
    push.tracking_updates = true;
    sender.push = Some(push);
    let before = accept(world.store(), "before", b"x").await.number;
    change(world.store(), before, received()).await.expect("committed");
    world.put(sender).await;
    let first = accept(world.store(), "A-1", b"x").await.number;
    let second = accept(world.store(), "A-2", b"x").await.number;
    let store = world.store();
    change(store, first, Change::Fail("given up".into())).await.expect("committed");
    change(store, second, received()).await.expect("committed");
    change(store, first, Change::Release).await.expect("committed");
    change(store, first, received()).await.expect("committed");
    change(store, first, received()).await.expect("committed");
    world.crash();
    let updates = world.store().updates(NO, 0, 10).expect("readable");
    let told: Vec<_> =
        updates.iter().map(|u| (u.envelope.number, u.info, u.message.as_str())).collect();
    let expected = [
        (first, TrackingInfo::FailedDelivery, "given up"),
        (second, TrackingInfo::Delivered, ""),
        (first, TrackingInfo::Delivered, ""),
    ];
    assert_eq!(told, expected);
    let after = world.store().updates(NO, updates[0].sequence, 1).expect("readable");
    assert_eq!(after, updates[1..2]);
    for _ in 0..2 {
        world.store().update_told(NO, updates[1].sequence).await.expect("committed");
    }
    let told = world.told(second);
    assert_eq!(told.iter().filter(|kind| **kind == EventKind::UpdateTold).count(), 1);
    world.crash();
    let left = world.store().updates(NO, 0, 10).expect("readable");
    assert_eq!(left, [updates[0].clone(), updates[2].clone()]);
    for update in left {
        world.store().update_told(NO, update.sequence).await.expect("committed");
    }
    assert!(world.rows()["update"].is_empty());
    assert_eq!(world.store().queue_len(NO, Queue::Updates), 0);
}
