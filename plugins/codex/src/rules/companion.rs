//! What the companion models for fish and for milk add.

use phytohub_official_certificate::rule::Check::*;
use phytohub_official_certificate::rule::{When as W, at};
use phytohub_official_certificate::table;
use phytohub_sps::Name as N;

table! {
    /// Fish and fishery products.
    pub static FISH;
    "OC-FSH-001" "species" Warning at::LINE, W::Always, Filled(&[&[N::ScientificName]]),
        "the species of fish is missing", "write its scientific name", CXG48;
    "OC-FSH-002" "source" Warning at::LINE, W::Always, Note(&["PRODUCTION"]),
        "it is not said whether the fish is wild or from aquaculture",
        "write WILD or AQUACULTURE in the note PRODUCTION", CXG48;
    "OC-FSH-003" "source" Warning at::LINE, W::Always, NoteOneOf("PRODUCTION", &["WILD", "AQUACULTURE"]),
        "the source '{}' is not one of the model", "write WILD or AQUACULTURE", CXG48;
}

table! {
    /// Milk and milk products.
    pub static MILK;
    "OC-MLK-001" "species" Warning at::LINE, W::Always, Filled(&[&[N::ScientificName], &[N::CommonName]]),
        "the animal that the milk is from is missing", "write it in ScientificName", CXG67;
    "OC-MLK-002" "dates" Warning at::LINE, W::Always,
        FilledOrNote(&[&[N::ExpiryDateTime]], &["PRODUCTION_DATE"]),
        "neither date of production nor expiry is there",
        "write the note PRODUCTION_DATE or ExpiryDateTime", CXG67;
}

const CXG48: &str = "CXG 48-2004";
const CXG67: &str = "CXG 67-2008";
