//! The tags of notes and treatments.

use serde::{Deserialize, Serialize};

use super::field::{Tidy, is_false, is_true, present, row_type, yes};
use super::row::Row;

row_type! {
    /// A tag: the subject of a note, or the first description of a treatment's characteristic.
    Tag {
        /// The tag.
        code: String,
        /// What it tags.
        name: String,
        /// Where it may stand.
        level: Level,
        /// What the tagged value is.
        content: Content,
        /// The greatest number of characters of the value.
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        max_length: Option<u32>,
        /// The greatest number of digits before the decimal point.
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        integer_digits: Option<u32>,
        /// The greatest number of digits after the decimal point.
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        fraction_digits: Option<u32>,
        /// Whether it may stand more than once in its place.
        #[serde(default, skip_serializing_if = "is_false")]
        repeatable: bool,
        /// The name of the list that the value or its unit is from.
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        list: Option<String>,
    }
    lang: Option<&str> = |_row| None;
    text: &str = |row| &row.name;
    profile: bool = |_row| true;
}

/// Where a tag may stand.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// At the document or at a line.
    Any,
    /// At the document.
    Document,
    /// At a line.
    Line,
}

impl Level {
    /// Whether a tag of this level may stand in that place.
    #[must_use]
    pub fn admits(self, place: Self) -> bool {
        self == Self::Any || self == place
    }
}

/// What a tagged value is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// `true` or `false` in any case.
    Boolean,
    /// A code of the tag's list, or a text.
    Code,
    /// A country of ISO 3166-1 alpha-2.
    Country,
    /// A date in free form.
    Date,
    /// A decimal number.
    Decimal,
    /// A decimal number with a unit.
    Measure,
    /// The identifier of a statement.
    Statement,
    /// Any text.
    Text,
}

impl Tidy for Content {}
impl Tidy for Level {}
