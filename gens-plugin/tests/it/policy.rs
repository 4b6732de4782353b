//! Each step that a tenant can switch off, in each combination, through the pages.

use phytohub_gens::domain::State;

use crate::browser::{Browser, field, text};
use crate::sample;
use crate::world::{PASSWORD, World};

/// Opens the page of a step and takes it; answers the status.
fn step(browser: &mut Browser, path: &str, step: &str, fields: &[(&str, &str)]) -> u16 {
    let path = format!("{path}/steps/{step}");
    let page = text(&browser.get(&path));
    let revision = field(&page, "revision").unwrap_or_else(|| "2".to_owned());
    let mut all = vec![("revision", &*revision)];
    all.extend(fields);
    browser.post(&path, &all).status()
}

#[test]
fn certificates_take_the_way_of_each_combination_of_steps() {
    for bits in 0..16_u32 {
        let [application, inspection, approval, decision] = [1, 2, 4, 8].map(|bit| bits & bit != 0);
        let told = format!("{application} {inspection} {approval} {decision}");
        let world = World::new();
        for tenant in ["GH", "NL"] {
            let mut admin = Browser::with_session(&world, tenant, "admin");
            let mut fields = vec![("organization", "Plant Health"), ("place", "Here")];
            let on = [
                ("application", application),
                ("inspection", inspection),
                ("approval", approval),
                ("import_decision", decision),
            ];
            fields.extend(on.into_iter().filter(|(_, on)| *on).map(|(name, _)| (name, "yes")));
            assert_eq!(admin.post("settings", &fields).status(), 303, "{told}");
        }
        // Whoever enters: an applicant where there are applications, else an officer.
        let author = if application { "trader" } else { "officer" };
        let session = world.session("GH", author);
        let id = world.gens.create_draft(session, None).expect("it is begun");
        world.gens.save_draft(session, id, 1, sample::smallest("NL")).expect("it is saved");
        let path = format!("certificates/{id}");
        let state = || {
            let view = world.gens.certificate(world.session("GH", "auditor"), id);
            view.expect("it is seen").card.state
        };
        let taken = |who: &'static str, name: &str, fields: &[(&str, &str)]| {
            let before = state();
            let status = step(&mut Browser::with_session(&world, "GH", who), &path, name, fields);
            (status, state() != before)
        };
        let proof: &[(&str, &str)] = &[("password", PASSWORD)];
        let way = [
            (application, author, "submit"),
            (inspection, "inspector", "inspect"),
            (approval, "officer", "approve"),
        ];
        for (place, (on, who, name)) in way.into_iter().enumerate() {
            // Nobody goes before it is time: what is still to come is refused.
            for (later, who, name) in way.into_iter().skip(place + 1) {
                if on && later {
                    assert!(!taken(who, name, &[]).1, "{told}: {name} came too early");
                }
            }
            if on {
                assert!(!taken("issuer", "issue", proof).1, "{told}: issued before {name}");
            }
            assert_eq!(taken(who, name, &[]), (if on { 303 } else { 409 }, on), "{told} {name}");
        }
        assert_eq!(taken("issuer", "issue", proof), (303, true), "{told}");
        world.exchange();
        assert_eq!(state(), State::Delivered, "{told}");
        let mut importer = Browser::with_session(&world, "NL", "importer");
        let list = text(&importer.get("imports"));
        let import = list.split("href=\"/gens/imports/").nth(1).expect("it came");
        let import = format!("imports/{}", import.split('"').next().unwrap_or_default());
        let waits = text(&importer.get("")).contains(&import);
        let answer = importer.post(&format!("{import}/decide"), &[("decision", "accepted")]);
        assert_eq!(
            (waits, answer.status()),
            (decision, if decision { 303 } else { 422 }),
            "{told}"
        );
    }
}
