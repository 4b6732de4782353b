//! The index of texts.

use super::{Scope, StoreError};
use crate::domain::{CertificateId, Draft};

impl Scope<'_> {
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
    Some(format!("{marked} AND {}", words.join(" AND ")))
}

/// The columns in which words are looked for that are of no field of their own.
pub(super) const ANYWHERE: &str = "number parties commodities countries";

fn quoted(word: &str) -> String {
    word.replace('"', "\"\"").replace('\0', "")
}

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
    fn word_of_a_field_is_looked_for_in_its_column() {
        let asked = query("scope : \"t1\"", &[("parties", "Mango"), ("commodities", "apples")]);
        let expected = "scope : \"t1\" AND {parties} : \"Mango\" AND {commodities} : \"apples\"";
        assert_eq!(asked.as_deref(), Some(expected));
    }
}
