//! What becomes an address or a header, and would lead elsewhere.

use phytohub_gens::service::{NewAccount, Registration};

use super::plan::needs;
use crate::browser::{Browser, encoded, text};
use crate::world::{ADDRESS, PASSWORD, World};

#[test]
fn line_ends_in_what_becomes_an_address_or_a_header_are_refused() {
    let world = World::new();
    let evil = ["a@b.example\r\nBcc: all@b.example", "a@b.example\n", "a@b\u{0}", "a@b\u{85}c"];
    let mut admin = Browser::with_session(&world, "GH", "admin");
    for (place, contact) in evil.iter().enumerate() {
        let account = NewAccount {
            name: format!("made{place}"),
            full_name: "Made".to_owned(),
            contact: format!("x{contact}x"),
            roles: vec![phytohub_gens::domain::Role::Officer],
            ..NewAccount::default()
        };
        let session = world.session("GH", "admin");
        world.gens.create_user(session, &account).expect_err(contact);
        for field in ["contact", "full_name", "place"] {
            let mut fields = vec![("name", "made"), ("full_name", "Made"), ("officer", "yes")];
            fields.retain(|(name, _)| *name != field);
            let value = format!("x{contact}x");
            fields.push((field, &value));
            assert_eq!(admin.post("users/new", &fields).status(), 422, "{field} {contact:?}");
        }
        let registration = Registration {
            tenant: "GH".to_owned(),
            organization: "Newcomers".to_owned(),
            address: vec!["1 Street".to_owned()],
            contact: format!("x{contact}x"),
            name: format!("new{place}"),
            full_name: "New".to_owned(),
            password: PASSWORD.to_owned(),
        };
        world.gens.register(&registration, ADDRESS).expect_err(contact);
        let fields =
            [("organization", &*format!("x{contact}x")), ("place", "Accra"), ("number", "GH-")];
        assert_eq!(admin.post("settings", &fields).status(), 422, "{contact:?}");
    }
    // The control.
    let fields =
        [("name", "made"), ("full_name", "Made"), ("officer", "yes"), ("contact", "a@b.example")];
    assert_eq!(admin.post("users/new", &fields).status(), 200);
    let fields = [("organization", "Plant Health"), ("place", "Accra"), ("number", "GH-")];
    assert_eq!(admin.post("settings", &fields).status(), 303);
}

#[test]
fn nobody_is_led_elsewhere() {
    let world = World::new();
    let elsewhere = [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "certificates/1/save\r\nLocation: https://evil.example",
        "certificates/../../evil",
        "https://evil.example\nlines.0.produce=x",
    ];
    for to in elsewhere {
        let mut browser = Browser::new(&world);
        let query =
            format!("log-in?next={0}&return={0}&kept={0}&url={0}&redirect={0}", encoded(to));
        let page = text(&browser.get(&query));
        assert!(!page.contains("href=\"https://evil") && !page.contains("action=\"//"), "{page}");
        let mut fields = vec![("tenant", "GH"), ("name", "officer"), ("password", PASSWORD)];
        fields.extend(["next", "return", "kept", "url", "redirect"].map(|name| (name, to)));
        let answer = browser.post("log-in", &fields);
        match answer.value("location") {
            Some(location) => assert_eq!((answer.status(), location), (303, "/gens/"), "{to}"),
            // What was typed before the session ended is shown once more, to be sent to where it
            // belongs.
            None => {
                let page = super::html::Page::of(&text(&answer));
                let actions = page.elements.iter().filter_map(|one| one.attributes.get("action"));
                let mut actions = actions.filter(|action| **action != "/gens/log-out");
                assert!(actions.all(|action| action == "/gens/certificates/1/save"), "{to}");
            }
        }
    }
    // All that any form leads to lies here.
    let mut led = 0;
    for need in needs().into_iter().filter(|need| need.route.method == "POST") {
        let world = World::new();
        let mut plan = need.plan(&world);
        plan.fields
            .extend([("next", "//evil.example".to_owned()), ("do", "add:\r\nX: y".to_owned())]);
        let (tenant, name) = plan.owner;
        let answer = plan.take(&mut Browser::with_session(&world, tenant, name), &plan.path());
        if let Some(location) = answer.value("location") {
            assert!(location.starts_with("/gens/") && !location.contains("evil"), "{location}");
            assert!(!location.contains(['\r', '\n', ' ', '\\']), "{location}");
            led += 1;
        }
    }
    assert!(led > 10, "{led}");
}
