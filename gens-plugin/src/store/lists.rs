//! Lists of certificates, paged by key: each page costs the same, however far down it is.

use rusqlite::ToSql;

use super::certificates::row;
use super::search::{Asked, Way};
use super::span::{Dated, Span};
use super::{CertificateRow, Scope, StoreError, search};
use crate::domain::{CertificateId, OrganizationId, State};

/// What is looked for; what is empty is not looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ListFilter<'a> {
    pub(crate) words: &'a str,
    pub(crate) number: &'a str,
    pub(crate) party: &'a str,
    pub(crate) commodity: &'a str,
    pub(crate) destination: &'a str,
    pub(crate) organization: Option<OrganizationId>,
    pub(crate) state: Option<State>,
    /// Issued at this moment or later; with this or the next, the last issued come first.
    pub(crate) from_ms: Option<i64>,
    /// Issued before this moment.
    pub(crate) until_ms: Option<i64>,
    /// Certificates before this one: the newest come first.
    pub(crate) before: Option<i64>,
    pub(crate) limit: u32,
}

impl ListFilter<'_> {
    const fn has_dates(&self) -> bool {
        self.from_ms.is_some() || self.until_ms.is_some()
    }

    fn exact(&self) -> Option<&str> {
        search::exact(self.words, self.number, &[self.party, self.commodity])
    }

    fn words(&self, mark: &str) -> Option<String> {
        let fields = [
            (search::ANYWHERE, self.words),
            ("number", self.number),
            ("parties", self.party),
            ("commodities", self.commodity),
        ];
        search::query(mark, &fields)
    }

    fn sql(&self, way: Way) -> String {
        let mut sql = String::from(match way {
            // The order is kept: what the index of texts finds is looked up one by one.
            Way::Words => {
                "SELECT c.* FROM certificate_text x CROSS JOIN certificate c ON c.id = x.rowid
                 WHERE certificate_text MATCH :words AND x.rowid < :before AND {visible c}"
            }
            Way::Part(_) => {
                "SELECT x.rowid FROM certificate_text x CROSS JOIN certificate c ON c.id = x.rowid
                 WHERE certificate_text MATCH :words AND x.rowid >= :from_id AND x.rowid < :before
                   AND {visible c}"
            }
            Way::Few => {
                "SELECT c.* FROM certificate c NOT INDEXED
                 WHERE c.id IN (SELECT value FROM json_each(:words)) AND c.id < :before
                   AND {visible c}"
            }
            Way::Number | Way::Date | Way::Id => "SELECT c.* FROM certificate c WHERE {visible c}",
        });
        let conditions = [
            (self.state.is_some(), " AND c.state = :state"),
            (!self.destination.is_empty(), " AND c.destination = :destination"),
            (self.organization.is_some(), " AND c.organization = :organization"),
            (self.has_dates(), " AND c.issued_ms >= :from AND c.issued_ms < :until"),
            (way == Way::Date, " AND (c.issued_ms < :at OR c.id < :before)"),
            (way == Way::Number, " AND c.number = :number"),
            (matches!(way, Way::Number | Way::Id), " AND c.id < :before"),
        ];
        search::add_conditions(&mut sql, &conditions);
        sql.push_str(match way {
            Way::Words => " ORDER BY x.rowid DESC LIMIT :limit",
            Way::Part(_) => " ORDER BY x.rowid",
            Way::Date => " ORDER BY c.issued_ms DESC, c.id DESC LIMIT :limit",
            Way::Number | Way::Few | Way::Id => " ORDER BY c.id DESC LIMIT :limit",
        });
        sql
    }
}

impl Scope<'_> {
    /// A page of certificates: the newest first, or the last issued where dates are asked for.
    pub(crate) fn certificates(
        &self,
        filter: &ListFilter<'_>,
    ) -> Result<Vec<CertificateRow>, StoreError> {
        let state = filter.state.map(|state| format!("s{}", state.as_str().replace('-', "")));
        let kinds: Vec<String> = state.into_iter().collect();
        if let Some(number) = filter.exact() {
            let found = self.with_list(filter, Way::Number, Some(number), None, |sql, bound| {
                self.all(sql, bound, row)
            })?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        let span = match filter.words("") {
            Some(_) if filter.has_dates() => {
                Some(self.span(Dated::Issued, filter.from_ms, filter.until_ms)?)
            }
            _ => None,
        };
        let marks = self.marked(&kinds, span);
        let marks = (&*marks, !kinds.is_empty());
        let asked = self.asked("certificate_text", marks, |marks| filter.words(marks))?;
        let filter = &ListFilter { before: Span::below(span, filter.before), ..*filter };
        let asked = match (asked, filter.before) {
            // The months of a span are slow to be put together again for each part.
            (Asked::Many(words), Some(before)) if span.is_none() => {
                Asked::Few(search::listed(&self.below(filter, &words, before)?))
            }
            (asked, _) => asked,
        };
        let way = Way::of(&asked, filter.has_dates());
        // Where the list is in the order of issue, the page begins at the moment of the last row.
        let at = match (way, filter.before) {
            (Way::Date, Some(before)) => {
                let Some(last) = self.certificate(CertificateId::of(before))? else {
                    return Ok(Vec::new());
                };
                last.issued_ms
            }
            _ => None,
        };
        self.with_list(filter, way, asked.text(), at, |sql, bound| self.all(sql, bound, row))
    }

    /// The ids of a page of a search by frequent words, from the place where it begins.
    fn below(
        &self,
        filter: &ListFilter<'_>,
        words: &str,
        before: i64,
    ) -> Result<Vec<i64>, StoreError> {
        search::below(before, filter.limit, |part, found| {
            let filter = &ListFilter { before: Some(part.end), ..*filter };
            self.with_list(filter, Way::Part(part.start), Some(words), None, |sql, bound| {
                self.each(sql, bound, |row| {
                    found(row.get(0)?);
                    Ok(())
                })
            })
        })
    }

    fn with_list<R>(
        &self,
        filter: &ListFilter<'_>,
        way: Way,
        words: Option<&str>,
        at: Option<i64>,
        run: impl FnOnce(&str, &[(&str, &dyn ToSql)]) -> R,
    ) -> R {
        let before = filter.before.unwrap_or(i64::MAX);
        let (state, organization) =
            (filter.state.map(State::as_str), filter.organization.map(OrganizationId::number));
        let at_ms = at.unwrap_or(i64::MAX);
        let from_ms = filter.from_ms.unwrap_or(0);
        let until_ms = filter.until_ms.unwrap_or(i64::MAX).min(at_ms.saturating_add(1));
        let from_id = way.begin();
        let all: [(bool, &str, &dyn ToSql); 11] = [
            (way.has_words(), ":words", &words),
            (way.begin().is_some(), ":from_id", &from_id),
            (way == Way::Number, ":number", &words),
            (filter.state.is_some(), ":state", &state),
            (!filter.destination.is_empty(), ":destination", &filter.destination),
            (filter.organization.is_some(), ":organization", &organization),
            (filter.has_dates(), ":from", &from_ms),
            (filter.has_dates(), ":until", &until_ms),
            (way == Way::Date, ":at", &at_ms),
            (true, ":before", &before),
            (way.begin().is_none(), ":limit", &filter.limit),
        ];
        let used = all.into_iter().filter(|(used, ..)| *used);
        let bound: Vec<(&str, &dyn ToSql)> = used.map(|(_, name, value)| (name, value)).collect();
        run(&filter.sql(way), &bound)
    }
}

#[cfg(test)]
mod tests;
