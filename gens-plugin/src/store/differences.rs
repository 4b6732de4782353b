//! What the hub knows and this database does not, as after a restore.

use rusqlite::Row;

use super::{Scope, StoreError};
use crate::domain::{CertificateId, DifferenceId, UserId};

/// An envelope of which the hub knows something else.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct DifferenceRow {
    pub(crate) id: DifferenceId,
    pub(crate) found_ms: i64,
    /// `export`: a certificate that is not here; `step`: a later message about one that is;
    /// `import`: one that was received.
    pub(crate) kind: String,
    pub(crate) certificate: Option<CertificateId>,
    pub(crate) hub_number: String,
    pub(crate) sender: String,
    pub(crate) recipient: String,
    pub(crate) number: String,
    pub(crate) certificate_status: i32,
    /// The state there, in the hub's words.
    pub(crate) there: String,
    /// The state here; empty where it is not here.
    pub(crate) here: String,
}

/// One that was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewDifference<'a> {
    pub(crate) kind: &'a str,
    pub(crate) certificate: Option<CertificateId>,
    pub(crate) hub_number: &'a str,
    pub(crate) sender: &'a str,
    pub(crate) recipient: &'a str,
    pub(crate) number: &'a str,
    pub(crate) certificate_status: i32,
    pub(crate) there: &'a str,
    pub(crate) here: &'a str,
    pub(crate) now_ms: i64,
}

const COLUMNS: &str = "d.id, d.found_ms, d.kind, d.certificate, d.hub_number, d.sender,
 d.recipient, d.number, d.certificate_status, d.there, d.here";

impl Scope<'_> {
    /// Keeps a difference; answers whether it was not known.
    pub(crate) fn insert_difference(&self, new: &NewDifference<'_>) -> Result<bool, StoreError> {
        let added = self.execute(
            "INSERT INTO difference (tenant, found_ms, kind, certificate, hub_number, sender,
               recipient, number, certificate_status, there, here)
             VALUES ({tenant}, :now, :kind, :certificate, :hub_number, :sender, :recipient,
               :number, :status, :there, :here)
             ON CONFLICT (tenant, hub_number) DO NOTHING",
            &[
                (":now", &new.now_ms),
                (":kind", &new.kind),
                (":certificate", &new.certificate.map(CertificateId::number)),
                (":hub_number", &new.hub_number),
                (":sender", &new.sender),
                (":recipient", &new.recipient),
                (":number", &new.number),
                (":status", &new.certificate_status),
                (":there", &new.there),
                (":here", &new.here),
            ],
        )?;
        Ok(added == 1)
    }

    /// Differences that nobody has settled, after an id.
    pub(crate) fn differences(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<DifferenceRow>, StoreError> {
        self.all(
            &format!(
                "SELECT {COLUMNS} FROM difference d WHERE d.tenant = {{tenant}}
                 AND d.settled_ms IS NULL AND d.id > :after ORDER BY d.id LIMIT :limit"
            ),
            &[(":after", &after), (":limit", &limit)],
            row,
        )
    }

    /// One of them.
    pub(crate) fn difference(&self, id: DifferenceId) -> Result<Option<DifferenceRow>, StoreError> {
        self.one(
            &format!(
                "SELECT {COLUMNS} FROM difference d WHERE d.tenant = {{tenant}}
                 AND d.settled_ms IS NULL AND d.id = :id"
            ),
            &[(":id", &id.number())],
            row,
        )
    }

    /// There is nothing more to do about it.
    pub(crate) fn settle_difference(
        &self,
        id: DifferenceId,
        user: UserId,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        self.execute(
            "UPDATE difference SET user = :user, settled_ms = :now
             WHERE tenant = {tenant} AND id = :id",
            &[(":id", &id.number()), (":user", &user.number()), (":now", &now_ms)],
        )?;
        Ok(())
    }

    /// The last certificates that were issued: id, number.
    pub(crate) fn last_issued(
        &self,
        limit: u32,
    ) -> Result<Vec<(CertificateId, String)>, StoreError> {
        self.all(
            "SELECT c.id, c.number FROM certificate c
             WHERE {visible c} AND c.issued_ms >= 0 AND c.number IS NOT NULL
             ORDER BY c.issued_ms DESC LIMIT :limit",
            &[(":limit", &limit)],
            |row| Ok((CertificateId::of(row.get(0)?), row.get(1)?)),
        )
    }

    /// The certificate of that number.
    pub(crate) fn certificate_of(&self, number: &str) -> Result<Option<CertificateId>, StoreError> {
        self.one(
            "SELECT c.id FROM certificate c WHERE {visible c} AND c.number = :number",
            &[(":number", &number)],
            |row| Ok(CertificateId::of(row.get(0)?)),
        )
    }
}

fn row(row: &Row<'_>) -> Result<DifferenceRow, StoreError> {
    Ok(DifferenceRow {
        id: DifferenceId::of(row.get("id")?),
        found_ms: row.get("found_ms")?,
        kind: row.get("kind")?,
        certificate: row.get::<_, Option<i64>>("certificate")?.map(CertificateId::of),
        hub_number: row.get("hub_number")?,
        sender: row.get("sender")?,
        recipient: row.get("recipient")?,
        number: row.get("number")?,
        certificate_status: row.get("certificate_status")?,
        there: row.get("there")?,
        here: row.get("here")?,
    })
}
