//! Applicant organizations.

use rusqlite::Row;

use super::{Scope, StoreError};
use crate::domain::OrganizationId;

/// An organization.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct OrganizationRow {
    pub(crate) id: OrganizationId,
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) contact: String,
    pub(crate) state: String,
    pub(crate) registered_ms: i64,
}

impl Scope<'_> {
    pub(crate) fn insert_organization(
        &self,
        name: &str,
        address: &str,
        contact: &str,
        state: &str,
        now_ms: i64,
    ) -> Result<OrganizationId, StoreError> {
        let id = self.insert(
            "INSERT INTO organization (tenant, name, address, contact, state, registered_ms)
             VALUES ({tenant}, :name, :address, :contact, :state, :now)",
            &[
                (":name", &name),
                (":address", &address),
                (":contact", &contact),
                (":state", &state),
                (":now", &now_ms),
            ],
        )?;
        Ok(OrganizationId::of(id))
    }

    /// An organization, where the scope sees it.
    pub(crate) fn organization_row(
        &self,
        id: OrganizationId,
    ) -> Result<Option<OrganizationRow>, StoreError> {
        let confined = self.organization().is_some_and(|own| own != id);
        if confined {
            return Ok(None);
        }
        self.one(
            "SELECT * FROM organization WHERE tenant = {tenant} AND id = :id",
            &[(":id", &id.number())],
            row,
        )
    }

    /// Organizations after an id, those that wait for approval or all.
    pub(crate) fn organizations(
        &self,
        pending_only: bool,
        after: i64,
        limit: u32,
    ) -> Result<Vec<OrganizationRow>, StoreError> {
        let state = if pending_only { "pending" } else { "%" };
        self.all(
            "SELECT * FROM organization WHERE tenant = {tenant} AND state LIKE :state
             AND id > :after ORDER BY id LIMIT :limit",
            &[(":state", &state), (":after", &after), (":limit", &limit)],
            row,
        )
    }

    pub(crate) fn set_organization_state(
        &self,
        id: OrganizationId,
        state: &str,
    ) -> Result<(), StoreError> {
        self.execute(
            "UPDATE organization SET state = :state WHERE tenant = {tenant} AND id = :id",
            &[(":id", &id.number()), (":state", &state)],
        )?;
        Ok(())
    }
}

fn row(row: &Row<'_>) -> Result<OrganizationRow, StoreError> {
    Ok(OrganizationRow {
        id: OrganizationId::of(row.get("id")?),
        name: row.get("name")?,
        address: row.get("address")?,
        contact: row.get("contact")?,
        state: row.get("state")?,
        registered_ms: row.get("registered_ms")?,
    })
}
