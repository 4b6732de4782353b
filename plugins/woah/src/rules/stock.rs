//! Live animals, hatching eggs, embryos, ova and semen.

use phytohub_official_certificate::rule::Check::*;
use phytohub_official_certificate::rule::{Form as F, When as W, at};
use phytohub_official_certificate::table;
use phytohub_sps::Name as N;

use super::part_one::T5_10;

table! {
    /// Live animals.
    pub static LIVE_ANIMALS;
    "VC-LIV-001" "I.24" Severe at::LINE, W::Always, FilledOrNote(&[&[N::ProductionBatchID]], &["ANIMAL_ID"]),
        "the animals are not identified",
        "write each number in the note ANIMAL_ID, or of poultry and bees the lot in \
         ProductionBatchID", T5_10;
    "VC-LIV-002" "I.24" Warning at::LINE, W::HasNote("ANIMAL_ID"), Note(&["ID_SYSTEM"]),
        "the system of identification is missing",
        "write it in the note ID_SYSTEM: ear tag, microchip, tattoo, passport", T5_10;
    "VC-LIV-003" "I.24" Severe at::CONSIGNMENT, W::Always, DistinctNote("ANIMAL_ID"),
        "two animals have the identification '{}'", "write each animal once", T5_10;
    "VC-LIV-004" "I.24" Warning at::LINE, W::Always, Note(&["BREED"]),
        "the breed is missing", "write it in the note BREED", T5_10;
    "VC-LIV-005" "I.24" Warning at::LINE, W::Always, Note(&["SEX"]),
        "the sex is missing", "write it in the note SEX", T5_10;
    "VC-LIV-006" "I.24" Warning at::LINE, W::Always, Note(&["AGE", "BIRTH_DATE"]),
        "the age is missing", "write it in the note AGE, or BIRTH_DATE", T5_10;
    "VC-LIV-007" "I.24" Warning at::LINE, W::Always, NoteForm("BIRTH_DATE", F::Date),
        "the date of birth '{}' is no date", "write it as 2026-03-04", T5_10;
    "VC-LIV-008" "I.17" Warning at::LINE, W::Always, NoteForm("NUMBER_OF_ANIMALS", F::Decimal),
        "the number of animals '{}' is no number", "write digits", T5_10;
    "VC-LIV-009" "I.24" Info at::LINE, W::Always,
        NoteOneOf("SEX", &["M", "F", "C", "MIXED", "MALE", "FEMALE", "CASTRATED", "NOT DETERMINED"]),
        "the sex '{}' is not one that readers expect", "write M, F, C for castrated, or MIXED", T5_10;
}

table! {
    /// Hatching eggs and day-old birds.
    pub static HATCHING_EGGS;
    "VC-EGG-001" "I.17" Severe at::LINE, W::Always, Note(&["NUMBER_OF_EGGS"]),
        "the number of eggs is missing", "write it in the note NUMBER_OF_EGGS", T5_10;
    "VC-EGG-002" "I.24" Severe at::LINE, W::Always, Establishment,
        "the hatchery or flock of origin has no approval number",
        "write it as a process whose operator has name and ID", T5_10;
    "VC-EGG-003" "I.24" Warning at::LINE, W::Always,
        FilledOrNote(&[&[N::ProductionBatchID]], &["COLLECTION_DATE"]),
        "neither lot nor date of collection is there",
        "write ProductionBatchID or the note COLLECTION_DATE", T5_10;
    "VC-EGG-004" "I.17" Warning at::LINE, W::Always, NoteForm("NUMBER_OF_EGGS", F::Decimal),
        "the number of eggs '{}' is no number", "write digits", T5_10;
}

table! {
    /// Embryos, ova and semen.
    pub static GERMPLASM;
    "VC-GRM-001" "I.24" Severe at::LINE, W::Always, Note(&["DONOR_ID"]),
        "the donor is not identified", "write it in the note DONOR_ID", T5_10;
    "VC-GRM-002" "I.24" Warning at::LINE, W::Always, Note(&["BREED"]),
        "the donor's breed is missing", "write it in the note BREED", T5_10;
    "VC-GRM-003" "I.24" Severe at::LINE, W::Always, Note(&["COLLECTION_DATE"]),
        "the date of collection is missing", "write it in the note COLLECTION_DATE", T5_10;
    "VC-GRM-004" "I.24" Warning at::LINE, W::Always, NoteForm("COLLECTION_DATE", F::Date),
        "the date of collection '{}' is no date", "write it as 2026-03-04", T5_10;
    "VC-GRM-005" "I.24" Severe at::LINE, W::Always, Establishment,
        "the collection centre or team has no approval number",
        "write it as a process whose operator has name and ID", T5_10;
    "VC-GRM-006" "I.17" Severe at::LINE, W::Always, Note(&["NUMBER_OF_STRAWS"]),
        "the number of straws is missing", "write it in the note NUMBER_OF_STRAWS", T5_10;
    "VC-GRM-007" "I.24" Warning at::LINE, W::Always, Filled(&[&[N::ProductionBatchID]]),
        "the marks on the straws are missing", "write them in ProductionBatchID", T5_10;
}
