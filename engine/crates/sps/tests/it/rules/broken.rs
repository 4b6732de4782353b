//! For each rule, what breaks it.

/// A change to a certificate that breaks one rule.
pub(crate) struct Case {
    pub(crate) rule: &'static str,
    pub(crate) path: &'static str,
    pub(crate) base: u16,
    pub(crate) replaces: bool,
    pub(crate) edits: &'static [Edit],
}

/// One change.
pub(crate) enum Edit {
    /// The first of these is replaced.
    Swap(&'static str, &'static str),
    /// The first element of that name goes.
    Cut(&'static str),
    /// The first of these becomes so many letters.
    Grow(&'static str, usize),
}

use Edit::{Cut, Grow, Swap};

const fn case(rule: &'static str, path: &'static str, edits: &'static [Edit]) -> Case {
    Case { rule, path, base: 851, replaces: false, edits }
}

const fn re_export(rule: &'static str, path: &'static str, edits: &'static [Edit]) -> Case {
    Case { base: 657, ..case(rule, path, edits) }
}

const LINE: &str = "SPSConsignment/IncludedSPSConsignmentItem[1]/IncludedSPSTradeLineItem[1]";

/// A path below the only line.
macro_rules! line {
    ($below:literal) => {
        concat!("SPSConsignment/IncludedSPSConsignmentItem[1]/IncludedSPSTradeLineItem[1]/", $below)
    };
}

/// A path to the attachment.
const FILE: &str =
    "SPSExchangedDocument/ReferenceSPSReferencedDocument[1]/AttachmentBinaryObject[1]";

#[rustfmt::skip]
pub(crate) const CASES: &[Case] = &[
    case("PC-XML-001", "", &[Swap("</ram:ID>", "</ram:Id>")]),
    case("PC-XML-002", "", &[]),
    case("PC-XML-003", "", &[]),
    case("PC-XML-004", "", &[Swap("?>", "?><!DOCTYPE a [<!ENTITY b 'c'>]>")]),
    case("PC-XML-005", "", &[Swap("</rsm:SPSCertificate>", DEEP)]),
    case("PC-XML-006", "", &[Swap("</rsm:SPSCertificate>", "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><x:a/></ds:Signature></rsm:SPSCertificate>")]),
    case("PC-XML-007", "", &[Swap("\"UTF-8\"", "\"utf-16\"")]),
    case("PC-XML-008", "", &[]),
    case("PC-XML-009", "", &[]),
    case("PC-SCH-001", "", &[Swap("<rsm:SPSCertificate ", "<rsm:spsCertificate "), Swap("</rsm:SPSCertificate>", "</rsm:spsCertificate>")]),
    case("PC-SCH-002", "SPSExchangedDocument/Comment", &[Swap("<ram:Name/>", "<ram:Name/><ram:Comment/>")]),
    case("PC-SCH-003", "SPSExchangedDocument/ID", &[Swap("<ram:TypeCode>", "<ram:ID>2</ram:ID><ram:TypeCode>")]),
    case("PC-SCH-004", "SPSConsignment/UtilizedSPSTransportEquipment[1]/ID", &[Swap("<ram:ID>SAMU5687159</ram:ID>", "<ID>SAMU5687159</ID>")]),
    case("PC-SCH-005", "SPSExchangedDocument", &[Swap("<ram:Name/>", "text<ram:Name/>")]),
    case("PC-SCH-006", "", &[Swap("Certificate:17", "Certificate:16")]),
    case("PC-SCH-007", "", &[Swap("Certificate:17", "Certificate:18"), Swap("Entity:21", "Entity:22")]),
    case("PC-SCH-008", "", &[Swap("<ram:IntendedUse ", "<ram:IntendedUse xmlns:ram=\"urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:20\" ")]),
    case("PC-SCH-009", "SPSExchangedDocument/Name", &[Swap("<ram:Name/>", "")]),
    case("PC-SCH-010", "SPSExchangedDocument/TypeCode", &[Swap("<ram:TypeCode>851", "<ram:TypeCode>99999")]),
    case("PC-SCH-011", "SPSExchangedDocument/StatusCode", &[Swap(">70<", ">issued<")]),
    case("PC-SCH-012", line!("SequenceNumeric"), &[Swap("<ram:SequenceNumeric>1", "<ram:SequenceNumeric>first")]),
    case("PC-SCH-013", line!("PhysicalSPSPackage[1]/LevelCode"), &[Swap("<ram:LevelCode>1", "<ram:LevelCode>outer")]),
    case("PC-SCH-014", "SPSConsignment/MainCarriageSPSTransportMovement[1]/ModeCode", &[Swap("<ram:ModeCode>4", "<ram:ModeCode>sea")]),
    case("PC-SCH-015", line!("NetWeightMeasure"), &[Swap("5546.5<", "5546,5<")]),
    case("PC-SCH-016", line!("PhysicalSPSPackage[1]/ItemQuantity"), &[Swap(">486<", ">many<")]),
    case("PC-SCH-017", line!("AppliedSPSProcess[1]/CompletionSPSPeriod/EndDateTime"), &[Swap("<udt:DateTimeString>2026-02-28<", "<udt:DateTimeString>28.2.2026<")]),
    Case { base: 0, ..case("PC-SCH-018", "SPSAcknowledgementDocument/StatusCode", &[Swap(">39<", ">yes<")]) },
    case("PC-SCH-019", FILE, &[Swap(">JVBERi0", ">JV.ERi0")]),
    case("PC-MAND-001", "SPSExchangedDocument", &[Cut("rsm:SPSExchangedDocument")]),
    case("PC-MAND-002", "SPSConsignment", &[Cut("rsm:SPSConsignment")]),
    case("PC-MAND-003", "SPSExchangedDocument/TypeCode", &[Cut("ram:TypeCode")]),
    case("PC-MAND-004", "SPSExchangedDocument/ID", &[Cut("ram:ID")]),
    case("PC-MAND-005", "SPSExchangedDocument/StatusCode", &[Swap(">70<", "> <")]),
    case("PC-MAND-006", "SPSExchangedDocument/IssueDateTime", &[Cut("ram:IssueDateTime")]),
    case("PC-MAND-007", "SPSExchangedDocument/IssuerSPSParty/Name", &[Cut("ram:IssuerSPSParty")]),
    case("PC-MAND-008", "SPSConsignment/ExportSPSCountry/ID", &[Cut("ram:ExportSPSCountry")]),
    case("PC-MAND-009", "SPSConsignment/ImportSPSCountry/ID", &[Swap("<ram:ImportSPSCountry><ram:ID>MA<", "<ram:ImportSPSCountry><ram:ID><")]),
    case("PC-MAND-010", "SPSConsignment/ConsignorSPSParty/Name", &[Swap(">Exporter Seed potatoes 650<", "><")]),
    case("PC-MAND-011", "SPSConsignment/ConsignorSPSParty/SpecifiedSPSAddress/LineOne", &[Cut("ram:SpecifiedSPSAddress")]),
    case("PC-MAND-012", "SPSConsignment/ConsigneeSPSParty/Name", &[Swap(">Importer Avocados 722<", "><")]),
    case("PC-MAND-013", "SPSConsignment/ConsigneeSPSParty/SpecifiedSPSAddress/LineOne", &[Swap(">17 Sample Street<", "><"), Swap(">Port Middle<", "><")]),
    case("PC-MAND-014", "SPSConsignment/MainCarriageSPSTransportMovement", &[Cut("ram:MainCarriageSPSTransportMovement")]),
    case("PC-MAND-015", "SPSConsignment/MainCarriageSPSTransportMovement[1]/ModeCode", &[Cut("ram:ModeCode")]),
    case("PC-MAND-016", "SPSConsignment/IncludedSPSConsignmentItem", &[Cut("ram:IncludedSPSConsignmentItem")]),
    case("PC-MAND-017", "SPSConsignment/IncludedSPSConsignmentItem[1]/IncludedSPSTradeLineItem", &[Cut("ram:IncludedSPSTradeLineItem")]),
    case("PC-MAND-018", line!("Description[1]"), &[Swap("<ram:Description>Seed potatoes<", "<ram:Description><")]),
    case("PC-MAND-019", line!("OriginSPSCountry/ID"), &[Cut("ram:OriginSPSCountry")]),
    case("PC-MAND-020", line!("PhysicalSPSPackage/ItemQuantity"), &[Cut("ram:PhysicalSPSPackage"), Cut("ram:PhysicalSPSPackage")]),
    case("PC-MAND-021", "SPSExchangedDocument/SignatorySPSAuthentication[1]/IssueSPSLocation/Name", &[Cut("ram:IssueSPSLocation")]),
    case("PC-MAND-022", "SPSExchangedDocument/SignatorySPSAuthentication[1]/ProviderSPSParty/SpecifiedSPSPerson/Name", &[Swap(">Officer 733<", "><")]),
    case("PC-MAND-023", "SPSExchangedDocument/SignatorySPSAuthentication[1]/IncludedSPSClause/ID", &[Cut("ram:IncludedSPSClause"), Cut("ram:IncludedSPSClause")]),
    re_export("PC-MAND-024", LINE, &[Swap("<ram:Subject>RPCST</ram:Subject><ram:Content>3<", "<ram:Subject>DMTLIL</ram:Subject><ram:Content>3<")]),
    re_export("PC-MAND-025", LINE, &[Swap("<ram:Subject>RPCCO<", "<ram:Subject>DMTLIL<")]),
    re_export("PC-MAND-026", LINE, &[Swap("<ram:Subject>RPCRF<", "<ram:Subject>DMTLIL<")]),
    Case { replaces: true, ..case("PC-MAND-027", "SPSExchangedDocument", &[Swap("<ram:Subject>ADRPN<", "<ram:Subject>DMCL<")]) },
    case("PC-MAP-001", "SPSExchangedDocument/ID", &[Cut("ram:ID"), Swap("<ram:StatusCode>", "<ram:ID>1</ram:ID><ram:StatusCode>")]),
    case("PC-MAP-002", "", &[Swap("<ram:TypeCode>851", "<ram:TypeCode>852")]),
    case("PC-MAP-003", "SPSExchangedDocument/StatusCode", &[Swap(">70<", ">44<")]),
    case("PC-MAP-004", "SPSExchangedDocument/IncludedSPSNote[1]/Subject", &[Swap(">ADEDL<", ">adedl<")]),
    case("PC-MAP-005", "SPSExchangedDocument/IncludedSPSNote[1]/Subject", &[Swap(">ADEDL<", ">ADTLIL<")]),
    case("PC-MAP-006", "SPSExchangedDocument/IncludedSPSNote[2]", &[Swap(">IP-2026-0001<", "><")]),
    case("PC-MAP-007", "SPSExchangedDocument/IncludedSPSNote[6]/Content[1]", &[Swap("<ram:Content>5<", "<ram:Content>x<")]),
    case("PC-MAP-008", "SPSExchangedDocument/IncludedSPSNote[2]/Content[1]", &[Grow("IP-2026-0001", 257)]),
    case("PC-MAP-009", line!("AppliedSPSProcess[1]/TypeCode"), &[Swap("<ram:AppliedSPSProcess><ram:TypeCode>ZZZ<", "<ram:AppliedSPSProcess><ram:TypeCode>74<")]),
    case("PC-MAP-010", line!("AppliedSPSProcess[1]/ApplicableSPSProcessCharacteristic[1]/Description[1]"), &[Swap(">TTL1<", ">ttl1<")]),
    case("PC-MAP-011", line!("AppliedSPSProcess[1]"), &[Swap(">TTFT<", ">TTAI<")]),
    case("PC-MAP-012", line!("NetWeightMeasure"), &[Swap("<ram:NetWeightMeasure unitCode=\"KGM\">", "<ram:NetWeightMeasure>")]),
    case("PC-MAP-013", line!("NetWeightMeasure"), &[Swap("\"KGM\"", "\"kilo\"")]),
    case("PC-MAP-014", line!("PhysicalSPSPackage[1]/TypeCode"), &[Swap(">BG<", ">BAG<")]),
    case("PC-MAP-015", "SPSConsignment/MainCarriageSPSTransportMovement[1]/ModeCode", &[Swap("<ram:ModeCode>4", "<ram:ModeCode>40")]),
    case("PC-MAP-016", "SPSConsignment/TransitSPSCountry[1]/ID", &[Swap("<ram:TransitSPSCountry><ram:ID>NO<", "<ram:TransitSPSCountry><ram:ID>NO2<")]),
    case("PC-MAP-017", "SPSConsignment/UnloadingBaseportSPSLocation/ID", &[Swap(">MAAAA<", ">MA<")]),
    case("PC-MAP-018", line!("ApplicableSPSClassification[1]/ClassCode"), &[Swap(">070110<", ">potato<")]),
    case("PC-MAP-019", "SPSExchangedDocument/IssueDateTime", &[Swap("2026-07-08T09:08:00+00:00", "2026-07-08")]),
    case("PC-MAP-020", "SPSExchangedDocument/ID", &[Grow("LK-2026-6428519", 61)]),
    case("PC-MAP-021", "SPSConsignment/ConsigneeSPSParty/Name", &[Swap(">Importer Avocados 722<", ">Sin Dato<")]),
    case("PC-MAP-022", "SPSExchangedDocument/SignatorySPSAuthentication[1]/IncludedSPSClause[1]/ID", &[Swap("<ram:IncludedSPSClause><ram:ID>1<", "<ram:IncludedSPSClause><ram:ID>77<")]),
    case("PC-MAP-023", line!("ScientificName"), &[Cut("ram:ScientificName")]),
    case("PC-MAP-024", line!("IntendedUse[1]"), &[Swap(">Decoration<", ">For the table of a hotel<")]),
    case("PC-MAP-025", line!("NetWeightMeasure"), &[Cut("ram:NetWeightMeasure"), Cut("ram:GrossWeightMeasure"), Cut("ram:NetVolumeMeasure"), Cut("ram:PhysicalSPSPackage"), Cut("ram:PhysicalSPSPackage"), Swap(">DMTLIL<", ">OPTND<"), Swap(">OQV<", ">ADTLIL<")]),
    case("PC-MAP-026", LINE, &[Swap(">OQU<", ">DMTLIL<")]),
    case("PC-MAP-027", "SPSExchangedDocument/TypeCode", &[Swap("<ram:TypeCode>851", "<ram:TypeCode>380")]),
    case("PC-MAP-028", line!("AppliedSPSProcess[1]/ApplicableSPSProcessCharacteristic[1]/Description[2]"), &[Swap(">CHT<", ">CHEM<")]),
    case("PC-MAP-029", line!("AppliedSPSProcess[1]/ApplicableSPSProcessCharacteristic[3]/Description[2]"), &[Swap(">238<", ">9999<")]),
    case("PC-ATT-001", FILE, &[Swap("mimeCode=\"application/pdf\"", "mimeCode=\"\"")]),
    case("PC-ATT-002", FILE, &[Swap("mimeCode=\"application/pdf\"", "")]),
    case("PC-ATT-003", FILE, &[Swap("mimeCode=\"application/pdf\"", "mimeCode=\"text/html\"")]),
    case("PC-ATT-004", FILE, &[Grow("JVBERi0xLjQKJSBzYW1wbGUgODg4ODExCiUlRU9GCg==", 4_194_308)]),
    case("PC-ATT-006", "SPSExchangedDocument/ReferenceSPSReferencedDocument[1]/RelationshipTypeCode", &[Swap(">ZZZ<", ">CAW<")]),
];

/// Deeper than is read.
const DEEP: &str = concat!(
    "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">",
    "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>",
    "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>",
    "<a><a><a><a>"
);
