//! Aquatic animals and their products.

use phytohub_official_certificate::rule::Check::*;
use phytohub_official_certificate::rule::{When as W, at};
use phytohub_official_certificate::table;
use phytohub_sps::Name as N;

table! {
    /// Live aquatic animals, eggs and gametes.
    pub static AQUATIC_ANIMALS;
    "VC-AQA-001" "life stage" Warning at::LINE, W::Always, Note(&["LIFE_STAGE"]),
        "the life stage is missing",
        "write it in the note LIFE_STAGE: eggs, larvae, fry, juveniles, adults", A5_11;
    "VC-AQA-002" "source" Severe at::LINE, W::Always, Note(&["PRODUCTION"]),
        "it is not said whether the animals are wild or from aquaculture",
        "write it in the note PRODUCTION", A5_11;
    "VC-AQA-003" "source" Warning at::LINE, W::Always, NoteOneOf("PRODUCTION", &["WILD", "AQUACULTURE"]),
        "the source '{}' is not one of the model", "write WILD or AQUACULTURE", A5_11;
    "VC-AQA-004" "quantity" Severe at::LINE, W::Always, FilledOrNote(
        &[&[N::NetWeightMeasure]], &["NUMBER_OF_ANIMALS", "NUMBER_OF_EGGS"]),
        "number or weight is missing", "write NetWeightMeasure or the note NUMBER_OF_ANIMALS", A5_11;
    "VC-AQA-005" "water" Info at::LINE, W::Always, Note(&["WATER"]),
        "the water of origin is missing",
        "write it in the note WATER: river, lake, sea area, farm", A5_11;
}

table! {
    /// Products of aquatic animals.
    pub static AQUATIC_PRODUCTS;
    "VC-AQP-001" "source" Severe at::LINE, W::Always, Note(&["PRODUCTION"]),
        "it is not said whether the animals were wild or from aquaculture",
        "write it in the note PRODUCTION", A5_11;
    "VC-AQP-002" "source" Warning at::LINE, W::Always, NoteOneOf("PRODUCTION", &["WILD", "AQUACULTURE"]),
        "the source '{}' is not one of the model", "write WILD or AQUACULTURE", A5_11;
    "VC-AQP-003" "establishment" Severe at::LINE, W::Always, Establishment,
        "no establishment with an approval number is named",
        "write the plant or factory ship as a process whose operator has name and ID", A5_11;
    "VC-AQP-004" "quantity" Severe at::LINE, W::Always, Filled(&[&[N::NetWeightMeasure]]),
        "the net weight is missing", "write it with its unit, KGM for kilograms", A5_11;
}

const A5_11: &str = "Aquatic Code 5.11";
