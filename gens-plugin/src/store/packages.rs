//! Packages of all that a tenant has.

use rusqlite::{Connection, Row};

use super::{Reach, Scope, StoreError};
use crate::domain::{PackageId, TenantId, UserId};

/// A package.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct PackageRow {
    pub(crate) id: PackageId,
    pub(crate) user: String,
    pub(crate) asked_ms: i64,
    pub(crate) done_ms: Option<i64>,
    /// `waiting`, `ready`, `failed` or `removed`.
    pub(crate) state: String,
    /// Its name in the folder of packages; empty if there is none.
    pub(crate) file: String,
    pub(crate) bytes: u64,
    pub(crate) digest: String,
}

const COLUMNS: &str =
    "p.id, p.asked_ms, p.done_ms, p.state, p.file, p.bytes, p.digest, u.full_name AS name";

/// Packages of any tenant that are not removed yet, the oldest first.
pub(crate) fn open_packages(db: &Connection) -> Result<Vec<(Reach, PackageRow)>, StoreError> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS}, p.tenant FROM package p JOIN user u ON u.id = p.user
         WHERE p.state <> 'removed' ORDER BY p.id"
    ))?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(found) = rows.next()? {
        let tenant = TenantId::of(found.get("tenant")?);
        all.push((Reach::new(tenant, None), row(found)?));
    }
    Ok(all)
}

impl Scope<'_> {
    /// Asks for a package. There is one at most that is being made.
    pub(crate) fn insert_package(
        &self,
        user: UserId,
        now_ms: i64,
    ) -> Result<PackageId, StoreError> {
        let id = self.insert(
            "INSERT INTO package (tenant, user, asked_ms, state)
             VALUES ({tenant}, :user, :now, 'waiting')",
            &[(":user", &user.number()), (":now", &now_ms)],
        )?;
        Ok(PackageId::of(id))
    }

    /// The last packages, the newest first.
    pub(crate) fn packages(&self, limit: u32) -> Result<Vec<PackageRow>, StoreError> {
        self.all(
            &format!(
                "SELECT {COLUMNS} FROM package p JOIN user u ON u.id = p.user
                 WHERE p.tenant = {{tenant}} ORDER BY p.id DESC LIMIT :limit"
            ),
            &[(":limit", &limit)],
            row,
        )
    }

    pub(crate) fn package(&self, id: PackageId) -> Result<Option<PackageRow>, StoreError> {
        self.one(
            &format!(
                "SELECT {COLUMNS} FROM package p JOIN user u ON u.id = p.user
                 WHERE p.tenant = {{tenant}} AND p.id = :id"
            ),
            &[(":id", &id.number())],
            row,
        )
    }

    /// Keeps how it stands.
    pub(crate) fn update_package(&self, row: &PackageRow) -> Result<(), StoreError> {
        self.execute(
            "UPDATE package SET done_ms = :done, state = :state, file = :file, bytes = :bytes,
               digest = :digest
             WHERE tenant = {tenant} AND id = :id",
            &[
                (":id", &row.id.number()),
                (":done", &row.done_ms),
                (":state", &row.state),
                (":file", &row.file),
                (":bytes", &i64::try_from(row.bytes).unwrap_or(i64::MAX)),
                (":digest", &row.digest),
            ],
        )?;
        Ok(())
    }
}

fn row(row: &Row<'_>) -> Result<PackageRow, StoreError> {
    Ok(PackageRow {
        id: PackageId::of(row.get("id")?),
        user: row.get("name")?,
        asked_ms: row.get("asked_ms")?,
        done_ms: row.get("done_ms")?,
        state: row.get("state")?,
        file: row.get("file")?,
        bytes: u64::try_from(row.get::<_, i64>("bytes")?).unwrap_or_default(),
        digest: row.get("digest")?,
    })
}
