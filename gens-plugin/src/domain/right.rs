//! Rights, and roles as sets of them.

use serde::{Deserialize, Serialize};

/// Something that a user may do.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Right {
    /// Change the tenant's settings.
    Settings,
    /// Make, change and end users of the NPPO; reset passwords and second factors.
    Users,
    /// Approve and end applicant organizations.
    Organizations,
    /// Make, change and end the users of one's own organization.
    Colleagues,
    /// Enter applications for one's own organization.
    Apply,
    /// Enter certificates on behalf of applicants.
    Enter,
    /// See all certificates of the tenant.
    ReadExports,
    /// Return an application for correction.
    Review,
    /// Record inspections.
    Inspect,
    /// Approve.
    Approve,
    /// Issue, resend and withdraw: a personal right.
    Issue,
    /// See what was received.
    ReadImports,
    /// Decide about what was received.
    Decide,
    /// See the audit trail.
    Audit,
    /// Take lists and the tenant's data along.
    Export,
}

impl Right {
    /// All rights.
    pub const ALL: [Self; 15] = [
        Self::Settings,
        Self::Users,
        Self::Organizations,
        Self::Colleagues,
        Self::Apply,
        Self::Enter,
        Self::ReadExports,
        Self::Review,
        Self::Inspect,
        Self::Approve,
        Self::Issue,
        Self::ReadImports,
        Self::Decide,
        Self::Audit,
        Self::Export,
    ];
}

/// A set of rights.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Rights(u32);

impl Rights {
    /// These rights.
    #[must_use]
    pub fn of(rights: &[Right]) -> Self {
        Self(rights.iter().fold(0, |bits, right| bits | 1 << *right as u32))
    }

    /// Whether the right is among them.
    #[must_use]
    pub const fn has(self, right: Right) -> bool {
        self.0 & (1 << right as u32) != 0
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These without those.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// What a user is: a set of rights with a name. A user may have several.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Role {
    /// Keeps settings, users and organizations.
    NppoAdministrator,
    /// Enters and reviews.
    Officer,
    /// Inspects.
    Inspector,
    /// Issues.
    IssuingOfficer,
    /// Reads what was received, and decides.
    ImportOfficer,
    /// Sees everything, changes nothing.
    Auditor,
    /// Keeps the users of an organization, and applies.
    ApplicantAdministrator,
    /// Applies.
    Applicant,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 8] = [
        Self::NppoAdministrator,
        Self::Officer,
        Self::Inspector,
        Self::IssuingOfficer,
        Self::ImportOfficer,
        Self::Auditor,
        Self::ApplicantAdministrator,
        Self::Applicant,
    ];

    /// The name under which it is kept.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NppoAdministrator => "nppo-administrator",
            Self::Officer => "officer",
            Self::Inspector => "inspector",
            Self::IssuingOfficer => "issuing-officer",
            Self::ImportOfficer => "import-officer",
            Self::Auditor => "auditor",
            Self::ApplicantAdministrator => "applicant-administrator",
            Self::Applicant => "applicant",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// Whether it is one of an applicant organization; such a user has no other kind of role.
    #[must_use]
    pub const fn is_of_applicants(self) -> bool {
        matches!(self, Self::ApplicantAdministrator | Self::Applicant)
    }

    /// What it may do.
    #[must_use]
    pub fn rights(self) -> Rights {
        use Right as R;
        Rights::of(match self {
            Self::NppoAdministrator => &[
                R::Settings,
                R::Users,
                R::Organizations,
                R::ReadExports,
                R::ReadImports,
                R::Audit,
                R::Export,
            ],
            Self::Officer => &[R::Enter, R::ReadExports, R::Review, R::Approve, R::Export],
            Self::Inspector => &[R::ReadExports, R::Inspect],
            Self::IssuingOfficer => &[R::ReadExports, R::Review, R::Issue],
            Self::ImportOfficer => &[R::ReadImports, R::Decide, R::Export],
            Self::Auditor => &[R::ReadExports, R::ReadImports, R::Audit, R::Export],
            Self::ApplicantAdministrator => &[R::Colleagues, R::Apply],
            Self::Applicant => &[R::Apply],
        })
    }

    /// What these roles may do together.
    #[must_use]
    pub fn rights_of(roles: &[Self]) -> Rights {
        roles.iter().fold(Rights::default(), |all, role| all.and(role.rights()))
    }
}
