//! Lists of what was received, paged by key.

use rusqlite::ToSql;

use super::imports::{COLUMNS, row};
use super::search::{Asked, Way};
use super::span::{Dated, Span};
use super::{ImportRow, Scope, StoreError, search};
use crate::domain::{Decision, ImportId, Receipt, UserId};

/// What is looked for among what was received; what is empty is not looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ImportFilter<'a> {
    pub(crate) words: &'a str,
    pub(crate) number: &'a str,
    pub(crate) party: &'a str,
    pub(crate) commodity: &'a str,
    /// Of sender or origin.
    pub(crate) country: &'a str,
    /// Only what can be decided about and was not.
    pub(crate) undecided: bool,
    pub(crate) decision: Option<Decision>,
    pub(crate) receipt: Option<Receipt>,
    /// Received at this moment or later; with this or the next, the last received come first.
    pub(crate) from_ms: Option<i64>,
    /// Received before this moment.
    pub(crate) until_ms: Option<i64>,
    /// Those before this one: the newest come first.
    pub(crate) before: Option<i64>,
    pub(crate) limit: u32,
}

impl ImportFilter<'_> {
    const fn has_dates(&self) -> bool {
        self.from_ms.is_some() || self.until_ms.is_some()
    }

    fn exact(&self) -> Option<&str> {
        search::exact(self.words, self.number, &[self.party, self.commodity, self.country])
    }

    fn words(&self, mark: &str) -> Option<String> {
        let fields = [
            (search::ANYWHERE, self.words),
            ("number", self.number),
            ("parties", self.party),
            ("commodities", self.commodity),
            ("countries", self.country),
        ];
        search::query(mark, &fields)
    }

    /// By which marks the index of texts tells them.
    fn kinds(&self) -> Vec<String> {
        let kinds = [
            self.undecided.then(|| "dnone".to_owned()),
            self.decision.map(|decision| format!("d{}", decision.as_str())),
            self.receipt.map(|receipt| format!("r{}", receipt.as_str().replace('-', ""))),
        ];
        kinds.into_iter().flatten().collect()
    }

    fn sql(&self, way: Way) -> String {
        let from = match way {
            Way::Words | Way::Part(_) => "inbox_text x CROSS JOIN inbox i ON i.id = x.rowid",
            Way::Few => "inbox i NOT INDEXED",
            // By itself the database reads the whole list for its order.
            Way::Number => "inbox i INDEXED BY inbox_any_number",
            Way::Date | Way::Id => "inbox i",
        };
        let columns = if way.begin().is_some() { "x.rowid" } else { COLUMNS };
        let mut sql = format!("SELECT {columns} FROM {from} WHERE i.tenant = {{tenant}}");
        let conditions = [
            (
                matches!(way, Way::Words | Way::Part(_)),
                " AND inbox_text MATCH :words AND x.rowid < :before",
            ),
            (way.begin().is_some(), " AND x.rowid >= :from_id"),
            (way == Way::Few, " AND i.id IN (SELECT value FROM json_each(:words))"),
            (true, " AND i.response = 0"),
            // Word for word the condition of the index that is for it.
            (
                self.undecided,
                " AND i.decision IS NULL AND i.withdrawn = 0 AND i.receipt <> 'failed'",
            ),
            (self.decision.is_some(), " AND i.decision = :decision"),
            (self.receipt.is_some(), " AND i.receipt = :receipt"),
            (self.has_dates(), " AND i.received_ms >= :from AND i.received_ms < :until"),
            (way == Way::Date, " AND (i.received_ms < :at OR i.id < :before)"),
            (way == Way::Number, " AND i.number = :number"),
            (matches!(way, Way::Number | Way::Few | Way::Id), " AND i.id < :before"),
        ];
        search::add_conditions(&mut sql, &conditions);
        sql.push_str(match way {
            Way::Words => " ORDER BY x.rowid DESC LIMIT :limit",
            Way::Part(_) => " ORDER BY x.rowid",
            Way::Date => " ORDER BY i.received_ms DESC, i.id DESC LIMIT :limit",
            Way::Number | Way::Few | Way::Id => " ORDER BY i.id DESC LIMIT :limit",
        });
        sql
    }
}

/// Withdrawn after somebody decided: told to who did, and to all who decide where that user left.
const NOTICES: &str = "AND i.notice = 1 AND (
   EXISTS (SELECT 1 FROM decision d WHERE d.import = i.id AND d.user = :user)
   OR NOT EXISTS (SELECT 1 FROM decision d JOIN user u ON u.id = d.user
     WHERE d.import = i.id AND u.state = 'active'))";

impl Scope<'_> {
    /// A page of what was received: the newest first.
    pub(crate) fn imports(&self, filter: &ImportFilter<'_>) -> Result<Vec<ImportRow>, StoreError> {
        if let Some(number) = filter.exact() {
            let found =
                self.with_imports(filter, Way::Number, Some(number), None, |sql, bound| {
                    self.all(sql, bound, row)
                })?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        let span = match filter.words("") {
            Some(_) if filter.has_dates() => {
                Some(self.span(Dated::Received, filter.from_ms, filter.until_ms)?)
            }
            _ => None,
        };
        let kinds = filter.kinds();
        let marks = self.marked(&kinds, span);
        let marks = (&*marks, !kinds.is_empty());
        let asked = self.asked("inbox_text", marks, |marks| filter.words(marks))?;
        let filter = &ImportFilter { before: Span::below(span, filter.before), ..*filter };
        let asked = match (asked, filter.before) {
            // The months of a span are slow to be put together again for each part.
            (Asked::Many(words), Some(before)) if span.is_none() => {
                Asked::Few(search::listed(&self.imports_below(filter, &words, before)?))
            }
            (asked, _) => asked,
        };
        let way = Way::of(&asked, filter.has_dates());
        let at = match (way, filter.before) {
            (Way::Date, Some(before)) => {
                let Some(last) = self.import(ImportId::of(before))? else {
                    return Ok(Vec::new());
                };
                Some(last.received_ms)
            }
            _ => None,
        };
        self.with_imports(filter, way, asked.text(), at, |sql, bound| self.all(sql, bound, row))
    }

    /// The ids of a page of a search by frequent words, from the place where it begins.
    fn imports_below(
        &self,
        filter: &ImportFilter<'_>,
        words: &str,
        before: i64,
    ) -> Result<Vec<i64>, StoreError> {
        search::below(before, filter.limit, |part, found| {
            let filter = &ImportFilter { before: Some(part.end), ..*filter };
            self.with_imports(filter, Way::Part(part.start), Some(words), None, |sql, bound| {
                self.each(sql, bound, |row| {
                    found(row.get(0)?);
                    Ok(())
                })
            })
        })
    }

    fn with_imports<R>(
        &self,
        filter: &ImportFilter<'_>,
        way: Way,
        words: Option<&str>,
        at: Option<i64>,
        run: impl FnOnce(&str, &[(&str, &dyn ToSql)]) -> R,
    ) -> R {
        let before = filter.before.unwrap_or(i64::MAX);
        let decision = filter.decision.map(Decision::as_str);
        let receipt = filter.receipt.map(Receipt::as_str);
        let at_ms = at.unwrap_or(i64::MAX);
        let from_ms = filter.from_ms.unwrap_or(0);
        let until_ms = filter.until_ms.unwrap_or(i64::MAX).min(at_ms.saturating_add(1));
        let from_id = way.begin();
        let all: [(bool, &str, &dyn ToSql); 10] = [
            (way.has_words(), ":words", &words),
            (way.begin().is_some(), ":from_id", &from_id),
            (way == Way::Number, ":number", &words),
            (filter.decision.is_some(), ":decision", &decision),
            (filter.receipt.is_some(), ":receipt", &receipt),
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

    /// What was withdrawn after this user decided about it, the newest first.
    pub(crate) fn notices(&self, user: UserId, limit: u32) -> Result<Vec<ImportRow>, StoreError> {
        self.all(
            &format!(
                "SELECT {COLUMNS} FROM inbox i WHERE i.tenant = {{tenant}} {NOTICES}
                 ORDER BY i.id DESC LIMIT :limit"
            ),
            &[(":user", &user.number()), (":limit", &limit)],
            row,
        )
    }

    /// The notice of a withdrawal was read; answers whether there was one.
    pub(crate) fn clear_notice(&self, id: ImportId) -> Result<bool, StoreError> {
        let cleared = self.execute(
            "UPDATE inbox SET notice = 0 WHERE tenant = {tenant} AND id = :id AND notice = 1",
            &[(":id", &id.number())],
        )?;
        Ok(cleared == 1)
    }
}

#[cfg(test)]
mod tests;
