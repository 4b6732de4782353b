//! Offering stays cheap whatever lies behind it.

use phytohub_store::Queue;
use rocksdb::perf::{PerfContext, PerfMetric, PerfStatsLevel, set_perf_stats};

use super::fixture::{LK, accept, change, open, received, with_connections};

/// The oldest envelope is never acknowledged; a hundred thousand behind it are.
#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_envelope_costs_the_others_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let stuck = accept(&store, "stuck", b"x").await.number;
    let mut set = tokio::task::JoinSet::new();
    for task in 0..250 {
        let store = store.clone();
        set.spawn(async move {
            for round in 0..400 {
                let number = accept(&store, &format!("{task}-{round}"), b"x").await.number;
                change(&store, number, received()).await.expect("committed");
            }
        });
    }
    set.join_all().await;
    let last = accept(&store, "last", b"x").await.number;

    let skips = |store: &phytohub_store::Store| {
        set_perf_stats(PerfStatsLevel::EnableCount);
        let mut context = PerfContext::default();
        context.reset();
        let queued = store.queued(LK, Queue::Inbox, 0, 100).expect("readable");
        let numbers: Vec<_> =
            queued.into_iter().map(|(_, tracked)| tracked.expect("readable").0.number).collect();
        assert_eq!(numbers, [stuck, last]);
        let skipped = context.metric(PerfMetric::InternalKeySkippedCount)
            + context.metric(PerfMetric::InternalDeleteSkippedCount);
        set_perf_stats(PerfStatsLevel::Disable);
        skipped
    };
    assert!(skips(&store) < 100);
    drop(store);
    let (store, _) = open(directory.path());
    assert!(skips(&store) < 100, "after a restart too");
}
