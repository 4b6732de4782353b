//! Official certificates of food that never were, of many commodities.

use phytohub_official_certificate::draft::Draft;
use phytohub_official_certificate::sample::{Commodity, Shape, Style};

use crate::attestation::ATTESTATIONS;

/// A certificate of that commodity; nothing if there is none of that name.
#[must_use]
pub fn sample(commodity: &str, shape: &Shape) -> Option<Draft> {
    let commodity = COMMODITIES.iter().find(|known| known.name == commodity)?;
    Some(commodity.draft(&STYLE, shape))
}

/// The commodities that there are samples of.
pub static COMMODITIES: &[Commodity] = &[
    Commodity {
        name: "fishery-product",
        model: "fish",
        description: "Frozen cod fillets",
        common_name: "Atlantic cod",
        species: "Gadus morhua",
        hs: "030471",
        degrees: "-20",
        notes: &[("PRODUCTION", "WILD"), ("PRODUCTION_DATE", "2026-10-12")],
        establishments: &[("Processing plant", "Sample Filleting #")],
        attestations: &["CODEX-FIT", "CODEX-FISH", "CODEX-APPROVED"],
        ..FOOD
    },
    Commodity {
        name: "meat",
        model: "generic",
        description: "Chilled lamb carcasses",
        common_name: "Lamb",
        species: "Ovis aries",
        hs: "020410",
        degrees: "2",
        establishments: &[
            ("Slaughterhouse", "Sample Abattoir #"),
            ("Cutting plant", "Sample Plant #"),
        ],
        attestations: &["CODEX-FIT", "CODEX-MEAT", "CODEX-APPROVED", "CODEX-RESIDUES"],
        ..FOOD
    },
    Commodity {
        name: "cheese",
        model: "milk",
        description: "Gouda cheese, matured",
        common_name: "Cheese",
        species: "Bos taurus",
        hs: "040690",
        degrees: "6",
        notes: &[("PRODUCTION_DATE", "2026-05-20")],
        establishments: &[("Dairy", "Sample Dairy #")],
        attestations: &["CODEX-FIT", "CODEX-MILK", "CODEX-APPROVED"],
        ..FOOD
    },
    Commodity {
        name: "honey",
        model: "generic",
        description: "Blossom honey",
        common_name: "Honey",
        species: "Apis mellifera",
        hs: "040900",
        package: "DR",
        notes: &[("PRODUCT_TEMPERATURE", "Ambient")],
        establishments: &[("Packing plant", "Sample Packer #")],
        attestations: &["CODEX-FIT", "CODEX-HONEY"],
        ..FOOD
    },
    Commodity {
        name: "eggs",
        model: "generic",
        description: "Dried egg yolk",
        common_name: "Egg yolk",
        species: "Gallus gallus domesticus",
        hs: "040811",
        package: "BG",
        notes: &[("PRODUCT_TEMPERATURE", "Ambient")],
        establishments: &[("Egg product plant", "Sample Plant #")],
        attestations: &["CODEX-FIT", "CODEX-HYGIENE"],
        ..FOOD
    },
    Commodity {
        name: "infant-formula",
        model: "generic",
        description: "Infant formula",
        common_name: "Infant formula",
        species: "Bos taurus",
        hs: "190110",
        notes: &[("PRODUCT_TEMPERATURE", "Ambient"), ("PRODUCTION_DATE", "2026-08-01")],
        establishments: &[("Manufacturer", "Sample Nutrition #")],
        attestations: &["CODEX-FIT", "CODEX-HACCP", "CODEX-FREE-SALE"],
        ..FOOD
    },
    Commodity {
        name: "spices",
        model: "generic",
        description: "Black pepper, whole",
        common_name: "Black pepper",
        species: "Piper nigrum",
        hs: "090411",
        package: "BG",
        notes: &[("PRODUCT_TEMPERATURE", "Ambient")],
        establishments: &[("Processing plant", "Sample Mill #")],
        attestations: &["CODEX-FIT", "CODEX-RESIDUES"],
        ..FOOD
    },
];

/// How food authorities are named.
pub static STYLE: Style = Style {
    title: "Official certificate",
    authority: "Food Safety Authority",
    body: "Sample Certifying Body #",
    position: "Official inspector",
    catalogue: ATTESTATIONS,
    notes: &[("STORAGE_CONDITIONS", "Dry and clean, protected from sunlight")],
};

const FOOD: Commodity = Commodity {
    name: "",
    model: "",
    names_model: false,
    description: "",
    common_name: "",
    species: "",
    hs: "",
    intended_use: "Human consumption",
    batch: "LOT-#",
    package: "CT",
    weighed: true,
    degrees: "",
    notes: &[],
    establishments: &[],
    attestations: &[],
};
