//! Events reach a plugin at least once and in order, whatever it does with them.

use serde_json::{Value, json};

use super::fixture::{FAULTY, Fixture, settings};

async fn fixture(config: Value) -> (tempfile::TempDir, Fixture) {
    let directory = tempfile::tempdir().expect("a directory");
    let fixture = Fixture::with(directory.path(), settings(config)).await;
    (directory, fixture)
}

/// Delivers some envelopes; each is an event.
async fn deliver(fixture: &Fixture, count: usize) {
    for number in 0..count {
        fixture.deliver(&format!("envelope {number}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_is_written_with_the_cursor() {
    let (_directory, fixture) = fixture(json!({ "record": true })).await;
    deliver(&fixture, 20).await;
    fixture.until("all are taken", |status| status.lag == Some(0)).await;
    assert_eq!(fixture.recorded().await, fixture.events().await);
    fixture.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_fails_comes_again_and_nothing_is_lost() {
    for sin in ["error", "panic", "never-completion", "slow"] {
        let config = json!({ "record": true, "sin": sin, "in": "events", "times": 1, "ms": 1000 });
        let (_directory, fixture) = fixture(config).await;
        deliver(&fixture, 5).await;
        // A fresh instance after the panic sins again: once each.
        if sin == "panic" {
            fixture.until("it is given up", |status| status.quarantine.is_some()).await;
            assert_ne!(fixture.status().lag, Some(0), "what it did not take waits");
        } else {
            fixture.until("all are taken", |status| status.lag == Some(0)).await;
            assert_eq!(fixture.recorded().await, fixture.events().await, "{sin}");
        }
        fixture.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_done_with_once() {
    for (sin, ms) in [("double-completion", 0), ("late-completion", 50), ("late-completion", 2000)]
    {
        let config = json!({ "sin": sin, "in": "events", "times": 1, "ms": ms });
        let (_directory, fixture) = fixture(config).await;
        deliver(&fixture, 3).await;
        fixture.until("all are taken", |status| status.lag == Some(0)).await;
        assert_eq!(fixture.status().state, "started", "{sin} {ms}");
        fixture.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_operator_skips() {
    let (_directory, fixture) = fixture(json!({ "sin": "error", "in": "events" })).await;
    assert!(fixture.host.skip_batch(FAULTY, "nothing fails yet").await.is_err());
    deliver(&fixture, 2).await;
    fixture.until("it fails", |status| status.failing_batch.is_some()).await;
    while fixture.status().lag != Some(0) {
        // Between two batches there is nothing to skip.
        let _ = fixture.host.skip_batch(FAULTY, "they are of no use to it").await;
        tokio::task::yield_now().await;
    }
    fixture.stop().await;
}
