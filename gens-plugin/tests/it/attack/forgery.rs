//! Requests that somebody else makes a browser send, and sessions that somebody else chose.

use phytohub_gens::web::routes;

use super::plan::needs;
use super::state::state;
use crate::browser::{Browser, SESSION, encoded, field, text};
use crate::sample;
use crate::world::{PASSWORD, World};

const FORM: (&str, &[u8]) = ("content-type", b"application/x-www-form-urlencoded");

/// What browsers say of a request from elsewhere.
const FOREIGN: [&[(&str, &[u8])]; 6] = [
    &[("sec-fetch-site", b"cross-site")],
    &[("sec-fetch-site", b"same-site")],
    &[("origin", b"https://evil.example")],
    &[("origin", b"null")],
    &[("origin", b"http://hub.example")],
    &[("sec-fetch-site", b"same-origin"), ("origin", b"https://hub.example.evil.example")],
];

#[test]
fn forms_from_elsewhere_are_refused_even_with_the_right_token() {
    for need in needs().into_iter().filter(|need| need.route.method == "POST") {
        let world = World::new();
        let plan = need.plan(&world);
        let (tenant, name) = plan.owner;
        let mut browser = match need.route.access {
            phytohub_gens::web::Access::Anybody => Browser::new(&world),
            _ => Browser::with_session(&world, tenant, name),
        };
        let csrf = browser.csrf();
        let body: Vec<String> = plan
            .fields
            .iter()
            .map(|(name, value)| (*name, &**value))
            .chain([("csrf", &*csrf)])
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        let body = body.join("&");
        let before = state(&world);
        for said in FOREIGN {
            let headers = [&[FORM], said].concat();
            let answer = browser.send("POST", &plan.path(), Some(body.as_bytes()), &headers);
            assert_eq!(answer.status(), 403, "{said:?} {}", plan.path());
            assert_eq!(state(&world), before, "{said:?} {}", plan.path());
        }
        // The control: from one's own page it goes through.
        let own: [(&str, &[u8]); 3] =
            [FORM, ("sec-fetch-site", b"same-origin"), ("origin", b"https://hub.example")];
        let answer = browser.send("POST", &plan.path(), Some(body.as_bytes()), &own);
        assert_ne!(answer.status(), 403, "{} {}", plan.path(), text(&answer));
    }
}

#[test]
fn looking_changes_nothing() {
    let world = World::new();
    let plans: Vec<_> = needs()
        .into_iter()
        .filter(|need| need.route.method == "GET")
        .map(|need| need.plan(&world))
        .collect();
    let paths: Vec<String> = plans.iter().map(super::plan::Plan::path).collect();
    // Who has looked at an application is kept: it can no longer be taken back. Once is enough.
    for name in ["officer", "inspector", "issuer"] {
        let mut browser = Browser::with_session(&world, "GH", name);
        for path in &paths {
            browser.get(path);
        }
    }
    let mut seen = 0;
    for name in ["admin", "officer", "inspector", "issuer", "importer", "auditor", "trader"] {
        let mut browser = Browser::with_session(&world, "GH", name);
        for path in &paths {
            let before = state(&world);
            let answer = browser.get(path);
            seen += usize::from(answer.status() == 200);
            assert_eq!(state(&world), before, "{name} {path}");
        }
    }
    assert!(seen > 100, "{seen} pages were seen");
    // The control: sending does.
    let before = state(&world);
    Browser::with_session(&world, "GH", "trader").post("certificates/new", &[]);
    assert_ne!(state(&world), before);
}

#[test]
fn forms_are_not_taken_as_pages_nor_pages_as_forms() {
    let posts = routes().iter().filter(|route| route.method == "POST");
    for route in posts {
        assert!(route.csrf && route.body_bytes_max > 0, "{route:?}");
    }
    // By the wrong method a route is not found, whatever the hub says that fitted.
    let world = World::new();
    let web = phytohub_gens::web::Web::new(world.gens.clone());
    for (place, route) in routes().iter().enumerate() {
        let other = if route.method == "GET" { "POST" } else { "GET" };
        let path = format!("/gens/{}", route.pattern);
        let mut request = phytohub_plugin_sdk::Request::new(other, "/gens/", &path, route.pattern);
        request.route = place;
        let answer = web.answer(&request, &mut phytohub_gens::web::Complete);
        assert_eq!(answer.status(), 404, "{other} {route:?}");
    }
}

fn log_in(browser: &mut Browser, name: &str) -> phytohub_gens::web::Answer {
    browser.post("log-in", &[("tenant", "GH"), ("name", name), ("password", PASSWORD)])
}

#[test]
fn session_that_somebody_planted_is_neither_raised_nor_kept() {
    let world = World::new();
    // One that never was, one that is an attacker's own, one that waits for a second factor.
    let own = Browser::of(&world, "GH", "rival").cookies[SESSION].clone();
    for planted in ["A".repeat(43), own.clone(), String::new(), "../../x".to_owned()] {
        let mut victim = Browser::new(&world);
        victim.get("log-in");
        victim.cookies.insert(SESSION.to_owned(), planted.clone());
        let answer = log_in(&mut victim, "officer");
        assert_eq!(answer.status(), 303, "{planted} {}", text(&answer));
        assert_ne!(victim.cookies[SESSION], planted);
        let mut attacker = Browser::new(&world);
        attacker.cookies.insert(SESSION.to_owned(), planted.clone());
        let seen = text(&attacker.get("account"));
        assert!(!seen.contains("Person officer"), "{planted}: {seen}");
    }
    // The control: the attacker's own session is still the attacker's.
    let mut attacker = Browser::new(&world);
    attacker.cookies.insert(SESSION.to_owned(), own);
    assert!(text(&attacker.get("account")).contains("Person rival"));
}

#[test]
fn token_changes_with_each_factor_and_half_a_log_in_is_none() {
    let world = World::new();
    let seed = world.enrol_issuer();
    world.watch.pass_ms(60_000);
    let mut browser = Browser::new(&world);
    let asked = log_in(&mut browser, "issuer");
    assert_eq!(asked.status(), 200);
    assert!(!browser.cookies.contains_key(SESSION));
    let (waiting, token) =
        browser.cookies.iter().find(|(name, _)| name.contains("waiting")).expect("it waits");
    let (waiting, token) = (waiting.clone(), token.clone());
    // As a session it is none.
    let mut thief = Browser::new(&world);
    thief.cookies.insert(SESSION.to_owned(), token.clone());
    assert_eq!(thief.get("certificates").status(), 303);
    let code = world.code(&seed);
    assert_eq!(browser.post("log-in/second-factor", &[("code", &code)]).status(), 303);
    assert_ne!(browser.cookies[SESSION], token);
    assert!(!browser.cookies.contains_key(&waiting), "what waited is over");
    assert_eq!(browser.get("certificates").status(), 200);
    // And used once more, with the same code or without, it is nothing.
    thief.cookies.remove(SESSION);
    thief.cookies.insert(waiting, token);
    let again = thief.post("log-in/second-factor", &[("code", &code)]);
    assert_eq!(again.status(), 401);
    assert!(!thief.cookies.contains_key(SESSION));
}

#[test]
fn token_of_a_visitor_is_no_token_of_a_session_nor_of_another_visitor() {
    let world = World::new();
    let (mut one, mut other) = (Browser::new(&world), Browser::new(&world));
    let (first, second) = (one.csrf(), other.csrf());
    assert_ne!(first, second);
    let credentials = [("tenant", "GH"), ("name", "trader"), ("password", PASSWORD)];
    let with = |token: &str| {
        let mut fields = vec![("csrf", token.to_owned())];
        fields.extend(credentials.map(|(name, value)| (name, value.to_owned())));
        fields
    };
    let send = |browser: &mut Browser, token: &str| {
        let fields = with(token);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, &**v)).collect();
        browser.post_bare("log-in", &fields).status()
    };
    assert_eq!(send(&mut one, &second), 403);
    assert_eq!(send(&mut one, ""), 403);
    assert_eq!(send(&mut one, &first), 303);
    // From before the log-in it is good for nothing.
    assert_eq!(one.post_bare("certificates/new", &[("csrf", &first)]).status(), 403);
    let own = field(&text(&one.get("account")), "csrf").expect("there is one");
    assert_eq!(one.post_bare("certificates/new", &[("csrf", &own)]).status(), 303);
}

#[test]
fn end_of_a_session_is_the_end_of_its_forms() {
    let world = World::new();
    let id = world.draft(sample::smallest("NL"));
    let mut browser = Browser::of(&world, "GH", "trader");
    let (csrf, cookie) = (browser.csrf(), browser.cookies[SESSION].clone());
    assert_eq!(browser.post("log-out", &[]).status(), 303);
    browser.cookies.insert(SESSION.to_owned(), cookie);
    let path = format!("certificates/{id}/copy");
    let before = state(&world);
    assert_eq!(browser.post_bare(&path, &[("csrf", &csrf)]).status(), 401);
    assert_eq!(state(&world), before);
    let mut again = Browser::of(&world, "GH", "trader");
    assert_eq!(again.post(&path, &[]).status(), 303);
}
