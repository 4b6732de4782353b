//! What the reader tells by itself: XML, encodings, namespaces, the structure of the schema.

pub(crate) use super::Rule;
use super::{Check, Scope};
use crate::finding::{Area, Level, RuleId};

/// `reading!(NAME, id, area, level, text, help, source)`
macro_rules! reading {
    ($($name:ident $id:literal $area:ident $level:ident $text:literal $help:literal $source:ident)*) => {
        $(pub(crate) static $name: Rule = Rule {
            id: RuleId($id),
            area: Area::$area,
            level: Level::$level,
            text: $text,
            help: $help,
            source: $source,
            scope: Scope::Document,
            at: None,
            check: Check::Reading,
        };)*
        pub(super) static RULES: &[&Rule] = &[$(&$name),*];
    };
}

reading! {
    NOT_WELL_FORMED "PC-XML-001" Schema Severe
        "not well-formed XML: {}" "" XML
    EMPTY "PC-XML-002" Schema Severe
        "there is nothing in the document" "send the certificate's XML" XML
    ENCODING "PC-XML-003" Schema Severe
        "the bytes are in no encoding that is read" "write the document in UTF-8" XML
    DOCTYPE "PC-XML-004" Schema Severe
        "the document has a DOCTYPE" "leave it out: entities are never resolved" HARD
    LIMIT "PC-XML-005" Schema Severe
        "the document is beyond what is read: {}" "send a smaller document" HARD
    NAMESPACE "PC-XML-006" Schema Severe
        "a name is in no declared namespace: {}" "declare the prefix with xmlns" NAMES
    DECLARED_ENCODING "PC-XML-007" Schema Warning
        "the document declares {} but is UTF-8" "declare UTF-8" XML
    TRANSCODED "PC-XML-008" Schema Info
        "the document is in {}" "write it in UTF-8" XML
    BASE64 "PC-XML-009" Schema Info
        "the document lies in Base64" "send it as text" GUIDE
    UNKNOWN_ROOT "PC-SCH-001" Schema Severe
        "the root '{}' is no SPS document"
        "write SPSCertificate or SPSAcknowledgement, in the namespace of its version" UNECE
    UNKNOWN_ELEMENT "PC-SCH-002" Schema Warning
        "the schema has no element '{}' here"
        "check its spelling, its namespace and where it stands" UNECE
    REPEATED "PC-SCH-003" Schema Warning
        "'{}' may stand only once here" "leave the others out" UNECE
    UNQUALIFIED "PC-SCH-004" Schema Warning
        "'{}' is in no namespace" "write it in the namespace of the aggregates" UNECE
    STRAY_TEXT "PC-SCH-005" Schema Warning
        "there is text where only elements belong" "put it into the element that it is meant for" UNECE
    UNKNOWN_VERSION "PC-SCH-006" Schema Warning
        "versions {} were never released together"
        "write SPSCertificate:17 with aggregates and data types 21" UNECE
    OTHER_VERSION "PC-SCH-007" Schema Info
        "versions {} are not those of the hub"
        "write SPSCertificate:17 with aggregates and data types 21" GUIDE
    MIXED_VERSIONS "PC-SCH-008" Schema Warning
        "'{}' is in another version of the aggregates than those before"
        "write all elements in one version" UNECE
    ORDER "PC-MAP-001" Mapping Warning
        "'{}' comes after elements that it must precede"
        "write the elements in the order of the schema" UNECE
}

const XML: &str = "Extensible Markup Language 1.0 (Fifth Edition)";
const NAMES: &str = "Namespaces in XML 1.0";
const UNECE: &str = "UN/CEFACT release 17A, SPSCertificate 17";
const GUIDE: &str = "IPPC ePhyto Hub, WSDL and guide";
const HARD: &str = "Limits of this hub";
