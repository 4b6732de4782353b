//! Users, how they prove who they are, and their sessions.

use rusqlite::{Connection, Row};

use super::scope::global;
use super::{Reach, Scope, StoreError};
use crate::domain::{OrganizationId, Role, SessionId, TenantId, UserId};

/// A user.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct UserRow {
    pub(crate) id: UserId,
    pub(crate) organization: Option<OrganizationId>,
    pub(crate) name: String,
    pub(crate) full_name: String,
    pub(crate) contact: String,
    pub(crate) place: String,
    pub(crate) roles: Vec<Role>,
    pub(crate) state: String,
    pub(crate) has_second_factor: bool,
    pub(crate) created_ms: i64,
}

/// A user to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewUser<'a> {
    pub(crate) organization: Option<OrganizationId>,
    pub(crate) name: &'a str,
    pub(crate) full_name: &'a str,
    pub(crate) contact: &'a str,
    pub(crate) place: &'a str,
    pub(crate) roles: &'a [Role],
    pub(crate) state: &'a str,
    pub(crate) password: &'a str,
    pub(crate) must_change: bool,
    pub(crate) now_ms: i64,
}

/// How a user proves who it is.
#[derive(Clone, Debug)]
pub(crate) struct Credential {
    pub(crate) user: UserId,
    pub(crate) password: String,
    pub(crate) totp: Option<Vec<u8>>,
    pub(crate) totp_pending: Option<Vec<u8>>,
    pub(crate) must_change: bool,
}

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

/// The setting that holds the language of a user's pages.
pub(crate) fn language_setting(user: UserId) -> String {
    format!("language/{user}")
}

/// How a user of a tenant proves who it is, if it is one that may log in.
pub(crate) fn credential_for_log_in(
    db: &Connection,
    tenant: &str,
    name: &str,
) -> Result<Option<Credential>, StoreError> {
    global(
        db,
        "SELECT c.* FROM credential c JOIN user u ON u.id = c.user
         JOIN tenant t ON t.id = u.tenant
         WHERE t.code = :tenant AND u.name = :name AND u.state = 'active' AND NOT EXISTS (
           SELECT 1 FROM organization o WHERE o.id = u.organization AND o.state <> 'active')",
        &[(":tenant", &tenant), (":name", &name)],
        credential,
    )
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

/// How a user proves who it is.
pub(crate) fn credential_of(db: &Connection, user: UserId) -> Result<Credential, StoreError> {
    let found = global(
        db,
        "SELECT * FROM credential WHERE user = :user",
        &[(":user", &user.number())],
        credential,
    )?;
    found.ok_or(StoreError::Corrupt("credential"))
}

/// Gives a user a new password.
pub(crate) fn set_password(
    db: &Connection,
    user: UserId,
    password: &str,
    must_change: bool,
    now_ms: i64,
) -> Result<(), StoreError> {
    db.execute(
        "UPDATE credential SET password = ?2, must_change = ?3, changed_ms = ?4 WHERE user = ?1",
        (user.number(), password, must_change, now_ms),
    )?;
    Ok(())
}

/// Takes a second factor into use, or away: its sealed seed.
pub(crate) fn set_second_factor(
    db: &Connection,
    user: UserId,
    totp: Option<&[u8]>,
    now_ms: i64,
) -> Result<(), StoreError> {
    db.execute(
        "UPDATE credential SET totp = ?2, totp_pending = NULL, totp_step = 0, changed_ms = ?3
         WHERE user = ?1",
        (user.number(), totp, now_ms),
    )?;
    Ok(())
}

/// Keeps the sealed seed of a second factor that is not proven yet.
pub(crate) fn set_pending_factor(
    db: &Connection,
    user: UserId,
    sealed: &[u8],
) -> Result<(), StoreError> {
    db.execute("UPDATE credential SET totp_pending = ?2 WHERE user = ?1", (user.number(), sealed))?;
    Ok(())
}

/// Uses up a time step of the second factor; answers whether it had not been used before.
pub(crate) fn use_step(db: &Connection, user: UserId, step: i64) -> Result<bool, StoreError> {
    let changed = db.execute(
        "UPDATE credential SET totp_step = ?2 WHERE user = ?1 AND totp_step < ?2",
        (user.number(), step),
    )?;
    Ok(changed == 1)
}

impl Scope<'_> {
    pub(crate) fn insert_user(
        &self,
        db: &Connection,
        user: &NewUser<'_>,
    ) -> Result<UserId, StoreError> {
        let id = self.insert(
            "INSERT INTO user (tenant, organization, name, full_name, contact, place, roles, state,
               created_ms)
             VALUES ({tenant}, :organization, :name, :full_name, :contact, :place, :roles, :state,
               :now)",
            &[
                (":organization", &user.organization.map(OrganizationId::number)),
                (":name", &user.name),
                (":full_name", &user.full_name),
                (":contact", &user.contact),
                (":place", &user.place),
                (":roles", &names_of(user.roles)),
                (":state", &user.state),
                (":now", &user.now_ms),
            ],
        )?;
        db.execute(
            "INSERT INTO credential (user, password, must_change, changed_ms)
             VALUES (?1, ?2, ?3, ?4)",
            (id, user.password, user.must_change, user.now_ms),
        )?;
        Ok(UserId::of(id))
    }

    /// A user whom the scope sees.
    pub(crate) fn user(&self, id: UserId) -> Result<Option<UserRow>, StoreError> {
        self.one(
            "SELECT u.*, c.totp IS NOT NULL AS totp FROM user u JOIN credential c ON c.user = u.id
             WHERE {visible u} AND u.id = :id",
            &[(":id", &id.number())],
            user,
        )
    }

    /// Users after an id.
    pub(crate) fn users(&self, after: i64, limit: u32) -> Result<Vec<UserRow>, StoreError> {
        self.all(
            "SELECT u.*, c.totp IS NOT NULL AS totp FROM user u JOIN credential c ON c.user = u.id
             WHERE {visible u} AND u.id > :after ORDER BY u.id LIMIT :limit",
            &[(":after", &after), (":limit", &limit)],
            user,
        )
    }

    /// The name of any user of the tenant, as histories show it.
    pub(crate) fn user_name(&self, id: UserId) -> Result<Option<String>, StoreError> {
        self.one(
            "SELECT full_name FROM user WHERE tenant = {tenant} AND id = :id",
            &[(":id", &id.number())],
            |row| Ok(row.get(0)?),
        )
    }

    pub(crate) fn update_user(&self, user: &UserRow) -> Result<(), StoreError> {
        self.execute(
            "UPDATE user AS u SET full_name = :full_name, contact = :contact, place = :place,
               roles = :roles, state = :state
             WHERE {visible u} AND id = :id",
            &[
                (":id", &user.id.number()),
                (":full_name", &user.full_name),
                (":contact", &user.contact),
                (":place", &user.place),
                (":roles", &names_of(&user.roles)),
                (":state", &user.state),
            ],
        )?;
        Ok(())
    }
}

fn user(row: &Row<'_>) -> Result<UserRow, StoreError> {
    let roles: String = row.get("roles")?;
    Ok(UserRow {
        id: UserId::of(row.get("id")?),
        organization: row.get::<_, Option<i64>>("organization")?.map(OrganizationId::of),
        name: row.get("name")?,
        full_name: row.get("full_name")?,
        contact: row.get("contact")?,
        place: row.get("place")?,
        roles: roles_of(&roles),
        state: row.get("state")?,
        has_second_factor: row.get("totp")?,
        created_ms: row.get("created_ms")?,
    })
}

fn credential(row: &Row<'_>) -> rusqlite::Result<Credential> {
    Ok(Credential {
        user: UserId::of(row.get("user")?),
        password: row.get("password")?,
        totp: row.get("totp")?,
        totp_pending: row.get("totp_pending")?,
        must_change: row.get("must_change")?,
    })
}

/// A role that this version does not know gives no right.
fn roles_of(names: &str) -> Vec<Role> {
    names.split(' ').filter_map(Role::from_name).collect()
}

fn names_of(roles: &[Role]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" ")
}
