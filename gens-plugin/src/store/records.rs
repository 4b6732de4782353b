//! What was done: steps of certificates and the audit trail.

use rusqlite::Connection;

use super::{Scope, StoreError};
use crate::domain::{CertificateId, State, Step, UserId};

/// A step that was taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct StepRow {
    pub(crate) at_ms: i64,
    pub(crate) user: Option<String>,
    pub(crate) step: Step,
    pub(crate) state: State,
    pub(crate) version: i64,
    pub(crate) reason: String,
}

/// A line of the audit trail.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct AuditRow {
    pub(crate) id: i64,
    pub(crate) at_ms: i64,
    pub(crate) user: Option<String>,
    pub(crate) action: String,
    pub(crate) object: String,
    pub(crate) detail: String,
    pub(crate) address: String,
}

/// A line that the hub's own trail has not yet.
#[derive(Clone, Debug)]
pub(crate) struct UntoldLine {
    pub(crate) id: i64,
    pub(crate) principal: String,
    pub(crate) action: String,
    pub(crate) detail: String,
}

/// Lines that the hub's own trail has not yet, the oldest first.
pub(crate) fn untold(db: &Connection, limit: u32) -> Result<Vec<UntoldLine>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT a.id, t.code || '/' || coalesce(u.name, 'system') AS principal, a.action,
           a.object || ' ' || a.detail AS detail
         FROM audit a JOIN tenant t ON t.id = a.tenant LEFT JOIN user u ON u.id = a.user
         WHERE a.told = 0 ORDER BY a.id LIMIT ?1",
    )?;
    let lines = statement.query_map([limit], |row| {
        Ok(UntoldLine {
            id: row.get("id")?,
            principal: row.get("principal")?,
            action: row.get("action")?,
            detail: row.get("detail")?,
        })
    })?;
    Ok(lines.collect::<Result<_, _>>()?)
}

/// The hub's own trail has the line.
pub(crate) fn told(db: &Connection, id: i64) -> Result<(), StoreError> {
    db.execute("UPDATE audit SET told = 1 WHERE id = ?1", [id])?;
    Ok(())
}

impl Scope<'_> {
    /// The steps of a certificate, the first first.
    pub(crate) fn steps(&self, id: CertificateId) -> Result<Vec<StepRow>, StoreError> {
        self.all(
            "SELECT s.*, u.full_name AS name FROM step s LEFT JOIN user u ON u.id = s.user
             WHERE s.tenant = {tenant} AND s.certificate = :id ORDER BY s.id",
            &[(":id", &id.number())],
            |row| {
                let (step, state): (String, String) = (row.get("step")?, row.get("state")?);
                Ok(StepRow {
                    at_ms: row.get("at_ms")?,
                    user: row.get("name")?,
                    step: Step::from_name(&step).ok_or(StoreError::Corrupt("step"))?,
                    state: State::from_name(&state).ok_or(StoreError::Corrupt("state"))?,
                    version: row.get("version")?,
                    reason: row.get("reason")?,
                })
            },
        )
    }

    pub(crate) fn insert_audit(
        &self,
        user: Option<UserId>,
        address: &str,
        action: &str,
        object: &str,
        detail: &str,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        self.insert(
            "INSERT INTO audit (tenant, at_ms, user, action, object, detail, address)
             VALUES ({tenant}, :at, :user, :action, :object, :detail, :address)",
            &[
                (":at", &now_ms),
                (":user", &user.map(UserId::number)),
                (":action", &action),
                (":object", &object),
                (":detail", &detail),
                (":address", &address),
            ],
        )?;
        Ok(())
    }

    /// Whether the trail's last lines say that a user did the same with the same since then.
    pub(crate) fn is_noted_since(
        &self,
        user: UserId,
        action: &str,
        object: &str,
        since_ms: i64,
    ) -> Result<bool, StoreError> {
        let found = self.one(
            "SELECT 1 FROM (
               SELECT user, action, object, at_ms FROM audit WHERE tenant = {tenant}
               ORDER BY id DESC LIMIT 200)
             WHERE user = :user AND action = :action AND object = :object AND at_ms > :since",
            &[
                (":user", &user.number()),
                (":action", &action),
                (":object", &object),
                (":since", &since_ms),
            ],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// A page of the audit trail, the newest first.
    pub(crate) fn audit(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        self.all(
            "SELECT a.*, u.full_name AS name FROM audit a LEFT JOIN user u ON u.id = a.user
             WHERE a.tenant = {tenant} AND a.id < :before ORDER BY a.id DESC LIMIT :limit",
            &[(":before", &before.unwrap_or(i64::MAX)), (":limit", &limit)],
            audit_row,
        )
    }
}

pub(super) fn audit_row(row: &rusqlite::Row<'_>) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        id: row.get("id")?,
        at_ms: row.get("at_ms")?,
        user: row.get("name")?,
        action: row.get("action")?,
        object: row.get("object")?,
        detail: row.get("detail")?,
        address: row.get("address")?,
    })
}
