//! Files that are not what they are called.

use phytohub_gens::domain::AttachmentKind;

use crate::browser::Browser;
use crate::sample;
use crate::world::World;

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
