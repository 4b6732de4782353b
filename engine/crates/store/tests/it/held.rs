//! What is held for plugins: seen by nobody, in order, and not forgotten by a crash.

use phytohub_domain::{HubDeliveryNumber, TrackingInfo, Transition};
use phytohub_store::{
    Accepted, Change, Disposition, HELD_DETAIL, HeldOutcome, NewCopy, NewEnvelope, Queue, Settled,
    Store,
};
use phytohub_telemetry::{Actor, EventKind};

use super::fixture::{LK, NO, change, content, envelope, received, waiting};
use super::world::{CH, DAY, EU, World, copied, pushed, retention};

fn held(mut new: NewEnvelope) -> NewEnvelope {
    new.disposition = Disposition::Hold { reason: "nc is away".into(), until: None };
    new
}

fn as_addressed() -> HeldOutcome {
    HeldOutcome::Pass { mailbox: None, copies: Vec::new() }
}

async fn settle(store: &Store, number: HubDeliveryNumber, outcome: HeldOutcome) -> Settled {
    store.settle_held(number, outcome, Actor::hub()).await.expect("committed")
}

fn offered(store: &Store, to: phytohub_domain::ConnectionId) -> usize {
    store.queued(to, Queue::Inbox, 0, 99).expect("readable").len()
}

#[tokio::test]
async fn what_is_held_survives_a_crash_and_is_then_let_go() {
    let mut world = World::new(retention()).await;
    let Accepted { number, forwardings, .. } = world.accept(held(copied("A-1", b"a notice"))).await;
    let copy = forwardings[0].1;
    for _ in 0..2 {
        let store = world.store();
        assert_eq!((offered(store, LK), offered(store, CH)), (0, 0));
        assert!(store.is_awaited(number) && store.is_awaited(copy));
        assert_eq!(world.state(number).info, TrackingInfo::PendingDelivery);
        let page = store.held_after(0, 9);
        assert_eq!(page.iter().map(|one| one.number).collect::<Vec<_>>(), [number]);
        assert_eq!(page[0].reason, "nc is away");
        world.crash();
    }
    let store = world.store();
    let Settled::Passed(passed) = settle(store, number, as_addressed()).await else {
        panic!("passed");
    };
    assert_eq!(passed.len(), 2);
    assert_eq!((waiting(store), offered(store, CH)), (vec![number], 1));
    assert_eq!((store.held_len(), store.is_awaited(copy)), (0, false));
    assert_eq!(settle(store, number, as_addressed()).await, Settled::NotHeld);
    assert_eq!(world.told(number), [EventKind::EnvelopeAccepted, EventKind::EnvelopeValidated]);
    let history = world.store().history(number).expect("readable");
    assert_eq!(history[0].event.detail, format!("{HELD_DETAIL}nc is away"));
    world.crash();
    assert_eq!((waiting(world.store()), world.store().held_len()), (vec![number], 0));
    assert_eq!(content(world.store(), number), b"a notice");
}

#[tokio::test]
async fn those_of_one_key_are_let_go_in_the_order_of_acceptance() {
    let mut world = World::new(retention()).await;
    let first = world.accept(held(envelope("A-1", b"1"))).await.number;
    let second = world.accept(envelope("A-1", b"2")).await.number;
    let other = world.accept(envelope("A-2", b"3")).await.number;
    assert_eq!(waiting(world.store()), [other], "the second waits behind the first");
    world.crash();
    let store = world.store();
    assert_eq!(store.held_after(0, 9).len(), 1, "only the first is to be asked about");
    assert_eq!(settle(store, second, as_addressed()).await, Settled::Waits);
    assert_eq!(settle(store, second, HeldOutcome::Refuse("no".into())).await, Settled::Waits);
    assert!(matches!(settle(store, first, as_addressed()).await, Settled::Passed(_)));
    assert_eq!(store.held_after(0, 9)[0].number, second);
    assert!(matches!(settle(store, second, as_addressed()).await, Settled::Passed(_)));
    assert_eq!(waiting(store), [first, second, other]);
    let third = store.accept(envelope("A-1", b"4")).await.expect("accepted").number;
    assert!(!store.is_awaited(third));
}

#[tokio::test]
async fn what_is_refused_is_seen_by_no_recipient_ever() {
    let mut world = World::new(retention()).await;
    let Accepted { number, forwardings, .. } = world.accept(held(copied("A-1", b"bad"))).await;
    let refused = settle(world.store(), number, HeldOutcome::Refuse("NC-1: wrong".into())).await;
    assert!(matches!(refused, Settled::Refused(both) if both.len() == 2));
    world.crash();
    for one in [number, forwardings[0].1] {
        let (stored, state) = world.store().envelope(one).expect("readable").expect("there");
        assert_eq!((stored.to_id, stored.mailbox_id), (None, None));
        assert_eq!(state.info, TrackingInfo::FailedDelivery);
        assert_eq!((state.message.as_str(), state.parked), ("NC-1: wrong", false));
        assert!(state.content_dropped);
    }
    let store = world.store();
    assert_eq!((store.queue_len(LK, Queue::Inbox), store.queue_len(CH, Queue::Inbox)), (0, 0));
    assert_eq!(store.queue_len(NO, Queue::Outbox), 0);
    let rows = world.rows();
    assert!(rows["content"].is_empty() && rows["holders"].is_empty());
    assert!(rows["plugin"].is_empty() && rows["inbox"].is_empty());
}

#[tokio::test]
async fn nobody_takes_a_held_envelope_past_its_gate() {
    let world = World::new(retention()).await;
    let store = world.store();
    let number = world.accept(held(envelope("A-1", b"1"))).await.number;
    let next = phytohub_domain::Timestamp::from_millis(1);
    for way in [
        Change::Unpark("I want to".into()),
        Change::Park("again".into()),
        Change::Release,
        Change::HandOver { again_at: next, receipt: String::new() },
        received(),
    ] {
        let outcome = change(store, number, way.clone()).await.expect("committed");
        assert_eq!(outcome.transition, Transition::Refused, "{way:?}");
    }
    assert!(waiting(store).is_empty() && store.is_awaited(number));
    let held = change(store, number, Change::Hold("court".into())).await.expect("committed");
    assert_eq!(held.transition, Transition::Changed);
    change(store, number, Change::Unhold("over".into())).await.expect("committed");
    let failed = change(store, number, Change::Fail("given up".into())).await.expect("committed");
    assert_eq!(
        (failed.transition, failed.state.info),
        (Transition::Changed, TrackingInfo::FailedDelivery)
    );
    assert_eq!((store.held_len(), store.queue_len(LK, Queue::Inbox)), (0, 0));
}

#[tokio::test]
async fn what_is_let_go_may_go_elsewhere_with_copies() {
    let mut world = World::new(retention()).await;
    let number = world.accept(held(envelope("A-1", b"1"))).await.number;
    let copies = vec![NewCopy { code: "CH-1".parse().expect("a code"), mailbox_id: CH }];
    let outcome = HeldOutcome::Pass { mailbox: Some(EU), copies };
    assert!(matches!(settle(world.store(), number, outcome).await, Settled::Passed(_)));
    world.crash();
    let store = world.store();
    assert_eq!((offered(store, LK), offered(store, EU), offered(store, CH)), (0, 1, 1));
    let (stored, _) = store.envelope(number).expect("readable").expect("there");
    assert_eq!(content(store, stored.forwardings[0].1), b"1");
    assert_eq!(stored.mailbox_id, Some(EU));
}

#[tokio::test]
async fn a_reason_and_a_time_to_wait_for_are_kept() {
    let mut world = World::new(retention()).await;
    let number = world.accept(held(envelope("A-1", b"1"))).await.number;
    let until = Some(phytohub_domain::Timestamp::from_millis(77));
    let wait = HeldOutcome::Wait { reason: "until noon".into(), until };
    assert_eq!(settle(world.store(), number, wait).await, Settled::Waits);
    world.crash();
    let held = world.store().held_after(0, 1);
    assert_eq!((held[0].reason.as_str(), held[0].until), ("until noon", until));
}

#[tokio::test]
async fn a_response_is_known_as_one_after_opening_again() {
    let mut world = World::new(retention()).await;
    let mut new = envelope("A-1", b"1");
    new.response = true;
    let number = world.accept(new).await.number;
    let plain = world.accept(envelope("A-2", b"1")).await.number;
    world.crash();
    let stored = |number| world.store().envelope_record(number).expect("readable").expect("there");
    assert_eq!((stored(number).response, stored(plain).response), (true, false));
    assert_eq!(world.store().envelope_at(plain).expect("readable"), Some(stored(plain)));
    let between = HubDeliveryNumber::from_bytes([0xff; 16]);
    assert_eq!(world.store().envelope_at(between).expect("readable"), Some(stored(plain)));
}

/// Where mail fails after five days.
#[tokio::test]
async fn what_was_held_ages_from_when_it_was_let_go() {
    let world = World::new(retention()).await;
    world.put(pushed(LK)).await;
    world.store().plugin_id("nc").await.expect("committed");
    let number = world.accept(held(envelope("A-1", b"1"))).await.number;
    world.clock.pass(9 * DAY);
    assert!(world.run_due().await.failed.is_empty());
    settle(world.store(), number, as_addressed()).await;
    for _ in 0..4 {
        world.clock.pass(DAY);
        assert!(world.run_due().await.failed.is_empty());
    }
    world.clock.pass(2 * DAY);
    assert_eq!(world.run_due().await.failed, [number]);
}
