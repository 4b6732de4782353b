//! What the IPPC profile writes where, and in which codes.

use super::{Check, CodeListName, Form, Rule, Scope};
use crate::finding::{Area, Level, RuleId};
use crate::name::Name as N;
use crate::schema::Kind;

/// `mapping!` rows: id, level, scope, element, check, what is wrong, what would be right, source.
macro_rules! mapping {
    ($($id:literal $level:ident $scope:ident $at:ident $check:expr, $text:literal, $help:literal, $source:ident;)*) => {
        pub(super) static RULES: &[&Rule] = &[$(&Rule {
            id: RuleId($id),
            area: Area::Mapping,
            level: Level::$level,
            text: $text,
            help: $help,
            source: $source,
            scope: Scope::$scope,
            at: Some(Kind::$at),
            check: $check,
        }),*];
    };
}

mapping! {
    "PC-MAP-002" Info OutsideProfile Certificate Check::Always,
        "there is no profile for this type of certificate here",
        "only its schema was checked", GUIDE;
    "PC-MAP-003" Warning Profile ExchangedDocument
        Check::InProfile(&[N::StatusCode], CodeListName::DocumentStatuses),
        "the status '{}' is not one of the profile", "write 70 for issued or 40 for withdrawn",
        GUIDE;
    "PC-MAP-004" Warning Profile Note Check::NoteSubject,
        "the subject '{}' is not one of the profile", "write one of its tags, such as ADEDL", TAGS;
    "PC-MAP-005" Warning Profile Note Check::NotePlace,
        "the subject '{}' does not belong here",
        "write it in the document's notes or in the line's, as its tag says", TAGS;
    "PC-MAP-006" Warning Profile Note Check::NoteContent,
        "the note '{}' says nothing", "write its content or leave the note out", TAGS;
    "PC-MAP-007" Warning Profile Note Check::NoteForm,
        "the content of note '{}' has not the form of its subject",
        "write a number, a country, a date or true and false, as its tag says", TAGS;
    "PC-MAP-008" Info Profile Note Check::NoteLength,
        "the content of note '{}' is longer than readers expect", "shorten it", TAGS;
    "PC-MAP-009" Warning Profile Process Check::OneOf(&[N::TypeCode], &["ZZZ"]),
        "the treatment's type '{}' is not ZZZ",
        "write ZZZ and say what was done in the characteristics", GUIDE;
    "PC-MAP-010" Warning Profile ProcessCharacteristic Check::FirstOf(&[N::Description],
        &["TTL1", "TTL2", "TTCH", "TTTM", "TTCO", "TTAI", "TTFT"]),
        "the characteristic '{}' is not one of the profile",
        "write the tag first: TTL1, TTL2, TTCH, TTTM, TTCO, TTAI or TTFT", TAGS;
    "PC-MAP-011" Info Profile Process Check::TreatmentText,
        "the treatment has no full text", "write it in a characteristic TTFT too", GUIDE;
    "PC-MAP-012" Warning Profile Measure Check::HasAttribute("unitCode"),
        "the measure has no unit", "write unitCode, such as KGM", REC20;
    "PC-MAP-013" Warning Profile Measure Check::ListedAttribute("unitCode", CodeListName::UnitMeasures),
        "the unit '{}' is not in the list", "write a code of UN/ECE Recommendation 20", REC20;
    "PC-MAP-014" Warning Profile Package Check::Listed(&[N::TypeCode], CodeListName::PackageTypes),
        "the packaging '{}' is not in the list", "write a code of UN/ECE Recommendation 21", REC21;
    "PC-MAP-015" Warning Profile TransportMovement
        Check::ListedNumber(&[N::ModeCode], CodeListName::TransportModes),
        "the mode of transport '{}' is not in the list",
        "write a code of UN/ECE Recommendation 19: 1 sea, 2 rail, 3 road, 4 air", REC19;
    "PC-MAP-016" Warning Certificate Country Check::Listed(&[N::ID], CodeListName::Countries),
        "the country '{}' is not in ISO 3166-1", "write its two letters", ISO3166;
    "PC-MAP-017" Warning Profile Consignment
        Check::Form(&[N::UnloadingBaseportSPSLocation, N::ID], Form::Locode),
        "the point of entry '{}' is no UN/LOCODE", "write five letters such as NLRTM", LOCODE;
    "PC-MAP-018" Warning Profile Classification Check::ClassCode("HS", Form::HsCode),
        "'{}' is no code of the Harmonized System", "write 2 to 10 digits", GUIDE;
    "PC-MAP-019" Info Profile ExchangedDocument Check::Form(&[N::IssueDateTime], Form::Moment),
        "the date of issue '{}' has no time with its offset",
        "write it as 2026-03-04T10:11:12+01:00", GUIDE;
    "PC-MAP-020" Warning Profile ExchangedDocument Check::Longest(&[N::ID], 60),
        "the certificate number is longer than 60 characters", "shorten it", TAGS;
    "PC-MAP-021" Info Profile Party Check::NoneOf(&[N::Name], PLACEHOLDERS),
        "'{}' stands for a name that is not known", "leave the element empty", GUIDE;
    "PC-MAP-022" Info Profile Clause Check::Listed(&[N::ID], CodeListName::Statements),
        "the statement '{}' is not in the list",
        "write the number of an official statement, 1 for the certifying one", GUIDE;
    "PC-MAP-023" Info Profile TradeLineItem Check::Filled(&[&[N::ScientificName]]),
        "the botanical name is missing", "write it in ScientificName", ISPM12;
    "PC-MAP-024" Info Profile TradeLineItem Check::Listed(&[N::IntendedUse], CodeListName::IntendedUses),
        "the intended use '{}' is free text where a list exists", "take it from the list", GUIDE;
    "PC-MAP-025" Info Profile TradeLineItem Check::FilledOrNote(&[
        &[N::NetWeightMeasure], &[N::GrossWeightMeasure], &[N::NetVolumeMeasure],
        &[N::GrossVolumeMeasure], &[N::PhysicalSPSPackage, N::ItemQuantity]], "OQV"),
        "the line has no quantity", "write a weight, a volume or the notes OQV and OQU", ISPM12;
    "PC-MAP-026" Warning Profile TradeLineItem Check::NoteNeeds("OQV", "OQU"),
        "the other quantity has no unit", "write a note OQU with it", TAGS;
    "PC-MAP-027" Warning UnusualType ExchangedDocument
        Check::InProfile(&[N::TypeCode], CodeListName::DocumentTypes),
        "the document type '{}' is none of a certificate",
        "write 851 for export or 657 for re-export", GUIDE;
    "PC-MAP-028" Info Profile ProcessCharacteristic
        Check::TaggedListed(&["TTL1", "TTL2"], CodeListName::TreatmentTypes),
        "the type of treatment '{}' is not in the list",
        "take its code from the list; what it is may stand in TTFT", TAGS;
    "PC-MAP-029" Info Profile ProcessCharacteristic
        Check::TaggedListed(&["TTCH"], CodeListName::Pesticides),
        "the active ingredient '{}' is not in the list",
        "write its number in the Codex Alimentarius; its name may stand in TTAI", TAGS;
}

/// The types besides 851 and 657 that the field exchanges as SPS documents, or may: certificates of
/// meat and wool, acknowledgement, CITES, quarantine, health, animal health, plant passport,
/// applications, sanitary, veterinary, inspection, import licences. UNCL 1001 has hundreds more, price
/// lists and report forms, which nobody means to send here.
pub(super) const OTHER_TYPES: &[&str] = &[
    "89", "90", "91", "92", "93", "94", "95", "269", "312", "626", "629", "636", "648", "752",
    "850", "852", "853", "855", "856", "910", "911",
];

/// What senders write for "nothing".
const PLACEHOLDERS: &[&str] =
    &["NULL", "null", "Ninguno", "NINGUNO", "Sin Dato", "SIN DATO", "N/A"];

const GUIDE: &str = "IPPC ePhyto profile and hub guide";
const TAGS: &str = "IPPC schema field tags 2.10";
const ISPM12: &str = "ISPM 12, model certificate";
const ISO3166: &str = "ISO 3166-1";
const LOCODE: &str = "UN/ECE Recommendation 16";
const REC19: &str = "UN/ECE Recommendation 19";
const REC20: &str = "UN/ECE Recommendation 20";
const REC21: &str = "UN/ECE Recommendation 21";
