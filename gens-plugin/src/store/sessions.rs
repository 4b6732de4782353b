//! Sessions of users, and the attempts at beginning one.

use rusqlite::Connection;

use super::accounts::roles_of;
use super::scope::global;
use super::{Reach, StoreError};
use crate::domain::{OrganizationId, Role, SessionId, TenantId, UserId};

/// A session as it is kept, with what its user is.
#[derive(Clone, Debug)]
pub(crate) struct KnownSession {
    pub(crate) id: SessionId,
    pub(crate) user: UserId,
    pub(crate) stage: String,
    pub(crate) created_ms: i64,
    pub(crate) seen_ms: i64,
    pub(crate) name: String,
    pub(crate) full_name: String,
    pub(crate) place: String,
    pub(crate) roles: Vec<Role>,
    pub(crate) must_change: bool,
    pub(crate) has_second_factor: bool,
    pub(crate) country: String,
    pub(crate) tenant_code: String,
    pub(crate) tenant_name: String,
    pub(crate) training: bool,
    /// The language of pages that the user chose; empty for none.
    pub(crate) language: String,
    pub(crate) reach: Reach,
    pub(crate) organization: Option<OrganizationId>,
}

/// The session of a token, if its user may still work.
pub(crate) fn session_of(
    db: &Connection,
    token_hash: &[u8],
) -> Result<Option<KnownSession>, StoreError> {
    let found = global(
        db,
        "SELECT s.id, s.user, s.stage, s.created_ms, s.seen_ms, u.name, u.full_name, u.place,
           u.roles, u.organization, c.must_change, c.totp IS NOT NULL AS totp,
           t.id AS tenant, t.code, t.name AS tenant_name, t.country, t.training,
           (SELECT value FROM setting WHERE tenant = t.id AND name = 'language/' || u.id) AS language
         FROM session s JOIN user u ON u.id = s.user JOIN credential c ON c.user = u.id
         JOIN tenant t ON t.id = u.tenant
         WHERE s.token = :token AND u.state = 'active' AND NOT EXISTS (
           SELECT 1 FROM organization o WHERE o.id = u.organization AND o.state <> 'active')",
        &[(":token", &token_hash)],
        |row| {
            let organization = row.get::<_, Option<i64>>("organization")?.map(OrganizationId::of);
            let roles: String = row.get("roles")?;
            Ok(KnownSession {
                id: SessionId::of(row.get("id")?),
                user: UserId::of(row.get("user")?),
                stage: row.get("stage")?,
                created_ms: row.get("created_ms")?,
                seen_ms: row.get("seen_ms")?,
                name: row.get("name")?,
                full_name: row.get("full_name")?,
                place: row.get("place")?,
                roles: roles_of(&roles),
                must_change: row.get("must_change")?,
                has_second_factor: row.get("totp")?,
                country: row.get("country")?,
                tenant_code: row.get("code")?,
                tenant_name: row.get("tenant_name")?,
                training: row.get("training")?,
                language: row.get::<_, Option<String>>("language")?.unwrap_or_default(),
                reach: Reach::new(TenantId::of(row.get("tenant")?), organization),
                organization,
            })
        },
    )?;
    Ok(found)
}

/// Keeps a new session; answers its id.
pub(crate) fn insert_session(
    db: &Connection,
    token_hash: &[u8],
    user: UserId,
    stage: &str,
    address: &str,
    now_ms: i64,
) -> Result<SessionId, StoreError> {
    db.execute(
        "INSERT INTO session (token, user, stage, address, created_ms, seen_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
        (token_hash, user.number(), stage, address, now_ms),
    )?;
    Ok(SessionId::of(db.last_insert_rowid()))
}

/// The session was used.
pub(crate) fn touch_session(db: &Connection, id: SessionId, now_ms: i64) -> Result<(), StoreError> {
    db.execute("UPDATE session SET seen_ms = ?2 WHERE id = ?1", (id.number(), now_ms))?;
    Ok(())
}

/// Ends a session.
pub(crate) fn delete_session(db: &Connection, id: SessionId) -> Result<(), StoreError> {
    db.execute("DELETE FROM session WHERE id = ?1", [id.number()])?;
    Ok(())
}

/// Ends the sessions of a user, but for one.
pub(crate) fn delete_sessions_of(
    db: &Connection,
    user: UserId,
    but: Option<SessionId>,
) -> Result<(), StoreError> {
    db.execute(
        "DELETE FROM session WHERE user = ?1 AND id IS NOT ?2",
        (user.number(), but.map(SessionId::number)),
    )?;
    Ok(())
}

/// Removes sessions and attempts that no longer count.
pub(crate) fn sweep(
    db: &Connection,
    created_before_ms: i64,
    seen_before_ms: i64,
    attempts_before_ms: i64,
) -> Result<(), StoreError> {
    db.execute(
        "DELETE FROM session WHERE created_ms < ?1 OR seen_ms < ?2",
        [created_before_ms, seen_before_ms],
    )?;
    db.execute("DELETE FROM login_attempt WHERE at_ms < ?1", [attempts_before_ms])?;
    Ok(())
}

/// Attempts since then that did not succeed: of the account, of the address.
pub(crate) fn attempts(
    db: &Connection,
    tenant: &str,
    account: &str,
    address: &str,
    since_ms: i64,
) -> Result<(u32, u32), StoreError> {
    let of_account = db.query_row(
        "SELECT count(*) FROM login_attempt WHERE tenant = ?1 AND account = ?2 AND at_ms > ?3",
        (tenant, account, since_ms),
        |row| row.get(0),
    )?;
    let of_address = db.query_row(
        "SELECT count(*) FROM login_attempt WHERE address = ?1 AND at_ms > ?2",
        (address, since_ms),
        |row| row.get(0),
    )?;
    Ok((of_account, of_address))
}

/// An attempt succeeded: it no longer counts.
pub(crate) fn forget_attempt(db: &Connection, id: i64) -> Result<(), StoreError> {
    db.execute("DELETE FROM login_attempt WHERE id = ?1", [id])?;
    Ok(())
}

/// Keeps an attempt; answers its id.
pub(crate) fn insert_attempt(
    db: &Connection,
    tenant: &str,
    account: &str,
    address: &str,
    now_ms: i64,
) -> Result<i64, StoreError> {
    db.execute(
        "INSERT INTO login_attempt (at_ms, tenant, account, address) VALUES (?1, ?2, ?3, ?4)",
        (now_ms, tenant, account, address),
    )?;
    Ok(db.last_insert_rowid())
}
