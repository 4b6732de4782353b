//! What the client's side writes, the hub reads, and the other way round.

use bytes::Bytes;
use phytohub_domain::{ContentForm, EnvelopeForwarding, EnvelopeHeader, Limits, TrackingInfo};
use phytohub_wire::soap::client::{self, ClientReply};
use phytohub_wire::soap::{self, Operation, Request};

fn header() -> EnvelopeHeader {
    EnvelopeHeader {
        from: "NO".into(),
        to: "NLV".into(),
        certificate_type: 851,
        certificate_status: 70,
        nppo_certificate_number: "A&B <1>\u{e9}".into(),
        hub_delivery_number: Some("01ARZ3NDEKTSV4RRFFQ69G5FAV".into()),
        tracking_info: Some(TrackingInfo::PendingDelivery),
        error_message: Some("\r\nline".into()),
        forwardings: vec![EnvelopeForwarding {
            code: "ASW".into(),
            hub_delivery_number: Some("2".into()),
        }],
    }
}

fn read(body: Vec<u8>) -> Request {
    soap::read_request(Bytes::from(body), Some("utf-8"), &Limits::default()).expect("our own")
}

#[test]
fn delivered_envelopes_are_read_whole() {
    let content = "<a>&\r\n]]>\u{20ac}</a>";
    let escaped = (client::deliver_envelope(&header(), content), ContentForm::Escaped);
    let cdata = (client::deliver_envelope_cdata(&header(), content), ContentForm::Mixed);
    let plain = (client::deliver_raw(&header(), "plain"), ContentForm::Plain);
    for (body, form) in [escaped, cdata, plain] {
        let Request::DeliverEnvelope(envelope) = read(body) else {
            panic!("another operation was read");
        };
        let mut decoded = Vec::new();
        envelope.content.decode(&mut |piece| decoded.extend_from_slice(piece));
        let expected = if form == ContentForm::Plain { "plain" } else { content };
        assert_eq!(String::from_utf8(decoded).as_deref(), Ok(expected));
        assert_eq!(envelope.content.form, form);
        let read = envelope.header;
        assert_eq!(read.from, "NO");
        assert_eq!(read.to, "NLV");
        assert_eq!(
            read.certificate_type.value().zip(read.certificate_status.value()),
            Some((851, 70))
        );
        assert_eq!(read.nppo_certificate_number, "A&B <1>\u{e9}");
        assert_eq!(read.hub_delivery_number, "01ARZ3NDEKTSV4RRFFQ69G5FAV");
        assert_eq!(read.hub_tracking_info, "PendingDelivery");
        assert_eq!(read.hub_delivery_error_message, "\r\nline");
        assert_eq!(
            read.forwardings.codes().iter().map(|c| c.decode().into_owned()).collect::<Vec<_>>(),
            ["ASW"]
        );
    }
}

#[test]
fn every_request_of_the_client_is_read_as_its_operation() {
    let check = |body: Vec<u8>, expected: Operation| {
        assert_eq!(soap::operation_of(&body), Some(expected));
        assert_eq!(read(body).operation(), expected);
    };
    check(client::deliver_envelope(&header(), "x"), Operation::DeliverEnvelope);
    check(client::get_envelope_tracking_info("1"), Operation::GetEnvelopeTrackingInfo);
    check(client::get_under_delivery_envelope(), Operation::GetUnderDeliveryEnvelope);
    check(client::get_import_envelope_headers(Some("NO")), Operation::GetImportEnvelopeHeaders);
    check(client::get_import_envelope_headers(None), Operation::GetImportEnvelopeHeaders);
    check(client::pull_import_envelope(), Operation::PullImportEnvelope);
    check(client::pull_single_import_envelope("1"), Operation::PullSingleImportEnvelope);
    check(client::acknowledge_envelope_receipt("1"), Operation::AcknowledgeEnvelopeReceipt);
    check(
        client::advanced_acknowledge_envelope_receipt("1", "w"),
        Operation::AdvancedAcknowledgeEnvelopeReceipt,
    );
    check(
        client::acknowledge_failed_envelope_receipt("1", "m"),
        Operation::AcknowledgeFailedEnvelopeReceipt,
    );
    check(client::set_tracking_info_update(&header()), Operation::SetTrackingInfoUpdate);
    check(client::get_active_nppos(), Operation::GetActiveNppos);
    check(client::get_profile(), Operation::GetProfile);
    check(client::get_available_channels(), Operation::GetAvailableChannels);
}

#[test]
fn replies_are_read_as_they_were_meant() {
    let read = |reply: soap::Reply, contents: &[&[u8]]| {
        client::read_reply(&reply.splice(contents)).expect("our own reply")
    };
    let header = header();
    let headers = vec![header.clone(), EnvelopeHeader::default()];
    let one = ClientReply::Header(header.clone());
    assert_eq!(read(soap::deliver_envelope(&header), &[]), one);
    assert_eq!(read(soap::get_envelope_tracking_info(&header), &[]), one);
    let many = ClientReply::Headers(headers.clone());
    assert_eq!(read(soap::get_under_delivery_envelope(&headers), &[]), many);
    assert_eq!(read(soap::get_import_envelope_headers(&headers), &[]), many);
    let none = ClientReply::Headers(Vec::new());
    assert_eq!(read(soap::get_import_envelope_headers(&[]), &[]), none);
    let ClientReply::Envelopes(envelopes) =
        read(soap::pull_import_envelope(&headers), &[b"&lt;a&gt;", b"<![CDATA[<b>]]>"])
    else {
        panic!("another reply was read");
    };
    let contents: Vec<_> = envelopes.iter().map(|e| (&e.header, e.content.as_str())).collect();
    assert_eq!(contents, [(&headers[0], "<a>"), (&headers[1], "<b>")]);
    let ClientReply::Envelope(envelope) = read(soap::pull_single_import_envelope(&header), &[b"c"])
    else {
        panic!("another reply was read");
    };
    assert_eq!((envelope.header, envelope.content.as_str()), (header, "c"));
    let said = |text: &str| ClientReply::Acknowledged(text.into());
    assert_eq!(read(soap::acknowledge_envelope_receipt(), &[]), said(""));
    assert_eq!(read(soap::set_tracking_info_update(), &[]), said(""));
    assert_eq!(read(soap::advanced_acknowledge_envelope_receipt("a<b"), &[]), said("a<b"));
    assert_eq!(read(soap::acknowledge_failed_envelope_receipt("\r"), &[]), said("\r"));
    let fault = ClientReply::Fault { code: "soap:Server".into(), message: "no & \u{fffd}".into() };
    assert_eq!(read(soap::fault(soap::FaultCode::Server, "no & \u{1}"), &[]), fault);
}
