use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use phytohub_testkit::FakeClock;

use super::*;

struct Bench {
    pool: Pool,
    clock: Arc<FakeClock>,
    _directory: tempfile::TempDir,
}

fn bench(workers: usize, queue: usize, stuck_max: usize) -> Bench {
    let directory = tempfile::tempdir().expect("a directory");
    let clock = Arc::new(FakeClock::default());
    let path = directory.path().join("breadcrumbs");
    let crumbs = Breadcrumbs::open(&path, clock.now(), TIME).expect("it opens");
    let size = PoolSize { workers, queue, stuck_max };
    let pool = Pool::start("p".into(), size, crumbs, clock.clone(), Arc::default());
    Bench { pool: pool.expect("threads"), clock, _directory: directory }
}

/// A job that says when it has begun and goes on until it is told to end.
fn job(limit: TimeLimit) -> (Job, Receiver<()>, SyncSender<()>) {
    let (begun, has_begun) = sync_channel(1);
    let (end, may_end) = sync_channel(1);
    let work = Box::new(move |_| {
        let _ = begun.send(());
        let _ = may_end.recv();
    });
    let job = Job { hook: Hook::Validate, limit, cancelled: Arc::default(), work };
    (job, has_begun, end)
}

#[test]
fn a_full_queue_gives_the_job_back_and_a_cancelled_one_makes_room() {
    let bench = bench(1, 1, 0);
    let (first, begun, end) = job(TimeLimit::FromBegin(TIME));
    bench.pool.submit(first).expect("there is a thread");
    begun.recv().expect("it begins");
    let (second, _, _) = job(TimeLimit::FromBegin(TIME));
    let nobody_waits = Arc::clone(&second.cancelled);
    bench.pool.submit(second).expect("there is a place");
    let (third, third_begun, third_end) = job(TimeLimit::FromBegin(TIME));
    let (refused, third) = bench.pool.submit(third).expect_err("there is no place");
    assert_eq!((refused, bench.pool.waiting()), (Refused::Full, 1));
    nobody_waits.store(true, Ordering::Release);
    bench.pool.submit(third).expect("its place is free");
    end.send(()).expect("it waits for that");
    third_begun.recv().expect("the third is run, the second is not");
    third_end.send(()).expect("it waits for that");
}

#[tokio::test]
async fn a_thread_that_hangs_is_replaced_and_ends_when_it_comes_back() {
    let bench = bench(1, 4, 1);
    let (hangs, begun, end) = job(TimeLimit::FromBegin(TIME));
    bench.pool.submit(hangs).expect("there is a thread");
    begun.recv().expect("it begins");
    bench.clock.advance(TIME);
    assert_eq!(bench.pool.look(), Look::default(), "it has a little longer");
    bench.clock.advance(GRACE);
    let look = bench.pool.look();
    assert_eq!((look.newly_stuck.len(), look.stuck, look.too_many), (1, 1, false));
    assert_eq!(bench.pool.look().newly_stuck, [], "once");
    let (second, second_begun, second_end) = job(TimeLimit::FromBegin(TIME));
    bench.pool.submit(second).expect("another has its place");
    second_begun.recv().expect("it begins");
    bench.clock.advance(TIME + GRACE);
    assert!(bench.pool.look().too_many, "one may hang, not two");
    end.send(()).expect("it comes back");
    second_end.send(()).expect("it comes back");
    bench.pool.close();
    bench.pool.ended().await;
    bench.pool.until(|state| state.stuck == 0).await;
}

#[test]
fn what_may_go_on_as_long_as_somebody_waits_is_late_only_after_that() {
    let bench = bench(1, 1, 0);
    let (streams, begun, end) = job(TimeLimit::FromCancel(TIME));
    let cancelled = Arc::clone(&streams.cancelled);
    bench.pool.submit(streams).expect("there is a thread");
    begun.recv().expect("it begins");
    bench.clock.advance(TIME * 100);
    assert_eq!(bench.pool.look().stuck, 0, "somebody waits");
    cancelled.store(true, Ordering::Release);
    assert_eq!(bench.pool.look().stuck, 0);
    bench.clock.advance(TIME);
    assert_eq!(bench.pool.look().stuck, 1);
    end.send(()).expect("it comes back");
}

#[tokio::test]
async fn what_belongs_to_the_end_is_still_done_when_calls_are_refused() {
    let bench = bench(1, 1, 0);
    bench.pool.refuse_calls();
    let (call, _, _) = job(TimeLimit::FromBegin(TIME));
    assert_eq!(bench.pool.submit(call).expect_err("no calls").0, Refused::Closed);
    let (own, begun, end) = job(TimeLimit::FromBegin(TIME));
    bench.pool.submit_own(own).expect("there is a thread");
    begun.recv().expect("it begins");
    end.send(()).expect("it waits for that");
    bench.pool.idle().await;
    bench.pool.close();
    bench.pool.ended().await;
}

#[tokio::test]
async fn a_panic_of_the_bridge_does_not_cost_the_thread() {
    let bench = bench(1, 2, 0);
    let panics = Job {
        hook: Hook::Validate,
        limit: TimeLimit::FromBegin(TIME),
        cancelled: Arc::default(),
        work: Box::new(|_| panic!("on purpose")),
    };
    bench.pool.submit(panics).expect("there is a thread");
    let (next, begun, end) = job(TimeLimit::FromBegin(TIME));
    bench.pool.submit(next).expect("there is a place");
    begun.recv().expect("the thread goes on");
    end.send(()).expect("it waits for that");
}

const TIME: Duration = Duration::from_secs(10);
