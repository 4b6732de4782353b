//! A veterinary and a food certificate, each between authorities with connections of their own: a
//! wrong one, which comes back, and a right one, which arrives.

use phytohub_domain::{EnvelopeHeader, TrackingInfo};
use phytohub_official_certificate::draft::Draft;
use phytohub_official_certificate::sample::Shape;
use phytohub_wire::soap::client::{self as soap, ClientReply};

use super::{DemoError, Side, unexpected};
use crate::demo::{SANITARY_TYPE, Story, VETERINARY_TYPE};

/// The authorities beside plant health, with the type that each takes.
pub(super) const AUTHORITIES: [(&str, i32); 4] = [
    ("LKV", VETERINARY_TYPE),
    ("NOV", VETERINARY_TYPE),
    ("LKF", SANITARY_TYPE),
    ("NOF", SANITARY_TYPE),
];

/// A certificate that is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    /// The plugin that judges it.
    pub(super) plugin: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    kind: i32,
    commodity: &'static str,
    sample: fn(&str, &Shape) -> Option<Draft>,
    /// What it is for, what it is called, and what the wrong one lacks.
    words: [&'static str; 3],
    /// The element that the wrong one does not have.
    lacks: &'static str,
}

pub(super) const CERTIFICATES: [Shown; 2] = [
    Shown {
        plugin: "woah",
        from: "LKV",
        to: "NOV",
        kind: VETERINARY_TYPE,
        commodity: "live-cattle",
        sample: phytohub_woah::sample::sample,
        words: ["live cattle", "a veterinary certificate", "the species"],
        lacks: "ram:ScientificName",
    },
    Shown {
        plugin: "codex",
        from: "LKF",
        to: "NOF",
        kind: SANITARY_TYPE,
        commodity: "fishery-product",
        sample: phytohub_codex::sample::sample,
        words: ["cod fillets", "a sanitary certificate", "weight"],
        lacks: "ram:NetWeightMeasure",
    },
];

/// One authority sends another a certificate, first a wrong one.
pub(super) async fn exchange(
    shown: Shown,
    sender: &mut Side,
    receiver: &mut Side,
    story: &mut Story,
) -> Result<(), DemoError> {
    let Shown { from, to, words: [goods, certificate, missing], .. } = shown;
    let mut shape = Shape::new(shown.kind, 1);
    shape.countries = Some(("LK".to_owned(), "NO".to_owned()));
    let draft = (shown.sample)(shown.commodity, &shape).unwrap_or_default();
    let xml = draft.to_xml();
    let header = EnvelopeHeader {
        from: from.to_owned(),
        to: to.to_owned(),
        certificate_type: shown.kind,
        certificate_status: 70,
        nppo_certificate_number: draft.number,
        ..EnvelopeHeader::default()
    };

    let body = soap::deliver_envelope(&header, &without(&xml, shown.lacks));
    let refused = sender.header("a wrong certificate", body, TrackingInfo::FailedDelivery).await?;
    let said = refused.error_message.unwrap_or_default();
    let first = said.split("; ").next().unwrap_or_default();
    let what = format!("{from} certifies {goods}, without {missing}");
    story.step(&what, DELIVER, sender.time, &format!("FailedDelivery: {first}"))?;

    let body = soap::deliver_envelope(&header, &xml);
    let step = "a right certificate";
    let header = sender.header(step, body, TrackingInfo::PendingDelivery).await?;
    let number = header.hub_delivery_number.unwrap_or_default();
    let told = format!("judged by the plugin {}; no plant health service gets it", shown.plugin);
    story.step(&format!("{from} sends {to} {certificate}"), DELIVER, sender.time, &told)?;

    let reply = receiver.call(soap::pull_single_import_envelope(&number)).await?;
    let ClientReply::Envelope(envelope) = &reply else {
        return Err(unexpected("an authority pulls its certificate", &reply));
    };
    if envelope.content != xml {
        return Err(DemoError::Changed);
    }
    match receiver.call(soap::acknowledge_envelope_receipt(&number)).await? {
        ClientReply::Acknowledged(_) => {}
        other => return Err(unexpected("an authority acknowledges", &other)),
    }
    let what = format!("{to} pulls it, and acknowledges");
    Ok(story.step(&what, "PULLSingleImportEnvelope", receiver.time, "")?)
}

/// A document without its first element of that name.
fn without(xml: &str, name: &str) -> String {
    let close = format!("</{name}>");
    let parts = xml.split_once(&format!("<{name}")).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&close)?;
        Some(format!("{before}{after}"))
    });
    parts.unwrap_or_else(|| xml.to_owned())
}

const DELIVER: &str = "DeliverEnvelope";
