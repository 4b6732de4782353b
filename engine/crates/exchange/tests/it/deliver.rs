//! Delivering: what is accepted, and what is refused in words that name the field.

use std::time::Duration;

use bytes::Bytes;
use phytohub_domain::{EnvelopeHeader, ErrorKind, Limits, TrackingInfo};
use phytohub_exchange::AdminRequest;
use phytohub_wire::soap::{self, Request};

use super::fixture::{Fixture, certificate, header, number, read_envelope};

#[tokio::test]
async fn a_delivered_envelope_is_pending_for_sender_and_recipient() {
    let fixture = Fixture::new().await;
    let reply = fixture.deliver("NO", "LK", "EPHYTO.NO.2026.1").await;
    assert_eq!(reply.tracking_info, Some(TrackingInfo::PendingDelivery));
    assert_eq!(reply.error_message, None);
    assert_eq!((reply.from.as_str(), reply.to.as_str()), ("NO", "LK"));
    for who in ["NO", "LK"] {
        assert_eq!(fixture.state(who, &number(&reply)).await, TrackingInfo::PendingDelivery);
    }
    assert_eq!(fixture.state("AR", &number(&reply)).await, TrackingInfo::EnvelopeNotExists);
}

#[tokio::test]
async fn a_header_error_is_an_answer_that_names_the_field() {
    let fixture = Fixture::new().await;
    fixture.add("BO", "test", vec![certificate(9, "all")]).await;
    let disable = AdminRequest::ConnectionSetEnabled { code: "BO".into(), enabled: false };
    fixture.admin(disable).await;
    let refused = async |change: fn(&mut EnvelopeHeader), field: &str| {
        let mut wrong = header("NO", "LK", "A-1");
        change(&mut wrong);
        let reply = fixture.deliver_header("NO", &wrong).await;
        assert_eq!(reply.tracking_info, Some(TrackingInfo::FailedDelivery), "{field}");
        let message = reply.error_message.clone().expect("a message");
        assert!(message.starts_with(field), "{message}");
        let tracked = fixture.track("NO", &number(&reply)).await;
        assert_eq!(tracked.error_message, Some(message), "looked up later");
    };
    refused(|header| header.from = "LK".into(), "From: ").await;
    refused(|header| header.from = String::new(), "From: ").await;
    refused(|header| header.to = String::new(), "To: ").await;
    refused(|header| header.to = "XX".into(), "To: ").await;
    refused(|header| header.to = "not a code".into(), "To: ").await;
    refused(|header| header.to = "NL".into(), "To: NL is a live").await;
    refused(|header| header.to = "BO".into(), "To: BO is disabled").await;
    refused(|header| header.nppo_certificate_number = " ".into(), "NPPOCertificateNumber: ").await;
    let lists = fixture.hub.get_import_envelope_headers(&fixture.caller("LK"), None).await;
    assert!(lists.expect("answered").is_empty(), "what is refused waits for nobody");
}

#[tokio::test]
async fn a_type_that_is_no_number_is_an_answer_too() {
    let fixture = Fixture::new().await;
    let request = soap::client::deliver_envelope(&header("NO", "LK", "A-1"), "x");
    let request = String::from_utf8(request).expect("UTF-8").replace(">851<", ">phyto<");
    let request = soap::read_request(Bytes::from(request), None, &Limits::default());
    let Ok(Request::DeliverEnvelope(envelope)) = request else { panic!("not read: {request:?}") };
    let reply = fixture.hub.deliver_envelope(&fixture.caller("NO"), envelope).await;
    let message = reply.expect("answered").error_message.expect("a message");
    assert!(message.starts_with("CertificateType: ") && message.contains("phyto"), "{message}");
}

#[tokio::test]
async fn a_document_that_the_recipient_does_not_accept_is_refused() {
    let fixture = Fixture::new().await;
    let add = AdminRequest::ConnectionAdd {
        code: "NLV".into(),
        name: "Veterinary".into(),
        mode: "test".into(),
        serves: vec!["NL".into()],
        accepts: vec![(853, 70)],
        certificates: Vec::new(),
    };
    fixture.admin(add).await;
    let refused = fixture.deliver("NO", "NLV", "A-1").await;
    assert!(refused.error_message.expect("a message").contains("does not accept type 851"));
    let mut veterinary = header("NO", "NLV", "A-2");
    veterinary.certificate_type = 853;
    let accepted = fixture.deliver_header("NO", &veterinary).await;
    assert_eq!(accepted.tracking_info, Some(TrackingInfo::PendingDelivery));
}

#[tokio::test]
async fn the_same_certificate_number_is_accepted_again_and_self_delivery_works() {
    let fixture = Fixture::new().await;
    let first = fixture.deliver("NO", "NO", "A-1").await;
    // Within the window it would be taken for the first, sent again.
    fixture.clock.advance(Duration::from_secs(600));
    let second = fixture.deliver("NO", "NO", "A-1").await;
    assert_ne!(first.hub_delivery_number, second.hub_delivery_number);
    let waiting = fixture.hub.get_import_envelope_headers(&fixture.caller("NO"), None).await;
    let numbers: Vec<_> =
        waiting.expect("answered").into_iter().map(|header| header.hub_delivery_number).collect();
    assert_eq!(numbers, [first.hub_delivery_number, second.hub_delivery_number], "in order");
}

#[tokio::test]
async fn a_full_disk_refuses_deliveries_and_nothing_else() {
    let full = Fixture::with(Limits::default(), u64::MAX / 2).await;
    let envelope = read_envelope(&header("NO", "LK", "A-1"), "x");
    let error = full.hub.deliver_envelope(&full.caller("NO"), envelope).await;
    assert_eq!(error.expect_err("no room").kind(), ErrorKind::Exhausted);
    assert!(full.hub.readiness().is_err());
    assert!(
        full.hub
            .pull_import_envelope(&full.caller("LK"), |_| true)
            .await
            .expect("answered")
            .is_empty()
    );
}
