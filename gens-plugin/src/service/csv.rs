//! Lists as CSV (RFC 4180), for spreadsheets that run what looks like a formula.

use super::view::{CertificateCard, ImportCard};
use super::{AuditView, CertificateSearch, Cursor, Gens, ImportSearch, Page, ServiceError, may};
use crate::auth::Session;
use crate::domain::{Action, Subject, limit};

/// A list that can be taken along.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CsvList {
    /// Certificates, as searched for.
    Certificates(CertificateSearch),
    /// Received certificates, as searched for.
    Imports(ImportSearch),
    /// Users.
    Users,
    /// Organizations.
    Organizations,
    /// The audit trail.
    Audit,
    /// Certificates by month, partner and commodity, between two moments.
    MonthlyCounts {
        /// From, in milliseconds since 1970.
        from_ms: i64,
        /// Until.
        until_ms: i64,
    },
}

impl Gens {
    /// A list as CSV, UTF-8 with a header, of at most [`limit::CSV_ROWS_MAX`] rows; with where the
    /// next file begins, if there is more.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Denied`].
    pub fn csv(
        &self,
        session: &Session,
        list: &CsvList,
        after: Option<Cursor>,
    ) -> Result<(String, Option<Cursor>), ServiceError> {
        may(session, Action::Export, Subject::of(session.organization()))?;
        match list {
            CsvList::Certificates(search) => {
                let page = |after| self.certificates(session, search, after);
                collect(CERTIFICATES, after, page, certificate)
            }
            CsvList::Imports(search) => {
                collect(IMPORTS, after, |after| self.imports(session, search, after), import)
            }
            CsvList::Users => {
                let page = |after| self.users(session, after);
                collect(&["name", "full_name", "contact", "roles", "active"], after, page, |user| {
                    let roles: Vec<_> = user.roles.iter().map(|role| role.as_str()).collect();
                    let active = user.active.to_string();
                    vec![user.name, user.full_name, user.contact, roles.join(" "), active]
                })
            }
            CsvList::Organizations => {
                let page = |after| self.organizations(session, false, after);
                collect(&["name", "address", "contact", "state"], after, page, |one| {
                    vec![one.name, one.address.join(", "), one.contact, one.state]
                })
            }
            CsvList::Audit => collect(AUDIT, after, |after| self.audit(session, after), audit),
            CsvList::MonthlyCounts { from_ms, until_ms } => {
                let mut out = line(["month", "destination", "produce", "count"]);
                for one in self.monthly_counts(session, *from_ms, *until_ms)? {
                    let count = one.count.to_string();
                    out.push_str(&line([one.month, one.destination, one.produce, count]));
                }
                Ok((out, None))
            }
        }
    }
}

pub(super) const CERTIFICATES: &[&str] = &[
    "id",
    "number",
    "state",
    "destination",
    "exporter",
    "consignee",
    "produce",
    "issued",
    "changed",
    "message",
];
pub(super) const IMPORTS: &[&str] = &[
    "id",
    "number",
    "sender",
    "type",
    "status",
    "exporter",
    "consignee",
    "produce",
    "receipt",
    "decision",
    "received",
];
pub(super) const AUDIT: &[&str] = &["at", "user", "action", "object", "detail", "address"];

pub(super) fn certificate(card: CertificateCard) -> Vec<String> {
    vec![
        card.id.to_string(),
        card.number.unwrap_or_default(),
        card.state.to_string(),
        card.destination,
        card.exporter,
        card.consignee,
        card.produce,
        card.issued_ms.map(super::issue::moment).unwrap_or_default(),
        super::issue::moment(card.changed_ms),
        card.message,
    ]
}

pub(super) fn import(card: ImportCard) -> Vec<String> {
    vec![
        card.id.to_string(),
        card.number,
        card.sender,
        card.certificate_type.to_string(),
        card.certificate_status.to_string(),
        card.exporter,
        card.consignee,
        card.produce,
        card.receipt.as_str().to_owned(),
        card.decision.map_or("", crate::domain::Decision::as_str).to_owned(),
        super::issue::moment(card.received_ms),
    ]
}

pub(super) fn audit(row: AuditView) -> Vec<String> {
    let at = super::issue::moment(row.at_ms);
    vec![at, row.user.unwrap_or_default(), row.action, row.object, row.detail, row.address]
}

fn collect<T>(
    head: &[&str],
    mut after: Option<Cursor>,
    mut page: impl FnMut(Option<Cursor>) -> Result<Page<T>, ServiceError>,
    fields: impl Fn(T) -> Vec<String>,
) -> Result<(String, Option<Cursor>), ServiceError> {
    let mut out = line(head);
    let mut rows = 0;
    loop {
        let found = page(after)?;
        rows += found.rows.len();
        for row in found.rows {
            out.push_str(&line(fields(row)));
        }
        after = found.next;
        if after.is_none() || rows >= limit::CSV_ROWS_MAX {
            return Ok((out, after));
        }
    }
}

pub(super) fn line(fields: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let fields: Vec<String> = fields.into_iter().map(|one| field(one.as_ref())).collect();
    fields.join(",") + "\r\n"
}

/// One field in quotes. What a spreadsheet would take for a formula gets an apostrophe before it,
/// which is what spreadsheets do themselves with a text that looks like one.
fn field(text: &str) -> String {
    let first = text.trim_start_matches([' ', '\u{a0}']).chars().next();
    let formula = matches!(
        first,
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
    );
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formula_becomes_a_text() {
        let check = |text: &str, expected: &str| assert_eq!(field(text), expected, "{text:?}");
        check("=1+1", "\"'=1+1\"");
        check("+1", "\"'+1\"");
        check("-1", "\"'-1\"");
        check("@SUM(A1)", "\"'@SUM(A1)\"");
        check("\t=1", "\"'\t=1\"");
        check("  =1", "\"'  =1\"");
        check("\r=1", "\"'\r=1\"");
        check("Apples, \"red\"", "\"Apples, \"\"red\"\"\"");
        check("a=b", "\"a=b\"");
        check("", "\"\"");
    }

    #[test]
    fn row_stays_one_row() {
        assert_eq!(line(["a", "b\nc"]), "\"a\",\"b\nc\"\r\n");
    }
}
