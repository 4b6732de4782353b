//! Work that goes to somebody else.

use phytohub_gens::domain::Role;
use phytohub_gens::service::{Holder, NewAccount, ServiceError};

use crate::browser::{Browser, text};
use crate::sample;
use crate::world::World;

fn second(world: &World, role: Role) -> phytohub_gens::domain::UserId {
    let account = NewAccount {
        name: "second".to_owned(),
        full_name: "Second Person".to_owned(),
        roles: vec![role],
        ..NewAccount::default()
    };
    world.gens.create_user(world.session("GH", "admin"), &account).expect("it is made").0
}

#[test]
fn care_for_a_delivery_goes_to_another_and_the_name_on_the_certificate_stays() {
    let world = World::new();
    let admin = world.session("GH", "admin");
    let (id, _) = world.issued(sample::smallest("US"));
    let heir = second(&world, Role::IssuingOfficer);
    let view = world.gens.certificate(admin, id).expect("it is seen");
    assert_eq!(view.reassignable, [Holder::Issuer]);
    let officer = world.session("GH", "officer").user();
    let unfit = world.gens.reassign(admin, id, Holder::Issuer, officer);
    assert!(matches!(unfit, Err(ServiceError::Field(_))), "who cannot issue: {unfit:?}");
    let stranger = world.session("NL", "issuer").user();
    let foreign = world.gens.reassign(admin, id, Holder::Issuer, stranger);
    assert!(matches!(foreign, Err(ServiceError::Field(_))), "{foreign:?}");
    let denied = world.gens.reassign(world.session("GH", "issuer"), id, Holder::Issuer, heir);
    assert!(matches!(denied, Err(ServiceError::Denied(_))), "{denied:?}");
    let offered = world.gens.successors(admin, id, Holder::Issuer).expect("they are listed");
    assert_eq!(offered.iter().map(|one| one.id).collect::<Vec<_>>(), [heir]);
    world.gens.reassign(admin, id, Holder::Issuer, heir).expect("it is given");
    let view = world.gens.certificate(admin, id).expect("it is seen");
    assert_eq!(view.handler.as_deref(), Some("Second Person"));
    assert_eq!(view.issuer.as_deref(), Some("Person issuer"));
}

#[test]
fn author_is_replaced_by_who_may_enter_alone() {
    let world = World::new();
    let (admin, officer) = (world.session("GH", "admin"), world.session("GH", "officer"));
    let id = world.gens.create_draft(officer, None).expect("it is begun");
    let heir = second(&world, Role::Officer);
    let inspector = world.session("GH", "inspector").user();
    let unfit = world.gens.reassign(admin, id, Holder::Author, inspector);
    assert!(matches!(unfit, Err(ServiceError::Field(_))), "{unfit:?}");
    let mut browser = Browser::with_session(&world, "GH", "admin");
    let path = format!("certificates/{id}/reassign");
    let page = text(&browser.get(&path));
    assert!(page.contains("Second Person") && !page.contains("Person inspector"), "{page}");
    assert_eq!(browser.post(&path, &[("holder", "author")]).status(), 422);
    let heir = heir.to_string();
    let fields = [("holder", "author"), ("successor", &*heir)];
    assert_eq!(browser.post(&path, &fields).status(), 303);
    let view = world.gens.certificate(admin, id).expect("it is seen");
    assert_eq!(view.author, "Second Person");
    let trail = world.gens.audit(admin, None).expect("it is read");
    assert!(trail.rows.iter().any(|row| row.action == "reassign"), "{trail:?}");
    // A trader's draft goes to colleagues alone.
    let theirs = world.draft(sample::smallest("NL"));
    let outside = world.gens.reassign(admin, theirs, Holder::Author, officer.user());
    assert!(matches!(outside, Err(ServiceError::Field(_))), "{outside:?}");
}

#[test]
fn who_has_work_does_not_leave_without_a_successor() {
    let world = World::new();
    let admin = world.session("GH", "admin");
    let (_, issuer) = (world.issued(sample::smallest("US")), world.session("GH", "issuer"));
    let refused = world.gens.end_user(admin, issuer.user(), None);
    assert!(matches!(refused, Err(ServiceError::Field("successor"))), "{refused:?}");
    let mut browser = Browser::with_session(&world, "GH", "admin");
    let path = format!("users/{}/end", issuer.user());
    assert_eq!(browser.post(&path, &[("heir", "")]).status(), 422);
    let heir = second(&world, Role::IssuingOfficer).to_string();
    assert_eq!(browser.post(&path, &[("heir", &*heir)]).status(), 303);
    // Who has none leaves at once.
    let inspector = world.session("GH", "inspector").user();
    assert_eq!(world.gens.end_user(admin, inspector, None).expect("it is ended"), 0);
}

#[test]
fn what_was_delivered_keeps_who_cared_for_it() {
    let world = World::new();
    let (admin, issuer) = (world.session("GH", "admin"), world.session("GH", "issuer"));
    let (delivered, _) = world.issued(sample::smallest("NL"));
    world.exchange();
    let (under_way, _) = world.issued(sample::smallest("US"));
    world.exchange();
    let heir = second(&world, Role::IssuingOfficer);
    let given = world.gens.end_user(admin, issuer.user(), Some(heir)).expect("it is ended");
    assert_eq!(given, 1);
    let handler = |id| world.gens.certificate(admin, id).expect("it is seen").handler;
    assert_eq!(handler(under_way).as_deref(), Some("Second Person"));
    assert_eq!(handler(delivered).as_deref(), Some("Person issuer"));
}
