//! What every phytosanitary certificate must carry.

use super::{Check, Path, Rule, Scope};
use crate::finding::{Area, Level, RuleId};
use crate::name::Name as N;
use crate::schema::Kind;

/// `mandatory!` rows: id, scope, element, check, what is missing, what to write, source.
macro_rules! mandatory {
    ($($id:literal $scope:ident $at:ident $check:expr, $text:literal, $help:literal, $source:literal;)*) => {
        pub(super) static RULES: &[&Rule] = &[$(&Rule {
            id: RuleId($id),
            area: Area::MandatoryElements,
            level: Level::Severe,
            text: $text,
            help: $help,
            source: $source,
            scope: Scope::$scope,
            at: Some(Kind::$at),
            check: $check,
        }),*];
    };
}

mandatory! {
    "PC-MAND-001" Certificate Certificate Check::Exists(&[&[N::SPSExchangedDocument]]),
        "the document's own data are missing",
        "write SPSExchangedDocument with number, type, status and date", "SPSCertificate 17";
    "PC-MAND-002" Certificate Certificate Check::Exists(&[&[N::SPSConsignment]]),
        "the consignment is missing", "write SPSConsignment with at least one line",
        "SPSCertificate 17";
    "PC-MAND-003" Certificate ExchangedDocument Check::Filled(&[&[N::TypeCode]]),
        "the document type is missing", "write 851 for export or 657 for re-export",
        "ISPM 12, title of the certificate";
    "PC-MAND-004" Certificate ExchangedDocument Check::Filled(&[&[N::ID]]),
        "the certificate number is missing",
        "write the number that the header carries as NPPOCertificateNumber",
        "ISPM 12, certificate number";
    "PC-MAND-005" Certificate ExchangedDocument Check::Filled(&[&[N::StatusCode]]),
        "the status is missing", "write 70 for issued or 40 for withdrawn",
        "IPPC mapping, status";
    "PC-MAND-006" Profile ExchangedDocument Check::Filled(&[&[N::IssueDateTime]]),
        "the date of issue is missing",
        "write it as 2026-03-04T10:11:12+01:00 in DateTimeString", "ISPM 12, date";
    "PC-MAND-007" Profile ExchangedDocument Check::Filled(&[&[N::IssuerSPSParty, N::Name]]),
        "the name of the issuing organization is missing",
        "write the plant protection organization's name",
        "ISPM 12, Plant Protection Organization of";
    "PC-MAND-008" Profile Consignment Check::Filled(&[&[N::ExportSPSCountry, N::ID]]),
        "the exporting country is missing", "write its two letters of ISO 3166-1",
        "ISPM 12, Plant Protection Organization of";
    "PC-MAND-009" Profile Consignment Check::Filled(&[&[N::ImportSPSCountry, N::ID]]),
        "the importing country is missing", "write its two letters of ISO 3166-1",
        "ISPM 12, TO: Plant Protection Organization of";
    "PC-MAND-010" Profile Consignment Check::Filled(&[&[N::ConsignorSPSParty, N::Name]]),
        "the exporter's name is missing", "write it", "ISPM 12, name and address of exporter";
    "PC-MAND-011" Profile Consignment Check::Filled(CONSIGNOR_ADDRESS),
        "the exporter's address is missing", "write it in LineOne to LineFive",
        "ISPM 12, name and address of exporter";
    "PC-MAND-012" Profile Consignment Check::Filled(&[&[N::ConsigneeSPSParty, N::Name]]),
        "the consignee's name is missing", "write it as declared, 'To order' included",
        "ISPM 12, declared name and address of consignee";
    "PC-MAND-013" Profile Consignment Check::Filled(CONSIGNEE_ADDRESS),
        "the consignee's address is missing", "write it in LineOne to LineFive",
        "ISPM 12, declared name and address of consignee";
    "PC-MAND-014" Profile Consignment Check::Exists(&[&[N::MainCarriageSPSTransportMovement]]),
        "the means of conveyance are missing",
        "write at least one MainCarriageSPSTransportMovement with its ModeCode",
        "ISPM 12, declared means of conveyance; refused by the IPPC hub";
    "PC-MAND-015" Profile TransportMovement Check::Filled(&[&[N::ModeCode]]),
        "the mode of transport is missing", "write a code of UN/ECE Recommendation 19",
        "ISPM 12, declared means of conveyance; refused by the IPPC hub";
    "PC-MAND-016" Profile Consignment Check::Exists(&[&[N::IncludedSPSConsignmentItem]]),
        "the consignment has no item", "write at least one IncludedSPSConsignmentItem",
        "ISPM 12, name of produce and quantity declared";
    "PC-MAND-017" Profile ConsignmentItem Check::Exists(&[&[N::IncludedSPSTradeLineItem]]),
        "the item has no line", "write at least one IncludedSPSTradeLineItem",
        "ISPM 12, name of produce and quantity declared";
    "PC-MAND-018" Profile TradeLineItem Check::Filled(&[&[N::Description]]),
        "the line does not say what it is", "name the produce",
        "ISPM 12, name of produce and quantity declared";
    "PC-MAND-019" Profile TradeLineItem Check::Filled(&[&[N::OriginSPSCountry, N::ID]]),
        "the place of origin is missing", "write at least one OriginSPSCountry with its ID",
        "ISPM 12, place of origin";
    "PC-MAND-020" Profile TradeLineItem
        Check::FilledOrNote(&[&[N::PhysicalSPSPackage, N::ItemQuantity]], "OPTND"),
        "the packages are missing",
        "write PhysicalSPSPackage, or a note OPTND for goods without packages",
        "ISPM 12, number and description of packages";
    "PC-MAND-021" Profile ExchangedDocument
        Check::Filled(&[&[N::SignatorySPSAuthentication, N::IssueSPSLocation, N::Name]]),
        "the place of issue is missing", "write it", "ISPM 12, place of issue";
    "PC-MAND-022" Profile ExchangedDocument Check::Filled(&[OFFICER]),
        "the name of the authorized officer is missing", "write it",
        "ISPM 12, name of authorized officer";
    "PC-MAND-023" Export ExchangedDocument Check::Filled(&[CLAUSE]),
        "the certifying statement is missing",
        "write IncludedSPSClause with the statement's number, 1", "ISPM 12, certifying statement";
    "PC-MAND-024" ReExport TradeLineItem Check::Note("RPCST"),
        "the certifying statement for re-export is missing",
        "write a note RPCST with the statement's number, 3",
        "ISPM 12, certifying statement of the certificate for re-export";
    "PC-MAND-025" ReExport TradeLineItem Check::Note("RPCCO"),
        "the country of origin's certificate is not named",
        "write a note RPCCO with the two letters of the country that issued it",
        "ISPM 12, certificate for re-export, imported from";
    "PC-MAND-026" ReExport TradeLineItem Check::Note("RPCRF"),
        "the number of the original certificate is missing",
        "write a note RPCRF with it", "ISPM 12, certificate for re-export, covered by certificate No.";
    "PC-MAND-027" Profile ExchangedDocument Check::NoteNeeds("ADRP", "ADRPN"),
        "the certificate replaces another that is not named",
        "write a note ADRPN with the replaced number", "ISPM 12, replacement certificates";
}

const OFFICER: Path =
    &[N::SignatorySPSAuthentication, N::ProviderSPSParty, N::SpecifiedSPSPerson, N::Name];
const CLAUSE: Path = &[N::SignatorySPSAuthentication, N::IncludedSPSClause, N::ID];

const CONSIGNOR_ADDRESS: &[Path] = &[
    &[N::ConsignorSPSParty, N::SpecifiedSPSAddress, N::LineOne],
    &[N::ConsignorSPSParty, N::SpecifiedSPSAddress, N::LineTwo],
    &[N::ConsignorSPSParty, N::SpecifiedSPSAddress, N::LineThree],
    &[N::ConsignorSPSParty, N::SpecifiedSPSAddress, N::CityName],
];

const CONSIGNEE_ADDRESS: &[Path] = &[
    &[N::ConsigneeSPSParty, N::SpecifiedSPSAddress, N::LineOne],
    &[N::ConsigneeSPSParty, N::SpecifiedSPSAddress, N::LineTwo],
    &[N::ConsigneeSPSParty, N::SpecifiedSPSAddress, N::LineThree],
    &[N::ConsigneeSPSParty, N::SpecifiedSPSAddress, N::CityName],
];
