//! What a hub may say of the other side, and what it may not.

use std::time::Duration;

use bytes::Bytes;
use phytohub_client::{Delivery, QuicClient, QuicError, RequestBody};
use phytohub_domain::{AcknowledgementKind, EnvelopeHeader, HubDeliveryNumber, TrackingInfo};
use phytohub_exchange::admin::{ConnectionChanges, LinkRequest, RuleInput};
use phytohub_exchange::{AdminError, AdminReply, AdminRequest, Operator};
use phytohub_wire::quic::{AckOutcome, RefusalCode, Report};

use super::{
    Side, acknowledge, deliver, header, hubs, inbox, north, number, passing, sides, soon, south,
};

/// A number as another hub gives them.
fn origin(last: u8) -> HubDeliveryNumber {
    let mut bytes = [7; 16];
    bytes[15] = last;
    HubDeliveryNumber::from_bytes(bytes)
}

async fn hand_over(peer: &QuicClient, header: &EnvelopeHeader, last: u8) -> EnvelopeHeader {
    let body = RequestBody::from(Bytes::from_static(b"&lt;a/&gt;"));
    soon(peer.hand_over((header, origin(last)), false, body)).await.expect("it is answered")
}

async fn report(peer: &QuicClient, number: HubDeliveryNumber) -> Result<AckOutcome, RefusalCode> {
    let report = Report { number, state: TrackingInfo::Delivered, message: String::new() };
    match soon(peer.report(report)).await {
        Ok(outcome) => Ok(outcome),
        Err(QuicError::Refused { code, .. }) => Err(code),
        Err(error) => panic!("{error}"),
    }
}

/// A client with the certificate of the other hub, whatever that does itself.
fn peer(of: &Side, other: &Side) -> QuicClient {
    of.client_with(&other.identity, of.at)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_speaks_for_its_side_to_our_side_alone() {
    let (north, south) = hubs().await;
    let peer = peer(&south, &north);
    let wrong = [
        ("AU", "NZ", "From:"),
        ("NZ", "NZ", "From:"),
        ("HUB-NORTH", "NZ", "From:"),
        ("", "NZ", "From:"),
        ("NO", "AU", "To:"),
        ("NO", "NO", "To:"),
        ("NO", "HUB-NORTH", "To:"),
    ];
    for (at, (from, to, field)) in (100..).zip(wrong) {
        let told = hand_over(&peer, &header(from, to, "A-1"), at).await;
        let words = told.error_message.unwrap_or_default();
        assert_eq!(told.tracking_info, Some(TrackingInfo::FailedDelivery), "{from} to {to}");
        assert!(words.starts_with(field), "{from} to {to}: {words}");
    }
    // As others deliver, a hub delivers nothing: nobody could tell where it comes from.
    let told = peer.deliver(Delivery::new(header("NO", "NZ", "A-1"), "<a/>")).await;
    let told = told.expect("it is answered");
    assert_eq!(told.tracking_info, Some(TrackingInfo::FailedDelivery), "{told:?}");
    let taken = hand_over(&peer, &header("NO", "NZ", "A-1"), 1).await;
    assert_eq!(taken.tracking_info, Some(TrackingInfo::PendingDelivery), "{taken:?}");
    // The same number again is the same envelope.
    let again = hand_over(&peer, &header("NO", "NZ", "A-1"), 1).await;
    assert_eq!(number(&again), number(&taken));
    let body = RequestBody::from(Bytes::from_static(b"&lt;b/&gt;"));
    let other = peer.hand_over((&header("NO", "NZ", "A-1"), origin(1)), false, body).await;
    let conflict = RefusalCode::Conflict;
    assert!(matches!(other, Err(QuicError::Refused { code, .. }) if code == conflict), "{other:?}");
    // Connections that are no hubs hand nothing over.
    let body = RequestBody::from(Bytes::from_static(b"&lt;a/&gt;"));
    let australia = south.client("AU");
    let told = australia.hand_over((&header("AU", "NZ", "A-1"), origin(9)), false, body).await;
    let denied = RefusalCode::Denied;
    assert!(matches!(told, Err(QuicError::Refused { code, .. }) if code == denied), "{told:?}");
    assert_eq!(report(&australia, number(&taken)).await, Err(denied));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_reports_on_what_was_handed_to_it_alone() {
    let (north, south) = (north().await, south().await);
    // No address: what goes over the line waits.
    north.knows(&south, &["NO"], &["NZ"]).await;
    let (norway, peer) = (north.client("NO"), peer(&north, &south));
    let others = number(&deliver(&norway, "SE", "A-1", "<a/>").await);
    let waits = number(&deliver(&norway, "NZ", "A-2", "<a/>").await);
    for number in [others, waits, origin(1)] {
        assert_eq!(report(&peer, number).await, Err(RefusalCode::NotFound));
    }
    for number in [others, waits] {
        assert_eq!(north.show(number).await.tracking_info, "PendingDelivery");
    }
    // Pulled is handed over too.
    assert_eq!(soon(inbox(&peer).next()).await.expect("it waits").number, waits);
    while !north.show(waits).await.content_released {
        tokio::task::yield_now().await;
    }
    let pending =
        Report { number: waits, state: TrackingInfo::PendingDelivery, message: "".into() };
    let told = peer.report(pending).await;
    assert!(matches!(told, Err(QuicError::Refused { code: RefusalCode::Invalid, .. })), "{told:?}");
    let delivered = AckOutcome::Stands(TrackingInfo::Delivered);
    assert_eq!(report(&peer, waits).await, Ok(delivered));
    // The first word stands.
    let failed = Report { number: waits, state: TrackingInfo::FailedDelivery, message: "".into() };
    assert_eq!(peer.report(failed).await.expect("it is answered"), delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_other_hub_refuses_or_gives_up_fails_here() {
    let (north, south) = hubs().await;
    let norway = north.client("NO");
    let sent = number(&deliver(&norway, "NZ", "A-1", "<a/>").await);
    let envelope = soon(inbox(&south.client("NZ")).next()).await.expect("it comes");
    let (there, reason) = (envelope.number.to_string(), "flooded".to_owned());
    south.hub.admin(AdminRequest::EnvelopeFail { number: there, reason }).await;
    let view = north.ended(&south, sent).await;
    assert_eq!((&*view.tracking_info, &*view.message), ("FailedDelivery", "HUB-SOUTH: flooded"));

    let deaf = ConnectionChanges { receives: Some(false), ..ConnectionChanges::default() };
    south.change("NZ", deaf).await;
    let sent = number(&deliver(&norway, "NZ", "A-2", "<a/>").await);
    let view = north.ended(&south, sent).await;
    assert_eq!(view.tracking_info, "FailedDelivery");
    assert!(view.message.starts_with("HUB-SOUTH: To: NZ receives nothing"), "{}", view.message);
    // SE does not use the line.
    let told = deliver(&north.client("SE"), "NZ", "A-3", "<a/>").await;
    assert_eq!(told.tracking_info, Some(TrackingInfo::FailedDelivery));
    assert!(told.error_message.unwrap_or_default().starts_with("To: NZ is reached over the line"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_refused_for_good_is_given_up_and_told_of() {
    let (north, south) = hubs().await;
    // What the other hub never had, as far as it remembers.
    let told = hand_over(&peer(&south, &north), &header("NO", "NZ", "A-1"), 1).await;
    let (there, zealand) = (number(&told), south.client("NZ"));
    let envelope = soon(inbox(&zealand).next()).await.expect("it comes");
    acknowledge(&zealand, &envelope, AcknowledgementKind::Received, "").await;
    let given_up = south.lane(north.code, |status| status.given_up == 1);
    let status = soon(passing(&north, &south, given_up)).await;
    assert!(status.last_given_up.contains(&there.to_string()), "{status:?}");
    let history = south.history(there).await;
    let count = |kind| history.iter().filter(|event| event.kind == kind).count();
    assert_eq!((count("UpdateFailed"), count("UpdateGivenUp")), (9, 1), "{history:?}");
    let last = history.last().expect("events");
    assert!(last.kind == "UpdateGivenUp" && last.detail.starts_with("Delivered: "), "{last:?}");
    let metrics = south.hub.hub().metrics().render();
    let counted = "{connection=\"HUB-NORTH\",what=\"update\",outcome=\"GivenUp\"} 1";
    assert!(metrics.contains(counted), "{metrics}");
    let show = AdminRequest::ConnectionShow { code: north.code.to_owned() };
    let AdminReply::Connection(view) = south.ask(show).await else { panic!("no connection") };
    assert_eq!(view.delivery.expect("it is called").given_up, 1);
    // It is not told after a restart either.
    let south = south.restart().await;
    let sent = number(&deliver(&north.client("NO"), "NZ", "A-2", "<a/>").await);
    let zealand = south.client("NZ");
    let envelope = soon(inbox(&zealand).next()).await.expect("it comes");
    acknowledge(&zealand, &envelope, AcknowledgementKind::Received, "").await;
    assert_eq!(north.ended(&south, sent).await.tracking_info, "Delivered");
    assert_eq!(south.lane(north.code, |status| status.succeeded == 1).await.failed, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_the_other_hub_cannot_take_now_is_made_until_it_can() {
    let (north, south) = hubs().await;
    let sent = number(&deliver(&north.client("NO"), "NZ", "A-1", "<a/>").await);
    let zealand = south.client("NZ");
    let envelope = soon(inbox(&zealand).next()).await.expect("it comes");
    north.lane(south.code, |status| status.succeeded == 1 && status.open_calls == 0).await;
    let enabled =
        |enabled| AdminRequest::ConnectionSetEnabled { code: south.code.to_owned(), enabled };
    north.hub.admin(enabled(false)).await;
    acknowledge(&zealand, &envelope, AcknowledgementKind::Received, "").await;
    // More often than a report may be refused for itself.
    let tries = south.lane(north.code, |status| status.failed >= 12);
    let status = soon(passing(&north, &south, tries)).await;
    assert_eq!((status.given_up, status.succeeded), (0, 0), "{status:?}");
    assert_eq!(north.show(sent).await.tracking_info, "PendingDelivery");
    north.hub.admin(enabled(true)).await;
    assert_eq!(north.ended(&south, sent).await.tracking_info, "Delivered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_lost_is_made_up_for_by_handing_over_again() {
    let (north, south) = hubs().await;
    // It brings, and reports nothing.
    let mute = ConnectionChanges { tracking_updates: Some(false), ..ConnectionChanges::default() };
    south.change(north.code, mute).await;
    let (norway, zealand) = (north.client("NO"), south.client("NZ"));
    let sent = number(&deliver(&norway, "NZ", "A-1", "<a/>").await);
    let envelope = soon(inbox(&zealand).next()).await.expect("it comes");
    acknowledge(&zealand, &envelope, AcknowledgementKind::NotReadable, "torn").await;
    north.lane(south.code, |status| status.succeeded == 1 && status.open_calls == 0).await;
    assert_eq!(north.show(sent).await.tracking_info, "PendingDelivery");
    north.hub.clock().advance(Duration::from_secs(86_400));
    let view = north.ended(&south, sent).await;
    assert_eq!((&*view.tracking_info, &*view.message), ("DeliveredNotReadable", "torn"));
    // Nothing came a second time.
    let again = zealand.pull_waiting().await.expect("it is answered");
    assert!(again.is_empty(), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_over_one_line_goes_on_over_none() {
    let (north, south) = hubs().await;
    let third = Side::start("HUB-EAST", vec!["JP"]).await;
    let refused = |request| async {
        match south.hub.hub().admin(&Operator { uid: 0 }, request).await {
            Err(AdminError::Invalid { problem, .. }) => problem,
            other => panic!("{other:?}"),
        }
    };
    south.foreign("JP").await;
    let add = |ours: &[&str], theirs: &[&str]| {
        AdminRequest::Link(LinkRequest::Add {
            code: third.code.to_owned(),
            name: "the third hub".to_owned(),
            mode: "test".to_owned(),
            sides: sides(ours, theirs),
            certificates: Vec::new(),
            fail_waiting: false,
        })
    };
    // NO is reached over another line already, so it can be on neither side of this one.
    for (ours, theirs) in [
        (["NO"].as_slice(), ["JP"].as_slice()),
        (&["NZ"], &["NO"]),
        (&["NZ"], &["NZ"]),
        (&["NZ"], &["XX"]),
        (&["NZ"], &[]),
    ] {
        let problem = refused(add(ours, theirs)).await;
        assert!(!problem.is_empty());
    }
    south.hub.admin(add(&["NZ"], &["JP"])).await;
    let sides = sides(&["NZ", "JP"], &["NO"]);
    let set = AdminRequest::Link(LinkRequest::Set {
        code: north.code.to_owned(),
        sides,
        fail_waiting: false,
    });
    assert!(refused(set).await.contains("JP"));
    // And whatever is set, what a hub hands over stays here.
    let told = hand_over(&peer(&south, &north), &header("NO", "JP", "A-1"), 1).await;
    assert_eq!(told.tracking_info, Some(TrackingInfo::FailedDelivery));
    let rule = AdminRequest::RuleAdd { rule: delegation("NZ", "HUB-EAST") };
    let told = south.hub.hub().admin(&Operator { uid: 0 }, rule).await;
    assert!(told.is_err(), "{told:?}");
}

fn delegation(owner: &str, channel: &str) -> RuleInput {
    RuleInput {
        owner: owner.to_owned(),
        channel: channel.to_owned(),
        rule_type: "DELEGATE".to_owned(),
        direction: "INC".to_owned(),
        certificate_type: 0,
        certificate_status: 0,
        country: String::new(),
        consent_by: "somebody".to_owned(),
        consent_reference: "a letter".to_owned(),
        consent_at_ms: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_goes_over_a_line_as_one() {
    let (north, south) = hubs().await;
    let (norway, zealand) = (north.client("NO"), south.client("NZ"));
    let takes = |takes| ConnectionChanges { responses: Some(takes), ..Default::default() };
    north.change("NZ", takes(true)).await;
    let respond = || Delivery::new(header("NO", "NZ", "NZ-7"), RESPONSE);
    // Asked at the hub where the answer is known.
    let sent = number(&soon(norway.respond(respond())).await.expect("it is answered"));
    let view = north.ended(&south, sent).await;
    assert_eq!(view.tracking_info, "FailedDelivery");
    assert!(view.message.contains("does not take country responses"), "{}", view.message);
    south.change("NZ", takes(true)).await;
    let sent = number(&soon(norway.respond(respond())).await.expect("it is answered"));
    let came = soon(passing(&north, &south, inbox(&zealand).next())).await.expect("it comes");
    assert!(came.response && came.document() == RESPONSE.as_bytes());
    acknowledge(&zealand, &came, AcknowledgementKind::Received, "").await;
    assert_eq!(north.ended(&south, sent).await.tracking_info, "Delivered");
}

const RESPONSE: &str = "<rsm:SPSAcknowledgement \
    xmlns:rsm=\"urn:un:unece:uncefact:data:standard:SPSAcknowledgement:17\">\
    <rsm:SPSAcknowledgementDocument/></rsm:SPSAcknowledgement>";
