//! Products of animal origin.

use phytohub_official_certificate::rule::Check::*;
use phytohub_official_certificate::rule::{Path, When as W, at};
use phytohub_official_certificate::table;
use phytohub_sps::Name as N;

use super::part_one::T5_10;

table! {
    /// Products of animal origin, for people, for animals or for industry.
    pub static PRODUCTS;
    "VC-PRD-001" "I.24" Severe at::LINE, W::Always, Establishment,
        "no establishment with an approval number is named",
        "write slaughterhouse, plant or dairy as a process whose operator has name and ID", T5_10;
    "VC-PRD-002" "I.24" Severe at::LINE, W::Always, Filled(&[&[N::ProductionBatchID]]),
        "the lot or date code is missing", "write it in ProductionBatchID", T5_10;
    "VC-PRD-003" "I.24" Warning at::LINE, W::Always,
        FilledOrNote(&[&[N::CommonName]], &["NATURE"]),
        "the nature of the goods is missing", "write it in the note NATURE or in CommonName", T5_10;
    "VC-PRD-004" "I.17" Severe at::LINE, W::Always, Filled(&[&[N::NetWeightMeasure]]),
        "the net weight is missing", "write it with its unit, KGM for kilograms", T5_10;
    "VC-PRD-005" "I.18" Warning at::ROOT, W::Always, Anywhere(TEMPERATURE, &["PRODUCT_TEMPERATURE"]),
        "the temperature of the product is missing",
        "write SettingSPSTemperature in degrees, or the note PRODUCT_TEMPERATURE: ambient, chilled, \
         frozen", T5_10;
    "VC-PRD-006" "I.19" Warning at::LINE, W::Always, Filled(&[&[N::PhysicalSPSPackage, N::ItemQuantity]]),
        "the number of packages is missing", "write it in PhysicalSPSPackage", T5_10;
    "VC-PRD-007" "I.21" Warning at::PACKAGE, W::Always, Filled(&[&[N::TypeCode]]),
        "the type of packaging is missing", "write a code of UN/ECE Recommendation 21", T5_10;
    "VC-PRD-008" "I.24" Info at::PROCESS, W::Has(&[N::OperatorSPSParty, N::ID]),
        Filled(&[&[N::OperationSPSCountry, N::ID]]),
        "the establishment's country is missing",
        "write it, for approval numbers are a country's own", T5_10;
}

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
