//! Copies: numbers, states and inboxes of their own, and one content.

use phytohub_domain::{ConnectionCode, HubDeliveryNumber, TrackingInfo};
use phytohub_store::{Disposition, HeldOutcome, NewCopy, Queue, ReadError, Settled};
use phytohub_telemetry::Actor;

use super::fixture::{LK, NO, change, content, envelope, received};
use super::world::{CH, DAY, EU, World, copied, retention};

#[tokio::test]
async fn a_copy_has_its_own_number_state_and_inbox() {
    let mut world = World::new(retention()).await;
    let accepted = world.accept(copied("A-1", b"the content")).await;
    let number = accepted.number;
    let [(code, copy)] = accepted.forwardings.as_slice() else { panic!("one copy") };
    assert_eq!(code.as_str(), "CH-1");
    world.reopen();
    let store = world.store();
    let (original, _) = store.envelope(number).expect("readable").expect("there");
    let (copied, _) = store.envelope(*copy).expect("readable").expect("there");
    assert_eq!((original.copy_of, &original.forwardings), (None, &accepted.forwardings));
    assert_eq!((copied.copy_of, copied.mailbox_id), (Some(number), Some(CH)));
    assert_eq!((copied.to_id, copied.forwardings.len()), (Some(LK), 0));
    assert_eq!((copied.from.as_str(), copied.to.as_str()), ("NO", "LK"));
    assert_eq!(content(store, *copy), b"the content");
    assert_eq!((store.queue_len(CH, Queue::Inbox), store.queue_len(LK, Queue::Inbox)), (1, 1));
    assert_eq!(store.queue_len(NO, Queue::Outbox), 1, "a copy is in no outbox");

    change(store, *copy, received()).await.expect("committed");
    assert_eq!(world.state(number).info, TrackingInfo::PendingDelivery);
    assert_eq!((store.queue_len(CH, Queue::Inbox), store.queue_len(NO, Queue::Outbox)), (0, 1));
    assert_eq!((store.pending_between(NO, LK), store.pending_between(NO, CH)), (1, 0));
}

/// What the database holds of contents: pieces, and the number of holders if it is written.
fn contents(world: &mut World) -> (usize, Option<u32>) {
    let rows = world.rows();
    let holders = rows["holders"].first();
    let holders = holders.map(|(_, n)| u32::from_be_bytes(n.as_slice().try_into().expect("four")));
    (rows["content"].len(), holders)
}

/// Together in one batch, and those that come when one is let go are added to those it had.
#[tokio::test]
async fn a_content_counts_those_it_was_forwarded_to() {
    let mut world = World::new(retention()).await;
    let eu = NewCopy { code: "EU".parse().expect("a code"), mailbox_id: EU };
    let mut twice = copied("A-2", b"two copies");
    twice.copies.push(eu.clone());
    let mut late = copied("A-3", b"one copy, and one when it is let go");
    late.disposition = Disposition::Hold { reason: "nc is away".into(), until: None };
    let store = world.store();
    let (once, none, twice, late) = tokio::join!(
        store.accept(copied("A-1", b"one copy")),
        store.accept(envelope("A-0", b"none")),
        store.accept(twice),
        store.accept(late),
    );
    let [.., late] = [none, once, twice, late].map(|one| one.expect("accepted").number);
    // Of one holder nothing is written.
    let holders = |world: &mut World| {
        let rows = world.rows().remove("holders").expect("a family").into_iter();
        let counts = rows.map(|(_, n)| u32::from_be_bytes(n.try_into().expect("four")));
        let mut counts: Vec<_> = counts.collect();
        counts.sort_unstable();
        counts
    };
    assert_eq!(holders(&mut world), [2, 2, 3]);
    let outcome = HeldOutcome::Pass { mailbox: None, copies: vec![eu] };
    let settled = world.store().settle_held(late, outcome, Actor::hub()).await;
    assert!(matches!(settled.expect("committed"), Settled::Passed(_)));
    assert_eq!(holders(&mut world), [2, 3, 3]);
}

/// Whatever the order, and with a crash after each step.
#[tokio::test]
async fn a_content_goes_with_its_last_holder_and_not_before() {
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let mut retention = retention();
        retention.headers = 400 * DAY;
        let mut world = World::new(retention).await;
        let large = vec![b'x'; (2 << 20) + 9];
        let mut new = copied("A-1", &large);
        let code: ConnectionCode = "EU".parse().expect("a code");
        new.copies.push(NewCopy { code, mailbox_id: EU });
        let accepted = world.accept(new).await;
        let copies = accepted.forwardings.iter().map(|(_, number)| *number);
        let numbers: Vec<HubDeliveryNumber> =
            std::iter::once(accepted.number).chain(copies).collect();
        world.crash();
        for (step, place) in order.into_iter().enumerate() {
            let held = 3 - u32::try_from(step).expect("small");
            assert_eq!(contents(&mut world), (3, (held > 1).then_some(held)));
            change(world.store(), numbers[place], received()).await.expect("committed");
            world.crash();
            world.clock.pass(10 * DAY);
            assert_eq!(world.run_due().await.done, 1);
            world.crash();
            assert!(world.state(numbers[place]).content_dropped);
            for later in &order[step + 1..] {
                assert_eq!(content(world.store(), numbers[*later]), large);
            }
        }
        assert_eq!(contents(&mut world), (0, None));
        for number in numbers {
            let (envelope, _) = world.store().envelope(number).expect("readable").expect("there");
            let error = world.store().content_chunk(&envelope, 0).expect_err("dropped");
            assert!(matches!(error, ReadError::Dropped), "{error}");
        }
    }
}

#[tokio::test]
async fn holders_that_let_go_in_one_batch_are_all_counted() {
    let mut retention = retention();
    retention.content = std::time::Duration::ZERO;
    let mut world = World::new(retention).await;
    let accepted = world.accept(copied("A-1", b"the content")).await;
    let (store, copy) = (world.store(), accepted.forwardings[0].1);
    let both =
        tokio::join!(change(store, accepted.number, received()), change(store, copy, received()));
    assert!(both.0.expect("committed").state.content_dropped);
    assert!(both.1.expect("committed").state.content_dropped);
    assert_eq!(contents(&mut world), (0, None));
}
