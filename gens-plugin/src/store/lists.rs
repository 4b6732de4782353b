//! Lists of certificates, paged by key: each page costs the same, however far down it is.

use super::certificates::row;
use super::{CertificateRow, Scope, StoreError, search};
use crate::domain::{State, UserId};

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

/// What somebody has to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WorkFilter<'a> {
    /// Certificates of anybody's in these states.
    pub(crate) states: &'a [State],
    /// One's own in these.
    pub(crate) own_states: &'a [State],
    /// Whose.
    pub(crate) user: UserId,
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
const WORK: &str = "SELECT c.* FROM certificate c WHERE {visible c} AND c.open = 1
 AND c.id < :before AND (instr(:states, ' ' || c.state || ' ') OR
   (c.author = :user OR c.issuer = :user) AND
   (instr(:own, ' ' || c.state || ' ') OR c.message <> ''))
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

    /// A page of what somebody has to do, the newest first.
    pub(crate) fn work(&self, filter: &WorkFilter<'_>) -> Result<Vec<CertificateRow>, StoreError> {
        self.all(
            WORK,
            &[
                (":before", &filter.before.unwrap_or(i64::MAX)),
                (":limit", &filter.limit),
                (":states", &spaced(filter.states)),
                (":own", &spaced(filter.own_states)),
                (":user", &filter.user.number()),
            ],
            row,
        )
    }

    /// Certificates issued between two moments: month, destination, first produce, how many.
    pub(crate) fn issued_counts(
        &self,
        from_ms: i64,
        until_ms: i64,
    ) -> Result<Vec<(String, String, String, u32)>, StoreError> {
        self.all(
            "SELECT strftime('%Y-%m', c.issued_ms / 1000, 'unixepoch') AS month, c.destination,
               c.produce, count(*)
             FROM certificate c WHERE {visible c} AND c.issued_ms >= :from AND c.issued_ms < :until
             GROUP BY month, c.destination, c.produce ORDER BY month, c.destination, c.produce
             LIMIT 10000",
            &[(":from", &from_ms), (":until", &until_ms)],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
    }
}

fn spaced(states: &[State]) -> String {
    let mut text = String::from(" ");
    for state in states {
        text.push_str(state.as_str());
        text.push(' ');
    }
    text
}

#[cfg(test)]
mod tests;
