//! The WSDL's own schema, by libxml2's validator, as a judge of all that this crate writes.

use std::fs;
use std::path::Path;
use std::process::Command;

use phytohub_domain::{EnvelopeForwarding, EnvelopeHeader, TrackingInfo};
use phytohub_schemas::DELIVERY_SERVICE_WSDL;
use phytohub_wire::soap::client;
use phytohub_wire::soap::{
    self, AllowedDocumentRow, Channel, ChannelRule, ChannelRuleType, CodeListOperation, Direction,
    FaultCode, Nppo, Reply, Signature, ValidationArea, ValidationLevel, ValidationResult,
};

/// SOAP 1.1 as far as the hub speaks it, with every element of the body held against its schema.
const SOAP: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
  xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"
  targetNamespace="http://schemas.xmlsoap.org/soap/envelope/" elementFormDefault="qualified">
  <xs:import namespace="http://ephyto.ippc.int/" schemaLocation="0.xsd"/>
  <xs:element name="Envelope"><xs:complexType><xs:sequence><xs:element name="Body">
    <xs:complexType><xs:sequence><xs:any processContents="strict"/></xs:sequence></xs:complexType>
  </xs:element></xs:sequence></xs:complexType></xs:element>
  <xs:element name="Fault"><xs:complexType><xs:sequence>
    <xs:element name="faultcode" type="xs:QName" form="unqualified"/>
    <xs:element name="faultstring" type="xs:string" form="unqualified"/>
    <xs:element name="detail" form="unqualified"><xs:complexType><xs:sequence>
      <xs:any processContents="strict"/></xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"#;

/// Writes the schemas of the WSDL to files that refer to one another, that of the operations as
/// `0.xsd`, and [`SOAP`] above them.
fn write_schemas(folder: &Path) {
    let parts: Vec<&str> = DELIVERY_SERVICE_WSDL
        .split("<xs:schema ")
        .skip(1)
        .filter_map(|part| part.split_once("</xs:schema>").map(|(schema, _)| schema))
        .collect();
    let target = |part: &str| {
        let rest = part.split_once("targetNamespace=\"").expect("a target").1;
        rest.split_once('"').expect("its end").0.to_owned()
    };
    let targets: Vec<String> = parts.iter().map(|part| target(part)).collect();
    assert_eq!(targets.first().map(String::as_str), Some("http://ephyto.ippc.int/"));
    for (index, part) in parts.iter().enumerate() {
        let mut schema =
            format!("<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" {part}</xs:schema>");
        for (index, target) in targets.iter().enumerate() {
            let import = format!("<xs:import namespace=\"{target}\"");
            let located = format!("{import} schemaLocation=\"{index}.xsd\"");
            schema = schema.replace(&import, &located);
        }
        fs::write(folder.join(format!("{index}.xsd")), schema).expect("a schema is written");
    }
    fs::write(folder.join("soap.xsd"), SOAP).expect("a schema is written");
}

/// What xmllint says of each message: nothing where it is valid. Nothing at all if this machine
/// has no xmllint, which is a failure in CI.
#[expect(clippy::print_stderr, reason = "a skipped comparison must be seen")]
fn judge(messages: &[(String, Vec<u8>)]) -> Option<Vec<(String, String)>> {
    let folder = tempfile::tempdir().expect("a folder");
    write_schemas(folder.path());
    let mut command = Command::new("xmllint");
    command.current_dir(folder.path()).args(["--noout", "--nonet", "--schema", "soap.xsd"]);
    for (index, (_, message)) in messages.iter().enumerate() {
        let name = format!("{index}.xml");
        fs::write(folder.path().join(&name), message).expect("a message is written");
        command.arg(name);
    }
    let Ok(output) = command.output() else {
        assert!(std::env::var_os("CI").is_none(), "xmllint is missing");
        eprintln!("skipped: xmllint is not installed");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let complaints = |index: usize| {
        let own = said.lines().filter(|line| {
            line.starts_with(&format!("{index}.xml:")) || line.starts_with("soap.xsd:")
        });
        own.collect::<Vec<_>>().join("\n")
    };
    let verdicts = messages.iter().enumerate().map(|(index, (name, _))| {
        let valid = said.lines().any(|line| line == format!("{index}.xml validates"));
        let why = if valid { String::new() } else { format!("not valid\n{}", complaints(index)) };
        (name.clone(), why)
    });
    Some(verdicts.collect())
}

fn expect_valid(messages: &[(String, Vec<u8>)]) {
    for (name, why) in judge(messages).unwrap_or_default() {
        assert_eq!(why, "", "{name}");
    }
}

fn header() -> EnvelopeHeader {
    EnvelopeHeader {
        from: "NO".into(),
        to: "NLV".into(),
        certificate_type: 851,
        certificate_status: 70,
        nppo_certificate_number: "A&B <1>\u{e9}".into(),
        hub_delivery_number: Some("01ARZ3NDEKTSV4RRFFQ69G5FAV".into()),
        tracking_info: Some(TrackingInfo::PendingDelivery),
        error_message: Some("why".into()),
        forwardings: vec![
            EnvelopeForwarding { code: "ASW".into(), hub_delivery_number: Some("2".into()) },
            EnvelopeForwarding { code: "B".into(), hub_delivery_number: None },
        ],
    }
}

fn nppo() -> Nppo {
    Nppo {
        country: "NO".into(),
        receive: true,
        send: false,
        allowed_documents: vec![AllowedDocumentRow {
            certificate_type: 851,
            type_value: "Phytosanitary certificate".into(),
            certificate_status: 70,
            status_value: "Issued".into(),
            active: true,
        }],
        signature: Some(Signature { dn: "CN=a".into(), certificate: "MII=".into() }),
        channel_rules: vec![ChannelRule {
            id: 1,
            active: true,
            rule_type: ChannelRuleType::Forward,
            certificate_type: 851,
            certificate_status: 70,
            country_code: "NL".into(),
            direction: Direction::Inc,
        }],
    }
}

fn replies() -> Vec<(&'static str, Reply)> {
    let (header, bare) = (header(), EnvelopeHeader::default());
    let headers = [header.clone(), bare.clone()];
    let result = |area, level| ValidationResult {
        area,
        field: "SPSCertificate/SPSConsignment".into(),
        level,
        msg: "a & b".into(),
    };
    let results: Vec<_> = ValidationArea::ALL
        .into_iter()
        .flat_map(|area| ValidationLevel::ALL.map(|level| result(area, level)))
        .collect();
    let channel = Channel { code: "ASW".into(), name: "a".into(), receive: true, send: false };
    let empty = Nppo { country: "X".into(), ..Nppo::default() };
    vec![
        ("deliver", soap::deliver_envelope(&header)),
        ("deliver a bare header", soap::deliver_envelope(&bare)),
        ("validate and deliver", soap::validate_and_deliver_envelope(&header)),
        ("deliver typed", soap::deliver_phyto_envelope(&header)),
        ("deliver response", soap::deliver_country_response_envelope(&header)),
        ("validate", soap::validate_phyto_xml(&results)),
        ("validate, nothing found", soap::validate_phyto_xml(&[])),
        ("track", soap::get_envelope_tracking_info(&header)),
        ("under delivery", soap::get_under_delivery_envelope(&headers)),
        ("nothing under delivery", soap::get_under_delivery_envelope(&[])),
        ("headers", soap::get_import_envelope_headers(&headers)),
        ("no headers", soap::get_import_envelope_headers(&[])),
        ("pull", soap::pull_import_envelope(&headers)),
        ("pull nothing", soap::pull_import_envelope(&[])),
        ("pull one", soap::pull_single_import_envelope(&header)),
        ("acknowledge", soap::acknowledge_envelope_receipt()),
        ("acknowledge, warning", soap::advanced_acknowledge_envelope_receipt("a")),
        ("acknowledge, failed", soap::acknowledge_failed_envelope_receipt("b")),
        ("update", soap::set_tracking_info_update()),
        ("nppos", soap::get_active_nppos(&[nppo(), empty])),
        ("no nppos", soap::get_active_nppos(&[])),
        ("profile", soap::get_profile(&nppo())),
        ("channels", soap::get_available_channels(&[channel])),
        ("no channels", soap::get_available_channels(&[])),
        ("fault", soap::fault(FaultCode::Server, "why")),
    ]
}

#[test]
fn every_reply_is_valid_by_the_schema_of_the_wsdl() {
    let content: &[u8] = b"&lt;a/&gt;<![CDATA[<b/>]]>";
    let replies = replies().into_iter().map(|(name, reply)| (name.to_owned(), reply));
    let lists = CodeListOperation::ALL.into_iter().map(|list| {
        let rows = phytohub_schemas::code_list(list.list()).rows();
        (list.operation().to_string(), soap::code_list(list, rows).expect("the list's own rows"))
    });
    let whole = |(name, reply): (String, Reply)| (name, reply.splice(&[content, content]));
    expect_valid(&replies.chain(lists).map(whole).collect::<Vec<_>>());
}

#[test]
fn every_request_of_the_client_is_valid_by_the_schema_of_the_wsdl() {
    let header = header();
    let certificate = "<?xml version=\"1.0\"?>\n<rsm:SPSCertificate \
        xmlns:rsm=\"urn:un:unece:uncefact:data:standard:SPSCertificate:17\"/>";
    let answer = "<a:SPSAcknowledgement \
        xmlns:a=\"urn:un:unece:uncefact:data:standard:SPSAcknowledgement:17\"/>";
    let requests = [
        client::deliver_envelope(&header, "<a>&"),
        client::deliver_envelope_cdata(&header, "<a>&"),
        client::validate_phyto_xml("<a>&"),
        client::validate_and_deliver_envelope(&header, "<a>&"),
        client::deliver_phyto_envelope(&header, certificate),
        client::deliver_country_response_envelope(&header, answer),
        client::get_envelope_tracking_info("1"),
        client::get_under_delivery_envelope(),
        client::get_import_envelope_headers(Some("NO")),
        client::get_import_envelope_headers(None),
        client::pull_import_envelope(),
        client::pull_single_import_envelope("1"),
        client::acknowledge_envelope_receipt("1"),
        client::advanced_acknowledge_envelope_receipt("1", "w"),
        client::acknowledge_failed_envelope_receipt("1", "m"),
        client::set_tracking_info_update(&header),
        client::get_active_nppos(),
        client::get_profile(),
        client::get_available_channels(),
    ];
    let lists = CodeListOperation::ALL.map(client::code_list);
    let named = requests.into_iter().chain(lists).map(|request| {
        let operation = soap::operation_of(&request).expect("an operation");
        (operation.to_string(), request)
    });
    expect_valid(&named.collect::<Vec<_>>());
}

#[test]
fn the_judge_sees_what_breaks_the_schema() {
    let results = [ValidationResult {
        area: ValidationArea::Schema,
        field: "f".into(),
        level: ValidationLevel::Info,
        msg: "m".into(),
    }];
    let reply = soap::validate_phyto_xml(&results).splice(&[]);
    let reply = String::from_utf8(reply).expect("text");
    let broken = [
        ("a field in a namespace", "<area>", "<ns2:area>", "</area>", "</ns2:area>"),
        ("an unknown area", ">Schema<", ">Other<", "", ""),
        ("a field in another place", "<msg>m</msg>", "", "<area>", "<msg>m</msg><area>"),
        ("a row of another name", "ns2:ValidationResult>", "ns2:Result>", "", ""),
        ("an unknown response", "ValidatePhytoXMLResponse>", "Response>", "", ""),
    ];
    let broken = broken.map(|(name, from, to, and_from, and_to)| {
        let once = reply.replace(from, to);
        let twice = if and_from.is_empty() { once } else { once.replace(and_from, and_to) };
        (name.to_owned(), twice.into_bytes())
    });
    for (name, why) in judge(&broken).unwrap_or_default() {
        assert!(why.contains("Schemas validity error"), "{name}: {why}");
    }
}
