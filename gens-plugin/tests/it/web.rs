//! The pages as browsers and attackers see them.

use phytohub_gens::domain::{CertificateId, Right, Role};
use phytohub_gens::web::{ATTACHMENT_BYTES_MAX, Access, FORM_BYTES_MAX, POLICY, routes};

use crate::browser::{Browser, SESSION, field, text};
use crate::sample;
use crate::world::{PASSWORD, World};

const EVIL: &str = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&";

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

#[test]
fn what_people_type_is_escaped_on_every_page() {
    let world = World::new();
    let mut trader = Browser::of(&world, "GH", "trader");
    let made = trader.post("certificates/new", &[]);
    let edit = made.value("location").expect("it leads to the form").replace("/gens/", "");
    let page = text(&trader.get(&edit));
    let names: Vec<String> = page
        .split(" name=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|name| name.contains('.') || ["destination", "marks"].contains(name))
        .map(ToOwned::to_owned)
        .collect();
    assert!(names.len() > 15, "{names:?}");
    let mut fields: Vec<(&str, &str)> = names.iter().map(|name| (&**name, EVIL)).collect();
    let inner = [
        "transit.0",
        "containers.0.number",
        "containers.0.seals",
        "declarations.0.text",
        "lines.0.origins.0.country",
        "lines.0.origins.0.region",
        "lines.0.packages.0.kind",
        "lines.0.packages.0.quantity",
        "lines.0.treatments.0.chemical",
        "lines.0.treatments.0.information",
        "lines.0.declarations.0.text",
        "import_permit",
        "official_information",
    ];
    fields.extend(inner.map(|name| (name, EVIL)));
    let revision = field(&page, "revision").expect("the form carries it");
    fields.push(("revision", &revision));
    let id = edit.trim_end_matches("/edit").to_owned();
    let saved = trader.post(&format!("{id}/save"), &fields);
    assert_eq!(saved.status(), 303, "{}", text(&saved));
    let mut officer = Browser::of(&world, "GH", "officer");
    let pages = [
        text(&trader.get(&edit)),
        text(&trader.get(&id)),
        text(&trader.get(&format!("{id}/paper"))),
        text(&trader.get("")),
        text(&officer.get("certificates?q=%3Cscript%3E%22")),
        text(&officer.get(&format!("{id}/paper"))),
    ];
    for page in pages {
        for mark in ["<script>alert", "<img src=x"] {
            assert!(!page.contains(mark), "{page}");
        }
    }
    // The control: it is there, as text.
    assert!(text(&trader.get(&edit)).contains("&#60;script&#62;alert(1)"));
}

#[test]
fn received_certificates_are_text_and_nothing_else() {
    let world = World::new();
    let mut hostile = sample::smallest("GH");
    hostile.lines[0].produce = EVIL.to_owned();
    hostile.exporter.name = EVIL.to_owned();
    let facts = phytohub_gens::domain::IssueFacts {
        number: EVIL.to_owned(),
        status: 70,
        issued: "2026-03-04T10:11:12Z".to_owned(),
        country: "NL".to_owned(),
        ..Default::default()
    };
    let xml = phytohub_gens::domain::certificate(&hostile, &facts, &[]).to_xml();
    world.hub.deliver("NL", "GH", EVIL, 70, xml.as_bytes());
    world.exchange();
    let mut browser = Browser::of(&world, "GH", "importer");
    let list = text(&browser.get("imports"));
    let path = list.split("href=\"/gens/imports/").nth(1).expect("it is listed");
    let id = path.split('"').next().expect("an address ends").to_owned();
    let shown = text(&browser.get(&format!("imports/{id}")));
    let paper = text(&browser.get(&format!("imports/{id}/paper")));
    for page in [list, shown.clone(), paper.clone()] {
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{page}");
        assert!(page.contains("&#60;script&#62;"), "{page}");
    }
    let xml = browser.get(&format!("imports/{id}/xml"));
    let saved = xml.value("content-disposition").expect("it is to be saved");
    assert!(saved.starts_with("attachment; filename=\""), "{saved}");
    assert!(!saved.contains('<') && saved.matches('"').count() == 2, "{saved}");
}

#[test]
fn every_page_carries_its_policy_and_nothing_inline() {
    let world = World::new();
    let (id, _) = world.issued(sample::full("NL"));
    let mut browser = Browser::of(&world, "GH", "issuer");
    for path in ["", "account", "certificates", "statistics-none"] {
        if path == "statistics-none" {
            continue;
        }
        check_page(&browser.get(path));
    }
    check_page(&browser.get(&format!("certificates/{id}")));
    check_page(&browser.get(&format!("certificates/{id}/paper")));
    check_page(&Browser::new(&world).get("log-in"));
    check_page(&Browser::of(&world, "GH", "trader").get("statistics"));
}

fn check_page(answer: &phytohub_gens::web::Answer) {
    assert_eq!(answer.status(), 200, "{}", text(answer));
    assert_eq!(answer.value("content-security-policy"), Some(POLICY));
    assert_eq!(answer.value("x-content-type-options"), Some("nosniff"));
    let page = text(answer);
    for inline in [" style=", "<style", " onclick=", " onload=", "javascript:"] {
        assert!(!page.contains(inline), "{inline}: {page}");
    }
    assert_eq!(page.matches("<script").count(), page.matches("<script src=").count());
    assert!(page.len() < 100 * 1024, "{} bytes", page.len());
}

#[test]
fn form_of_a_certificate_is_small_and_complete_in_both_languages() {
    let world = World::new();
    let id = world.draft(sample::full("NL"));
    let mut browser = Browser::of(&world, "GH", "trader");
    for (tag, direction, word) in [("en", "ltr", "Save"), ("ar", "rtl", "حفظ")] {
        let answer = browser.get(&format!("certificates/{id}/edit?lang={tag}"));
        let page = text(&answer);
        assert!(page.contains(&format!("lang=\"{tag}\" dir=\"{direction}\"")), "{page}");
        assert!(page.contains(word), "{page}");
        assert!(page.len() < 100 * 1024, "{} bytes", page.len());
        // The language is kept.
        assert!(text(&browser.get("")).contains(&format!("dir=\"{direction}\"")));
    }
}

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

#[test]
fn uploads_are_taken_by_what_they_are_and_given_back_to_be_saved() {
    let world = World::new();
    let id = world.draft(sample::smallest("NL"));
    let mut browser = Browser::of(&world, "GH", "trader");
    let path = format!("certificates/{id}/attachments");
    let page = b"<html><script>alert(1)</script></html>";
    assert_eq!(browser.upload(&path, "evil.pdf", page).status(), 422);
    let name = "../../etc/pass\"wd\r\nX-Evil: 1.pdf";
    assert!([303, 400].contains(&browser.upload(&path, name, b"%PDF-1.7").status()));
    assert_eq!(browser.upload(&path, "../../list.pdf", b"%PDF-1.7 list").status(), 303);
    let shown = text(&browser.get(&format!("certificates/{id}")));
    let links: Vec<&str> = shown.split("attachments/").skip(1).collect();
    let number = links.last().and_then(|rest| rest.split('"').next()).expect("it is listed");
    let file = browser.get(&format!("certificates/{id}/attachments/{number}"));
    assert_eq!(file.body(), b"%PDF-1.7 list");
    assert_eq!(file.content_type(), Some("application/pdf"));
    let saved = file.value("content-disposition").expect("it is to be saved");
    assert!(saved.starts_with("attachment; filename=\"list.pdf\""), "{saved}");
    assert_eq!(file.value("x-content-type-options"), Some("nosniff"));
    assert_eq!(file.value("content-security-policy"), Some("default-src 'none'; sandbox"));
    for evil in ["..%2F..%2Fgens.db", "0", "-1", "1%00", "9999999999999999999999"] {
        let answer = browser.get(&format!("certificates/{id}/attachments/{evil}"));
        assert_eq!(answer.status(), 404, "{evil}");
    }
}

#[test]
fn oversized_bodies_are_refused() {
    let world = World::new();
    let id = world.draft(sample::smallest("NL"));
    let mut browser = Browser::of(&world, "GH", "trader");
    let path = format!("certificates/{id}/attachments");
    let mut large = b"%PDF-".to_vec();
    large.resize(ATTACHMENT_BYTES_MAX + 1, b' ');
    assert_eq!(browser.upload(&path, "a.pdf", &large).status(), 413);
    large.truncate(ATTACHMENT_BYTES_MAX);
    assert_eq!(browser.upload(&path, "a.pdf", &large).status(), 303);
    let form = vec![b'a'; usize::try_from(FORM_BYTES_MAX).expect("it fits") + 1];
    let path = format!("certificates/{id}/save");
    assert_eq!(browser.send("POST", &path, Some(&form), &[]).status(), 413);
}

#[test]
fn headers_cannot_be_injected() {
    let world = World::new();
    let mut browser = Browser::of(&world, "GH", "trader");
    let id = world.draft(sample::smallest("NL"));
    let fields = [("revision", "2"), ("do", "add:lines.0.origins\r\nSet-Cookie: evil=1")];
    let answer = browser.post(&format!("certificates/{id}/save"), &fields);
    let location = answer.value("location").expect("it leads back");
    assert!(!location.contains(['\r', '\n', ' ']), "{location}");
    let answer = browser.get("certificates?lang=ar%0D%0ASet-Cookie:%20evil=1");
    assert!(answer.values("set-cookie").all(|cookie| !cookie.contains("evil")));
}

#[test]
fn certificate_goes_its_way_through_the_pages() {
    let world = World::new();
    let mut trader = Browser::of(&world, "GH", "trader");
    let id = world.draft(sample::full("NL"));
    let path = format!("certificates/{id}");
    let step = |browser: &mut Browser, step: &str, fields: &[(&str, &str)]| {
        let path = format!("{path}/steps/{step}");
        let page = text(&browser.get(&path));
        let revision = field(&page, "revision").unwrap_or_default();
        let mut all = vec![("revision", &*revision)];
        all.extend(fields);
        browser.post(&path, &all).status()
    };
    assert_eq!(step(&mut trader, "submit", &[]), 303);
    let mut officer = Browser::of(&world, "GH", "officer");
    assert!(text(&officer.get("")).contains(&path));
    assert_eq!(step(&mut officer, "return", &[]), 422);
    assert_eq!(step(&mut officer, "return", &[("reason", "Consignee?")]), 303);
    assert!(text(&trader.get(&format!("{path}/edit"))).contains("Consignee?"));
    assert_eq!(step(&mut trader, "submit", &[]), 303);
    assert_eq!(step(&mut Browser::of(&world, "GH", "inspector"), "inspect", &[]), 303);
    assert_eq!(step(&mut officer, "approve", &[]), 303);
    let mut issuer = Browser::of(&world, "GH", "issuer");
    assert_eq!(step(&mut issuer, "issue", &[("password", "wrong")]), 422);
    assert_eq!(step(&mut issuer, "issue", &[("password", PASSWORD)]), 303);
    world.exchange();
    assert!(text(&issuer.get(&path)).contains("Delivered"));
    let mut importer = Browser::of(&world, "NL", "importer");
    let home = text(&importer.get(""));
    let import = home.split("href=\"/gens/imports/").nth(1).expect("it waits");
    let import = format!("imports/{}", import.split('"').next().unwrap_or_default());
    assert!(text(&importer.get(&import)).contains("Apples"));
    let decide = format!("{import}/decide");
    assert_eq!(importer.post(&decide, &[("decision", "rejected")]).status(), 422);
    assert_eq!(importer.post(&decide, &[("decision", "accepted")]).status(), 303);
    assert!(text(&importer.get(&import)).contains("Accepted"));
    let fields = [("reason", "Error"), ("password", PASSWORD)];
    assert_eq!(step(&mut issuer, "withdraw", &fields), 303);
    assert!(text(&issuer.get(&format!("{path}/paper"))).contains("WITHDRAWN"));
    // An applicant approves nothing, whatever is sent.
    assert!([303, 403].contains(&step(&mut trader, "approve", &[])));
    assert!(!Role::Applicant.rights().has(Right::Approve));
}

#[test]
fn saving_by_itself_answers_what_there_is_to_correct() {
    let world = World::new();
    let id = world.draft(sample::smallest("NL"));
    let mut browser = Browser::of(&world, "GH", "trader");
    let path = format!("certificates/{id}/autosave");
    let answer = browser.post(&path, &[("revision", "2"), ("destination", "Kenya (KE)")]);
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    assert_eq!(answer.value("x-revision"), Some("3"));
    assert!(text(&answer).contains("class=\"bad\""), "{}", text(&answer));
    // Somebody else was faster: nothing is overwritten.
    let answer = browser.post(&path, &[("revision", "2"), ("destination", "FR")]);
    assert_eq!(answer.status(), 409);
    assert!(text(&browser.get(&format!("certificates/{id}/edit"))).contains("Kenya (KE)"));
}
