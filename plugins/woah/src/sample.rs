//! Veterinary certificates that never were, of many commodities.

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
        name: "live-cattle",
        model: "live-animals",
        description: "Live cattle for breeding",
        common_name: "Cattle",
        species: "Bos taurus",
        hs: "010221",
        intended_use: "Breeding",
        notes: &[
            ("ID_SYSTEM", "Ear tag"),
            ("ANIMAL_ID", "@ #"),
            ("NUMBER_OF_ANIMALS", "1"),
            ("BREED", "Holstein"),
            ("SEX", "F"),
            ("BIRTH_DATE", "2025-02-14"),
        ],
        attestations: &["WOAH-CLINICAL", "WOAH-FMD-LIVE", "WOAH-TB-BOVINE", "WOAH-BRU-BOVINE"],
        ..NOTHING
    },
    Commodity {
        name: "day-old-chicks",
        model: "live-animals",
        description: "Day-old chicks",
        common_name: "Domestic fowl",
        species: "Gallus gallus domesticus",
        hs: "010511",
        intended_use: "Breeding",
        batch: "FLOCK-#",
        package: "BX",
        notes: &[
            ("NUMBER_OF_ANIMALS", "5000"),
            ("BREED", "Broiler parent stock"),
            ("SEX", "MIXED"),
            ("AGE", "1 day"),
        ],
        establishments: &[("Hatchery", "Sample Hatchery #")],
        attestations: &["WOAH-CLINICAL", "WOAH-HPAI-LIVE", "WOAH-ND-LIVE"],
        ..NOTHING
    },
    Commodity {
        name: "hatching-eggs",
        model: "hatching-eggs",
        description: "Fertilised eggs for incubation",
        common_name: "Domestic fowl",
        species: "Gallus gallus domesticus",
        hs: "040711",
        intended_use: "Hatching",
        batch: "FLOCK-#",
        package: "BX",
        degrees: "17",
        notes: &[
            ("NUMBER_OF_EGGS", "36000"),
            ("COLLECTION_DATE", "2026-10-28"),
            ("BREED", "Broiler"),
        ],
        establishments: &[("Hatchery", "Sample Hatchery #")],
        attestations: &["WOAH-HPAI-LIVE", "WOAH-ND-LIVE", "WOAH-EGGS-SANITISED"],
        ..NOTHING
    },
    Commodity {
        name: "semen",
        model: "germplasm",
        description: "Frozen bovine semen",
        common_name: "Bull semen",
        species: "Bos taurus",
        hs: "051110",
        intended_use: "Artificial insemination",
        batch: "STRAW-#",
        package: "TN",
        notes: &[
            ("DONOR_ID", "Bull #"),
            ("BREED", "Norwegian Red"),
            ("COLLECTION_DATE", "2026-06-02"),
            ("NUMBER_OF_STRAWS", "250"),
        ],
        establishments: &[("Semen collection centre", "Sample Centre #")],
        attestations: &["WOAH-SEMEN-CENTRE", "WOAH-BRU-BOVINE"],
        ..NOTHING
    },
    Commodity {
        name: "poultry-meat",
        model: "products",
        description: "Frozen chicken, cut in pieces",
        common_name: "Chicken meat",
        species: "Gallus gallus domesticus",
        hs: "020714",
        degrees: "-18",
        establishments: &[
            ("Slaughterhouse", "Sample Abattoir #"),
            ("Cold store", "Sample Store #"),
        ],
        attestations: &["WOAH-HPAI-MEAT"],
        ..FOOD
    },
    Commodity {
        name: "beef",
        model: "products",
        description: "Frozen boneless beef",
        common_name: "Beef",
        species: "Bos taurus",
        hs: "020230",
        degrees: "-18",
        establishments: &[
            ("Slaughterhouse", "Sample Abattoir #"),
            ("Cutting plant", "Sample Plant #"),
        ],
        attestations: &["WOAH-FMD-MEAT", "WOAH-BSE"],
        ..FOOD
    },
    Commodity {
        name: "dairy",
        model: "products",
        description: "Skimmed milk powder",
        common_name: "Milk powder",
        species: "Bos taurus",
        hs: "040210",
        package: "BG",
        notes: &[("PRODUCT_TEMPERATURE", "Ambient"), ("PRODUCTION_DATE", "2026-09-30")],
        establishments: &[("Dairy", "Sample Dairy #")],
        attestations: &["WOAH-FMD-MILK"],
        ..FOOD
    },
    Commodity {
        name: "wool",
        model: "products",
        description: "Greasy shorn wool",
        common_name: "Wool",
        species: "Ovis aries",
        hs: "510111",
        intended_use: "Further processing",
        package: "BL",
        notes: &[("PRODUCT_TEMPERATURE", "Ambient")],
        establishments: &[("Wool store", "Sample Wool Store #")],
        attestations: &["WOAH-WOOL"],
        ..FOOD
    },
    Commodity {
        name: "dog",
        model: "dogs-cats-ferrets",
        names_model: true,
        description: "Dog travelling with its owner",
        common_name: "Dog",
        species: "Canis lupus familiaris",
        hs: "010619",
        intended_use: "Pet",
        notes: &[
            ("ID_SYSTEM", "Microchip"),
            ("ANIMAL_ID", "900@#"),
            ("NUMBER_OF_ANIMALS", "1"),
            ("BREED", "Mixed"),
            ("SEX", "M"),
            ("AGE", "3 years"),
            ("RABIES_VACCINE", "Sample vaccine, batch #"),
            ("VACCINATION_DATE", "2026-05-11"),
            ("RABIES_TITRE", "1.2 IU/ml"),
        ],
        attestations: &["WOAH-CLINICAL", "WOAH-RABIES-VACC", "WOAH-RABIES-TITRE"],
        ..NOTHING
    },
    Commodity {
        name: "laboratory-mice",
        model: "laboratory-animals",
        names_model: true,
        description: "Laboratory mice",
        common_name: "Mouse",
        species: "Mus musculus",
        hs: "010619",
        intended_use: "Research",
        package: "BX",
        notes: &[
            ("NUMBER_OF_ANIMALS", "40"),
            ("BREED", "C57BL/6"),
            ("HEALTH_STATUS", "Specific pathogen free"),
        ],
        establishments: &[("Breeding establishment", "Sample Breeder #")],
        attestations: &["WOAH-CLINICAL", "WOAH-LAB-COLONY"],
        ..NOTHING
    },
    Commodity {
        name: "live-salmon",
        model: "aquatic-animals",
        description: "Live Atlantic salmon smolts",
        common_name: "Atlantic salmon",
        species: "Salmo salar",
        hs: "030199",
        intended_use: "Restocking",
        weighed: true,
        notes: &[
            ("NUMBER_OF_ANIMALS", "20000"),
            ("LIFE_STAGE", "Smolts"),
            ("PRODUCTION", "AQUACULTURE"),
            ("WATER", "Sample Fjord, site #"),
        ],
        attestations: &["WOAH-CLINICAL", "WOAH-AQ-FREE"],
        ..NOTHING
    },
    Commodity {
        name: "frozen-shrimp",
        model: "aquatic-products",
        description: "Frozen shrimps, headless",
        common_name: "Whiteleg shrimp",
        species: "Penaeus vannamei",
        hs: "030617",
        degrees: "-18",
        notes: &[("PRODUCTION", "AQUACULTURE")],
        establishments: &[("Processing plant", "Sample Plant #")],
        attestations: &["WOAH-AQ-FREE", "WOAH-AQ-PACKED"],
        ..FOOD
    },
];

/// How veterinary authorities are named.
pub static STYLE: Style = Style {
    title: "International veterinary certificate",
    authority: "Veterinary Authority",
    body: "",
    position: "Official veterinarian",
    catalogue: ATTESTATIONS,
    notes: &[("IMPORT_PURPOSE", "DEFINITIVE")],
};

const NOTHING: Commodity = Commodity {
    name: "",
    model: "",
    names_model: false,
    description: "",
    common_name: "",
    species: "",
    hs: "",
    intended_use: "",
    batch: "",
    package: "",
    weighed: false,
    degrees: "",
    notes: &[],
    establishments: &[],
    attestations: &[],
};

const FOOD: Commodity = Commodity {
    intended_use: "Human consumption",
    batch: "LOT-#",
    package: "CT",
    weighed: true,
    ..NOTHING
};
