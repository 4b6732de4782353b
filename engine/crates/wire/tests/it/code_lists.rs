//! Answers of the operations that validate and that read code lists.

use std::collections::BTreeSet;

use phytohub_schemas::code_list::{
    AdditionalDeclaration, MeanOfTransport, NamedRow, PackageType, Pesticide, Rows, Statement,
    TreatmentType, UnitMeasure, UnitType,
};
use phytohub_wire::soap::client::{self, ClientCodeList, ClientReply, ClientRow};
use phytohub_wire::soap::{
    self, CodeListOperation, Reply, ValidationArea, ValidationLevel, ValidationResult,
};
use quick_xml::NsReader;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

fn check(reply: &Reply, body: &str) {
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:ns2=\"http://ephyto.ippc.int/\" xmlns:ns3=\"http://ephyto.ippc.int/HUB.Entities\">\
         <soap:Body>{body}</soap:Body></soap:Envelope>"
    );
    assert_eq!(String::from_utf8_lossy(&reply.splice(&[])), expected);
}

const WHEN: &str = "2026-01-02T03:04:05Z";

fn s(text: &str) -> String {
    text.to_owned()
}

fn named(code: &str) -> Vec<NamedRow> {
    vec![NamedRow {
        code: s(code),
        name: s("a < b"),
        lang: s("fr"),
        unofficial: false,
        active: true,
        last_modified: None,
        last_modified_by: None,
    }]
}

type Expected = (Rows, &'static str);

fn lists() -> Vec<Expected> {
    [declarations_to_pesticides(), products_to_transports(), statements_to_packages()].concat()
}

fn declarations_to_pesticides() -> Vec<Expected> {
    let (when, who) = (Some(s(WHEN)), Some(s("me")));
    vec![
        (
            Rows::AdditionalDeclaration(vec![AdditionalDeclaration {
                code: s("A1"),
                additional_code: s(""),
                text: s("t"),
                optional_text: s("o"),
                lang: s("en"),
                unofficial: false,
                active: false,
                last_modified: when.clone(),
                last_modified_by: who.clone(),
            }]),
            "<ns2:GetAdditionalDeclarationsResponse><ns2:AdditionalDeclaration>\
             <active>false</active><additionalCode></additionalCode><code>A1</code><lang>en</lang>\
             <lastModified>2026-01-02T03:04:05Z</lastModified><lastModifiedBy>me</lastModifiedBy>\
             <optionalText>o</optionalText><text>t</text></ns2:AdditionalDeclaration>\
             </ns2:GetAdditionalDeclarationsResponse>",
        ),
        (
            Rows::TreatmentType(vec![TreatmentType {
                code: s("FG"),
                description: s("d"),
                lang: s("es"),
                level: 2,
                parent_code: Some(s("CHT")),
                unofficial: false,
                active: true,
                last_modified: when,
                last_modified_by: None,
            }]),
            "<ns2:GetTreatmentTypesResponse><ns2:TreatmentType><active>true</active>\
             <code>FG</code><description>d</description><lang>es</lang>\
             <lastModified>2026-01-02T03:04:05Z</lastModified><level>2</level>\
             <parentCode>CHT</parentCode></ns2:TreatmentType></ns2:GetTreatmentTypesResponse>",
        ),
        (
            Rows::IntendedUse(named("I")),
            "<ns2:GetIntendedUsesResponse><ns2:IntendedUse><active>true</active><code>I</code>\
             <lang>fr</lang><name>a &lt; b</name></ns2:IntendedUse></ns2:GetIntendedUsesResponse>",
        ),
        (
            Rows::Pesticide(vec![Pesticide {
                code: s("238"),
                description: s("d"),
                active: true,
                last_modified: None,
                last_modified_by: who,
            }]),
            "<ns2:GetPesticidesResponse><ns2:Pesticide><active>true</active><code>238</code>\
             <description>d</description><lastModifiedBy>me</lastModifiedBy></ns2:Pesticide>\
             </ns2:GetPesticidesResponse>",
        ),
    ]
}

fn products_to_transports() -> Vec<Expected> {
    vec![
        (
            Rows::ProductDescription(named("P")),
            "<ns2:GetProductDescriptionsResponse><ns2:ProductDescription><active>true</active>\
             <code>P</code><lang>fr</lang><name>a &lt; b</name></ns2:ProductDescription>\
             </ns2:GetProductDescriptionsResponse>",
        ),
        (
            Rows::UnitMeasure(vec![UnitMeasure {
                code: s("KGM"),
                name: s("kilogram"),
                symbol: s("kg"),
                r#type: UnitType::Weight,
                active: true,
                last_modified: Some(s(WHEN)),
                last_modified_by: None,
            }]),
            "<ns2:GetUnitMeasuresResponse><ns2:UnitMeasure><active>true</active><code>KGM</code>\
             <lastModified>2026-01-02T03:04:05Z</lastModified><name>kilogram</name>\
             <symbol>kg</symbol><type>WEIGHT</type></ns2:UnitMeasure>\
             </ns2:GetUnitMeasuresResponse>",
        ),
        (
            Rows::MeanOfTransport(vec![MeanOfTransport {
                code: s("3"),
                used_transport_mean: s("Road"),
                lang: s("en"),
                active: true,
                last_modified: None,
                last_modified_by: None,
            }]),
            "<ns2:GetMeanOfTransportsResponse><ns2:MeanOfTransport><active>true</active>\
             <lang>en</lang><modeCode>3</modeCode><usedTransportMean>Road</usedTransportMean>\
             </ns2:MeanOfTransport></ns2:GetMeanOfTransportsResponse>",
        ),
    ]
}

fn statements_to_packages() -> Vec<Expected> {
    vec![
        (
            Rows::Statement(vec![Statement {
                code: s("2"),
                doc_type_only: 851,
                text: s("t"),
                lang: s("en"),
                unofficial: false,
                active: true,
                last_modified: None,
                last_modified_by: None,
            }]),
            "<ns2:GetStatementsResponse><ns2:Statement><active>true</active><code>2</code>\
             <docTypeOnly>851</docTypeOnly><lang>en</lang><text>t</text></ns2:Statement>\
             </ns2:GetStatementsResponse>",
        ),
        (
            Rows::Condition(named("C")),
            "<ns2:GetConditionsResponse><ns2:Condition><active>true</active><code>C</code>\
             <lang>fr</lang><name>a &lt; b</name></ns2:Condition></ns2:GetConditionsResponse>",
        ),
        (
            Rows::PackageType(vec![PackageType {
                code: s("BG"),
                description: s("Bag"),
                lang: s("en"),
                active: true,
                last_modified: None,
                last_modified_by: None,
            }]),
            "<ns2:GetPackageTypesResponse><ns2:PackageType><active>true</active><code>BG</code>\
             <description>Bag</description><lang>en</lang></ns2:PackageType>\
             </ns2:GetPackageTypesResponse>",
        ),
    ]
}

fn reply(rows: &Rows) -> Reply {
    let operation = CodeListOperation::of_rows(rows).expect("an operation serves them");
    soap::code_list(operation, rows).expect("its own rows")
}

fn read(reply: &Reply) -> ClientReply {
    client::read_reply(&reply.splice(&[])).expect("a reply of ours")
}

fn read_list(reply: &Reply) -> ClientCodeList {
    match read(reply) {
        ClientReply::CodeList(list) => list,
        other => panic!("another reply was read: {other:?}"),
    }
}

#[test]
fn every_list_is_written_in_the_order_of_the_wsdl() {
    let lists = lists();
    for (rows, body) in &lists {
        check(&reply(rows), body);
    }
    let told = lists.iter().filter_map(|(rows, _)| CodeListOperation::of_rows(rows));
    assert_eq!(told.collect::<Vec<_>>(), CodeListOperation::ALL);
}

#[test]
fn a_list_without_rows_is_an_empty_response() {
    let empty = reply(&Rows::Condition(Vec::new()));
    check(&empty, "<ns2:GetConditionsResponse></ns2:GetConditionsResponse>");
    assert_eq!(read_list(&empty).to_rows(), Ok(Rows::Condition(Vec::new())));
}

#[test]
fn rows_of_another_list_are_not_written() {
    let rows = Rows::Condition(named("C"));
    for operation in CodeListOperation::ALL {
        let written = soap::code_list(operation, &rows).is_some();
        assert_eq!(written, operation == CodeListOperation::Conditions);
    }
    assert_eq!(CodeListOperation::of_rows(&Rows::Code(Vec::new())), None);
}

#[test]
fn lists_are_pulled_as_they_were_served() {
    for (rows, _) in lists() {
        assert_eq!(read_list(&reply(&rows)).to_rows(), Ok(rows));
    }
}

#[test]
fn embedded_lists_survive_being_served_and_pulled() {
    for operation in CodeListOperation::ALL {
        let list = phytohub_schemas::code_list(operation.list());
        let pulled = read_list(&soap::code_list(operation, list.rows()).expect("its own rows"));
        assert_eq!(pulled.operation, operation);
        let pulled = pulled.to_rows().expect("rows of ours");
        assert_eq!(pulled.len(), list.rows().len());
        for (pulled, ours) in pulled.iter().zip(list.rows().iter()) {
            assert_eq!(
                (pulled.code(), pulled.lang(), pulled.text(), pulled.active(), pulled.parent()),
                (ours.code(), ours.lang(), ours.text(), ours.active(), ours.parent()),
            );
        }
    }
}

#[test]
fn rows_have_the_namespace_of_the_hub_and_their_fields_have_none() {
    let (hub, soap) =
        (Some("http://ephyto.ippc.int/"), Some("http://schemas.xmlsoap.org/soap/envelope/"));
    let result = ValidationResult {
        area: ValidationArea::Mapping,
        field: s("f"),
        level: ValidationLevel::Warning,
        msg: s("m"),
    };
    let lists = lists();
    let replies = lists.iter().map(|(rows, _)| reply(rows));
    for reply in replies.chain([soap::validate_phyto_xml(&[result])]) {
        let bytes = reply.splice(&[]);
        let mut reader = NsReader::from_reader(bytes.as_slice());
        let (mut depth, mut fields) = (0_usize, BTreeSet::new());
        loop {
            let (space, event) = reader.read_resolved_event().expect("well-formed");
            let space = match space {
                ResolveResult::Bound(space) => Some(space.into_inner().to_owned()),
                ResolveResult::Unbound => None,
                ResolveResult::Unknown(prefix) => panic!("unbound prefix {prefix:?}"),
            };
            match event {
                Event::Start(start) => {
                    let expected = match depth {
                        0 | 1 => soap,
                        2 | 3 => hub,
                        _ => None,
                    };
                    assert_eq!(space.as_deref(), expected, "{start:?}");
                    assert_eq!(start.attributes().count(), if depth == 0 { 3 } else { 0 });
                    if depth == 4 {
                        fields.insert(start.local_name().into_inner().to_owned());
                    }
                    depth += 1;
                }
                Event::End(_) => depth -= 1,
                Event::Eof => break,
                _ => {}
            }
        }
        assert!(fields.len() >= 4, "{fields:?}");
    }
}

#[test]
fn findings_are_written_and_read_as_the_wsdl_has_them() {
    let results = [
        ValidationResult {
            area: ValidationArea::MandatoryElements,
            field: s("a/b"),
            level: ValidationLevel::Severe,
            msg: s("x < y"),
        },
        ValidationResult {
            area: ValidationArea::Schema,
            field: s(""),
            level: ValidationLevel::Info,
            msg: s("z"),
        },
    ];
    let reply = soap::validate_phyto_xml(&results);
    check(
        &reply,
        "<ns2:ValidatePhytoXMLResponse><ns2:ValidationResult><area>MandatoryElements</area>\
         <field>a/b</field><level>SEVERE</level><msg>x &lt; y</msg></ns2:ValidationResult>\
         <ns2:ValidationResult><area>Schema</area><field></field><level>INFO</level><msg>z</msg>\
         </ns2:ValidationResult></ns2:ValidatePhytoXMLResponse>",
    );
    assert_eq!(read(&reply), ClientReply::ValidationResults(results.to_vec()));
    let clean = soap::validate_phyto_xml(&[]);
    check(&clean, "<ns2:ValidatePhytoXMLResponse></ns2:ValidatePhytoXMLResponse>");
    assert_eq!(read(&clean), ClientReply::ValidationResults(Vec::new()));
}

#[test]
fn a_list_of_another_hub_is_told_as_it_is_and_tidied_into_rows() {
    let reply = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>\
        <x:GetStatementsResponse xmlns:x='http://ephyto.ippc.int/'><x:Statement>\
        <code> 2 </code><active>1</active><lang>EN</lang><docTypeOnly>0</docTypeOnly>\
        <lastModified/><text>\n one\n</text><other>o</other></x:Statement><x:Other/>\
        </x:GetStatementsResponse></s:Body></s:Envelope>";
    let Ok(ClientReply::CodeList(list)) = client::read_reply(reply.as_bytes()) else {
        panic!("not read as a list");
    };
    let row = list.rows.first().expect("a row");
    assert_eq!((list.rows.len(), row.get("lang"), row.get("other")), (1, Some("EN"), Some("o")));
    assert_eq!(
        list.to_rows(),
        Ok(Rows::Statement(vec![Statement {
            code: s("2"),
            doc_type_only: 0,
            text: s("one"),
            lang: s("en"),
            unofficial: false,
            active: true,
            last_modified: None,
            last_modified_by: None,
        }]))
    );
}

#[test]
fn rows_that_lack_what_they_need_are_refused() {
    let list = |operation, fields: &[(&str, &str)]| {
        let fields = fields.iter().map(|(name, text)| (s(name), s(text))).collect();
        ClientCodeList { operation, rows: vec![ClientRow { fields }] }.to_rows()
    };
    let active = ("active", "true");
    assert!(list(CodeListOperation::Pesticides, &[active, ("code", "1")]).is_ok());
    for (operation, fields) in [
        (CodeListOperation::Pesticides, vec![active]),
        (CodeListOperation::Pesticides, vec![active, ("code", "  ")]),
        (CodeListOperation::Pesticides, vec![("code", "1")]),
        (CodeListOperation::Pesticides, vec![("code", "1"), ("active", "yes")]),
        (CodeListOperation::Statements, vec![active, ("code", "1")]),
        (CodeListOperation::TreatmentTypes, vec![active, ("code", "1"), ("level", "x")]),
        (CodeListOperation::MeanOfTransports, vec![active]),
        (CodeListOperation::UnitMeasures, vec![active, ("code", "1"), ("type", "Weight")]),
    ] {
        let rows = list(operation, &fields);
        assert!(rows.is_err(), "{operation:?} {fields:?} became {rows:?}");
    }
}
