//! Receiving: listing, pulling, acknowledging.

use std::time::Duration;

use phytohub_domain::{
    Acknowledgement, AcknowledgementKind, EnvelopeHeader, ErrorKind, Limits, TrackingInfo,
};
use phytohub_exchange::CallError;
use phytohub_wire::soap::{self, Request};

use super::fixture::{Fixture, header, number, read, text};

fn acknowledgement(kind: AcknowledgementKind, message: &str) -> Acknowledgement {
    Acknowledgement { kind, message: message.into() }
}

fn received() -> Acknowledgement {
    acknowledgement(AcknowledgementKind::Received, "")
}

#[tokio::test]
async fn what_is_pulled_is_offered_again_until_it_is_acknowledged() {
    let fixture = Fixture::new().await;
    let delivered = fixture.deliver("NO", "LK", "A-1").await;
    let lk = fixture.caller("LK");
    for _ in 0..2 {
        let pulled = fixture.hub.pull_import_envelope(&lk, |_| true).await.expect("answered");
        assert_eq!(pulled.len(), 1);
        assert_eq!(pulled[0].header.hub_delivery_number, delivered.hub_delivery_number);
        let content = pulled[0].content.ready().expect("small");
        assert_eq!(&content[..], "&lt;a&gt;&amp;amp; å&lt;/a&gt;".as_bytes());
    }
    let answer = fixture.hub.acknowledge(&lk, &number(&delivered), received()).await;
    assert_eq!(answer.expect("answered").tracking_info, TrackingInfo::Delivered);
    assert!(fixture.hub.pull_import_envelope(&lk, |_| true).await.expect("answered").is_empty());
    assert_eq!(fixture.state("NO", &number(&delivered)).await, TrackingInfo::Delivered);
    let again = fixture.hub.pull_single_import_envelope(&lk, &number(&delivered)).await;
    assert!(again.is_ok(), "its owner may pull it again");
}

#[tokio::test]
async fn a_repeated_acknowledgement_is_answered_the_same() {
    let fixture = Fixture::new().await;
    let delivered = number(&fixture.deliver("NO", "LK", "A-1").await);
    let lk = fixture.caller("LK");
    let warned = acknowledgement(AcknowledgementKind::WithWarnings, "¡Ojo!");
    let first = fixture.hub.acknowledge(&lk, &delivered, warned).await.expect("answered");
    let later = fixture.hub.acknowledge(&lk, &delivered, received()).await.expect("answered");
    assert_eq!(first, later);
    let tracked = fixture.track("NO", &delivered).await;
    assert_eq!(tracked.tracking_info, Some(TrackingInfo::DeliveredWithWarnings));
    assert_eq!(tracked.error_message.as_deref(), Some("¡Ojo!"));
}

#[tokio::test]
async fn a_failure_ends_the_state_only_after_the_content_went_out() {
    let fixture = Fixture::new().await;
    let reply = fixture.deliver("NO", "LK", "A-1").await;
    let (delivered, lk) = (number(&reply), fixture.caller("LK"));
    let unreadable = || acknowledgement(AcknowledgementKind::NotReadable, "not XML");
    let noted = fixture.hub.acknowledge(&lk, &delivered, unreadable()).await.expect("answered");
    assert_eq!(noted.tracking_info, TrackingInfo::PendingDelivery);
    let pulled = fixture.hub.pull_single_import_envelope(&lk, &delivered).await.expect("pulled");
    fixture.hub.content_released(&lk, &pulled.content);
    let ended = fixture.hub.acknowledge(&lk, &delivered, unreadable()).await.expect("answered");
    assert_eq!(ended.tracking_info, TrackingInfo::DeliveredNotReadable);
}

#[tokio::test]
async fn another_connections_envelope_does_not_exist() {
    let fixture = Fixture::new().await;
    let delivered = number(&fixture.deliver("NO", "LK", "A-1").await);
    for (who, number) in [("AR", &delivered), ("NO", &delivered), ("LK", &text("no-number"))] {
        let caller = fixture.caller(who);
        let pulled = fixture.hub.pull_single_import_envelope(&caller, number).await;
        assert!(matches!(pulled, Err(CallError::NoSuchEnvelope)), "{who}");
        let error = fixture.hub.acknowledge(&caller, number, received()).await;
        assert_eq!(error.expect_err("not theirs").kind(), ErrorKind::NotFound, "{who}");
    }
    let unknown = fixture.track("NO", &text(" any-1 ")).await;
    assert_eq!(unknown.hub_delivery_number.as_deref(), Some(" any-1 "), "echoed as it was sent");
    assert_eq!(unknown.from, "");
}

#[tokio::test]
async fn lists_go_on_behind_the_last_one_offered_and_wrap() {
    let mut limits = Limits::default();
    (limits.list_headers, limits.pull_envelopes) = (4, 3);
    let fixture = Fixture::with_limits(limits).await;
    let mut delivered = Vec::new();
    for index in 0..6 {
        let reply = fixture.deliver("NO", "LK", &format!("A-{index}")).await;
        delivered.push(reply.hub_delivery_number.expect("a number"));
    }
    let lk = fixture.caller("LK");
    let numbers = |headers: &[EnvelopeHeader]| -> Vec<usize> {
        let place = |header: &EnvelopeHeader| {
            delivered.iter().position(|n| Some(n) == header.hub_delivery_number.as_ref())
        };
        headers.iter().map(|header| place(header).expect("one of ours")).collect()
    };
    let list = async || fixture.hub.get_import_envelope_headers(&lk, None).await.expect("answered");
    assert_eq!(numbers(&list().await), [0, 1, 2, 3]);
    assert_eq!(numbers(&list().await), [0, 1, 4, 5], "wrapped, oldest first");
    assert_eq!(numbers(&list().await), [2, 3, 4, 5]);
    let pull = async || -> Vec<EnvelopeHeader> {
        let pulled = fixture.hub.pull_import_envelope(&lk, |_| true).await.expect("answered");
        pulled.into_iter().map(|envelope| envelope.header).collect()
    };
    assert_eq!(numbers(&pull().await), [0, 1, 2]);
    assert_eq!(numbers(&pull().await), [3, 4, 5]);
    assert_eq!(numbers(&pull().await), [0, 1, 2]);
    let no = fixture.caller("NO");
    let under_delivery = fixture.hub.get_under_delivery_envelope(&no).await.expect("answered");
    assert_eq!(numbers(&under_delivery), [0, 1, 2, 3]);
}

#[tokio::test]
async fn one_reply_holds_so_many_bytes_but_at_least_one_envelope() {
    for (bytes, expected) in [(1, 1), (65, 2), (1000, 3)] {
        let mut limits = Limits::default();
        limits.pull_bytes = bytes;
        let fixture = Fixture::with_limits(limits).await;
        for index in 0..3 {
            fixture.deliver("NO", "LK", &format!("A-{index}")).await;
        }
        let lk = fixture.caller("LK");
        for _ in 0..4 {
            let pulled = fixture.hub.pull_import_envelope(&lk, |_| true).await.expect("answered");
            assert_eq!(pulled.len(), expected, "each has 31 bytes, a reply {bytes}");
        }
    }
}

#[tokio::test]
async fn a_country_code_picks_what_is_addressed_to_it() {
    let fixture = Fixture::new().await;
    fixture.deliver("NO", "LK", "A-1").await;
    let lk = fixture.caller("LK");
    for (asked, count) in [("", 1), ("LK", 1), (" LK ", 1), ("NO", 0)] {
        let country = match read(soap::client::get_import_envelope_headers(Some(asked))) {
            Request::GetImportEnvelopeHeaders { country_code } => country_code,
            other => panic!("another request: {other:?}"),
        };
        let listed = fixture.hub.get_import_envelope_headers(&lk, country.as_ref()).await;
        assert_eq!(listed.expect("answered").len(), count, "'{asked}'");
    }
}

#[tokio::test]
async fn the_recipient_alone_may_set_the_tracking_info() {
    let fixture = Fixture::new().await;
    let reply = fixture.deliver("NO", "LK", "A-1").await;
    let update = |info: TrackingInfo| {
        let mut update = header("NO", "LK", "A-1");
        update.hub_delivery_number.clone_from(&reply.hub_delivery_number);
        update.tracking_info = Some(info);
        update.error_message = Some("second line missing".into());
        match read(soap::client::set_tracking_info_update(&update)) {
            Request::SetTrackingInfoUpdate(header) => header,
            other => panic!("another request: {other:?}"),
        }
    };
    let set = async |who: &str, info| {
        fixture.hub.set_tracking_info_update(&fixture.caller(who), &update(info)).await
    };
    assert!(set("NO", TrackingInfo::Delivered).await.is_err(), "not the sender's to say");
    assert!(set("LK", TrackingInfo::FailedDelivery).await.is_err(), "not a recipient's state");
    set("LK", TrackingInfo::DeliveredWithWarnings).await.expect("set");
    let tracked = fixture.track("NO", &number(&reply)).await;
    assert_eq!(tracked.tracking_info, Some(TrackingInfo::DeliveredWithWarnings));
    assert_eq!(tracked.error_message.as_deref(), Some("second line missing"));
}

/// First its content goes and then the rest: whoever asks in between hears of one or the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_dropped_while_it_is_pulled_is_told_as_such() {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let fixture = Fixture::new().await;
    let lk = fixture.caller("LK");
    let mut numbers = Vec::new();
    for place in 0..200 {
        let delivered = fixture.deliver("NO", "LK", &format!("A-{place}")).await;
        let answer = fixture.hub.acknowledge(&lk, &number(&delivered), received()).await;
        answer.expect("answered");
        numbers.push(number(&delivered));
    }
    let askers = numbers.into_iter().map(|number| {
        let (hub, lk) = (fixture.hub.clone(), lk.clone());
        async move {
            let mut dropped = false;
            loop {
                match hub.pull_single_import_envelope(&lk, &number).await {
                    Ok(_) => assert!(!dropped, "it came back"),
                    Err(CallError::ContentDropped { .. }) => dropped = true,
                    Err(CallError::NoSuchEnvelope) => return,
                    Err(error) => panic!("{error:?}"),
                }
                tokio::task::yield_now().await;
            }
        }
    });
    let mut set = tokio::task::JoinSet::new();
    askers.for_each(|asker| drop(set.spawn(asker)));
    for days in [8, 400] {
        fixture.clock.advance(days * DAY);
        while fixture.store.run_due(16).await.expect("committed").more {}
    }
    set.join_all().await;
}
