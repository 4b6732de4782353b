//! What every answer tells the browser not to do.

use phytohub_gens::web::{Access, Answer, POLICY, routes};

use super::plan::needs;
use crate::browser::{Browser, SESSION, text};
use crate::world::{PASSWORD, World};

fn check(answer: &Answer, what: &str) {
    let value = |name: &str| answer.value(name).unwrap_or_default();
    assert_eq!(value("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(value("referrer-policy"), "same-origin", "{what}");
    assert_eq!(value("x-frame-options"), "DENY", "{what}");
    assert_eq!(value("cache-control"), "no-store", "{what}");
    let policy = value("content-security-policy");
    let saved = value("content-disposition");
    match answer.content_type() {
        Some(kind) if kind.starts_with("text/html") => {
            assert_eq!(policy, POLICY, "{what}");
            assert!(saved.is_empty(), "{what}");
        }
        Some(_) if answer.status() == 200 => {
            assert_eq!(policy, "default-src 'none'; sandbox", "{what}");
            assert!(saved.starts_with("attachment; filename=\""), "{what} {saved}");
        }
        Some(kind) => panic!("{what}: {kind}"),
        None => assert!(answer.body().is_empty(), "{what}"),
    }
    for cookie in answer.values("set-cookie") {
        for attribute in ["__Host-", "; Path=/;", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
            assert!(cookie.contains(attribute), "{what}: {cookie}");
        }
    }
}

#[test]
fn policy_lets_nothing_in_that_is_not_ours() {
    let rules: Vec<&str> = POLICY.split(';').map(str::trim).collect();
    for rule in
        ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
    {
        assert!(rules.contains(&rule), "{rule}");
    }
    for loose in ["unsafe", "http:", "https:", "*", "blob:"] {
        assert!(!POLICY.contains(loose), "{loose}");
    }
    assert!(rules.contains(&"script-src 'self'") && rules.contains(&"style-src 'self'"));
}

#[test]
fn every_answer_of_every_route_carries_them() {
    let mut statuses = std::collections::BTreeMap::new();
    for need in needs() {
        let world = World::new();
        let plan = need.plan(&world);
        let (tenant, name) = plan.owner;
        let what = format!("{} {}", need.route.method, plan.path());
        // Missing, denied, not logged in, and done.
        let mut stranger = Browser::with_session(&world, "NL", "importer");
        let mut visitor = Browser::new(&world);
        let mut owner = match need.route.access {
            Access::Anybody => Browser::new(&world),
            _ => Browser::with_session(&world, tenant, name),
        };
        let answers = [
            plan.take(&mut stranger, &plan.nobodys_path()),
            plan.take(&mut visitor, &plan.path()),
            plan.take(&mut owner, &plan.path()),
        ];
        for answer in answers {
            check(&answer, &what);
            *statuses.entry(answer.status()).or_insert(0) += 1;
        }
        if need.route.method == "POST" {
            check(&owner.post_bare(&plan.path(), &[("csrf", "x")]), &what);
        }
    }
    for status in [200, 303, 401, 403, 404] {
        assert!(statuses.contains_key(&status), "{statuses:?}");
    }
}

#[test]
fn cookies_go_without_tls_only_where_there_is_none() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    browser.scheme = "http";
    browser.get("log-in");
    let fields = [("tenant", "GH"), ("name", "officer"), ("password", PASSWORD)];
    let answer = browser.post("log-in", &fields);
    assert_eq!(answer.status(), 303, "{}", text(&answer));
    let cookie = answer.values("set-cookie").find(|one| one.starts_with("gens="));
    let cookie = cookie.expect("a session is given");
    assert!(cookie.contains("; Path=/gens/; HttpOnly; SameSite=Lax"), "{cookie}");
    assert!(!cookie.contains("Secure"), "{cookie}");
    // What was given without TLS is no session with it.
    let token = browser.cookies["gens"].clone();
    let mut over_tls = Browser::new(&world);
    over_tls.cookies.insert("gens".to_owned(), token.clone());
    assert_eq!(over_tls.get("").status(), 303);
    over_tls.cookies.insert(SESSION.to_owned(), token);
    assert_eq!(over_tls.get("").status(), 200);
}

#[test]
fn public_page_is_not_to_be_found_by_search_engines() {
    let world = World::new();
    let mut found = 0;
    for need in needs().into_iter().filter(|need| need.route.pattern.starts_with("v/")) {
        let plan = need.plan(&world);
        let answer = plan.take(&mut Browser::new(&world), &plan.path());
        assert_eq!(answer.value("x-robots-tag"), Some("noindex"), "{}", text(&answer));
        found += 1;
    }
    assert_eq!(found, 2);
    assert!(routes().iter().filter(|route| route.access == Access::Anybody).count() <= 8);
}
