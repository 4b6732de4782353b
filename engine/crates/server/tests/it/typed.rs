//! Documents that are typed in the SOAP body, over real sockets.

use http::StatusCode;
use phytohub_domain::{EnvelopeHeader, Limits, TrackingInfo};
use phytohub_exchange::AdminRequest;
use phytohub_exchange::admin::ConnectionChanges;
use phytohub_sps::sample::Shape;
use phytohub_sps::{EmbeddedCodes, Level, SpsDocument};
use phytohub_testkit::{TestClient, TestHub, TestHubOptions};
use phytohub_wire::soap::client::{self, ClientReply};
use phytohub_wire::soap::{CodeListOperation, Operation};

use crate::message::header;

async fn deliver(sender: &mut TestClient, request: Vec<u8>) -> EnvelopeHeader {
    match sender.call(request).await {
        ClientReply::Header(header) => header,
        other => panic!("not answered: {other:?}"),
    }
}

/// What a recipient pulls, without grave findings.
async fn pulled(recipient: &mut TestClient, reply: &EnvelopeHeader) -> String {
    assert_eq!(reply.tracking_info, Some(TrackingInfo::PendingDelivery), "{reply:?}");
    let number = reply.hub_delivery_number.as_deref().expect("a number");
    let ClientReply::Envelope(envelope) =
        recipient.call(client::pull_single_import_envelope(number)).await
    else {
        panic!("not pulled")
    };
    let limits = phytohub_sps::Limits::default();
    let reading = SpsDocument::validate(envelope.content.as_bytes(), &EmbeddedCodes, &limits);
    let grave = reading.findings.iter().find(|finding| finding.level == Level::Severe);
    assert!(grave.is_none(), "{grave:?}");
    envelope.content
}

async fn opt_in(hub: &TestHub, code: &str) {
    let mut changes = Box::new(ConnectionChanges::default());
    changes.responses = Some(true);
    let request = AdminRequest::ConnectionChange { code: code.to_owned(), changes };
    hub.admin(request).await;
}

#[tokio::test]
async fn certificate_and_response_go_there_and_back() {
    let hub = TestHub::start().await;
    opt_in(&hub, "NO").await;
    let (mut exporter, mut importer) = (hub.client("NO").await, hub.client("LK").await);
    let shape = Shape { full: true, attachments: 2, ..Shape::default() };
    let (certificate, answer) = (shape.certificate(), shape.acknowledgement(39).to_xml());
    let mut outside = header("NO", "LK");
    outside.nppo_certificate_number.clone_from(&certificate.number);
    let request = client::deliver_phyto_envelope(&outside, &certificate.to_xml());
    let reply = deliver(&mut exporter, request).await;
    assert_eq!(pulled(&mut importer, &reply).await, certificate.to_xml());

    (outside.from, outside.to) = ("LK".to_owned(), "NO".to_owned());
    outside.certificate_status = 39;
    let request = client::deliver_country_response_envelope(&outside, &answer);
    let reply = deliver(&mut importer, request).await;
    assert_eq!(reply.certificate_status, 39);
    assert_eq!(pulled(&mut exporter, &reply).await, answer);

    // The importer did not opt in.
    (outside.from, outside.to) = ("NO".to_owned(), "LK".to_owned());
    let request = client::deliver_country_response_envelope(&outside, &answer);
    let reply = deliver(&mut exporter, request).await;
    assert_eq!(reply.tracking_info, Some(TrackingInfo::FailedDelivery));
    assert!(reply.error_message.expect("a message").starts_with("To: LK"));
    hub.stop().await;
}

#[tokio::test]
async fn every_operation_of_the_wsdl_is_answered() {
    let hub = TestHub::start().await;
    opt_in(&hub, "NO").await;
    let mut system = hub.client("NO").await;
    let (own, shape) = (header("NO", "NO"), Shape::default());
    let mut number = String::new();
    for operation in Operation::ALL {
        let request = request(operation, &own, &shape, &number);
        let reply = system.call(request).await;
        if let (ClientReply::Header(header), Operation::DeliverEnvelope) = (reply, operation) {
            number = header.hub_delivery_number.expect("a number");
        }
    }
    hub.stop().await;
}

/// A request that can be answered; `number` is that of the envelope delivered first.
fn request(operation: Operation, own: &EnvelopeHeader, shape: &Shape, number: &str) -> Vec<u8> {
    let certificate = shape.certificate().to_xml();
    match operation {
        Operation::DeliverEnvelope => client::deliver_envelope(own, &certificate),
        Operation::ValidateAndDeliverEnvelope => {
            client::validate_and_deliver_envelope(own, &certificate)
        }
        Operation::DeliverPhytoEnvelope => client::deliver_phyto_envelope(own, &certificate),
        Operation::DeliverCountryResponseEnvelope => {
            client::deliver_country_response_envelope(own, &shape.acknowledgement(41).to_xml())
        }
        Operation::GetEnvelopeTrackingInfo => client::get_envelope_tracking_info(number),
        Operation::GetUnderDeliveryEnvelope => client::get_under_delivery_envelope(),
        Operation::GetImportEnvelopeHeaders => client::get_import_envelope_headers(None),
        Operation::PullImportEnvelope => client::pull_import_envelope(),
        Operation::PullSingleImportEnvelope => client::pull_single_import_envelope(number),
        Operation::AcknowledgeEnvelopeReceipt => client::acknowledge_envelope_receipt(number),
        Operation::AdvancedAcknowledgeEnvelopeReceipt => {
            client::advanced_acknowledge_envelope_receipt(number, "w")
        }
        Operation::AcknowledgeFailedEnvelopeReceipt => {
            client::acknowledge_failed_envelope_receipt(number, "m")
        }
        Operation::SetTrackingInfoUpdate => {
            let (hub_delivery_number, tracking_info) =
                (Some(number.to_owned()), Some(TrackingInfo::Delivered));
            let header = EnvelopeHeader { hub_delivery_number, tracking_info, ..own.clone() };
            client::set_tracking_info_update(&header)
        }
        Operation::GetActiveNppos => client::get_active_nppos(),
        Operation::GetProfile => client::get_profile(),
        Operation::GetAvailableChannels => client::get_available_channels(),
        Operation::ValidatePhytoXml => client::validate_phyto_xml(&certificate),
        list => client::code_list(CodeListOperation::of(list).expect("a code list")),
    }
}

#[tokio::test]
async fn a_large_typed_certificate_takes_its_room_from_the_budget() {
    const BYTES: usize = 3 << 20;
    let shape = Shape { attachments: 2, bytes: Some(BYTES), ..Shape::default() };
    let certificate = shape.certificate();
    let mut outside = header("NO", "LK");
    outside.nppo_certificate_number.clone_from(&certificate.number);
    let request = client::deliver_phyto_envelope(&outside, &certificate.to_xml());
    for (budget, expected) in
        [(5 * request.len(), StatusCode::OK), (4 * request.len(), StatusCode::SERVICE_UNAVAILABLE)]
    {
        let mut limits = Limits::default();
        (limits.bytes_in_flight, limits.content_bytes) = (budget, 2 * BYTES);
        let hub = TestHub::start_with(TestHubOptions { limits, ..TestHubOptions::default() }).await;
        let mut sender = hub.client("NO").await;
        let reply = sender.post(request.clone()).await;
        assert_eq!(reply.status, expected, "{budget}");
        if let ClientReply::Header(header) = reply.soap() {
            let mut recipient = hub.client("LK").await;
            assert_eq!(pulled(&mut recipient, &header).await, certificate.to_xml());
        }
        hub.stop().await;
    }
}
