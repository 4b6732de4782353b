//! Documents, events and requests to give to plugins. All names in them are made up.

use std::fmt::Write as _;

use phytohub_plugin_api::*;
use phytohub_plugin_loader::{DocumentView, EventView};

/// Namespace of SPS certificates, version 17.
pub const SPS: &str = "urn:un:unece:uncefact:data:standard:SPSCertificate:17";
/// Namespace of the types in them.
pub const RAM: &str =
    "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:21";

/// A short phytosanitary certificate.
#[must_use]
pub fn phyto() -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <SPSCertificate xmlns=\"{SPS}\" xmlns:ram=\"{RAM}\">\n\
         <SPSExchangedDocument>\n<ram:Name>Phytosanitary certificate</ram:Name>\n\
         <ram:ID>XA-2026-0001</ram:ID>\n<ram:TypeCode>851</ram:TypeCode>\n\
         <ram:StatusCode>70</ram:StatusCode>\n</SPSExchangedDocument>\n\
         <SPSConsignment>\n<ram:ExportSPSCountry><ram:ID>XA</ram:ID></ram:ExportSPSCountry>\n\
         <ram:ImportSPSCountry><ram:ID>XB</ram:ID></ram:ImportSPSCountry>\n\
         </SPSConsignment>\n</SPSCertificate>\n"
    )
    .into_bytes()
}

/// The same without what it is called and without countries.
#[must_use]
pub fn nameless() -> Vec<u8> {
    format!(
        "<SPSCertificate xmlns=\"{SPS}\" xmlns:ram=\"{RAM}\">\n<SPSExchangedDocument>\n\
         <ram:ID>XA-2026-0002</ram:ID>\n</SPSExchangedDocument>\n</SPSCertificate>\n"
    )
    .into_bytes()
}

/// A document as it is delivered from `XA` to `XB`.
#[must_use]
pub fn document(content: &[u8]) -> DocumentView<'_> {
    DocumentView {
        purpose: HUB_FOR_DELIVERY,
        certificate_type: 851,
        certificate_status: 70,
        raw_form: HUB_FORM_CDATA,
        at_ms: 1_767_225_600_000,
        from: "XA",
        to: "XB",
        nppo_certificate_number: "XA-2026-0001",
        content,
        raw: content,
        ..DocumentView::default()
    }
}

/// An event of a kind (`HUB_EVENT_` number) about the document.
#[must_use]
pub fn event(kind: u32, sequence: u64) -> EventView<'static> {
    EventView {
        kind,
        sequence,
        at_ms: 1_767_225_600_000,
        state: HUB_STATE_PENDING_DELIVERY,
        certificate_type: 851,
        certificate_status: 70,
        hub_delivery_number: "0190-0000-0000-0001",
        from: "XA",
        to: "XB",
        nppo_certificate_number: "XA-2026-0001",
        ..EventView::default()
    }
}

/// Documents that try to hurt whoever reads them, with names.
#[must_use]
pub fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let phyto = phyto();
    let half = phyto.len() / 2;
    let mut deep = String::new();
    for _ in 0..100_000 {
        deep.push_str("<a>");
    }
    let mut entities = String::from("<!DOCTYPE a [<!ENTITY e0 \"ha\">");
    for level in 1..30 {
        let below = level - 1;
        let _ = write!(entities, "<!ENTITY e{level} \"&e{below};&e{below};\">");
    }
    entities.push_str("]><a>&e29;</a>");
    let external = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///dev/zero\">]><a>&x;</a>";
    let attributes: String = (0..20_000).fold(String::new(), |mut text, number| {
        let _ = write!(text, " a{number}=\"{number}\"");
        text
    });
    let mut large = format!("<SPSCertificate xmlns=\"{SPS}\">").into_bytes();
    large.resize(16 << 20, b'x');
    vec![
        ("nothing", Vec::new()),
        ("one byte", b"<".to_vec()),
        ("not XML", b"\x00\x01\x02PK\x03\x04".to_vec()),
        ("not UTF-8", b"<a>\xff\xfe\xc0\x80</a>".to_vec()),
        ("zero bytes", vec![0; 4096]),
        ("cut in the middle", phyto.get(..half).unwrap_or_default().to_vec()),
        ("100,000 levels", deep.into_bytes()),
        ("entities of entities", entities.into_bytes()),
        ("an external entity", external.as_bytes().to_vec()),
        ("20,000 attributes", format!("<a{attributes}/>").into_bytes()),
        ("an open comment", b"<a><!-- ".to_vec()),
        ("an open section of CDATA", b"<a><![CDATA[ ".to_vec()),
        ("two roots", [phyto.as_slice(), b"<b/>"].concat()),
        ("16 MiB", large),
    ]
}
