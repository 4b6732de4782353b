//! What is attested of food. The importing country says which of these it requires; what two
//! authorities worded themselves stands in the clause.

use phytohub_official_certificate::Attestation;

const fn row(
    id: &'static str,
    models: &'static [&'static str],
    text: &'static str,
    clause: &'static str,
) -> Attestation {
    Attestation { id, models, text, clause }
}

pub(crate) static ATTESTATIONS: &[Attestation] = &[
    row(
        "CODEX-FIT",
        &[],
        "The products described here are fit for human consumption.",
        "CXG 38-2001",
    ),
    row(
        "CODEX-APPROVED",
        &[],
        "The products come from establishments that the competent authority approved, or found in \
         good regulatory standing.",
        "CXG 38-2001",
    ),
    row(
        "CODEX-HYGIENE",
        &[],
        "The products were prepared, packed, stored and transported in good hygienic practice under \
         an effective system of food safety.",
        "CXC 1-1969",
    ),
    row("CODEX-HACCP", &[], "The establishments apply the principles of HACCP.", "CXC 1-1969"),
    row(
        "CODEX-RESIDUES",
        &[],
        "Residues are monitored by a national programme and comply with the limits of the importing \
         country.",
        "CXG 71-2009",
    ),
    row(
        "CODEX-MEAT",
        &["generic"],
        "The meat comes from animals that were inspected before and after slaughter and found fit \
         for human consumption.",
        "CXC 58-2005",
    ),
    row(
        "CODEX-FISH",
        &["fish"],
        "The fishery products were handled, processed and stored under the code of practice for fish \
         and fishery products.",
        "CXC 52-2003; CXG 48-2004",
    ),
    row(
        "CODEX-FISH-MARINE",
        &["fish"],
        "Bivalve molluscs, where there are any, come from growing areas that are classified and \
         monitored.",
        "CXC 52-2003",
    ),
    row(
        "CODEX-MILK",
        &["milk"],
        "The milk was treated and the products were made under the code of hygienic practice for \
         milk and milk products.",
        "CXC 57-2004; CXG 67-2008",
    ),
    row(
        "CODEX-HONEY",
        &["generic"],
        "The honey comes from apiaries under official supervision and complies with the standard for \
         honey.",
        "CXS 12-1981",
    ),
    row(
        "CODEX-FREE-SALE",
        &[],
        "The products may be sold freely in the country of origin.",
        "CXG 38-2001",
    ),
];
