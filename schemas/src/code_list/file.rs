//! Code lists as files: JSON, a head and one row a line.

use std::io;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::ser::Formatter;

use super::row::{is_safe_code, of_every_kind};
use super::{CodeList, Description, Rows, TEXT_BYTES_MAX, TreatmentType};

/// Why a text is no code list.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadCodeListError {
    /// The text is not the JSON of a list; line and column are in the source.
    #[error("not the JSON of a code list")]
    Json(#[from] serde_json::Error),
    /// A field of the head is empty.
    #[error("the head of the list lacks a value field={field}")]
    EmptyHead {
        /// The field.
        field: &'static str,
    },
    /// The code, or the name of the list, could not be a key.
    #[error("not safe as a key code={code:?}")]
    UnsafeCode {
        /// The code.
        code: String,
    },
    /// There are more than [`ROWS_MAX`](super::ROWS_MAX) rows.
    #[error("too many rows rows={rows}")]
    TooManyRows {
        /// How many there are.
        rows: usize,
    },
    /// A text is longer than [`TEXT_BYTES_MAX`](super::TEXT_BYTES_MAX) or has a character that no
    /// reply in XML can carry.
    #[error("a text is too long, or has a character that XML cannot carry code={code}")]
    UnfitText {
        /// The code.
        code: String,
    },
    /// The time of the last change is no xs:dateTime.
    #[error("not a date and time code={code} last_modified={last_modified:?}")]
    NotATime {
        /// The code.
        code: String,
        /// The time.
        last_modified: String,
    },
    /// A mode of transport is not a number.
    #[error("not a number code={code:?}")]
    NotANumber {
        /// The code.
        code: String,
    },
    /// A row has no text, or a text without letters and digits.
    #[error("a row says nothing code={code}")]
    NoText {
        /// The code.
        code: String,
    },
    /// The language is not two lower-case letters.
    #[error("not a language code={code} lang={lang:?}")]
    NotALanguage {
        /// The code.
        code: String,
        /// The language.
        lang: String,
    },
    /// Two rows have the same code and language.
    #[error("listed twice code={code} lang={lang}")]
    Twice {
        /// The code.
        code: String,
        /// The language, empty if rows have none.
        lang: String,
    },
    /// A row names a parent that the list lacks, itself, or one of its own level.
    #[error("the parent is not one in this list code={code} parent={parent:?}")]
    NoParent {
        /// The code.
        code: String,
        /// The parent, empty if the level asks for one and none is named.
        parent: String,
    },
}

/// The kinds of lists, as files name them.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is explained at the variant of Rows with its name")]
pub enum Kind {
    AdditionalDeclaration,
    Code,
    Condition,
    IntendedUse,
    MeanOfTransport,
    PackageType,
    Pesticide,
    ProductDescription,
    Statement,
    Tag,
    TreatmentType,
    UnitMeasure,
}

impl Rows {
    /// The kind of the rows.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::AdditionalDeclaration(_) => Kind::AdditionalDeclaration,
            Self::Code(_) => Kind::Code,
            Self::Condition(_) => Kind::Condition,
            Self::IntendedUse(_) => Kind::IntendedUse,
            Self::MeanOfTransport(_) => Kind::MeanOfTransport,
            Self::PackageType(_) => Kind::PackageType,
            Self::Pesticide(_) => Kind::Pesticide,
            Self::ProductDescription(_) => Kind::ProductDescription,
            Self::Statement(_) => Kind::Statement,
            Self::Tag(_) => Kind::Tag,
            Self::TreatmentType(_) => Kind::TreatmentType,
            Self::UnitMeasure(_) => Kind::UnitMeasure,
        }
    }
}

/// Only the kind of a file; everything else is read when the kind is known, so that errors in rows
/// keep their line and column.
#[derive(Deserialize)]
struct KindOnly {
    kind: Kind,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<R> {
    name: String,
    title: String,
    #[serde(rename = "kind")]
    _kind: IgnoredAny,
    source: String,
    edition: String,
    licence: String,
    complete: bool,
    #[serde(default)]
    note: String,
    rows: Vec<R>,
}

fn parse<R: DeserializeOwned>(
    text: &str,
    rows: impl FnOnce(Vec<R>) -> Rows,
) -> Result<CodeList, ReadCodeListError> {
    let file: File<R> = serde_json::from_str(text)?;
    let description = Description {
        name: file.name,
        title: file.title,
        source: file.source,
        edition: file.edition,
        licence: file.licence,
        complete: file.complete,
        note: file.note,
    };
    CodeList::new(description, rows(file.rows))
}

pub(super) fn read(text: &str) -> Result<CodeList, ReadCodeListError> {
    let KindOnly { kind } = serde_json::from_str(text)?;
    match kind {
        Kind::AdditionalDeclaration => parse(text, Rows::AdditionalDeclaration),
        Kind::Code => parse(text, Rows::Code),
        Kind::Condition => parse(text, Rows::Condition),
        Kind::IntendedUse => parse(text, Rows::IntendedUse),
        Kind::MeanOfTransport => parse(text, Rows::MeanOfTransport),
        Kind::PackageType => parse(text, Rows::PackageType),
        Kind::Pesticide => parse(text, Rows::Pesticide),
        Kind::ProductDescription => parse(text, Rows::ProductDescription),
        Kind::Statement => parse(text, Rows::Statement),
        Kind::Tag => parse(text, Rows::Tag),
        Kind::TreatmentType => parse(text, Rows::TreatmentType),
        Kind::UnitMeasure => parse(text, Rows::UnitMeasure),
    }
}

/// Holds a list against what is true of every list.
pub(super) fn check(list: &CodeList) -> Result<(), ReadCodeListError> {
    let Description { name, title, source, edition, licence, .. } = &list.description;
    if !is_safe_code(name) {
        return Err(ReadCodeListError::UnsafeCode { code: name.clone() });
    }
    let head = [("title", title), ("source", source), ("edition", edition), ("licence", licence)];
    for (field, value) in head {
        if value.trim().is_empty() {
            return Err(ReadCodeListError::EmptyHead { field });
        }
    }
    check_rows(list)?;
    match &list.rows {
        Rows::MeanOfTransport(rows) => match rows.iter().find(|row| row.mode_code().is_none()) {
            Some(row) => Err(ReadCodeListError::NotANumber { code: row.code.clone() }),
            None => Ok(()),
        },
        Rows::TreatmentType(rows) => check_parents(list, rows),
        _ => Ok(()),
    }
}

fn check_parents(list: &CodeList, rows: &[TreatmentType]) -> Result<(), ReadCodeListError> {
    for row in rows {
        let parent = row.parent_code.as_deref();
        let is_known = |parent: &str| {
            let mut others = list.places_of(parent).filter_map(|place| rows.get(place));
            others.any(|other| other.level < row.level)
        };
        let fits = if row.level > 1 { parent.is_some_and(is_known) } else { parent.is_none() };
        if !fits {
            let parent = parent.unwrap_or_default().to_owned();
            return Err(ReadCodeListError::NoParent { code: row.code.clone(), parent });
        }
    }
    Ok(())
}

fn check_rows(list: &CodeList) -> Result<(), ReadCodeListError> {
    let mut before = None;
    for row in list.order.iter().filter_map(|place| list.rows.get(*place)) {
        let code = || row.code().to_owned();
        if !is_safe_code(row.code()) {
            return Err(ReadCodeListError::UnsafeCode { code: code() });
        }
        if !row.text().chars().any(char::is_alphanumeric) && row.text().trim() != "%" {
            return Err(ReadCodeListError::NoText { code: code() });
        }
        let [one, other] = row.details();
        let by = row.last_modified_by().unwrap_or_default();
        if [row.text(), one, other, by].into_iter().any(|text| !fits_xml(text)) {
            return Err(ReadCodeListError::UnfitText { code: code() });
        }
        if let Some(time) = row.last_modified().filter(|time| !is_date_time(time)) {
            let last_modified = time.to_owned();
            return Err(ReadCodeListError::NotATime { code: code(), last_modified });
        }
        let lang = row.lang();
        let is_language =
            |lang: &str| lang.len() == 2 && lang.bytes().all(|byte| byte.is_ascii_lowercase());
        if let Some(lang) = lang.filter(|lang| !is_language(lang)) {
            return Err(ReadCodeListError::NotALanguage { code: code(), lang: lang.to_owned() });
        }
        if before == Some((row.code(), lang)) {
            let lang = lang.unwrap_or_default().to_owned();
            return Err(ReadCodeListError::Twice { code: code(), lang });
        }
        before = Some((row.code(), lang));
    }
    Ok(())
}

/// Whether a text may stand in a reply: the characters of XML 1.0, and not too many.
fn fits_xml(text: &str) -> bool {
    let is_allowed = |character: char| {
        !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}')
            && !matches!(character, '\u{fffe}' | '\u{ffff}')
    };
    text.len() <= TEXT_BYTES_MAX && text.chars().all(is_allowed)
}

/// Whether a text has the form of an xs:dateTime with four digits for the year.
fn is_date_time(text: &str) -> bool {
    // Every digit as 9, so that one pattern fits all.
    let mut shape = String::with_capacity(text.len());
    shape.extend(text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }));
    let Some(rest) = shape.strip_prefix("9999-99-99T99:99:99") else { return false };
    let fraction = rest.strip_prefix('.').map(|digits| digits.trim_start_matches('9'));
    let zone = fraction.unwrap_or(rest);
    let has_digits = fraction.is_none_or(|after| after.len() + 1 < rest.len());
    let number = |range| text.get(range).and_then(|digits: &str| digits.parse::<u8>().ok());
    let within =
        |range, least, most| number(range).is_some_and(|number| (least..=most).contains(&number));
    let day = within(5..7, 1, 12) && within(8..10, 1, 31);
    let time = within(11..13, 0, 23) && within(14..16, 0, 59) && within(17..19, 0, 59);
    has_digits && matches!(zone, "" | "Z" | "+99:99" | "-99:99") && day && time
}

pub(super) fn write(list: &CodeList) -> String {
    let value = |value: &str| json(&value);
    let Description { name, title, source, edition, licence, complete, note } = &list.description;
    let mut text = format!(
        "{{\n  \"name\": {},\n  \"title\": {},\n  \"kind\": {},\n  \"source\": {},\n  \
         \"edition\": {},\n  \"licence\": {},\n  \"complete\": {complete},\n",
        value(name),
        value(title),
        json(&list.rows.kind()),
        value(source),
        value(edition),
        value(licence),
    );
    if !note.is_empty() {
        text.push_str(&format!("  \"note\": {},\n", value(note)));
    }
    text.push_str("  \"rows\": [");
    let rows: Vec<String> = of_every_kind!(&list.rows, rows => rows.iter().map(json).collect());
    for (place, row) in rows.iter().enumerate() {
        text.push_str(if place == 0 { "\n    " } else { ",\n    " });
        text.push_str(row);
    }
    text.push_str("\n  ]\n}\n");
    text
}

fn json<T: Serialize>(value: &T) -> String {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, OneLine);
    value.serialize(&mut serializer).expect("rows have string keys and no maps, so they are JSON");
    String::from_utf8(bytes).expect("JSON is written as UTF-8")
}

/// JSON on one line, with spaces where people put them.
struct OneLine;

impl Formatter for OneLine {
    fn begin_object_key<W>(&mut self, writer: &mut W, first: bool) -> io::Result<()>
    where
        W: io::Write + ?Sized,
    {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W>(&mut self, writer: &mut W) -> io::Result<()>
    where
        W: io::Write + ?Sized,
    {
        writer.write_all(b": ")
    }
}
