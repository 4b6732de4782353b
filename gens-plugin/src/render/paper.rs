//! What stands in which box.

use askama::Template;
use phytohub_sps::write::{
    Certificate, Country, Line, Measure, Note, Party, Statement, Text, Transport, Treatment,
};

use super::Sheet;
use crate::web::list::Coded;
use crate::web::text::Locale;

#[derive(Template)]
#[template(path = "paper.html")]
pub(super) struct Paper<'p> {
    tag: &'static str,
    direction: &'static str,
    l: &'static Locale,
    prefix: &'p str,
    back: &'p str,
    back_label: String,
    hint: String,
    mark: String,
    title: String,
    number: &'p str,
    issuer: &'p str,
    to: String,
    boxes: Vec<(String, String, bool)>,
    lines: Vec<LineRow>,
    statements: Vec<String>,
    declarations: Vec<String>,
    treatments: Vec<TreatmentRow>,
    official: Vec<String>,
    place: &'p str,
    officer: &'p str,
    issued: String,
}

struct LineRow {
    produce: String,
    usage: String,
    marks: String,
    botanical: String,
    packages: String,
    origin: String,
    quantity: String,
}

struct TreatmentRow {
    line: usize,
    date: String,
    kind: String,
    chemical: String,
    duration: String,
    concentration: String,
    information: String,
}

impl<'p> Paper<'p> {
    pub(super) fn of(
        certificate: &'p Certificate,
        l: &'static Locale,
        mark: String,
        sheet: &Sheet<'p>,
    ) -> Self {
        let all = || certificate.items.iter().flat_map(|item| &item.lines);
        let reexport = certificate.certificate_type == "657";
        let title = if reexport { "paper-title-reexport" } else { "paper-title" };
        Self {
            tag: l.tag(),
            direction: l.direction(),
            l,
            prefix: sheet.prefix,
            back: sheet.back,
            back_label: sheet.reader.text("paper-back"),
            hint: sheet.reader.text("paper-print-hint"),
            mark,
            title: l.text(title),
            number: &certificate.number,
            issuer: &certificate.issuer,
            to: country(&certificate.import_country, l),
            boxes: boxes(certificate, l),
            lines: all().map(|line| line_row(line, l)).collect(),
            statements: statements(certificate, l),
            declarations: declarations(certificate),
            treatments: all()
                .zip(1..)
                .flat_map(|(line, place)| {
                    line.treatments.iter().map(move |one| treatment_row(one, place, l))
                })
                .collect(),
            official: official(certificate, l),
            place: &certificate.place_of_issue,
            officer: &certificate.officer,
            issued: date(&certificate.issued).to_owned(),
        }
    }
}

fn boxes(certificate: &Certificate, l: &'static Locale) -> Vec<(String, String, bool)> {
    let transports = certificate.transports.iter().map(|one| transport(one, l));
    let transit = certificate.transit_countries.iter().map(|one| country(one, l));
    let containers = certificate.containers.iter().map(|(number, seals)| match seals.as_slice() {
        [] => number.clone(),
        seals => format!("{number} ({})", seals.join(", ")),
    });
    let entry = certificate.point_of_entry.as_ref().map_or_else(String::new, |place| {
        let code = place.id.as_deref().map(|code| format!(" ({code})")).unwrap_or_default();
        format!("{}{code}", place.name)
    });
    let mut boxes = vec![
        (l.text("paper-exporter"), party(&certificate.consignor), false),
        (l.text("paper-consignee"), party(&certificate.consignee), false),
        (l.text("paper-conveyance"), joined(transports, "\n"), false),
        (l.text("paper-entry"), entry, false),
        (l.text("paper-marks"), notes(&certificate.notes, "DMCL"), true),
    ];
    let more =
        [("paper-transit", joined(transit, ", ")), ("paper-containers", joined(containers, "\n"))];
    let said = more.into_iter().filter(|(_, text)| !text.is_empty());
    boxes.extend(said.map(|(label, text)| (l.text(label), text, true)));
    boxes
}

fn line_row(line: &Line, l: &'static Locale) -> LineRow {
    let packages = line
        .packages
        .iter()
        .map(|one| format!("{} × {}", one.quantity, Coded::Package.label(&one.packaging, l)));
    let weight = |measure: &Option<Measure>, how: &str| {
        measure.as_ref().map(|one| format!("{} {}", quantity(one), l.text(how)))
    };
    let plain = |measure: &Option<Measure>| measure.as_ref().map(quantity);
    let other = [notes(&line.notes, "OQV"), notes(&line.notes, "OQU")].join(" ");
    let quantities = [
        weight(&line.net_weight, "paper-net"),
        weight(&line.gross_weight, "paper-gross"),
        plain(&line.net_volume),
        plain(&line.gross_volume),
        Some(other.trim().to_owned()).filter(|text| !text.is_empty()),
    ];
    let names = [texts(&line.descriptions), texts(&line.common_names)];
    LineRow {
        produce: joined(names.into_iter(), " · "),
        usage: texts(&line.intended_uses),
        marks: notes(&line.notes, "DMTLIL"),
        botanical: texts(&line.scientific_names),
        packages: joined(packages, "\n"),
        origin: joined(line.origins.iter().map(|one| country(one, l)), ", "),
        quantity: joined(quantities.into_iter().flatten(), "\n"),
    }
}

fn treatment_row(one: &Treatment, line: usize, l: &'static Locale) -> TreatmentRow {
    let said = |tag: &str| {
        let data = one.data.iter().filter(|datum| datum.tag.text == tag);
        joined(
            data.map(|datum| {
                let measure = datum.measure.as_ref().map(quantity);
                joined([texts(&datum.texts), measure.unwrap_or_default()].into_iter(), " ")
            }),
            ", ",
        )
    };
    let kinds = ["TTL1", "TTL2"].map(|tag| {
        let code = said(tag);
        Coded::Treatment.label(&code, l)
    });
    let dates = [one.start.as_deref(), one.end.as_deref()].into_iter().flatten();
    let duration = one.duration.as_ref().map(quantity).unwrap_or_default();
    TreatmentRow {
        line,
        date: joined(dates.map(|when| date(when).to_owned()), " – "),
        kind: joined(kinds.into_iter(), " · "),
        chemical: said("TTCH"),
        duration: joined([duration, said("TTTM")].into_iter(), " / "),
        concentration: said("TTCO"),
        information: joined([said("TTAI"), said("TTFT")].into_iter(), " "),
    }
}

/// The statements with their texts; those that have none say what the model says.
fn statements(certificate: &Certificate, l: &'static Locale) -> Vec<String> {
    let text = |one: &Statement| {
        if one.contents.iter().any(|content| !content.text.is_empty()) {
            texts(&one.contents)
        } else if one.id == "1" {
            l.text("paper-statement")
        } else {
            String::new()
        }
    };
    certificate.statements.iter().map(text).filter(|text| !text.is_empty()).collect()
}

/// Declarations for the whole consignment, then those of its lines.
fn declarations(certificate: &Certificate) -> Vec<String> {
    let whole = certificate.notes.iter().filter(|note| note.subject.starts_with("ADEDL"));
    let lines = certificate.items.iter().flat_map(|item| &item.lines).zip(1..);
    let of_lines = lines.flat_map(|(line, place): (&Line, usize)| {
        let notes = line.notes.iter().filter(|note| note.subject.starts_with("ADTLIL"));
        notes.map(move |note| format!("({place}) {}", texts(&note.contents)))
    });
    whole.map(|note| texts(&note.contents)).chain(of_lines).collect()
}

fn official(certificate: &Certificate, l: &'static Locale) -> Vec<String> {
    let labelled = |label: &str, text: String| {
        Some(format!("{}: {text}", l.text(label))).filter(|_| !text.is_empty())
    };
    let files = certificate.references.iter().flat_map(|one| &one.attachments);
    let files = joined(files.filter_map(|file| file.filename.clone()), ", ");
    [
        labelled("paper-permit", notes(&certificate.notes, "ADIPEDL")),
        Some(notes(&certificate.notes, "ADAOEDL")).filter(|text| !text.is_empty()),
        labelled("paper-attachments", files),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn notes(all: &[Note], subject: &str) -> String {
    let said = all.iter().filter(|note| note.subject == subject);
    joined(said.map(|note| texts(&note.contents)), "\n")
}

fn party(party: &Party) -> String {
    let lines = std::iter::once(party.name.clone()).chain(party.address.iter().cloned());
    joined(lines, "\n")
}

fn country(country: &Country, l: &'static Locale) -> String {
    let known = Coded::Country.label(&country.id, l);
    let name = if known == country.id && !country.name.is_empty() { &country.name } else { &known };
    let parts = country.subdivisions.iter().map(|part| part.name.clone());
    joined(std::iter::once(name.clone()).chain(parts), ", ")
}

fn transport(one: &Transport, l: &'static Locale) -> String {
    let mode = Coded::Mode.label(&one.mode, l);
    let rest = [one.means.clone(), one.number.clone()].into_iter().flatten();
    joined(std::iter::once(mode).chain(rest), " · ")
}

fn quantity(measure: &Measure) -> String {
    let unit = match &*measure.unit {
        "KGM" => "kg",
        "TNE" => "t",
        "GRM" => "g",
        "LBR" => "lb",
        "MTQ" => "m³",
        "LTR" => "l",
        "DMQ" => "dm³",
        "HUR" => "h",
        "DAY" => "d",
        "MIN" => "min",
        "CEL" => "°C",
        "FAH" => "°F",
        other => other,
    };
    format!("{} {unit}", measure.value).trim_end().to_owned()
}

fn texts(all: &[Text]) -> String {
    joined(all.iter().map(|text| text.text.clone()), " / ")
}

/// The day of a date with or without a time.
fn date(written: &str) -> &str {
    written.split('T').next().unwrap_or_default()
}

fn joined(parts: impl Iterator<Item = String>, with: &str) -> String {
    let said: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    said.join(with)
}
