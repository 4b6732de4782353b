//! What is answered from memory is what stands on disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use phytohub_domain::{Acknowledgement, AcknowledgementKind, ErrorKind, TrackingInfo};
use phytohub_exchange::CallError;

use super::fixture::{Fixture, number};

fn received() -> Acknowledgement {
    Acknowledgement { kind: AcknowledgementKind::Received, message: String::new() }
}

/// Senders ask all the time while recipients acknowledge: who asks after an acknowledgement was
/// answered hears of it, and so does everybody from then on.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_is_told_an_old_state_once_an_acknowledgement_was_answered() {
    let fixture = Fixture::new().await;
    for round in 0..100 {
        let reply = fixture.deliver("NO", "LK", &format!("A-{round}")).await;
        let (text, stop) = (number(&reply), Arc::new(AtomicBool::new(false)));
        let mut pollers = tokio::task::JoinSet::new();
        for _ in 0..3 {
            let (hub, sender) = (fixture.hub.clone(), fixture.caller("NO"));
            let (text, stop) = (text.clone(), Arc::clone(&stop));
            pollers.spawn(async move {
                let mut delivered = false;
                while !stop.load(Ordering::Relaxed) {
                    let header = hub.get_envelope_tracking_info(&sender, &text).await;
                    let info = header.expect("answered").tracking_info;
                    assert!(!delivered || info == Some(TrackingInfo::Delivered), "it went back");
                    delivered = info == Some(TrackingInfo::Delivered);
                    tokio::task::yield_now().await;
                }
            });
        }
        let recipient = fixture.caller("LK");
        fixture.hub.acknowledge(&recipient, &text, received()).await.expect("answered");
        for _ in 0..3 {
            assert_eq!(fixture.state("NO", &text).await, TrackingInfo::Delivered);
        }
        stop.store(true, Ordering::Relaxed);
        pollers.join_all().await;
    }
}

#[tokio::test]
async fn a_stranger_learns_nothing_of_what_is_remembered() {
    let fixture = Fixture::new().await;
    let text = number(&fixture.deliver("NO", "LK", "A-1").await);
    for _ in 0..2 {
        assert_eq!(fixture.state("NO", &text).await, TrackingInfo::PendingDelivery);
        assert_eq!(fixture.state("AR", &text).await, TrackingInfo::EnvelopeNotExists);
    }
}

#[tokio::test]
async fn a_content_that_was_dropped_is_told_as_such_with_its_time() {
    let fixture = Fixture::new().await;
    let reply = fixture.deliver("NO", "LK", "A-1").await;
    let (text, recipient) = (number(&reply), fixture.caller("LK"));
    fixture.hub.acknowledge(&recipient, &text, received()).await.expect("answered");
    fixture.clock.advance(Duration::from_secs(7 * 24 * 3600));
    fixture.store.run_due(100).await.expect("committed");
    let pulled = fixture.hub.pull_single_import_envelope(&recipient, &text).await;
    let error = pulled.expect_err("it is gone");
    assert!(matches!(error, CallError::ContentDropped { days: 7, .. }), "{error:?}");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let told = error.to_string();
    assert!(told.contains("dropped at 2026-11-28T10:11:12.000Z, 7 days after"), "{told}");
    let other = fixture.hub.pull_single_import_envelope(&fixture.caller("AR"), &text).await;
    assert!(matches!(other, Err(CallError::NoSuchEnvelope)), "it is not AR's to know");
    let headers = fixture.hub.get_import_envelope_headers(&recipient, None).await;
    assert!(headers.expect("answered").is_empty());
    assert_eq!(fixture.state("NO", &text).await, TrackingInfo::Delivered);
}
