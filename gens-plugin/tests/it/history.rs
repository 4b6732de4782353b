//! How a certificate came to say what it says.

use phytohub_gens::domain::Step;
use phytohub_gens::service::{PRESENT, ServiceError};

use crate::browser::{Browser, text};
use crate::sample;
use crate::world::World;

#[test]
fn every_version_is_kept_with_who_when_which_step_and_why() {
    let world = World::new();
    let gens = &world.gens;
    let (trader, issuer) = (world.session("GH", "trader"), world.session("GH", "issuer"));
    let id = world.draft(sample::smallest("NL"));
    gens.submit(trader, id, 2).expect("it is submitted");
    world.watch.pass_ms(60_000);
    let officer = world.session("GH", "officer");
    gens.return_for_correction(officer, id, "Which port?").expect("it is returned");
    let mut draft = sample::smallest("NL");
    draft.point_of_entry.name = "Rotterdam Europoort".to_owned();
    gens.save_draft(trader, id, 2, draft).expect("it is saved");
    let numbers = || {
        let all = gens.versions(trader, id).expect("they are listed");
        all.iter().map(|one| one.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(), [PRESENT, 1]);
    gens.submit(trader, id, 3).expect("it is submitted again");
    gens.inspect(world.session("GH", "inspector"), id, "Sampled").expect("it is inspected");
    gens.approve(officer, id).expect("it is approved");
    gens.issue(issuer, id, 3, &World::proof()).expect("it is issued");
    world.exchange();
    gens.withdraw(issuer, id, "Not shipped", &World::proof()).expect("it is withdrawn");
    assert_eq!(numbers(), [4, 3, 2, 1]);
    let all = gens.versions(trader, id).expect("they are listed");
    let told: Vec<_> = all.iter().map(|one| (one.step, &*one.user, &*one.reason)).collect();
    let expected = [
        (Some(Step::Withdraw), "Person issuer", "Not shipped"),
        (Some(Step::Issue), "Person issuer", ""),
        (Some(Step::Submit), "Person trader", ""),
        (Some(Step::Submit), "Person trader", ""),
    ];
    assert_eq!(told, expected);
    let first = all.last().expect("there is one");
    assert_eq!(first.later.len(), 1);
    assert_eq!((first.later[0].step, &*first.later[0].reason), (Step::Return, "Which port?"));
    assert!(first.later[0].at_ms > first.at_ms);
    let second: Vec<Step> = all[2].later.iter().map(|step| step.step).collect();
    assert_eq!(second, [Step::Inspect, Step::Approve]);
    let changes = gens.version_changes(trader, id, (1, 2)).expect("they are compared");
    let told: Vec<_> = changes.iter().map(|one| (&*one.field, &*one.after)).collect();
    assert_eq!(told, [("point_of_entry.name", "Rotterdam Europoort")]);
    assert_eq!(gens.version_changes(trader, id, (2, 3)).expect("compared"), []);
    let issued = gens.version(trader, id, 3).expect("it is there");
    let sent = world.hub.envelopes();
    assert_eq!(issued.content.map(String::into_bytes).as_ref(), Some(&sent[0].1), "to the letter");
    let missing = gens.version(trader, id, 5);
    assert!(matches!(missing, Err(ServiceError::NotFound)), "{missing:?}");
}

#[test]
fn versions_and_what_differs_are_shown_in_both_languages() {
    let world = World::new();
    let id = world.draft(sample::smallest("NL"));
    let trader = world.session("GH", "trader");
    world.gens.submit(trader, id, 2).expect("it is submitted");
    world.gens.recall(trader, id).expect("it is recalled");
    let mut draft = sample::smallest("KE");
    draft.lines[0].net_weight.unit = "TNE".to_owned();
    draft.lines[0].produce = "<b>Plums</b>".to_owned();
    world.gens.save_draft(trader, id, 2, draft).expect("it is saved");
    let mut browser = Browser::with_session(&world, "GH", "trader");
    let path = format!("certificates/{id}");
    let list = text(&browser.get(&format!("{path}/versions")));
    for said in ["Version 1", "Present text", "Handed in", "Recalled", "Person trader"] {
        assert!(list.contains(said), "{said}: {list}");
    }
    assert!(list.contains(&format!("{path}/changes?before=1&#38;after=0")), "{list}");
    let changes = text(&browser.get(&format!("{path}/changes?before=1&after=0")));
    let said = [
        "Country of destination",
        "Kenya (KE)",
        "Line 1 · Name of produce",
        "Line 1 · Net weight: Unit",
        "tonnes (t)",
        "&#60;b&#62;Plums",
    ];
    for said in said {
        assert!(changes.contains(said), "{said}: {changes}");
    }
    assert!(!changes.contains("Name of the exporter"), "it is the same: {changes}");
    let arabic = text(&browser.get(&format!("{path}/changes?before=1&after=0&lang=ar")));
    assert!(arabic.contains("dir=\"rtl\"") && arabic.contains("ما الذي تغيّر"), "{arabic}");
    browser.get("?lang=en");
    let before = text(&browser.get(&format!("{path}/versions/1/paper")));
    let present = text(&browser.get(&format!("{path}/versions/{PRESENT}/paper")));
    assert!(before.contains("Apples") && before.contains("DRAFT"), "{before}");
    assert!(present.contains("&#60;b&#62;Plums") && present.contains("Kenya"), "{present}");
    for none in
        ["versions/9/paper", "versions/x/paper", "changes?before=1&after=9", "changes?after=x"]
    {
        assert_eq!(browser.get(&format!("{path}/{none}")).status(), 404, "{none}");
    }
    let mut rival = Browser::with_session(&world, "GH", "rival");
    for page in ["versions", "versions/1/paper", "changes?before=1&after=0"] {
        assert_eq!(rival.get(&format!("{path}/{page}")).status(), 404, "{page}");
    }
}
