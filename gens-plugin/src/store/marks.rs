//! The marks by which the index of texts keeps rows apart: whose they are, where they stand, when
//! they were issued or received. With them a search reads what it shows and nothing else, however
//! many others have the same words.
//!
//! A mark is one word: `t1` for a tenant, `t1o7` for an organization of it, and with each of these
//! before it `sfailed` for a state, `y2026` and `m202603` for a year and a month. Triggers keep marks
//! as certificates go on, so that no version that writes the file can forget to.

use time::{Month, OffsetDateTime};

use super::span::Span;
use super::{Scope, StoreError};
use crate::domain::OrganizationId;

/// The marks of a certificate.
#[rustfmt::skip]
macro_rules! of_certificate {
    ($row:literal) => {
        concat!(
            "'t' || ", $row, ".tenant",
            " || ' t' || ", $row, ".tenant || 's' || replace(", $row, ".state, '-', '')",
            " || coalesce(' t' || ", $row, ".tenant || strftime('y%Y', ", $row, ".issued_ms / 1000, 'unixepoch')",
            " || ' t' || ", $row, ".tenant || strftime('m%Y%m', ", $row, ".issued_ms / 1000, 'unixepoch'), '')",
            " || coalesce(' t' || ", $row, ".tenant || 'o' || ", $row, ".organization",
            " || ' t' || ", $row, ".tenant || 'o' || ", $row, ".organization || 's' || replace(", $row, ".state, '-', ''), '')",
            " || coalesce(' t' || ", $row, ".tenant || 'o' || ", $row, ".organization",
            " || strftime('y%Y', ", $row, ".issued_ms / 1000, 'unixepoch')",
            " || ' t' || ", $row, ".tenant || 'o' || ", $row, ".organization",
            " || strftime('m%Y%m', ", $row, ".issued_ms / 1000, 'unixepoch'), '')",
        )
    };
}

/// The marks of what was received.
#[rustfmt::skip]
macro_rules! of_import {
    ($row:literal) => {
        concat!(
            "'t' || ", $row, ".tenant",
            " || ' t' || ", $row, ".tenant || 'd' || coalesce(", $row, ".decision, 'none')",
            " || ' t' || ", $row, ".tenant || 'r' || replace(", $row, ".receipt, '-', '')",
            " || ' t' || ", $row, ".tenant || strftime('y%Y', ", $row, ".received_ms / 1000, 'unixepoch')",
            " || ' t' || ", $row, ".tenant || strftime('m%Y%m', ", $row, ".received_ms / 1000, 'unixepoch')",
        )
    };
}

/// Marks what is there, and keeps marks from now on.
pub(super) const MIGRATION: &str = concat!(
    "REPLACE INTO certificate_text (rowid, scope, number, parties, commodities, countries)
     SELECT c.id, ",
    of_certificate!("c"),
    ", x.number, x.parties, x.commodities, x.countries
     FROM certificate_text x JOIN certificate c ON c.id = x.rowid;
     REPLACE INTO inbox_text (rowid, scope, number, parties, commodities, countries)
     SELECT i.id, ",
    of_import!("i"),
    ", x.number, x.parties, x.commodities, x.countries
     FROM inbox_text x JOIN inbox i ON i.id = x.rowid;
     CREATE TRIGGER certificate_marked
     AFTER UPDATE OF state, issued_ms, organization ON certificate
     WHEN old.state <> new.state OR old.issued_ms IS NOT new.issued_ms
       OR old.organization IS NOT new.organization
     BEGIN
       UPDATE certificate_text SET scope = ",
    of_certificate!("new"),
    " WHERE rowid = new.id;
     END;
     CREATE TRIGGER inbox_marked AFTER UPDATE OF decision ON inbox
     WHEN old.decision IS NOT new.decision
     BEGIN
       UPDATE inbox_text SET scope = ",
    of_import!("new"),
    " WHERE rowid = new.id;
     END;"
);

const OF_CERTIFICATE: &str = concat!(
    "SELECT ",
    of_certificate!("c"),
    " FROM certificate c WHERE c.tenant = {tenant} AND c.id = :id"
);
const OF_IMPORT: &str =
    concat!("SELECT ", of_import!("i"), " FROM inbox i WHERE i.tenant = {tenant} AND i.id = :id");

impl Scope<'_> {
    /// The marks of a row of an index.
    pub(super) fn marks(&self, table: &str, id: i64) -> Result<String, StoreError> {
        let sql = if table == "certificate_text" { OF_CERTIFICATE } else { OF_IMPORT };
        let marks = self.one(sql, &[(":id", &id)], |row| Ok(row.get(0)?))?;
        marks.ok_or(StoreError::Corrupt("marks"))
    }

    /// What the index is asked for, for all that this scope sees.
    #[cfg(test)]
    pub(super) fn text_mark(&self) -> String {
        self.marked(&[], None)
    }

    /// What the index is asked for, for what this scope sees: of these kinds, such as `sfailed`, and
    /// of the months or years of a span. Moments themselves are looked at in the rows.
    pub(super) fn marked(&self, kinds: &[String], span: Option<Span>) -> String {
        let owner = match self.organization().map(OrganizationId::number) {
            Some(organization) => format!("t{}o{organization}", self.tenant_id()),
            None => format!("t{}", self.tenant_id()),
        };
        let mut all: Vec<String> =
            kinds.iter().map(|kind| format!("scope : \"{owner}{kind}\"")).collect();
        if let Some(span) = span {
            let parts = parts_of(span.from_ms, span.until_ms);
            let parts: Vec<String> =
                parts.iter().map(|part| format!("\"{owner}{part}\"")).collect();
            all.push(format!("scope : ({})", parts.join(" OR ")));
        }
        if all.is_empty() {
            all.push(format!("scope : \"{owner}\""));
        }
        all.join(" AND ")
    }
}

/// The months that a span of time touches, or its years if they are many months: each part is looked
/// up, and what of a year lies after the span has higher ids than all of the span.
fn parts_of(from_ms: i64, until_ms: i64) -> Vec<String> {
    let from = month_of(from_ms);
    let until = month_of(until_ms.saturating_sub(1)).max(from);
    if until - from < MONTHS_MAX {
        let month = |month: i32| format!("m{}{:02}", month / 12, month % 12 + 1);
        return (from..=until).map(month).collect();
    }
    (from / 12..=until / 12).map(|year| format!("y{year}")).collect()
}

/// Months since the year 0, within the time in which there are certificates of this system.
fn month_of(ms: i64) -> i32 {
    let within = (ms / 1000).clamp(FIRST_S, LAST_S);
    let at = OffsetDateTime::from_unix_timestamp(within).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    at.year() * 12 + i32::from(u8::from(at.month())) - i32::from(u8::from(Month::January))
}

/// Half a year, which is as many parts as the years of six years.
const MONTHS_MAX: i32 = 6;
/// 2010-01-01: nothing here was issued before.
const FIRST_S: i64 = 1_262_304_000;
/// 2059-12-31: by then this is another system.
const LAST_S: i64 = 2_840_054_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn span_is_its_months_or_its_years() {
        let day = 86_400_000;
        // 2026-03-04 to 2026-05-01, which is not in it.
        let parts = parts_of(20_516 * day, 20_574 * day);
        assert_eq!(parts, ["m202603", "m202604"]);
        // 2025-11-15 to 2026-02-01, which is.
        let parts = parts_of(20_407 * day, 20_485 * day + 1);
        assert_eq!(parts, ["m202511", "m202512", "m202601", "m202602"]);
        // 2024-11-15 to 2026-02-01.
        let parts = parts_of(20_042 * day, 20_485 * day);
        assert_eq!(parts, ["y2024", "y2025", "y2026"]);
        let all = parts_of(i64::MIN, i64::MAX);
        assert_eq!((all.len(), &*all[0], &*all[49]), (50, "y2010", "y2059"));
        // The wrong way round there is a month in which nothing fits.
        assert_eq!(parts_of(20_574 * day, 20_516 * day), ["m202605"]);
    }
}
