//! Work that goes to somebody else.

use super::certificate::{object, seen};
use super::view::Holder;
use super::{Gens, ServiceError, Work, may, user};
use crate::auth::Session;
use crate::domain::{Action, CertificateId, OrganizationId, Right, Role, State, Subject, UserId};
use crate::store::{CertificateRow, Scope, UserRow};

/// Who could take something over.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Successor {
    /// Its id.
    pub id: UserId,
    /// Its name for people.
    pub full_name: String,
}

impl Gens {
    /// Who could take over what `holder` has to do with a certificate: active users of the same
    /// organization, or of the NPPO, who may do that work.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`]; [`ServiceError::Field`]: there is
    /// nothing to take over.
    pub fn successors(
        &self,
        session: &Session,
        id: CertificateId,
        holder: Holder,
    ) -> Result<Vec<Successor>, ServiceError> {
        self.read(session, |scope| {
            let (_, present) = held(scope, session, id, holder)?;
            let mut found = Vec::new();
            let mut after = 0;
            // As many as a list to choose from can have.
            while found.len() < SUCCESSORS_MAX {
                let page = scope.users(after, 100)?;
                let Some(last) = page.last() else { break };
                after = last.id.number();
                let fits = page.into_iter().filter(|one| fits(one, &present, holder));
                found.extend(fits.map(|one| Successor { id: one.id, full_name: one.full_name }));
            }
            Ok(found)
        })
    }

    /// Gives a certificate to another author, or the care for its delivery to another officer.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`]; [`ServiceError::Field`]: that user
    /// cannot take it over.
    pub fn reassign(
        &self,
        session: &Session,
        id: CertificateId,
        holder: Holder,
        to: UserId,
    ) -> Result<(), ServiceError> {
        self.write(session, |work| {
            let (mut row, present) = held(&work.scope, session, id, holder)?;
            let other = work.scope.user(to)?.ok_or(ServiceError::Field("successor"))?;
            if !fits(&other, &present, holder) {
                return Err(ServiceError::Field("successor"));
            }
            match holder {
                Holder::Author => row.author = to,
                Holder::Issuer => row.issuer = Some(to),
            }
            work.scope.update_certificate(&row)?;
            let detail = format!("{} from user {} to user {to}", holder.as_str(), present.id);
            work.audit("reassign", &object(id), &detail)
        })
    }
}

/// Gives all that a user has in work to another; answers how many certificates. Without another
/// there must be none.
pub(super) fn hand_over(
    work: &Work<'_>,
    from: &UserRow,
    to: Option<UserId>,
) -> Result<usize, ServiceError> {
    let Some(to) = to else {
        return match work.scope.has_work(from.id)? {
            true => Err(ServiceError::Field("successor")),
            false => Ok(0),
        };
    };
    may(work.session, Action::Reassign, Subject::of(from.organization))?;
    let other = user::seen(&work.scope, work.session, to, Action::ManageUser)?;
    let active = other.organization == from.organization && other.state == "active";
    if !active || other.id == from.id {
        return Err(ServiceError::Field("successor"));
    }
    Ok(work.scope.reassign(from.id, to)?)
}

/// What of the work on a certificate somebody may give to somebody else.
pub(super) fn holders(session: &Session, row: &CertificateRow) -> Vec<Holder> {
    if may(session, Action::Reassign, Subject::of(row.organization)).is_err() {
        return Vec::new();
    }
    let author = (!row.state.is_issued()).then_some(Holder::Author);
    // Of an organization, one has no say in who looks after deliveries.
    let of_nppo = session.organization().is_none();
    let cared_for = row.state.is_issued() && row.state != State::Withdrawn && row.issuer.is_some();
    let issuer = (cared_for && of_nppo).then_some(Holder::Issuer);
    author.into_iter().chain(issuer).collect()
}

/// The certificate, and who has to do with it.
fn held(
    scope: &Scope<'_>,
    session: &Session,
    id: CertificateId,
    holder: Holder,
) -> Result<(CertificateRow, UserRow), ServiceError> {
    let row = seen(scope, session, id)?;
    may(session, Action::Reassign, Subject::of(row.organization))?;
    if !holders(session, &row).contains(&holder) {
        return Err(ServiceError::Field("holder"));
    }
    let user = match holder {
        Holder::Author => Some(row.author),
        Holder::Issuer => row.issuer,
    };
    let user = user.map(|user| scope.user(user)).transpose()?.flatten();
    Ok((row, user.ok_or(ServiceError::Field("holder"))?))
}

fn fits(other: &UserRow, present: &UserRow, holder: Holder) -> bool {
    let needed: &[Right] = match holder {
        Holder::Author => &[Right::Apply, Right::Enter],
        Holder::Issuer => &[Right::Issue],
    };
    let rights = Role::rights_of(&other.roles);
    let same: Option<OrganizationId> = present.organization;
    other.organization == same
        && other.state == "active"
        && other.id != present.id
        && needed.iter().any(|right| rights.has(*right))
}

/// Users in a list to choose from.
const SUCCESSORS_MAX: usize = 500;
