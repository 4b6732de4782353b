//! Replies, byte for byte.

use phytohub_domain::{EnvelopeForwarding, EnvelopeHeader, TrackingInfo};
use phytohub_wire::soap::client::{self, ClientReply};
use phytohub_wire::soap::{
    self, AllowedDocumentRow, Channel, ChannelRule, ChannelRuleType, Direction, FaultCode, Nppo,
    Part, Reply, Signature,
};

fn check(reply: &Reply, contents: &[&[u8]], body: &str) {
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:ns2=\"http://ephyto.ippc.int/\" xmlns:ns3=\"http://ephyto.ippc.int/HUB.Entities\">\
         <soap:Body>{body}</soap:Body></soap:Envelope>"
    );
    assert_eq!(String::from_utf8_lossy(&reply.splice(contents)), expected);
}

fn header() -> EnvelopeHeader {
    EnvelopeHeader {
        from: "NO".into(),
        to: "NL".into(),
        certificate_type: 851,
        certificate_status: 70,
        nppo_certificate_number: "X<1>".into(),
        hub_delivery_number: Some("N1".into()),
        tracking_info: Some(TrackingInfo::PendingDelivery),
        error_message: None,
        forwardings: Vec::new(),
    }
}

const HEADER: &str = "<ns3:From>NO</ns3:From><ns3:To>NL</ns3:To>\
    <ns3:CertificateType>851</ns3:CertificateType><ns3:CertificateStatus>70</ns3:CertificateStatus>\
    <ns3:NPPOCertificateNumber>X&lt;1&gt;</ns3:NPPOCertificateNumber>\
    <ns3:hubDeliveryNumber>N1</ns3:hubDeliveryNumber>\
    <ns3:HUBTrackingInfo>PendingDelivery</ns3:HUBTrackingInfo>";

#[test]
fn a_delivery_is_answered_with_its_header() {
    let expected = format!(
        "<ns2:DeliverEnvelopeResponse><ns2:DeliverEnvelopeResult>{HEADER}\
         </ns2:DeliverEnvelopeResult></ns2:DeliverEnvelopeResponse>"
    );
    check(&soap::deliver_envelope(&header()), &[], &expected);
}

#[test]
fn deliveries_of_every_kind_are_answered_alike() {
    for (operation, reply) in [
        ("ValidateAndDeliverEnvelope", soap::validate_and_deliver_envelope(&header())),
        ("DeliverPhytoEnvelope", soap::deliver_phyto_envelope(&header())),
        ("DeliverCountryResponseEnvelope", soap::deliver_country_response_envelope(&header())),
    ] {
        let expected = format!(
            "<ns2:{operation}Response><ns2:{operation}Result>{HEADER}</ns2:{operation}Result>\
             </ns2:{operation}Response>"
        );
        check(&reply, &[], &expected);
        let read = client::read_reply(&reply.splice(&[]));
        assert_eq!(read, Ok(ClientReply::Header(header())));
    }
}

#[test]
fn every_field_of_a_header_stands_in_the_order_of_the_wsdl() {
    let mut header = header();
    header.error_message = Some("why".into());
    header.forwardings = vec![
        EnvelopeForwarding { code: "A".into(), hub_delivery_number: Some("N2".into()) },
        EnvelopeForwarding { code: "B".into(), hub_delivery_number: None },
    ];
    let expected = format!(
        "<ns2:GetEnvelopeTrackingInfoResponse><ns2:GetEnvelopeTrackingInfoResult>{HEADER}\
         <ns3:hubDeliveryErrorMessage>why</ns3:hubDeliveryErrorMessage><ns3:Forwardings>\
         <ns3:EnvelopeForwarding><ns3:Code>A</ns3:Code>\
         <ns3:HubDeliveryNumber>N2</ns3:HubDeliveryNumber></ns3:EnvelopeForwarding>\
         <ns3:EnvelopeForwarding><ns3:Code>B</ns3:Code></ns3:EnvelopeForwarding></ns3:Forwardings>\
         </ns2:GetEnvelopeTrackingInfoResult></ns2:GetEnvelopeTrackingInfoResponse>"
    );
    check(&soap::get_envelope_tracking_info(&header), &[], &expected);
}

#[test]
fn wrappers_of_lists_are_there_even_when_empty() {
    for (reply, operation, result) in [
        (
            soap::get_under_delivery_envelope(&[]),
            "GetUnderDeliveryEnvelope",
            "GetUnderDeliveryEnvelope",
        ),
        (
            soap::get_import_envelope_headers(&[]),
            "GetImportEnvelopeHeaders",
            "GetImportEnvelopeHeaders",
        ),
        (soap::pull_import_envelope(&[]), "PULLImportEnvelope", "PULLImportEnvelopes"),
        (soap::get_active_nppos(&[]), "GetActiveNppos", "GetActiveNppos"),
        (soap::get_available_channels(&[]), "GetAvailableChannels", "GetAvailableChannels"),
    ] {
        let expected = format!(
            "<ns2:{operation}Response><ns2:{result}Result></ns2:{result}Result></ns2:{operation}Response>"
        );
        check(&reply, &[], &expected);
    }
}

#[test]
fn pulled_contents_are_spliced_in_their_places() {
    let reply = soap::pull_import_envelope(&[header(), header()]);
    let contents: Vec<_> =
        reply.parts().iter().filter(|part| matches!(part, Part::Content(_))).collect();
    assert_eq!(contents, [&Part::Content(0), &Part::Content(1)]);
    let expected = format!(
        "<ns2:PULLImportEnvelopeResponse><ns2:PULLImportEnvelopesResult>\
         <ns3:Envelope>{HEADER}<ns3:Content>&lt;a&gt;\r</ns3:Content></ns3:Envelope>\
         <ns3:Envelope>{HEADER}<ns3:Content><![CDATA[<b>]]></ns3:Content></ns3:Envelope>\
         </ns2:PULLImportEnvelopesResult></ns2:PULLImportEnvelopeResponse>"
    );
    check(&reply, &[b"&lt;a&gt;\r", b"<![CDATA[<b>]]>"], &expected);
    let expected = format!(
        "<ns2:PULLSingleImportEnvelopeResponse><ns2:PULLSingleImportEnvelopeResult>{HEADER}\
         <ns3:Content></ns3:Content></ns2:PULLSingleImportEnvelopeResult>\
         </ns2:PULLSingleImportEnvelopeResponse>"
    );
    let single = soap::pull_single_import_envelope(&header());
    assert_eq!(single.text_len(), single.splice(&[]).len());
    check(&single, &[], &expected);
}

#[test]
fn acknowledgements_are_answered_briefly() {
    let response =
        |name: &str, inside: &str| format!("<ns2:{name}Response>{inside}</ns2:{name}Response>");
    check(&soap::acknowledge_envelope_receipt(), &[], &response("AcknowledgeEnvelopeReceipt", ""));
    check(&soap::set_tracking_info_update(), &[], &response("SetTrackingInfoUpdate", ""));
    let text = "<ns2:return>a\n&#13;&amp;]]&gt;\u{fffd}\u{fffd}\t</ns2:return>";
    check(
        &soap::advanced_acknowledge_envelope_receipt("a\n\r&]]>\0\u{ffff}\t"),
        &[],
        &response("AdvancedAcknowledgeEnvelopeReceipt", text),
    );
    check(
        &soap::acknowledge_failed_envelope_receipt(""),
        &[],
        &response("AcknowledgeFailedEnvelopeReceipt", "<ns2:return></ns2:return>"),
    );
}

#[test]
fn faults_say_it_twice() {
    check(
        &soap::fault(FaultCode::Server, "NPPO from client certificate not found"),
        &[],
        "<soap:Fault><faultcode>soap:Server</faultcode>\
         <faultstring>NPPO from client certificate not found</faultstring><detail>\
         <ns2:HubWebException><ns2:message>NPPO from client certificate not found</ns2:message>\
         </ns2:HubWebException></detail></soap:Fault>",
    );
    let empty = client::read_reply(&soap::fault(FaultCode::Client, "").splice(&[]));
    let message = "the hub gave no reason".to_owned();
    assert_eq!(empty, Ok(ClientReply::Fault { code: "soap:Client".into(), message }));
}

fn nppo() -> Nppo {
    Nppo {
        country: "NL".into(),
        receive: true,
        send: false,
        allowed_documents: vec![AllowedDocumentRow {
            certificate_type: 851,
            type_value: "Phyto \"A\"\n".into(),
            certificate_status: 70,
            status_value: "Issued".into(),
            active: true,
        }],
        signature: Some(Signature { dn: "CN=a".into(), certificate: "MII".into() }),
        channel_rules: vec![ChannelRule {
            id: 1,
            active: false,
            rule_type: ChannelRuleType::Forward,
            certificate_type: 851,
            certificate_status: 0,
            country_code: "NL".into(),
            direction: Direction::Inc,
        }],
    }
}

#[test]
fn connections_are_written_with_children_that_have_no_namespace() {
    let expected = "<ns2:GetProfileResponse><ns2:GetProfileResult><ns3:Country>NL</ns3:Country>\
         <ns3:Receive>True</ns3:Receive><ns3:Send>False</ns3:Send>\
         <ns3:AllowedDocument active=\"true\">\
         <certificateType number=\"851\" value=\"Phyto &quot;A&quot;&#10;\"/>\
         <certificateStatus number=\"70\" value=\"Issued\"/></ns3:AllowedDocument>\
         <ns3:Signature><dn>CN=a</dn><certificate>MII</certificate></ns3:Signature>\
         <ns3:ChannelRules><ns3:ChannelRule id=\"1\" active=\"false\" ruleType=\"FORWARD\" \
         certificateType=\"851\" certificateStatus=\"0\" countryCode=\"NL\" direction=\"INC\"/>\
         </ns3:ChannelRules></ns2:GetProfileResult></ns2:GetProfileResponse>";
    check(&soap::get_profile(&nppo()), &[], expected);
}

#[test]
fn connections_and_channels_are_read_back() {
    let rows = vec![nppo(), Nppo { country: "NO".into(), ..Nppo::default() }];
    let read = client::read_reply(&soap::get_active_nppos(&rows).splice(&[]));
    assert_eq!(read, Ok(ClientReply::Nppos(rows)));
    let read = client::read_reply(&soap::get_profile(&nppo()).splice(&[]));
    assert_eq!(read, Ok(ClientReply::Profile(nppo())));
    let channels =
        vec![Channel { code: "A".into(), name: "<\u{e9}>".into(), receive: true, send: false }];
    let read = client::read_reply(&soap::get_available_channels(&channels).splice(&[]));
    assert_eq!(read, Ok(ClientReply::Channels(channels)));
}
