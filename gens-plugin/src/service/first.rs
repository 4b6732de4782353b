//! The first administrator of a tenant, whom nobody in the tenant can make.

use super::user::{checked_name, insert, object};
use super::{Gens, ServiceError, TemporaryPassword};
use crate::auth;
use crate::domain::{Role, UserId};
use crate::store::{Db, NewUser, Scope, accounts, sessions, tenants};

/// Whether somebody works in a tenant.
enum Beginning {
    /// There are no users.
    Nobody,
    /// There is the first administrator, who has not chosen a password yet.
    Waiting(UserId),
    /// Somebody does.
    Begun,
}

impl Gens {
    /// Makes the first administrator of a tenant that has no users, or gives the one who has never
    /// logged in another password: only the operator's own ways may lead here, never a page. `None`
    /// if somebody works there.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`]: no such tenant.
    pub fn create_first_administrator(
        &self,
        tenant: &str,
        name: &str,
        full_name: &str,
    ) -> Result<Option<TemporaryPassword>, ServiceError> {
        let password = auth::temporary_password(&*self.0.random)?;
        let hash = auth::hash(&password, &*self.0.random)?;
        let now_ms = self.now_ms();
        let made = self.0.store.write(|db| {
            let scope = of_tenant(db, tenant)?;
            match beginning(db, &scope)? {
                Beginning::Begun => return Ok(false),
                Beginning::Waiting(user) => {
                    accounts::set_password(db, user, &hash, true, now_ms)?;
                    sessions::delete_sessions_of(db, user, None)?;
                    let what = object(user);
                    scope.insert_audit(None, "", "reset-password", &what, "first", now_ms)?;
                }
                Beginning::Nobody => {
                    let row = NewUser {
                        organization: None,
                        name: &checked_name(name)?,
                        full_name,
                        contact: "",
                        place: "",
                        roles: &[Role::NppoAdministrator],
                        state: "active",
                        password: &hash,
                        must_change: true,
                        now_ms,
                    };
                    let what = object(insert(&scope, db, &row)?);
                    scope.insert_audit(None, "", "create-user", &what, "first", now_ms)?;
                }
            }
            Ok::<_, ServiceError>(true)
        })?;
        Ok(made.then_some(TemporaryPassword(password)))
    }

    /// Whether the first administrator of a tenant has chosen a password.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`]: no such tenant.
    pub(crate) fn has_begun(&self, tenant: &str) -> Result<bool, ServiceError> {
        self.0.store.read(|db| {
            let scope = of_tenant(db, tenant)?;
            Ok(matches!(beginning(db, &scope)?, Beginning::Begun))
        })
    }
}

fn of_tenant<'a>(db: &'a Db, code: &str) -> Result<Scope<'a>, ServiceError> {
    let tenants = tenants::tenants(db)?;
    let found = tenants.iter().find(|row| row.code == code);
    Ok(Scope::new(db, found.ok_or(ServiceError::NotFound)?.reach()))
}

fn beginning(db: &Db, scope: &Scope<'_>) -> Result<Beginning, ServiceError> {
    // Organizations may have registered themselves already: that makes no administrator.
    let users = scope.users(0, USERS)?;
    let mut officials = users.iter().filter(|user| user.organization.is_none());
    match (officials.next(), officials.next()) {
        (None, _) if users.len() < USERS as usize => Ok(Beginning::Nobody),
        (Some(only), None) if accounts::credential_of(db, only.id)?.must_change => {
            Ok(Beginning::Waiting(only.id))
        }
        _ => Ok(Beginning::Begun),
    }
}

/// The first administrator is made when the tenant is, before all others.
const USERS: u32 = 100;
