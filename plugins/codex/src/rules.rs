//! The tables: what an official certificate is held to, field by field.

mod companion;
mod generic;
mod life;
mod product;

pub use companion::{FISH, MILK};
pub use generic::GENERIC;
pub use life::LIFE;
pub use product::PRODUCT;

use phytohub_official_certificate::rule::Rule;
use phytohub_official_certificate::shared;

/// All tables with their titles, in the order of the documentation.
pub static TABLES: &[(&str, &[Rule])] = &[
    ("Every document", shared::BASE),
    ("Every certificate", shared::MINIMUM),
    ("Fields 1 to 14, 16 and 17", GENERIC),
    ("Field 15: products", PRODUCT),
    ("Revocation and electronic exchange", LIFE),
    ("Fish and fishery products", FISH),
    ("Milk and milk products", MILK),
    ("Document and envelope", shared::TOLD),
];

/// All rules.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    TABLES.iter().flat_map(|(_, table)| table.iter())
}
