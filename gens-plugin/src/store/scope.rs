//! The one place where tenants are kept apart.
//!
//! Statements about what belongs to a tenant name no tenant: they say `{tenant}` where its id
//! belongs, or `{visible x}` where the rows of `x` are to be those that the scope may see: of its
//! tenant, and of its organization where it is confined to one. A statement that says neither is
//! refused, so none can be forgotten.

use rusqlite::types::ToSql;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};

use super::StoreError;
use crate::domain::{OrganizationId, TenantId};

/// How far somebody reaches. Only sessions and the exchange have one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Reach {
    tenant: TenantId,
    organization: Option<OrganizationId>,
}

impl Reach {
    pub(in crate::store) const fn new(
        tenant: TenantId,
        organization: Option<OrganizationId>,
    ) -> Self {
        Self { tenant, organization }
    }
}

/// The database as far as somebody reaches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    db: &'a Connection,
    reach: Reach,
}

/// Names and values of a statement.
pub(crate) type Bound<'p> = &'p [(&'p str, &'p dyn ToSql)];

impl<'a> Scope<'a> {
    pub(crate) const fn new(db: &'a Connection, reach: Reach) -> Self {
        Self { db, reach }
    }

    /// The tenant.
    pub(super) const fn tenant_id(&self) -> TenantId {
        self.reach.tenant
    }

    /// The organization that the scope is confined to.
    pub(crate) const fn organization(&self) -> Option<OrganizationId> {
        self.reach.organization
    }

    /// Changes rows; answers how many.
    pub(super) fn execute(&self, sql: &str, bound: Bound<'_>) -> Result<usize, StoreError> {
        let mut statement = self.prepare(sql, bound)?;
        Ok(statement.raw_execute()?)
    }

    /// Adds a row; answers its id.
    pub(super) fn insert(&self, sql: &str, bound: Bound<'_>) -> Result<i64, StoreError> {
        self.execute(sql, bound)?;
        Ok(self.db.last_insert_rowid())
    }

    /// All rows.
    pub(super) fn all<T>(
        &self,
        sql: &str,
        bound: Bound<'_>,
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut all = Vec::new();
        self.each(sql, bound, |row| {
            all.push(read(row)?);
            Ok(())
        })?;
        Ok(all)
    }

    /// All rows, none of which is kept.
    pub(super) fn each(
        &self,
        sql: &str,
        bound: Bound<'_>,
        mut read: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.prepare(sql, bound)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            read(row)?;
        }
        Ok(())
    }

    /// The first row.
    pub(super) fn one<T>(
        &self,
        sql: &str,
        bound: Bound<'_>,
        read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut statement = self.prepare(sql, bound)?;
        let mut rows = statement.raw_query();
        rows.next()?.map(read).transpose()
    }

    /// The first ids that an index of texts has for words, whoever's they are. They say how a list is
    /// best read, and are told to nobody.
    pub(super) fn text_rows(
        &self,
        table: &str,
        words: &str,
        limit: u32,
    ) -> Result<Vec<i64>, StoreError> {
        let sql = format!("SELECT rowid FROM {table} WHERE {table} MATCH :words LIMIT :limit");
        let mut statement = self.db.prepare_cached(&sql)?;
        let bound: Bound<'_> = &[(":words", &words), (":limit", &limit)];
        let rows = statement.query_map(bound, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How the database would go about a statement, one line a step.
    #[cfg(test)]
    pub(super) fn plan(&self, sql: &str, bound: Bound<'_>) -> Result<Vec<String>, StoreError> {
        let sql = format!("EXPLAIN QUERY PLAN {sql}");
        self.all(&sql, bound, |row| Ok(row.get("detail")?))
    }

    /// How many rows a statement has, and how many steps of the database they cost.
    #[cfg(test)]
    pub(super) fn cost(&self, sql: &str, bound: Bound<'_>) -> Result<(usize, i32), StoreError> {
        let mut statement = self.prepare(sql, bound)?;
        statement.reset_status(rusqlite::StatementStatus::VmStep);
        let mut rows = statement.raw_query();
        let mut count = 0;
        while rows.next()?.is_some() {
            count += 1;
        }
        drop(rows);
        Ok((count, statement.get_status(rusqlite::StatementStatus::VmStep)))
    }

    fn prepare(&self, sql: &str, bound: Bound<'_>) -> Result<CachedStatement<'a>, StoreError> {
        let sql = expand(sql, self.reach.organization.is_some())?;
        let mut statement = self.db.prepare_cached(&sql)?;
        for (name, value) in bound {
            let place = statement.parameter_index(name)?;
            // A name that the statement does not have is a mistake in this crate, found by any test.
            let place = place.ok_or(StoreError::Corrupt("statement"))?;
            statement.raw_bind_parameter(place, value)?;
        }
        if let Some(place) = statement.parameter_index(":tenant")? {
            statement.raw_bind_parameter(place, self.reach.tenant.number())?;
        }
        if let Some(place) = statement.parameter_index(":organization_seen")? {
            let organization = self.reach.organization.map(OrganizationId::number);
            statement.raw_bind_parameter(place, organization)?;
        }
        Ok(statement)
    }
}

/// The first row of a statement about what is of no tenant.
pub(super) fn global<T>(
    db: &Connection,
    sql: &str,
    bound: Bound<'_>,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>, StoreError> {
    Ok(db.prepare_cached(sql)?.query_row(bound, read).optional()?)
}

/// The statement with what the scope sees.
fn expand(sql: &str, confined: bool) -> Result<String, StoreError> {
    let mut out = String::with_capacity(sql.len() + 64);
    let mut rest = sql;
    let mut bounded = false;
    while let Some((before, after)) = rest.split_once('{') {
        let (token, after) = after.split_once('}').ok_or(StoreError::Corrupt("statement"))?;
        out.push_str(before);
        match token.split_once(' ') {
            None if token == "tenant" => out.push_str(":tenant"),
            Some(("visible", alias)) => {
                out.push_str(&format!("{alias}.tenant = :tenant"));
                if confined {
                    out.push_str(&format!(" AND {alias}.organization = :organization_seen"));
                }
            }
            _ => return Err(StoreError::Corrupt("statement")),
        }
        bounded = true;
        rest = after;
    }
    if !bounded {
        return Err(StoreError::Corrupt("statement without a tenant"));
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statement_without_a_tenant_is_refused() {
        assert!(expand("SELECT 1 FROM certificate c WHERE c.id = :id", false).is_err());
        assert!(expand("SELECT 1 FROM certificate c WHERE {all c}", false).is_err());
    }

    #[test]
    fn confined_scope_sees_its_organization_alone() -> Result<(), StoreError> {
        let sql = expand("SELECT 1 FROM certificate c WHERE {visible c}", true)?;
        assert!(sql.ends_with("c.tenant = :tenant AND c.organization = :organization_seen"));
        let sql = expand("SELECT 1 FROM certificate c WHERE {visible c}", false)?;
        assert!(sql.ends_with("c.tenant = :tenant"));
        Ok(())
    }
}
