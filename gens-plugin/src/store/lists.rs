//! Lists of certificates, paged by key: each page costs the same, however far down it is.

use super::certificates::row;
use super::{CertificateRow, Scope, StoreError, search};
use crate::domain::State;

/// What is looked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ListFilter<'a> {
    pub(crate) words: &'a str,
    pub(crate) state: Option<State>,
    pub(crate) from_ms: Option<i64>,
    pub(crate) until_ms: Option<i64>,
    /// Certificates before this one: the newest come first.
    pub(crate) before: Option<i64>,
    pub(crate) limit: u32,
}

/// What every list of certificates has in common.
const BY_WORDS: &str = "SELECT c.* FROM certificate_text x JOIN certificate c ON c.id = x.rowid
 WHERE certificate_text MATCH :words AND x.rowid < :before AND {visible c}
 AND (:state IS NULL OR c.state = :state)
 AND (:from IS NULL OR c.changed_ms >= :from) AND (:until IS NULL OR c.changed_ms < :until)
 ORDER BY x.rowid DESC LIMIT :limit";
const BY_STATE: &str = "SELECT c.* FROM certificate c
 WHERE {visible c} AND c.state = :state AND c.id < :before
 AND (:from IS NULL OR c.changed_ms >= :from) AND (:until IS NULL OR c.changed_ms < :until)
 ORDER BY c.id DESC LIMIT :limit";
const ALL: &str = "SELECT c.* FROM certificate c WHERE {visible c} AND c.id < :before
 AND (:from IS NULL OR c.changed_ms >= :from) AND (:until IS NULL OR c.changed_ms < :until)
 ORDER BY c.id DESC LIMIT :limit";

impl Scope<'_> {
    /// A page of certificates, the newest first.
    pub(crate) fn certificates(
        &self,
        filter: &ListFilter<'_>,
    ) -> Result<Vec<CertificateRow>, StoreError> {
        let before = filter.before.unwrap_or(i64::MAX);
        let state = filter.state.map(State::as_str);
        let words = search::query(&self.text_mark(), filter.words);
        let mut bound: Vec<(&str, &dyn rusqlite::ToSql)> = vec![
            (":before", &before),
            (":limit", &filter.limit),
            (":from", &filter.from_ms),
            (":until", &filter.until_ms),
        ];
        let sql = match (&words, &state) {
            (Some(words), state) => {
                bound.extend([(":words", words as &dyn rusqlite::ToSql), (":state", state)]);
                BY_WORDS
            }
            (None, Some(state)) => {
                bound.push((":state", state));
                BY_STATE
            }
            (None, None) => ALL,
        };
        self.all(sql, &bound, row)
    }
}

#[cfg(test)]
mod tests;
