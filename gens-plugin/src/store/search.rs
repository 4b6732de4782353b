//! The index of texts.

use super::{Scope, StoreError};
use crate::domain::{CertificateId, Draft};

impl Scope<'_> {
    /// The words of a search as an index is asked for them. Marks tell the index what the reader may
    /// see, in which state, and when: with them frequent words lead to few rows. Of rare words each
    /// row is looked at, which costs less than what all rows of a tenant are marked with.
    pub(super) fn asked(
        &self,
        table: &str,
        marks: &str,
        words: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<String>, StoreError> {
        let Some(bare) = words("") else { return Ok(None) };
        let is_rare = self.text_rows(table, &bare, RARE_ROWS + 1)? <= RARE_ROWS;
        Ok(if is_rare { Some(bare) } else { words(marks) })
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

/// What leads to the rows of a list, in their order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Way {
    /// The index by number.
    Number,
    /// The index of texts.
    Words,
    /// The index by date.
    Date,
    /// An index that ends with the id.
    Id,
}

impl Way {
    pub(super) const fn of(words: Option<&str>, has_dates: bool) -> Self {
        match words {
            Some(_) => Self::Words,
            None if has_dates => Self::Date,
            None => Self::Id,
        }
    }
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
const RARE_ROWS: u32 = 200;
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
