//! What the schema asks of texts and of completeness, for certificates of every type.

use super::{Check, CodeListName, Form, Rule, Scope};
use crate::finding::{Area, Level, RuleId};
use crate::name::Name as N;
use crate::schema::Kind;

/// `schema!(id, level, scope, kind, check, text, help)`
const fn schema(
    id: &'static str,
    level: Level,
    scope: Scope,
    at: Kind,
    check: Check,
    text: &'static str,
    help: &'static str,
) -> Rule {
    let (id, area, at) = (RuleId(id), Area::Schema, Some(at));
    Rule { id, area, level, text, help, source: UNECE, scope, at, check }
}

/// Told of every element whose type requires a child that is not there, unless another rule told.
pub(super) static REQUIRED: Rule = Rule {
    id: RuleId("PC-SCH-009"),
    area: Area::Schema,
    level: Level::Warning,
    text: "the schema requires '{}' here",
    help: "write it, empty if there is nothing to say",
    source: UNECE,
    scope: Scope::Document,
    at: None,
    check: Check::Required,
};

pub(super) static RULES: &[&Rule] = &[
    &REQUIRED,
    &schema(
        "PC-SCH-010",
        Level::Severe,
        Scope::Certificate,
        Kind::ExchangedDocument,
        Check::Listed(&[N::TypeCode], CodeListName::DocumentTypes),
        "the document type '{}' is not in UNCL 1001",
        "write 851 for export or 657 for re-export",
    ),
    &schema(
        "PC-SCH-011",
        Level::Severe,
        Scope::Certificate,
        Kind::ExchangedDocument,
        Check::Listed(&[N::StatusCode], CodeListName::DocumentStatuses),
        "the status '{}' is not in UNCL 4405",
        "write 70 for issued or 40 for withdrawn",
    ),
    &schema(
        "PC-SCH-012",
        Level::Severe,
        Scope::Certificate,
        Kind::TradeLineItem,
        Check::Form(&[N::SequenceNumeric], Form::Decimal),
        "the line's number '{}' is no number",
        "count the lines 1, 2, 3",
    ),
    &schema(
        "PC-SCH-013",
        Level::Severe,
        Scope::Profile,
        Kind::Package,
        Check::Form(&[N::LevelCode], Form::Integer),
        "the packaging level '{}' is no whole number",
        "write 1 for the outermost packages, 2 for those within",
    ),
    &schema(
        "PC-SCH-014",
        Level::Severe,
        Scope::Profile,
        Kind::TransportMovement,
        Check::Form(&[N::ModeCode], Form::Integer),
        "the mode of transport '{}' is no whole number",
        "write a code of UN/ECE Recommendation 19",
    ),
    &schema(
        "PC-SCH-015",
        Level::Warning,
        Scope::Document,
        Kind::Measure,
        Check::Form(&[], Form::Decimal),
        "the measure '{}' is no number",
        "write digits and a point, and the unit in unitCode",
    ),
    &schema(
        "PC-SCH-016",
        Level::Warning,
        Scope::Document,
        Kind::Quantity,
        Check::Form(&[], Form::Decimal),
        "the quantity '{}' is no number",
        "write digits and a point",
    ),
    &schema(
        "PC-SCH-017",
        Level::Warning,
        Scope::Document,
        Kind::DateTime,
        Check::Form(&[], Form::Date),
        "'{}' is no date",
        "write it as 2026-03-04T10:11:12+01:00 in DateTimeString",
    ),
    &schema(
        "PC-SCH-018",
        Level::Severe,
        Scope::Document,
        Kind::AcknowledgementDocument,
        Check::Listed(&[N::StatusCode], CodeListName::DocumentStatuses),
        "the status '{}' is not in UNCL 4405",
        "write 39 for accepted, 41 for rejected",
    ),
    &schema(
        "PC-SCH-019",
        Level::Warning,
        Scope::Document,
        Kind::Binary,
        Check::AttachmentBase64,
        "the attachment is no Base64",
        "write the file's bytes in Base64",
    ),
];

const UNECE: &str = "UN/CEFACT release 17A, SPSCertificate 17";
