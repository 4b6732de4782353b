//! An envelope that comes again because its sender never read the answer.

use std::time::Duration;

use phytohub_domain::{Acknowledgement, AcknowledgementKind, Clock as _, Timestamp, TrackingInfo};
use phytohub_exchange::{AdminRequest, Policy};

use super::fixture::{Fixture, header, number, read_envelope};

async fn waiting(fixture: &Fixture, code: &str) -> usize {
    let headers = fixture.hub.get_import_envelope_headers(&fixture.caller(code), None).await;
    headers.expect("answered").len()
}

#[tokio::test]
async fn the_same_envelope_within_the_window_gets_the_same_answer() {
    let fixture = Fixture::new().await;
    let first = fixture.deliver("NO", "LK", "A-1").await;
    fixture.clock.advance(Duration::from_secs(599));
    assert_eq!(fixture.deliver("NO", "LK", "A-1").await, first, "the whole header");
    assert_eq!(waiting(&fixture, "LK").await, 1);

    let message = "seal broken".to_owned();
    let acknowledgement =
        Acknowledgement { kind: AcknowledgementKind::WithWarnings, message: message.clone() };
    let recipient = fixture.caller("LK");
    let answer = fixture.hub.acknowledge(&recipient, &number(&first), acknowledgement).await;
    answer.expect("answered");
    let again = fixture.deliver("NO", "LK", "A-1").await;
    assert_eq!(again.hub_delivery_number, first.hub_delivery_number);
    assert_eq!(again.tracking_info, Some(TrackingInfo::DeliveredWithWarnings), "as it now stands");
    assert_eq!(again.error_message, Some(message));
    assert_eq!(waiting(&fixture, "LK").await, 0);

    fixture.clock.advance(Duration::from_secs(1));
    let later = fixture.deliver("NO", "LK", "A-1").await;
    assert_ne!(later.hub_delivery_number, first.hub_delivery_number, "the window is over");
}

/// A sender that asks again cannot know that the hub's clock stepped meanwhile.
#[tokio::test]
async fn a_clock_that_steps_neither_ends_nor_stretches_the_window() {
    const DAY_MS: u64 = 24 * 3_600_000;
    for forward in [true, false] {
        let mut fixture = Fixture::new().await;
        let before = fixture.deliver("NO", "LK", "A-1").await;
        let now = fixture.clock.now().as_millis();
        let stepped = if forward { now + DAY_MS } else { now - DAY_MS };
        fixture.clock.set(Timestamp::from_millis(stepped));
        assert_eq!(fixture.deliver("NO", "LK", "A-1").await, before, "{forward}");
        let after = fixture.deliver("NO", "LK", "A-2").await;
        fixture = fixture.reopen();
        assert_eq!(fixture.deliver("NO", "LK", "A-2").await, after, "{forward}");
        fixture.admin(AdminRequest::ClockAccept).await;
        fixture.clock.advance(Duration::from_secs(1));
        while fixture.store.run_due(100).await.expect("committed").more {}
        for (first, number) in [(&before, "A-1"), (&after, "A-2")] {
            assert_eq!(fixture.deliver("NO", "LK", number).await, *first, "{forward}");
        }
        fixture.clock.advance(Duration::from_secs(599));
        for (first, number) in [(&before, "A-1"), (&after, "A-2")] {
            assert_ne!(fixture.deliver("NO", "LK", number).await, *first, "the window is over");
        }
    }
}

#[tokio::test]
async fn twins_in_flight_are_one_envelope() {
    let fixture = Fixture::new().await;
    let twins: Vec<_> = (0..16)
        .map(|_| {
            let (hub, caller) = (fixture.hub.clone(), fixture.caller("NO"));
            let envelope = read_envelope(&header("NO", "LK", "A-1"), "x");
            async move { hub.deliver_envelope(&caller, envelope).await.expect("answered") }
        })
        .collect();
    let mut set = tokio::task::JoinSet::new();
    twins.into_iter().for_each(|twin| drop(set.spawn(twin)));
    let mut numbers: Vec<_> = set.join_all().await;
    numbers.dedup();
    assert_eq!(numbers.len(), 1, "{numbers:?}");
    assert_eq!(waiting(&fixture, "LK").await, 1);
}

#[tokio::test]
async fn whatever_differs_is_another_envelope() {
    let fixture = Fixture::new().await;
    let (hub, sender) = (&fixture.hub, fixture.caller("NO"));
    let first = fixture.deliver("NO", "LK", "A-1").await;
    let other = read_envelope(&header("NO", "LK", "A-1"), "<a>other</a>");
    let other = hub.deliver_envelope(&sender, other).await.expect("answered");
    assert_ne!(other.hub_delivery_number, first.hub_delivery_number);
    let mut withdrawn = header("NO", "LK", "A-1");
    withdrawn.certificate_status = 40;
    let withdrawn = fixture.deliver_header("NO", &withdrawn).await;
    assert_ne!(withdrawn.hub_delivery_number, first.hub_delivery_number);
    assert_eq!(waiting(&fixture, "LK").await, 3);
    // The same characters in another form are the same content.
    let same = read_envelope(&header("NO", "LK", "A-1"), "<a>&amp; å</a>");
    let same = hub.deliver_envelope(&sender, same).await.expect("answered");
    assert_eq!(same.hub_delivery_number, first.hub_delivery_number);
}

#[tokio::test]
async fn what_failed_is_delivered_anew() {
    let fixture = Fixture::new().await;
    let refused = fixture.deliver("NO", "XX", "A-1").await;
    assert_ne!(fixture.deliver("NO", "XX", "A-1").await, refused, "each refusal has a number");
    let first = fixture.deliver("NO", "LK", "A-1").await;
    let given_up = first.hub_delivery_number.clone().expect("a number");
    let request = AdminRequest::EnvelopeFail { number: given_up, reason: "lost".into() };
    fixture.admin(request).await;
    let second = fixture.deliver("NO", "LK", "A-1").await;
    assert_ne!(second.hub_delivery_number, first.hub_delivery_number);
    assert_eq!(second.tracking_info, Some(TrackingInfo::PendingDelivery));
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let fixture = Fixture::new().await;
    let mut policy = Policy::default();
    policy.replay_window = Duration::ZERO;
    fixture.hub.set_policy(policy);
    let first = fixture.deliver("NO", "LK", "A-1").await;
    assert_ne!(fixture.deliver("NO", "LK", "A-1").await, first);
    assert_eq!(waiting(&fixture, "LK").await, 2);
}
