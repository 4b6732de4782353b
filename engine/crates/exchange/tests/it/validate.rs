//! Documents looked into, where a caller asks for it.

use phytohub_domain::{EnvelopeHeader, TrackingInfo};
use phytohub_sps::sample::Shape;
use phytohub_wire::soap::ValidationLevel;

use super::fixture::{Fixture, header, number, read_envelope};

/// A certificate from NO to LK without grave findings, and the header that fits it.
fn good() -> (EnvelopeHeader, String) {
    let certificate = Shape::default().certificate();
    (header("NO", "LK", &certificate.number), certificate.to_xml())
}

async fn validate(fixture: &Fixture, xml: &str) -> Vec<ValidationLevel> {
    let content = read_envelope(&header("NO", "LK", "A-1"), xml).content;
    let results = fixture.hub.validate_phyto_xml(&fixture.caller("NO"), &content).await;
    results.expect("answered").into_iter().map(|result| result.level).collect()
}

#[tokio::test]
async fn a_good_document_has_no_grave_findings_and_a_bad_one_has() {
    let fixture = Fixture::new().await;
    fixture.hub.seed_code_lists().await.expect("committed");
    let (_, xml) = good();
    assert!(!validate(&fixture, &xml).await.contains(&ValidationLevel::Severe));
    for bad in ["", "no XML", "<a/>", "<!DOCTYPE a []><a/>", &xml.replace("851", "")] {
        assert!(validate(&fixture, bad).await.contains(&ValidationLevel::Severe), "{bad}");
    }
}

#[tokio::test]
async fn validate_and_deliver_refuses_a_bad_document_with_its_findings() {
    let fixture = Fixture::new().await;
    fixture.hub.seed_code_lists().await.expect("committed");
    let (header, xml) = good();
    let caller = fixture.caller("NO");
    let deliver = async |header: &EnvelopeHeader, xml: &str| {
        let envelope = read_envelope(header, xml);
        fixture.hub.validate_and_deliver_envelope(&caller, envelope).await.expect("answered")
    };
    let accepted = deliver(&header, &xml).await;
    assert_eq!(accepted.tracking_info, Some(TrackingInfo::PendingDelivery), "{accepted:?}");
    assert_eq!(fixture.state("LK", &number(&accepted)).await, TrackingInfo::PendingDelivery);

    let refused = deliver(&header, "<a/>").await;
    assert_eq!(refused.tracking_info, Some(TrackingInfo::FailedDelivery));
    assert!(refused.error_message.expect("a message").starts_with("Content: "));
    let mut other = header.clone();
    other.nppo_certificate_number = "ANOTHER-1".into();
    let refused = deliver(&other, &xml).await;
    assert_eq!(refused.tracking_info, Some(TrackingInfo::FailedDelivery), "{refused:?}");
    let delivered = fixture.hub.deliver_envelope(&caller, read_envelope(&other, "<a/>")).await;
    let delivered = delivered.expect("answered").tracking_info;
    assert_eq!(delivered, Some(TrackingInfo::PendingDelivery), "DeliverEnvelope is never gated");
}
