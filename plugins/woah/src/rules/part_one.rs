//! Part I of all models, and the signature.

use phytohub_official_certificate::rule::Check::*;
use phytohub_official_certificate::rule::{Form as F, Path, When as W, at};
use phytohub_official_certificate::table;
use phytohub_sps::Name as N;

table! {
    /// Boxes that every model has.
    pub static PART_ONE;
    "VC-ONE-001" "I.1" Severe at::CONSIGNMENT, W::Always, Filled(&[&[N::ConsignorSPSParty, N::Name]]),
        "the consignor is missing", "write its name", T5_10;
    "VC-ONE-002" "I.1" Warning at::CONSIGNMENT, W::Has(&[N::ConsignorSPSParty, N::Name]),
        Filled(CONSIGNOR_ADDRESS),
        "the consignor's address is missing", "write it in full", T5_10;
    "VC-ONE-003" "I.3" Severe at::DOCUMENT, W::Always, Filled(&[&[N::IssuerSPSParty, N::Name]]),
        "the Veterinary Authority is missing", "write its name as the issuer's", T5_10;
    "VC-ONE-004" "I.4" Severe at::CONSIGNMENT, W::Always, Filled(&[&[N::ConsigneeSPSParty, N::Name]]),
        "the consignee is missing", "write its name", T5_10;
    "VC-ONE-005" "I.4" Warning at::CONSIGNMENT, W::Has(&[N::ConsigneeSPSParty, N::Name]),
        Filled(CONSIGNEE_ADDRESS),
        "the consignee's address is missing", "write it in full", T5_10;
    "VC-ONE-006" "I.5" Severe at::LINE, W::Always, Filled(&[&[N::OriginSPSCountry, N::ID]]),
        "the line does not say which country it comes from",
        "write the two letters of the country of origin; of products, of every country where they \
         were produced, made or packed", T5_10;
    "VC-ONE-007" "I.6" Warning at::LINE, W::Has(ZONE_ID), Filled(&[ZONE_NAME]),
        "the zone or compartment of origin has a code and no name",
        "name it as the Veterinary Authority does", T5_10;
    "VC-ONE-008" "I.9" Severe at::CONSIGNMENT, W::Always, Filled(PLACE_OF_ORIGIN),
        "the place of origin is missing",
        "write the establishment as DespatchSPSParty with name, address and approval number, or as \
         OriginSPSLocation of each line", T5_10;
    "VC-ONE-009" "I.9" Warning at::CONSIGNMENT, W::Has(&[N::DespatchSPSParty, N::Name]),
        Filled(&[&[N::DespatchSPSParty, N::ID]]),
        "the establishment of origin has no approval number",
        "write it in the party's ID, where the establishment is approved", T5_10;
    "VC-ONE-010" "I.10" Warning at::CONSIGNMENT, W::Always,
        Filled(&[&[N::LoadingBaseportSPSLocation, N::Name], &[N::LoadingBaseportSPSLocation, N::ID]]),
        "the place of shipment is missing", "write where the goods are loaded", T5_10;
    "VC-ONE-011" "I.11" Warning at::CONSIGNMENT, W::Always, Filled(&[&[N::ExportExitDateTime]]),
        "the date of departure is missing", "write it, with the time for live animals", T5_10;
    "VC-ONE-012" "I.11" Warning at::ROOT, W::Always, NotBefore(
        &[N::SPSConsignment, N::ExportExitDateTime],
        &[N::SPSExchangedDocument, N::SignatorySPSAuthentication, N::ActualDateTime]),
        "the departure on {} is before the signature",
        "certify before the consignment leaves the control of the one who signs", T5_2;
    "VC-ONE-013" "I.12" Severe at::CONSIGNMENT, W::Always,
        Filled(&[&[N::MainCarriageSPSTransportMovement, N::ModeCode]]),
        "the means of transport is missing",
        "write its mode: 1 ship, 2 railway wagon, 3 road vehicle, 4 aeroplane", T5_10;
    "VC-ONE-014" "I.12" Warning at::TRANSPORT, W::Always,
        Filled(&[&[N::ID], &[N::UsedSPSTransportMeans, N::Name]]),
        "the means of transport is not identified",
        "write the flight, the ship's name, the number of the wagon or the plate", T5_10;
    "VC-ONE-015" "I.13" Warning at::CONSIGNMENT, W::Always,
        Filled(&[&[N::UnloadingBaseportSPSLocation, N::ID], &[N::UnloadingBaseportSPSLocation, N::Name]]),
        "the expected border post is missing", "write its UN/LOCODE or its name", T5_10;
    "VC-ONE-016" "I.13" Info at::CONSIGNMENT, W::Always,
        Form(&[N::UnloadingBaseportSPSLocation, N::ID], F::Locode),
        "the border post '{}' is no UN/LOCODE", "write its UN/LOCODE", T5_10;
    "VC-ONE-017" "I.23" Warning at::DOCUMENT, W::Always, Note(&["IMPORT_PURPOSE"]),
        "it is not said whether the import is definitive, a re-entry or temporary",
        "write it in the note IMPORT_PURPOSE", T5_10;
    "VC-ONE-018" "I.23" Warning at::DOCUMENT, W::Always,
        NoteOneOf("IMPORT_PURPOSE", &["DEFINITIVE", "RE-ENTRY", "TEMPORARY"]),
        "the purpose '{}' is not one of the model",
        "write DEFINITIVE, RE-ENTRY or TEMPORARY", T5_10;
    "VC-TWO-001" "II" Severe at::ROOT, W::Always, Attested,
        "nothing is attested",
        "write what the two authorities agreed on as clauses of the signatory or of the lines", T5_2;
    "VC-SIG-001" "signature" Severe at::DOCUMENT, W::Always, Filled(&[
        &[N::SignatorySPSAuthentication, N::ProviderSPSParty, N::SpecifiedSPSPerson, N::Name]]),
        "the official veterinarian is missing", "write the name of the one who signs", T5_10;
    "VC-SIG-002" "signature" Severe at::DOCUMENT, W::Always,
        Filled(&[&[N::SignatorySPSAuthentication, N::ActualDateTime]]),
        "the date of signature is missing", "write when the certificate was signed", T5_10;
    "VC-SIG-003" "signature" Warning at::SIGNATORY, W::Always, Filled(&[
        &[N::ProviderSPSParty, N::SpecifiedSPSPerson, N::AttainedSPSQualification, N::Name]]),
        "the official position of the one who signs is missing",
        "write it as a qualification, such as Official veterinarian", T5_10;
    "VC-SIG-004" "signature" Warning at::SIGNATORY, W::Always, Filled(&[&[N::IssueSPSLocation, N::Name]]),
        "the place of signature is missing", "write where the certificate was signed", T5_10;
    "VC-WDR-001" "" Warning at::DOCUMENT, W::Withdrawn, Note(&["REVOCATION_REASON", "ADRPR"]),
        "the withdrawal gives no reason", "write it in the note REVOCATION_REASON", T5_2;
}

table! {
    /// Boxes of all goods, live or not.
    pub static GOODS;
    "VC-GDS-001" "I.15" Severe at::LINE, W::Always, Filled(&[&[N::Description]]),
        "the commodity is not described", "say what it is", T5_10;
    "VC-GDS-002" "I.16" Warning at::LINE, W::Always, Classified,
        "the commodity's code of the Harmonized System is missing",
        "write a classification with SystemName HS and ClassCode", T5_10;
    "VC-GDS-003" "I.17" Severe at::LINE, W::Always, FilledOrNote(
        &[&[N::NetWeightMeasure], &[N::GrossWeightMeasure], &[N::PhysicalSPSPackage, N::ItemQuantity]],
        &["NUMBER_OF_ANIMALS", "NUMBER_OF_EGGS", "NUMBER_OF_STRAWS", "OQV"]),
        "the quantity is missing",
        "write heads, eggs or straws in a note, or the weight", T5_10;
    "VC-GDS-004" "I.20" Warning at::EQUIPMENT, W::Always, Filled(&[&[N::AffixedSPSSeal, N::ID]]),
        "a container has no seal", "write the seal's number, where it is sealed", T5_10;
    "VC-GDS-005" "I.22" Severe at::LINE, W::Always, Filled(&[&[N::IntendedUse]]),
        "the intended use is missing",
        "write it, such as Breeding, Slaughter, Human consumption", T5_10;
    "VC-GDS-006" "I.24" Severe at::LINE, W::Always, Filled(&[&[N::ScientificName]]),
        "the species is missing", "write its scientific name", T5_10;
    "VC-GDS-007" "I.14" Warning at::DOCUMENT, W::HasNote("CITES"), Reference(&["626"]),
        "the CITES permit has no number", "refer to it as a document of type 626", T5_10;
}

const ZONE_ID: Path = &[N::OriginSPSCountry, N::SubordinateSPSCountrySubDivision, N::ID];
const ZONE_NAME: Path = &[N::OriginSPSCountry, N::SubordinateSPSCountrySubDivision, N::Name];
const CONSIGNOR_ADDRESS: &[Path] = &[
    &[N::ConsignorSPSParty, N::SpecifiedSPSAddress, N::LineOne],
    &[N::ConsignorSPSParty, N::SpecifiedSPSAddress, N::CityName],
    &[N::ConsignorSPSParty, N::SpecifiedSPSAddress, N::LineTwo],
];
const CONSIGNEE_ADDRESS: &[Path] = &[
    &[N::ConsigneeSPSParty, N::SpecifiedSPSAddress, N::LineOne],
    &[N::ConsigneeSPSParty, N::SpecifiedSPSAddress, N::CityName],
    &[N::ConsigneeSPSParty, N::SpecifiedSPSAddress, N::LineTwo],
];
const PLACE_OF_ORIGIN: &[Path] = &[
    &[N::DespatchSPSParty, N::Name],
    &[N::IncludedSPSConsignmentItem, N::IncludedSPSTradeLineItem, N::OriginSPSLocation, N::Name],
];

pub(super) const T5_10: &str = "Terrestrial Code 5.10.1";
const T5_2: &str = "Terrestrial Code 5.2";
