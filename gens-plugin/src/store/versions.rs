//! Versions of certificates: what was handed in, issued, sent again, withdrawn.

use super::certificates::{json, read_draft};
use super::{CertificateRow, Scope, StoreError};
use crate::domain::{CertificateId, Draft, Step, UserId};

/// A version without its text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct VersionRow {
    pub(crate) number: i64,
    pub(crate) at_ms: i64,
    pub(crate) user: String,
    pub(crate) step: Step,
}

/// The text of a version, and the document where one was made.
#[derive(Clone, Debug)]
pub(crate) struct FullVersion {
    pub(crate) draft: Draft,
    pub(crate) content: Option<String>,
}

const COLUMNS: &str = "v.number, v.at_ms, u.full_name AS name, v.step";

impl Scope<'_> {
    /// Keeps the text as it was when a step was taken, with the document where one was made.
    pub(crate) fn insert_version(
        &self,
        row: &CertificateRow,
        user: UserId,
        step: Step,
        draft: &Draft,
        content: Option<&str>,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        self.insert(
            "INSERT INTO version (certificate, number, tenant, at_ms, user, step, draft, content)
             VALUES (:certificate, :number, {tenant}, :at, :user, :step, :draft, :content)",
            &[
                (":certificate", &row.id.number()),
                (":number", &row.version),
                (":at", &now_ms),
                (":user", &user.number()),
                (":step", &step.as_str()),
                (":draft", &json(draft)?),
                (":content", &content),
            ],
        )?;
        Ok(())
    }

    /// The last document that was made of a certificate.
    pub(crate) fn content(&self, id: CertificateId) -> Result<Option<String>, StoreError> {
        self.one(
            "SELECT content FROM version WHERE tenant = {tenant} AND certificate = :id
             AND content IS NOT NULL ORDER BY number DESC LIMIT 1",
            &[(":id", &id.number())],
            |row| Ok(row.get(0)?),
        )
    }

    /// The versions of a certificate, the last first.
    pub(crate) fn versions(&self, id: CertificateId) -> Result<Vec<VersionRow>, StoreError> {
        self.all(
            &format!(
                "SELECT {COLUMNS} FROM version v JOIN user u ON u.id = v.user
                 WHERE v.tenant = {{tenant}} AND v.certificate = :id ORDER BY v.number DESC"
            ),
            &[(":id", &id.number())],
            row,
        )
    }

    /// One of them.
    pub(crate) fn version(
        &self,
        id: CertificateId,
        number: i64,
    ) -> Result<Option<FullVersion>, StoreError> {
        self.one(
            "SELECT v.draft, v.content FROM version v
             WHERE v.tenant = {tenant} AND v.certificate = :id AND v.number = :number",
            &[(":id", &id.number()), (":number", &number)],
            |found| {
                let draft: String = found.get("draft")?;
                Ok(FullVersion { draft: read_draft(Some(&draft))?, content: found.get("content")? })
            },
        )
    }

    /// Who issued a certificate, whoever looks after it since.
    pub(crate) fn issued_by(&self, id: CertificateId) -> Result<Option<String>, StoreError> {
        self.one(
            "SELECT u.full_name FROM version v JOIN user u ON u.id = v.user
             WHERE v.tenant = {tenant} AND v.certificate = :id AND v.step = 'issue'
             ORDER BY v.number LIMIT 1",
            &[(":id", &id.number())],
            |row| Ok(row.get(0)?),
        )
    }
}

fn row(row: &rusqlite::Row<'_>) -> Result<VersionRow, StoreError> {
    let step: String = row.get("step")?;
    Ok(VersionRow {
        number: row.get("number")?,
        at_ms: row.get("at_ms")?,
        user: row.get("name")?,
        step: Step::from_name(&step).ok_or(StoreError::Corrupt("step"))?,
    })
}
