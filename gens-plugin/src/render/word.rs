//! What a certificate says, as words of its language.

use phytohub_sps::write::{
    Certificate, Classification, Country, Line, Measure, Note, Party, Reference, Statement, Text,
    Transport, Treatment,
};

use crate::web::list::{Coded, symbol};
use crate::web::text::Locale;

/// What a label introduces, on one line, in whatever direction it is written.
pub(super) fn labelled(label: &str, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    let value = phytohub_gens_paper::cleaned(value).replace('\n', ", ");
    // Before Hebrew there is no letter from right to left, and nothing to be set off.
    match label.chars().chain(value.chars()).all(|c| c < '\u{590}') {
        true => format!("{label}: {value}"),
        false => format!("{label}: \u{2068}{value}\u{2069}"),
    }
}

pub(super) fn produce(line: &Line) -> String {
    joined([texts(&line.descriptions), texts(&line.common_names)], " · ")
}

/// What else is said of a produce, one line each.
pub(super) fn produce_more(line: &Line, l: &'static Locale) -> Vec<String> {
    let uses = joined(line.intended_uses.iter().map(|one| Coded::Use.shown(&one.text, l)), " / ");
    let code = |one: &Classification| one.code.clone().filter(|_| one.system == "HS");
    let is_named = |one: &&Classification| one.system != "HS";
    let named = line.classifications.iter().filter(is_named).map(|one| classification(one, l));
    let mut more = vec![
        joined(named, " · "),
        labelled(&l.text("paper-use"), &uses),
        labelled(&l.text("paper-marks"), &notes(&line.notes, "DMTLIL")),
        labelled(&l.text("paper-hs"), &joined(line.classifications.iter().filter_map(code), ", ")),
    ];
    more.extend(others(&line.notes, LINE_NOTES));
    more.retain(|text| !text.is_empty());
    more
}

/// Words of our lists are told in the language of the certificate, which carries them in English.
fn classification(one: &Classification, l: &'static Locale) -> String {
    let list = match &*one.system {
        "IPPCPCVP" => Some(Coded::Plant),
        "IPPCPCC" => Some(Coded::Condition),
        _ => None,
    };
    let said = |one: &Text| list.map_or_else(|| one.text.clone(), |list| list.shown(&one.text, l));
    let names = joined(one.names.iter().map(said), " / ");
    joined([names, one.code.clone().unwrap_or_default()], " ")
}

pub(super) fn packages(line: &Line, l: &'static Locale) -> String {
    let counted = line
        .packages
        .iter()
        .map(|one| format!("{} × {}", one.quantity, Coded::Package.label(&one.packaging, l)));
    joined(counted.chain([notes(&line.notes, "OPTND")]), "\n")
}

pub(super) fn quantities(line: &Line, l: &'static Locale) -> String {
    let weight = |measure: &Option<Measure>, how: &str| {
        measure.as_ref().map(|one| format!("{} {}", quantity(one), l.text(how)))
    };
    let plain = |measure: &Option<Measure>| measure.as_ref().map(quantity);
    let other = joined([notes(&line.notes, "OQV"), notes(&line.notes, "OQU")], " ");
    let quantities = [
        weight(&line.net_weight, "paper-net"),
        weight(&line.gross_weight, "paper-gross"),
        plain(&line.net_volume),
        plain(&line.gross_volume),
        Some(other),
    ];
    joined(quantities.into_iter().flatten(), "\n")
}

/// Date, kind, chemical, duration and temperature, concentration, information.
pub(super) fn treatment(one: &Treatment, l: &'static Locale) -> [String; 6] {
    let said = |tag: &str| {
        let data = one.data.iter().filter(|datum| datum.tag.text == tag);
        let each = data.map(|datum| {
            let measure = datum.measure.as_ref().map(quantity);
            joined([texts(&datum.texts), measure.unwrap_or_default()], " ")
        });
        joined(each, ", ")
    };
    let kinds = ["TTL1", "TTL2"].map(|tag| Coded::Treatment.label(&said(tag), l));
    let dates = [one.start.as_deref(), one.end.as_deref()].into_iter().flatten();
    let duration = one.duration.as_ref().map(quantity).unwrap_or_default();
    [
        joined(dates.map(|when| date(when).to_owned()), " – "),
        joined(kinds, " · "),
        joined([said("TTAI"), said("TTCH")], " · "),
        joined([duration, said("TTTM")], " / "),
        said("TTCO"),
        said("TTFT"),
    ]
}

/// The statements with their texts; those that have none say what the models of ISPM 12 say.
pub(super) fn statements(certificate: &Certificate, l: &'static Locale) -> Vec<String> {
    let text = |one: &Statement| {
        let said = texts(&one.contents);
        let key = format!("paper-statement-{}", one.id);
        let model = || l.own(&key).or_else(|| Locale::english().own(&key));
        if said.is_empty() { model().unwrap_or_default() } else { said }
    };
    certificate.statements.iter().map(text).filter(|text| !text.is_empty()).collect()
}

/// Declarations for the whole consignment, then those of its lines.
pub(super) fn declarations(certificate: &Certificate, l: &'static Locale) -> Vec<String> {
    let whole = certificate.notes.iter().filter(|note| note.subject.starts_with("ADEDL"));
    let lines = certificate.items.iter().flat_map(|item| &item.lines).zip(1..);
    let of_lines = lines.flat_map(|(line, place): (&Line, usize)| {
        let notes = line.notes.iter().filter(|note| note.subject.starts_with("ADTLIL"));
        let label = format!("{} {place}", l.text("paper-line"));
        notes.map(move |note| labelled(&label, &texts(&note.contents)))
    });
    let all = whole.map(|note| texts(&note.contents)).chain(of_lines);
    all.filter(|text| !text.is_empty()).collect()
}

pub(super) fn official(certificate: &Certificate, l: &'static Locale) -> Vec<String> {
    let files = certificate.references.iter().flat_map(|one| &one.attachments);
    let files = joined(files.filter_map(|file| file.filename.clone()), ", ");
    let noted = |subject| notes(&certificate.notes, subject);
    let mut all = vec![
        labelled(&l.text("paper-permit"), &noted("ADIPEDL")),
        labelled(&l.text("paper-inspected"), date(&noted("ADDIEDL"))),
        noted("ADAOEDL"),
    ];
    let named = certificate.references.iter().filter(|one| one.attachments.is_empty());
    all.extend(named.map(|one| labelled(&l.text("paper-reference"), &reference(one))));
    all.push(labelled(&l.text("paper-attachments"), &files));
    all.extend(others(&certificate.notes, NOTES));
    all.retain(|text| !text.is_empty());
    all
}

fn reference(one: &Reference) -> String {
    let issued = one.issued.as_deref().map(|issued| date(issued).to_owned());
    let about = one.information.as_ref().map(|text| text.text.clone());
    let parts = [Some(one.number.clone()), issued, about];
    joined(parts.into_iter().flatten(), ", ")
}

/// Notes that the models have no place for: nothing that a document says is left out.
fn others<'n>(all: &'n [Note], known: &'n [&str]) -> impl Iterator<Item = String> + 'n {
    let is_other = |note: &&Note| !known.iter().any(|begin| note.subject.starts_with(begin));
    all.iter().filter(is_other).map(|note| labelled(&note.subject, &texts(&note.contents)))
}

/// What boxes show of the notes on a certificate, and of those on a line.
const NOTES: &[&str] = &["ADEDL", "ADIPEDL", "ADDIEDL", "ADAOEDL", "DMCL"];
const LINE_NOTES: &[&str] = &["ADTLIL", "DMTLIL", "OQV", "OQU", "OPTND"];

pub(super) fn notes(all: &[Note], subject: &str) -> String {
    let said = all.iter().filter(|note| note.subject == subject);
    joined(said.map(|note| texts(&note.contents)), "\n")
}

pub(super) fn party(party: &Party) -> String {
    joined([&party.name].into_iter().chain(&party.address).cloned(), "\n")
}

/// The organization, and its country where its name does not say it.
pub(super) fn organization(certificate: &Certificate, l: &'static Locale) -> String {
    let country = country(&certificate.export_country, l);
    let is_said = certificate.issuer.contains(&country);
    joined([certificate.issuer.clone(), if is_said { String::new() } else { country }], "\n")
}

pub(super) fn country(country: &Country, l: &'static Locale) -> String {
    let known = Coded::Country.label(&country.id, l);
    let name = if known == country.id && !country.name.is_empty() { &country.name } else { &known };
    let parts = country.subdivisions.iter().map(|part| part.name.clone());
    joined([name.clone()].into_iter().chain(parts), ", ")
}

pub(super) fn entry(certificate: &Certificate) -> String {
    certificate.point_of_entry.as_ref().map_or_else(String::new, |place| {
        let code = place.id.as_deref().map(|code| format!(" ({code})")).unwrap_or_default();
        format!("{}{code}", place.name)
    })
}

pub(super) fn containers(certificate: &Certificate) -> String {
    let each = certificate.containers.iter().map(|(number, seals)| match seals.as_slice() {
        [] => number.clone(),
        seals => format!("{number} ({})", seals.join(", ")),
    });
    joined(each, "\n")
}

pub(super) fn transport(one: &Transport, l: &'static Locale) -> String {
    let mode = Coded::Mode.label(&one.mode, l);
    let rest = [one.means.clone(), one.number.clone()].into_iter().flatten();
    joined([mode].into_iter().chain(rest), " · ")
}

fn quantity(measure: &Measure) -> String {
    format!("{} {}", measure.value, symbol(&measure.unit)).trim_end().to_owned()
}

pub(super) fn texts(all: &[Text]) -> String {
    joined(all.iter().map(|text| text.text.clone()), " / ")
}

/// The day of a date with or without a time.
pub(super) fn date(written: &str) -> &str {
    written.split('T').next().unwrap_or_default()
}

pub(super) fn joined(parts: impl IntoIterator<Item = String>, with: &str) -> String {
    let said: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    said.join(with)
}
