//! Users, and how they prove who they are.

use rusqlite::{Connection, Row};

use super::scope::global;
use super::{Scope, StoreError};
use crate::domain::{OrganizationId, Role, UserId};

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
pub(super) fn roles_of(names: &str) -> Vec<Role> {
    names.split(' ').filter_map(Role::from_name).collect()
}

fn names_of(roles: &[Role]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" ")
}
