//! What other systems send to a country with this one: kept, and acknowledged by itself.

use phytohub::client::SoapClient;
use phytohub_domain::EnvelopeHeader;
use phytohub_sps::sample::Shape;
use phytohub_wire::soap::client::{self as soap, ClientReply};
use tokio::runtime::Runtime;

use super::country::{demonstration, person, row, until};
use crate::support::state;

#[test]
fn what_others_send_is_acknowledged_by_what_is_found_in_it() {
    let (_trial, hub) = demonstration();
    let mut importer = person(&hub, "KE", "importer");
    let runtime = Runtime::new().expect("a runtime");
    let mut client = runtime.block_on(hub.client("AR"));
    let good = certificate("AR-2026-1");
    let mut flawed = good.replace("AR-2026-1", "AR-2026-2");
    let (start, end) = ("<ram:Description>", "</ram:Description>");
    let (from, until_end) = (flawed.find(start), flawed.find(end));
    let place = from.expect("a line") + start.len()..until_end.expect("its end");
    flawed.replace_range(place, "");
    for (number, content, receipt, expected) in [
        ("AR-2026-1", &*good, "plain", "Delivered"),
        ("AR-2026-2", &*flawed, "with-warning", "DeliveredWithWarnings"),
        ("AR-2026-3", "this is no certificate", "failed", "DeliveredNotReadable"),
    ] {
        let hub_number = runtime.block_on(deliver(&mut client, number, content));
        let told = until("it is acknowledged", || {
            let told = runtime.block_on(state(&mut client, &hub_number));
            (told != "PendingDelivery").then_some(told)
        });
        assert_eq!(told, expected, "{number}");
        let kept = row(&mut importer, "imports", "number", number).expect("it is kept");
        assert_eq!((&*kept["receipt"], &*kept["sender"]), (receipt, "AR"), "{kept:?}");
        let page = importer.get(&format!("imports/{}", kept["id"]));
        assert_eq!(page.status, 200);
    }
    assert_eq!(hub.stop().code, Some(0));
}

/// A certificate from AR to KE.
fn certificate(number: &str) -> String {
    let mut certificate = Shape::default().certificate();
    number.clone_into(&mut certificate.number);
    for (country, code) in
        [(&mut certificate.export_country, "AR"), (&mut certificate.import_country, "KE")]
    {
        code.clone_into(&mut country.id);
        country.name.clear();
    }
    certificate.to_xml()
}

/// Delivers it, and answers the hub's number.
async fn deliver(client: &mut SoapClient, number: &str, content: &str) -> String {
    let header = EnvelopeHeader {
        from: "AR".to_owned(),
        to: "KE".to_owned(),
        certificate_type: 851,
        certificate_status: 70,
        nppo_certificate_number: number.to_owned(),
        ..EnvelopeHeader::default()
    };
    match client.call(soap::deliver_envelope(&header, content)).await.expect("a reply") {
        ClientReply::Header(header) => header.hub_delivery_number.expect("a number"),
        other => panic!("no header: {other:?}"),
    }
}
