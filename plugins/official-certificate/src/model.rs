//! Models of certificates: which tables a document is held to, and in which layout it is shown.

use crate::attestation::Attestation;
use crate::rule::{Path, Rule};

/// A family of certificates: what one plugin knows.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "written out once in each plugin")]
pub struct Profile {
    /// What people call such a certificate.
    pub name: &'static str,
    /// Its types in UNCL 1001, with what they are called.
    pub types: &'static [(i32, &'static str)],
    /// The models. The first is for documents that tell nothing of theirs.
    pub models: &'static [&'static Model],
    /// What can be attested by a code.
    pub attestations: &'static [Attestation],
    /// What every page says at its end.
    pub footer: &'static str,
}

/// A model certificate.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "written out in tables")]
pub struct Model {
    /// Its name in the note MODEL: never reused, never renamed.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Where it is published.
    pub source: &'static str,
    /// The beginnings of codes of the Harmonized System whose goods it is for; the longest that
    /// fits the first line's code decides.
    pub hs: &'static [&'static str],
    /// The tables of rules that it consists of.
    pub tables: &'static [&'static [Rule]],
    /// The parts of its page.
    pub layout: &'static [&'static Section],
}

/// A part of a page.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "written out in tables")]
pub struct Section {
    /// Its title.
    pub title: &'static str,
    /// Its boxes, in their order.
    pub fields: &'static [Field],
}

/// A box of a page.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "written out in tables")]
pub struct Field {
    /// Its number in the model.
    pub item: &'static str,
    /// Its label.
    pub label: &'static str,
    /// What it shows.
    pub show: Show,
}

/// What a box shows. Paths begin at the root, those of columns at the line.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the boxes that models have")]
pub enum Show {
    /// All texts at the end of a path.
    Texts(Path),
    /// Dates at the end of a path.
    Dates(Path),
    /// Names, addresses and persons of parties.
    Parties(Path),
    /// Countries with their codes.
    Countries(Path),
    /// The zones, compartments or regions of countries.
    Zones(Path),
    /// Places with their codes.
    Places(Path),
    /// Means of transport with their modes.
    Transports,
    /// Containers with their seals.
    Containers,
    /// Temperatures of containers.
    Temperatures,
    /// Numbers of documents of these types; none for all documents.
    References(&'static [&'static str]),
    /// What notes of the document with one of these subjects say.
    Notes(&'static [&'static str]),
    /// The lines, as a table.
    Lines(&'static [Column]),
    /// What is attested.
    Clauses,
    /// Notes of the document that no other box shows.
    OtherNotes,
}

/// A column of the table of lines.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "written out in tables")]
pub struct Column {
    /// Its label.
    pub label: &'static str,
    /// What it shows.
    pub cells: &'static [Cell],
}

/// A part of a cell.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the cells that models have")]
pub enum Cell {
    /// All texts at the end of a path.
    Texts(Path),
    /// Dates at the end of a path.
    Dates(Path),
    /// Zones, compartments or regions of countries.
    Zones(Path),
    /// Numbers with their units.
    Measures(Path),
    /// Codes of classes with their systems.
    Classes,
    /// Packages.
    Packages,
    /// Establishments: what they did, names, approval numbers.
    Establishments,
    /// Notes of these subjects, labelled.
    Notes(&'static [&'static str]),
    /// All other notes, labelled.
    OtherNotes,
}

impl Profile {
    /// The model of a name.
    #[must_use]
    pub fn model(&self, id: &str) -> Option<&'static Model> {
        self.models.iter().find(|model| model.id == id).copied()
    }

    /// The model for goods of a code of the Harmonized System.
    pub(crate) fn model_for(&self, hs: &str) -> Option<&'static Model> {
        let digits: String = hs.chars().filter(char::is_ascii_digit).collect();
        let fit = |model: &Model| {
            let fitting = model.hs.iter().filter(|head| digits.starts_with(**head));
            fitting.map(|head| head.len()).max().unwrap_or_default()
        };
        let best = self.models.iter().max_by_key(|model| fit(model))?;
        (fit(best) > 0).then_some(*best)
    }
}
