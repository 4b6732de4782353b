//! A code list: what it is, its rows, and answers about its codes.

mod check;
mod field;
mod file;
mod row;
mod tag;

use std::cmp::Ordering;

pub use self::file::{Kind, ReadCodeListError};
pub use self::row::{
    AdditionalDeclaration, CodeRow, MeanOfTransport, NamedRow, PackageType, Pesticide, Row, Rows,
    Statement, TreatmentType, UnitMeasure, UnitType, is_safe_code,
};
pub use self::tag::{Content, Level, Tag};

/// The languages that clients of the hub ask for; a list with languages should have all of them.
pub const LANGUAGES: [&str; 3] = ["en", "es", "fr"];

/// The longest code, in bytes. The longest that we hold has 24; the rest is room for other hubs.
pub const CODE_BYTES_MAX: usize = 64;

/// The most rows of a list. Recommendation 20, the longest list of the field, has some 2200 in one
/// language; this is ten times that.
pub const ROWS_MAX: usize = 20_000;

/// The longest text of a row, in bytes: four for each of the 8000 characters that the profile allows
/// for a declaration.
pub const TEXT_BYTES_MAX: usize = 32_000;

/// What a list is and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The name of the list and of its file, such as `intended-uses`.
    pub name: String,
    /// A title for people, in English.
    pub title: String,
    /// The publication or the place that the rows come from.
    pub source: String,
    /// The edition of the source, in the source's own terms.
    pub edition: String,
    /// The terms under which the rows may be passed on.
    pub licence: String,
    /// Whether a code that is not in the list does not exist. Of a partial list nothing follows.
    pub complete: bool,
    /// What readers of the list have to know, empty if nothing.
    pub note: String,
}

/// A code list. Every list that exists has safe codes, texts that say something, one row for a code
/// and language, and parents for all that name one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeList {
    description: Description,
    rows: Rows,
    /// Positions in `rows`, by code and then language.
    order: Vec<usize>,
    /// The beginnings of the codes in that order, to look for whole codes in few places.
    heads: Vec<u64>,
}

/// What a list says about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The ePhyto profile uses it.
    Profile,
    /// It is in the list, and the profile says nothing about it.
    Listed,
    /// It is in the list and no longer active.
    Inactive,
    /// It is not in the list, which is partial: nothing follows.
    Unlisted,
    /// It is not in the list, which is complete: there is no such code.
    Unknown,
}

impl CodeList {
    /// Reads a list in the form of the files in `code-lists/`.
    ///
    /// # Errors
    ///
    /// Tells what is wrong with the text or with the list that it describes.
    pub fn read(text: &str) -> Result<Self, ReadCodeListError> {
        file::read(text)
    }

    /// A list of these rows, wherever they come from.
    ///
    /// # Errors
    ///
    /// Tells which row breaks what holds for every list.
    pub fn new(description: Description, rows: Rows) -> Result<Self, ReadCodeListError> {
        if rows.len() > ROWS_MAX {
            return Err(ReadCodeListError::TooManyRows { rows: rows.len() });
        }
        let mut order: Vec<usize> = (0..rows.len()).collect();
        let key = |place: &usize| rows.get(*place).map(|row| (row.code(), row.lang()));
        order.sort_by(|a, b| key(a).cmp(&key(b)));
        let head_at = |place: &usize| rows.get(*place).map_or(0, |row| head(row.code()));
        let heads = order.iter().map(head_at).collect();
        let list = Self { description, rows, order, heads };
        check::check(&list)?;
        Ok(list)
    }

    /// A list of rows of another hub, which need not be clean: white space and languages are put in
    /// order, rows that break the rules are left out. Says also what each of those breaks.
    ///
    /// # Errors
    ///
    /// Tells what the description lacks.
    pub fn salvage(
        description: Description,
        mut rows: Rows,
    ) -> Result<(Self, Vec<ReadCodeListError>), ReadCodeListError> {
        let left_out = check::salvage(&mut rows);
        Ok((Self::new(description, rows)?, left_out))
    }

    /// The list in the form that [`Self::read`] reads, one line a row.
    #[must_use]
    pub fn to_json(&self) -> String {
        file::write(self)
    }

    /// What the list is and where it comes from.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The rows in the order of the file, typed as the operation that serves them wants them.
    #[must_use]
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// The row of a code in a language, or the row of the code if rows have no language.
    #[must_use]
    pub fn row(&self, code: &str, lang: &str) -> Option<&dyn Row> {
        let rows = || self.rows_of(code);
        rows().find(|row| row.lang().is_none_or(|has| has.eq_ignore_ascii_case(lang)))
    }

    /// All rows of a code, by language.
    pub fn rows_of(&self, code: &str) -> impl Iterator<Item = &dyn Row> {
        self.places_of(code).filter_map(|place| self.rows.get(place))
    }

    /// Where in [`Self::rows`] the rows of a code are, by language.
    pub fn places_of(&self, code: &str) -> impl Iterator<Item = usize> {
        let row_at = |place: &usize| self.rows.get(*place);
        let head = head(code);
        let start = self.heads.partition_point(|other| *other < head);
        let found = self.order.get(start..).unwrap_or_default().iter();
        // Others may begin alike, with fewer or more letters.
        let is_before = move |place: &&usize| {
            let order = row_at(place).map(|row| row.code().cmp(code));
            order == Some(Ordering::Less)
        };
        let is_it = move |place: &&usize| row_at(place).is_some_and(|row| row.code() == code);
        found.skip_while(is_before).take_while(is_it).copied()
    }

    /// Whether the list has the code, active or not.
    #[must_use]
    pub fn contains(&self, code: &str) -> bool {
        self.rows_of(code).next().is_some()
    }

    /// What the list says about a code. Codes are compared byte by byte: case matters.
    #[must_use]
    pub fn standing(&self, code: &str) -> Standing {
        match self.rows_of(code).next() {
            Some(_) if !self.rows_of(code).any(|row| row.active()) => Standing::Inactive,
            Some(row) if row.profile() => Standing::Profile,
            Some(_) => Standing::Listed,
            None if self.description.complete => Standing::Unknown,
            None => Standing::Unlisted,
        }
    }

    /// Whether a text of the list in any language says the same, apart from case and outer space.
    /// Certificates carry conditions and intended uses as texts, not as codes.
    #[must_use]
    pub fn contains_text(&self, text: &str) -> bool {
        let text = text.trim();
        self.rows.iter().any(|row| equal_ignoring_case(row.text(), text))
    }

    /// The codes that lack a row in one of [`LANGUAGES`], with that language. Lists without
    /// languages lack none.
    pub fn missing_languages(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let rows = self.rows.iter().filter(|row| row.lang().is_some());
        let first = rows.filter(|row| {
            let of_code = self.rows_of(row.code()).next();
            of_code.is_some_and(|other| other.lang() == row.lang())
        });
        first.flat_map(|row| {
            let lacks = |lang: &&'static str| self.row(row.code(), lang).is_none();
            LANGUAGES.into_iter().filter(lacks).map(move |lang| (row.code(), lang))
        })
    }
}

/// The first eight bytes of a code as a number that is ordered as the codes are: none has a NUL.
fn head(code: &str) -> u64 {
    let bytes = code.bytes().chain(std::iter::repeat(0)).take(8);
    bytes.fold(0, |head, byte| head << 8 | u64::from(byte))
}

fn equal_ignoring_case(a: &str, b: &str) -> bool {
    let lower = |text| str::chars(text).flat_map(char::to_lowercase);
    lower(a).eq(lower(b))
}

#[cfg(test)]
mod tests;
