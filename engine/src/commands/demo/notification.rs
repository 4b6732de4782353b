//! A notification of non-compliance, from the country that received a consignment to the one that
//! certified it: a wrong one, which comes back, and a right one, which arrives.

use phytohub_domain::{EnvelopeHeader, TrackingInfo};
use phytohub_non_compliance::Message;
use phytohub_non_compliance::sample::{Case, Shape};
use phytohub_wire::soap::client::{self as soap, ClientReply};

use super::{DemoError, Side, unexpected};
use crate::demo::{Document, NON_COMPLIANCE_TYPE, Story};

/// NO tells LK what it found in the consignment of `document`.
pub(super) async fn notify(
    notifier: &mut Side,
    addressee: &mut Side,
    document: &Document,
    story: &mut Story,
) -> Result<String, DemoError> {
    let mut shape = Shape::new(Case::Pest, Message::Issued, 1);
    let certificate = document.header.nppo_certificate_number.clone();
    shape.parties = Some(("NO".to_owned(), "LK".to_owned()));
    shape.certificate = Some((document.header.certificate_type.to_string(), certificate));
    let notification = shape.notification();
    let xml = notification.to_xml();
    let header = EnvelopeHeader {
        from: "NO".to_owned(),
        to: "LK".to_owned(),
        certificate_type: NON_COMPLIANCE_TYPE,
        certificate_status: Message::Issued.status(),
        nppo_certificate_number: number(&xml),
        ..EnvelopeHeader::default()
    };

    // What NO must not leave out: why the consignment does not comply.
    let wrong =
        xml.replace("<nc:ReasonCode>", "<nc:Reason>").replace("</nc:ReasonCode>", "</nc:Reason>");
    let body = soap::deliver_envelope(&header, &wrong);
    let refused =
        notifier.header("NO notifies wrongly", body, TrackingInfo::FailedDelivery).await?;
    let said = refused.error_message.unwrap_or_default();
    let first = said.split("; ").next().unwrap_or_default();
    let what = "NO notifies LK of a pest, without a reason";
    story.step(what, DELIVER, notifier.time, &format!("FailedDelivery: {first}"))?;

    let body = soap::deliver_envelope(&header, &xml);
    let header = notifier.header("NO notifies", body, TrackingInfo::PendingDelivery).await?;
    let number = header.hub_delivery_number.unwrap_or_default();
    let what = "NO notifies LK of a pest, after ISPM 13";
    let told =
        "a plugin of the hub judged it, and compared it with the certificate that went through";
    story.step(what, DELIVER, notifier.time, told)?;

    let reply = addressee.call(soap::pull_single_import_envelope(&number)).await?;
    let ClientReply::Envelope(envelope) = &reply else {
        return Err(unexpected("LK pulls the notification", &reply));
    };
    if envelope.content != xml {
        return Err(DemoError::Changed);
    }
    match addressee.call(soap::acknowledge_envelope_receipt(&number)).await? {
        ClientReply::Acknowledged(_) => {}
        other => return Err(unexpected("LK acknowledges the notification", &other)),
    }
    let what = "LK pulls it, and acknowledges";
    story.step(what, "PULLSingleImportEnvelope", addressee.time, "")?;
    Ok(number)
}

fn number(xml: &str) -> String {
    let reading = phytohub_non_compliance::Notification::read(xml.as_bytes());
    reading.notification().map(phytohub_non_compliance::Notification::number).unwrap_or_default()
}

const DELIVER: &str = "DeliverEnvelope";
