//! Documents that are typed in the SOAP body, and the other operations that carry certificates.

use bytes::Bytes;
use phytohub_domain::{ContentForm, EnvelopeHeader, Limits};
use phytohub_wire::soap::client;
use phytohub_wire::soap::{
    self, CodeListOperation, Header, Operation, ReadError, Request, TypedDocument, TypedEnvelope,
};

const CERTIFICATE: &str = "urn:un:unece:uncefact:data:standard:SPSCertificate:17";
const AGGREGATE: &str =
    "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:21";

fn try_read(body: &str) -> Result<Request, ReadError> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    soap::read_request(body, Some("utf-8"), &Limits::default())
}

fn read(body: &str) -> Request {
    try_read(body).unwrap_or_else(|error| panic!("refused: {error}\n{body}"))
}

/// `inside` in a body whose envelope declares e, h and r, and the default namespace `default`.
fn message(default: &str, inside: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:e=\"http://ephyto.ippc.int/\" xmlns:h=\"http://ephyto.ippc.int/HUB.Entities\" \
         xmlns:r='{CERTIFICATE}' xmlns:a = \"{AGGREGATE}\" xmlns=\"{default}\">\
         <s:Body>{inside}</s:Body></s:Envelope>"
    )
}

fn typed(body: &str) -> TypedEnvelope {
    match read(body) {
        Request::DeliverPhytoEnvelope(envelope)
        | Request::DeliverCountryResponseEnvelope(envelope) => envelope,
        other => panic!("another operation was read: {other:?}"),
    }
}

fn document(default: &str, certificate: &str) -> TypedDocument {
    let inside = format!(
        "<e:DeliverPhytoEnvelope><e:ePhytoEnvelope>{certificate}</e:ePhytoEnvelope>\
         </e:DeliverPhytoEnvelope>"
    );
    typed(&message(default, &inside)).document.expect("a document")
}

fn stands_alone_as(default: &str, certificate: &str, expected: &str) {
    let document = document(default, certificate);
    assert_eq!(String::from_utf8_lossy(&document.raw), certificate);
    assert_eq!(String::from_utf8_lossy(&document.to_document()), expected);
}

fn expect_header(header: &Header) {
    assert_eq!(header.from, "NO");
    assert_eq!(header.to, "NL");
    assert_eq!(header.certificate_type.value(), Some(851));
    assert_eq!(header.certificate_status.value(), Some(70));
    assert_eq!(header.nppo_certificate_number, "X1");
    let codes: Vec<_> = header.forwardings.codes().iter().map(soap::Text::decode).collect();
    assert_eq!(codes, ["ASW"]);
}

/// A header whose names have this prefix.
fn header(prefix: &str) -> String {
    format!(
        "<{prefix}From>NO</{prefix}From><{prefix}To>NL</{prefix}To>\
         <{prefix}CertificateType>851</{prefix}CertificateType>\
         <{prefix}CertificateStatus>70</{prefix}CertificateStatus>\
         <{prefix}NPPOCertificateNumber>X1</{prefix}NPPOCertificateNumber>\
         <{prefix}Forwardings><{prefix}EnvelopeForwarding><{prefix}Code>ASW</{prefix}Code>\
         </{prefix}EnvelopeForwarding></{prefix}Forwardings>"
    )
}

#[test]
fn header_fields_are_read_in_either_namespace_and_in_none() {
    for prefix in ["h:", "", "e:"] {
        let fields = header(prefix);
        let content = format!("<{prefix}Content>x</{prefix}Content>");
        for (operation, wrapper) in
            [("DeliverEnvelope", "env"), ("ValidateAndDeliverEnvelope", "envelope")]
        {
            let body = format!(
                "<e:{operation}><e:{wrapper}>{fields}{content}</e:{wrapper}></e:{operation}>"
            );
            match read(&message("", &body)) {
                Request::DeliverEnvelope(envelope)
                | Request::ValidateAndDeliverEnvelope(envelope) => {
                    expect_header(&envelope.header);
                    assert_eq!(envelope.content.raw.as_ref(), b"x");
                }
                other => panic!("another operation was read: {other:?}"),
            }
        }
        for (operation, wrapper) in [
            ("DeliverPhytoEnvelope", "ePhytoEnvelope"),
            ("DeliverCountryResponseEnvelope", "CountryResponseEnvelope"),
        ] {
            let body =
                format!("<e:{operation}><e:{wrapper}>{fields}</e:{wrapper}></e:{operation}>");
            let envelope = typed(&message("", &body));
            expect_header(&envelope.header);
            assert_eq!(envelope.document, None);
        }
    }
}

#[test]
fn a_document_that_declares_all_it_needs_is_kept_byte_for_byte() {
    let certificate = format!(
        "<q:SPSCertificate\n xmlns:q=\"{CERTIFICATE}\" a='1'>\r\n<!-- c --><?p i?><q:b>&#13;x</q:b>\
         <![CDATA[ r: ]]></q:SPSCertificate >"
    );
    // The only prefix of outside that stands before a colon is in a text: it may be meant.
    let document = document("", &certificate.replace(" r: ", " r "));
    assert_eq!(document.bindings, Vec::<Bytes>::new());
    assert_eq!(document.to_document(), document.raw);
    let other = certificate.clone();
    let expected = other.replacen(
        "<q:SPSCertificate",
        &format!("<q:SPSCertificate xmlns:r='{CERTIFICATE}'"),
        1,
    );
    stands_alone_as("", &certificate, &expected);
}

#[test]
fn declarations_that_stand_outside_are_brought_inside() {
    stands_alone_as(
        "",
        "<r:SPSCertificate><a:x r:y='1'/></r:SPSCertificate>",
        &format!(
            "<r:SPSCertificate xmlns:a = \"{AGGREGATE}\" xmlns:r='{CERTIFICATE}'><a:x r:y='1'/>\
             </r:SPSCertificate>"
        ),
    );
    stands_alone_as(
        "",
        "<r:SPSCertificate/>",
        &format!("<r:SPSCertificate xmlns:r='{CERTIFICATE}'/>"),
    );
    // What its own tag declares, it has.
    stands_alone_as(
        "urn:d",
        "<SPSCertificate xmlns='urn:own'><a/></SPSCertificate>",
        "<SPSCertificate xmlns='urn:own'><a/></SPSCertificate>",
    );
    stands_alone_as(
        "urn:d",
        "<r:SPSCertificate xmlns:r='urn:own'/>",
        "<r:SPSCertificate xmlns:r='urn:own'/>",
    );
    // A declaration deeper inside does not serve what stands above it.
    stands_alone_as(
        "",
        "<r:SPSCertificate><r:x xmlns:r='urn:own'/></r:SPSCertificate>",
        &format!(
            "<r:SPSCertificate xmlns:r='{CERTIFICATE}'><r:x xmlns:r='urn:own'/></r:SPSCertificate>"
        ),
    );
}

#[test]
fn the_default_namespace_is_brought_inside_where_a_name_needs_it() {
    stands_alone_as("urn:d", "<SPSCertificate/>", "<SPSCertificate xmlns=\"urn:d\"/>");
    stands_alone_as(
        "",
        "<SPSCertificate><a/></SPSCertificate>",
        "<SPSCertificate><a/></SPSCertificate>",
    );
    let own = "<q:SPSCertificate xmlns:q='urn:q'><q:a/></q:SPSCertificate>";
    stands_alone_as("urn:d", own, own);
    stands_alone_as(
        "urn:d",
        "<q:SPSCertificate xmlns:q='urn:q'><q:a><b/></q:a></q:SPSCertificate>",
        "<q:SPSCertificate xmlns=\"urn:d\" xmlns:q='urn:q'><q:a><b/></q:a></q:SPSCertificate>",
    );
}

#[test]
fn the_innermost_declaration_outside_counts() {
    let body = "<e:DeliverPhytoEnvelope xmlns:r='urn:1' xmlns='urn:2'>\
        <e:ePhytoEnvelope xmlns:r=\"urn:3&amp;\" xmlns=''><r:SPSCertificate><a/></r:SPSCertificate>\
        <e:From xmlns:r='urn:4'>NO</e:From></e:ePhytoEnvelope></e:DeliverPhytoEnvelope>";
    let envelope = typed(&message("urn:0", body));
    assert_eq!(envelope.header.from, "NO");
    let document = envelope.document.expect("a document");
    assert_eq!(
        String::from_utf8_lossy(&document.to_document()),
        "<r:SPSCertificate xmlns:r=\"urn:3&amp;\"><a/></r:SPSCertificate>"
    );
}

#[test]
fn a_document_in_utf_16_stands_alone_in_utf_8() {
    let body = message(
        "",
        "<e:DeliverCountryResponseEnvelope><e:CountryResponseEnvelope><h:From>NO</h:From>\
         <e:SPSAcknowledgement>\u{e9}</e:SPSAcknowledgement></e:CountryResponseEnvelope>\
         </e:DeliverCountryResponseEnvelope>",
    );
    let bytes: Vec<u8> =
        std::iter::once(0xFEFF).chain(body.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    let request = soap::read_request(bytes.into(), Some("utf-16"), &Limits::default());
    let Ok(Request::DeliverCountryResponseEnvelope(envelope)) = request else {
        panic!("not read: {request:?}");
    };
    let document = envelope.document.expect("a document").to_document();
    assert_eq!(
        String::from_utf8(document).as_deref(),
        Ok("<e:SPSAcknowledgement xmlns:e=\"http://ephyto.ippc.int/\">\u{e9}\
             </e:SPSAcknowledgement>")
    );
}

#[test]
fn typed_envelopes_of_the_client_are_read_whole() {
    let sent = EnvelopeHeader { from: "NO".into(), to: "NL".into(), ..EnvelopeHeader::default() };
    let certificate =
        format!("<SPSCertificate xmlns=\"{CERTIFICATE}\">\u{e9}&amp;</SPSCertificate>");
    let declared = format!("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>{certificate}");
    let body = client::deliver_phyto_envelope(&sent, &declared);
    let envelope = typed(&String::from_utf8(body).expect("text"));
    assert_eq!(envelope.header.from, "NO");
    assert_eq!(envelope.header.to, "NL");
    let document = envelope.document.expect("a document");
    assert_eq!(document.to_document(), certificate.as_bytes());
}

#[test]
fn a_certificate_to_validate_keeps_its_form() {
    let read = |inside: &str| {
        let body = format!("<e:ValidatePhytoXML>{inside}</e:ValidatePhytoXML>");
        match read(&message("", &body)) {
            Request::ValidatePhytoXml { e_phyto_xml } => {
                (e_phyto_xml.raw.to_vec(), e_phyto_xml.form)
            }
            other => panic!("another operation was read: {other:?}"),
        }
    };
    let escaped = (b"&lt;a>".to_vec(), ContentForm::Escaped);
    assert_eq!(read("<e:ePhytoXML>&lt;a></e:ePhytoXML>"), escaped);
    assert_eq!(read("<x/><ePhytoXML>&lt;a></ePhytoXML>"), escaped);
    let sections = (b"<![CDATA[<a>]]>".to_vec(), ContentForm::Mixed);
    assert_eq!(read("<e:ePhytoXML><![CDATA[<a>]]></e:ePhytoXML>"), sections);
    assert_eq!(read("<e:ePhytoXML/>"), (Vec::new(), ContentForm::Plain));
}

#[test]
fn all_operations_are_read_as_themselves() {
    let header = EnvelopeHeader::default();
    for body in [
        client::validate_phyto_xml("<a>"),
        client::validate_and_deliver_envelope(&header, "<a>"),
        client::deliver_phyto_envelope(&header, "<SPSCertificate/>"),
        client::deliver_country_response_envelope(&header, "<SPSAcknowledgement/>"),
    ] {
        let operation = soap::operation_of(&body).expect("an operation");
        let request = read(&String::from_utf8(body).expect("text"));
        assert_eq!(request.operation(), operation);
    }
    for list in CodeListOperation::ALL {
        let body = String::from_utf8(client::code_list(list)).expect("text");
        match read(&body) {
            Request::CodeList(read) => assert_eq!(read, list),
            other => panic!("another operation was read: {other:?}"),
        }
        assert_eq!(CodeListOperation::of(list.operation()), Some(list));
    }
    let lists = Operation::ALL.into_iter().filter(|o| CodeListOperation::of(*o).is_some());
    assert_eq!(lists.count(), CodeListOperation::ALL.len());
}

#[test]
fn what_lacks_stands_twice_or_is_too_long_is_refused() {
    let refused = |inside: &str| try_read(&message("", inside)).expect_err("refused");
    let wrap = |inside: &str| {
        format!(
            "<e:DeliverPhytoEnvelope><e:ePhytoEnvelope>{inside}</e:ePhytoEnvelope>\
             </e:DeliverPhytoEnvelope>"
        )
    };
    for (body, what) in [
        ("<e:ValidatePhytoXML/>".to_owned(), "ePhytoXML"),
        ("<e:DeliverPhytoEnvelope/>".to_owned(), "ePhytoEnvelope"),
        ("<e:DeliverCountryResponseEnvelope/>".to_owned(), "CountryResponseEnvelope"),
        ("<e:ValidateAndDeliverEnvelope/>".to_owned(), "envelope"),
    ] {
        let error = refused(&body);
        assert!(matches!(&error, ReadError::PeerSentNo { name, .. } if *name == what), "{error}");
    }
    for (body, what) in [
        (wrap("<SPSCertificate/><r:SPSCertificate/>"), "SPSCertificate"),
        (wrap("<h:To/><e:To/>"), "To"),
        (
            "<e:ValidatePhytoXML><e:ePhytoXML/><ePhytoXML/></e:ValidatePhytoXML>".to_owned(),
            "ePhytoXML",
        ),
        (
            "<e:DeliverPhytoEnvelope><ePhytoEnvelope/><e:ePhytoEnvelope/></e:DeliverPhytoEnvelope>"
                .to_owned(),
            "ePhytoEnvelope",
        ),
    ] {
        let error = refused(&body);
        assert!(
            matches!(&error, ReadError::PeerSentTwice { name, .. } if *name == what),
            "{error}"
        );
    }
    let markup =
        refused("<e:ValidatePhytoXML><e:ePhytoXML><a/></e:ePhytoXML></e:ValidatePhytoXML>");
    assert!(matches!(markup, ReadError::PeerSentMarkup { name: "ePhytoXML", .. }), "{markup}");
    let mut limits = Limits::default();
    limits.content_bytes = "<SPSCertificate/>".len();
    let read = |inside: &str| {
        soap::read_request(message("", &wrap(inside)).into(), None, &limits).map(drop)
    };
    assert_eq!(read("<SPSCertificate/>"), Ok(()));
    let long = read("<SPSCertificate />").expect_err("too long");
    assert!(
        matches!(long, ReadError::PeerSentOverLimit { setting: "content_bytes", .. }),
        "{long}"
    );
}

#[test]
fn what_a_document_holds_is_never_shown() {
    let document = document("", "<SPSCertificate>secret</SPSCertificate>");
    assert!(!format!("{document:?}").contains("secret"));
}
