//! Documents looked into, where a caller asks for it.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use phytohub_domain::{EnvelopeHeader, TrackingInfo};
use phytohub_exchange::AdminRequest;
use phytohub_exchange::admin::{ConnectionChanges, Setting, SigningInput};
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

/// A certificate from NO to LK that another program signed, and one that it did not.
fn signed() -> [String; 2] {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sps/tests/data/signature");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a fixture");
    [read("exclusive-rsa-sha256.xml"), read("certificate.xml")]
}

#[tokio::test]
async fn a_sender_that_registered_a_signing_certificate_is_held_to_it() {
    let fixture = Fixture::new().await;
    fixture.hub.seed_code_lists().await.expect("committed");
    // By then the certificates of the fixtures are valid.
    fixture.clock.advance(Duration::from_secs(24 * 3600));
    let ([signed, unsigned], (header, _)) = (signed(), good());
    let caller = || fixture.caller("NO");
    let deliver = async |xml: &str| {
        let envelope = read_envelope(&header, xml);
        let answer = fixture.hub.validate_and_deliver_envelope(&caller(), envelope).await;
        let answer = answer.expect("answered");
        (answer.tracking_info.expect("a state"), answer.error_message.unwrap_or_default())
    };
    let pending = (TrackingInfo::PendingDelivery, String::new());
    let forged = signed.replace("<ram:ID>NO</ram:ID>", "<ram:ID>SE</ram:ID>");
    let forged = if forged == signed { signed.replacen("</", " </", 1) } else { forged };
    assert_eq!(deliver(&forged).await.0, pending.0, "nobody registered, nobody asks");

    let register = async |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sps/tests/data/signature");
        let der = STANDARD.encode(std::fs::read(folder.join(name)).expect("a certificate"));
        let signing = Setting::Set(SigningInput { dn: "CN=Signer".into(), der });
        let changes = Box::new(ConnectionChanges { signing, ..ConnectionChanges::default() });
        fixture.admin(AdminRequest::ConnectionChange { code: "NO".into(), changes }).await;
    };
    register("rsa.der").await;
    assert_eq!(deliver(&signed).await, pending);
    assert_eq!(deliver(&unsigned).await, pending, "a warning refuses nothing");
    let (state, message) = deliver(&forged).await;
    assert_eq!(state, TrackingInfo::FailedDelivery);
    assert!(message.starts_with("Content: ") && message.contains("PC-SIG-014"), "{message}");
    register("p256.der").await;
    assert!(deliver(&signed).await.1.contains("PC-SIG-011"), "signed with another key");
}
