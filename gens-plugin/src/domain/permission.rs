//! Who may do what with what: the one place that decides.

use super::{OrganizationId, Right, Rights, UserId};

/// Something that somebody wants to do.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// Make a certificate.
    Create,
    /// See a certificate.
    Read,
    /// Change a draft, its attachments included; submit it.
    Edit,
    /// Take a submitted application back.
    Recall,
    /// Return an application with a reason.
    Return,
    /// Record an inspection.
    Inspect,
    /// Approve.
    Approve,
    /// Issue; resend what could not be delivered.
    Issue,
    /// Withdraw an issued certificate.
    Withdraw,
    /// Give one's own or another's work to somebody else.
    Reassign,
    /// See what was received.
    ReadImports,
    /// Decide about what was received.
    Decide,
    /// See users.
    ReadUsers,
    /// Make, change, end a user; reset password or second factor.
    ManageUser,
    /// See organizations.
    ReadOrganizations,
    /// Approve or end an organization.
    ManageOrganization,
    /// Change settings.
    Settings,
    /// See the audit trail.
    Audit,
    /// Take lists along.
    Export,
    /// Take all that the tenant has along.
    ExportAll,
    /// Settle what differs from the hub after a restore.
    Restore,
}

/// What it is to be done with, as far as permission depends on it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Subject {
    /// The organization that it belongs to, if one.
    pub organization: Option<OrganizationId>,
    /// The user that it is about, of users.
    pub user: Option<UserId>,
}

impl Subject {
    /// Something of an organization, or of the NPPO.
    #[must_use]
    pub const fn of(organization: Option<OrganizationId>) -> Self {
        Self { organization, user: None }
    }
}

/// It may not be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not permitted action={0:?}")]
pub struct Denied(pub Action);

/// The rights that somebody has, and the organization to which these are confined, if to one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Actor {
    /// Who.
    pub user: UserId,
    /// The applicant organization that the actor is of.
    pub organization: Option<OrganizationId>,
    /// What the actor may do.
    pub rights: Rights,
}

/// Whether `actor` may do `action` with `subject`, which is of the same tenant: others' things are
/// not seen in the first place.
///
/// # Errors
///
/// It may not.
pub fn may(actor: &Actor, action: Action, subject: Subject) -> Result<(), Denied> {
    let has = |right| actor.rights.has(right);
    // Of an organization, one is confined to what is its own; of the NPPO, to nothing.
    let is_own = actor.organization.is_none_or(|own| subject.organization == Some(own));
    let applies = has(Right::Apply) && actor.organization.is_some() && is_own;
    let of_nppo = actor.organization.is_none();
    let allowed = match action {
        Action::Create | Action::Edit | Action::Recall => applies || of_nppo && has(Right::Enter),
        Action::Read => applies || of_nppo && has(Right::ReadExports),
        Action::Return => of_nppo && has(Right::Review),
        Action::Inspect => of_nppo && has(Right::Inspect),
        Action::Approve => of_nppo && has(Right::Approve),
        Action::Issue | Action::Withdraw => of_nppo && has(Right::Issue),
        Action::ReadImports => of_nppo && has(Right::ReadImports),
        Action::Decide => of_nppo && has(Right::Decide),
        Action::Reassign | Action::ReadUsers | Action::ManageUser => {
            of_nppo && has(Right::Users)
                || actor.organization.is_some() && is_own && has(Right::Colleagues)
        }
        Action::ReadOrganizations => of_nppo && (has(Right::Organizations) || has(Right::Enter)),
        Action::ManageOrganization => of_nppo && has(Right::Organizations),
        Action::Settings => of_nppo && has(Right::Settings),
        Action::Audit => of_nppo && has(Right::Audit),
        Action::Export => applies || of_nppo && has(Right::Export),
        // All: only who sees all of it anyhow.
        Action::ExportAll => {
            let sees = [Right::Export, Right::ReadExports, Right::ReadImports, Right::Audit];
            of_nppo && sees.into_iter().all(has)
        }
        Action::Restore => of_nppo && has(Right::Settings),
    };
    if allowed { Ok(()) } else { Err(Denied(action)) }
}

#[cfg(test)]
mod tests;
