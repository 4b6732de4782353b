//! Requests in the shapes that real clients send.

use bytes::Bytes;
use phytohub_domain::{ContentForm, Limits};
use phytohub_wire::soap::{self, Envelope, IntField, Operation, Request};

fn read(body: &str) -> Request {
    let body = Bytes::copy_from_slice(body.as_bytes());
    match soap::read_request(body, Some("utf-8"), &Limits::default()) {
        Ok(request) => request,
        Err(error) => panic!("refused: {error}"),
    }
}

fn delivered(body: &str) -> Envelope {
    match read(body) {
        Request::DeliverEnvelope(envelope) => envelope,
        other => panic!("another operation was read: {other:?}"),
    }
}

fn check(envelope: &Envelope, content: &str) {
    let mut decoded = Vec::new();
    envelope.content.decode(&mut |piece| decoded.extend_from_slice(piece));
    assert_eq!(String::from_utf8_lossy(&decoded), content);
    let header = &envelope.header;
    assert_eq!(header.from, "NO");
    assert_eq!(header.to, "NL");
    assert_eq!(header.certificate_type.value(), Some(851));
    assert_eq!(header.certificate_status.value(), Some(70));
    assert_eq!(header.nppo_certificate_number, "X1");
    assert!(header.hub_delivery_number.is_empty() && header.forwardings.is_empty());
}

#[test]
fn a_request_with_defaults_and_prefixes_mixed_is_read() {
    let envelope = delivered(
        "<?xml version='1.0' encoding='UTF-8'?><S:Envelope \
         xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body>\
         <ns2:DeliverEnvelope xmlns=\"http://ephyto.ippc.int/HUB.Entities\" \
         xmlns:ns2=\"http://ephyto.ippc.int/\" xmlns:ns3=\"urn:x\"><ns2:env><From>NO</From>\
         <To>NL</To><CertificateType>851</CertificateType><CertificateStatus>70</CertificateStatus>\
         <NPPOCertificateNumber>X1</NPPOCertificateNumber><hubDeliveryNumber></hubDeliveryNumber>\
         <HUBTrackingInfo></HUBTrackingInfo><hubDeliveryErrorMessage></hubDeliveryErrorMessage>\
         <Content>&lt;a>&#13;\n</Content></ns2:env></ns2:DeliverEnvelope></S:Body></S:Envelope>",
    );
    check(&envelope, "<a>\r\n");
    assert_eq!(envelope.content.raw.as_ref(), b"&lt;a>&#13;\n");
}

#[test]
fn a_request_with_cdata_and_an_empty_header_is_read() {
    let envelope = delivered(
        "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:eph=\"http://ephyto.ippc.int/\" xmlns:hub=\"http://ephyto.ippc.int/HUB.Entities\">\n\
         \x20 <soapenv:Header/>\n  <soapenv:Body>\n    <eph:DeliverEnvelope>\n      <eph:env>\n\
         <hub:From>NO</hub:From>\n<hub:To>NL</hub:To>\n<hub:CertificateType>851</hub:CertificateType>\n\
         <hub:CertificateStatus>70</hub:CertificateStatus>\n\
         <hub:NPPOCertificateNumber>X1</hub:NPPOCertificateNumber>\n<hub:Forwardings/>\n\
         <hub:Content><![CDATA[<?xml version=\"1.0\"?><a>&amp;</a>]]></hub:Content>\n\
         </eph:env></eph:DeliverEnvelope></soapenv:Body></soapenv:Envelope>\n",
    );
    check(&envelope, "<?xml version=\"1.0\"?><a>&amp;</a>");
    assert_eq!(envelope.content.form, ContentForm::Mixed);
}

#[test]
fn a_request_that_declares_each_prefix_anew_and_types_its_elements_is_read() {
    let field = |name: &str, kind: &str, text: &str| {
        format!(
            "<ns1:{name} xsi:type=\"xsd:{kind}\" xmlns:ns1=\"http://ephyto.ippc.int/HUB.Entities\">\
             {text}</ns1:{name}>"
        )
    };
    let envelope = delivered(&format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>\
         <DeliverEnvelope xmlns=\"http://ephyto.ippc.int/\"><env>{}{}{}{}{}\
         <ns2:hubDeliveryNumber xsi:nil=\"true\" xmlns:ns2=\"http://ephyto.ippc.int/HUB.Entities\"/>{}\
         </env></DeliverEnvelope></soapenv:Body></soapenv:Envelope>",
        field("From", "string", "NO"),
        field("To", "string", "NL"),
        field("CertificateType", "int", "851"),
        field("CertificateStatus", "int", " 70 "),
        field("NPPOCertificateNumber", "string", "X1"),
        field("Content", "string", "plain")
    ));
    check(&envelope, "plain");
    assert_eq!(envelope.content.form, ContentForm::Plain);
}

#[test]
fn fields_without_a_namespace_in_any_order_are_read() {
    let envelope = delivered(
        "<E:Envelope xmlns:E=\"http://schemas.xmlsoap.org/soap/envelope/\"><E:Body>\
         <n:DeliverEnvelope xmlns:n=\"http://ephyto.ippc.int/\"><env><Content>c</Content>\
         <x:From xmlns:x=\"urn:other\">XX</x:From><NPPOCertificateNumber>X1</NPPOCertificateNumber>\
         <CertificateStatus>70</CertificateStatus><To>NL</To><From>NO</From>\
         <CertificateType>851</CertificateType></env></n:DeliverEnvelope></E:Body></E:Envelope>",
    );
    check(&envelope, "c");
}

#[test]
fn addressing_headers_are_passed_over_and_the_body_decides() {
    let request = |header: &str| {
        format!(
            "<soap-env:Envelope xmlns:soap-env=\"http://schemas.xmlsoap.org/soap/envelope/\">\
             <soap-env:Header xmlns:wsa=\"http://www.w3.org/2005/08/addressing\">{header}\
             </soap-env:Header><soap-env:Body><ns0:AdvancedAcknowledgeEnvelopeReceipt \
             xmlns:ns0=\"http://ephyto.ippc.int/\"><ns0:hubTrackingNumber>1</ns0:hubTrackingNumber>\
             <ns0:warningMessage>\u{f1}</ns0:warningMessage>\
             </ns0:AdvancedAcknowledgeEnvelopeReceipt></soap-env:Body></soap-env:Envelope>"
        )
    };
    for header in [
        "<wsa:Action>http://ephyto.ippc.int/IDeliveryService/GetProfile</wsa:Action><wsa:To>x</wsa:To>",
        "<wsa:Action soap-env:mustUnderstand=\"0\"/>",
        "<wsa:Action soap-env:mustUnderstand=\"false\"/>",
        "<wsa:Action mustUnderstand=\"1\"/>",
        "<wsa:Action soap-env:mustUnderstand=\"1\" soap-env:actor=\"urn:someone-else\"/>",
    ] {
        let Request::AdvancedAcknowledgeEnvelopeReceipt { hub_tracking_number, warning_message } =
            read(&request(header))
        else {
            panic!("another operation was read");
        };
        assert_eq!(hub_tracking_number, "1");
        assert_eq!(warning_message, "\u{f1}");
    }
}

#[test]
fn empty_and_absent_are_the_same() {
    let request = |inside: &str| {
        read(&format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
             <e:GetImportEnvelopeHeaders xmlns:e=\"http://ephyto.ippc.int/\">{inside}\
             </e:GetImportEnvelopeHeaders></s:Body></s:Envelope>"
        ))
    };
    for inside in [
        "",
        "<e:countryCode/>",
        "<e:countryCode></e:countryCode>",
        "<e:countryCode><![CDATA[]]></e:countryCode>",
        "<other><e:countryCode>NO</e:countryCode></other>",
        "<e:countryCode xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:nil=\"true\"/>",
    ] {
        let Request::GetImportEnvelopeHeaders { country_code } = request(inside) else {
            panic!("another operation was read");
        };
        assert!(country_code.is_none(), "{inside}");
    }
    let Request::GetImportEnvelopeHeaders { country_code } =
        request("<countryCode>N&#79;</countryCode>")
    else {
        panic!("another operation was read");
    };
    assert_eq!(country_code.expect("a code"), "NO");
}

#[test]
fn numbers_that_are_none_are_told_from_missing_ones() {
    let kind = |inside: &str| {
        delivered(&format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
             <DeliverEnvelope xmlns=\"http://ephyto.ippc.int/\"><env>{inside}</env>\
             </DeliverEnvelope></s:Body></s:Envelope>"
        ))
        .header
        .certificate_type
    };
    let element = |text: &str| format!("<CertificateType xmlns=\"\">{text}</CertificateType>");
    assert!(matches!(kind(""), IntField::Missing));
    assert!(matches!(kind(&element(" \n")), IntField::Missing));
    assert!(matches!(kind(&element("\t+0851 ")), IntField::Value(851)));
    assert!(matches!(kind(&element("-2147483648")), IntField::Value(i32::MIN)));
    for text in ["2147483648", "85 1", "1.0", "0x1", "\u{661}"] {
        assert!(matches!(kind(&element(text)), IntField::Invalid(read) if read == text), "{text}");
    }
}

#[test]
fn every_operation_is_known_by_its_element() {
    for operation in Operation::ALL {
        let request = read(&format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
             <e:{operation} xmlns:e=\"http://ephyto.ippc.int/\"><e:hubTrackingNumber/><e:env/>\
             <e:header/><e:ePhytoXML/><e:envelope/><e:ePhytoEnvelope/><e:CountryResponseEnvelope/>\
             </e:{operation}></s:Body></s:Envelope>"
        ));
        assert_eq!(request.operation(), operation);
    }
}
