//! What of a draft can be kept, and how it is tidied before it is.

use super::{Container, Declaration, Draft, Line, Origin, Package, Transport, Treatment};
use crate::domain::limit;

/// What is wrong with the shape of a draft: what cannot be kept, as opposed to what cannot be
/// issued yet.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a field cannot be kept field={field} kind={kind:?}")]
#[non_exhaustive]
pub struct DraftFlaw {
    /// The field, such as `lines.2.produce`, counted from 0.
    pub field: String,
    /// What is wrong.
    pub kind: FlawKind,
}

impl DraftFlaw {
    pub(crate) fn new(field: impl Into<String>, kind: FlawKind) -> Self {
        Self { field: field.into(), kind }
    }
}

/// What is wrong with the shape of a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum FlawKind {
    /// A text has too many characters.
    TooLong,
    /// A list has too many entries.
    TooMany,
    /// A file has too many bytes.
    TooLarge,
    /// A file is of a type that not everybody can open.
    Type,
}

impl Draft {
    /// What is too long or too much to be kept.
    ///
    /// # Errors
    ///
    /// The first such field.
    pub fn check_shape(&self) -> Result<(), DraftFlaw> {
        count("transit", self.transit.len(), limit::ENTRIES_MAX)?;
        count("transports", self.transports.len(), limit::ENTRIES_MAX)?;
        count("containers", self.containers.len(), limit::ENTRIES_MAX)?;
        count("lines", self.lines.len(), limit::LINES_MAX)?;
        count("exporter.address", self.exporter.address.len(), limit::ADDRESS_LINES_MAX)?;
        count("consignee.address", self.consignee.address.len(), limit::ADDRESS_LINES_MAX)?;
        declarations("declarations", &self.declarations)?;
        text("official_information", &self.official_information, limit::LONG_TEXT_CHARS_MAX)?;
        for (place, container) in self.containers.iter().enumerate() {
            count(&format!("containers.{place}.seals"), container.seals.len(), limit::ENTRIES_MAX)?;
        }
        for (place, line) in self.lines.iter().enumerate() {
            line.check_shape(&format!("lines.{place}"))?;
        }
        // Every other text is short: all at once, as it is kept.
        let rest = Self {
            official_information: String::new(),
            declarations: Vec::new(),
            lines: self.lines.iter().map(Line::short).collect(),
            ..self.clone()
        };
        match serde_json::to_value(&rest) {
            Ok(all) => short_texts("", &all),
            Err(_) => Err(DraftFlaw::new("", FlawKind::TooLarge)),
        }
    }

    /// The draft without white space around its texts and without entries that say nothing.
    #[must_use]
    pub fn tidied(mut self) -> Self {
        tidy(&mut self);
        self.transit.retain(|country| !country.is_empty());
        self.transports.retain(|one| *one != Transport::default());
        self.containers.iter_mut().for_each(|one| one.seals.retain(|seal| !seal.is_empty()));
        self.containers.retain(|one| *one != Container::default());
        self.declarations.retain(|one| *one != Declaration::default());
        for party in [&mut self.exporter, &mut self.consignee] {
            party.address.retain(|line| !line.is_empty());
        }
        for line in &mut self.lines {
            line.packages.retain(|one| *one != Package::default());
            line.origins.retain(|one| *one != Origin::default());
            line.treatments.retain(|one| *one != Treatment::default());
            line.declarations.retain(|one| *one != Declaration::default());
        }
        self.lines.retain(|line| *line != Line::default());
        self
    }
}

impl Line {
    fn check_shape(&self, field: &str) -> Result<(), DraftFlaw> {
        count(&format!("{field}.packages"), self.packages.len(), limit::ENTRIES_MAX)?;
        count(&format!("{field}.origins"), self.origins.len(), limit::ENTRIES_MAX)?;
        count(&format!("{field}.treatments"), self.treatments.len(), limit::ENTRIES_MAX)?;
        declarations(&format!("{field}.declarations"), &self.declarations)?;
        for (place, treatment) in self.treatments.iter().enumerate() {
            let field = format!("{field}.treatments.{place}.information");
            text(&field, &treatment.information, limit::LONG_TEXT_CHARS_MAX)?;
        }
        Ok(())
    }

    /// The line without its long texts.
    fn short(&self) -> Self {
        let mut short = Self { declarations: Vec::new(), ..self.clone() };
        short.treatments.iter_mut().for_each(|one| one.information.clear());
        short
    }
}

fn declarations(field: &str, all: &[Declaration]) -> Result<(), DraftFlaw> {
    count(field, all.len(), limit::ENTRIES_MAX)?;
    for (place, one) in all.iter().enumerate() {
        text(&format!("{field}.{place}.code"), &one.code, limit::TEXT_CHARS_MAX)?;
        text(&format!("{field}.{place}.text"), &one.text, limit::LONG_TEXT_CHARS_MAX)?;
    }
    Ok(())
}

fn count(field: &str, count: usize, max: usize) -> Result<(), DraftFlaw> {
    if count <= max { Ok(()) } else { Err(DraftFlaw::new(field, FlawKind::TooMany)) }
}

fn text(field: &str, text: &str, max: usize) -> Result<(), DraftFlaw> {
    if text.chars().count() <= max { Ok(()) } else { Err(DraftFlaw::new(field, FlawKind::TooLong)) }
}

/// Holds every text of our own model, which is nested four deep, to the limit of short ones.
fn short_texts(field: &str, value: &serde_json::Value) -> Result<(), DraftFlaw> {
    let below = |name: &str| match field {
        "" => name.to_owned(),
        field => format!("{field}.{name}"),
    };
    match value {
        serde_json::Value::String(one) => text(field, one, limit::TEXT_CHARS_MAX),
        serde_json::Value::Array(all) => (0..)
            .zip(all)
            .try_for_each(|(place, one): (usize, _)| short_texts(&below(&place.to_string()), one)),
        serde_json::Value::Object(all) => {
            all.iter().try_for_each(|(name, one)| short_texts(&below(name), one))
        }
        _ => Ok(()),
    }
}

/// Takes white space off both ends of every text, and control characters other than line ends out.
fn tidy(draft: &mut Draft) {
    let tidied = serde_json::to_value(&*draft).map(tidied_value).and_then(serde_json::from_value);
    if let Ok(tidied) = tidied {
        *draft = tidied;
    }
}

fn tidied_value(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) => {
            Value::String(text.trim().chars().filter(|c| !c.is_control() || *c == '\n').collect())
        }
        Value::Array(all) => all.into_iter().map(tidied_value).collect(),
        Value::Object(all) => {
            all.into_iter().map(|(name, value)| (name, tidied_value(value))).collect()
        }
        other => other,
    }
}
