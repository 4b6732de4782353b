//! Lists from the first row to the last, to be taken along.

use super::certificates::row as certificate;
use super::imports::{COLUMNS as IMPORT_COLUMNS, row as import};
use super::records::AuditRow;
use super::{CertificateRow, ImportRow, Scope, StoreError};
use crate::domain::ImportId;

/// A row as a list has it, with its key.
type Listed = (i64, Vec<String>);

impl Scope<'_> {
    /// Certificates after an id.
    pub(crate) fn certificates_after(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<CertificateRow>, StoreError> {
        self.all(
            "SELECT c.* FROM certificate c WHERE {visible c} AND c.id > :after
             ORDER BY c.id LIMIT :limit",
            &[(":after", &after), (":limit", &limit)],
            certificate,
        )
    }

    /// Received certificates after an id.
    pub(crate) fn imports_after(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<ImportRow>, StoreError> {
        self.all(
            &format!(
                "SELECT {IMPORT_COLUMNS} FROM inbox i WHERE i.tenant = {{tenant}}
                 AND i.response = 0 AND i.id > :after ORDER BY i.id LIMIT :limit"
            ),
            &[(":after", &after), (":limit", &limit)],
            import,
        )
    }

    /// The ids of whatever was received, answers included, after an id.
    pub(crate) fn received_after(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<ImportId>, StoreError> {
        self.all(
            "SELECT i.id FROM inbox i WHERE i.tenant = {tenant} AND i.id > :after
             ORDER BY i.id LIMIT :limit",
            &[(":after", &after), (":limit", &limit)],
            |row| Ok(ImportId::of(row.get(0)?)),
        )
    }

    /// Steps of all certificates after an id.
    pub(crate) fn steps_after(&self, after: i64, limit: u32) -> Result<Vec<Listed>, StoreError> {
        self.all(
            "SELECT s.id, CAST(s.certificate AS TEXT), s.at_ms, coalesce(u.name, ''), s.step,
               s.state, CAST(s.version AS TEXT), s.reason
             FROM step s LEFT JOIN user u ON u.id = s.user
             WHERE s.tenant = {tenant} AND s.id > :after ORDER BY s.id LIMIT :limit",
            &[(":after", &after), (":limit", &limit)],
            |row| {
                let at = crate::service::issue::moment(row.get(2)?);
                let rest = [row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?];
                Ok((row.get(0)?, [row.get(1)?, at].into_iter().chain(rest).collect()))
            },
        )
    }

    /// Further originals after an id.
    pub(crate) fn duplicates_after(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Listed>, StoreError> {
        self.all(
            "SELECT d.id, CAST(d.certificate AS TEXT), CAST(d.number AS TEXT), d.at_ms, u.name,
               d.reason, d.printed_ms, coalesce(p.name, '')
             FROM duplicate d JOIN user u ON u.id = d.user LEFT JOIN user p ON p.id = d.printer
             WHERE d.tenant = {tenant} AND d.id > :after ORDER BY d.id LIMIT :limit",
            &[(":after", &after), (":limit", &limit)],
            |row| {
                let at = crate::service::issue::moment(row.get(3)?);
                let printed: Option<i64> = row.get(6)?;
                let printed = printed.map(crate::service::issue::moment).unwrap_or_default();
                let fields = vec![
                    row.get(1)?,
                    row.get(2)?,
                    at,
                    row.get(4)?,
                    row.get(5)?,
                    printed,
                    row.get(7)?,
                ];
                Ok((row.get(0)?, fields))
            },
        )
    }

    /// Decisions after an id.
    pub(crate) fn decisions_after(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Listed>, StoreError> {
        self.all(
            "SELECT d.id, CAST(d.import AS TEXT), d.at_ms, u.name, d.decision, d.reason
             FROM decision d JOIN user u ON u.id = d.user
             WHERE d.tenant = {tenant} AND d.id > :after ORDER BY d.id LIMIT :limit",
            &[(":after", &after), (":limit", &limit)],
            |row| {
                let at = crate::service::issue::moment(row.get(2)?);
                let rest = [row.get(3)?, row.get(4)?, row.get(5)?];
                Ok((row.get(0)?, [row.get(1)?, at].into_iter().chain(rest).collect()))
            },
        )
    }

    /// The audit trail after an id.
    pub(crate) fn audit_after(&self, after: i64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.all(
            "SELECT a.*, u.full_name AS name FROM audit a LEFT JOIN user u ON u.id = a.user
             WHERE a.tenant = {tenant} AND a.id > :after ORDER BY a.id LIMIT :limit",
            &[(":after", &after), (":limit", &limit)],
            super::records::audit_row,
        )
    }
}
