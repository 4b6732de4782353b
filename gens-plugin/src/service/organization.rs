//! Applicant organizations: they register themselves and are approved.

use super::log_in::network;
use super::user::{checked_name, insert};
use super::{Gens, ServiceError, may, workflow};
use crate::auth::{self, Session};
use crate::domain::{Action, OrganizationId, Role, Subject, limit};
use crate::store::{NewUser, OrganizationRow, Scope, tenants};

/// An organization.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct OrganizationView {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// Its address, one line each.
    pub address: Vec<String>,
    /// How to reach it.
    pub contact: String,
    /// `pending`, `active`, `refused` or `ended`.
    pub state: String,
    /// When it registered, in milliseconds since 1970.
    pub registered_ms: i64,
}

impl From<OrganizationRow> for OrganizationView {
    fn from(row: OrganizationRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            address: row.address.lines().map(str::to_owned).collect(),
            contact: row.contact,
            state: row.state,
            registered_ms: row.registered_ms,
        }
    }
}

/// An organization that registers itself, with its first user.
#[derive(Clone, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "forms fill it in")]
pub struct Registration {
    /// The tenant's code.
    pub tenant: String,
    /// The organization's name.
    pub organization: String,
    /// Its address, one line each.
    pub address: Vec<String>,
    /// How to reach it.
    pub contact: String,
    /// The name that its first user logs in with.
    pub name: String,
    /// That user's name for people.
    pub full_name: String,
    /// That user's password.
    pub password: String,
}

impl std::fmt::Debug for Registration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Registration")
    }
}

impl Gens {
    /// Registers an organization. Its user can log in when it was approved.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`]: no such tenant. [`ServiceError::Taken`], [`ServiceError::Field`],
    /// [`ServiceError::Password`]; [`ServiceError::Limited`]: too many from this address.
    pub fn register(&self, registration: &Registration, address: &str) -> Result<(), ServiceError> {
        let name = checked_name(&registration.name)?;
        check(registration)?;
        auth::check(&registration.password, &name)?;
        // Counted like a try to log in, and not forgotten: registering is no way around the limits.
        // By address: nobody can keep others from registering. No account has a space in its name.
        let of_whom = format!("register {}", network(address));
        self.reserve_try(&registration.tenant, &of_whom, address)?;
        let hash = auth::hash(&registration.password, &*self.0.random)?;
        let now_ms = self.now_ms();
        self.0.store.write(|db| {
            let all = tenants::tenants(db)?;
            let found = all.iter().find(|row| row.code == registration.tenant);
            let scope = Scope::new(db, found.ok_or(ServiceError::NotFound)?.reach());
            let organization = scope
                .insert_organization(
                    registration.organization.trim(),
                    &registration.address.join("\n"),
                    registration.contact.trim(),
                    "pending",
                    now_ms,
                )
                .map_err(|error| match error.is_taken() {
                    true => ServiceError::Taken,
                    false => error.into(),
                })?;
            let row = NewUser {
                organization: Some(organization),
                name: &name,
                full_name: registration.full_name.trim(),
                contact: registration.contact.trim(),
                place: "",
                roles: &[Role::ApplicantAdministrator],
                state: "active",
                password: &hash,
                must_change: false,
                now_ms,
            };
            insert(&scope, db, &row)?;
            scope.insert_audit(None, address, "register", &object(organization), &name, now_ms)?;
            Ok(())
        })
    }

    /// Organizations, by id: all, or those that wait for approval.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Denied`].
    pub fn organizations(
        &self,
        session: &Session,
        pending_only: bool,
        after: Option<super::Cursor>,
    ) -> Result<super::Page<OrganizationView>, ServiceError> {
        may(session, Action::ReadOrganizations, Subject::default())?;
        let wanted = limit::PAGE_ROWS_MAX;
        let after = after.map_or(0, super::Cursor::number);
        let rows = self
            .read(session, |scope| Ok(scope.organizations(pending_only, after, wanted + 1)?))?;
        Ok(super::Page::of(rows, wanted, |row| row.id.number(), OrganizationView::from))
    }

    /// An organization; of an organization, one sees one's own.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`].
    pub fn organization(
        &self,
        session: &Session,
        id: OrganizationId,
    ) -> Result<OrganizationView, ServiceError> {
        self.read(session, |scope| {
            let row = scope.organization_row(id)?.ok_or(ServiceError::NotFound)?;
            if session.organization() != Some(id) {
                may(session, Action::ReadOrganizations, Subject::of(Some(id)))?;
            }
            Ok(row.into())
        })
    }

    /// Lets an organization's users in.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`].
    pub fn approve_organization(
        &self,
        session: &Session,
        id: OrganizationId,
    ) -> Result<(), ServiceError> {
        self.set_organization(session, id, "active", "approve-organization", "")
    }

    /// Refuses an organization, or ends it; none of its users can log in any more.
    ///
    /// # Errors
    ///
    /// [`ServiceError::ReasonMissing`]; and as of [`Self::approve_organization`].
    pub fn end_organization(
        &self,
        session: &Session,
        id: OrganizationId,
        reason: &str,
    ) -> Result<(), ServiceError> {
        let reason = workflow::reason(reason)?;
        self.set_organization(session, id, "ended", "end-organization", &reason)
    }

    fn set_organization(
        &self,
        session: &Session,
        id: OrganizationId,
        state: &str,
        action: &str,
        reason: &str,
    ) -> Result<(), ServiceError> {
        self.write(session, |work| {
            work.scope.organization_row(id)?.ok_or(ServiceError::NotFound)?;
            may(session, Action::ManageOrganization, Subject::of(Some(id)))?;
            work.scope.set_organization_state(id, state)?;
            work.audit(action, &object(id), reason)
        })
    }
}

fn check(new: &Registration) -> Result<(), ServiceError> {
    let plain = |text: &str| {
        text.chars().count() <= limit::TEXT_CHARS_MAX && !text.contains(char::is_control)
    };
    let filled = |text: &str| !text.trim().is_empty() && plain(text);
    let address = !new.address.is_empty()
        && new.address.len() <= limit::ADDRESS_LINES_MAX
        && new.address.iter().all(|line| plain(line));
    match () {
        () if !filled(&new.organization) => Err(ServiceError::Field("organization")),
        () if !address => Err(ServiceError::Field("address")),
        () if !plain(&new.contact) => Err(ServiceError::Field("contact")),
        () if !filled(&new.full_name) => Err(ServiceError::Field("full_name")),
        () => Ok(()),
    }
}

fn object(id: OrganizationId) -> String {
    format!("organization {id}")
}
