//! For each rule, what breaks it.

use super::Edit::{Cut, CutIn, Every, Note, Say, Set, Swap};
use super::{Case, case};

#[rustfmt::skip]
pub(crate) const CASES: &[Case] = &[
    case("OC-GEN-001", "meat", &[Set("ram:ConsignorSPSParty", "ram:Name", "")]),
    case("OC-GEN-002", "meat", &[CutIn("ram:ConsignorSPSParty", "ram:SpecifiedSPSAddress")]),
    case("OC-GEN-003", "meat", &[Set("ram:IssuerSPSParty", "ram:Name", "")]),
    case("OC-GEN-004", "meat", &[Set("ram:ProviderSPSParty", "ram:Name", "")]),
    case("OC-GEN-005", "meat", &[Set("ram:ConsigneeSPSParty", "ram:Name", "")]),
    case("OC-GEN-006", "meat", &[CutIn("ram:ConsigneeSPSParty", "ram:SpecifiedSPSAddress")]),
    case("OC-GEN-007", "meat", &[Cut("ram:OriginSPSCountry")]),
    case("OC-GEN-008", "meat", &[Cut("ram:LoadingBaseportSPSLocation")]),
    case("OC-GEN-009", "meat", &[Cut("ram:MainCarriageSPSTransportMovement")]),
    case("OC-GEN-010", "meat", &[CutIn("ram:MainCarriageSPSTransportMovement", "ram:ID"), CutIn("ram:MainCarriageSPSTransportMovement", "ram:UsedSPSTransportMeans")]),
    case("OC-GEN-011", "meat", &[Cut("ram:UnloadingBaseportSPSLocation")]),
    case("OC-GEN-012", "meat", &[Set("ram:UnloadingBaseportSPSLocation", "ram:ID", "XX")]),
    case("OC-GEN-013", "meat", &[Note("STORAGE_CONDITIONS"), Cut("ram:SettingSPSTemperature")]),
    case("OC-GEN-014", "meat", &[Note("TOTAL_NET_WEIGHT_KG"), Note("TOTAL_GROSS_WEIGHT_KG")]),
    case("OC-GEN-015", "meat", &[Cut("ram:AffixedSPSSeal")]),
    case("OC-GEN-016", "meat", &[Note("TOTAL_PACKAGES")]),
    case("OC-ATT-001", "meat", &[Every("ram:IncludedSPSClause")]),
    case("OC-SIG-001", "meat", &[Set("ram:SpecifiedSPSPerson", "ram:Name", "")]),
    case("OC-SIG-002", "meat", &[Set("ram:ActualDateTime", "udt:DateTimeString", "")]),
    case("OC-SIG-003", "meat", &[Cut("ram:AttainedSPSQualification")]),
    case("OC-PRD-001", "meat", &[Set("ram:IncludedSPSTradeLineItem", "ram:Description", ""), Cut("ram:CommonName")]),
    Case { also: &["CE-MOD-002"], ..case("OC-PRD-002", "meat", &[Cut("ram:ApplicableSPSClassification")]) },
    case("OC-PRD-003", "meat", &[Cut("ram:ScientificName")]),
    case("OC-PRD-004", "meat", &[Cut("ram:IntendedUse")]),
    case("OC-PRD-005", "meat", &[Every("ram:AppliedSPSProcess")]),
    case("OC-PRD-006", "meat", &[CutIn("ram:OperatorSPSParty", "ram:ID")]),
    case("OC-PRD-007", "meat", &[Cut("ram:ProductionBatchID")]),
    case("OC-PRD-008", "meat", &[Cut("ram:PhysicalSPSPackage")]),
    case("OC-PRD-009", "meat", &[Set("ram:PhysicalSPSPackage", "ram:TypeCode", "")]),
    case("OC-PRD-010", "meat", &[Cut("ram:NetWeightMeasure")]),
    case("OC-PRD-011", "meat", &[CutIn("ram:AppliedSPSProcess", "ram:OperationSPSCountry")]),
    Case { status: 40, ..case("OC-REV-001", "meat", &[Note("REVOCATION_REASON")]) },
    Case { status: 40, also: &["OC-PRD-007"], ..case("OC-REV-002", "meat", &[Cut("ram:UtilizedSPSTransportEquipment"), Cut("ram:ProductionBatchID")]) },
    case("OC-LIF-001", "meat", &[Set("ram:ExportExitDateTime", "udt:DateTimeString", "2026-01-01T00:00:00Z")]),
    Case { also: &["OC-LIF-004"], ..case("OC-LIF-002", "meat", &[CutIn("ram:IncludedSPSClause", "ram:ID"), Set("ram:IncludedSPSClause", "ram:Content", "")]) },
    case("OC-LIF-003", "meat", &[Swap(SIGNED, concat!(
        "<ram:ReferenceSPSReferencedDocument><ram:RelationshipTypeCode>ZZZ</ram:RelationshipTypeCode>",
        "<ram:ID>A-1</ram:ID><ram:AttachmentBinaryObject mimeCode=\"application/pdf\" filename=\"a.pdf\">",
        "JVBERi0=</ram:AttachmentBinaryObject></ram:ReferenceSPSReferencedDocument>",
        "<ram:SignatorySPSAuthentication>",
    ))]),
    case("OC-LIF-004", "meat", &[CutIn("ram:IncludedSPSClause", "ram:ID")]),
    Case { also: &["OC-PRD-003"], ..case("OC-FSH-001", "fishery-product", &[Cut("ram:ScientificName")]) },
    case("OC-FSH-002", "fishery-product", &[Note("PRODUCTION")]),
    case("OC-FSH-003", "fishery-product", &[Say("PRODUCTION", "both")]),
    Case { also: &["OC-PRD-003"], ..case("OC-MLK-001", "cheese", &[Cut("ram:ScientificName"), Cut("ram:CommonName")]) },
    case("OC-MLK-002", "cheese", &[Note("PRODUCTION_DATE")]),
];

const SIGNED: &str = "<ram:SignatorySPSAuthentication>";
