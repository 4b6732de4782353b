//! Where in a list a span of time lies, so that a search by words and dates begins there.

use super::{Scope, StoreError};

/// Rows that have a moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Dated {
    /// Certificates: when they were issued.
    Issued,
    /// What was received: when it was.
    Received,
}

/// A span of time, no longer than there are rows.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Span {
    pub(super) from_ms: i64,
    pub(super) until_ms: i64,
    /// An id above all rows of the span.
    pub(super) below: i64,
}

impl Span {
    /// The id that a list begins below, which may have had one already.
    pub(super) fn below(span: Option<Self>, before: Option<i64>) -> Option<i64> {
        span.map(|span| span.below).into_iter().chain(before).min()
    }
}

impl Scope<'_> {
    /// The span from one moment to another, of which either may be open.
    pub(super) fn span(
        &self,
        rows: Dated,
        from_ms: Option<i64>,
        until_ms: Option<i64>,
    ) -> Result<Span, StoreError> {
        let Statements { first, last, .. } = rows.statements();
        let moment = |sql: &str| self.one(sql, &[], |row| Ok(row.get::<_, Option<i64>>(0)?));
        let first = moment(first)?.flatten().unwrap_or_default();
        let after_last = moment(last)?.flatten().unwrap_or_default().saturating_add(1);
        let until_ms = until_ms.unwrap_or(i64::MAX);
        let below = if until_ms < after_last { self.made_by(rows, until_ms)? } else { i64::MAX };
        Ok(Span {
            from_ms: from_ms.unwrap_or_default().max(first),
            until_ms: until_ms.min(after_last),
            below,
        })
    }

    /// An id above all rows that were made before a moment: ids rise with time, and nothing is issued
    /// before it is made. It is looked for by halves.
    fn made_by(&self, rows: Dated, moment_ms: i64) -> Result<i64, StoreError> {
        let made_ms = moment_ms.saturating_add(CLOCK_BACK_MS);
        let newest = |most: i64| {
            let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
            self.one(rows.statements().newest, &[(":most", &most)], row)
        };
        let (mut made, mut above) = (0, newest(i64::MAX)?.map_or(0, |(id, _)| id) + 1);
        while above - made > 1 {
            let middle = made + (above - made) / 2;
            match newest(middle)? {
                Some((id, ms)) if id > made && ms >= made_ms => above = id,
                _ => made = middle,
            }
        }
        Ok(above)
    }
}

struct Statements {
    first: &'static str,
    last: &'static str,
    /// The newest row up to an id, with the moment at which it was made.
    newest: &'static str,
}

impl Dated {
    const fn statements(self) -> Statements {
        match self {
            Self::Issued => Statements {
                first: "SELECT min(issued_ms) FROM certificate
                        WHERE tenant = {tenant} AND issued_ms IS NOT NULL",
                last: "SELECT max(issued_ms) FROM certificate
                       WHERE tenant = {tenant} AND issued_ms IS NOT NULL",
                newest: "SELECT id, created_ms FROM certificate
                         WHERE tenant = {tenant} AND id <= :most ORDER BY id DESC LIMIT 1",
            },
            Self::Received => Statements {
                first: "SELECT min(received_ms) FROM inbox WHERE tenant = {tenant} AND response = 0",
                last: "SELECT max(received_ms) FROM inbox WHERE tenant = {tenant} AND response = 0",
                newest: "SELECT id, received_ms FROM inbox
                         WHERE tenant = {tenant} AND id <= :most ORDER BY id DESC LIMIT 1",
            },
        }
    }
}

/// A day: clocks are set back at times, and then a higher id has the earlier moment.
const CLOCK_BACK_MS: i64 = 86_400_000;

#[cfg(test)]
mod tests;
