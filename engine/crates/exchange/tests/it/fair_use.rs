//! What one connection may ask for, and what it hears when that is used up.

use std::time::Duration;

use phytohub_domain::{ErrorKind, TrackingInfo};
use phytohub_exchange::admin::{ConnectionChanges, Setting};
use phytohub_exchange::{AdminRequest, CallError, Policy};
use phytohub_store::StoredEvent;
use phytohub_telemetry::EventKind;

use super::fixture::{Fixture, header, number, read_envelope};

async fn fixture(change: impl FnOnce(&mut Policy)) -> Fixture {
    let fixture = Fixture::new().await;
    let mut policy = Policy::default();
    change(&mut policy);
    fixture.hub.set_policy(policy);
    fixture
}

async fn change(fixture: &Fixture, code: &str, change: impl FnOnce(&mut ConnectionChanges)) {
    let mut changes = ConnectionChanges::default();
    change(&mut changes);
    let (code, changes) = (code.into(), Box::new(changes));
    fixture.admin(AdminRequest::ConnectionChange { code, changes }).await;
}

/// Events of fair use so far; the committer writes them before what is asked of it next.
async fn told(fixture: &Fixture) -> Vec<StoredEvent> {
    change(fixture, "AR", |changes| changes.responses = Some(true)).await;
    change(fixture, "AR", |changes| changes.responses = Some(false)).await;
    let events = fixture.store.events(1, 1000).expect("readable");
    events.into_iter().filter(|stored| stored.event.kind == EventKind::FairUseExceeded).collect()
}

#[tokio::test]
async fn who_asks_too_often_waits_as_long_as_it_is_told_and_no_other_notices() {
    let fixture = fixture(|policy| policy.requests_per_minute = 3).await;
    let (hub, greedy, other) = (&fixture.hub, fixture.caller("NO"), fixture.caller("LK"));
    (0..3).for_each(|_| hub.take_request(&greedy).expect("its share"));
    let over = hub.take_request(&greedy).expect_err("used up");
    assert_eq!((over.retry_after, over.retry_after_seconds()), (Duration::from_secs(20), 20));
    let text = over.to_string();
    assert!(text.contains("NO may send 3 requests in a minute") && text.contains("20 seconds"));
    hub.take_request(&other).expect("another's share");
    fixture.clock.advance(over.retry_after - Duration::from_millis(1));
    assert_eq!(hub.take_request(&greedy).expect_err("too early").retry_after_seconds(), 1);
    fixture.clock.advance(Duration::from_millis(1));
    hub.take_request(&greedy).expect("as told");

    let events = told(&fixture).await;
    assert_eq!(events.len(), 1, "two were turned away, one is recorded");
    assert!(events[0].event.detail.contains("3 requests in a minute"), "{:?}", events[0]);
    let metrics = fixture.hub.metrics().render();
    let line = "hub_fair_use_exceeded_total{connection=\"NO\",limit=\"Requests\"} 2";
    assert!(metrics.contains(line), "{metrics}");
    fixture.clock.advance(Duration::from_secs(60));
    (0..3).for_each(|_| hub.take_request(&greedy).expect("a minute's share"));
    hub.take_request(&greedy).expect_err("used up");
    let events = told(&fixture).await;
    assert!(events[1].event.detail.contains("1 more times before"), "{:?}", events[1]);
}

#[tokio::test]
async fn a_connections_own_limits_take_the_place_of_the_hubs() {
    let fixture = fixture(|policy| policy.bytes_per_minute = 100).await;
    change(&fixture, "LK", |changes| changes.bytes_per_minute = Setting::Set(1000)).await;
    let take = |code, bytes| fixture.hub.take_bytes(&fixture.caller(code), bytes);
    take("NO", 100).expect("its share");
    take("NO", 1).expect_err("used up");
    take("LK", 1000).expect("its own share");
    take("LK", 1).expect_err("used up");
    fixture.hub.set_policy({
        let mut policy = Policy::default();
        policy.bytes_per_minute = 0;
        policy
    });
    take("NO", usize::MAX).expect("no limit");
}

#[tokio::test]
async fn mail_that_piles_up_for_one_recipient_is_refused_and_other_mail_is_not() {
    let fixture = fixture(|policy| policy.pending_per_recipient = 2).await;
    let first = fixture.deliver("NO", "LK", "A-1").await;
    fixture.deliver("NO", "LK", "A-2").await;
    let third = || read_envelope(&header("NO", "LK", "A-3"), "x");
    let sender = fixture.caller("NO");
    let error = fixture.hub.deliver_envelope(&sender, third()).await.expect_err("full");
    assert_eq!(error.kind(), ErrorKind::Exhausted);
    assert!(error.to_string().contains("2 envelopes of NO wait for LK"), "{error}");
    assert!(matches!(error, CallError::FairUse(over) if over.retry_after_seconds() == 300));
    let pending = Some(TrackingInfo::PendingDelivery);
    for (from, to) in [("NO", "AR"), ("AR", "LK")] {
        assert_eq!(fixture.deliver(from, to, "A-3").await.tracking_info, pending);
    }
    let acknowledgement = phytohub_domain::Acknowledgement {
        kind: phytohub_domain::AcknowledgementKind::Received,
        message: String::new(),
    };
    let recipient = fixture.caller("LK");
    let acknowledged = fixture.hub.acknowledge(&recipient, &number(&first), acknowledgement).await;
    acknowledged.expect("answered");
    let accepted = fixture.hub.deliver_envelope(&sender, third()).await.expect("room");
    assert_eq!(accepted.tracking_info, pending);
}
