//! Code lists as people read them: names in the reader's language, codes where these are needed.

use phytohub_schemas::{CodeListName, code_list};

use super::text::Locale;
use super::view::Choice;

/// A list that fields choose from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Coded {
    Country,
    Package,
    Weight,
    Volume,
    Duration,
    Temperature,
    Mode,
    Treatment,
    Method,
    /// Wordings of additional declarations.
    Declaration,
    /// Texts that are written into the certificate as they are.
    Use,
    Plant,
    Condition,
}

/// Units that people use; a certificate may have any that the code list has.
const WEIGHTS: &[&str] = &["KGM", "TNE", "GRM", "LBR"];
const VOLUMES: &[&str] = &["MTQ", "LTR", "DMQ"];
const DURATIONS: &[&str] = &["HUR", "DAY", "MIN", "WEE"];
const TEMPERATURES: &[&str] = &["CEL", "FAH"];

impl Coded {
    /// The id of the list of suggestions, for lists that are too long to be chosen from.
    pub(super) const fn suggestions(self) -> &'static str {
        match self {
            Self::Country => "list-countries",
            Self::Package => "list-packages",
            Self::Use => "list-uses",
            Self::Plant => "list-plants",
            Self::Condition => "list-conditions",
            _ => "",
        }
    }

    const fn name(self) -> CodeListName {
        match self {
            Self::Country => CodeListName::Countries,
            Self::Package => CodeListName::PackageTypes,
            Self::Mode => CodeListName::TransportModes,
            Self::Treatment | Self::Method => CodeListName::TreatmentTypes,
            Self::Declaration => CodeListName::AdditionalDeclarations,
            Self::Use => CodeListName::IntendedUses,
            Self::Plant => CodeListName::ProductDescriptions,
            Self::Condition => CodeListName::Conditions,
            Self::Weight | Self::Volume | Self::Duration | Self::Temperature => {
                CodeListName::UnitMeasures
            }
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Package => "package",
            Self::Mode => "mode",
            Self::Treatment | Self::Method => "treatment",
            Self::Declaration => "declaration",
            Self::Use | Self::Plant | Self::Condition => "word",
            _ => "unit",
        }
    }

    /// What a code means, in the reader's language, else in English, else the code.
    pub(crate) fn label(self, code: &str, locale: &Locale) -> String {
        if code.is_empty() {
            return String::new();
        }
        let key = format!("{}-{code}", self.key());
        let listed = || {
            let list = code_list(self.name());
            let row = list.row(code, locale.tag()).or_else(|| list.row(code, "en"))?;
            Some(row.text().to_owned())
        };
        locale.own(&key).or_else(listed).unwrap_or_else(|| code.to_owned())
    }

    /// The wording of a declaration in a language, or in English.
    pub(super) fn wording(code: &str, language: &str) -> String {
        let list = code_list(CodeListName::AdditionalDeclarations);
        let row = list.row(code, language).or_else(|| list.row(code, "en"));
        row.map_or_else(String::new, |row| row.text().to_owned())
    }

    /// Whether codes are shown as text with the code behind it.
    const fn is_typed(self) -> bool {
        matches!(self, Self::Country | Self::Package)
    }

    /// What stands in the field for a code.
    pub(super) fn shown(self, code: &str, locale: &Locale) -> String {
        let known = self.is_typed() && code_list(self.name()).contains(code);
        if known { format!("{} ({code})", self.label(code, locale)) } else { code.to_owned() }
    }

    /// The code of what was typed: `Kenya (KE)`, `ke`, `Kenya`; what is none of these stays, so that
    /// it can be told what is wrong with it.
    pub(super) fn parsed(self, typed: &str, locale: &Locale) -> String {
        if !self.is_typed() {
            return typed.to_owned();
        }
        let list = code_list(self.name());
        let bracketed = typed.strip_suffix(')').and_then(|text| text.rsplit_once('('));
        if let Some((_, code)) = bracketed.filter(|(_, code)| list.contains(code)) {
            return code.to_owned();
        }
        let upper = typed.to_ascii_uppercase();
        if list.contains(&upper) {
            return upper;
        }
        let typed_lower = typed.to_lowercase();
        let named = list.rows().iter().find(|row| {
            row.text().to_lowercase() == typed_lower
                || self.label(row.code(), locale).to_lowercase() == typed_lower
        });
        named.map_or_else(|| typed.to_owned(), |row| row.code().to_owned())
    }

    /// All values, for suggestions and for choosing.
    pub(super) fn choices(self, locale: &Locale) -> Vec<Choice> {
        let units = |codes: &[&str]| {
            codes.iter().map(|code| Choice::new(*code, self.label(code, locale))).collect()
        };
        match self {
            Self::Weight => units(WEIGHTS),
            Self::Volume => units(VOLUMES),
            Self::Duration => units(DURATIONS),
            Self::Temperature => units(TEMPERATURES),
            Self::Mode => units(&["", "1", "2", "3", "4", "5", "6", "8"]),
            Self::Treatment => units(&["", "CHT"]),
            Self::Method => units(&["", "FG", "OP"]),
            Self::Declaration => {
                let free = Choice::new("", locale.text("declaration-free"));
                let listed = self.codes();
                let listed = listed.iter().map(|code| Choice::new(code, self.label(code, locale)));
                std::iter::once(free).chain(listed).collect()
            }
            Self::Use | Self::Plant | Self::Condition => self
                .codes()
                .iter()
                .filter_map(|code| {
                    // The certificate carries the text, in English where it has no other language.
                    let text = code_list(self.name()).row(code, "en")?.text().to_owned();
                    Some(Choice::new(text, self.label(code, locale)))
                })
                .collect(),
            Self::Country | Self::Package => {
                let mut all: Vec<_> = self
                    .codes()
                    .iter()
                    .map(|code| Choice::new(self.shown(code, locale), ""))
                    .collect();
                all.sort_by(|a, b| a.value.cmp(&b.value));
                all
            }
        }
    }

    /// The codes, each once.
    pub(super) fn codes(self) -> Vec<String> {
        let mut codes: Vec<String> = code_list(self.name())
            .rows()
            .iter()
            .filter(|row| row.active())
            .map(|row| row.code().to_owned())
            .collect();
        codes.dedup();
        codes
    }
}
