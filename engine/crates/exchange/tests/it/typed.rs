//! Certificates that are typed in the SOAP body.

use phytohub_domain::{EnvelopeHeader, Limits, TrackingInfo};
use phytohub_sps::sample::Shape;
use phytohub_sps::{EmbeddedCodes, Level, SpsDocument};
use phytohub_wire::soap::{Request, TypedEnvelope, client};

use super::fixture::{Fixture, header, read};

fn envelope(header: &EnvelopeHeader, certificate: &str) -> TypedEnvelope {
    match read(client::deliver_phyto_envelope(header, certificate)) {
        Request::DeliverPhytoEnvelope(envelope) => envelope,
        other => panic!("another request: {other:?}"),
    }
}

async fn deliver(fixture: &Fixture, header: &EnvelopeHeader, document: &str) -> EnvelopeHeader {
    let envelope = envelope(header, document);
    let reply = fixture.hub.deliver_phyto_envelope(&fixture.caller("NO"), envelope).await;
    reply.expect("answered")
}

async fn refused(fixture: &Fixture, header: &EnvelopeHeader, document: &str) -> String {
    let reply = deliver(fixture, header, document).await;
    assert_eq!(reply.tracking_info, Some(TrackingInfo::FailedDelivery), "{document}");
    assert!(reply.hub_delivery_number.is_some(), "it can be looked up");
    reply.error_message.expect("a message")
}

/// A full certificate and the header that fits it.
fn good() -> (EnvelopeHeader, String) {
    let shape = Shape { full: true, lines: 2, attachments: 1, ..Shape::default() };
    let certificate = shape.certificate();
    (header("NO", "LK", &certificate.number), certificate.to_xml())
}

/// The same, every name without its prefix.
fn unprefixed(xml: &str) -> String {
    let tags = ["rsm:", "ram:", "udt:"].into_iter().fold(xml.to_owned(), |xml, prefix| {
        xml.replace(&format!("<{prefix}"), "<").replace(&format!("</{prefix}"), "</")
    });
    assert_ne!(tags, xml);
    tags
}

#[tokio::test]
async fn a_typed_certificate_reaches_its_recipient_as_canonical_xml() {
    let fixture = Fixture::new().await;
    let (header, xml) = good();
    let reply = deliver(&fixture, &header, &xml).await;
    assert_eq!(reply.tracking_info, Some(TrackingInfo::PendingDelivery), "{reply:?}");
    let content = fixture.content("LK", &reply).await;
    assert_eq!(content, xml, "what is canonical stays as it is");
    let sps = phytohub_sps::Limits::default();
    let reading = SpsDocument::validate(content.as_bytes(), &EmbeddedCodes, &sps);
    let grave: Vec<_> = reading.findings.iter().filter(|f| f.level == Level::Severe).collect();
    assert!(grave.is_empty(), "{grave:?}");
}

#[tokio::test]
async fn names_count_whatever_namespace_generated_code_wrote_them_in() {
    let fixture = Fixture::new().await;
    let (header, xml) = good();
    let place = "<ram:UtilizedSPSTransportEquipment>";
    assert!(xml.contains(place), "a certificate with a container");
    let odd = |xml: &str| {
        let inside = xml.split_once(place).expect("a container").1;
        let inside = inside.split_once("</ram:UtilizedSPSTransportEquipment>").expect("its end").0;
        let unqualified = inside.replace("ram:ID>", "ID>");
        xml.replace(inside, &unqualified)
    };
    let own = unprefixed(&xml).replacen(
        "<SPSCertificate ",
        "<SPSCertificate xmlns=\"http://ephyto.ippc.int/\" ",
        1,
    );
    for written in [odd(&xml), own, unprefixed(&xml)] {
        assert_ne!(written, xml);
        let reply = deliver(&fixture, &header, &written).await;
        assert_eq!(reply.error_message, None);
        assert_eq!(fixture.content("LK", &reply).await, xml, "{written}");
    }
}

#[tokio::test]
async fn header_and_certificate_must_say_the_same() {
    let fixture = Fixture::new().await;
    let (header, xml) = good();
    let number = format!("<ram:ID>{}</ram:ID>", header.nppo_certificate_number);
    let other = [
        (number.as_str(), "<ram:ID>ANOTHER-1</ram:ID>", "PC-HDR-001"),
        (
            ">851</ram:TypeCode>\n    <ram:StatusCode",
            ">657</ram:TypeCode>\n    <ram:StatusCode",
            "PC-HDR-002",
        ),
        (">70</ram:StatusCode>", ">40</ram:StatusCode>", "PC-HDR-003"),
        (number.as_str(), "<ram:ID/>", "SPSExchangedDocument/ID"),
        (">70</ram:StatusCode>", "></ram:StatusCode>", "SPSExchangedDocument/StatusCode"),
    ];
    for (from, to, why) in other {
        let changed = xml.replacen(from, to, 1);
        assert_ne!(changed, xml, "{from}");
        let message = refused(&fixture, &header, &changed).await;
        assert!(message.starts_with("SPSCertificate: ") && message.contains(why), "{message}");
    }
}

#[tokio::test]
async fn what_is_no_certificate_is_refused_with_what_was_found() {
    let fixture = Fixture::new().await;
    let (header, _) = good();
    for (document, why) in [
        ("<x/>", "is missing"),
        ("<SPSCertificate xmlns=\"urn:other\"/>", "PC-SCH-001"),
        ("<SPSCertificate/>", "SPSExchangedDocument/ID is missing"),
        ("<SPSCertificate><a><b/></a></SPSCertificate>", "SPSExchangedDocument/ID is missing"),
    ] {
        let message = refused(&fixture, &header, document).await;
        assert!(message.starts_with("SPSCertificate: ") && message.contains(why), "{message}");
    }
    let lists = fixture.hub.get_import_envelope_headers(&fixture.caller("LK"), None).await;
    assert!(lists.expect("answered").is_empty(), "what is refused waits for nobody");
}

#[tokio::test]
async fn a_certificate_that_breaks_rules_is_delivered_all_the_same() {
    let fixture = Fixture::new().await;
    let header = header("NO", "LK", "A-1");
    let bare = "<SPSCertificate><SPSExchangedDocument><ID>A-1</ID><TypeCode>851</TypeCode>\
        <StatusCode>70</StatusCode></SPSExchangedDocument></SPSCertificate>";
    let reply = deliver(&fixture, &header, bare).await;
    assert_eq!(reply.tracking_info, Some(TrackingInfo::PendingDelivery), "{reply:?}");
    assert!(fixture.content("LK", &reply).await.contains("<ram:ID>A-1</ram:ID>"));
}

#[tokio::test]
async fn a_header_error_is_told_before_the_document_is_looked_at() {
    let fixture = Fixture::new().await;
    let (good, _) = good();
    let mut wrong = good.clone();
    wrong.to = "XX".into();
    assert!(refused(&fixture, &wrong, "<SPSCertificate/>").await.starts_with("To: "));
    wrong = good;
    wrong.certificate_type = 1;
    let message = refused(&fixture, &wrong, "<SPSCertificate/>").await;
    assert!(message.starts_with("CertificateType: LK does not accept type 1"), "{message}");
}

#[tokio::test]
async fn what_would_be_too_large_as_content_is_refused() {
    let mut limits = Limits::default();
    limits.content_bytes = 16 << 10;
    let fixture = Fixture::with_limits(limits).await;
    let (header, xml) = good();
    // Every quotation mark takes six bytes in the document.
    let long = format!("<ram:Name>{}</ram:Name>", "\"".repeat(12 << 10));
    let message = refused(&fixture, &header, &xml.replacen("<ram:Name/>", &long, 1)).await;
    assert!(message.contains("content_bytes=16384"), "{message}");
}

#[tokio::test]
async fn what_a_typed_certificate_has_no_place_for_is_refused_by_name() {
    let fixture = Fixture::new().await;
    let (header, xml) = good();
    let before = "<ram:NetWeightMeasure";
    let with = |extra: &str| xml.replacen(before, &format!("{extra}{before}"), 1);
    assert!(xml.contains(before));
    let batch = with("<ram:ProductionBatchID>B7</ram:ProductionBatchID>");
    let message = refused(&fixture, &header, &batch).await;
    assert!(
        message.contains("ProductionBatchID") && message.contains("DeliverEnvelope"),
        "{message}"
    );
    let message = refused(&fixture, &header, &with("<ram:Colour>red</ram:Colour>")).await;
    assert!(message.contains("Colour"), "{message}");
    let reply = deliver(&fixture, &header, &with("<ram:ProductionBatchID/>")).await;
    assert_eq!(reply.error_message, None, "nothing is lost with it");
}
