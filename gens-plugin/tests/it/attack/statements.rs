//! What is typed and asked for by people who know how databases work.

use phytohub_gens::web::routes;

use super::plan::needs;
use super::state::state;
use crate::browser::{Browser, encoded, text};
use crate::sample;
use crate::world::{PASSWORD, World};

const QUERIES: [&str; 24] = [
    "' OR 1=1 --",
    "'; DROP TABLE certificate; --",
    "x') UNION SELECT password FROM credential --",
    "\" OR \"\"=\"",
    "1; DELETE FROM user",
    "%' OR '%'='",
    "scope : t2",
    "scope : \"t2\"",
    "t1\" OR scope : \"t2",
    "{scope} : t2*",
    "\"t1\" OR \"t2\"",
    "NEAR(apples pears)",
    "apples OR",
    "^apples",
    "apples AND (",
    "- apples",
    "rank:bm25",
    "*",
    "\"*",
    "\"",
    "\0",
    "apples\0\" OR \"x",
    "{visible c}",
    ":tenant",
];

#[test]
fn searches_are_words_and_never_statements() {
    let world = World::new();
    world.draft(sample::smallest("NL"));
    let rival = world.session("GH", "rival");
    let other = world.gens.create_draft(rival, None).expect("it is begun");
    let mut draft = sample::smallest("US");
    draft.lines[0].produce = "Rivalfruit".to_owned();
    world.gens.save_draft(rival, other, 1, draft).expect("it is saved");
    let before = state(&world);
    for (tenant, name) in [("GH", "trader"), ("GH", "auditor"), ("NL", "auditor")] {
        let mut browser = Browser::with_session(&world, tenant, name);
        for route in routes().iter().filter(|route| route.method == "GET") {
            if route.pattern.contains('{') || route.pattern.starts_with("log") {
                continue;
            }
            for query in QUERIES {
                for field in ["q", "state", "from", "to", "after", "sort", "lang", "done"] {
                    let path = format!("{}?{field}={}", route.pattern, encoded(query));
                    let answer = browser.get(&path);
                    let status = answer.status();
                    assert!([200, 303, 403].contains(&status), "{name} {path} {status}");
                    let page = text(&answer);
                    assert!(!page.contains("$argon2"), "{path}");
                    assert!(name != "trader" || !page.contains("Rivalfruit"), "{name} {path}");
                    assert!(tenant == "GH" || !page.contains("Apples"), "{name} {path}");
                }
            }
        }
    }
    assert_eq!(state(&world), before);
    // The control: words find what one has, and nothing else.
    let mut trader = Browser::with_session(&world, "GH", "trader");
    assert!(text(&trader.get("certificates?q=apples")).contains("Apples"));
    assert!(
        !text(&trader.get("certificates?q=rivalfruit")).contains("href=\"/gens/certificates/2")
    );
    let mut auditor = Browser::with_session(&world, "GH", "auditor");
    assert!(text(&auditor.get("certificates?q=rivalfruit")).contains("Rivalfruit"));
}

#[test]
fn statements_that_are_typed_are_kept_as_they_are() {
    let world = World::new();
    let mut draft = sample::smallest("NL");
    draft.exporter.name = "'); DROP TABLE user; -- \"x\" {tenant} :id".to_owned();
    draft.marks = "\0' || (SELECT password FROM credential) || '".to_owned();
    let id = world.draft(draft.clone());
    let view = world.gens.certificate(world.session("GH", "trader"), id).expect("it is seen");
    assert_eq!(view.draft.exporter, draft.exporter);
    let mut browser = Browser::new(&world);
    for evil in ["officer'--", "' OR 1=1 --", "officer\" OR \"1\"=\"1"] {
        for (tenant, name) in [("GH", evil), (evil, "officer")] {
            let fields = [("tenant", tenant), ("name", name), ("password", PASSWORD)];
            assert_eq!(browser.post("log-in", &fields).status(), 401, "{tenant} {name}");
        }
    }
    let fields = [("tenant", "GH"), ("name", "officer"), ("password", PASSWORD)];
    assert_eq!(browser.post("log-in", &fields).status(), 303);
}

#[test]
fn ids_that_are_none_are_not_there() {
    let world = World::new();
    let evil = [
        "0",
        "-1",
        "1%20OR%201=1",
        "1'",
        "1%00",
        "%2e%2e",
        "..%2F..%2Fetc%2Fpasswd",
        "1.0",
        "0x1",
        "%EF%BC%91",
        "9223372036854775808",
        "99999999999999999999",
        "1;2",
        "+1",
        "%2B1",
        "true",
        "..%5C..%5Cgens.sqlite",
        "%252e%252e%252f",
    ];
    let before = state(&world);
    for need in needs().into_iter().filter(|need| need.route.pattern.contains('{')) {
        let pattern = need.route.pattern;
        let (tenant, name) = match pattern.split('/').next() {
            Some("imports") => ("GH", "importer"),
            Some("certificates") => ("GH", "officer"),
            _ => ("GH", "admin"),
        };
        for id in evil {
            let mut path = pattern.to_owned();
            for part in pattern.split('/').filter(|part| part.starts_with('{')) {
                path = path.replace(part, id);
            }
            let mut browser = Browser::with_session(&world, tenant, name);
            let answer = match need.route.method {
                "GET" => browser.get(&path),
                _ => browser
                    .post(&path, &[("revision", "1"), ("password", PASSWORD), ("reason", "x")]),
            };
            let status = answer.status();
            // A form without a file leads back to where it was.
            let fits = [404, 403, 429].contains(&status)
                || pattern.ends_with("attachments") && status == 303;
            assert!(fits, "{} {path} {status}", need.route.method);
        }
    }
    assert_eq!(state(&world), before);
}
