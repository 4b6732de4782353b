//! Our code lists against the enumerations of the reference schemas, value by value.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use phytohub_schemas::code_list::Rows;
use phytohub_schemas::{CodeListName, code_list};
use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::reference;

/// Our complete lists and the files of the reference that define them.
const PAIRS: &[(CodeListName, &str)] = &[
    (CodeListName::AddressTypes, "codelist/standard/UNECE_AddressType_D16B.xsd"),
    (CodeListName::CargoNatures, "codelist/standard/UNECE_CargoTypeClassificationCode_D16B.xsd"),
    (CodeListName::DocumentStatuses, "codelist/standard/UNECE_StatusCode_D16B.xsd"),
    (CodeListName::DocumentTypes, "codelist/standard/UNECE_DocumentNameCode_D16B.xsd"),
    (CodeListName::GovernmentActions, "codelist/standard/UNECE_GovernmentActionCode_D16B.xsd"),
    (CodeListName::LocationFunctions, "codelist/standard/UNECE_LocationFunctionCode_D16B.xsd"),
    (CodeListName::PackageTypes, "codelist/standard/UNECE_PackageTypeCode_2006.xsd"),
    (CodeListName::PackagingLevels, "codelist/standard/UNECE_PackagingLevelCode_D16B.xsd"),
    (CodeListName::PartyRoles, "codelist/standard/UNECE_PartyRoleCode_D16B.xsd"),
    (CodeListName::ProcessAttributes, "codelist/standard/UNECE_MeasuredAttributeCode_D16B.xsd"),
    (CodeListName::ProcessTypes, "codelist/standard/UNECE_ProcessTypeCode_D16B.xsd"),
    (CodeListName::ReferenceTypes, "codelist/standard/UNECE_ReferenceTypeCode_D16B.xsd"),
    (CodeListName::TemperatureTypes, "codelist/standard/UNECE_TemperatureTypeCode_D16B.xsd"),
    (CodeListName::TransportModes, "codelist/standard/UNECE_TransportModeCode_2.xsd"),
];

/// The enumerated values of a schema with the names that each has.
fn enumeration(path: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(path).expect("a schema of the reference");
    let mut reader = Reader::from_str(&text);
    let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut value, mut name) = (None, None);
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(start) | Event::Empty(start) => match start.local_name().as_ref() {
                "enumeration" => {
                    let attribute = start.try_get_attribute("value").expect("attributes");
                    let attribute = attribute.expect("a value").value.into_owned();
                    values.entry(attribute.clone()).or_default();
                    value = Some(attribute);
                }
                "Name" if value.is_some() => name = Some(String::new()),
                _ => {}
            },
            Event::Text(text) => {
                if let Some(name) = &mut name {
                    name.push_str(&text.xml10_content());
                }
            }
            Event::GeneralRef(reference) => {
                if let Some(name) = &mut name {
                    let entity: &str = &reference;
                    name.push(match entity {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "apos" => '\'',
                        _ => '"',
                    });
                }
            }
            Event::End(end) => match end.local_name().as_ref() {
                "enumeration" => value = None,
                "Name" => {
                    if let (Some(value), Some(name)) = (&value, name.take()) {
                        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
                        values.entry(value.clone()).or_default().insert(name);
                    }
                }
                _ => {}
            },
            Event::Eof => return values,
            _ => {}
        }
    }
}

fn schemas() -> Option<PathBuf> {
    reference::found("xsd-17A")
}

#[test]
fn complete_lists_have_the_codes_and_names_of_the_reference() {
    let Some(schemas) = schemas() else { return };
    for &(name, file) in PAIRS {
        let list = code_list(name);
        assert!(list.description().complete, "{}", name.as_str());
        let theirs = enumeration(&schemas.join(file));
        let ours: BTreeSet<&str> = list.rows().iter().map(|row| row.code()).collect();
        assert_eq!(ours, theirs.keys().map(String::as_str).collect(), "{}", name.as_str());
        for (code, names) in &theirs {
            let text = list.row(code, "en").expect("an English row").text();
            assert!(names.contains(text), "{} {code}: {text:?}, not {names:?}", name.as_str());
        }
    }
}

#[test]
fn countries_are_those_of_the_reference_and_the_extras() {
    let Some(schemas) = schemas() else { return };
    let file = "identifierlist/standard/ISO_ISOTwo-letterCountryCode_SecondEdition2006.xsd";
    let theirs: BTreeSet<String> = enumeration(&schemas.join(file)).into_keys().collect();
    assert_eq!(theirs.len(), 249);
    let Rows::Code(rows) = code_list(CodeListName::Countries).rows() else {
        unreachable!("countries have codes and names")
    };
    let (extra, assigned): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.extra);
    assert_eq!(assigned.into_iter().map(|row| row.code.clone()).collect::<BTreeSet<_>>(), theirs);
    let extra: Vec<&str> = extra.into_iter().map(|row| row.code.as_str()).collect();
    assert_eq!(extra, ["EU", "XI", "XK"]);
}

#[test]
fn units_include_those_of_the_reference_by_kind() {
    let Some(schemas) = schemas() else { return };
    let Rows::UnitMeasure(ours) = code_list(CodeListName::UnitMeasures).rows() else {
        unreachable!("units")
    };
    for (file, kind) in [
        ("Duration", "DURATION"),
        ("Linear", "DISTANCE"),
        ("Temperature", "TEMPERATURE"),
        ("Volume", "VOLUME"),
        ("Weight", "WEIGHT"),
    ] {
        let file = format!("codelist/standard/UNECE_MeasurementUnitCommonCode{file}_4.xsd");
        for (code, names) in enumeration(&schemas.join(file)) {
            let unit = ours.iter().find(|unit| unit.code == code).expect(&code);
            assert_eq!(unit.r#type.as_str(), kind, "{code}");
            assert!(names.contains(&unit.name), "{code}: {:?}, not {names:?}", unit.name);
        }
    }
}
