//! What is typed, sent and asked for by people who know how databases, files and headers work.

use phytohub_gens::domain::{AttachmentKind, Decision};
use phytohub_gens::service::{CertificateSearch, CsvList, ImportSearch, NewAccount, Registration};
use phytohub_gens::web::{ATTACHMENT_BYTES_MAX, routes};

use super::plan::{applicant, needs};
use super::state::state;
use crate::browser::{Browser, encoded, text};
use crate::sample;
use crate::world::{ADDRESS, PASSWORD, World};

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

#[test]
fn names_of_files_are_names_and_no_ways() {
    let world = World::new();
    let id = world.draft(sample::smallest("NL"));
    let trader = world.session("GH", "trader");
    let mut browser = Browser::with_session(&world, "GH", "trader");
    let names = [
        "../../../etc/passwd",
        "..\\..\\gens.sqlite",
        "/etc/passwd",
        "C:\\x\\y.pdf",
        "....//a.pdf",
        "a\r\nX-Evil: 1.pdf",
        "a\";filename=\"evil.html",
        "\u{202e}fdp.exe",
        "\u{0}.pdf",
        "...",
        "",
        "<img src=x>.pdf",
        "a;b=c.pdf",
        "%0d%0aX: y.pdf",
        "قائمة.pdf",
    ];
    for name in names {
        let Ok(file) = world.gens.attach(trader, id, name, b"%PDF-1.7".to_vec()) else { continue };
        let answer = browser.get(&format!("certificates/{id}/attachments/{file}"));
        assert_eq!(answer.status(), 200, "{name:?}");
        let saved = answer.value("content-disposition").expect("it is to be saved");
        assert!(saved.starts_with("attachment; filename=\""), "{saved}");
        assert_eq!(saved.matches('"').count(), 2, "{name:?}: {saved}");
        for evil in ["/", "\\", "\r", "\n", "\0"] {
            assert!(!saved.contains(evil), "{name:?}: {saved}");
        }
        assert!(answer.values("x-evil").next().is_none());
    }
    // The control: a name that is one is kept, in its own letters.
    let file = world.gens.attach(trader, id, "قائمة.pdf", b"%PDF-1.7".to_vec()).expect("it is one");
    let answer = browser.get(&format!("certificates/{id}/attachments/{file}"));
    let saved = answer.value("content-disposition").expect("it is to be saved");
    assert!(saved.contains("filename*=UTF-8''%D9%82"), "{saved}");
}

#[test]
fn files_are_what_their_bytes_are() {
    let world = World::new();
    let id = world.draft(sample::smallest("NL"));
    let mut browser = Browser::with_session(&world, "GH", "trader");
    let path = format!("certificates/{id}/attachments");
    let refused: [(&str, &[u8]); 10] = [
        ("a.pdf", b"<!doctype html><script>alert(1)</script>"),
        ("a.pdf", b" %PDF-1.7"),
        ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>"),
        ("a.jpg", b"MZ\x90\x00"),
        ("a.gif", b"GIF8"),
        ("a.pdf", b"PK\x03\x04"),
        ("a.pdf", b"#!/bin/sh\nrm -rf /"),
        ("a.pdf", b"%!PS-Adobe"),
        ("a.pdf", b""),
        ("a.xml", b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>"),
    ];
    for (name, bytes) in refused {
        let answer = browser.upload(&path, name, bytes);
        assert_eq!(answer.status(), 422, "{name} {:?}", String::from_utf8_lossy(bytes));
    }
    // One that is both a PDF and a page is a PDF, and is saved and not opened, whatever its name.
    let taken: [(&str, &[u8], AttachmentKind); 2] = [
        ("evil.html", b"%PDF-1.7 <html><script>alert(1)</script>", AttachmentKind::Pdf),
        ("evil.svg", b"GIF89a=1;<script>alert(1)</script>", AttachmentKind::Gif),
    ];
    for (place, (name, bytes, kind)) in taken.into_iter().enumerate() {
        assert_eq!(browser.upload(&path, name, bytes).status(), 303, "{name}");
        let trader = world.session("GH", "trader");
        let view = world.gens.certificate(trader, id).expect("it is seen");
        let file = &view.attachments[place];
        assert_eq!(file.kind, kind);
        let answer = browser.get(&format!("{path}/{}", file.id));
        assert_eq!(answer.content_type(), Some(kind.media_type()));
        assert_eq!(answer.value("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.value("content-security-policy"), Some("default-src 'none'; sandbox"));
        assert!(answer.value("content-disposition").is_some_and(|v| v.starts_with("attachment;")));
    }
}

#[test]
fn no_form_takes_a_byte_more_than_its_route_says() {
    let world = World::new();
    for need in needs().into_iter().filter(|need| need.route.method == "POST") {
        let plan = need.plan(&world);
        let (tenant, name) = plan.owner;
        let mut browser = Browser::with_session(&world, tenant, name);
        let most = usize::try_from(need.route.body_bytes_max).expect("it fits");
        let csrf = browser.csrf();
        let mut body = format!("csrf={}&x=", encoded(&csrf)).into_bytes();
        body.resize(most + 1, b'a');
        let form: (&str, &[u8]) = ("content-type", b"application/x-www-form-urlencoded");
        let before = state(&world);
        let answer = browser.send("POST", &plan.path(), Some(&body), &[form]);
        assert_eq!(answer.status(), 413, "{}", plan.path());
        assert_eq!(state(&world), before, "{}", plan.path());
        // The control: with one byte less it is not refused for that.
        body.truncate(most);
        let answer = browser.send("POST", &plan.path(), Some(&body), &[form]);
        assert_ne!(answer.status(), 413, "{}", plan.path());
        if ["log-out"].contains(&need.route.pattern) {
            return;
        }
    }
}

/// A multipart form of these parts, each with its head and its content.
fn multipart(parts: impl IntoIterator<Item = (String, Vec<u8>)>) -> Vec<u8> {
    let mut body = Vec::new();
    for (head, content) in parts {
        body.extend_from_slice(format!("--B\r\n{head}\r\n\r\n").as_bytes());
        body.extend_from_slice(&content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--B--\r\n");
    body
}

/// What is sent, and how it may be answered.
type Slow = (&'static str, Vec<u8>, &'static [u16]);

const MULTIPART: (&str, &[u8]) = ("content-type", b"multipart/form-data; boundary=B");
const PAIRS: (&str, &[u8]) = ("content-type", b"application/x-www-form-urlencoded");

fn token_part(csrf: &str) -> (String, Vec<u8>) {
    ("Content-Disposition: form-data; name=\"csrf\"".to_owned(), csrf.as_bytes().to_vec())
}

fn file_part(name: &str, bytes: usize) -> (String, Vec<u8>) {
    let head = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"");
    let mut content = b"%PDF-1.7".to_vec();
    content.resize(bytes, b'-');
    (head, content)
}

fn slow_uploads(csrf: &str) -> Vec<Slow> {
    let field = "Content-Disposition: form-data; name=\"x\"";
    let long = format!("Content-Disposition: form-data{}", "; a=b".repeat(500_000));
    let large = file_part("a.pdf", ATTACHMENT_BYTES_MAX + 1);
    let fields = (0..5000).map(|_| (field.to_owned(), Vec::new()));
    vec![
        ("many fields", multipart(fields), &[413]),
        ("many empty files", multipart((0..30_000).map(|_| file_part("", 8))), &[413, 403, 303]),
        ("many files", multipart((0..20_000).map(|_| file_part("a.pdf", 8))), &[413, 403]),
        ("many marks", b"--B".repeat(700_000), &[400, 403, 413]),
        ("marks and ends", b"--B\r\n".repeat(600_000), &[400, 413]),
        ("no end", format!("--B\r\n{field}\r\n\r\n").into_bytes(), &[400]),
        ("long head", multipart([("x".repeat(3_000_000), Vec::new())]), &[400]),
        ("long parameters", multipart([(long, Vec::new())]), &[400]),
        ("file too large", multipart([token_part(csrf), large]), &[413]),
    ]
}

fn slow_saves(csrf: &str) -> Vec<Slow> {
    let pairs = |pair: &str, count: usize| {
        let mut body = format!("csrf={}", encoded(csrf));
        body.push_str(&pair.repeat(count));
        body.into_bytes()
    };
    let lines: String =
        (0..4000).map(|n| format!("&lines.{}.origins.{}.country=XX", n % 501, n % 51)).collect();
    let far = "&lines.99999999999.produce=1&lines.500.treatments.999999.chemical=2";
    let deep = format!("&{}=1", "a.0.".repeat(1000));
    vec![
        ("many pairs", pairs("&a", 200_000), &[413]),
        ("many separators", pairs("&", 400_000), &[303, 404, 409, 422]),
        ("deep names", pairs(&deep, 60), &[303, 404, 409, 422]),
        ("far lines", pairs(far, 1000), &[303, 404, 409, 422]),
        ("many lines", pairs(&lines, 1), &[303, 404, 409, 413, 422]),
    ]
}

#[test]
#[expect(clippy::disallowed_methods, reason = "what is measured is time")]
fn forms_made_to_be_slow_are_refused_soon() {
    let world = World::new();
    let id = world.draft(sample::smallest("NL"));
    let mut browser = Browser::with_session(&world, "GH", "trader");
    let csrf = browser.csrf();
    let path = format!("certificates/{id}/attachments");
    let save = format!("certificates/{id}/save");
    let sets = [(&path, MULTIPART, slow_uploads(&csrf)), (&save, PAIRS, slow_saves(&csrf))];
    for (path, kind, set) in sets {
        for (what, body, expected) in set {
            let start = std::time::Instant::now();
            let answer = browser.send("POST", path, Some(&body), &[kind]);
            let spent = start.elapsed();
            assert!(expected.contains(&answer.status()), "{what}: {}", answer.status());
            assert!(spent.as_secs() < 5, "{what}: {spent:?}");
        }
    }
    // The control: one file is taken.
    let body = multipart([token_part(&csrf), file_part("a.pdf", 1000)]);
    assert_eq!(browser.send("POST", &path, Some(&body), &[MULTIPART]).status(), 303);
}

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

#[test]
fn no_list_has_a_formula() {
    let world = World::new();
    let (admin, trader) = (world.session("GH", "admin"), world.session("GH", "trader"));
    for (place, start) in ["=", "+", "-", "@", "\t=", "＝", " ="].iter().enumerate() {
        let evil = format!("{start}HYPERLINK(\"http://evil.example\",\"x\")");
        let mut draft = sample::smallest("NL");
        draft.exporter.name.clone_from(&evil);
        draft.consignee.name.clone_from(&evil);
        draft.lines[0].produce.clone_from(&evil);
        let (id, _) = world.issued(draft.clone());
        let _ = world.gens.withdraw(world.session("GH", "issuer"), id, &evil, &World::proof());
        let registration = Registration {
            tenant: "GH".to_owned(),
            organization: evil.trim_start_matches('\t').to_owned(),
            address: vec![evil.trim_start_matches('\t').to_owned()],
            contact: evil.trim_start_matches('\t').to_owned(),
            name: format!("made{place}"),
            full_name: "Made".to_owned(),
            password: PASSWORD.to_owned(),
        };
        let _ = world.gens.register(&registration, ADDRESS);
        let account = NewAccount {
            name: format!("+user{place}"),
            full_name: evil.trim_start_matches('\t').to_owned(),
            contact: evil.trim_start_matches('\t').to_owned(),
            roles: vec![phytohub_gens::domain::Role::Officer],
            ..NewAccount::default()
        };
        let _ = world.gens.create_user(admin, &account);
        let facts = phytohub_gens::domain::IssueFacts::default();
        let mut foreign = phytohub_gens::domain::certificate(&draft, &facts, &[]);
        foreign.number = evil.clone();
        world.hub.deliver("NL", "GH", &evil, 70, foreign.to_xml().as_bytes());
    }
    world.exchange();
    let importer = world.session("GH", "importer");
    let found = world.gens.imports(importer, &ImportSearch::default(), None).expect("listed").rows;
    assert_eq!(found.len(), 7);
    for row in found {
        let _ = world.gens.decide(importer, row.id, Decision::Held, "=1+1");
    }
    let year = (0, i64::MAX / 2);
    let lists = [
        (trader, CsvList::Certificates(CertificateSearch::default()), 14),
        (importer, CsvList::Imports(ImportSearch::default()), 14),
        (admin, CsvList::Users, 5),
        (admin, CsvList::Organizations, 5),
        (admin, CsvList::Audit, 7),
        (trader, CsvList::MonthlyCounts { from_ms: year.0, until_ms: year.1 }, 5),
    ];
    for (session, list, least) in lists {
        let (csv, _) = world.gens.csv(session, &list, None).expect("it is written");
        let mut guarded = 0;
        for field in fields_of(&csv) {
            let start = field.trim_start_matches([' ', '\u{a0}']).chars().next();
            let formula = start.is_some_and(|c| "=+-@\t\r\n＝＋－＠".contains(c));
            assert!(!formula, "{list:?}: {field:?}");
            guarded += usize::from(field.starts_with('\''));
        }
        assert!(guarded >= least, "{list:?}: {guarded} guarded\n{csv}");
    }
}

/// The fields of a CSV as RFC 4180 has them.
fn fields_of(csv: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut rest = csv;
    while let Some((_, start)) = rest.split_once('"') {
        let mut field = String::new();
        let mut at = start;
        loop {
            let (part, after) = at.split_once('"').expect("a field ends");
            field.push_str(part);
            at = after;
            match after.strip_prefix('"') {
                Some(after) => {
                    field.push('"');
                    at = after;
                }
                None => break,
            }
        }
        fields.push(field);
        rest = at;
    }
    fields
}

#[test]
fn plain_applicants_keep_no_users() {
    let world = World::new();
    let mut plain = applicant(&world);
    for path in ["users", "users/new", "users.csv", "settings", "audit", "organizations", "imports"]
    {
        assert_eq!(plain.get(path).status(), 403, "{path}");
    }
    assert_eq!(plain.get("certificates").status(), 200);
}
