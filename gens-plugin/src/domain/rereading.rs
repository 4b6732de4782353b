//! From a document back to what was entered: for certificates that the hub has and we lost.

use phytohub_sps::write::{
    Certificate, Country, Line as Written, Measure as WrittenMeasure, Note, Party as WrittenParty,
    Text, Treatment as WrittenTreatment,
};

use super::{
    Container, Declaration, Draft, Line, Measure, Origin, Package, Party, Place, Transport,
    Treatment, limit,
};

/// The draft that a document of ours comes of, as far as the document tells: of declarations the
/// wording and not the code. The document itself stays what counts.
#[must_use]
pub fn draft_of(certificate: &Certificate) -> Draft {
    let lines = certificate.items.iter().flat_map(|item| &item.lines);
    let entry = certificate.point_of_entry.as_ref();
    let note = |subject: &str| noted(&certificate.notes, subject);
    Draft {
        exporter: party(&certificate.consignor),
        consignee: party(&certificate.consignee),
        destination: certificate.import_country.id.clone(),
        transit: certificate.transit_countries.iter().map(|one| one.id.clone()).collect(),
        point_of_entry: entry.map_or_else(Place::default, |place| Place {
            locode: place.id.clone().unwrap_or_default(),
            name: place.name.clone(),
        }),
        transports: certificate
            .transports
            .iter()
            .map(|one| Transport {
                mode: one.mode.clone(),
                means: one.means.clone().unwrap_or_default(),
                number: one.number.clone().unwrap_or_default(),
            })
            .collect(),
        containers: certificate
            .containers
            .iter()
            .map(|(number, seals)| Container { number: number.clone(), seals: seals.clone() })
            .collect(),
        marks: note("DMCL"),
        lines: lines.take(limit::LINES_MAX).map(line).collect(),
        declarations: declared(&certificate.notes, "ADEDL"),
        import_permit: note("ADIPEDL"),
        inspected_on: note("ADDIEDL"),
        official_information: note("ADAOEDL"),
        language: language(certificate),
    }
}

fn language(certificate: &Certificate) -> String {
    let lines = certificate.items.iter().flat_map(|item| &item.lines);
    let said = lines.flat_map(|line| &line.descriptions).find_map(|text| text.language.clone());
    said.unwrap_or_default()
}

fn party(written: &WrittenParty) -> Party {
    Party { name: written.name.clone(), address: written.address.clone() }
}

fn line(written: &Written) -> Line {
    let note = |subject: &str| noted(&written.notes, subject);
    let class = |system: &str| written.classifications.iter().find(|one| one.system == system);
    let named = |system: &str| class(system).map(|one| first(&one.names)).unwrap_or_default();
    Line {
        produce: first(&written.descriptions),
        common_name: first(&written.common_names),
        botanical_name: first(&written.scientific_names),
        intended_use: first(&written.intended_uses),
        hs_code: class("HS").and_then(|one| one.code.clone()).unwrap_or_default(),
        plant_part: named("IPPCPCVP"),
        condition: named("IPPCPCC"),
        net_weight: measure(written.net_weight.as_ref()),
        gross_weight: measure(written.gross_weight.as_ref()),
        net_volume: measure(written.net_volume.as_ref()),
        other_quantity: Measure { value: note("OQV"), unit: note("OQU") },
        packages: written
            .packages
            .iter()
            .map(|one| Package { kind: one.packaging.clone(), quantity: one.quantity.clone() })
            .collect(),
        packages_text: note("OPTND"),
        origins: written.origins.iter().map(origin).collect(),
        marks: note("DMTLIL"),
        treatments: written.treatments.iter().map(treatment).collect(),
        declarations: declared(&written.notes, "ADTLIL"),
    }
}

fn origin(country: &Country) -> Origin {
    let region = country.subdivisions.first().map(|one| one.name.clone());
    Origin { country: country.id.clone(), region: region.unwrap_or_default() }
}

fn treatment(written: &WrittenTreatment) -> Treatment {
    let datum = |tag: &str| written.data.iter().find(|datum| datum.tag.text == tag);
    let said = |tag: &str| datum(tag).map(|datum| first(&datum.texts)).unwrap_or_default();
    let measured = |tag: &str| measure(datum(tag).and_then(|datum| datum.measure.as_ref()));
    Treatment {
        kind: said("TTL1"),
        method: said("TTL2"),
        chemical: said("TTAI"),
        chemical_code: said("TTCH"),
        start: written.start.clone().unwrap_or_default(),
        end: written.end.clone().unwrap_or_default(),
        duration: measure(written.duration.as_ref()),
        temperature: measured("TTTM"),
        concentration: measured("TTCO"),
        information: said("TTFT"),
    }
}

fn measure(written: Option<&WrittenMeasure>) -> Measure {
    let said = |one: &WrittenMeasure| Measure { value: one.value.clone(), unit: one.unit.clone() };
    written.map(said).unwrap_or_default()
}

fn declared(notes: &[Note], subject: &str) -> Vec<Declaration> {
    let said = notes.iter().filter(|note| note.subject == subject);
    said.map(|note| Declaration { code: String::new(), text: first(&note.contents) }).collect()
}

fn noted(notes: &[Note], subject: &str) -> String {
    let found = notes.iter().find(|note| note.subject == subject);
    found.map(|note| first(&note.contents)).unwrap_or_default()
}

fn first(texts: &[Text]) -> String {
    texts.first().map(|text| text.text.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{IssueFacts, certificate};

    #[test]
    fn draft_survives_its_document() {
        let mut draft = Draft { destination: "NL".to_owned(), ..Draft::default() };
        draft.exporter.name = "Exporter".to_owned();
        draft.consignee.address = vec!["1 Street".to_owned(), "Town".to_owned()];
        draft.language = "en".to_owned();
        draft.transit = vec!["FR".to_owned()];
        draft.marks = "AB".to_owned();
        draft.import_permit = "P-1".to_owned();
        let mut line = Line { produce: "Apples".to_owned(), ..Line::default() };
        line.hs_code = "080810".to_owned();
        line.plant_part = "Fruits".to_owned();
        line.net_weight = Measure { value: "5".to_owned(), unit: "KGM".to_owned() };
        line.origins = vec![Origin { country: "GH".to_owned(), region: "Ashanti".to_owned() }];
        line.packages = vec![Package { kind: "BX".to_owned(), quantity: "7".to_owned() }];
        draft.lines = vec![line];
        let facts = IssueFacts { number: "GH-1".to_owned(), status: 70, ..IssueFacts::default() };
        assert_eq!(draft_of(&certificate(&draft, &facts, &[])), draft);
    }
}
