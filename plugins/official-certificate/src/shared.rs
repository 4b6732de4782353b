//! Tables that hold for all official certificates.

use phytohub_schemas::CodeListName;
use phytohub_sps::Name as N;

use crate::rule::Check::*;
use crate::rule::{Form as F, Rule, Sum as S, When as W, at};
use crate::table;

table! {
    /// What every document is held to, those of other systems too, and withdrawals in full.
    pub static BASE;
    "CE-DOC-001" "" Severe at::ROOT, W::Always, Filled(&[&[N::SPSExchangedDocument, N::ID]]),
        "the certificate has no number",
        "write the number that the header carries as NPPOCertificateNumber", UNECE;
    "CE-DOC-002" "" Severe at::ROOT, W::Always, Filled(&[&[N::SPSExchangedDocument, N::TypeCode]]),
        "the document type is missing", "write it as UNCL 1001 has it", UNECE;
    "CE-DOC-003" "" Severe at::ROOT, W::Always, Filled(&[&[N::SPSExchangedDocument, N::StatusCode]]),
        "the status is missing", "write 70 for issued or 40 for withdrawn", UNECE;
    "CE-DOC-004" "" Severe at::DOCUMENT, W::Always,
        Listed(&[N::StatusCode], CodeListName::DocumentStatuses),
        "the status '{}' is not in UNCL 4405", "write 70 for issued or 40 for withdrawn", UNCL;
    "CE-DOC-005" "" Severe at::ROOT, W::Always, Exists(&[at::LINE]),
        "there is no line", "write at least one IncludedSPSTradeLineItem", UNECE;
}

table! {
    /// The least that a certificate of any model must say, and what holds wherever it is said.
    pub static MINIMUM;
    "CE-MIN-001" "" Severe at::DOCUMENT, W::Always, Filled(&[&[N::IssueDateTime]]),
        "the date of issue is missing", "write it as 2026-03-04T10:11:12+01:00", UNECE;
    "CE-MIN-002" "" Severe at::CONSIGNMENT, W::Always, Filled(&[&[N::ExportSPSCountry, N::ID]]),
        "the issuing country is missing", "write its two letters of ISO 3166-1", UNECE;
    "CE-MIN-003" "" Warning at::CONSIGNMENT, W::Always, Form(&[N::ExportSPSCountry, N::ID], F::Country),
        "'{}' is no country", "write two letters of ISO 3166-1", ISO;
    "CE-MIN-004" "" Severe at::CONSIGNMENT, W::Always, Filled(&[&[N::ImportSPSCountry, N::ID]]),
        "the country of destination is missing", "write its two letters of ISO 3166-1", UNECE;
    "CE-MIN-005" "" Warning at::CONSIGNMENT, W::Always, Form(&[N::ImportSPSCountry, N::ID], F::Country),
        "'{}' is no country", "write two letters of ISO 3166-1", ISO;
    "CE-MIN-006" "" Warning at::LINE, W::Always, Form(&[N::OriginSPSCountry, N::ID], F::Country),
        "'{}' is no country", "write two letters of ISO 3166-1", ISO;
    "CE-MIN-007" "" Warning at::DOCUMENT, W::Always,
        OneOf(&[N::StatusCode], &["39", "40", "41", "42", "44", "47", "64", "70"]),
        "the status '{}' is not one of a certificate's life",
        "write 70 for issued, 40 for withdrawn, 44 for replaced", UNCL;
    "CE-MIN-008" "" Warning at::CONSIGNMENT, W::Always, Distinct(&[N::SequenceNumeric]),
        "two lines have the number '{}'", "count the lines 1, 2, 3", UNECE;
    "CE-MIN-009" "" Warning at::LINE, W::Always, HasUnit(&[N::NetWeightMeasure]),
        "the net weight {} has no unit", "write unitCode, KGM for kilograms", REC20;
    "CE-MIN-010" "" Warning at::LINE, W::Always, HasUnit(&[N::GrossWeightMeasure]),
        "the gross weight {} has no unit", "write unitCode, KGM for kilograms", REC20;
    "CE-MIN-011" "" Warning at::CLASS, W::Always, HsForm,
        "'{}' is no code of the Harmonized System", "write 2 to 10 digits", HS;
    "CE-MIN-012" "" Warning at::PACKAGE, W::Always, Listed(&[N::TypeCode], CodeListName::PackageTypes),
        "the package type '{}' is not in the list", "write a code of the Recommendation", REC21;
    "CE-MIN-013" "" Warning at::TRANSPORT, W::Always,
        Listed(&[N::ModeCode], CodeListName::TransportModes),
        "the mode of transport '{}' is not in the list",
        "write 1 for sea, 2 for rail, 3 for road, 4 for air", REC19;
    "CE-REP-001" "" Severe at::DOCUMENT, W::Replaces, Note(&["ADRPN"]),
        "a replacement does not say which certificate it replaces",
        "write that certificate's number in the note ADRPN", REPLACES;
    "CE-REP-002" "" Severe at::DOCUMENT, W::Replaces, Note(&["ADRD"]),
        "a replacement does not say when the certificate that it replaces was issued",
        "write that date in the note ADRD", REPLACES;
    "CE-REP-003" "" Severe at::DOCUMENT, W::Replaces, NoteForm("ADRD", F::Date),
        "the replaced certificate's date '{}' is no date", "write it as 2026-03-04", REPLACES;
    "CE-REP-004" "" Warning at::DOCUMENT, W::Replaces, Note(&["ADRPR"]),
        "a replacement does not say why", "write the reason in the note ADRPR", REPLACES;
    "CE-REP-005" "" Info at::DOCUMENT, W::Replaces, ReferenceTo("ADRPN"),
        "the replaced certificate '{}' is not among the documents referred to",
        "add ReferenceSPSReferencedDocument with its number, so that systems can link the two", REPLACES;
    "CE-ATT-001" "" Severe at::CLAUSE, W::Has(&[N::ID]), ClauseSays,
        "the attestation '{}' is not of the catalogue and has no words",
        "write what is attested in Content", ATTEST;
    "CE-ATT-002" "" Warning at::CLAUSE, W::Has(&[N::ID]), ClauseFits,
        "the attestation '{}' is not one for this commodity",
        "attest what the importing country asks for this commodity", ATTEST;
    "CE-ATT-003" "" Severe at::LINE_CLAUSE, W::Has(&[N::ID]), ClauseSays,
        "the attestation '{}' is not of the catalogue and has no words",
        "write what is attested in Content", ATTEST;
    "CE-ATT-004" "" Warning at::LINE_CLAUSE, W::Has(&[N::ID]), ClauseFits,
        "the attestation '{}' is not one for this commodity",
        "attest what the importing country asks for this commodity", ATTEST;
    "CE-SUM-001" "" Warning at::ROOT, W::Always, Sum("TOTAL_NET_WEIGHT_KG", S::NetKilograms),
        "the total net weight of {} kg is not the sum of the lines", "correct one or the other", MODELS;
    "CE-SUM-002" "" Warning at::ROOT, W::Always, Sum("TOTAL_GROSS_WEIGHT_KG", S::GrossKilograms),
        "the total gross weight of {} kg is not the sum of the lines", "correct one or the other", MODELS;
    "CE-SUM-003" "" Warning at::ROOT, W::Always, Sum("TOTAL_PACKAGES", S::Packages),
        "the total of {} packages is not the sum of the lines", "correct one or the other", MODELS;
}

table! {
    /// What is told of the document as a whole and of its envelope.
    pub static TOLD;
    "CE-FOR-001" "" Info at::ROOT, W::Always, Told,
        "the document is a {} of another system",
        "nothing is to be done: it is passed on as what it is, and not held to this model's boxes", FIELD;
    "CE-HDR-001" "" Severe at::DOCUMENT, W::Always, Told,
        "the envelope's NPPOCertificateNumber is another number than '{}'",
        "write the certificate's number in both", HUB;
    "CE-HDR-002" "" Severe at::DOCUMENT, W::Always, Told,
        "the document's type '{}' is not that of the envelope",
        "write TypeCode and CertificateType alike, or as the hub's operator set them", HUB;
    "CE-HDR-003" "" Severe at::DOCUMENT, W::Always, Told,
        "the document's status '{}' is not that of the envelope",
        "write StatusCode and CertificateStatus alike", HUB;
    "CE-HDR-004" "" Warning at::CONSIGNMENT, W::Always, Told,
        "the issuing country '{}' is not that of the sender",
        "send from a connection of the country that issues", HUB;
    "CE-HDR-005" "" Warning at::CONSIGNMENT, W::Always, Told,
        "the country of destination '{}' is not that of the addressee",
        "send to a connection of the country of destination, or to one that it passes", HUB;
    "CE-MOD-001" "" Warning at::DOCUMENT, W::Always, Told,
        "the model '{}' is not known here", "write one of those in RULES.md in the note MODEL", MODELS;
    "CE-MOD-002" "" Info at::DOCUMENT, W::Always, Told,
        "which model the certificate follows cannot be told",
        "classify the first line by the Harmonized System, or name the model in the note MODEL", MODELS;
}

/// The row of what is told with that id.
pub(crate) fn told(id: &str) -> Option<&'static Rule> {
    BASE.iter().chain(TOLD).find(|rule| rule.id == id)
}

/// All shared rules, in the order of the documentation.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    BASE.iter().chain(MINIMUM).chain(TOLD)
}

const UNECE: &str = "UN/CEFACT SPSCertificate 17";
const UNCL: &str = "UNCL 4405";
const ISO: &str = "ISO 3166-1";
const HS: &str = "Harmonized System";
const REC19: &str = "UN/ECE Recommendation 19";
const REC20: &str = "UN/ECE Recommendation 20";
const REC21: &str = "UN/ECE Recommendation 21";
const REPLACES: &str = "Terrestrial Code 5.2.3; CXG 38-2001, replacement certificates";
const ATTEST: &str = "Terrestrial Code 5.2.2; CXG 38-2001, attestations";
const MODELS: &str = "the models' own boxes";
const HUB: &str = "IPPC ePhyto Hub, EnvelopeHeader";
const FIELD: &str = "TRACES NT, UK import services";
