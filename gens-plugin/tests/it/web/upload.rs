//! Files and headers that come from browsers.

use phytohub_gens::web::{ATTACHMENT_BYTES_MAX, FORM_BYTES_MAX};

use crate::browser::{Browser, text};
use crate::sample;
use crate::world::World;

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
