//! The table.

use phytohub_sps::{Area, Level};

use super::Rule;

/// `table!(NAME id area level text help source)`
macro_rules! table {
    ($($name:ident $id:literal $area:ident $level:ident $text:literal $help:literal $source:ident)*) => {
        $(pub(crate) static $name: Rule = Rule {
            id: $id,
            area: Area::$area,
            level: Level::$level,
            text: $text,
            help: $help,
            source: $source,
        };)*
        static RULES: &[&Rule] = &[$(&$name),*];
    };
}

/// All rules in the order of their ids.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().copied()
}

table! {
    CERTIFICATE_TYPE "NC-CRT-001" Mapping Warning
        "the hub passed on a certificate of that number, and its type is {}"
        "write the type and the number of the certificate concerned" HUB
    CERTIFICATE_WITHDRAWN "NC-CRT-002" Mapping Warning
        "the certificate was withdrawn, as the hub's record says: {}"
        "see whether the consignment has another certificate" HUB
    CERTIFICATE_FROM "NC-CRT-003" Mapping Warning
        "the hub's record of a certificate of that number is from {}, not from the issuing country"
        "write the country that issued the certificate" HUB
    NUMBER_DIFFERS "NC-HDR-001" Mapping Severe
        "the envelope's NPPOCertificateNumber is '{}', the document's number another"
        "write the notification's number in both" HUB
    TYPE_DIFFERS "NC-HDR-002" Mapping Severe
        "the envelope's CertificateType is {}"
        "write the number that the hub's operator set for notifications of non-compliance" HUB
    STATUS_DIFFERS "NC-HDR-003" Mapping Severe
        "the envelope's CertificateStatus is {}, which is not that of the message"
        "write the StatusCode of the document" HUB
    SENDER_DIFFERS "NC-HDR-004" Mapping Severe
        "the envelope is from {}, whose message this is not"
        "the notifier sends notifications; the addressee sends acknowledgements and results" HUB
    RECEIVER_DIFFERS "NC-HDR-005" Mapping Severe
        "the envelope is to {}, whom this message is not for"
        "send notifications to the addressed NPPO and answers to the notifying one" HUB
    NUMBER "NC-MAN-001" MandatoryElements Severe
        "the notification has no number"
        "write a number that is the notifier's own and never used again" ISPM1
    ISSUE_DATE "NC-MAN-002" MandatoryElements Severe
        "the date of the message is missing" "write it as 2026-03-04T10:11:12+01:00" ISPM2
    NOTIFYING "NC-MAN-003" MandatoryElements Severe
        "the notifying NPPO is not named" "write its country and its name" ISPM3
    ADDRESSED "NC-MAN-004" MandatoryElements Severe
        "the addressed NPPO is not named" "write its country and its name" ISPM4
    IDENTITY "NC-MAN-005" MandatoryElements Severe
        "neither the certificate concerned nor the reason why there is none is told"
        "write Certificate with its document, or CertificateAbsence" ISPM5
    CONSIGNMENT "NC-MAN-006" MandatoryElements Severe
        "the consignment is not described"
        "write SPSConsignment with consignor, consignee, countries and lines" ISPM5
    COMMODITY "NC-MAN-007" MandatoryElements Severe
        "a line lacks {}"
        "describe the commodity and write its scientific name, at least the genus" ISPM5
    PARTIES "NC-MAN-008" MandatoryElements Severe
        "the {} is not named" "write its name" ISPM6
    FIRST_ACTION "NC-MAN-009" MandatoryElements Severe
        "the date of the first action on the consignment is missing"
        "write FirstActionDateTime in Interception" ISPM7
    FINDING "NC-MAN-010" MandatoryElements Severe
        "nothing is told of what was found" "write at least one Finding" ISPM8
    PEST "NC-MAN-011" MandatoryElements Severe
        "the pest is not named" "write its ScientificName, or why it could not be identified" ISPM8
    NOT_IDENTIFIED "NC-MAN-012" MandatoryElements Severe
        "the pest is not identified, and nothing tells why" "write NotIdentifiedReason" ISPM13_8
    LIFE_STAGE "NC-MAN-013" MandatoryElements Warning
        "{} of the pest is not told" "write LifeStageCode and ViabilityCode" ISPM13_8
    EXTENT "NC-MAN-014" MandatoryElements Warning
        "only a part of the consignment is affected, and nothing tells which"
        "write LineNumeric or AffectedMeasure" ISPM8
    DOCUMENT_PROBLEM "NC-MAN-015" MandatoryElements Warning
        "the problem with the documents is not described" "write Description" ISPM8
    REQUIREMENT "NC-MAN-016" MandatoryElements Warning
        "the requirement that was not met is not named" "write RequirementReference" ISPM8
    ACTION "NC-MAN-017" MandatoryElements Severe
        "nothing is told of the actions taken" "write at least one Action" ISPM9
    AUTHENTICATION "NC-MAN-018" MandatoryElements Severe
        "nobody signs for the message"
        "write the officer's name in SignatorySPSAuthentication/ProviderSPSParty" ISPM10
    EXPLANATION "NC-MAN-019" MandatoryElements Severe
        "the withdrawal gives no reason" "write Explanation" PROJECT
    CHANGE "NC-MAN-020" MandatoryElements Warning
        "nothing tells what changed, or why it is closed" "write Explanation" PROJECT
    INVESTIGATION "NC-MAN-021" MandatoryElements Severe
        "the result of the investigation is missing" "write Investigation" ISPM13_9
    RELATED "NC-MAN-022" MandatoryElements Severe
        "the notification that this is about is not named" "write RelatedNotification" PROJECT
    BASIS "NC-MAN-023" MandatoryElements Severe
        "nothing tells whether it is non-compliance or emergency action" "write BasisCode" ISPM13
    CONTACT "NC-MAN-024" MandatoryElements Warning
        "the notifier gives no e-mail address or telephone number"
        "write a Contact, as the addressee may have questions" ISPM13_7
    OTHER "NC-MAN-025" MandatoryElements Severe
        "'{}' says nothing by itself" "write Description" PROJECT
    RELATED_NUMBER "NC-MAP-001" Mapping Severe
        "the related notification has the number '{}'"
        "every message about a notification has its number" PROJECT
    RELATED_COUNTRY "NC-MAP-002" Mapping Severe
        "the related notification is said to be of '{}'"
        "write the country of the notifying NPPO" PROJECT
    ADDRESSEE "NC-MAP-003" Mapping Severe
        "the certificate was issued by {}, and another country is addressed"
        "address the NPPO that issued it: for re-export, that of the re-exporting country" ISPM13_11
    NOTIFIER_COUNTRY "NC-MAP-004" Mapping Warning
        "the consignment neither goes to nor passes {}, which notifies"
        "write ImportSPSCountry and TransitSPSCountry as they are" ISPM13_10
    LINE "NC-MAP-005" Mapping Severe
        "there is no line '{}' in the consignment" "write the SequenceNumeric of a line" PROJECT
    SAME_COUNTRY "NC-MAP-006" Mapping Severe
        "'{}' notifies itself" "address the exporting or re-exporting country" PROJECT
    CERTIFICATE_KIND "NC-MAP-007" Mapping Warning
        "the certificate concerned has the type '{}'"
        "write 851 for a phytosanitary certificate, 657 for one for re-export" UNCL
    DATE_ORDER "NC-MAP-008" Mapping Warning
        "'{}' is later than what came after it" "write the dates as they were" PROJECT
    EMAIL "NC-MAP-009" Mapping Warning
        "'{}' is no e-mail address" "write it as name@example.org" PROJECT
    ABSENCE_REASON "NC-MAP-010" Mapping Warning
        "the certificate is said to be absent, and one is referred to ({})"
        "write CertificateAbsence, or another reason" PROJECT
    ATTACHMENT_KIND "NC-MAP-011" Mapping Info
        "the attachment has the type '{}'"
        "write 293 for a report of inspection or diagnosis, 1 for one of analysis, 916 for others" UNCL
    DUE "NC-MAP-012" Mapping Warning
        "an answer is asked for by {}, before the message was written" "write a later date" PROJECT
    EXPORT_COUNTRY "NC-MAP-013" Mapping Warning
        "the consignment comes from {}, and another country is addressed"
        "address the exporting or re-exporting country" ISPM13_11
    SUPERFLUOUS "NC-MAP-014" Mapping Warning
        "'{}' does not belong in this message" "leave it out" PROJECT
    DOCUMENT_TYPE "NC-MAP-015" Mapping Severe
        "the document's TypeCode is '{}'" "write 293" PROJECT
    DOCUMENT_STATUS "NC-MAP-016" Mapping Severe
        "the document's StatusCode is '{}', which is not that of its MessageCode"
        "write 67, 70, 85, 40, 121, 73 or 2, as the message is" PROJECT
    CERTIFICATE_NUMBER "NC-MAP-017" Mapping Severe
        "the certificate concerned has no number" "write its ID" ISPM5
    FOREIGN_ROOT "NC-SCH-001" Schema Severe
        "the root '{}' is no notification of non-compliance"
        "write SPSNonComplianceNotification in its namespace" SCHEMA
    REQUIRED "NC-SCH-002" Schema Severe
        "the schema requires '{}' here" "write it" SCHEMA
    REQUIRED_SPS "NC-SCH-003" Schema Warning
        "the schema requires '{}' here" "write it, empty if there is nothing to say" UNECE
    CODE "NC-SCH-004" Schema Severe
        "the code '{}' is not in its list" "write one of the codes of the schema" SCHEMA
    DATE "NC-SCH-005" Schema Severe
        "'{}' is no date" "write it as 2026-03-04T10:11:12+01:00 in DateTimeString" SCHEMA
    DATE_SPS "NC-SCH-006" Schema Warning
        "'{}' is no date" "write it as 2026-03-04T10:11:12+01:00 in DateTimeString" UNECE
    DECIMAL "NC-SCH-007" Schema Warning
        "'{}' is no number" "write digits and a point" UNECE
    COUNTRY "NC-SCH-008" Schema Severe
        "'{}' is no country" "write two letters of ISO 3166-1" UNECE
    CODE_SPS "NC-SCH-009" Schema Warning
        "the code '{}' is not in its list" "write a code of the list that the element is from" UNECE
    BASE64 "NC-SCH-010" Schema Severe
        "the attachment is no Base64" "write the file's bytes in Base64" UNECE
    ATTACHMENT_BYTES "NC-SCH-011" Schema Severe
        "the attachment has {} bytes" "attach at most 3 MB each" GUIDELINE
    MIME "NC-SCH-012" Schema Warning
        "the attachment is of the type '{}'"
        "attach PDF, PNG, JPG or GIF and say so in mimeCode" GUIDELINE
    UNKNOWN "NC-STA-001" Mapping Severe
        "no notification '{}' between these parties is known"
        "send the notification first; answer only what was addressed to you" LIFE
    REPEATED "NC-STA-002" Mapping Severe
        "the notification '{}' was sent before"
        "send an update of it, or a new notification under a new number" LIFE
    OTHER_ADDRESSEE "NC-STA-003" Mapping Severe
        "the notification '{}' was addressed to another country"
        "withdraw it and send a new one under a new number" LIFE
    WITHDRAWN "NC-STA-004" Mapping Severe
        "the notification '{}' was withdrawn" "send a new one under a new number" LIFE
    CLOSED "NC-STA-005" Mapping Severe
        "the notification '{}' is closed" "send a new one under a new number" LIFE
    NOT_ISSUED "NC-STA-006" Mapping Severe
        "the notification '{}' is still preliminary" "issue it or withdraw it" LIFE
}

const HUB: &str = "This hub";
const PROJECT: &str = "Phytohub's schema of notifications";
const LIFE: &str = "Phytohub's life cycle of notifications";
const SCHEMA: &str = "sps-non-compliance-notification-1.xsd";
const UNECE: &str = "UN/CEFACT release 17A";
const UNCL: &str = "UNCL 1001";
const GUIDELINE: &str = "IPPC ePhyto attachments guideline 2.12";
const ISPM13: &str = "ISPM 13, basis of notification";
const ISPM1: &str = "ISPM 13, essential information: reference number";
const ISPM2: &str = "ISPM 13, essential information: date";
const ISPM3: &str = "ISPM 13, essential information: NPPO of the importing country";
const ISPM4: &str = "ISPM 13, essential information: NPPO of the exporting country";
const ISPM5: &str = "ISPM 13, essential information: identity of the consignment";
const ISPM6: &str = "ISPM 13, essential information: consignee and consignor";
const ISPM7: &str = "ISPM 13, essential information: date of first action";
const ISPM8: &str = "ISPM 13, essential information: nature of the non-compliance";
const ISPM9: &str = "ISPM 13, essential information: phytosanitary actions";
const ISPM10: &str = "ISPM 13, essential information: authentication";
const ISPM13_7: &str = "ISPM 13, documentation and means of communication";
const ISPM13_8: &str = "ISPM 13, pest identification";
const ISPM13_9: &str = "ISPM 13, investigation";
const ISPM13_10: &str = "ISPM 13, transit";
const ISPM13_11: &str = "ISPM 13, re-export";
