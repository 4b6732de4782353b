//! Code lists as people read them: names in the reader's language, codes where these are needed.

use phytohub_schemas::code_list::Row;
use phytohub_schemas::{CodeListName, code_list, lookup};

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
    Concentration,
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
const CONCENTRATIONS: &[&str] = &["A93", "KMQ", "GL", "M1", "L19", "NA", "KX", "59", "P1"];

/// How the codes of packages for dangerous goods and of intermediate bulk containers begin
/// (Recommendation 21). They are understood when typed; suggested, they would make every page with
/// the form a tenth larger.
const UNUSUAL_PACKAGES: [char; 4] = ['Q', 'W', 'Y', 'Z'];

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
            Self::Weight
            | Self::Volume
            | Self::Duration
            | Self::Temperature
            | Self::Concentration => CodeListName::UnitMeasures,
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
        let listed = |tag: &str| {
            let other = matches!(self.name(), CodeListName::UnitMeasures);
            let counting = other.then_some(CodeListName::CountingUnits);
            let mut lists = std::iter::once(self.name()).chain(counting).map(code_list);
            lists.find_map(|list| list.row(code, tag).map(|row| row.text().to_owned()))
        };
        locale
            .own(&key)
            .or_else(|| listed(locale.tag()))
            .or_else(|| Locale::english().own(&key))
            .or_else(|| listed("en"))
            .unwrap_or_else(|| code.to_owned())
    }

    /// The wording of a declaration in the language of the certificate, or in English.
    pub(super) fn wording(code: &str, language: &str) -> String {
        let list = code_list(CodeListName::AdditionalDeclarations);
        let own =
            Locale::of(language).and_then(|locale| locale.own(&format!("declaration-{code}")));
        let listed = || list.row(code, language).or_else(|| list.row(code, "en"));
        own.or_else(|| listed().map(|row| row.text().to_owned())).unwrap_or_default()
    }

    /// Whether codes are shown as text with the code behind it.
    const fn is_typed(self) -> bool {
        matches!(self, Self::Country | Self::Package)
    }

    /// Whether certificates carry the text instead of a code: in English, as other lists have no
    /// more languages in common.
    const fn is_worded(self) -> bool {
        matches!(self, Self::Use | Self::Plant | Self::Condition)
    }

    /// What stands in the field for what the certificate carries.
    pub(crate) fn shown(self, value: &str, locale: &Locale) -> String {
        let list = code_list(self.name());
        if self.is_worded() {
            let code = list.rows().iter().find(|row| is_same(row.text(), value));
            return code.map_or_else(|| value.to_owned(), |row| self.label(row.code(), locale));
        }
        let known = self.is_typed() && list.contains(value);
        if known { format!("{} ({value})", self.label(value, locale)) } else { value.to_owned() }
    }

    /// The code of what was typed: `Kenya (KE)`, `ke`, `Kenya`; what is none of these stays, so that
    /// it can be told what is wrong with it.
    pub(super) fn parsed(self, typed: &str, locale: &Locale) -> String {
        let list = code_list(self.name());
        let named = |row: &&dyn Row| {
            is_same(row.text(), typed) || is_same(&self.label(row.code(), locale), typed)
        };
        if self.is_worded() {
            let code = list.rows().iter().find(named).map(Row::code);
            let row = code.and_then(|code| list.row(code, "en"));
            return row.map_or_else(|| typed.to_owned(), |row| row.text().to_owned());
        }
        if !self.is_typed() {
            return typed.to_owned();
        }
        let bracketed = typed.strip_suffix(')').and_then(|text| text.rsplit_once('('));
        if let Some((_, code)) = bracketed.filter(|(_, code)| list.contains(code)) {
            return code.to_owned();
        }
        let upper = typed.to_ascii_uppercase();
        if list.contains(&upper) {
            return upper;
        }
        let row = list.rows().iter().find(named);
        row.map_or_else(|| typed.to_owned(), |row| row.code().to_owned())
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
            Self::Concentration => units(CONCENTRATIONS),
            Self::Mode => units(&["", "1", "2", "3", "4", "5", "6", "8"]),
            Self::Treatment => units(&["", "CHT"]),
            Self::Method => units(&["", "FG", "OP"]),
            Self::Declaration => {
                let free = Choice::new("", locale.text("declaration-free"));
                let listed = self.codes();
                let listed = listed.iter().map(|code| Choice::new(code, self.label(code, locale)));
                std::iter::once(free).chain(listed).collect()
            }
            Self::Use | Self::Plant | Self::Condition => self.suggested(locale, Self::label),
            Self::Country | Self::Package => self.suggested(locale, Self::shown),
        }
    }

    /// All codes as they are to be typed, in the order of the language's own file; what it does not
    /// name follows by name.
    fn suggested(self, locale: &Locale, typed: fn(Self, &str, &Locale) -> String) -> Vec<Choice> {
        let key = |code: &String| {
            let place = locale.place(&format!("{}-{code}", self.key()));
            let label = self.label(code, locale).to_lowercase();
            (place.unwrap_or(usize::MAX), label.chars().map(bare).collect::<String>())
        };
        let mut codes = self.codes();
        codes.retain(|code| self != Self::Package || !code.starts_with(UNUSUAL_PACKAGES));
        codes.sort_by_cached_key(key);
        codes.iter().map(|code| Choice::new(typed(self, code, locale), "")).collect()
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

/// The symbol of a unit, the same in all languages; the code where there is none.
pub(crate) fn symbol(unit: &str) -> &str {
    lookup::unit_measure(unit).map_or(unit, |known| &known.symbol)
}

/// Whether two texts are the same but for case.
fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.trim().to_lowercase()
}

/// A letter without its accent, as far as names in our lists have one where order is seen by it.
const fn bare(c: char) -> char {
    match c {
        'å' => 'a',
        'ç' => 'c',
        'é' => 'e',
        'ô' => 'o',
        'ü' => 'u',
        other => other,
    }
}

#[cfg(test)]
mod tests;
