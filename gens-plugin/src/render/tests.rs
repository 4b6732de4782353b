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

fn sheet(language: &str, mark: Mark) -> Sheet<'_> {
    Sheet { language, reader: Locale::english(), mark, prefix: "/gens/", back: "imports/1" }
}

#[test]
fn nothing_that_a_certificate_says_becomes_markup() {
    let page = page(&hostile(), &sheet("en", Mark::None)).expect("the template is written");
    assert!(!page.contains("<script"), "{page}");
    assert!(page.matches("&#60;script&#62;").count() >= 8, "{page}");
}

#[test]
fn sheet_is_in_the_language_of_the_certificate() {
    let page = page(&Certificate::default(), &sheet("ar", Mark::Draft)).expect("as above");
    assert!(page.contains("dir=\"rtl\""));
    assert!(page.contains("مسودة"));
    assert!(page.contains("شهادة الصحة النباتية"));
}
