//! A certificate as searches and pages see it: borrowed from the document.

use std::borrow::Cow;

use phytohub_sps::{Element, Name as N};

use crate::foreign::{self, Foreign};
use crate::model::{Model, Profile};
use crate::note;
use crate::query::{each, is_hs, text, texts, value};
use crate::rule::{Path, at};

/// A certificate that was read. Nothing is copied; everything is looked up when asked for.
#[derive(Clone, Copy, Debug)]
pub struct Certificate<'d> {
    pub(crate) root: Element<'d>,
}

impl<'d> Certificate<'d> {
    /// The certificate with this root element.
    #[must_use]
    pub const fn new(root: Element<'d>) -> Self {
        Self { root }
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> Cow<'d, str> {
        text(self.root, &[N::SPSExchangedDocument, N::ID])
    }

    /// Its type as UNCL 1001 has it.
    #[must_use]
    pub fn type_code(self) -> Cow<'d, str> {
        text(self.root, &[N::SPSExchangedDocument, N::TypeCode])
    }

    /// Its status as UNCL 4405 has it.
    #[must_use]
    pub fn status(self) -> Cow<'d, str> {
        text(self.root, &[N::SPSExchangedDocument, N::StatusCode])
    }

    /// The country that issued it, two letters.
    #[must_use]
    pub fn export_country(self) -> Cow<'d, str> {
        text(self.root, &[N::SPSConsignment, N::ExportSPSCountry, N::ID])
    }

    /// The country that it goes to, two letters.
    #[must_use]
    pub fn import_country(self) -> Cow<'d, str> {
        text(self.root, &[N::SPSConsignment, N::ImportSPSCountry, N::ID])
    }

    /// The number of the certificate that it replaces.
    #[must_use]
    pub fn replaces(self) -> Option<Cow<'d, str>> {
        note::said(self.document()?, note::REPLACED_NUMBER)
    }

    /// What other system's document it is, if it is one.
    #[must_use]
    pub fn foreign(self) -> Option<Foreign> {
        foreign::recognize(self.root)
    }

    /// The lines.
    #[must_use]
    pub fn lines(self) -> Vec<Element<'d>> {
        let mut lines = Vec::new();
        each(self.root, at::LINE, &mut |line| lines.push(line));
        lines
    }

    /// The model that it follows, and how that was told.
    pub(crate) fn model(self, profile: &'static Profile) -> (Option<&'static Model>, Told<'d>) {
        let named = self.document().and_then(|document| note::said(document, note::MODEL));
        if let Some(named) = named {
            let model = profile.model(&named);
            return (model, if model.is_some() { Told::ByNote } else { Told::Unknown(named) });
        }
        let mut codes = None;
        each(self.root, at::CLASS, &mut |class| {
            if codes.is_none() && is_hs(class) {
                codes = class.child(N::ClassCode).map(|code| profile.model_for(&code.text()));
            }
        });
        match codes.flatten() {
            Some(model) => (Some(model), Told::ByHs),
            None => (None, Told::Nowhere),
        }
    }

    /// What it is about, for searches: names and values, each once.
    pub fn terms(self, take: &mut dyn FnMut(&str, &str) -> bool) {
        let mut given: Vec<(&str, String)> = Vec::new();
        let mut add = |name: &'static str, said: &str| {
            let is_new = !said.is_empty() && !given.iter().any(|(n, v)| *n == name && v == said);
            if is_new && given.len() < TERMS_MAX {
                given.push((name, said.to_owned()));
            }
        };
        if let Some(foreign) = self.foreign() {
            add("document", foreign.name);
        }
        for (name, path) in TERMS {
            texts(self.root, path).iter().for_each(|said| add(name, said));
        }
        if let Some(number) = self.replaces() {
            add("replaces", &number);
        }
        each(self.root, at::CLASS, &mut |class| {
            if is_hs(class) {
                add("hs", &text(class, &[N::ClassCode]));
            }
        });
        each(self.root, at::LINE, &mut |line| {
            for note in note::of(line, "ANIMAL_ID") {
                note::contents(note).for_each(|id| add("animal", &id));
            }
        });
        for (name, said) in given {
            if !take(name, &said) {
                return;
            }
        }
    }

    pub(crate) fn document(self) -> Option<Element<'d>> {
        self.root.child(N::SPSExchangedDocument)
    }

    /// Whether it says that it replaces another.
    pub(crate) fn is_replacement(self) -> bool {
        let document = self.document();
        document.is_some_and(|document| {
            note::REPLACEMENT.iter().any(|subject| note::of(document, subject).next().is_some())
        })
    }

    pub(crate) fn is_withdrawn(self) -> bool {
        let status = self.root.descend(&[N::SPSExchangedDocument, N::StatusCode]);
        status.is_some_and(|status| value(status) == "40")
    }
}

/// How the model of a certificate was told.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Told<'d> {
    ByNote,
    ByHs,
    /// The note names none that is known.
    Unknown(Cow<'d, str>),
    Nowhere,
}

/// The hub takes 100.
const TERMS_MAX: usize = 100;

const TERMS: &[(&str, Path)] = &[
    ("number", &[N::SPSExchangedDocument, N::ID]),
    ("type", &[N::SPSExchangedDocument, N::TypeCode]),
    ("status", &[N::SPSExchangedDocument, N::StatusCode]),
    ("issued", &[N::SPSExchangedDocument, N::IssueDateTime]),
    ("from", &[N::SPSConsignment, N::ExportSPSCountry, N::ID]),
    ("to", &[N::SPSConsignment, N::ImportSPSCountry, N::ID]),
    ("consignor", &[N::SPSConsignment, N::ConsignorSPSParty, N::Name]),
    ("consignee", &[N::SPSConsignment, N::ConsigneeSPSParty, N::Name]),
    ("container", &[N::SPSConsignment, N::UtilizedSPSTransportEquipment, N::ID]),
    ("species", SPECIES),
    ("commodity", COMMODITY),
    ("lot", LOT),
    ("establishment", ESTABLISHMENT),
];

const SPECIES: Path = &[
    N::SPSConsignment,
    N::IncludedSPSConsignmentItem,
    N::IncludedSPSTradeLineItem,
    N::ScientificName,
];
const COMMODITY: Path = &[
    N::SPSConsignment,
    N::IncludedSPSConsignmentItem,
    N::IncludedSPSTradeLineItem,
    N::Description,
];
const LOT: Path = &[
    N::SPSConsignment,
    N::IncludedSPSConsignmentItem,
    N::IncludedSPSTradeLineItem,
    N::ProductionBatchID,
];
const ESTABLISHMENT: Path = &[
    N::SPSConsignment,
    N::IncludedSPSConsignmentItem,
    N::IncludedSPSTradeLineItem,
    N::AppliedSPSProcess,
    N::OperatorSPSParty,
    N::ID,
];
