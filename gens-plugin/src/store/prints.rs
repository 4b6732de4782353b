//! Originals on paper: which were printed.

use super::{Scope, StoreError};
use crate::domain::{CertificateId, UserId};

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
}
