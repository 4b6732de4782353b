//! What each case tells.

use phytohub_sps::write::{Certificate, Measure, Party};

use super::Case;
use crate::write::{Action, Diagnosis, Finding, Notification, Pest};

pub(super) fn fill(case: Case, preliminary: bool, sample: &mut Notification) {
    let (finding, action) = match case {
        Case::Pest => (pest(preliminary), treatment()),
        Case::MissingCertificate => (missing(), action("REFUSAL", "Entry was refused.", "WHOLE")),
        Case::Declaration => (declaration(), action("DETENTION", "Held at the port.", "WHOLE")),
        Case::Packaging => (packaging(), action("DESTRUCTION", "The wood was burnt.", "PART")),
        Case::EmergencyAction => (emergency(), suspension()),
    };
    sample.findings.push(finding);
    if !(preliminary && case == Case::Pest) {
        sample.actions.push(action);
    }
}

/// Commodities that the case may happen to, from the country that certified them.
pub(super) fn describe(case: Case, certificate: &mut Certificate) {
    let names = match case {
        Case::Pest => {
            [("Fresh avocados", "Persea americana"), ("Fresh mangoes", "Mangifera indica")]
        }
        Case::MissingCertificate => [("Cut roses", "Rosa"), ("Cut carnations", "Dianthus")],
        Case::Declaration => [("Apple trees", "Malus domestica"), ("Pear trees", "Pyrus communis")],
        Case::Packaging => [("Granite slabs on pallets", ""), ("Tiles on pallets", "")],
        Case::EmergencyAction => [("Maize seed", "Zea mays"), ("Sorghum seed", "Sorghum bicolor")],
    };
    let lines = certificate.items.iter_mut().flat_map(|item| &mut item.lines);
    for (line, (description, scientific)) in lines.zip(names) {
        line.descriptions = vec![description.into()];
        line.common_names.clear();
        let named = (!scientific.is_empty()).then(|| scientific.into());
        line.scientific_names = named.into_iter().collect();
        line.classifications.clear();
        line.notes.clear();
        line.origins = vec![certificate.export_country.clone()];
    }
}

fn pest(preliminary: bool) -> Finding {
    let pest = if preliminary {
        Pest {
            level: "NOT-IDENTIFIED".into(),
            not_identified: Some("Larvae are being reared; the species shows in adults.".into()),
            life_stages: vec!["LARVA".into()],
            viability: Some("LIVE".into()),
            association: Some("In the flesh of fruit.".into()),
            ..Pest::default()
        }
    } else {
        Pest {
            id: Some("DACUDO".into()),
            scientific_name: Some("Bactrocera dorsalis".into()),
            common_name: Some("Oriental fruit fly".into()),
            level: "SPECIES".into(),
            life_stages: vec!["LARVA".into(), "PUPA".into()],
            viability: Some("LIVE".into()),
            association: Some("In the flesh of fruit, 3 of 200 sampled.".into()),
            ..Pest::default()
        }
    };
    Finding {
        reason: "PEST-REGULATED".into(),
        description: Some("Live larvae in fruit of the second line.".into()),
        requirement: Some("The consignment must be free of fruit flies (Tephritidae).".into()),
        pest: Some(pest),
        extent: "PART".into(),
        lines: vec!["2".into()],
        affected: Some(Measure { value: "420".into(), unit: "KGM".into() }),
        diagnosis: Some(Diagnosis {
            words: [
                "Visual inspection at arrival.".into(),
                "200 fruits, cut.".into(),
                if preliminary { String::new() } else { "Morphology of adults and PCR.".into() },
            ],
            laboratory: Some(Party {
                name: "National Diagnostic Laboratory".into(),
                ..Party::default()
            }),
            specimen_until: Some("2027-11-16T00:00:00Z".into()),
        }),
    }
}

fn treatment() -> Action {
    Action { lines: vec!["2".into()], ..action("TREATMENT", "Cold treatment of the line.", "PART") }
}

fn missing() -> Finding {
    Finding {
        reason: "DOC-ABSENT".into(),
        description: Some("Neither on paper nor by the hub.".into()),
        extent: "WHOLE".into(),
        ..Finding::default()
    }
}

fn declaration() -> Finding {
    Finding {
        reason: "DOC-DECLARATION-WRONG".into(),
        description: Some("The declaration names a treatment, not freedom of the area.".into()),
        requirement: Some(
            "Declaration that the place of production is in a pest free area.".into(),
        ),
        extent: "WHOLE".into(),
        ..Finding::default()
    }
}

fn packaging() -> Finding {
    Finding {
        reason: "REQ-ISPM15-MARK".into(),
        description: Some("Four of twenty pallets bear no mark.".into()),
        requirement: Some("ISPM 15, mark on wood packaging material.".into()),
        extent: "PART".into(),
        lines: vec!["1".into()],
        ..Finding::default()
    }
}

fn emergency() -> Finding {
    Finding {
        reason: "PEST-POTENTIAL".into(),
        description: Some("A weevil that no list names was found in seed.".into()),
        pest: Some(Pest {
            scientific_name: Some("Sitophilus".into()),
            level: "GENUS".into(),
            life_stages: vec!["ADULT".into()],
            viability: Some("LIVE".into()),
            association: Some("Between the grains.".into()),
            ..Pest::default()
        }),
        extent: "WHOLE".into(),
        ..Finding::default()
    }
}

fn suspension() -> Action {
    action("SUSPENSION", "Imports of this commodity are suspended for evaluation.", "WHOLE")
}

fn action(code: &str, words: &str, extent: &str) -> Action {
    Action {
        code: code.into(),
        description: Some(words.into()),
        extent: extent.into(),
        lines: if extent == "PART" { vec!["1".into()] } else { Vec::new() },
        date: Some("2026-11-14T15:00:00Z".into()),
    }
}
