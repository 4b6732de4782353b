//! Countries' answers to certificates.

use phytohub_domain::{EnvelopeHeader, TrackingInfo};
use phytohub_exchange::admin::ConnectionChanges;
use phytohub_exchange::{AdminRequest, Decision, Decisions};
use phytohub_sps::sample::Shape;
use phytohub_sps::{EmbeddedCodes, Level, Limits, SpsDocument};
use phytohub_wire::soap::{Request, TypedEnvelope, client};

use super::fixture::{Fixture, header, read};

/// LK answers what NO sent.
async fn respond(fixture: &Fixture, header: &EnvelopeHeader, document: &str) -> EnvelopeHeader {
    respond_with(fixture, client::deliver_country_response_envelope(header, document)).await
}

async fn respond_with(fixture: &Fixture, request: Vec<u8>) -> EnvelopeHeader {
    let envelope: TypedEnvelope = match read(request) {
        Request::DeliverCountryResponseEnvelope(envelope) => envelope,
        other => panic!("another request: {other:?}"),
    };
    let caller = fixture.caller("LK");
    let reply = fixture.hub.deliver_country_response_envelope(&caller, envelope).await;
    reply.expect("answered")
}

async fn refused(fixture: &Fixture, header: &EnvelopeHeader, document: &str) -> String {
    let reply = respond(fixture, header, document).await;
    assert_eq!(reply.tracking_info, Some(TrackingInfo::FailedDelivery), "{reply:?}");
    reply.error_message.expect("a message")
}

async fn opted_in() -> Fixture {
    let fixture = Fixture::new().await;
    switch(&fixture, true).await;
    fixture
}

async fn switch(fixture: &Fixture, responses: bool) {
    let mut changes = Box::new(ConnectionChanges::default());
    changes.responses = Some(responses);
    let request = AdminRequest::ConnectionChange { code: "NO".into(), changes };
    fixture.admin(request).await;
}

/// A response with that status, and the header that fits it.
fn response(status: u16) -> (EnvelopeHeader, String) {
    let answer = Shape::default().acknowledgement(status);
    let number = answer.references[0].number.clone();
    (header("LK", "NO", &number), answer.to_xml())
}

#[tokio::test]
async fn a_response_reaches_the_exporter_as_canonical_xml() {
    let fixture = opted_in().await;
    for (status, _) in Decisions::default().iter() {
        let (mut header, xml) = response(u16::try_from(status).expect("small"));
        header.certificate_status = status;
        let reply = respond(&fixture, &header, &xml).await;
        assert_eq!(reply.tracking_info, Some(TrackingInfo::PendingDelivery), "{reply:?}");
        assert_eq!(reply.certificate_status, status);
        let content = fixture.content("NO", &reply).await;
        assert_eq!(content, xml);
        let reading = SpsDocument::validate(content.as_bytes(), &EmbeddedCodes, &Limits::default());
        let grave = reading.findings.iter().find(|finding| finding.level == Level::Severe);
        assert!(grave.is_none() && reading.document.acknowledgement().is_some(), "{grave:?}");
    }
}

#[tokio::test]
async fn a_connection_that_did_not_opt_in_gets_no_response() {
    let fixture = Fixture::new().await;
    let (header, xml) = response(39);
    let message = refused(&fixture, &header, &xml).await;
    assert!(message.starts_with("To: NO does not take country responses"), "{message}");
    assert!(message.contains("NO must ask the operator"), "{message}");
    let waiting = fixture.hub.get_import_envelope_headers(&fixture.caller("NO"), None).await;
    assert!(waiting.expect("answered").is_empty());
    switch(&fixture, true).await;
    let reply = respond(&fixture, &header, &xml).await;
    assert_eq!(reply.tracking_info, Some(TrackingInfo::PendingDelivery));
    switch(&fixture, false).await;
    assert!(refused(&fixture, &header, &xml).await.starts_with("To: NO"));
}

#[tokio::test]
async fn a_status_outside_the_table_is_refused_with_the_table() {
    let fixture = opted_in().await;
    let (header, xml) = response(70);
    let message = refused(&fixture, &header, &xml).await;
    let table = "39 accepted, 41 rejected, 43 held, 122 partly";
    assert!(message.contains("StatusCode '70'") && message.contains(table), "{message}");
    let (_, nothing) = response(70);
    let nothing = nothing.replace(">70<", "><");
    assert!(refused(&fixture, &header, &nothing).await.contains("StatusCode ''"));

    fixture.hub.set_decisions([(70, Decision::Accepted)].into_iter().collect());
    let reply = respond(&fixture, &header, &xml).await;
    assert_eq!(reply.tracking_info, Some(TrackingInfo::PendingDelivery), "{reply:?}");
    let (header, xml) = response(39);
    assert!(refused(&fixture, &header, &xml).await.ends_with("it takes 70 accepted"));
}

#[tokio::test]
async fn a_response_names_the_certificate_that_it_answers() {
    let fixture = opted_in().await;
    let (header, xml) = response(41);
    let id = format!("<ram:ID>{}</ram:ID>", header.nppo_certificate_number);
    let message = refused(&fixture, &header, &xml.replace(&id, "<ram:ID/>")).await;
    assert!(message.contains("ReferenceSPSReferencedDocument/ID"), "{message}");
    let message = refused(&fixture, &header, "<SPSAcknowledgement/>").await;
    assert!(message.starts_with("SPSAcknowledgement: StatusCode ''"), "{message}");
    let message = refused(&fixture, &header, "<SPSCertificate/>").await;
    assert!(message.starts_with("SPSAcknowledgement: is missing"), "{message}");
    let message = refused(&fixture, &header, "<SPSAcknowledgement xmlns=\"urn:other\"/>").await;
    assert!(message.contains("PC-SCH-001"), "{message}");
}

#[tokio::test]
async fn what_the_header_leaves_out_is_filled_in_from_the_response() {
    let fixture = opted_in().await;
    let (header, xml) = response(122);
    let request = client::deliver_country_response_envelope(&header, &xml);
    let request = String::from_utf8(request).expect("UTF-8");
    let without = |request: &str, name: &str| {
        let (before, rest) = request.split_once(&format!("<h:{name}>")).expect("a field");
        let (_, after) = rest.split_once(&format!("</h:{name}>")).expect("its end");
        format!("{before}{after}")
    };
    let fields = ["CertificateType", "CertificateStatus", "NPPOCertificateNumber"];
    let bare = fields.into_iter().fold(request.clone(), |request, name| without(&request, name));
    let reply = respond_with(&fixture, bare.clone().into_bytes()).await;
    assert_eq!(reply.tracking_info, Some(TrackingInfo::PendingDelivery), "{reply:?}");
    assert_eq!((reply.certificate_type, reply.certificate_status), (851, 122));
    assert_eq!(reply.nppo_certificate_number, header.nppo_certificate_number);

    let untyped = bare.replace("<ram:TypeCode>851</ram:TypeCode>", "");
    assert_ne!(untyped, bare);
    let reply = respond_with(&fixture, untyped.into_bytes()).await;
    assert!(reply.error_message.expect("a message").starts_with("CertificateType: is missing"));
    let wrong = request.replace("CertificateStatus>70<", "CertificateStatus>x<");
    let reply = respond_with(&fixture, wrong.into_bytes()).await;
    assert!(reply.error_message.expect("a message").starts_with("CertificateStatus: must be"));
}

#[tokio::test]
async fn documents_that_a_connection_accepts_say_nothing_of_responses() {
    let fixture = opted_in().await;
    let (mut header, xml) = response(43);
    (header.certificate_type, header.certificate_status) = (312, 43);
    let reply = respond(&fixture, &header, &xml).await;
    assert_eq!(reply.tracking_info, Some(TrackingInfo::PendingDelivery), "{reply:?}");
    assert_eq!((reply.certificate_type, reply.certificate_status), (312, 43));
}
