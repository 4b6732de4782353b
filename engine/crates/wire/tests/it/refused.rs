//! What is refused, and that each refusal names the thing and the place.

use bytes::Bytes;
use phytohub_domain::{ErrorKind, Limits, XML_BINDINGS_MAX};
use phytohub_wire::soap::{self, FaultCode, ReadError};

const HEAD: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
     xmlns:e=\"http://ephyto.ippc.int/\" xmlns:h=\"http://ephyto.ippc.int/HUB.Entities\">";

fn refused(body: &[u8], limits: &Limits) -> ReadError {
    let shown = String::from_utf8_lossy(body).into_owned();
    let error = soap::read_request(Bytes::copy_from_slice(body), None, limits)
        .err()
        .unwrap_or_else(|| panic!("accepted: {shown}"));
    assert_eq!(error.kind(), ErrorKind::Invalid);
    error
}

/// The error for a body; `|` in it is taken out, and is the place that the error must name as `@`.
fn check_with(body: &str, expected: &str, limits: &Limits) -> ReadError {
    let at = body.find('|').unwrap_or_else(|| panic!("no place is marked in {body}"));
    let lines = body[..at].matches('\n').count() + 1;
    let line = body[..at].rsplit('\n').next().unwrap_or_default();
    let place = format!("byte {at} (line {lines}, column {})", line.chars().count() + 1);
    let body = body.replacen('|', "", 1);
    let error = refused(body.as_bytes(), limits);
    assert_eq!(error.to_string(), expected.replace('@', &place), "{body}");
    error
}

fn check(body: &str, expected: &str) -> ReadError {
    check_with(body, expected, &Limits::default())
}

fn check_xml(body: &str, rule: &str) {
    check(body, &format!("the request is not well-formed XML at @: {rule}"));
}

fn in_body(inside: &str) -> String {
    format!("{HEAD}<s:Body>{inside}</s:Body></s:Envelope>")
}

fn in_env(inside: &str) -> String {
    in_body(&format!("<e:DeliverEnvelope><e:env>{inside}</e:env></e:DeliverEnvelope>"))
}

fn in_content(inside: &str) -> String {
    in_env(&format!("\n<h:Content>{inside}</h:Content>"))
}

#[test]
fn bad_content_is_refused_with_its_place() {
    let entity = "an entity that is not declared: only &lt; &gt; &amp; &quot; &apos; exist; write & as &amp;";
    check_xml(&in_content("\u{e9}\n\u{e9}|&nbsp;"), entity);
    check_xml(&in_content("a |& b"), entity);
    check_xml(&in_content("<![CDATA[&]]>|&b"), entity);
    let reference = "a character reference that is malformed or names no XML 1.0 character";
    check_xml(&in_content("x|&#0;"), reference);
    check_xml(&in_content("x|&#xFFFF;"), reference);
    check_xml(&in_content("x|&#55296;"), reference);
    check_xml(&in_content("x|&#xZ;"), reference);
    let end = "']]>' in text outside a CDATA section: write ]]&gt;";
    check_xml(&in_content("|]]>"), end);
    check_xml(&in_content("&lt;]|]]>&gt;"), end);
    check_xml(&in_content("<![CDATA[a]]>|]]>"), end);
    for (text, code) in
        [("\0", "0000"), ("\u{8}", "0008"), ("\u{1f}", "001F"), ("\u{ffff}", "FFFF")]
    {
        let rule = format!("a character that XML 1.0 cannot carry, even escaped code=U+{code}");
        check_xml(&in_content(&format!("a|{text}b")), &rule);
        check_xml(&in_content(&format!("<![CDATA[a|{text}b]]>")), &rule);
    }
    let markup = "Content holds an element, comment or processing instruction at @: it is a text, \
                  write < as &lt;";
    for inside in ["|<a/>", "x|<!--c-->", "|<?p?>", "&lt;|<a>", "|<!DOCTYPE a>", "|<!x"] {
        check(&in_content(inside), markup);
    }
    check_xml(&format!("{}|", in_content("<![CDATA[x").replace("]]>", "")), ENDS);
}

#[test]
fn bytes_that_are_not_utf_8_are_refused_with_their_place() {
    for bad in [&b"\xff"[..], b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"] {
        let whole = in_content("\u{e9}|");
        let (before, after) = whole.split_once('|').expect("it was put there");
        let error =
            refused(&[before.as_bytes(), bad, after.as_bytes()].concat(), &Limits::default());
        let ReadError::PeerSentBadXml { place, .. } = &error else { panic!("{error}") };
        assert_eq!(
            (place.offset(), place.line(), place.column()),
            (before.len(), 2, 13),
            "{error}"
        );
        assert!(error.to_string().ends_with("bytes that are not UTF-8"), "{error}");
    }
}

#[test]
fn bad_structure_is_refused_with_its_place() {
    let doctype = "DOCTYPE is refused: a SOAP message has no document type declaration";
    check_xml("|<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", doctype);
    check_xml("<a>|<!DOCTYPE a></a>".replace("<a>", HEAD).as_str(), doctype);
    let unbound = "a prefix that no xmlns attribute declares";
    check_xml(&in_env("<|x:From>NO</x:From>"), unbound);
    check_xml(&in_env("<h:Unknown |x:a='1'/>"), unbound);
    check_xml(&in_env("<h:Unknown xmlns:x='u'/><|x:a/>"), unbound);
    check_xml("<|xmlns:a/>", unbound);
    let roots = "a second root element";
    check_xml(&format!("{}<|a/>", in_env("")), roots);
    check_xml(&format!("{}\n|a", in_env("")), "text outside the root element");
    check_xml(" |a", "text outside the root element");
    check_xml("|&#32;<a/>", "text outside the root element");
    check_xml("<!-- a -->\n|", "there is no XML element");
    check_xml("|<![CDATA[a]]>", "a CDATA section outside the root element");
    let twice = "the same attribute stands twice in one element";
    check_xml(&in_env("<h:From a='1' |a='1'/>"), twice);
    check_xml(&in_env("<h:From xmlns:x='&#117;' x:a='1' |y:a='2' xmlns:y='u'/>"), twice);
    check_xml("<a xmlns='u' |xmlns='u'/>", twice);
    check_xml(&in_env("<h:From a='|<'/>"), "'<' inside an attribute's value: write &lt;");
    let attribute = "an attribute is written name=\"value\", with a blank before it";
    for inside in [
        "<h:From a|/>",
        "<h:From a=|1/>",
        "<h:From a='1'|b='2'/>",
        "<h:From a |b/>",
        "<h:From|</h:From>",
    ] {
        check_xml(&in_env(inside), attribute);
    }
    let end = "an end tag that does not name the element that is open";
    check_xml(&in_env("<h:From>|</h:To>"), end);
    check_xml(&in_env("<h:From>|</h:From a='1'>"), end);
    check_xml(&in_env("<h:From>|</h:Fro>"), end);
    check_xml("|</a>", end);
    for inside in ["<h:|1a/>", "<h:|:a/>", "<h:a|:b/>", "<h:a |-b='1'/>", "<|:a/>"] {
        let rule = if inside == "<|:a/>" {
            "'<' that begins no tag: write &lt;"
        } else {
            "a name that XML does not allow"
        };
        check_xml(&in_env(inside), rule);
    }
    check_xml(&in_env("<| h:From/>"), "'<' that begins no tag: write &lt;");
    check_xml(&in_env("|<!ELEMENT a>"), "'<' that begins no tag: write &lt;");
    check_xml(&in_env("<!-- a |-- b -->"), "'--' inside a comment");
    check_xml(&in_env("<!-- a |--->"), "'--' inside a comment");
    for inside in ["|<??>", "|<?a:b?>", "|<? a?>", "|<?XML a?>"] {
        check_xml(&in_env(inside), "a processing instruction that is not well-formed");
    }
    for cut in [
        "<",
        "<a",
        "<a ",
        "<a b",
        "<a b=",
        "<a b='",
        "<a b='c'",
        "<a>",
        "<a>x",
        "<a></a",
        "<a><!--",
        "<a><?b c",
        "<a><![CDATA[x]]",
    ] {
        check_xml(&format!("{HEAD}{cut}|"), ENDS);
    }
}

#[test]
fn namespaces_that_are_reserved_are_refused() {
    let rule =
        "a namespace declaration that is not allowed: empty for a prefix, or about xml or xmlns";
    for declaration in [
        "xmlns:p='|'",
        "xmlns:xml='|u'",
        "xmlns:xmlns='|http://www.w3.org/2000/xmlns/'",
        "xmlns:p='|http://www.w3.org/2000/xmlns/'",
        "xmlns='|http://www.w3.org/2000/xmlns/'",
        "xmlns:p='|http://www.w3.org/XML/1998/namespace'",
        "xmlns='|http://www.w3.org/XML/1998/namespace'",
    ] {
        check_xml(&format!("<a {declaration}/>"), rule);
    }
}

#[test]
fn xml_declarations_are_held_to_their_grammar() {
    let rule = "an XML declaration is written <?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    for declaration in [
        "<?xml |?>",
        "<?xml| encoding='utf-8'?>",
        "<?xml version|?>",
        "<?xml version=|1.0?>",
        "<?xml version='|1.0?>",
        "<?xml version='1.0'|encoding='utf-8'?>",
        "<?xml version='1.0' encoding='|-x'?>",
        "<?xml version='1.0' standalone='|maybe'?>",
        "<?xml version='1.0' |standalone='yes' encoding='utf-8'?>",
        "<?xml version='1.0' |x='1'?>",
        "<?xml version='1.0'| >",
    ] {
        let declaration = declaration.replace("<?xml |?>", "<?xml| ?>");
        let error = refused(
            format!("{}{}", declaration.replace('|', ""), in_env("")).as_bytes(),
            &Limits::default(),
        );
        assert!(error.to_string().ends_with(rule), "{declaration} {error}");
    }
    check_xml("<?xml version='|1.1'?><a/>", "only XML version 1.0 is read");
    let first = "the XML declaration must be the very first thing: remove what stands before it";
    check_xml("\n|<?xml version='1.0'?><a/>", first);
    check_xml(&in_env("|<?xml version='1.0'?>"), first);
}

#[test]
fn soap_that_is_not_ours_is_refused() {
    let place = "not a SOAP 1.1 message at @: ";
    let root =
        "the root must be Envelope in the namespace http://schemas.xmlsoap.org/soap/envelope/";
    check("<a/>|", &format!("{place}{root}"));
    check("<Envelope>|</Envelope>", &format!("{place}{root}"));
    let soap12 = check(
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\">|</s:Envelope>",
        "a SOAP 1.2 envelope at @: the hub speaks SOAP 1.1, namespace \
         http://schemas.xmlsoap.org/soap/envelope/",
    );
    assert_eq!(soap12.fault_code(), FaultCode::VersionMismatch);
    check(&format!("{HEAD}</s:Envelope>|"), &format!("{place}the envelope holds no Body"));
    check(
        &format!("{HEAD}<s:Body></s:Body>|</s:Envelope>"),
        &format!("{place}the Body is empty: it must hold an operation"),
    );
    check(
        &in_body("<e:GetProfile/><e:GetProfile/>|"),
        &format!("{place}the Body holds more than one element"),
    );
    let parts = format!("{place}an envelope holds one Header at most, then one Body");
    let body = "<s:Body><e:GetProfile/></s:Body>";
    for inside in [
        format!("<s:Header/><s:Header/>|{body}"),
        format!("{body}<s:Header/>|"),
        format!("{body}<s:Body>|</s:Body>"),
    ] {
        check(&format!("{HEAD}{inside}</s:Envelope>"), &parts);
    }
    let unknown = "no operation of the hub at @: the body must hold one in the namespace \
                   http://ephyto.ippc.int/ element=";
    let error = check(&in_body("<e:Deliver/>|"), &format!("{unknown}Deliver"));
    assert_eq!(error.fault_code(), FaultCode::Client);
    check(&in_body("<DeliverEnvelope>|</DeliverEnvelope>"), &format!("{unknown}DeliverEnvelope"));
    check(&in_body("<h:GetProfile/>|"), &format!("{unknown}GetProfile"));
    let long = "x".repeat(1000);
    check(&in_body(&format!("<{long}/>|")), &format!("{unknown}{}", "x".repeat(64)));
}

#[test]
fn headers_that_must_be_understood_are_refused() {
    for attribute in [
        "s:mustUnderstand=\"1\"",
        "s:mustUnderstand=' true '",
        "s:mustUnderstand=\"&#49;\"",
        "a='1' s:mustUnderstand=\"1\" s:actor=\"http://schemas.xmlsoap.org/soap/actor/next\"",
        "s:actor=\"\" s:mustUnderstand=\"1\"",
    ] {
        let error = check(
            &format!(
                "{HEAD}<s:Header><w:First xmlns:w=\"urn:w\"/><w:Security xmlns:w=\"urn:w\" {attribute}>|\
                 </w:Security></s:Header><s:Body><e:GetProfile/></s:Body></s:Envelope>"
            ),
            "the hub does not understand a header block marked mustUnderstand at @ block=Security",
        );
        assert_eq!(error.fault_code(), FaultCode::MustUnderstand, "{attribute}");
    }
}

#[test]
fn what_is_missing_or_there_twice_is_named() {
    check(
        &in_body("<e:DeliverEnvelope/>|"),
        "an element is missing before @: DeliverEnvelope needs env",
    );
    check(
        &in_body("<e:SetTrackingInfoUpdate><h:header/></e:SetTrackingInfoUpdate>|"),
        "an element is missing before @: SetTrackingInfoUpdate needs header",
    );
    for operation in [
        "GetEnvelopeTrackingInfo",
        "PULLSingleImportEnvelope",
        "AcknowledgeEnvelopeReceipt",
        "AdvancedAcknowledgeEnvelopeReceipt",
        "AcknowledgeFailedEnvelopeReceipt",
    ] {
        check(
            &in_body(&format!("<e:{operation}><e:message>x</e:message></e:{operation}>|")),
            &format!("an element is missing before @: {operation} needs hubTrackingNumber"),
        );
    }
    let twice = |inside: &str, name: &str| {
        check(&in_env(inside), &format!("an element stands twice at @: element={name}"));
    };
    twice("<h:From>NO</h:From><h:From>|NL</h:From>", "From");
    twice("<h:Content/><Content>|</Content>", "Content");
    twice("<h:Forwardings/><h:Forwardings/>|", "Forwardings");
    check(
        &in_body("<e:DeliverEnvelope><e:env/><env>|</env></e:DeliverEnvelope>"),
        "an element stands twice at @: element=env",
    );
    check(
        &in_body(
            "<e:GetEnvelopeTrackingInfo><e:hubTrackingNumber/><e:hubTrackingNumber/>|\
             </e:GetEnvelopeTrackingInfo>",
        ),
        "an element stands twice at @: element=hubTrackingNumber",
    );
    check(
        &in_env("<h:To>|<b/></h:To>"),
        "To holds an element, comment or processing instruction at @: it is a text, write < as &lt;",
    );
}

#[test]
fn limits_are_named_with_the_place() {
    let mut limits = Limits::default();
    limits.content_bytes = 4;
    limits.header_field_bytes = 3;
    limits.message_bytes = 5;
    limits.forwardings = 1;
    limits.xml_depth = 6;
    limits.xml_attributes = 4;
    let check = |body: &str, what: &str, limit: &str| {
        check_with(body, &format!("{what} over the limit at @: {limit}"), &limits);
    };
    check(&in_content("|12345"), "Content", "content_bytes=4");
    check(&in_content("|&lt;1"), "Content", "content_bytes=4");
    check(&in_env("<h:From>|1234</h:From>"), "From", "header_field_bytes=3");
    check(
        &in_env("<h:CertificateType>|0851</h:CertificateType>"),
        "CertificateType",
        "header_field_bytes=3",
    );
    let code = |inside: &str| in_env(&format!("<h:Forwardings>{inside}</h:Forwardings>"));
    check(&code("<h:a><|h:b/></h:a>"), "depth of nested elements", "xml_depth=6");
    check(
        &in_env("<h:From a='' b='' c='' d='' |e=''/>"),
        "attributes of one element",
        "xml_attributes=4",
    );
    let acknowledge = in_body(
        "<e:AcknowledgeFailedEnvelopeReceipt><e:hubTrackingNumber>1</e:hubTrackingNumber>\
         <e:message>|123456</e:message></e:AcknowledgeFailedEnvelopeReceipt>",
    );
    check(&acknowledge, "message", "message_bytes=5");
    limits.xml_depth = 64;
    let row = "<h:EnvelopeForwarding><h:Code>A</h:Code></h:EnvelopeForwarding>";
    let rows =
        format!("{row}<h:EnvelopeForwarding>|{}", row.trim_start_matches("<h:EnvelopeForwarding>"));
    check_with(
        &in_env(&format!("<h:Forwardings>{rows}</h:Forwardings>")),
        "channels in Forwardings over the limit at @: forwardings=1",
        &limits,
    );
    limits.request_bytes = 3;
    assert_eq!(refused(b"<a/>", &limits).to_string(), "the request is too large bytes=4 limit=3");
    assert_eq!(
        refused(b"", &limits).to_string(),
        "the request has no body: POST a SOAP 1.1 envelope"
    );
}

#[test]
fn bindings_in_scope_are_limited() {
    let mut body = HEAD.to_owned();
    for element in 0..=XML_BINDINGS_MAX / 200 {
        let declarations: String =
            (0..200).map(|n| format!(" xmlns:p{element}_{n}='u{n}'")).collect();
        body.push_str(&format!("<a{declarations}>"));
    }
    let error = refused(body.as_bytes(), &Limits::default()).to_string();
    assert!(error.starts_with("namespace declarations in scope over the limit at byte"), "{error}");
}

const ENDS: &str = "the message ends before its root element does";
