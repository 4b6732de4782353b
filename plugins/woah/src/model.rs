//! The models, each with its tables and its layout.

use phytohub_official_certificate::{Model, Profile, shared::MINIMUM};

use crate::attestation::ATTESTATIONS;
use crate::layout as page;
use crate::rules::{
    AQUATIC_ANIMALS, AQUATIC_PRODUCTS, COMPANION, GERMPLASM, GOODS, HATCHING_EGGS, LABORATORY,
    LIVE_ANIMALS, PART_ONE, PRODUCTS,
};

/// Veterinary certificates.
pub static PROFILE: Profile = Profile {
    name: "veterinary certificate",
    types: &[(853, "Veterinary certificate")],
    models: &[
        &GENERAL,
        &LIVE,
        &EGGS,
        &REPRODUCTION,
        &GOODS_OF_ANIMALS,
        &DOGS,
        &LABORATORY_ANIMALS,
        &FISH,
        &FISHERY,
    ],
    attestations: ATTESTATIONS,
    footer: "Made from the electronic certificate, which alone is authentic. Numbers are those of \
             the boxes in the model certificates of WOAH.",
};

static GENERAL: Model = Model {
    id: "general",
    title: "International veterinary certificate",
    source: "Terrestrial Code 5.10.1",
    hs: &[],
    tables: &[MINIMUM, PART_ONE, GOODS],
    layout: &[
        &page::CONSIGNMENT,
        &page::TOTALS,
        &page::ANIMALS,
        &page::ATTESTATIONS,
        &page::SIGNATURE,
        &page::OTHER,
    ],
};

static LIVE: Model = Model {
    id: "live-animals",
    title: "International veterinary certificate for live animals",
    source: "Terrestrial Code 5.10",
    hs: &["01"],
    tables: &[MINIMUM, PART_ONE, GOODS, LIVE_ANIMALS],
    layout: GENERAL.layout,
};

static EGGS: Model = Model {
    id: "hatching-eggs",
    title: "International veterinary certificate for hatching eggs",
    source: "Terrestrial Code 5.10",
    hs: &["040711", "040719"],
    tables: &[MINIMUM, PART_ONE, GOODS, HATCHING_EGGS],
    layout: &[
        &page::CONSIGNMENT,
        &page::TOTALS,
        &page::EGGS,
        &page::ATTESTATIONS,
        &page::SIGNATURE,
        &page::OTHER,
    ],
};

static REPRODUCTION: Model = Model {
    id: "germplasm",
    title: "International veterinary certificate for embryos, ova and semen",
    source: "Terrestrial Code 5.10",
    hs: &["051110", "05119985"],
    tables: &[MINIMUM, PART_ONE, GOODS, GERMPLASM],
    layout: &[
        &page::CONSIGNMENT,
        &page::TOTALS,
        &page::GERMPLASM,
        &page::ATTESTATIONS,
        &page::SIGNATURE,
        &page::OTHER,
    ],
};

static GOODS_OF_ANIMALS: Model = Model {
    id: "products",
    title: "International veterinary certificate for products of animal origin",
    source: "Terrestrial Code 5.10",
    hs: &["02", "04", "05", "15", "16", "21", "23", "35", "41", "42", "43", "50", "51"],
    tables: &[MINIMUM, PART_ONE, GOODS, PRODUCTS],
    layout: &[
        &page::CONSIGNMENT,
        &page::TOTALS,
        &page::PRODUCTS,
        &page::ATTESTATIONS,
        &page::SIGNATURE,
        &page::OTHER,
    ],
};

static DOGS: Model = Model {
    id: "dogs-cats-ferrets",
    title: "International veterinary certificate for dogs, cats and ferrets from countries \
            considered infected with rabies",
    source: "Terrestrial Code 5.11",
    hs: &[],
    tables: &[MINIMUM, PART_ONE, GOODS, LIVE_ANIMALS, COMPANION],
    layout: GENERAL.layout,
};

static LABORATORY_ANIMALS: Model = Model {
    id: "laboratory-animals",
    title: "International veterinary certificate for laboratory animals",
    source: "Terrestrial Code 5.13",
    hs: &[],
    tables: &[MINIMUM, PART_ONE, GOODS, LABORATORY],
    layout: GENERAL.layout,
};

static FISH: Model = Model {
    id: "aquatic-animals",
    title: "International aquatic animal health certificate for live aquatic animals",
    source: "Aquatic Code 5.11",
    hs: &[
        "0301", "030631", "030632", "030633", "030634", "030635", "030636", "030639", "030711",
        "030721", "030731", "030742", "030751", "030771", "030781", "030811", "030821", "05119190",
    ],
    tables: &[MINIMUM, PART_ONE, GOODS, AQUATIC_ANIMALS],
    layout: GENERAL.layout,
};

static FISHERY: Model = Model {
    id: "aquatic-products",
    title: "International aquatic animal health certificate for products of aquatic animals",
    source: "Aquatic Code 5.11",
    hs: &["03", "1604", "1605"],
    tables: &[MINIMUM, PART_ONE, GOODS, AQUATIC_PRODUCTS],
    layout: GOODS_OF_ANIMALS.layout,
};
