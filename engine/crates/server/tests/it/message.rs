//! Requests that several tests send.

use phytohub_domain::EnvelopeHeader;
use phytohub_testkit::TestClient;
use phytohub_wire::soap::client::{self, ClientReply};

/// The outside of a certificate from one connection to another.
pub(crate) fn header(from: &str, to: &str) -> EnvelopeHeader {
    EnvelopeHeader {
        from: from.to_owned(),
        to: to.to_owned(),
        certificate_type: 851,
        certificate_status: 70,
        nppo_certificate_number: "TEST-2026-0001".to_owned(),
        ..EnvelopeHeader::default()
    }
}

/// Delivers a content and gives back its number.
pub(crate) async fn deliver(sender: &mut TestClient, to: &str, content: &str) -> String {
    let request = client::deliver_envelope(&header("NO", to), content);
    match sender.call(request).await {
        ClientReply::Header(header) => header.hub_delivery_number.expect("a number"),
        other => panic!("not delivered: {other:?}"),
    }
}
