//! Dogs, cats and ferrets from countries infected with rabies.

use phytohub_official_certificate::rule::Check::*;
use phytohub_official_certificate::rule::{Form as F, When as W, at};
use phytohub_official_certificate::table;

table! {
    /// Dogs, cats and ferrets.
    pub static COMPANION;
    "VC-PET-001" "identification" Severe at::LINE, W::Always, Note(&["ANIMAL_ID"]),
        "the animal is not identified", "write its microchip or tattoo in the note ANIMAL_ID", T5_11;
    "VC-PET-002" "vaccination" Severe at::LINE, W::Always, Note(&["VACCINATION_DATE"]),
        "the date of vaccination against rabies is missing",
        "write it in the note VACCINATION_DATE", T5_11;
    "VC-PET-003" "vaccination" Severe at::LINE, W::Always, NoteForm("VACCINATION_DATE", F::Date),
        "the date of vaccination '{}' is no date", "write it as 2026-03-04", T5_11;
    "VC-PET-004" "vaccination" Warning at::LINE, W::Always, Note(&["RABIES_VACCINE"]),
        "the vaccine is not named", "write product and batch in the note RABIES_VACCINE", T5_11;
    "VC-PET-005" "serological test" Warning at::LINE, W::Always, Note(&["RABIES_TITRE"]),
        "the result of the serological test is missing",
        "write it in the note RABIES_TITRE, in IU/ml, where the importing country asks for it", T5_11;
}

const T5_11: &str = "Terrestrial Code 5.11";
