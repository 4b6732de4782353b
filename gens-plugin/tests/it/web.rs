//! The pages as browsers and attackers see them: who gets which by the table of routes.

#[path = "web/entry.rs"]
mod entry;
#[path = "web/escaping.rs"]
mod escaping;
#[path = "web/upload.rs"]
mod upload;
#[path = "web/way.rs"]
mod way;

use phytohub_gens::domain::{CertificateId, Role};
use phytohub_gens::web::{Access, routes};

use crate::browser::{Browser, text};
use crate::sample;
use crate::world::{PASSWORD, World};

/// Everybody who can be logged in, with what they are.
const PEOPLE: [(&str, Role); 7] = [
    ("admin", Role::NppoAdministrator),
    ("officer", Role::Officer),
    ("inspector", Role::Inspector),
    ("issuer", Role::IssuingOfficer),
    ("importer", Role::ImportOfficer),
    ("auditor", Role::Auditor),
    ("trader", Role::ApplicantAdministrator),
];

/// The route with its segments filled in.
fn filled(pattern: &str, id: CertificateId) -> String {
    let id = id.to_string();
    pattern
        .replace("{id}", &id)
        .replace("{file}", "1")
        .replace("{step}", "withdraw")
        .replace("{token}", "nobody-knows")
}

#[test]
fn every_route_denies_who_is_not_logged_in() {
    let world = World::new();
    let id = world.draft(sample::smallest("NL"));
    for route in routes().iter().filter(|route| route.access != Access::Anybody) {
        let path = filled(route.pattern, id);
        let mut browser = Browser::new(&world);
        let answer = match route.method {
            "GET" => browser.get(&path),
            _ => browser.post(&path, &[("revision", "1")]),
        };
        let denied = match route.method {
            "GET" => (303, Some("/gens/log-in")),
            _ => (401, None),
        };
        assert_eq!((answer.status(), answer.value("location")), denied, "{route:?}");
        assert!(!text(&answer).contains("Apples"), "{route:?}");
    }
}

#[test]
fn every_route_denies_who_has_no_right_and_admits_who_has() {
    let world = World::new();
    let id = world.draft(sample::smallest("NL"));
    for (name, role) in PEOPLE {
        let mut browser = Browser::of(&world, "GH", name);
        for route in routes().iter().filter(|route| matches!(route.access, Access::Rights(_))) {
            if route.method != "GET" {
                continue;
            }
            let answer = browser.get(&filled(route.pattern, id));
            if !route.access.admits(role.rights()) {
                assert_eq!(answer.status(), 403, "{name} {route:?}");
                assert!(!text(&answer).contains("Apples"), "{name} {route:?}");
            } else if !route.pattern.contains('{') {
                assert_eq!(answer.status(), 200, "{name} {route:?} {}", text(&answer));
            }
        }
    }
}

#[test]
fn every_form_is_refused_without_its_token_and_never_for_want_of_it_with() {
    let world = World::new();
    let id = world.draft(sample::smallest("NL"));
    for route in routes().iter().filter(|route| route.method == "POST") {
        assert!(route.csrf, "{route:?}");
        let path = filled(route.pattern, id);
        let (name, _) = PEOPLE
            .into_iter()
            .find(|(_, role)| route.access.admits(role.rights()))
            .expect("every route is somebody's");
        let mut browser = match route.access {
            Access::Anybody => Browser::new(&world),
            _ => Browser::of(&world, "GH", name),
        };
        let others = Browser::of(&world, "GH", "officer").csrf();
        for token in ["", "x", &others] {
            if name == "officer" && token == others {
                continue;
            }
            let answer = browser.post_bare(&path, &[("csrf", token), ("revision", "1")]);
            assert_eq!(answer.status(), 403, "{token:?} {route:?}");
            assert!(text(&answer).contains("no longer valid"), "{token:?} {route:?}");
        }
        let answer = browser.post(&path, &[("revision", "1")]);
        assert!(!text(&answer).contains("no longer valid"), "{route:?}");
    }
}

#[test]
fn other_countries_and_organizations_see_nothing_by_any_route() {
    let world = World::new();
    let id = world.draft(sample::smallest("NL"));
    let strangers =
        [("NL", "admin"), ("NL", "officer"), ("NL", "issuer"), ("NL", "trader"), ("GH", "rival")];
    for (tenant, name) in strangers {
        let mut browser = Browser::of(&world, tenant, name);
        for route in routes().iter().filter(|route| route.pattern.starts_with("certificates/{id}"))
        {
            let path = filled(route.pattern, id);
            let answer = match route.method {
                "GET" => browser.get(&path),
                _ => browser
                    .post(&path, &[("revision", "1"), ("reason", "x"), ("password", PASSWORD)]),
            };
            // A file that was not chosen is no attempt.
            let expected: &[u16] =
                if route.pattern.ends_with("attachments") { &[303, 403, 404] } else { &[403, 404] };
            assert!(
                expected.contains(&answer.status()),
                "{tenant} {name} {route:?} {}",
                answer.status()
            );
            assert!(!text(&answer).contains("Apples"), "{tenant} {name} {route:?}");
        }
    }
    // The control: to its own people it is there.
    for name in ["trader", "officer"] {
        let answer = Browser::of(&world, "GH", name).get(&format!("certificates/{id}"));
        assert!(text(&answer).contains("Apples"), "{name}");
    }
}
