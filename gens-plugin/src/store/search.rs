//! The index of texts.

use std::collections::VecDeque;
use std::ops::Range;

use super::{Scope, StoreError};
use crate::domain::{CertificateId, Draft};

impl Scope<'_> {
    /// What leads to the rows of a search. Of few rows the ids, so that they are not looked for twice:
    /// the index tells them fastest from the oldest on. Of many, the words as the index is asked for
    /// them, with marks that tell it what the reader may see, in which state, and when; `kinds` says
    /// whether the marks are of some rows of the reader's only.
    pub(super) fn asked(
        &self,
        table: &str,
        (marks, kinds): (&str, bool),
        words: impl Fn(&str) -> Option<String>,
    ) -> Result<Asked, StoreError> {
        let Some(bare) = words("") else { return Ok(Asked::Nothing) };
        if let Some(few) = self.few(table, &bare)? {
            return Ok(Asked::Few(few));
        }
        let marked = words(marks).unwrap_or(bare);
        let few = if kinds { self.few(table, &marked)? } else { None };
        Ok(few.map_or(Asked::Many(marked), Asked::Few))
    }

    /// The rows that an index has for words, if they are few, whoever's they are: what is shown of
    /// them is decided by the rows themselves.
    fn few(&self, table: &str, words: &str) -> Result<Option<String>, StoreError> {
        let rows = self.text_rows(table, words, FEW_ROWS + 1)?;
        Ok(Some(rows).filter(|rows| rows.len() <= FEW_ROWS as usize).map(|rows| listed(&rows)))
    }

    /// Makes a certificate's words findable.
    pub(crate) fn index_draft(
        &self,
        id: CertificateId,
        number: &str,
        draft: &Draft,
    ) -> Result<(), StoreError> {
        let words = Words::of_draft(number, draft);
        self.index("certificate_text", id.number(), &words)
    }

    /// Puts a row's words into an index in place of those that it had.
    pub(super) fn index(&self, table: &str, id: i64, words: &Words) -> Result<(), StoreError> {
        // No row of these tables is of a tenant; each is marked with one, and found by it.
        let marks = self.marks(table, id)?;
        self.execute(
            &format!(
                "DELETE FROM {table}
                 WHERE rowid = :id AND scope || ' ' LIKE 't' || {{tenant}} || ' %'"
            ),
            &[(":id", &id)],
        )?;
        self.execute(
            &format!(
                "INSERT INTO {table} (rowid, scope, number, parties, commodities, countries)
                 SELECT :id, :marks, :number, :parties, :commodities, :countries
                 WHERE :marks || ' ' LIKE 't' || {{tenant}} || ' %'"
            ),
            &[
                (":id", &id),
                (":marks", &marks),
                (":number", &words.number),
                (":parties", &words.parties),
                (":commodities", &words.commodities),
                (":countries", &words.countries),
            ],
        )?;
        Ok(())
    }
}

/// Marks certificates of organizations as theirs, where they were written without.
pub(super) const MARKS: &str = "
REPLACE INTO certificate_text (rowid, scope, number, parties, commodities, countries)
SELECT c.id, 't' || c.tenant || ' t' || c.tenant || 'o' || c.organization, x.number, x.parties,
  x.commodities, x.countries
FROM certificate_text x JOIN certificate c ON c.id = x.rowid WHERE c.organization IS NOT NULL;
";

/// The words by which something is found.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    pub(super) number: String,
    pub(super) parties: String,
    pub(super) commodities: String,
    pub(super) countries: String,
}

impl Words {
    fn of_draft(number: &str, draft: &Draft) -> Self {
        let commodities = draft.lines.iter().flat_map(|line| {
            [&*line.produce, &line.botanical_name, &line.common_name, &line.hs_code]
        });
        let origins = draft.lines.iter().flat_map(|line| &line.origins);
        let countries = std::iter::once(&draft.destination)
            .chain(&draft.transit)
            .chain(origins.map(|origin| &origin.country));
        Self {
            number: number.to_owned(),
            parties: format!("{} {}", draft.exporter.name, draft.consignee.name),
            commodities: joined(commodities),
            countries: joined(countries.map(String::as_str)),
        }
    }
}

pub(super) fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    // A certificate of hundreds of lines is found by its first ones.
    texts.filter(|text| !text.is_empty()).take(400).collect::<Vec<_>>().join(" ")
}

/// What was typed into the fields of a search, as the index wants to be asked: every word must occur
/// in the columns of its field, of one that ends with an asterisk the beginning, and nothing else that
/// was typed is an operator. `None` if no word was typed.
///
/// Beginnings are not looked for unasked: the index gathers all words that begin so before it shows
/// the first row, which takes long where most rows have them.
pub(super) fn query(marked: &str, fields: &[(&str, &str)]) -> Option<String> {
    let words: Vec<String> = fields
        .iter()
        .flat_map(|(columns, typed)| typed.split_whitespace().map(move |word| (columns, word)))
        .filter(|(_, word)| word.chars().any(char::is_alphanumeric))
        .take(WORDS_MAX)
        .map(|(columns, word)| {
            let letters = word.chars().filter(|c| c.is_alphanumeric()).count();
            let beginning = if word.ends_with('*') && letters >= BEGINNING_MIN { "*" } else { "" };
            format!("{{{columns}}} : \"{}\"{beginning}", quoted(word))
        })
        .collect();
    if words.is_empty() {
        return None;
    }
    let marked = Some(marked.to_owned()).filter(|marked| !marked.is_empty());
    Some(marked.into_iter().chain(words).collect::<Vec<_>>().join(" AND "))
}

/// What an index of texts answered to words.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Asked {
    /// No word was typed.
    Nothing,
    /// The ids of all rows that there are, as [`listed`].
    Few(String),
    /// What the index is to be asked for.
    Many(String),
}

impl Asked {
    /// Words or ids, as a statement takes them.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Nothing => None,
            Self::Few(text) | Self::Many(text) => Some(text),
        }
    }
}

/// What leads to the rows of a list, in their order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Way {
    /// The index by number.
    Number,
    /// The index of texts, from the newest on.
    Words,
    /// The index of texts, in a part of the list that begins with this id, from the oldest on; what
    /// is found are ids.
    Part(i64),
    /// Ids.
    Few,
    /// The index by date.
    Date,
    /// An index that ends with the id.
    Id,
}

impl Way {
    pub(super) const fn of(asked: &Asked, has_dates: bool) -> Self {
        match asked {
            Asked::Few(_) => Self::Few,
            Asked::Many(_) => Self::Words,
            Asked::Nothing if has_dates => Self::Date,
            Asked::Nothing => Self::Id,
        }
    }

    /// Whether words, or the ids that they led to, are asked for.
    pub(super) const fn has_words(self) -> bool {
        matches!(self, Self::Words | Self::Part(_) | Self::Few)
    }

    /// The first id of a part of a list.
    pub(super) const fn begin(self) -> Option<i64> {
        match self {
            Self::Part(id) => Some(id),
            _ => None,
        }
    }
}

/// The ids of a page below a place, the newest first. The index of texts is slow from the newest on
/// and slower the further down: so parts of the list are read from the oldest on, each larger than
/// the one above it, until a page is full.
pub(super) fn below(
    before: i64,
    limit: u32,
    mut part: impl FnMut(Range<i64>, &mut dyn FnMut(i64)) -> Result<(), StoreError>,
) -> Result<Vec<i64>, StoreError> {
    let limit = limit as usize;
    let (mut ids, mut above, mut width) = (Vec::new(), before, PART_ROWS);
    while ids.len() < limit && above > 0 {
        let from = above.saturating_sub(width).max(0);
        let mut newest = VecDeque::new();
        part(from..above, &mut |id| {
            newest.push_back(id);
            if newest.len() > limit {
                newest.pop_front();
            }
        })?;
        ids.extend(newest.into_iter().rev());
        (above, width) = (from, width.saturating_mul(PART_GROWTH));
    }
    ids.truncate(limit);
    Ok(ids)
}

/// Ids as a statement takes them: JSON.
pub(super) fn listed(ids: &[i64]) -> String {
    format!("{ids:?}")
}

/// Puts the conditions that are wanted behind a statement: nothing but what is asked for, so that
/// each combination has an index of its own.
pub(super) fn add_conditions(sql: &mut String, conditions: &[(bool, &str)]) {
    for (_, condition) in conditions.iter().filter(|(wanted, _)| *wanted) {
        sql.push_str(condition);
    }
}

/// What was typed, if it may be a whole number of a certificate and nothing else was.
pub(super) fn exact<'a>(words: &'a str, number: &'a str, others: &[&str]) -> Option<&'a str> {
    let typed = match (words.trim(), number.trim()) {
        (word, "") => word,
        ("", number) => number,
        _ => return None,
    };
    let alone = others.iter().all(|other| other.trim().is_empty());
    let is_one = typed.chars().any(|c| c.is_ascii_digit()) && !typed.contains(char::is_whitespace);
    Some(typed).filter(|_| alone && is_one)
}

/// The columns in which words are looked for that are of no field of their own.
pub(super) const ANYWHERE: &str = "number parties commodities countries";

fn quoted(word: &str) -> String {
    word.replace('"', "\"\"").replace('\0', "")
}

/// Rows that a search looks at one by one: four pages of a list.
const FEW_ROWS: u32 = 200;
/// The first part of a list that is looked through for a page of 50.
const PART_ROWS: i64 = 64;
/// How many times as large the next is: a million rows are seven parts.
const PART_GROWTH: i64 = 8;
/// Words of one search; more only make it slow.
const WORDS_MAX: usize = 12;
/// Letters of a beginning that is looked for; what fewer begin are most words that there are.
const BEGINNING_MIN: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_typed_is_an_operator() {
        let asked =
            query("scope : \"t1\"", &[(ANYWHERE, "NOT \"a\" OR bcd*")]).expect("there are words");
        assert!(asked.contains(": \"NOT\""), "{asked}");
        assert!(asked.contains(": \"bcd*\"*"), "{asked}");
        assert!(asked.contains("\"\"\"a\"\"\""), "{asked}");
        assert_eq!(query("scope : \"t1\"", &[(ANYWHERE, " - \" "), ("number", "")]), None);
    }

    #[test]
    fn one_word_with_a_digit_may_be_a_number() {
        assert_eq!(exact(" GH-2026-7 ", "", &["", " "]), Some("GH-2026-7"));
        assert_eq!(exact("", "7", &[""]), Some("7"));
        for (words, number, other) in
            [("apples", "", ""), ("GH 7", "", ""), ("7", "8", ""), ("7", "", "x"), ("", "", "")]
        {
            assert_eq!(exact(words, number, &[other]), None, "{words} {number} {other}");
        }
    }

    #[test]
    fn word_of_a_field_is_looked_for_in_its_column() {
        let asked = query("scope : \"t1\"", &[("parties", "Mango"), ("commodities", "apples")]);
        let expected = "scope : \"t1\" AND {parties} : \"Mango\" AND {commodities} : \"apples\"";
        assert_eq!(asked.as_deref(), Some(expected));
    }
}
