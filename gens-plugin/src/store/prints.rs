//! Originals on paper: which were printed.

use super::{Scope, StoreError};
use crate::domain::{CertificateId, UserId};

/// A further original, in place of one that was lost or spoilt.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct DuplicateRow {
    /// Counted from 2.
    pub(crate) number: i64,
    pub(crate) at_ms: i64,
    pub(crate) user: String,
    pub(crate) reason: String,
    pub(crate) printed: Option<(i64, String)>,
}

impl Scope<'_> {
    /// Keeps that the original is printed; whether it is the first time.
    pub(crate) fn insert_print(
        &self,
        certificate: CertificateId,
        user: UserId,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let added = self.execute(
            "INSERT INTO print (certificate, tenant, at_ms, user)
             VALUES (:certificate, {tenant}, :at, :user) ON CONFLICT DO NOTHING",
            &[(":certificate", &certificate.number()), (":at", &now_ms), (":user", &user.number())],
        )?;
        Ok(added == 1)
    }

    /// When the original was printed, and by whom.
    pub(crate) fn print(
        &self,
        certificate: CertificateId,
    ) -> Result<Option<(i64, String)>, StoreError> {
        self.one(
            "SELECT p.at_ms, u.full_name FROM print p JOIN user u ON u.id = p.user
             WHERE p.tenant = {tenant} AND p.certificate = :certificate",
            &[(":certificate", &certificate.number())],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }

    /// The further originals of a certificate, the first first.
    pub(crate) fn duplicates(
        &self,
        certificate: CertificateId,
    ) -> Result<Vec<DuplicateRow>, StoreError> {
        self.all(
            "SELECT d.number, d.at_ms, u.full_name AS user, d.reason, d.printed_ms,
               p.full_name AS printer
             FROM duplicate d JOIN user u ON u.id = d.user LEFT JOIN user p ON p.id = d.printer
             WHERE d.tenant = {tenant} AND d.certificate = :certificate ORDER BY d.number",
            &[(":certificate", &certificate.number())],
            |row| {
                let printed_ms: Option<i64> = row.get("printed_ms")?;
                Ok(DuplicateRow {
                    number: row.get("number")?,
                    at_ms: row.get("at_ms")?,
                    user: row.get("user")?,
                    reason: row.get("reason")?,
                    printed: printed_ms.zip(row.get("printer")?),
                })
            },
        )
    }

    /// Keeps that there is to be a further original.
    pub(crate) fn insert_duplicate(
        &self,
        certificate: CertificateId,
        number: i64,
        reason: &str,
        user: UserId,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO duplicate (tenant, certificate, number, at_ms, user, reason)
             VALUES ({tenant}, :certificate, :number, :at, :user, :reason)",
            &[
                (":certificate", &certificate.number()),
                (":number", &number),
                (":at", &now_ms),
                (":user", &user.number()),
                (":reason", &reason),
            ],
        )?;
        Ok(())
    }

    /// Keeps that it is printed; whether it is the first time.
    pub(crate) fn print_duplicate(
        &self,
        certificate: CertificateId,
        number: i64,
        user: UserId,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let printed = self.execute(
            "UPDATE duplicate SET printed_ms = :at, printer = :user
             WHERE tenant = {tenant} AND certificate = :certificate AND number = :number
               AND printed_ms IS NULL",
            &[
                (":certificate", &certificate.number()),
                (":number", &number),
                (":at", &now_ms),
                (":user", &user.number()),
            ],
        )?;
        Ok(printed == 1)
    }
}
