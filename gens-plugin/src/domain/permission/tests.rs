//! Every action against every right: who has the right may, who has all others may not.

use super::*;
use crate::domain::OrganizationId;

const OWN: OrganizationId = OrganizationId::of(1);
const OTHER: OrganizationId = OrganizationId::of(2);

/// Each action with the rights of the NPPO that allow it, and those of an organization.
const TABLE: &[(Action, &[Right], &[Right])] = &[
    (Action::Create, &[Right::Enter], &[Right::Apply]),
    (Action::Read, &[Right::ReadExports], &[Right::Apply]),
    (Action::Edit, &[Right::Enter], &[Right::Apply]),
    (Action::Recall, &[Right::Enter], &[Right::Apply]),
    (Action::Return, &[Right::Review], &[]),
    (Action::Inspect, &[Right::Inspect], &[]),
    (Action::Approve, &[Right::Approve], &[]),
    (Action::Issue, &[Right::Issue], &[]),
    (Action::Withdraw, &[Right::Issue], &[]),
    (Action::Reassign, &[Right::Users], &[Right::Colleagues]),
    (Action::ReadImports, &[Right::ReadImports], &[]),
    (Action::Decide, &[Right::Decide], &[]),
    (Action::ReadUsers, &[Right::Users], &[Right::Colleagues]),
    (Action::ManageUser, &[Right::Users], &[Right::Colleagues]),
    (Action::ReadOrganizations, &[Right::Organizations, Right::Enter], &[]),
    (Action::ManageOrganization, &[Right::Organizations], &[]),
    (Action::Settings, &[Right::Settings], &[]),
    (Action::Audit, &[Right::Audit], &[]),
    (Action::Export, &[Right::Export], &[Right::Apply]),
    (Action::Restore, &[Right::Settings], &[]),
];

fn actor(organization: Option<OrganizationId>, rights: &[Right]) -> Actor {
    Actor { user: UserId::of(1), organization, rights: Rights::of(rights) }
}

#[test]
fn right_allows_its_actions_and_no_other_does() {
    for (action, nppo, organization) in TABLE {
        for right in Right::ALL {
            let of_nppo = may(&actor(None, &[right]), *action, Subject::of(Some(OWN)));
            assert_eq!(of_nppo.is_ok(), nppo.contains(&right), "{action:?} {right:?}");
            let own = may(&actor(Some(OWN), &[right]), *action, Subject::of(Some(OWN)));
            assert_eq!(own.is_ok(), organization.contains(&right), "{action:?} {right:?}");
        }
        // All other rights together are no substitute.
        let all = Rights::of(&Right::ALL);
        let without = |out: &[Right], organization| {
            let rights = all.without(Rights::of(out));
            let actor = Actor { rights, ..actor(organization, &[]) };
            may(&actor, *action, Subject::of(Some(OWN)))
        };
        assert_eq!(without(nppo, None), Err(Denied(*action)));
        assert_eq!(without(organization, Some(OWN)), Err(Denied(*action)));
    }
}

#[test]
fn everything_is_taken_along_by_who_sees_everything_alone() {
    let needed = [Right::Export, Right::ReadExports, Right::ReadImports, Right::Audit];
    let subject = Subject::default();
    assert!(may(&actor(None, &needed), Action::ExportAll, subject).is_ok());
    for missing in needed {
        let rights = Rights::of(&Right::ALL).without(Rights::of(&[missing]));
        let actor = Actor { rights, ..actor(None, &[]) };
        assert!(may(&actor, Action::ExportAll, subject).is_err(), "{missing:?}");
    }
    assert!(
        may(&actor(Some(OWN), &Right::ALL), Action::ExportAll, Subject::of(Some(OWN))).is_err()
    );
}

#[test]
fn organization_reaches_nothing_of_another_whatever_its_rights() {
    let mighty = Actor { rights: Rights::of(&Right::ALL), ..actor(Some(OWN), &[]) };
    for (action, _, organization) in TABLE {
        for subject in [Subject::of(Some(OTHER)), Subject::of(None)] {
            assert_eq!(may(&mighty, *action, subject), Err(Denied(*action)));
        }
        let own = may(&mighty, *action, Subject::of(Some(OWN)));
        assert_eq!(own.is_ok(), !organization.is_empty(), "{action:?}");
    }
}

#[test]
fn no_role_of_applicants_decides_about_applications() {
    let decides = [Right::Review, Right::Inspect, Right::Approve, Right::Issue, Right::Decide];
    for role in crate::domain::Role::ALL {
        let any = decides.into_iter().any(|right| role.rights().has(right));
        assert!(!role.is_of_applicants() || !any, "{role:?}");
    }
    let issuing: Vec<_> = crate::domain::Role::ALL
        .into_iter()
        .filter(|role| role.rights().has(Right::Issue))
        .collect();
    assert_eq!(issuing, [crate::domain::Role::IssuingOfficer], "a right of one's own");
}
