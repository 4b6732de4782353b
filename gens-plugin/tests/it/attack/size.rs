//! Forms that are larger than they may be, or made to be slow.

use phytohub_gens::web::ATTACHMENT_BYTES_MAX;

use super::plan::needs;
use super::state::state;
use crate::browser::{Browser, encoded};
use crate::sample;
use crate::world::World;

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
