//! What is due is done: never early, never forgotten, and not by a clock that is not trusted.

use std::collections::BTreeMap;
use std::time::Duration;

use phytohub_domain::{Clock, HubDeliveryNumber, Timestamp, TrackingInfo};
use phytohub_store::{Change, Replay, Retention};
use phytohub_telemetry::{Actor, EventKind};
use proptest::prelude::*;
use rocksdb::perf::{PerfContext, PerfMetric, PerfStatsLevel, set_perf_stats};

use super::fixture::{LK, accept, change, envelope, received};
use super::world::{DAY, World, operator, pushed, retention};

const HOUR: Duration = Duration::from_secs(3600);

#[derive(Clone, Debug)]
enum Step {
    Accept,
    Acknowledge(prop::sample::Index),
    Attempt(prop::sample::Index, u64),
    HandOver(prop::sample::Index, u64),
    Pass(u64),
    Work,
    Reopen,
    Crash,
}

fn any_step() -> impl Strategy<Value = Step> {
    let which = any::<prop::sample::Index>;
    prop_oneof![
        3 => Just(Step::Accept),
        2 => which().prop_map(Step::Acknowledge),
        3 => (which(), 0_u64..72).prop_map(|(which, hours)| Step::Attempt(which, hours)),
        2 => (which(), 0_u64..72).prop_map(|(which, hours)| Step::HandOver(which, hours)),
        4 => (0_u64..200).prop_map(Step::Pass),
        3 => Just(Step::Work),
        1 => Just(Step::Reopen),
        1 => Just(Step::Crash),
    ]
}

/// One envelope as it should be.
#[derive(Clone, Debug, Default)]
struct Expected {
    accepted: Timestamp,
    released: bool,
    failed: bool,
    acknowledged: Option<Timestamp>,
    again: Option<Timestamp>,
    told_again: bool,
    dropped: bool,
    purged: bool,
}

impl Expected {
    fn push(&mut self, hands_over: bool, again_at: Timestamp) {
        if self.acknowledged.is_none() {
            self.released |= hands_over;
            if !self.failed {
                (self.again, self.told_again) = (Some(again_at), false);
            }
        }
    }
}

type Model = BTreeMap<HubDeliveryNumber, Expected>;

/// What working off must bring now: pushes and failures.
fn work(model: &mut Model, now: Timestamp) -> (Vec<HubDeliveryNumber>, Vec<HubDeliveryNumber>) {
    let (mut again, mut failed) = (Vec::new(), Vec::new());
    for (number, expected) in model {
        if let Some(at) = expected.acknowledged {
            expected.dropped |= now >= at.plus(10 * DAY);
            expected.purged |= expected.dropped && now >= at.plus(30 * DAY);
            continue;
        }
        if expected.again.is_some_and(|at| at <= now) && !expected.told_again {
            // In the order of time: what fails by age before it is pushed again, is not.
            let ages = expected.accepted.plus(5 * DAY);
            let fails_first =
                !expected.released && !expected.failed && Some(ages) <= expected.again;
            if !expected.failed && !fails_first {
                again.push(*number);
                expected.told_again = true;
            }
        }
        if !expected.released && !expected.failed && now >= expected.accepted.plus(5 * DAY) {
            failed.push(*number);
            (expected.failed, expected.again) = (true, None);
        }
    }
    (again, failed)
}

async fn follow(steps: &[Step]) {
    let mut world = World::new(retention()).await;
    world.put(pushed(LK)).await;
    let mut model = Model::new();
    for step in steps {
        let now = world.clock.now();
        let nth = |which: &prop::sample::Index| {
            let there: Vec<_> = model.iter().filter(|(_, e)| !e.purged).map(|(n, _)| *n).collect();
            (!there.is_empty()).then(|| *which.get(&there))
        };
        match step {
            Step::Accept => {
                let accepted = accept(world.store(), "A", b"content").await;
                let expected = Expected { accepted: accepted.at, ..Expected::default() };
                model.insert(accepted.number, expected);
            }
            Step::Acknowledge(which) => {
                let Some(number) = nth(which) else { continue };
                change(world.store(), number, received()).await.expect("committed");
                let expected = model.get_mut(&number).expect("there");
                expected.acknowledged = expected.acknowledged.or(Some(now));
                expected.again = None;
            }
            Step::Attempt(which, hours) | Step::HandOver(which, hours) => {
                let Some(number) = nth(which) else { continue };
                let at = now.plus(HOUR * u32::try_from(*hours).expect("small"));
                let hands_over = matches!(step, Step::HandOver(..));
                let step = if hands_over {
                    Change::HandOver { again_at: at, receipt: String::new() }
                } else {
                    Change::Attempt { error: "refused".into(), next: at }
                };
                change(world.store(), number, step).await.expect("committed");
                model.get_mut(&number).expect("there").push(hands_over, at);
            }
            Step::Pass(hours) => world.clock.pass(HOUR * u32::try_from(*hours).expect("small")),
            Step::Work => {
                let outcome = world.run_due().await;
                let mut again: Vec<_> = outcome.again.iter().map(|(_, s)| *s).collect();
                let mut failed = outcome.failed;
                let (expected_again, expected_failed) = work(&mut model, now);
                let sequences = |numbers: &[HubDeliveryNumber]| -> Vec<u64> {
                    let stored = |n| world.store().envelope(n).expect("readable").expect("there");
                    numbers.iter().map(|n| stored(*n).0.sequence).collect()
                };
                let mut expected_again = sequences(&expected_again);
                again.sort_unstable();
                expected_again.sort_unstable();
                failed.sort();
                assert_eq!((again, failed), (expected_again, expected_failed), "{steps:?}");
                let next = *world.store().next_due().borrow();
                assert!(next.is_none_or(|next| next > now), "{next:?} is not after {now}");
            }
            Step::Reopen => world.reopen(),
            Step::Crash => world.crash(),
        }
        for (number, expected) in &model {
            let found = world.store().envelope(*number).expect("readable");
            assert_eq!(found.is_none(), expected.purged, "{steps:?}");
            let Some((_, state)) = found else { continue };
            assert_eq!(state.content_dropped, expected.dropped, "{steps:?}");
            let failed = expected.failed && expected.acknowledged.is_none();
            assert_eq!(state.info == TrackingInfo::FailedDelivery, failed, "{steps:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn dues_are_never_early_and_never_forgotten(
        steps in prop::collection::vec(any_step(), 1..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(follow(&steps));
    }
}

/// Wall time alone destroys nothing; once the operator says so, what waited is done.
#[tokio::test]
async fn a_clock_that_stepped_by_a_month_destroys_nothing() {
    for back in [false, true] {
        let mut world = World::new(Retention { headers: 60 * DAY, ..retention() }).await;
        world.put(pushed(LK)).await;
        let mut new = envelope("A-1", b"content");
        new.replay = Some(Replay { hash: [5; 32], window: HOUR });
        let number = world.accept(new).await.number;
        change(world.store(), number, received()).await.expect("committed");
        let pending = accept(world.store(), "A-2", b"pending").await.number;
        let before = world.clock.now();
        let next = before.plus(HOUR);
        let refused = Change::Attempt { error: "refused".into(), next };
        change(world.store(), pending, refused).await.expect("committed");
        let stepped = before.as_millis().wrapping_add_signed(if back { -1 } else { 1 } * MONTH);
        world.clock.set(Timestamp::from_millis(stepped));
        for _ in 0..2 {
            let outcome = world.run_due().await;
            assert_eq!(outcome.failed, []);
            // Pushing again destroys nothing.
            assert_eq!((outcome.paused, outcome.again.len()), (!back, usize::from(!back)));
            assert!(world.store().clock_status().suspicion.is_some());
            assert!(!world.state(number).content_dropped);
            assert_eq!(world.state(pending).info, TrackingInfo::PendingDelivery);
            let events = world.store().events(1, 100).expect("readable");
            let suspected = EventKind::ClockSuspected;
            assert_eq!(events.iter().filter(|e| e.event.kind == suspected).count(), 1);
            let refused = Change::Attempt { error: "refused".into(), next };
            change(world.store(), pending, refused).await.expect("committed");
            world.crash();
        }
        let mut next_due = world.store().next_due();
        next_due.mark_unchanged();
        world.store().accept_clock(operator()).await.expect("committed");
        let outcome = world.run_due().await;
        assert!(!outcome.paused);
        assert_eq!(world.state(number).content_dropped, !back);
        assert_eq!(outcome.failed, if back { vec![] } else { vec![pending] });
        if back {
            world.clock.set(before);
            world.store().accept_clock(operator()).await.expect("committed");
            world.clock.pass(10 * DAY);
            assert_eq!(world.run_due().await.failed, [pending]);
            assert!(world.state(number).content_dropped);
        }
    }
}

const MONTH: i64 = 30 * 24 * 3_600_000;

/// While the clock is suspected, what waits hides nothing that need not.
#[tokio::test]
async fn pushes_go_on_behind_much_that_waits() {
    let world = World::new(retention()).await;
    let mut numbers = Vec::new();
    for place in 0..50 {
        let number = accept(world.store(), &place.to_string(), b"x").await.number;
        change(world.store(), number, received()).await.expect("committed");
        numbers.push(number);
    }
    let pushed = accept(world.store(), "pushed", b"x").await.number;
    let far = world.clock.now().plus(40 * DAY);
    world.clock.set(far);
    let refused = Change::Attempt { error: "refused".into(), next: far };
    change(world.store(), pushed, refused).await.expect("committed");
    let outcome = world.run_due().await;
    assert_eq!((outcome.done, outcome.again.len(), outcome.paused), (1, 1, true));
    let outcome = world.run_due().await;
    assert_eq!((outcome.done, outcome.paused), (0, true), "it waits on");
    world.store().accept_clock(Actor::hub()).await.expect("committed");
    assert_eq!(world.store().next_due().borrow().map(|next| next <= far), Some(true));
    world.run_due().await;
    assert!(world.store().envelope(numbers[0]).expect("readable").is_none());
}

/// The operator's word counts for what is asked right behind it.
#[tokio::test]
async fn nothing_is_forgotten_when_the_clock_is_accepted_meanwhile() {
    let world = World::new(retention()).await;
    let number = accept(world.store(), "A-1", b"x").await.number;
    change(world.store(), number, received()).await.expect("committed");
    world.clock.set(world.clock.now().plus(40 * DAY));
    assert!(world.run_due().await.paused);
    let store = world.store();
    let (accepted, outcome) = tokio::join!(store.accept_clock(operator()), store.run_due(100));
    accepted.expect("committed");
    assert!(!outcome.expect("committed").paused);
    world.run_due().await;
    assert!(world.store().envelope(number).expect("readable").is_none());
}

/// Mail that waits when its inbox gets an endpoint ages from then on.
#[tokio::test]
async fn waiting_mail_ages_from_when_it_can_be_brought() {
    let world = World::new(retention()).await;
    let number = accept(world.store(), "A-1", b"x").await.number;
    world.clock.pass(20 * DAY);
    world.put(pushed(LK)).await;
    world.put(pushed(LK)).await;
    assert_eq!(world.run_due().await.failed, []);
    world.clock.pass(5 * DAY);
    assert_eq!(world.run_due().await.failed, [number]);
}

/// After a restore nothing is brought, so nothing fails for want of it.
#[tokio::test]
async fn a_restored_store_waits_for_the_operator() {
    let mut world = World::new(retention()).await;
    world.put(pushed(LK)).await;
    let number = accept(world.store(), "A-1", b"x").await.number;
    let done = accept(world.store(), "A-2", b"x").await.number;
    change(world.store(), done, received()).await.expect("committed");
    world.pause();
    assert!(world.store().is_paused());
    world.clock.pass(20 * DAY);
    let outcome = world.run_due().await;
    assert_eq!((outcome.paused, outcome.failed.as_slice()), (true, [].as_slice()));
    assert!(world.state(done).content_dropped, "the rest goes on");
    let mut paused = world.store().paused();
    world.store().resume(operator()).await.expect("committed");
    assert!(!*paused.borrow_and_update());
    assert_eq!(world.run_due().await.failed, [number]);
    world.reopen();
    assert!(!world.store().is_paused());
    let events = world.store().events(1, 100).expect("readable");
    assert!(events.iter().any(|event| event.event.kind == EventKind::DeliveryResumed));
}

/// What was worked off costs the next look nothing, after a restart either.
#[tokio::test(flavor = "multi_thread")]
async fn looking_for_what_is_due_passes_over_nothing() {
    let mut world = World::new(retention()).await;
    let mut set = tokio::task::JoinSet::new();
    for task in 0..100 {
        let store = world.store().clone();
        set.spawn(async move {
            for round in 0..50 {
                let number = accept(&store, &format!("{task}-{round}"), b"x").await.number;
                change(&store, number, received()).await.expect("committed");
            }
        });
    }
    set.join_all().await;
    world.clock.pass(40 * DAY);
    while world.store().run_due(1000).await.expect("committed").more {}
    let number = accept(world.store(), "last", b"x").await.number;
    change(world.store(), number, received()).await.expect("committed");
    set_perf_stats(PerfStatsLevel::EnableCount);
    let mut context = PerfContext::default();
    context.reset();
    world.reopen();
    let skipped = context.metric(PerfMetric::InternalKeySkippedCount)
        + context.metric(PerfMetric::InternalDeleteSkippedCount);
    set_perf_stats(PerfStatsLevel::Disable);
    assert!(skipped < 1000, "{skipped} rows passed over while opening");
    assert_eq!(*world.store().next_due().borrow(), Some(world.clock.now().plus(10 * DAY)));
}
