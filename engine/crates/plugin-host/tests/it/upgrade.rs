//! An instance is replaced while envelopes come and events go.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::fixture::{FAULTY, Fixture, deliver, is_pending, settings};

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_under_load_drops_no_envelope_and_no_event() {
    let directory = tempfile::tempdir().expect("a directory");
    let config = |owner: bool| json!({ "record": true, "owner": owner, "gate": true });
    let fixture = Fixture::with(directory.path(), settings(config(true))).await;
    let done = Arc::new(AtomicBool::new(false));
    let (hub, stop) = (fixture.hub.clone(), Arc::clone(&done));
    let writer = async move {
        let mut count = 0;
        while !stop.load(Ordering::Acquire) {
            let submitted = deliver(&hub, &format!("envelope {count}")).await;
            assert!(is_pending(&submitted), "none is refused: {submitted:?}");
            count += 1;
        }
        count
    };
    let upgrades = async {
        for _ in 0..10 {
            fixture.host.apply(settings(config(true))).await.expect("it is replaced");
        }
        done.store(true, Ordering::Release);
    };
    let (count, ()) = tokio::join!(writer, upgrades);
    fixture.until("all events are taken", |status| status.lag == Some(0)).await;
    assert_eq!(fixture.inbox_of_lk_count().await, count, "none was held or lost");
    assert_eq!(fixture.recorded().await, fixture.events().await);
    assert_eq!((fixture.status().state, fixture.status().failures), ("started", 0));
    fixture.host.disable(FAULTY).await.expect("it leaves");
    fixture.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_start_leaves_the_old_one_in_service() {
    let directory = tempfile::tempdir().expect("a directory");
    let fixture = Fixture::new(directory.path(), json!({})).await;
    for (sin, hook) in [("error", "create"), ("error", "start"), ("panic", "kinds")] {
        let bad = settings(json!({ "sin": sin, "in": hook }));
        assert!(fixture.host.apply(bad).await.is_err(), "{hook}");
        assert_eq!(fixture.status().state, "started");
    }
    let unknown = settings(json!({ "no such key": true }));
    assert!(fixture.host.apply(unknown).await.is_err());
    let mut exclusive = settings(json!({}));
    exclusive.grants.push("hub.data/1".into());
    fixture.host.apply(exclusive.clone()).await.expect("the old one ends first");
    exclusive.config_json = json!({ "sin": "error", "in": "start" }).to_string().into_bytes();
    assert!(fixture.host.apply(exclusive).await.is_err());
    assert_eq!(fixture.status().state, "started", "an instance of the old settings is back");
    fixture.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_wrong_before_is_not_shown_once_it_serves() {
    let directory = tempfile::tempdir().expect("a directory");
    let fixture = Fixture::with(directory.path(), settings(json!({ "no such key": true }))).await;
    let last_error = || fixture.status().last_error;
    assert!(last_error().is_some(), "it did not start");
    fixture.host.apply(settings(json!({}))).await.expect("it starts");
    assert_eq!(last_error(), None);
    assert!(fixture.host.upgrade(FAULTY, "9.9.9").await.is_err(), "there is none");
    assert!(last_error().is_some());
    fixture.host.release(FAULTY).await.expect("it serves");
    assert_eq!(last_error(), None);
    fixture.stop().await;
}
