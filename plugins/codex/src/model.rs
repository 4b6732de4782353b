//! The models, each with its tables and its layout.

use phytohub_official_certificate::shared::MINIMUM;
use phytohub_official_certificate::{Model, Profile};

use crate::attestation::ATTESTATIONS;
use crate::layout as page;
use crate::rules::{FISH, GENERIC, LIFE, MILK, PRODUCT};

/// Official certificates of food.
pub static PROFILE: Profile = Profile {
    name: "official certificate",
    types: &[(852, "Sanitary certificate"), (636, "Health certificate")],
    models: &[&GENERIC_MODEL, &FISHERY, &DAIRY],
    attestations: ATTESTATIONS,
    footer: "Made from the electronic certificate, which alone is authentic. Numbers are those of \
             the fields in the generic model official certificate of Codex Alimentarius.",
};

static GENERIC_MODEL: Model = Model {
    id: "generic",
    title: "Official certificate",
    source: "CXG 38-2001, annex",
    hs: &[
        "02", "0407", "0408", "0409", "0410", "05", "07", "08", "09", "10", "11", "12", "13", "15",
        "16", "17", "18", "19", "20", "21", "22", "23", "25", "33", "35",
    ],
    tables: &[MINIMUM, GENERIC, PRODUCT, LIFE],
    layout: &[&page::HEAD, &page::ROUTE, &page::PRODUCTS, &page::ATTESTATIONS, &page::OTHER],
};

static FISHERY: Model = Model {
    id: "fish",
    title: "Official certificate for fish and fishery products",
    source: "CXG 48-2004",
    hs: &["03", "1604", "1605"],
    tables: &[MINIMUM, GENERIC, PRODUCT, LIFE, FISH],
    layout: GENERIC_MODEL.layout,
};

static DAIRY: Model = Model {
    id: "milk",
    title: "Official certificate for milk and milk products",
    source: "CXG 67-2008",
    hs: &["0401", "0402", "0403", "0404", "0405", "0406", "2105", "3501"],
    tables: &[MINIMUM, GENERIC, PRODUCT, LIFE, MILK],
    layout: GENERIC_MODEL.layout,
};
