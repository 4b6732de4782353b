//! Code lists as files: JSON, a head and one row a line.

use std::io;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::ser::Formatter;

use super::row::of_every_kind;
use super::{CodeList, Description, Rows};

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
    /// A row has no text, or a text without letters and digits, or the text `NULL`.
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
    /// A row names a parent that the list lacks, or one that is not of a higher level.
    #[error("the parent is not one in this list code={code} parent={parent:?}")]
    NoParent {
        /// The code.
        code: String,
        /// The parent.
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
