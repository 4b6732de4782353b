//! Logging in, and what becomes of the work when a session ends.

use crate::browser::{Browser, SESSION, field, text};
use crate::sample;
use crate::world::{PASSWORD, World};

#[test]
fn session_cookie_is_for_https_and_no_script() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    browser.get("log-in");
    let before = browser.cookies.clone();
    let fields = [("tenant", "GH"), ("name", "officer"), ("password", PASSWORD)];
    let answer = browser.post("log-in", &fields);
    let cookie = answer.values("set-cookie").find(|cookie| cookie.starts_with("__Host-gens="));
    let cookie = cookie.expect("the session is given");
    for attribute in ["; Path=/; ", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!before.contains_key(SESSION));
    let first = browser.cookies[SESSION].clone();
    // Whoever plants a session of their own has it replaced, not raised.
    let mut planted = Browser::new(&world);
    planted.cookies.insert(SESSION.to_owned(), "A".repeat(43));
    planted.get("log-in");
    planted.post("log-in", &fields);
    assert_ne!(planted.cookies[SESSION], "A".repeat(43));
    assert_ne!(planted.cookies[SESSION], first);
    // The end: what was a session is none.
    let out = browser.post("log-out", &[]);
    assert_eq!(out.status(), 303);
    browser.cookies.insert(SESSION.to_owned(), first);
    assert_eq!(browser.get("").status(), 303);
}

#[test]
fn wrong_password_is_refused_and_tries_are_limited() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    let mut statuses = Vec::new();
    for _ in 0..15 {
        let fields = [("tenant", "GH"), ("name", "officer"), ("password", "wrong")];
        statuses.push(browser.post("log-in", &fields).status());
    }
    assert_eq!(statuses.first(), Some(&401));
    assert_eq!(statuses.last(), Some(&429));
}

#[test]
fn what_was_typed_survives_the_end_of_the_session() {
    let world = World::new();
    let id = world.draft(sample::smallest("NL"));
    let mut browser = Browser::of(&world, "GH", "trader");
    let path = format!("certificates/{id}/save");
    let fields = [("csrf", "gone"), ("revision", "2"), ("exporter.name", "Typed & kept")];
    browser.cookies.remove(SESSION);
    let asked = browser.post_bare(&path, &fields);
    assert_eq!(asked.status(), 401);
    let kept = field(&text(&asked), "kept").expect("it goes along with the log-in");
    let fields = [("tenant", "GH"), ("name", "trader"), ("password", PASSWORD), ("kept", &*kept)];
    let offered = text(&browser.post("log-in", &fields));
    assert_eq!(field(&offered, "exporter.name").as_deref(), Some("Typed & kept"));
    let token = field(&offered, "csrf").expect("it is a form of the new session");
    let fields = [("csrf", &*token), ("revision", "2"), ("exporter.name", "Typed & kept")];
    assert_eq!(browser.post_bare(&path, &fields).status(), 303);
    let shown = text(&browser.get(&format!("certificates/{id}")));
    assert!(shown.contains("Typed &#38; kept"), "{shown}");
    // From another site nothing is kept, and nothing but a certificate's form ever is.
    let evil = [("csrf", "x"), ("kept", "users/1\nroles=admin"), ("tenant", "GH")];
    assert!(field(&text(&Browser::new(&world).post_bare("log-in", &evil)), "roles").is_none());
}
