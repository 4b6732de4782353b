//! Countries and their settings.

use rusqlite::Connection;

use super::{Reach, Scope, StoreError};
use crate::domain::TenantId;

/// A country.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct TenantRow {
    pub(crate) id: TenantId,
    pub(crate) code: String,
    pub(crate) country: String,
    pub(crate) name: String,
    pub(crate) training: bool,
}

impl TenantRow {
    /// How far the exchange reaches for this tenant; people reach through a session.
    pub(crate) const fn reach(&self) -> Reach {
        Reach::new(self.id, None)
    }
}

/// All tenants, by code.
pub(crate) fn tenants(db: &Connection) -> Result<Vec<TenantRow>, StoreError> {
    let mut statement = db.prepare_cached(&format!("{SELECT} ORDER BY code"))?;
    let rows = statement.query_map([], row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Makes a tenant, or changes what the configuration says of it.
pub(crate) fn put_tenant(
    db: &Connection,
    code: &str,
    country: &str,
    name: &str,
    training: bool,
) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO tenant (code, country, name, training) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (code) DO UPDATE SET name = ?3, training = ?4",
        (code, country, name, training),
    )?;
    Ok(())
}

impl Scope<'_> {
    /// The tenant itself.
    pub(crate) fn tenant(&self) -> Result<TenantRow, StoreError> {
        let found = self.one(
            "SELECT id, code, country, name, training FROM tenant WHERE id = {tenant}",
            &[],
            |found| Ok(row(found)?),
        )?;
        found.ok_or(StoreError::Corrupt("tenant"))
    }

    /// A setting's value.
    pub(crate) fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.one(
            "SELECT value FROM setting WHERE tenant = {tenant} AND name = :name",
            &[(":name", &name)],
            |row| Ok(row.get(0)?),
        )
    }

    /// Gives a setting a value.
    pub(crate) fn put_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO setting (tenant, name, value) VALUES ({tenant}, :name, :value)
             ON CONFLICT (tenant, name) DO UPDATE SET value = :value",
            &[(":name", &name), (":value", &value)],
        )?;
        Ok(())
    }

    /// The next number of a year's series; never the same twice.
    pub(crate) fn take_number(&self, year: i32) -> Result<u32, StoreError> {
        let taken = self.one(
            "INSERT INTO number_series (tenant, year, next) VALUES ({tenant}, :year, 2)
             ON CONFLICT (tenant, year) DO UPDATE SET next = next + 1 RETURNING next - 1",
            &[(":year", &year)],
            |row| Ok(row.get(0)?),
        )?;
        taken.ok_or(StoreError::Corrupt("number"))
    }

    /// The number that would be next in a year's series.
    pub(crate) fn next_number(&self, year: i32) -> Result<u32, StoreError> {
        let next = self.one(
            "SELECT next FROM number_series WHERE tenant = {tenant} AND year = :year",
            &[(":year", &year)],
            |row| Ok(row.get(0)?),
        )?;
        Ok(next.unwrap_or(1))
    }

    /// Lets a year's series go on from a number; it never goes back.
    pub(crate) fn skip_numbers(&self, year: i32, next: u32) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO number_series (tenant, year, next) VALUES ({tenant}, :year, :next)
             ON CONFLICT (tenant, year) DO UPDATE SET next = max(next, :next)",
            &[(":year", &year), (":next", &next)],
        )?;
        Ok(())
    }
}

const SELECT: &str = "SELECT id, code, country, name, training FROM tenant";

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<TenantRow> {
    Ok(TenantRow {
        id: TenantId::of(row.get("id")?),
        code: row.get("code")?,
        country: row.get("country")?,
        name: row.get("name")?,
        training: row.get("training")?,
    })
}
