//! Our WSDL against the one that national systems were built with, component by component.

use std::path::PathBuf;

use phytohub_schemas::{DELIVERY_SERVICE_WSDL, delivery_service_wsdl};

use super::model::Model;

/// A file or folder of the reference, which lies outside the project: in the directory that
/// `PHYTOHUB_REFERENCE` names, or in a folder beside the checkout. None, said aloud, if it is not
/// there; in CI it must be.
#[expect(clippy::print_stderr, reason = "a skipped comparison must be seen")]
pub(crate) fn found(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PHYTOHUB_REFERENCE")
        .map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/reference"),
            PathBuf::from,
        )
        .join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: no reference at {}", path.display());
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "CI must have the reference");
    None
}

fn ours() -> Model {
    Model::read(&delivery_service_wsdl("https://hub.example/hub/DeliveryService"))
        .expect("our WSDL is readable")
}

#[test]
fn our_wsdl_equals_the_reference_in_every_component() {
    let Some(path) = found("DeliveryService.wsdl") else { return };
    let text = std::fs::read_to_string(path).expect("the reference is there");
    let reference = Model::read(&text).expect("the reference is readable");
    // Guards against a reader that finds nothing in either document.
    assert!(reference.components.len() > 300, "{} components", reference.components.len());
    let differences = ours().differences(&reference);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_name_in_our_wsdl_is_declared_and_imported() {
    let dangling = ours().dangling();
    assert!(dangling.is_empty(), "{}", dangling.join("\n"));
}

#[test]
fn our_wsdl_offers_all_operations() {
    let ours = ours();
    let operations = ours.components.keys().filter(|name| name.starts_with("portType "));
    assert_eq!(operations.filter(|name| name.contains(" operation ")).count(), 27);
}

/// Replaces the first `from` in our WSDL, all white space written as one space, and says which
/// components the comparison then reports.
fn reported(from: &str, to: &str) -> Vec<String> {
    let plain = DELIVERY_SERVICE_WSDL.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(plain.contains(from), "nothing to change: {from}");
    let changed = plain.replacen(from, to, 1);
    let changed = Model::read(&changed).expect("the changed WSDL is readable");
    let lines = ours().differences(&changed);
    lines.iter().map(|line| line.split(": ").next().unwrap_or(line).to_owned()).collect()
}

const HEADER: &str = "type {http://ephyto.ippc.int/HUB.Entities}EnvelopeHeader";

#[test]
fn changed_occurrence_is_reported() {
    let declaration = "name=\"hubDeliveryNumber\" type=\"xs:string\" minOccurs=\"0\"";
    assert_eq!(reported(declaration, &declaration.replace('0', "1")), [HEADER]);
    let row = "type=\"eph:treatmentType\" minOccurs=\"0\" maxOccurs=\"unbounded\"";
    let reported = reported(row, &row.replace("unbounded", "1"));
    assert_eq!(reported, ["type {http://ephyto.ippc.int/}GetTreatmentTypesResponse"]);
}

#[test]
fn changed_nillability_is_reported() {
    let row = "minOccurs=\"0\" maxOccurs=\"unbounded\" nillable=\"true\"";
    assert_eq!(reported(row, &row.replace("true", "false")).len(), 1);
}

#[test]
fn changed_qualification_is_reported() {
    let field = "<xs:element name=\"level\" type=\"eph:validationLevel\" form=\"unqualified\"";
    let reported_form = reported(field, &field.replace("unqualified", "qualified"));
    assert_eq!(reported_form, ["type {http://ephyto.ippc.int/}validationResult"]);
    let schema = "targetNamespace=\"http://ephyto.ippc.int/HUB.Entities\" elementFormDefault=\"q";
    let reported_default = reported(schema, &schema.replace("=\"q", "=\"unq"));
    assert!(reported_default.contains(&HEADER.to_owned()), "{reported_default:?}");
}

#[test]
fn changed_action_is_reported() {
    let action = "soapAction=\"http://ephyto.ippc.int/IDeliveryService/Negative";
    let changed = reported(action, &action.replace("Negative", "Advanced"));
    assert_eq!(changed.len(), 1);
    assert!(changed.iter().all(|name| name.starts_with("binding ")), "{changed:?}");
    let addressing = "wsam:Action=\"http://ephyto.ippc.int/IDeliveryService/Negative";
    let changed = reported(addressing, &addressing.replace("Negative", "Advanced"));
    assert_eq!(changed.len(), 1);
    assert!(changed.iter().all(|name| name.starts_with("portType ")), "{changed:?}");
}

#[test]
fn changed_order_is_reported() {
    let from = "<xs:element name=\"From\" type=\"xs:string\"/>";
    let to = "<xs:element name=\"To\" type=\"xs:string\"/>";
    assert_eq!(reported(&format!("{from} {to}"), &format!("{to} {from}")), [HEADER]);
}

#[test]
fn changed_attribute_base_and_value_are_reported() {
    let attribute = "name=\"Receive\" type=\"xs:boolean\" use=\"required\"";
    assert_eq!(reported(attribute, &attribute.replace("required", "optional")).len(), 1);
    assert_eq!(
        reported("extension base=\"hub:EnvelopeHeader\"", "extension base=\"hub:Nppo\"").len(),
        1
    );
    assert_eq!(reported("value=\"DeliveredNotReadable\"", "value=\"NotReadable\"").len(), 1);
}

#[test]
fn changed_fault_and_part_are_reported() {
    let fault = "<soap:fault name=\"HubWebException\" use=\"literal\"/>";
    assert_eq!(reported(fault, &fault.replace("literal", "encoded")).len(), 1);
    assert_eq!(reported("<wsdl:part name=\"parameters\"", "<wsdl:part name=\"body\"").len(), 1);
}

#[test]
fn unknown_construct_is_refused_rather_than_ignored() {
    let changed = DELIVERY_SERVICE_WSDL.replacen("<xs:sequence/>", "<xs:all/>", 1);
    assert!(Model::read(&changed).is_err());
}
