use phytohub_sps::write::{Item, Line, Note, Reference};

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

#[test]
fn certificate_for_reexport_is_titled_as_one_and_names_its_original() {
    let certificate = Certificate {
        certificate_type: "657".into(),
        references: vec![Reference {
            number: "BR-7".into(),
            issued: Some("2026-01-02T00:00:00Z".into()),
            ..Reference::default()
        }],
        notes: vec![Note::new("RPCNR", "Repacked")],
        ..Certificate::default()
    };
    let page = shown(&certificate, "en", Mark::Copy);
    for text in ["Phytosanitary certificate for re-export", "BR-7, 2026-01-02", "Repacked"] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[test]
fn each_mark_has_its_word_in_every_language_of_papers() {
    let marks = [Mark::Draft, Mark::Training, Mark::Copy, Mark::Withdrawn, Mark::Duplicate(2)];
    for locale in Locale::of_papers() {
        let words = marks.map(|mark| {
            let print = Print {
                language: locale.tag(),
                mark,
                received: false,
                today: Date::default(),
                public: None,
            };
            sheet(&Certificate::default(), &print).mark
        });
        let different: std::collections::BTreeSet<&String> = words.iter().collect();
        assert!(
            different.len() == marks.len() && words.iter().all(|word| !word.is_empty()),
            "{words:?}"
        );
    }
}

#[test]
fn duplicate_says_which_original_it_is_in_the_language_of_the_paper() {
    for (tag, word, only) in [
        ("en", "DUPLICATE ORIGINAL No. 2", "Earlier originals are no longer valid."),
        ("ar", "بدل الأصل رقم", "لم تعد الأصول السابقة سارية."),
    ] {
        let print = Print {
            language: tag,
            mark: Mark::Duplicate(2),
            received: false,
            today: Date::default(),
            public: None,
        };
        let sheet = sheet(&Certificate::default(), &print);
        assert!(sheet.mark.starts_with(word) && sheet.mark.contains('2'), "{}", sheet.mark);
        assert!(sheet.small[0].contains(only), "{:?}", sheet.small);
    }
}
