//! One way to break each rule that needs nothing but the document.

use phytohub_non_compliance::Message::{self, *};
use phytohub_non_compliance::sample::Case::{self, *};
use phytohub_non_compliance::write::Notification;

use Edit::*;

/// A change of the text.
pub(crate) enum Edit {
    /// The first of these becomes that.
    Swap(&'static str, &'static str),
    /// The first element of that name goes.
    Cut(&'static str),
    /// The first of these becomes so many letters.
    Grow(&'static str, usize),
    /// The notification is written otherwise; stands first.
    Model(fn(&mut Notification)),
}

/// Rule, sample, message, changes.
#[rustfmt::skip]
pub(crate) const CASES: &[(&str, Case, Message, &[Edit])] = &[
    ("NC-MAN-001", Pest, Issued, &[Model(|n| n.sps.number.clear())]),
    ("NC-MAN-002", Pest, Issued, &[Model(|n| n.sps.issued.clear())]),
    ("NC-MAN-003", Pest, Issued, &[Model(|n| n.notifying.party.name.clear())]),
    ("NC-MAN-004", Pest, Issued, &[Model(|n| n.addressed.party.name.clear())]),
    ("NC-MAN-005", MissingCertificate, Issued, &[Cut("nc:CertificateAbsence")]),
    ("NC-MAN-006", Declaration, Issued, &[Cut("nc:SPSConsignment")]),
    ("NC-MAN-007", Pest, Issued, &[Cut("ram:ScientificName")]),
    ("NC-MAN-008", Pest, Issued, &[Model(|n| n.sps.consignor.name.clear())]),
    ("NC-MAN-009", Pest, Issued, &[Cut("nc:FirstActionDateTime")]),
    ("NC-MAN-010", Declaration, Issued, &[Cut("nc:Finding")]),
    ("NC-MAN-011", Pest, Issued, &[Cut("nc:ScientificName")]),
    ("NC-MAN-012", Pest, Updated, &[Cut("nc:ScientificName"), Swap("SPECIES", "NOT-IDENTIFIED")]),
    ("NC-MAN-013", Pest, Issued, &[Cut("nc:ViabilityCode")]),
    ("NC-MAN-014", Packaging, Issued, &[Cut("nc:LineNumeric")]),
    ("NC-MAN-015", MissingCertificate, Issued, &[Swap("<nc:Description>Neither on paper nor by the hub.</nc:Description>", "")]),
    ("NC-MAN-016", Packaging, Issued, &[Cut("nc:RequirementReference")]),
    ("NC-MAN-017", Pest, Issued, &[Cut("nc:Action")]),
    ("NC-MAN-018", Pest, Issued, &[Model(|n| { n.sps.officer.clear(); n.sps.authority.clear(); })]),
    ("NC-MAN-019", Pest, Withdrawn, &[Cut("nc:Explanation")]),
    ("NC-MAN-020", Pest, Closed, &[Cut("nc:Explanation")]),
    ("NC-MAN-021", Pest, InvestigationResult, &[Cut("nc:Investigation")]),
    ("NC-MAN-022", Pest, Acknowledged, &[Cut("nc:RelatedNotification")]),
    ("NC-MAN-023", Pest, Issued, &[Cut("nc:BasisCode")]),
    ("NC-MAN-024", Pest, Issued, &[Cut("nc:Contact")]),
    ("NC-MAN-025", Packaging, Issued, &[Swap("DESTRUCTION", "OTHER-ACTION"), Swap("<nc:Description>The wood was burnt.</nc:Description>", "")]),
    ("NC-MAP-001", Pest, Closed, &[Swap("<nc:RelatedNotification><nc:ID>", "<nc:RelatedNotification><nc:ID>X")]),
    ("NC-MAP-002", Pest, Closed, &[Swap("</nc:ID><nc:Country><ram:ID>", "</nc:ID><nc:Country><ram:ID>TO</ram:ID><ram:Name/></nc:Country><!--"), Swap("</nc:Country><nc:IssueDateTime>", "--><nc:IssueDateTime>")]),
    ("NC-MAP-003", Pest, Issued, &[Model(|n| if let Some((_, issuer)) = &mut n.certificate { issuer.id = "TO".into(); })]),
    ("NC-MAP-004", Pest, Issued, &[Model(|n| n.sps.import_country.id = "TO".into())]),
    ("NC-MAP-005", Pest, Issued, &[Swap("<nc:LineNumeric>2", "<nc:LineNumeric>9")]),
    ("NC-MAP-006", Pest, Acknowledged, &[Model(|n| n.addressed.country = n.notifying.country.clone())]),
    ("NC-MAP-007", Pest, Issued, &[Swap("<ram:TypeCode>851", "<ram:TypeCode>852")]),
    ("NC-MAP-008", Pest, Issued, &[Swap("<nc:ArrivalDateTime><udt:DateTimeString>2026-11-14", "<nc:ArrivalDateTime><udt:DateTimeString>2026-11-15")]),
    ("NC-MAP-009", Pest, Issued, &[Swap("<nc:Email>nnc@", "<nc:Email>nnc at ")]),
    ("NC-MAP-010", Declaration, Issued, &[Swap("DOC-DECLARATION-WRONG", "DOC-ABSENT")]),
    ("NC-MAP-011", Pest, Issued, &[Swap("<ram:TypeCode>293</ram:TypeCode><ram:RelationshipTypeCode>ZZZ", "<ram:TypeCode>851</ram:TypeCode><ram:RelationshipTypeCode>ZZZ")]),
    ("NC-MAP-012", Pest, Issued, &[Swap("2026-12-15", "2026-11-01")]),
    ("NC-MAP-013", MissingCertificate, Issued, &[Model(|n| n.sps.export_country.id = "TO".into())]),
    ("NC-MAP-014", Pest, Acknowledged, &[Swap("<nc:Certificate>", "<!-- --><nc:Certificate>"), Swap("</nc:Certificate>", "</nc:Certificate><nc:Interception/>")]),
    ("NC-MAP-015", Pest, Issued, &[Swap("<ram:TypeCode>293", "<ram:TypeCode>851")]),
    ("NC-MAP-016", Pest, Issued, &[Swap("<ram:StatusCode>70", "<ram:StatusCode>85")]),
    ("NC-MAP-017", Pest, Issued, &[Model(|n| if let Some((document, _)) = &mut n.certificate { document.number.clear(); })]),
    ("NC-SCH-001", Pest, Issued, &[Swap("SPSNonComplianceNotification:1", "SPSNonComplianceNotification:2")]),
    ("NC-SCH-002", Pest, Issued, &[Cut("nc:IdentificationLevelCode")]),
    ("NC-SCH-003", Pest, Issued, &[Cut("ram:ExaminationSPSEvent")]),
    ("NC-SCH-004", Pest, Issued, &[Swap(">LIVE<", ">ALIVE<")]),
    ("NC-SCH-005", Pest, Issued, &[Swap("2027-11-16T00:00:00Z", "next year")]),
    ("NC-SCH-006", Pest, Issued, &[Swap("<ram:IssueDateTime><udt:DateTimeString>2026-11-16T11:00:00Z", "<ram:IssueDateTime><udt:DateTimeString>yesterday")]),
    ("NC-SCH-007", Pest, Issued, &[Swap(">420<", ">a lot<")]),
    ("NC-SCH-008", Pest, Issued, &[Model(|n| n.sps.transit_countries.push(phytohub_sps::write::Country { id: "QQ".into(), ..Default::default() }))]),
    ("NC-SCH-009", Pest, Issued, &[Swap("<ram:RelationshipTypeCode>ZZZ", "<ram:RelationshipTypeCode>none")]),
    ("NC-SCH-010", Pest, Issued, &[Swap("JVBERi", "JVBERi*")]),
    ("NC-SCH-011", Pest, Issued, &[Grow("JVBERi", (5 << 20) + 2)]),
    ("NC-SCH-012", Pest, Issued, &[Swap("application/pdf", "text/plain")]),
];
