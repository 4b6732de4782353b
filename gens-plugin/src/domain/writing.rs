//! From what was entered to the document that is exchanged.

use phytohub_schemas::lookup;
use phytohub_sps::write::{
    Attachment as File, Certificate, Classification, Country, Item, Line as WrittenLine, Location,
    Measure as WrittenMeasure, Note, Package as WrittenPackage, Party as WrittenParty, Reference,
    Subdivision, Text, Transport as WrittenTransport, Treatment as WrittenTreatment,
    TreatmentDatum,
};

use super::{Attachment, Declaration, Draft, Line, Measure, Origin, Party, Treatment, limit};

/// What is known about a certificate besides what was entered.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "every field is needed, wherever one is made")]
pub struct IssueFacts {
    /// The number.
    pub number: String,
    /// 70 for issued, 40 for withdrawn.
    pub status: u16,
    /// When it was issued, as 2026-03-04T10:11:12Z.
    pub issued: String,
    /// The plant protection organization.
    pub organization: String,
    /// The country that issues it.
    pub country: String,
    /// The place of issue.
    pub place: String,
    /// The authorized officer.
    pub officer: String,
}

/// The certificate for export (851) of a draft.
#[must_use]
pub fn certificate(draft: &Draft, facts: &IssueFacts, attachments: &[Attachment]) -> Certificate {
    Certificate {
        number: facts.number.clone(),
        certificate_type: "851".to_owned(),
        status: facts.status.to_string(),
        issued: facts.issued.clone(),
        issuer: facts.organization.clone(),
        notes: notes(draft),
        references: attachments.iter().zip(1_usize..).map(reference).collect(),
        place_of_issue: facts.place.clone(),
        officer: facts.officer.clone(),
        statements: vec!["1".into()],
        consignor: party(&draft.exporter),
        consignee: party(&draft.consignee),
        export_country: country(&facts.country),
        import_country: country(&draft.destination),
        transit_countries: draft.transit.iter().map(|code| country(code)).collect(),
        point_of_entry: point_of_entry(draft),
        transports: draft.transports.iter().map(transport).collect(),
        containers: draft
            .containers
            .iter()
            .map(|one| (one.number.clone(), one.seals.clone()))
            .collect(),
        items: vec![Item {
            lines: draft.lines.iter().map(|line| written_line(line, draft)).collect(),
            ..Item::default()
        }],
        ..Certificate::default()
    }
}

fn notes(draft: &Draft) -> Vec<Note> {
    let mut notes: Vec<Note> = declarations("ADEDL", &draft.declarations, draft).collect();
    let single = [
        ("ADIPEDL", &draft.import_permit),
        ("ADDIEDL", &draft.inspected_on),
        ("ADAOEDL", &draft.official_information),
        ("DMCL", &draft.marks),
    ];
    let said = single.into_iter().filter(|(_, text)| !text.is_empty());
    notes.extend(said.map(|(subject, text)| Note::new(subject, text)));
    notes
}

fn declarations<'a>(
    subject: &'a str,
    all: &'a [Declaration],
    draft: &'a Draft,
) -> impl Iterator<Item = Note> + 'a {
    all.iter().filter(|one| !one.text.is_empty()).map(move |one| Note {
        subject: subject.to_owned(),
        contents: vec![in_language(&one.text, draft)],
    })
}

/// A text in the certificate's own language, where that is said.
fn in_language(text: &str, draft: &Draft) -> Text {
    let language = Some(draft.language.clone()).filter(|language| !language.is_empty());
    Text { text: text.to_owned(), language }
}

fn reference((file, count): (&Attachment, usize)) -> Reference {
    Reference {
        relationship: "ZZZ".to_owned(),
        number: count.to_string(),
        attachments: vec![File::new(&file.name, file.kind.media_type(), &file.bytes)],
        information: Some(Text::from(&*file.name)),
        ..Reference::default()
    }
}

fn party(party: &Party) -> WrittenParty {
    WrittenParty {
        name: party.name.clone(),
        address: party.address.iter().take(limit::ADDRESS_LINES_MAX).cloned().collect(),
        ..WrittenParty::default()
    }
}

fn country(code: &str) -> Country {
    let name = lookup::country(code).map_or("", |row| &row.name);
    Country { id: code.to_owned(), name: name.to_owned(), subdivisions: Vec::new() }
}

fn point_of_entry(draft: &Draft) -> Option<Location> {
    let place = &draft.point_of_entry;
    if place.name.is_empty() && place.locode.is_empty() {
        return None;
    }
    Some(Location { id: filled(&place.locode), name: place.name.clone() })
}

fn transport(one: &super::Transport) -> WrittenTransport {
    WrittenTransport {
        number: filled(&one.number),
        mode: one.mode.clone(),
        means: filled(&one.means),
    }
}

fn written_line(line: &Line, draft: &Draft) -> WrittenLine {
    WrittenLine {
        descriptions: vec![in_language(&line.produce, draft)],
        common_names: texts(&line.common_name),
        scientific_names: texts(&line.botanical_name),
        intended_uses: texts(&line.intended_use),
        net_weight: measure(&line.net_weight),
        gross_weight: measure(&line.gross_weight),
        net_volume: measure(&line.net_volume),
        notes: line_notes(line, draft),
        classifications: classifications(line),
        packages: line.packages.iter().map(package).collect(),
        origins: line.origins.iter().map(origin).collect(),
        treatments: line.treatments.iter().map(treatment).collect(),
        ..WrittenLine::default()
    }
}

fn line_notes(line: &Line, draft: &Draft) -> Vec<Note> {
    let mut notes: Vec<Note> = declarations("ADTLIL", &line.declarations, draft).collect();
    let single = [
        ("DMTLIL", &line.marks),
        ("OQV", &line.other_quantity.value),
        ("OQU", &line.other_quantity.unit),
        ("OPTND", &line.packages_text),
    ];
    let said = single.into_iter().filter(|(_, text)| !text.is_empty());
    notes.extend(said.map(|(subject, text)| Note::new(subject, text)));
    notes
}

fn classifications(line: &Line) -> Vec<Classification> {
    let coded = filled(&line.hs_code).map(|code| Classification {
        system: "HS".to_owned(),
        code: Some(code),
        names: Vec::new(),
    });
    let named = |system: &str, name: &str| {
        filled(name).map(|name| Classification {
            system: system.to_owned(),
            code: None,
            names: texts(&name),
        })
    };
    [coded, named("IPPCPCVP", &line.plant_part), named("IPPCPCC", &line.condition)]
        .into_iter()
        .flatten()
        .collect()
}

fn package(one: &super::Package) -> WrittenPackage {
    WrittenPackage { packaging: one.kind.clone(), quantity: one.quantity.clone(), level: None }
}

fn origin(one: &Origin) -> Country {
    let region = filled(&one.region).map(|name| Subdivision { name, level: None });
    Country { subdivisions: region.into_iter().collect(), ..country(&one.country) }
}

fn treatment(one: &Treatment) -> WrittenTreatment {
    let said = |tag: &str, text: &str| {
        filled(text).map(|text| TreatmentDatum {
            tag: tag.into(),
            texts: texts(&text),
            measure: None,
        })
    };
    let measured = |tag: &str, value: &Measure| {
        measure(value).map(|measure| TreatmentDatum {
            tag: tag.into(),
            texts: Vec::new(),
            measure: Some(measure),
        })
    };
    let data = [
        said("TTL1", &one.kind),
        said("TTL2", &one.method),
        said("TTCH", &one.chemical_code),
        measured("TTTM", &one.temperature),
        measured("TTCO", &one.concentration),
        said("TTAI", &one.chemical),
        said("TTFT", &full_text(one)),
    ];
    WrittenTreatment {
        treatment_type: None,
        start: filled(&one.start),
        end: filled(&one.end),
        duration: measure(&one.duration),
        data: data.into_iter().flatten().collect(),
    }
}

/// The treatment in words, for readers that look at nothing else.
fn full_text(one: &Treatment) -> String {
    let kind = if one.method.is_empty() { &one.kind } else { &one.method };
    let name = treatment_name(kind).unwrap_or_default();
    let measured = |measure: &Measure| {
        let known = lookup::unit_measure(&measure.unit);
        let unit = known.map_or(&*measure.unit, |known| &known.symbol);
        format!("{} {unit}", measure.value)
    };
    let parts = [
        name,
        one.chemical.clone(),
        measured(&one.duration),
        measured(&one.temperature),
        measured(&one.concentration),
        one.information.clone(),
    ];
    let said: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|p| !p.is_empty()).collect();
    said.join(", ").chars().take(limit::LONG_TEXT_CHARS_MAX).collect()
}

fn treatment_name(code: &str) -> Option<String> {
    let list = phytohub_schemas::code_list(phytohub_schemas::CodeListName::TreatmentTypes);
    let found = list.rows().iter().find(|row| row.code() == code && row.lang() == Some("en"));
    found.map(|row| row.text().to_owned())
}

fn measure(one: &Measure) -> Option<WrittenMeasure> {
    filled(&one.value).map(|value| WrittenMeasure { value, unit: one.unit.clone() })
}

fn filled(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn texts(text: &str) -> Vec<Text> {
    filled(text).map(|text| Text { text, language: None }).into_iter().collect()
}
