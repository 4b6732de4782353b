//! The elements of a notification, in the order of `sps-non-compliance-notification-1.xsd`.

use phytohub_sps::tree::{Content, Grammar, Occurs, Row, SpsType};

/// The namespace of the root and of what is in it that SPS has no type for.
pub const NAMESPACE: &str = "urn:phytohub:data:standard:SPSNonComplianceNotification:1";

/// The local name of the root.
pub const ROOT: &str = "SPSNonComplianceNotification";

/// `TypeCode` of the document: inspection report, the nearest that UNCL 1001 has. The envelope's
/// `CertificateType` is another number, which the hub's operator sets.
pub const DOCUMENT_TYPE: &str = "293";

/// The document.
pub const GRAMMAR: Grammar = Grammar { namespace: NAMESPACE, root: ROOT, rows: NOTIFICATION };

const fn sps(name: &'static str, occurs: Occurs, of: SpsType) -> Row {
    Row { name, occurs, content: Content::Sps(of) }
}

const fn own(name: &'static str, occurs: Occurs, rows: &'static [Row]) -> Row {
    Row { name, occurs, content: Content::Own(rows) }
}

use Occurs::{Any, Many, One, Optional};
use SpsType as T;

const NOTIFICATION: &[Row] = &[
    sps("SPSExchangedDocument", One, T::EXCHANGED_DOCUMENT),
    sps("SPSConsignment", Optional, T::CONSIGNMENT),
    own("NonCompliance", One, NON_COMPLIANCE),
];

const NON_COMPLIANCE: &[Row] = &[
    sps("MessageCode", One, T::CODE),
    sps("BasisCode", Optional, T::CODE),
    own("NotifyingNPPO", One, NPPO),
    own("AddressedNPPO", One, NPPO),
    own("RelatedNotification", Optional, RELATED_NOTIFICATION),
    own("Certificate", Optional, CERTIFICATE),
    own("CertificateAbsence", Optional, CERTIFICATE_ABSENCE),
    own("Interception", Optional, INTERCEPTION),
    own("Finding", Any, FINDING),
    own("Action", Any, ACTION),
    sps("ResponseDueDateTime", Optional, T::DATE_TIME),
    sps("Explanation", Any, T::TEXT),
    own("Investigation", Optional, INVESTIGATION),
    sps("Attachment", Any, T::REFERENCED_DOCUMENT),
];

const NPPO: &[Row] =
    &[sps("Country", One, T::COUNTRY), sps("Party", One, T::PARTY), own("Contact", Any, CONTACT)];

const CONTACT: &[Row] = &[
    sps("PersonName", Optional, T::TEXT),
    sps("Email", Optional, T::TEXT),
    sps("Telephone", Optional, T::TEXT),
];

const RELATED_NOTIFICATION: &[Row] = &[
    sps("ID", One, T::ID),
    sps("Country", One, T::COUNTRY),
    sps("IssueDateTime", Optional, T::DATE_TIME),
];

const CERTIFICATE: &[Row] =
    &[sps("Document", One, T::REFERENCED_DOCUMENT), sps("IssuingCountry", One, T::COUNTRY)];

const CERTIFICATE_ABSENCE: &[Row] =
    &[sps("ReasonCode", One, T::CODE), sps("Description", Any, T::TEXT)];

const INTERCEPTION: &[Row] = &[
    sps("PointOfEntry", Optional, T::LOCATION),
    sps("ArrivalDateTime", Optional, T::DATE_TIME),
    sps("DetectionDateTime", Optional, T::DATE_TIME),
    sps("ConfirmationDateTime", Optional, T::DATE_TIME),
    sps("FirstActionDateTime", Optional, T::DATE_TIME),
];

const FINDING: &[Row] = &[
    sps("ReasonCode", One, T::CODE),
    sps("Description", Any, T::TEXT),
    sps("RequirementReference", Any, T::TEXT),
    own("Pest", Optional, PEST),
    sps("ExtentCode", One, T::CODE),
    sps("LineNumeric", Any, T::NUMBER),
    sps("AffectedMeasure", Optional, T::MEASURE),
    own("Diagnosis", Optional, DIAGNOSIS),
];

const PEST: &[Row] = &[
    sps("ID", Optional, T::ID),
    sps("ScientificName", Optional, T::TEXT),
    sps("CommonName", Any, T::TEXT),
    sps("IdentificationLevelCode", One, T::CODE),
    sps("NotIdentifiedReason", Any, T::TEXT),
    sps("LifeStageCode", Any, T::CODE),
    sps("ViabilityCode", Optional, T::CODE),
    sps("Association", Any, T::TEXT),
];

const DIAGNOSIS: &[Row] = &[
    sps("Detection", Any, T::TEXT),
    sps("Sampling", Any, T::TEXT),
    sps("Method", Any, T::TEXT),
    sps("Laboratory", Optional, T::PARTY),
    sps("SpecimenKeptUntilDateTime", Optional, T::DATE_TIME),
];

const ACTION: &[Row] = &[
    sps("ActionCode", One, T::CODE),
    sps("Description", Any, T::TEXT),
    sps("ExtentCode", One, T::CODE),
    sps("LineNumeric", Any, T::NUMBER),
    sps("ActionDateTime", Optional, T::DATE_TIME),
];

const INVESTIGATION: &[Row] = &[
    sps("OutcomeCode", One, T::CODE),
    sps("Description", Many, T::TEXT),
    sps("CorrectiveAction", Any, T::TEXT),
    sps("CompletionDateTime", Optional, T::DATE_TIME),
];
