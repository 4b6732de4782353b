//! A certificate as a page for people: complete, printable, without scripts, in the layout of its
//! model.
//!
//! Every text of the document is escaped. The page carries its own content security policy, which
//! allows its one style sheet and nothing else, so that it is as strict where it was saved to a file.

use std::borrow::Cow;

use phytohub_schemas::{CodeListName, code_list};
use phytohub_sps::{Limits, Name as N, SpsDocument};

use crate::model::{Field, Model, Profile, Section};
use crate::note;
use crate::view::Certificate;

mod cell;
mod html;
mod show;

pub(crate) use html::Html;
pub use html::{POLICY, STYLE};

/// The certificate as a whole page, in English: the models' own language here.
#[must_use]
pub fn page(
    profile: &'static Profile,
    fallback: Option<&'static Model>,
    certificate: Certificate<'_>,
) -> String {
    let title = format!("{} {}", profile.name, certificate.number());
    Html::page(title.trim(), POLICY, |html| article(profile, fallback, certificate, html))
}

/// A document as a whole page; nothing if it is no certificate of one of the family's types.
#[must_use]
pub fn page_of(profile: &'static Profile, bytes: &[u8]) -> Option<String> {
    let reading = SpsDocument::read(bytes, &Limits::default());
    let root = reading.document.root().filter(|_| reading.is_well_formed())?;
    let certificate = Certificate::new(root);
    let code = certificate.type_code();
    let is_ours = profile.types.iter().any(|(known, _)| known.to_string() == code);
    is_ours.then(|| page(profile, None, certificate))
}

/// The certificate as a part of a page.
pub(crate) fn article(
    profile: &'static Profile,
    fallback: Option<&'static Model>,
    certificate: Certificate<'_>,
    html: &mut Html,
) {
    let model =
        certificate.model(profile).0.or(fallback).or_else(|| profile.models.first().copied());
    let Some(model) = model else { return };
    let foreign = certificate.foreign();
    let withdrawn = certificate.is_withdrawn();
    html.element("article", if withdrawn { "withdrawn" } else { "" }, |html| {
        html.element("header", "", |html| {
            html.text("h1", "", foreign.map_or(model.title, |foreign| foreign.name));
            let status = status(&certificate.status());
            let kind = kind(&certificate.type_code());
            html.text("p", "soft", &format!("{kind}. {status}"));
            if let Some(replaced) = certificate.replaces() {
                html.text("p", "replacement", &format!("Replacement certificate for {replaced}"));
            }
        });
        let view = View { profile, certificate };
        for section in model.layout {
            view.section(section, model, html);
        }
        html.text("footer", "", profile.footer);
    });
}

/// What the parts of a page are made from.
#[derive(Clone, Copy)]
struct View<'d> {
    profile: &'static Profile,
    certificate: Certificate<'d>,
}

impl View<'_> {
    fn section(&self, section: &Section, model: &Model, html: &mut Html) {
        let boxes: Vec<(&Field, Html)> = { section.fields.iter() }
            .map(|field| (field, self.field(field, model)))
            .filter(|(_, shown)| !shown.is_empty())
            .collect();
        if boxes.is_empty() {
            return;
        }
        html.element("section", "", |html| {
            html.text("h2", "", section.title);
            html.element("div", "boxes", |html| {
                for (field, shown) in boxes {
                    let wide = matches!(
                        field.show,
                        crate::Show::Lines(_) | crate::Show::Clauses | crate::Show::OtherNotes
                    );
                    html.element("div", if wide { "box wide" } else { "box" }, |html| {
                        html.element("h3", "", |html| {
                            if !field.item.is_empty() {
                                html.text("span", "item", field.item);
                                html.push(" ");
                            }
                            html.push(field.label);
                        });
                        html.append(shown);
                    });
                }
            });
        });
    }
}

/// The subjects that some box of a model shows.
fn shown_elsewhere(model: &Model) -> Vec<&'static str> {
    let mut subjects = vec![note::MODEL];
    subjects.extend_from_slice(note::REPLACEMENT);
    for section in model.layout {
        for field in section.fields {
            if let crate::Show::Notes(tags) = field.show {
                subjects.extend_from_slice(tags);
            }
        }
    }
    // The header tells number and date of what is replaced; the reason is for the notes.
    subjects.retain(|subject| !matches!(*subject, "ADRPR" | note::REPLACED_DATE));
    subjects
}

fn status(code: &str) -> String {
    match code {
        "70" => "Issued".to_owned(),
        "40" => "Withdrawn".to_owned(),
        _ => label(CodeListName::DocumentStatuses, code).into_owned(),
    }
}

fn kind(code: &str) -> String {
    label(CodeListName::DocumentTypes, code).into_owned()
}

/// What a code means in English; the code itself if it is not in the list.
fn label(list: CodeListName, code: &str) -> Cow<'_, str> {
    let row = code_list(list).row(code, "en");
    row.map_or(Cow::Borrowed(code), |row| Cow::Owned(row.text().to_owned()))
}

/// A date as people read it; what is no date stays as it is written.
fn date(written: &str) -> String {
    let Some(date) = phytohub_sps::DateTime::parse(written) else { return written.to_owned() };
    let month = usize::from(date.month).checked_sub(1).and_then(|at| MONTHS.get(at));
    let mut out = format!("{} {} {}", date.day, month.unwrap_or(&""), date.year);
    if let Some((hour, minute, ..)) = date.time.filter(|time| *time != (0, 0, 0, 0)) {
        out.push_str(&format!(", {hour:02}:{minute:02}"));
        match date.offset_minutes {
            Some(0) => out.push_str(" UTC"),
            Some(offset) => {
                let sign = if offset < 0 { '\u{2212}' } else { '+' };
                let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
                out.push_str(&format!(" UTC{sign}{hours:02}:{minutes:02}"));
            }
            None => {}
        }
    }
    out
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The path to who certifies the document.
const SIGNATORIES: &[N] = &[N::SPSExchangedDocument, N::SignatorySPSAuthentication];
