//! Laboratory animals.

use phytohub_official_certificate::rule::Check::*;
use phytohub_official_certificate::rule::{When as W, at};
use phytohub_official_certificate::table;

table! {
    /// Laboratory animals.
    pub static LABORATORY;
    "VC-LAB-001" "strain" Severe at::LINE, W::Always, Note(&["BREED"]),
        "the strain is missing", "write it in the note BREED", T5_13;
    "VC-LAB-002" "health status" Severe at::LINE, W::Always, Note(&["HEALTH_STATUS"]),
        "the health status of the colony is missing",
        "write it in the note HEALTH_STATUS, such as specific pathogen free", T5_13;
    "VC-LAB-003" "origin" Severe at::LINE, W::Always, Establishment,
        "the breeding establishment is missing",
        "write it as a process whose operator has name and ID", T5_13;
}

const T5_13: &str = "Terrestrial Code 5.13";
