//! The same envelope sent again after a reset connection.

use std::time::Duration;

use phytohub_domain::TrackingInfo;
use phytohub_store::{Change, NewEnvelope, Queue, Replay};
use phytohub_telemetry::EventKind;

use super::fixture::{LK, change, content, received, waiting};
use super::world::{World, copied, retention};

const WINDOW: Duration = Duration::from_secs(600);
const ATTEMPTS: u8 = 20;

fn same(content: &[u8]) -> NewEnvelope {
    let mut new = copied("A-1", content);
    new.replay = Some(Replay { hash: [5; 32], window: WINDOW });
    new
}

/// Small ones share batches; large ones are staged side by side.
#[tokio::test]
async fn of_twins_in_flight_one_is_accepted() {
    for bytes in [10, (3 << 20) + 1] {
        let mut world = World::new(retention()).await;
        let body = vec![b'x'; bytes];
        let mut set = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let (store, twin) = (world.store().clone(), same(&body));
            set.spawn(async move { store.accept(twin).await.expect("accepted") });
        }
        let answers = set.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.repeated.is_none()).count(), 1);
        let first = &answers[0];
        for answer in &answers {
            assert_eq!((answer.number, answer.at), (first.number, first.at));
            assert_eq!(answer.forwardings, first.forwardings);
        }
        assert_eq!(waiting(world.store()), [first.number]);
        assert_eq!(world.store().queue_len(super::world::CH, Queue::Inbox), 1);
        let repeated = EventKind::EnvelopeRepeated;
        let told = world.told(first.number);
        assert_eq!(told.iter().filter(|kind| **kind == repeated).count(), 15);
        assert_eq!(content(world.store(), first.number), body);
        let rows = world.rows();
        assert_eq!(rows["content"].len(), bytes.div_ceil(1 << 20), "no twin left pieces");
        assert!(rows["meta"].iter().all(|(key, _)| !key.starts_with(b"staging/")));
    }
}

/// Whether it overtakes is for the machine's scheduler to say: mostly it does, and once is enough.
#[tokio::test]
async fn a_small_twin_that_overtakes_a_large_one_wins() {
    let world = World::new(retention()).await;
    let store = world.store();
    let overtaken = async |attempt: u8| {
        let twin = |content: &[u8]| {
            let mut new = same(content);
            new.replay = Some(Replay { hash: [attempt; 32], window: WINDOW });
            new
        };
        let (large, small) = (twin(&vec![b'x'; 9 << 20]), twin(b"x"));
        let (large, small) = tokio::join!(store.accept(large), store.accept(small));
        let (large, small) = (large.expect("answered"), small.expect("answered"));
        assert_eq!(large.number, small.number);
        content(store, small.number).len() == 1
    };
    for attempt in 0..ATTEMPTS {
        if overtaken(attempt).await {
            return;
        }
    }
    panic!("none of {ATTEMPTS} was overtaken");
}

#[tokio::test]
async fn the_same_is_known_until_its_window_is_over() {
    let mut world = World::new(retention()).await;
    let first = world.accept(same(b"x")).await;
    world.clock.pass(WINDOW - Duration::from_millis(1));
    world.reopen();
    change(world.store(), first.number, received()).await.expect("committed");
    let again = world.accept(same(b"x")).await;
    assert_eq!(again.number, first.number, "delivered meanwhile");
    assert_eq!(again.repeated.map(|state| state.info), Some(TrackingInfo::Delivered));
    assert_eq!(again.at, first.at);
    world.clock.pass(Duration::from_millis(1));
    let new = world.accept(same(b"x")).await;
    assert_ne!(new.number, first.number);
    assert_eq!(new.repeated, None);
    // The older due must not make the newer one forgotten.
    world.run_due().await;
    assert_eq!(world.accept(same(b"x")).await.number, new.number);
    world.clock.pass(WINDOW);
    world.run_due().await;
    assert!(world.rows()["replay"].is_empty());
}

#[tokio::test]
async fn what_failed_or_is_not_to_be_compared_comes_anew() {
    let world = World::new(retention()).await;
    let first = world.accept(same(b"x")).await.number;
    change(world.store(), first, Change::Fail("given up".into())).await.expect("committed");
    let second = world.accept(same(b"x")).await.number;
    assert_ne!(first, second);
    let mut other = same(b"x");
    other.replay = None;
    assert_ne!(world.accept(other).await.number, second);
    let mut other = same(b"x");
    other.replay = Some(Replay { hash: [6; 32], window: WINDOW });
    assert_ne!(world.accept(other).await.number, second);
    assert_eq!(world.store().queue_len(LK, Queue::Inbox), 4);
}
