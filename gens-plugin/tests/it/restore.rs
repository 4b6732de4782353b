//! An older copy is put back while the hub goes on.

use std::path::PathBuf;

use phytohub_gens::domain::State;
use phytohub_gens::service::{ImportSearch, Remedy, ServiceError};
use phytohub_plugin_sdk::{ErrorKind, State as HubState};
use phytohub_sps::sample::Shape;
use tempfile::TempDir;

use crate::browser::{Browser, text};
use crate::sample;
use crate::world::{World, open};

/// A copy of the database as it is now.
fn copied(world: &World) -> TempDir {
    let copy = tempfile::tempdir().expect("a directory can be made");
    world.gens.snapshot(copy.path()).expect("it is copied");
    copy
}

/// Ends the process, puts the copy back, and starts it again.
fn put_back(world: &mut World, copy: &TempDir) {
    // The database is closed before its file is exchanged.
    let aside = tempfile::tempdir().expect("a directory can be made");
    world.gens = open(aside.path(), &world.hub, &world.watch);
    let place = |name: &str| -> PathBuf { world.directory.path().join(name) };
    for rest in ["gens.sqlite-wal", "gens.sqlite-shm"] {
        let _ = std::fs::remove_file(place(rest));
    }
    std::fs::remove_file(place("gens.sqlite")).expect("it was there");
    std::fs::copy(copy.path().join("gens.sqlite"), place("gens.sqlite")).expect("it is copied");
    world.reopen();
}

fn numbers(world: &World) -> Vec<String> {
    let sent = world.hub.envelopes().into_iter().filter(|(one, _)| one.from == "GH");
    sent.map(|(one, _)| one.nppo_certificate_number).collect()
}

#[test]
fn no_number_is_issued_twice_after_an_older_copy_was_put_back() {
    let mut world = World::new();
    world.issued(sample::smallest("US"));
    world.exchange();
    let copy = copied(&world);
    for country in ["US", "FJ", "NL"] {
        // The second goes on paper alone: the hub sees a gap.
        world.issued(sample::smallest(country));
    }
    world.exchange();
    put_back(&mut world, &copy);
    // Issued at once, before anything was compared.
    let (_, number) = world.issued(sample::smallest("US"));
    assert_eq!(number, "GH-2026-0000005");
    world.exchange();
    let (_, number) = world.issued(sample::smallest("US"));
    assert_eq!(number, "GH-2026-0000006");
    world.exchange();
    let mut sent = numbers(&world);
    let count = sent.len();
    sent.sort();
    sent.dedup();
    assert_eq!(sent.len(), count, "{sent:?}");
    let trail = world.gens.audit(world.session("GH", "auditor"), None).expect("it is read").rows;
    let gap = trail.iter().find(|row| row.action == "skip-numbers").expect("the gap is told");
    assert!(gap.detail.starts_with("2 to 4"), "{gap:?}");
}

#[test]
fn issue_goes_on_while_the_hub_does_not_answer() {
    let world = World::new();
    world.hub.refuse(Some(ErrorKind::Unavailable));
    let (_, number) = world.issued(sample::smallest("US"));
    assert_eq!(number, "GH-2026-0000001");
}

#[test]
fn what_the_hub_knows_alone_is_listed_and_taken_over() {
    let mut world = World::new();
    let (kept, kept_number) = world.issued(sample::smallest("US"));
    world.exchange();
    let foreign = |seed: u64| {
        let mut certificate = Shape { seed, full: true, ..Shape::default() }.certificate();
        certificate.number = format!("US-2026-00{seed}");
        certificate
    };
    let deliver = |world: &World, seed: u64| {
        let one = foreign(seed);
        world.hub.deliver("US", "GH", &one.number, 70, one.to_xml().as_bytes());
    };
    deliver(&world, 1);
    world.exchange();
    let copy = copied(&world);
    let issuer = world.session("GH", "issuer").clone();
    world.gens.withdraw(&issuer, kept, "Not shipped", &World::proof()).expect("withdrawn");
    let (_, lost_number) = world.issued(sample::full("US"));
    deliver(&world, 2);
    world.exchange();
    let mut sent = world.hub.envelopes().into_iter().map(|(one, _)| one);
    let lost = sent.find(|one| one.nppo_certificate_number == lost_number);
    let lost = lost.expect("it was sent").hub_delivery_number;
    world.hub.decide(&lost, HubState::Delivered, "");
    put_back(&mut world, &copy);
    world.gens.exchange(true);
    let admin = world.session("GH", "admin").clone();
    let listed = |world: &World| {
        let page = world.gens.hub_differences(&admin, None).expect("they are listed");
        page.rows
    };
    let found = listed(&world);
    let told: Vec<_> = found
        .iter()
        .map(|one| (&*one.number, one.certificate_status, one.remedy, one.here))
        .collect();
    let expected = [
        (&*lost_number, 70, Remedy::Export, None),
        (&*kept_number, 40, Remedy::Step, Some(State::Sent)),
        ("US-2026-002", 70, Remedy::Import, None),
    ];
    assert_eq!(told, expected);
    assert_eq!(found[0].there, "delivered");
    // Once more changes nothing.
    world.gens.exchange(true);
    assert_eq!(listed(&world), found);
    for stranger in [world.session("GH", "officer"), world.session("GH", "auditor")] {
        let refused = world.gens.take_over(stranger, found[0].id);
        assert!(matches!(refused, Err(ServiceError::Denied(_))), "{refused:?}");
    }
    let foreign = world.gens.take_over(world.session("NL", "admin"), found[0].id);
    assert!(matches!(foreign, Err(ServiceError::NotFound)), "{foreign:?}");
    for one in &found {
        world.gens.take_over(&admin, one.id).expect("it is taken over");
    }
    assert_eq!(listed(&world), []);
    let auditor = world.session("GH", "auditor");
    let all = world.gens.certificates(auditor, &Default::default(), None).expect("listed").rows;
    let states: Vec<_> = all.iter().map(|one| (one.number.clone(), one.state)).collect();
    let expected = [(Some(lost_number), State::Delivered), (Some(kept_number), State::Withdrawn)];
    assert_eq!(states, expected);
    assert!(all[0].produce.contains("Apples") || all[0].produce.contains("ear"), "{all:?}");
    let imports = world.gens.imports(auditor, &ImportSearch::default(), None).expect("listed");
    assert_eq!(imports.rows.len(), 2);
    let sent = world.hub.envelopes().len();
    world.exchange();
    world.gens.exchange(true);
    assert_eq!(world.hub.envelopes().len(), sent, "nothing is sent again");
    assert_eq!(listed(&world), []);
}

#[test]
fn administrator_sees_differences_and_settles_them_by_the_pages() {
    let mut world = World::new();
    let copy = copied(&world);
    let (_, number) = world.issued(sample::smallest("US"));
    let (_, other) = world.issued(sample::smallest("US"));
    world.exchange();
    put_back(&mut world, &copy);
    world.gens.exchange(true);
    let mut browser = Browser::with_session(&world, "GH", "admin");
    assert!(text(&browser.get("")).contains("Differs from the hub"));
    let page = text(&browser.get("differences"));
    assert!(page.contains(&number) && page.contains("Not here"), "{page}");
    assert_eq!(browser.post("differences/1", &[]).status(), 422);
    assert_eq!(browser.post("differences/1", &[("reason", "Entered by hand")]).status(), 303);
    assert_eq!(browser.post("differences/2/take-over", &[]).status(), 303);
    assert_eq!(browser.post("differences/2/take-over", &[]).status(), 404);
    let page = text(&browser.get("differences"));
    assert!(!page.contains(&number) && !page.contains(&other), "{page}");
    assert!(text(&browser.get("certificates")).contains(&other));
}
