//! Field 15: identification of food products.

use phytohub_official_certificate::rule::Check::*;
use phytohub_official_certificate::rule::{When as W, at};
use phytohub_official_certificate::table;
use phytohub_sps::Name as N;

use super::generic::MODEL;

table! {
    /// What is said of each product.
    pub static PRODUCT;
    "OC-PRD-001" "15" Severe at::LINE, W::Always, Filled(&[&[N::Description], &[N::CommonName]]),
        "the name of the product is missing", "write it in Description", MODEL;
    "OC-PRD-002" "15" Warning at::LINE, W::Always, Classified,
        "the code of the Harmonized System is missing",
        "write a classification with SystemName HS and ClassCode, where appropriate", MODEL;
    "OC-PRD-003" "15" Info at::LINE, W::Always, Filled(&[&[N::ScientificName]]),
        "the species is missing", "write its scientific name, where the importing country asks for it", MODEL;
    "OC-PRD-004" "15" Warning at::LINE, W::Always, Filled(&[&[N::IntendedUse]]),
        "the intended purpose is missing", "write it, such as Human consumption", MODEL;
    "OC-PRD-005" "15" Warning at::LINE, W::Always,
        Filled(&[&[N::AppliedSPSProcess, N::OperatorSPSParty, N::Name]]),
        "the producer is missing", "write the manufacturer as the operator of a process", MODEL;
    "OC-PRD-006" "15" Info at::PROCESS, W::Has(&[N::OperatorSPSParty, N::Name]),
        Filled(&[&[N::OperatorSPSParty, N::ID]]),
        "the establishment has no approval number",
        "write it in the operator's ID, where the importing country asks for it", MODEL;
    "OC-PRD-007" "15" Warning at::LINE, W::Always, Filled(&[&[N::ProductionBatchID]]),
        "the lot is not identified", "write it in ProductionBatchID", MODEL;
    "OC-PRD-008" "15" Warning at::LINE, W::Always, Filled(&[&[N::PhysicalSPSPackage, N::ItemQuantity]]),
        "the number of packages is missing", "write it in PhysicalSPSPackage", MODEL;
    "OC-PRD-009" "15" Warning at::PACKAGE, W::Always, Filled(&[&[N::TypeCode]]),
        "the type of packaging is missing", "write a code of UN/ECE Recommendation 21", MODEL;
    "OC-PRD-010" "15" Severe at::LINE, W::Always, Filled(&[&[N::NetWeightMeasure], &[N::NetVolumeMeasure]]),
        "the net weight is missing", "write it with its unit, KGM for kilograms", MODEL;
    "OC-PRD-011" "15" Info at::PROCESS, W::Has(&[N::OperatorSPSParty, N::ID]),
        Filled(&[&[N::OperationSPSCountry, N::ID]]),
        "the establishment's country is missing",
        "write it, for approval numbers are a country's own", MODEL;
}
