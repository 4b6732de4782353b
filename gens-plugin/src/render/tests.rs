use phytohub_sps::write::{Item, Line, Note};

use super::*;

const EVIL: &str = "<script>alert(1)</script>\"'&";

fn hostile() -> Certificate {
    Certificate {
        number: EVIL.into(),
        issuer: EVIL.into(),
        officer: EVIL.into(),
        place_of_issue: EVIL.into(),
        issued: EVIL.into(),
        notes: vec![Note::new("ADEDL", EVIL), Note::new("DMCL", EVIL)],
        items: vec![Item {
            lines: vec![Line {
                descriptions: vec![EVIL.into()],
                scientific_names: vec![EVIL.into()],
                ..Line::default()
            }],
            ..Item::default()
        }],
        ..Certificate::default()
    }
}

fn shown(certificate: &Certificate, language: &str, mark: Mark) -> String {
    let print =
        Print { language, mark, received: false, today: Date::default(), public: Some(public()) };
    let frame = Frame {
        reader: Locale::english(),
        prefix: "/gens/",
        back: "imports/1",
        pdf: "imports/1/pdf",
    };
    page(&sheet(certificate, &print), &frame).expect("the template is written")
}

fn public() -> (String, String) {
    ("https://hub.example/gens/v/token".to_owned(), "ABCD-1234".to_owned())
}

#[test]
fn nothing_that_a_certificate_says_becomes_markup() {
    let page = shown(&hostile(), "en", Mark::None);
    assert!(!page.contains("<script"), "{page}");
    assert!(page.matches("&#60;script&#62;").count() >= 8, "{page}");
}

#[test]
fn sheet_is_in_the_language_of_the_certificate() {
    let page = shown(&Certificate::default(), "ar", Mark::Draft);
    assert!(page.contains("dir=\"rtl\""));
    assert!(page.contains("مسودة"));
    assert!(page.contains("شهادة الصحة النباتية"));
}

#[test]
fn what_turns_letters_around_is_seen() {
    let certificate = Certificate { number: "\u{202e}GH-1".into(), ..Certificate::default() };
    let page = shown(&certificate, "en", Mark::None);
    assert!(!page.contains('\u{202e}') && page.contains("\u{fffd}GH-1"), "{page}");
}

#[test]
fn paper_tells_where_it_is_compared() {
    let page = shown(&Certificate::default(), "en", Mark::None);
    assert!(page.contains("src=\"data:image/svg+xml,") && page.contains("ABCD-1234"), "{page}");
}
