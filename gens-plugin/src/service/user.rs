//! Users: those of the NPPO by its administrators, those of an organization by its own.

use super::log_in::{NAME_CHARS_MAX, account_name};
use super::{Gens, Reauthentication, ServiceError, may, reassign};
use crate::auth::{self, Session};
use crate::domain::{Action, OrganizationId, Role, Subject, UserId, limit};
use crate::store::{NewUser, Scope, UserRow, accounts, sessions};

/// A user.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct UserView {
    /// Its id.
    pub id: UserId,
    /// The organization that it is of.
    pub organization: Option<OrganizationId>,
    /// The name to log in with.
    pub name: String,
    /// The name for people.
    pub full_name: String,
    /// How to reach it.
    pub contact: String,
    /// Where it issues.
    pub place: String,
    /// What it is.
    pub roles: Vec<Role>,
    /// Whether it can log in.
    pub active: bool,
    /// Whether it has a second factor.
    pub has_second_factor: bool,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: i64,
}

impl From<UserRow> for UserView {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id,
            organization: row.organization,
            name: row.name,
            full_name: row.full_name,
            contact: row.contact,
            place: row.place,
            roles: row.roles,
            active: row.state == "active",
            has_second_factor: row.has_second_factor,
            created_ms: row.created_ms,
        }
    }
}

/// A user to be made.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "forms fill it in")]
pub struct NewAccount {
    /// The name to log in with.
    pub name: String,
    /// The name for people, as it stands on certificates.
    pub full_name: String,
    /// How to reach it.
    pub contact: String,
    /// Where it issues, if at a place of its own.
    pub place: String,
    /// What it is.
    pub roles: Vec<Role>,
    /// The organization that it is of; of an organization, one makes users of one's own alone.
    pub organization: Option<OrganizationId>,
}

/// What is to be changed of a user.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "forms fill it in")]
pub struct UserChange {
    /// The name for people.
    pub full_name: String,
    /// How to reach it.
    pub contact: String,
    /// Where it issues.
    pub place: String,
    /// What it is.
    pub roles: Vec<Role>,
}

/// A password to be handed over; it must be changed at the first log-in.
#[derive(Clone, Eq, PartialEq)]
pub struct TemporaryPassword(pub(super) String);

impl TemporaryPassword {
    /// The password. Shown once, kept nowhere.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for TemporaryPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TemporaryPassword")
    }
}

impl Gens {
    /// Users, by id: all of the tenant, or those of one's organization.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Denied`].
    pub fn users(
        &self,
        session: &Session,
        after: Option<super::Cursor>,
    ) -> Result<super::Page<UserView>, ServiceError> {
        may(session, Action::ReadUsers, Subject::of(session.organization()))?;
        let wanted = limit::PAGE_ROWS_MAX;
        let after = after.map_or(0, super::Cursor::number);
        let rows = self.read(session, |scope| Ok(scope.users(after, wanted + 1)?))?;
        Ok(super::Page::of(rows, wanted, |row| row.id.number(), UserView::from))
    }

    /// A user.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`].
    pub fn user(&self, session: &Session, id: UserId) -> Result<UserView, ServiceError> {
        self.read(session, |scope| Ok(seen(scope, session, id, Action::ReadUsers)?.into()))
    }

    /// Makes a user, with a password to be handed over.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Denied`], [`ServiceError::Taken`], [`ServiceError::Field`];
    /// [`ServiceError::NotFound`]: no such organization.
    pub fn create_user(
        &self,
        session: &Session,
        new: &NewAccount,
    ) -> Result<(UserId, TemporaryPassword), ServiceError> {
        let organization = session.organization().or(new.organization);
        may(session, Action::ManageUser, Subject::of(organization))?;
        check_roles(&new.roles, organization)?;
        let name = checked_name(&new.name)?;
        check_texts(&new.full_name, &new.contact, &new.place)?;
        let password = auth::temporary_password(&*self.0.random)?;
        let hash = auth::hash(&password, &*self.0.random)?;
        let id = self.write(session, |work| {
            if let Some(id) = organization {
                work.scope.organization_row(id)?.ok_or(ServiceError::NotFound)?;
            }
            let row = NewUser {
                organization,
                name: &name,
                full_name: new.full_name.trim(),
                contact: new.contact.trim(),
                place: new.place.trim(),
                roles: &new.roles,
                state: "active",
                password: &hash,
                must_change: true,
                now_ms: work.now_ms,
            };
            let id = insert(&work.scope, work.db, &row)?;
            work.audit("create-user", &object(id), &format!("{name} {:?}", new.roles))?;
            Ok(id)
        })?;
        Ok((id, TemporaryPassword(password)))
    }

    /// Changes a user. Whoever gets or loses a right has to log in anew.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`], [`ServiceError::Field`].
    pub fn change_user(
        &self,
        session: &Session,
        id: UserId,
        change: &UserChange,
    ) -> Result<(), ServiceError> {
        check_texts(&change.full_name, &change.contact, &change.place)?;
        self.write(session, |work| {
            let mut row = seen(&work.scope, session, id, Action::ManageUser)?;
            check_roles(&change.roles, row.organization)?;
            let other_rights = Role::rights_of(&row.roles) != Role::rights_of(&change.roles);
            if id == session.user() && other_rights {
                // Nobody gives rights to oneself, nor locks oneself out.
                return Err(ServiceError::Field("roles"));
            }
            row.full_name = change.full_name.trim().to_owned();
            row.contact = change.contact.trim().to_owned();
            row.place = change.place.trim().to_owned();
            row.roles.clone_from(&change.roles);
            work.scope.update_user(&row)?;
            if other_rights {
                sessions::delete_sessions_of(work.db, id, None)?;
            }
            work.audit("change-user", &object(id), &format!("{:?}", change.roles))
        })
    }

    /// Gives a user a new password to be handed over. All its sessions end.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`], [`ServiceError::Credentials`].
    pub fn reset_password(
        &self,
        session: &Session,
        id: UserId,
        proof: &Reauthentication,
    ) -> Result<TemporaryPassword, ServiceError> {
        self.read(session, |scope| seen(scope, session, id, Action::ManageUser))?;
        self.reauthenticate(session, proof)?;
        let password = auth::temporary_password(&*self.0.random)?;
        let hash = auth::hash(&password, &*self.0.random)?;
        self.write(session, |work| {
            seen(&work.scope, session, id, Action::ManageUser)?;
            accounts::set_password(work.db, id, &hash, true, work.now_ms)?;
            sessions::delete_sessions_of(work.db, id, None)?;
            work.audit("reset-password", &object(id), "")
        })?;
        Ok(TemporaryPassword(password))
    }

    /// Takes a lost second factor away. All sessions of the user end.
    ///
    /// # Errors
    ///
    /// As of [`Self::reset_password`].
    pub fn reset_second_factor(
        &self,
        session: &Session,
        id: UserId,
        proof: &Reauthentication,
    ) -> Result<(), ServiceError> {
        self.read(session, |scope| seen(scope, session, id, Action::ManageUser))?;
        self.reauthenticate(session, proof)?;
        self.write(session, |work| {
            seen(&work.scope, session, id, Action::ManageUser)?;
            accounts::set_second_factor(work.db, id, None, work.now_ms)?;
            sessions::delete_sessions_of(work.db, id, None)?;
            work.audit("reset-second-factor", &object(id), "")
        })
    }

    /// Ends a user, whose work goes to another of the same organization, or of the NPPO: that must be
    /// said of whoever has work. Answers how many certificates that were.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`]; [`ServiceError::Field`]: it is oneself,
    /// or there is work and nobody is said who takes it over, or one who cannot.
    pub fn end_user(
        &self,
        session: &Session,
        id: UserId,
        successor: Option<UserId>,
    ) -> Result<usize, ServiceError> {
        self.write(session, |work| {
            let mut row = seen(&work.scope, session, id, Action::ManageUser)?;
            if id == session.user() {
                return Err(ServiceError::Field("user"));
            }
            let given = reassign::hand_over(work, &row, successor)?;
            row.state = "ended".to_owned();
            work.scope.update_user(&row)?;
            sessions::delete_sessions_of(work.db, id, None)?;
            let detail = format!("certificates handed over: {given}");
            work.audit("end-user", &object(id), &detail)?;
            Ok(given)
        })
    }

    /// Lets a user log in again who was ended.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`].
    pub fn restore_user(&self, session: &Session, id: UserId) -> Result<(), ServiceError> {
        self.write(session, |work| {
            let mut row = seen(&work.scope, session, id, Action::ManageUser)?;
            row.state = "active".to_owned();
            work.scope.update_user(&row)?;
            work.audit("restore-user", &object(id), "")
        })
    }
}

pub(super) fn seen(
    scope: &Scope<'_>,
    session: &Session,
    id: UserId,
    action: Action,
) -> Result<UserRow, ServiceError> {
    let row = scope.user(id)?.ok_or(ServiceError::NotFound)?;
    may(session, action, Subject { organization: row.organization, user: Some(id) })?;
    Ok(row)
}

pub(super) fn insert(
    scope: &Scope<'_>,
    db: &crate::store::Db,
    row: &NewUser<'_>,
) -> Result<UserId, ServiceError> {
    scope.insert_user(db, row).map_err(|error| match error.is_taken() {
        true => ServiceError::Taken,
        false => error.into(),
    })
}

/// Roles of one kind only: nobody is an applicant and decides about applications.
pub(super) fn check_roles(
    roles: &[Role],
    organization: Option<OrganizationId>,
) -> Result<(), ServiceError> {
    let fits = |role: &Role| role.is_of_applicants() == organization.is_some();
    if roles.is_empty() || !roles.iter().all(fits) {
        return Err(ServiceError::Field("roles"));
    }
    Ok(())
}

pub(super) fn checked_name(name: &str) -> Result<String, ServiceError> {
    let name = account_name(name);
    let legal = |c: char| c.is_alphanumeric() || "._-@+".contains(c);
    if !(3..=NAME_CHARS_MAX).contains(&name.chars().count()) || !name.chars().all(legal) {
        return Err(ServiceError::Field("name"));
    }
    Ok(name)
}

fn check_texts(full_name: &str, contact: &str, place: &str) -> Result<(), ServiceError> {
    let fits = |text: &str| text.chars().count() <= limit::TEXT_CHARS_MAX;
    // A line end in an address would be another header in a message to it.
    let plain = |text: &str| fits(text) && !text.contains(char::is_control);
    if full_name.trim().is_empty() || !plain(full_name) {
        return Err(ServiceError::Field("full_name"));
    }
    if !plain(contact) {
        return Err(ServiceError::Field("contact"));
    }
    if plain(place) { Ok(()) } else { Err(ServiceError::Field("place")) }
}

pub(super) fn object(id: UserId) -> String {
    format!("user {id}")
}
