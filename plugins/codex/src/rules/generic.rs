//! Fields 1 to 14, 16 and 17.

use phytohub_official_certificate::rule::Check::*;
use phytohub_official_certificate::rule::{Form as F, Path, When as W, at};
use phytohub_official_certificate::table;
use phytohub_sps::Name as N;

table! {
    /// What is said of the consignment as a whole, and who certifies it.
    pub static GENERIC;
    "OC-GEN-001" "1" Warning at::CONSIGNMENT, W::Always, Filled(&[&[N::ConsignorSPSParty, N::Name]]),
        "the exporter is missing", "write name and address of consignor or exporter", MODEL;
    "OC-GEN-002" "1" Info at::CONSIGNMENT, W::Has(&[N::ConsignorSPSParty, N::Name]),
        Filled(CONSIGNOR_ADDRESS),
        "the exporter's address is missing", "write it in full", MODEL;
    "OC-GEN-003" "3" Severe at::DOCUMENT, W::Always, Filled(&[&[N::IssuerSPSParty, N::Name]]),
        "the competent authority is missing", "write its name as the issuer's", MODEL;
    "OC-GEN-004" "4" Warning at::SIGNATORY, W::Always, Filled(&[&[N::ProviderSPSParty, N::Name]]),
        "the certifying body is missing",
        "write its name as the provider's, also where it is the competent authority itself", MODEL;
    "OC-GEN-005" "5" Severe at::CONSIGNMENT, W::Always, Filled(&[&[N::ConsigneeSPSParty, N::Name]]),
        "the importer is missing", "write name and address of consignee or importer", MODEL;
    "OC-GEN-006" "5" Info at::CONSIGNMENT, W::Has(&[N::ConsigneeSPSParty, N::Name]),
        Filled(CONSIGNEE_ADDRESS),
        "the importer's address is missing", "write it in full", MODEL;
    "OC-GEN-007" "6" Severe at::LINE, W::Always, Filled(&[&[N::OriginSPSCountry, N::ID]]),
        "the country of origin is missing", "write its two letters of ISO 3166-1", MODEL;
    "OC-GEN-008" "8" Warning at::CONSIGNMENT, W::Always,
        Filled(&[&[N::LoadingBaseportSPSLocation, N::Name], &[N::LoadingBaseportSPSLocation, N::ID]]),
        "the place of loading is missing", "write the port, airport or other place", MODEL;
    "OC-GEN-009" "9" Warning at::CONSIGNMENT, W::Always,
        Filled(&[&[N::MainCarriageSPSTransportMovement, N::ModeCode]]),
        "the means of transport is missing", "write mode and identification", MODEL;
    "OC-GEN-010" "9" Info at::TRANSPORT, W::Always,
        Filled(&[&[N::ID], &[N::UsedSPSTransportMeans, N::Name]]),
        "the means of transport is not identified",
        "write the flight, the ship's name, the number of the wagon or the plate", MODEL;
    "OC-GEN-011" "10" Warning at::CONSIGNMENT, W::Always,
        Filled(&[&[N::UnloadingBaseportSPSLocation, N::ID], &[N::UnloadingBaseportSPSLocation, N::Name]]),
        "the declared point of entry is missing", "write its UN/LOCODE or its name", MODEL;
    "OC-GEN-012" "10" Info at::CONSIGNMENT, W::Always,
        Form(&[N::UnloadingBaseportSPSLocation, N::ID], F::Locode),
        "the point of entry '{}' is no UN/LOCODE", "write its UN/LOCODE", MODEL;
    "OC-GEN-013" "11" Warning at::ROOT, W::Always,
        Anywhere(TEMPERATURE, &["STORAGE_CONDITIONS", "PRODUCT_TEMPERATURE"]),
        "the conditions for transport and storage are missing",
        "write SettingSPSTemperature in degrees, or the note STORAGE_CONDITIONS", MODEL;
    "OC-GEN-014" "12" Info at::ROOT, W::Always,
        Anywhere(&[], &["TOTAL_NET_WEIGHT_KG", "TOTAL_GROSS_WEIGHT_KG", "TOTAL_QUANTITY"]),
        "the total quantity is missing", "write it in the note TOTAL_NET_WEIGHT_KG", MODEL;
    "OC-GEN-015" "13" Warning at::EQUIPMENT, W::Always, Filled(&[&[N::AffixedSPSSeal, N::ID]]),
        "a container has no seal", "write the seal's number, where it is sealed", MODEL;
    "OC-GEN-016" "14" Info at::ROOT, W::Always, Anywhere(&[], &["TOTAL_PACKAGES"]),
        "the total number of packages is missing", "write it in the note TOTAL_PACKAGES", MODEL;
    "OC-ATT-001" "16" Severe at::ROOT, W::Always, Attested,
        "nothing is attested",
        "write what the importing country requires as clauses of the signatory or of the lines", PRINCIPLES;
    "OC-SIG-001" "17" Severe at::DOCUMENT, W::Always, Filled(&[
        &[N::SignatorySPSAuthentication, N::ProviderSPSParty, N::SpecifiedSPSPerson, N::Name]]),
        "the certifying officer is missing", "write the officer's name", MODEL;
    "OC-SIG-002" "17" Severe at::DOCUMENT, W::Always,
        Filled(&[&[N::SignatorySPSAuthentication, N::ActualDateTime]]),
        "the date of signature is missing", "write when the certificate was signed", MODEL;
    "OC-SIG-003" "17" Warning at::SIGNATORY, W::Always, Filled(&[
        &[N::ProviderSPSParty, N::SpecifiedSPSPerson, N::AttainedSPSQualification, N::Name]]),
        "the officer's official position is missing",
        "write it as a qualification, such as Official inspector", MODEL;
}

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
const TEMPERATURE: &[Path] = &[
    &[
        N::SPSConsignment,
        N::UtilizedSPSTransportEquipment,
        N::SettingSPSTemperature,
        N::ValueMeasure,
    ],
    &[
        N::SPSConsignment,
        N::IncludedSPSConsignmentItem,
        N::IncludedSPSTradeLineItem,
        N::AssociatedSPSTransportEquipment,
        N::SettingSPSTemperature,
        N::ValueMeasure,
    ],
];

pub(super) const MODEL: &str = "CXG 38-2001, annex, generic model";
pub(super) const PRINCIPLES: &str = "CXG 38-2001, principles";
