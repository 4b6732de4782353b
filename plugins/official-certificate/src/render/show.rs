//! What each box shows.

use phytohub_schemas::{CodeListName as List, lookup};
use phytohub_sps::{Element, Name as N};

use super::{Html, SIGNATORIES, View, date, label, shown_elsewhere};
use crate::model::{Field, Model, Show};
use crate::note;
use crate::query::{each, text, texts};
use crate::rule::{Path, at};

impl View<'_> {
    /// A box; empty if there is nothing to show in it.
    pub(super) fn field(&self, field: &Field, model: &Model) -> Html {
        let (root, mut html) = (self.certificate.root, Html::default());
        match field.show {
            Show::Texts(path) => paragraphs(unique(texts(root, path)), &mut html),
            Show::Dates(path) => {
                paragraphs(unique(texts(root, path).iter().map(|said| date(said))), &mut html);
            }
            Show::Parties(path) => paragraphs(unique(all(root, path, party)), &mut html),
            Show::Countries(path) => paragraphs(unique(all(root, path, country)), &mut html),
            Show::Zones(path) => {
                let mut zones = Vec::new();
                each(root, path, &mut |country| zones.extend(zones_of(country)));
                paragraphs(unique(zones), &mut html);
            }
            Show::Places(path) => paragraphs(unique(all(root, path, place)), &mut html),
            Show::Transports => paragraphs(all(root, at::TRANSPORT, transport), &mut html),
            Show::Containers => paragraphs(all(root, at::EQUIPMENT, container), &mut html),
            Show::Temperatures => self.temperatures(&mut html),
            Show::References(types) => self.references(types, &mut html),
            Show::Notes(subjects) => {
                let Some(document) = self.certificate.document() else { return html };
                for subject in subjects {
                    let label =
                        if subjects.len() > 1 { note::tag_label(subject) } else { "".into() };
                    for found in note::of(document, subject) {
                        paragraphs(labelled(&label, note::contents(found)), &mut html);
                    }
                }
            }
            Show::Lines(columns) => self.lines(columns, &mut html),
            Show::Clauses => self.clauses(&mut html),
            Show::OtherNotes => {
                let Some(document) = self.certificate.document() else { return html };
                let known = shown_elsewhere(model);
                for found in note::all(document) {
                    let subject = note::subject(found);
                    if !known.contains(&&*subject) {
                        let label = note::tag_label(&subject);
                        paragraphs(labelled(&label, note::contents(found)), &mut html);
                    }
                }
            }
        }
        html
    }

    fn temperatures(&self, html: &mut Html) {
        let root = self.certificate.root;
        let mut found = Vec::new();
        each(
            root,
            &[N::SPSConsignment, N::UtilizedSPSTransportEquipment, N::SettingSPSTemperature],
            &mut |t| {
                let parts = [N::ValueMeasure, N::MinimumValueMeasure, N::MaximumValueMeasure];
                found.push(joined(parts.iter().filter_map(|name| t.child(*name)).map(measure)));
            },
        );
        let lines = self.certificate.lines();
        for element in self.certificate.document().into_iter().chain(lines) {
            for said in note::of(element, "PRODUCT_TEMPERATURE") {
                found.extend(note::contents(said).map(|said| said.into_owned()));
            }
        }
        paragraphs(unique(found), html);
    }

    fn references(&self, types: &[&str], html: &mut Html) {
        let Some(document) = self.certificate.document() else { return };
        for one in document.children_named(N::ReferenceSPSReferencedDocument) {
            let code = text(one, &[N::TypeCode]);
            if !types.is_empty() && !types.contains(&&*code) {
                continue;
            }
            let issued = date(&text(one, &[N::IssueDateTime]));
            let kind = if types.is_empty() {
                label(List::DocumentTypes, &code).into_owned()
            } else {
                String::new()
            };
            let number = text(one, &[N::ID]).into_owned();
            let files = one.children_named(N::AttachmentBinaryObject);
            let files =
                files.filter_map(|file| file.attribute("filename")).map(|name| name.into_owned());
            let parts = [kind, number, issued, text(one, &[N::Information]).into_owned()];
            paragraphs([joined(parts.into_iter().chain(files))], html);
        }
    }

    /// What is attested, in its own words or in those of the catalogue.
    fn clauses(&self, html: &mut Html) {
        let mut shown = Vec::new();
        let mut add = |clause: Element<'_>| {
            let id = text(clause, &[N::ID]).into_owned();
            let words =
                joined(clause.children_named(N::Content).map(|said| said.text().into_owned()));
            let known = self.profile.attestations.iter().find(|known| known.id == id);
            let words = match known {
                Some(known) if words.is_empty() => known.text.to_owned(),
                _ => words,
            };
            if !id.is_empty() || !words.is_empty() {
                shown.push((id, words));
            }
        };
        each(self.certificate.root, SIGNATORIES, &mut |who| {
            who.children_named(N::IncludedSPSClause).for_each(&mut add);
        });
        each(self.certificate.root, at::LINE_CLAUSE, &mut add);
        if shown.is_empty() {
            return;
        }
        html.element("ol", "", |html| {
            for (id, words) in shown {
                html.element("li", "", |html| {
                    html.push(&words);
                    html.push(" ");
                    html.text("span", "soft", &id);
                });
            }
        });
    }
}

/// Paragraphs of what says something.
pub(super) fn paragraphs<S: AsRef<str>>(texts: impl IntoIterator<Item = S>, html: &mut Html) {
    for said in texts {
        if !said.as_ref().is_empty() {
            html.text("p", "", said.as_ref());
        }
    }
}

/// Each once, in the order of their first mention.
pub(super) fn unique<S: AsRef<str>>(texts: impl IntoIterator<Item = S>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let texts = texts.into_iter().map(|said| said.as_ref().to_owned());
    texts.filter(|said| seen.insert(said.clone())).collect()
}

/// Every element at the end of a path in words.
fn all(root: Element<'_>, path: Path, words: fn(Element<'_>) -> String) -> Vec<String> {
    let mut found = Vec::new();
    each(root, path, &mut |element| found.push(words(element)));
    found
}

/// What is said, after its label.
pub(super) fn labelled<'t>(
    label: &str,
    said: impl Iterator<Item = std::borrow::Cow<'t, str>>,
) -> Vec<String> {
    let words = |said: std::borrow::Cow<'_, str>| match label {
        "" => said.into_owned(),
        label => format!("{label}: {said}"),
    };
    said.map(words).collect()
}

fn party(party: Element<'_>) -> String {
    let own = |path: &[N]| text(party, path).into_owned();
    let address = party.child(N::SpecifiedSPSAddress).into_iter();
    let address = address.flat_map(Element::children).map(|line| line.text().into_owned());
    let positions = texts(party, &[N::SpecifiedSPSPerson, N::AttainedSPSQualification, N::Name]);
    let head =
        [own(&[N::SpecifiedSPSPerson, N::Name]), joined(positions.iter().map(|p| p.to_string()))];
    let id = own(&[N::ID]);
    let id = if id.is_empty() { id } else { format!("No. {id}") };
    let contacts = texts(party, &[N::DefinedSPSContact, N::PersonName]);
    let contacts = joined(contacts.iter().map(|said| said.to_string()));
    let lines = [joined(head), own(&[N::Name]), joined(address), contacts, id];
    let lines: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

pub(super) fn country(country: Element<'_>) -> String {
    let code = text(country, &[N::ID]);
    let written = text(country, &[N::Name]);
    let known = lookup::country(&code).map_or("", |country| country.name.as_str());
    let name = if written.is_empty() { known } else { &*written };
    match (name, &*code) {
        (name, "") => name.to_owned(),
        ("", code) => code.to_owned(),
        (name, code) => format!("{name} ({code})"),
    }
}

pub(super) fn zones_of(country: Element<'_>) -> Vec<String> {
    let zones = country.children_named(N::SubordinateSPSCountrySubDivision);
    zones
        .map(|zone| {
            joined([text(zone, &[N::Name]).into_owned(), text(zone, &[N::ID]).into_owned()])
        })
        .collect()
}

fn place(place: Element<'_>) -> String {
    joined([text(place, &[N::Name]).into_owned(), text(place, &[N::ID]).into_owned()])
}

fn transport(movement: Element<'_>) -> String {
    let mode = text(movement, &[N::ModeCode]);
    let mode = label(List::TransportModes, &mode).into_owned();
    let own = |path: &[N]| text(movement, path).into_owned();
    joined([mode, own(&[N::UsedSPSTransportMeans, N::Name]), own(&[N::ID])])
}

fn container(equipment: Element<'_>) -> String {
    let seals = texts(equipment, &[N::AffixedSPSSeal, N::ID]);
    let seals = joined(seals.iter().map(|seal| seal.to_string()));
    let seals = if seals.is_empty() { seals } else { format!("seal {seals}") };
    joined([text(equipment, &[N::ID]).into_owned(), seals])
}

pub(super) fn measure(element: Element<'_>) -> String {
    let code = element.attribute("unitCode").unwrap_or_default();
    let unit = lookup::unit_measure(&code);
    let unit = unit.filter(|unit| !unit.symbol.is_empty()).map_or(&*code, |unit| &*unit.symbol);
    format!("{} {unit}", element.text()).trim().to_owned()
}

pub(super) fn joined(texts: impl IntoIterator<Item = String>) -> String {
    let all: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    all.join(", ")
}
