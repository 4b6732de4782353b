//! Documents that are typed in a SOAP body: every field of the WSDL's own schema reaches the
//! certificate that is delivered on, in whichever namespaces generated code wrote it.

use phytohub_sps::write::{Acknowledgement, Certificate};
use phytohub_sps::{DocumentKind, Limits, Reading, SpsDocument};

use crate::fixture::{ids, read, shapes, validate};

#[path = "typed/instance.rs"]
mod instance;

use instance::{Form, Instance, leaves};

fn read_typed(xml: &str) -> Reading<'_> {
    SpsDocument::read_typed(xml.as_bytes(), &Limits::default())
}

/// What is delivered on.
fn canonical(typed: &str) -> String {
    let reading = read_typed(typed);
    assert!(reading.is_well_formed(), "{:?}\n{typed}", reading.findings);
    assert_eq!(ids(&reading), Vec::<&str>::new(), "{:?}\n{typed}", reading.findings);
    match reading.document.kind() {
        Some(DocumentKind::Acknowledgement) => {
            let view = reading.document.acknowledgement().expect("an acknowledgement");
            Acknowledgement::from(&view).to_xml()
        }
        _ => Certificate::from(&reading.document.certificate().expect("a certificate")).to_xml(),
    }
}

fn every_field_survives(root: &str, least: usize) {
    let instance = Instance::of(root);
    for form in Form::ALL {
        let typed = instance.to_xml(form);
        let (sent, delivered) = (leaves(&typed), leaves(&canonical(&typed)));
        assert!(sent.len() >= least, "only {} fields", sent.len());
        for leaf in &sent {
            let there = delivered.iter().any(|other| leaf.is_in(other));
            assert!(there, "{form:?}: lost {leaf:?}\n{}", canonical(&typed));
        }
        assert!(validate(canonical(&typed).as_bytes()).is_well_formed());
    }
}

#[test]
fn every_field_of_a_typed_certificate_survives() {
    every_field_survives("SPSCertificate", 200);
}

#[test]
fn every_field_of_a_typed_acknowledgement_survives() {
    every_field_survives("SPSAcknowledgement", 15);
}

#[test]
fn nothing_is_read_like_that_from_content() {
    let certificate = Instance::of("SPSCertificate");
    for form in [Form::Operations, Form::Unqualified] {
        let xml = certificate.to_xml(form);
        let reading = read(xml.as_bytes());
        assert_eq!((ids(&reading)[0], reading.is_severe()), ("PC-SCH-001", true), "{form:?}");
    }
    // What a client in JavaScript makes of the elements without a namespace.
    let xml = certificate.to_xml(Form::Inherited);
    let view = read(xml.as_bytes());
    assert!(ids(&view).contains(&"PC-SCH-002"), "{:?}", ids(&view));
    let view = view.document.certificate().expect("a certificate");
    assert!(view.containers().all(|(number, _)| number.is_empty()));
}

#[test]
fn foreign_namespaces_stay_foreign() {
    let typed = "<SPSCertificate xmlns='http://ephyto.ippc.int/'><SPSExchangedDocument>\
        <ID xmlns='urn:example:other'>1</ID><x:ID xmlns:x='urn:example:other'>2</x:ID>\
        <TypeCode>851</TypeCode></SPSExchangedDocument></SPSCertificate>";
    let reading = read_typed(typed);
    assert_eq!(ids(&reading), ["PC-SCH-002", "PC-SCH-002"]);
    let view = reading.document.certificate().expect("a certificate");
    assert_eq!((&*view.number(), &*view.certificate_type()), ("", "851"));
    let other = "<SPSCertificate xmlns='urn:example:other'/>";
    assert_eq!(ids(&read_typed(other)), ["PC-SCH-001"]);
    assert_eq!(ids(&read_typed("<SPSPlan xmlns='http://ephyto.ippc.int/'/>")), ["PC-SCH-001"]);
}

/// A typed certificate whose consignment or whose document holds `inside`.
fn around(inside: &str) -> String {
    format!(
        "<rsm:SPSCertificate xmlns:rsm='urn:un:unece:uncefact:data:standard:SPSCertificate:17' \
         xmlns:ram='urn:un:unece:uncefact:data:standard:\
         ReusableAggregateBusinessInformationEntity:21' \
         xmlns:udt='urn:un:unece:uncefact:data:standard:UnqualifiedDataType:21'>{inside}\
         </rsm:SPSCertificate>"
    )
}

fn is_delivered_as(inside: &str, expected: &str) {
    let xml = canonical(&around(inside));
    let dense: String = xml.lines().map(str::trim_start).collect();
    assert!(dense.contains(expected), "{expected}\nis not in\n{xml}");
}

#[test]
fn elements_without_a_namespace_are_delivered_in_theirs() {
    for prefix in ["", "ram:"] {
        is_delivered_as(
            &format!(
                "<rsm:SPSConsignment><ram:UtilizedSPSTransportEquipment><{prefix}ID>C1</{prefix}ID>\
                 <ram:AffixedSPSSeal><{prefix}ID>S1</{prefix}ID></ram:AffixedSPSSeal>\
                 </ram:UtilizedSPSTransportEquipment><ram:IncludedSPSConsignmentItem>\
                 <{prefix}NatureIdentificationSPSCargo><{prefix}TypeCode>12</{prefix}TypeCode>\
                 </{prefix}NatureIdentificationSPSCargo></ram:IncludedSPSConsignmentItem>\
                 </rsm:SPSConsignment>"
            ),
            "<ram:UtilizedSPSTransportEquipment><ram:ID>C1</ram:ID><ram:AffixedSPSSeal>\
             <ram:ID>S1</ram:ID></ram:AffixedSPSSeal></ram:UtilizedSPSTransportEquipment>\
             <ram:IncludedSPSConsignmentItem><ram:NatureIdentificationSPSCargo>\
             <ram:TypeCode>12</ram:TypeCode></ram:NatureIdentificationSPSCargo>\
             </ram:IncludedSPSConsignmentItem>",
        );
    }
}

#[test]
fn dates_are_delivered_in_their_element_wherever_they_stood() {
    for inside in [
        "2026-03-04T10:11:12Z",
        "<udt:DateTimeString>2026-03-04T10:11:12Z</udt:DateTimeString>",
        "<udt:DateTime>2026-03-04T10:11:12Z</udt:DateTime>",
        "<ram:DateTimeString>2026-03-04T10:11:12Z</ram:DateTimeString>",
        "<DateTimeString>2026-03-04T10:11:12Z</DateTimeString>",
    ] {
        is_delivered_as(
            &format!(
                "<rsm:SPSExchangedDocument><ram:IssueDateTime>{inside}</ram:IssueDateTime>\
                 <ram:ReferenceSPSReferencedDocument><ram:IssueDateTime>{inside}\
                 </ram:IssueDateTime></ram:ReferenceSPSReferencedDocument>\
                 </rsm:SPSExchangedDocument>"
            ),
            "<ram:ReferenceSPSReferencedDocument><ram:IssueDateTime><udt:DateTimeString>\
             2026-03-04T10:11:12Z</udt:DateTimeString></ram:IssueDateTime>",
        );
    }
    let absent = "<rsm:SPSExchangedDocument xmlns:i='http://www.w3.org/2001/XMLSchema-instance'>\
        <ram:ID i:nil='true'/><ram:IssueDateTime i:nil='true'/></rsm:SPSExchangedDocument>";
    is_delivered_as(absent, "<ram:IssueDateTime><udt:DateTimeString/></ram:IssueDateTime>");
}

#[test]
fn reference_gets_what_the_other_schema_requires() {
    is_delivered_as(
        "<rsm:SPSExchangedDocument><ram:ReferenceSPSReferencedDocument>\
         <ram:TypeCode>851</ram:TypeCode></ram:ReferenceSPSReferencedDocument>\
         </rsm:SPSExchangedDocument>",
        "<ram:ReferenceSPSReferencedDocument><ram:TypeCode>851</ram:TypeCode>\
         <ram:RelationshipTypeCode>ZZZ</ram:RelationshipTypeCode><ram:ID/>\
         </ram:ReferenceSPSReferencedDocument>",
    );
}

#[test]
fn doubles_are_delivered_as_decimals() {
    is_delivered_as(
        "<rsm:SPSConsignment><ram:IncludedSPSConsignmentItem><ram:IncludedSPSTradeLineItem>\
         <ram:NetWeightMeasure unitCode='KGM'>1.25E7</ram:NetWeightMeasure>\
         </ram:IncludedSPSTradeLineItem></ram:IncludedSPSConsignmentItem></rsm:SPSConsignment>",
        "<ram:NetWeightMeasure unitCode=\"KGM\">12500000</ram:NetWeightMeasure>",
    );
}

#[test]
fn attachment_is_delivered_as_it_came() {
    let file = |inside: &str| {
        format!(
            "<rsm:SPSExchangedDocument><ram:ReferenceSPSReferencedDocument>\
             <ram:AttachmentBinaryObject filename='a &amp; b.pdf'>{inside}\
             </ram:AttachmentBinaryObject></ram:ReferenceSPSReferencedDocument>\
             </rsm:SPSExchangedDocument>"
        )
    };
    let start = "<ram:AttachmentBinaryObject filename=\"a &amp; b.pdf\">";
    is_delivered_as(&file("JVBE\r\n Rg==\n"), &format!("{start}JVBERg=="));
    // Not for us to lose.
    is_delivered_as(&file("no.base64"), &format!("{start}no.base64"));
}

#[test]
fn sample_typed_in_one_namespace_is_the_same_certificate() {
    for (name, shape) in shapes() {
        let certificate = shape.certificate();
        let xml = certificate.to_xml();
        let root = xml.find("<rsm:SPSCertificate").expect("a root");
        let mut typed = xml[root..].to_owned();
        for prefix in ["rsm:", "ram:", "udt:"] {
            typed = typed.replace(&format!("<{prefix}"), "<").replace(&format!("</{prefix}"), "</");
        }
        let default = "<SPSCertificate xmlns=\"http://ephyto.ippc.int/\"";
        let typed = typed.replacen("<SPSCertificate", default, 1);
        assert_eq!(canonical(&typed), xml, "{name}");
    }
}
