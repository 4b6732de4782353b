//! Pages, papers and messages in the language of whom they are for.

use std::path::Path;

use phytohub_gens::domain::Draft;
use phytohub_gens::web::{Access, Answer, Locale, routes};

use crate::browser::{Browser, text, unescaped};
use crate::sample;
use crate::world::World;

const HEADER: &str = "accept-language";

/// The language and direction of a page.
fn language(answer: &Answer) -> (String, String) {
    let page = text(answer);
    let tag = page.split("<html ").nth(1).and_then(|rest| rest.split('>').next()).expect("a page");
    let value = |name: &str| {
        let rest = tag.split(&format!("{name}=\"")).nth(1).unwrap_or_default();
        rest.split('"').next().unwrap_or_default().to_owned()
    };
    (value("lang"), value("dir"))
}

fn is_arabic(answer: &Answer) -> bool {
    language(answer) == ("ar".to_owned(), "rtl".to_owned())
}

fn is_english(answer: &Answer) -> bool {
    language(answer) == ("en".to_owned(), "ltr".to_owned())
}

#[test]
fn page_is_in_the_language_that_was_chosen_else_kept_else_of_the_user_else_of_the_browser() {
    let world = World::new();
    let mut nobody = Browser::new(&world);
    let wanted = |browser: &mut Browser, header: &str| {
        browser.send("GET", "log-in", None, &[(HEADER, header.as_bytes())])
    };
    assert!(is_arabic(&wanted(&mut nobody, "fr, ar;q=0.9, en;q=0.1")));
    assert!(is_english(&wanted(&mut nobody, "fr, zh")));
    // Chosen, and kept for the browser whatever it asks for.
    assert!(is_arabic(&nobody.get("log-in?lang=ar")));
    assert!(is_arabic(&wanted(&mut nobody, "en")));
    assert!(is_english(&nobody.get("log-in?lang=en")));

    let mut officer = Browser::with_session(&world, "GH", "officer");
    assert!(is_english(&officer.get("")));
    let answer = officer.post("account/language", &[("language", "ar")]);
    assert_eq!(answer.status(), 303, "{}", text(&answer));
    assert!(is_arabic(&officer.get("")));
    // Another browser, whose header says something else.
    let mut elsewhere = Browser::with_session(&world, "GH", "officer");
    let answer = elsewhere.send("GET", "", None, &[(HEADER, b"en")]);
    assert!(is_arabic(&answer));
    assert!(is_english(&elsewhere.get("?lang=en")));
    assert!(is_english(&Browser::with_session(&world, "GH", "issuer").get("")));
    assert!(is_english(&Browser::with_session(&world, "NL", "officer").get("")));
}

#[test]
fn only_languages_of_the_pages_are_chosen() {
    let world = World::new();
    let mut officer = Browser::with_session(&world, "GH", "officer");
    for tag in ["xx", "", "../en", "ar'; --"] {
        let answer = officer.post("account/language", &[("language", tag)]);
        assert_eq!(answer.status(), 422, "{tag}");
    }
    let session = world.session("GH", "officer");
    for tag in ["", "a/b", "ar'; --", &"x".repeat(36)] {
        assert!(world.gens.choose_language(session, tag).is_err(), "{tag}");
    }
    assert!(world.gens.choose_language(session, "zh-Hans").is_ok());
}

#[test]
fn what_does_not_work_is_told_in_the_language_too() {
    let world = World::new();
    let mut auditor = Browser::with_session(&world, "GH", "auditor");
    auditor.get("?lang=ar");
    let denied = auditor.get("users/new");
    assert_eq!(denied.status(), 403);
    assert!(is_arabic(&denied) && text(&denied).contains("غير مسموح"));
    let missing = auditor.get("certificates/999999");
    assert_eq!(missing.status(), 404);
    assert!(is_arabic(&missing) && text(&missing).contains("غير موجود"));
    let forged = auditor.post_bare("account/password", &[("csrf", "x")]);
    assert_eq!(forged.status(), 403);
    assert!(is_arabic(&forged) && text(&forged).contains("النموذج"));
}

/// Texts of English that are long enough to be nothing else, wherever they stand.
fn english_texts() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales/en");
    let files = std::fs::read_dir(folder).expect("there is English").flatten();
    let all: String = files
        .map(|file| std::fs::read_to_string(file.path()).expect("it is text"))
        .collect::<Vec<_>>()
        .join("\n");
    let texts = all.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (_, value) = line.split_once(" = ")?;
        Some(value.to_owned())
    });
    // Units and names of languages are also those of the languages themselves.
    texts.filter(|text| text.len() >= 12 && !text.contains('{')).collect()
}

#[test]
fn no_page_in_arabic_says_anything_in_english() {
    let world = World::new();
    let id = world.draft(Draft { language: "ar".to_owned(), ..sample::smallest("NL") }).to_string();
    let (issued, _) = world.issued(sample::full("NL"));
    let issued = issued.to_string();
    let english = english_texts();
    assert!(english.len() > 300, "{}", english.len());
    for name in ["admin", "officer", "issuer", "importer", "auditor", "trader"] {
        let mut browser = Browser::with_session(&world, "GH", name);
        browser.get("?lang=ar");
        for route in routes().iter().filter(|route| route.method == "GET") {
            for (certificate, step) in [(&id, "submit"), (&issued, "withdraw")] {
                let path = route.pattern.replace("{step}", step).replace("{id}", certificate);
                if path.contains('{') {
                    continue;
                }
                let answer = browser.get(&path);
                let is_page =
                    answer.content_type().is_some_and(|kind| kind.starts_with("text/html"));
                if !is_page || path.ends_with("/paper") {
                    continue;
                }
                assert!(is_arabic(&answer), "{name} {path}");
                let page = unescaped(&text(&answer));
                let said: Vec<_> = english.iter().filter(|text| page.contains(*text)).collect();
                assert!(said.is_empty(), "{name} {path}: {said:?}");
            }
        }
        assert!(routes().iter().any(|route| route.access == Access::Anybody));
    }
}

#[test]
fn paper_is_in_the_language_of_the_certificate_whoever_reads_it() {
    let world = World::new();
    for (written, reader, title, back) in [
        ("ar", "en", "شهادة الصحة النباتية", "Back"),
        ("en", "ar", "Phytosanitary certificate", "رجوع"),
        ("ar", "ar", "شهادة الصحة النباتية", "رجوع"),
    ] {
        let draft = Draft { language: written.to_owned(), ..sample::full("NL") };
        let preview = world.draft(draft.clone());
        let (issued, _) = world.issued(draft);
        for id in [preview, issued] {
            let mut browser = Browser::with_session(&world, "GH", "officer");
            let answer = browser.get(&format!("certificates/{id}/paper?lang={reader}"));
            let page = text(&answer);
            assert_eq!(language(&answer).0, written, "{reader} reads {written}");
            assert!(page.contains(title) && page.contains(back), "{reader} reads {written}");
        }
        // Names of codes on it are in its language as well.
        let mut browser = Browser::with_session(&world, "GH", "officer");
        let page = text(&browser.get(&format!("certificates/{issued}/paper?lang={reader}")));
        for name in ["هولندا", "طازج", "الاستهلاك", "صندوق"] {
            assert_eq!(page.contains(name), written == "ar", "{name} {page}");
        }
    }
}

#[test]
fn certificate_in_a_language_without_paper_is_printed_in_english() {
    let world = World::new();
    let id = world.draft(Draft { language: "zh".to_owned(), ..sample::smallest("NL") });
    let mut browser = Browser::with_session(&world, "GH", "officer");
    let answer = browser.get(&format!("certificates/{id}/paper?lang=ar"));
    assert!(is_english(&answer));
    assert!(text(&answer).contains("Phytosanitary certificate"));
}

#[test]
fn findings_are_told_in_the_language_of_the_reader_with_the_field_that_they_lead_to() {
    let world = World::new();
    let mut draft = sample::smallest("NL");
    draft.lines[0].produce.clear();
    draft.lines[0].packages[0].kind = "??".to_owned();
    let id = world.draft(draft);
    for (tag, needed, line, value) in [
        ("en", "Enter the name of the produce.", "Line 1, Name of produce", "“??”"),
        ("ar", "أدخل اسم المنتج.", "السطر 1", "«\u{2068}??\u{2069}»"),
    ] {
        let mut browser = Browser::with_session(&world, "GH", "officer");
        let page = unescaped(&text(&browser.get(&format!("certificates/{id}/edit?lang={tag}"))));
        assert!(page.contains("href=\"#lines-0-produce\""), "{page}");
        assert!(page.contains(needed) && page.contains(line), "{page}");
        assert!(page.contains(value), "{page}");
    }
}

#[test]
fn what_people_wrote_keeps_its_own_direction() {
    let world = World::new();
    let mut draft = sample::smallest("NL");
    draft.exporter.name = "شركة التصدير (2) Ltd".to_owned();
    let id = world.draft(draft);
    let mut browser = Browser::with_session(&world, "GH", "trader");
    for path in [format!("certificates/{id}"), "certificates".to_owned(), String::new()] {
        let page = text(&browser.get(&path));
        let mut places = page.split("شركة التصدير (2) Ltd");
        let before = places.next().unwrap_or_default();
        assert!(places.next().is_some(), "{path}");
        let set_off = before.ends_with("<bdi>") || before.ends_with('\u{2068}');
        assert!(set_off, "{path}: {}", &before[before.len().saturating_sub(60)..]);
    }
    let page = text(&browser.get(&format!("certificates/{id}/edit")));
    assert!(page.contains("value=\"شركة التصدير (2) Ltd\" dir=\"auto\""));
}

#[test]
fn every_language_offers_itself_by_its_own_name() {
    let world = World::new();
    let page = text(&Browser::new(&world).get("log-in"));
    for locale in Locale::all() {
        let (tag, direction, name) = (locale.tag(), locale.direction(), locale.name());
        let link = format!("lang=\"{tag}\" hreflang=\"{tag}\" dir=\"{direction}\"");
        assert!(page.contains(&link) && page.contains(&name), "{tag}");
    }
}

#[test]
fn new_certificates_are_begun_in_the_language_of_the_settings() {
    let world = World::new();
    let officer = world.session("GH", "officer");
    let begun = |world: &World| {
        let id = world.gens.create_draft(officer, None).expect("it is begun");
        world.gens.certificate(officer, id).expect("it is there").draft.language
    };
    assert_eq!(begun(&world), "en");
    let mut admin = Browser::with_session(&world, "GH", "admin");
    let fields = [("organization", "PPRSD"), ("place", "Tema"), ("number", "GH")];
    for (chosen, kept) in [("ar", "ar"), ("zh", "ar"), ("en", "en"), ("ar", "ar")] {
        let mut all = fields.to_vec();
        all.push(("language", chosen));
        assert_eq!(admin.post("settings", &all).status(), 303, "{chosen}");
        let page = text(&admin.get("settings"));
        assert!(page.contains(&format!("<option value=\"{kept}\" selected>")), "{chosen}: {page}");
    }
    assert_eq!(begun(&world), "ar");
}

#[test]
fn quantities_on_the_public_page_are_told_in_words() {
    let world = World::new();
    let (id, _) = world.issued(sample::smallest("NL"));
    let officer = world.session("GH", "officer");
    let view = world.gens.certificate(officer, id).expect("it is there");
    let (token, code) = (view.token.expect("it is issued"), view.paper_code.expect("it is issued"));
    let mut reader = Browser::new(&world);
    reader.get(&format!("v/{token}?lang=ar"));
    let page = text(&reader.post(&format!("v/{token}"), &[("code", &code)]));
    assert!(page.contains("صندوق") && page.contains("kg"), "{page}");
    assert!(!page.contains("KGM") && !page.contains("BX"), "{page}");
}
