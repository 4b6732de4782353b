//! The tables: what a veterinary certificate is held to, box by box.

mod aquatic;
mod companion;
mod laboratory;
mod part_one;
mod products;
mod stock;

pub use aquatic::{AQUATIC_ANIMALS, AQUATIC_PRODUCTS};
pub use companion::COMPANION;
pub use laboratory::LABORATORY;
pub use part_one::{GOODS, PART_ONE};
pub use products::PRODUCTS;
pub use stock::{GERMPLASM, HATCHING_EGGS, LIVE_ANIMALS};

use phytohub_official_certificate::rule::Rule;
use phytohub_official_certificate::shared;

/// All tables with their titles, in the order of the documentation.
pub static TABLES: &[(&str, &[Rule])] = &[
    ("Every document", shared::BASE),
    ("Every certificate", shared::MINIMUM),
    ("Part I and signature", PART_ONE),
    ("Goods", GOODS),
    ("Live animals", LIVE_ANIMALS),
    ("Hatching eggs", HATCHING_EGGS),
    ("Embryos, ova and semen", GERMPLASM),
    ("Products of animal origin", PRODUCTS),
    ("Dogs, cats and ferrets", COMPANION),
    ("Laboratory animals", LABORATORY),
    ("Aquatic animals", AQUATIC_ANIMALS),
    ("Products of aquatic animals", AQUATIC_PRODUCTS),
    ("Document and envelope", shared::TOLD),
];

/// All rules.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    TABLES.iter().flat_map(|(_, table)| table.iter())
}
