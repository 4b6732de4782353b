//! A line of a sample.

use super::Shape;
use super::words::Words;
use crate::write::{
    Classification, Country, Line, Measure, Note, Package, Subdivision, Text, Treatment,
    TreatmentDatum,
};

pub(super) fn line(words: &mut Words, origin: &Country, shape: &Shape) -> Line {
    let (description, botanical, code) = words.produce();
    let net = words.below(9000) + 100;
    let mut line = Line {
        descriptions: vec![description.into()],
        scientific_names: vec![botanical.into()],
        net_weight: Some(measure(&format!("{net}.5"), "KGM")),
        gross_weight: Some(measure(&format!("{}", net + 20), "KGM")),
        classifications: vec![Classification {
            system: "HS".to_owned(),
            code: Some(code.to_owned()),
            names: Vec::new(),
        }],
        packages: vec![Package {
            packaging: words.of(&["BG", "BX", "CT", "PK"]).to_owned(),
            quantity: (words.below(500) + 1).to_string(),
            ..Package::default()
        }],
        origins: vec![origin.clone()],
        ..Line::default()
    };
    if shape.certificate_type == 657 {
        let original = format!("{}-2025-{:07}", origin.id, words.below(10_000_000));
        line.notes.extend(re_export(&origin.id, &original));
    }
    if shape.full {
        fill(&mut line, words);
    }
    line
}

/// The certificate's block for re-export.
fn re_export(country: &str, original: &str) -> Vec<Note> {
    let block = [
        ("RPCST", "3"),
        ("RPCCO", country),
        ("RPCRF", original),
        ("RPCOR", "True"),
        ("RPCTC", "False"),
        ("RPCPK", "True"),
        ("RPCRP", "False"),
        ("RPCOC", "True"),
        ("RPCNC", "False"),
        ("RPCPC", "True"),
        ("RPCAI", "False"),
    ];
    block.into_iter().map(|(subject, text)| Note::new(subject, text)).collect()
}

/// The fields that need not be there.
fn fill(line: &mut Line, words: &mut Words) {
    line.common_names.push("Sample".into());
    line.intended_uses.push(english(words.of(&["Planting", "Consumption", "Decoration"])));
    line.net_volume = Some(measure("1.25", "MTQ"));
    line.notes.push(Note {
        subject: "ADTLIL".to_owned(),
        contents: vec![english("Grown on a place of production that was inspected.")],
    });
    line.notes.extend(
        [("DMTLIL", "LOT 1"), ("OQV", "12.5"), ("OQU", "pallets")].map(|(s, t)| Note::new(s, t)),
    );
    let part = |system: &str, name| Classification {
        system: system.to_owned(),
        code: None,
        names: vec![english(name)],
    };
    line.classifications.push(part("IPPCPCVP", "Seeds"));
    line.classifications.push(part("IPPCPCC", "Fresh"));
    let inner = Package { packaging: "BX".to_owned(), quantity: "20".to_owned(), level: None };
    line.packages.push(inner);
    for origin in &mut line.origins {
        let name = "Northern Province".to_owned();
        origin.subdivisions.push(Subdivision { name, level: None });
    }
    line.treatments.push(treatment());
}

fn treatment() -> Treatment {
    let said = |tag: &str, text: &str| TreatmentDatum {
        tag: tag.into(),
        texts: vec![text.into()],
        measure: None,
    };
    let measured = |tag: &str, value: &str, unit: &str| TreatmentDatum {
        tag: tag.into(),
        texts: Vec::new(),
        measure: Some(measure(value, unit)),
    };
    Treatment {
        treatment_type: None,
        start: Some("2026-02-27".to_owned()),
        end: Some("2026-02-28".to_owned()),
        duration: Some(measure("24", "HUR")),
        data: vec![
            said("TTL1", "CHT"),
            said("TTL2", "OP"),
            said("TTCH", "238"),
            measured("TTTM", "21", "CEL"),
            measured("TTCO", "32", "KX"),
            said("TTAI", "Under tarpaulin"),
            said("TTFT", "Fumigation under tarpaulin for 24 hours at 21 degrees Celsius"),
        ],
    }
}

fn english(text: &str) -> Text {
    Text { text: text.to_owned(), language: Some("en".to_owned()) }
}

fn measure(value: &str, unit: &str) -> Measure {
    Measure { value: value.to_owned(), unit: unit.to_owned() }
}
