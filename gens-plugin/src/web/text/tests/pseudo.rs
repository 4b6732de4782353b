//! A language that is made for a test: English with an accent on every letter and a third longer. What
//! is shown without accents is written in code, and what a folder needs besides its files is too much.

use std::fs;
use std::path::Path;

use askama::Template;
use fluent_syntax::ast::{Entry, Expression, Pattern, PatternElement, Resource};
use fluent_syntax::{parser, serializer};

use super::*;
use crate::web::view::{
    Chrome, ErrorPage, FindingView, FindingsPart, FormPage, HomePage, ListPage, LogInPage,
};

/// The code that lists the languages when the plugin is built.
#[path = "../../../../build/languages.rs"]
mod languages;

const FROM: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const TO: &str = "áƀćđéƒǵĥíĵķĺɱńóƥɋŕśťúṽŵẋýźÁƁĆĐÉƑǴĤÍĴĶĹḾŃÓƤɊŔŚŤÚṼŴẊÝŹ";

fn accented(text: &str) -> String {
    let letter = |c: char| FROM.chars().zip(TO.chars()).find(|(from, _)| *from == c);
    let accented: String = text.chars().map(|c| letter(c).map_or(c, |(_, to)| to)).collect();
    // Longer by a third, where it is a text and not what stands between places.
    let more = if text.trim().chars().any(char::is_alphabetic) { text.trim().len() / 3 } else { 0 };
    let end = accented.trim_end();
    format!("{end}{}{}", "~".repeat(more), &accented[end.len()..])
}

fn accent(pattern: &mut Pattern<String>) {
    for element in &mut pattern.elements {
        match element {
            PatternElement::TextElement { value } => *value = accented(value),
            PatternElement::Placeable { expression: Expression::Select { variants, .. } } => {
                variants.iter_mut().for_each(|variant| accent(&mut variant.value));
            }
            PatternElement::Placeable { .. } => {}
        }
    }
}

/// The files of English, but for those of the language itself, with accents.
fn write(folder: &Path) {
    fs::create_dir_all(folder).expect("the folder can be made");
    let english = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales/en");
    for file in fs::read_dir(english).expect("there is English").flatten() {
        let text = fs::read_to_string(file.path()).expect("it is text");
        let mut resource: Resource<String> = parser::parse(text).expect("it can be read");
        for entry in &mut resource.body {
            if let Entry::Message(message) = entry
                && !message.id.name.starts_with("language-")
                && let Some(value) = &mut message.value
            {
                accent(value);
            }
        }
        let text = serializer::serialize(&resource)
            .replace("language-direction = ltr", "language-direction = rtl")
            .replace("language-name = English", "language-name = Ḿíŕŕóŕéđ");
        fs::write(folder.join(file.file_name()), text).expect("it can be written");
    }
}

/// The language as it would be if its folder lay among the others.
fn pseudo() -> &'static Locale {
    let folder = tempfile::tempdir().expect("there is room");
    write(&folder.path().join("en-XA"));
    fs::create_dir(folder.path().join("not-a-language")).expect("there is room");
    fs::write(folder.path().join("README"), "neither").expect("there is room");
    let found = languages::languages(folder.path()).expect("the folder can be read");
    let [(tag, files)] = found.as_slice() else { panic!("one language: {found:?}") };
    assert_eq!(tag, "en-XA");
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    Box::leak(Box::new(read("en-XA", &files)))
}

fn chrome(locale: &'static Locale) -> Chrome {
    Chrome {
        locale,
        prefix: "/gens/".to_owned(),
        csrf: String::new(),
        tenant: locale.text("footer"),
        user: "123".to_owned(),
        training: true,
        nav: Vec::new(),
        languages: Vec::new(),
        notice: String::new(),
    }
}

/// What a page shows that has letters of English.
fn shown_without_accents(html: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in html.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        if tag.starts_with("title") {
            continue;
        }
        let attributes = ["aria-label=\"", "title=\"", "placeholder=\""];
        let labels = attributes
            .iter()
            .flat_map(|name| tag.split(name).skip(1).filter_map(|rest| rest.split('"').next()));
        for text in labels.chain([text]) {
            let text = text.replace("&#38;", "").replace("&quot;", "").replace("&#39;", "");
            if text.chars().any(|c| c.is_ascii_alphabetic()) {
                words.push(text.trim().to_owned());
            }
        }
    }
    words
}

#[test]
fn folder_of_files_is_a_language() {
    let locale = pseudo();
    assert_eq!(locale.tag(), "en-XA");
    assert_eq!(locale.name(), "Ḿíŕŕóŕéđ");
    assert_eq!(locale.direction(), "rtl");
    assert_eq!(locale.text("form-save"), "Śáṽé~");
    assert!(locale.count("findings-count", 1).starts_with("Óńé"));
    assert!(locale.count("findings-count", 7).starts_with("7 ťĥíńǵś"));
    // What it does not have is had in English.
    assert_eq!(crate::web::list::Coded::Country.label("KE", locale), "Kenya");
}

/// The form of a certificate with everything that can be added to it.
fn form<'p>(p: &'p Chrome, locale: &'static Locale) -> FormPage<'p> {
    let draft = crate::domain::Draft::default();
    let mut fields = Vec::new();
    for add in ["", "transit", "containers", "lines.0.treatments", "lines.0.declarations"] {
        let mut open = crate::web::draft::sections(&draft, add, locale);
        while let Some(section) = open.pop() {
            fields.extend(section.fields.into_iter().chain(section.more));
            open.extend(section.parts);
        }
    }
    // Names of codes are no texts.
    fields.retain(|field| field.choices.is_empty());
    FormPage {
        p,
        title: locale.text("certificate-form-title"),
        lead: locale.text("settings-lead"),
        facts: Vec::new(),
        warning: locale.text("cannot-issue"),
        narrow: false,
        action: String::new(),
        fields,
        button: locale.text("form-save"),
        tone: "primary",
        back: String::new(),
        links: Vec::new(),
    }
}

fn findings<'p>(p: &'p Chrome, locale: &'static Locale) -> FindingsPart<'p> {
    let finding = FindingView {
        tone: "bad",
        level: locale.text("level-severe"),
        place: crate::web::draft::place("lines.0.packages.1", locale),
        text: locale.fill("rule-PC-MAP-014", "value", "12"),
        field: "lines-0-packages-1".to_owned(),
    };
    FindingsPart { p, paper_only: String::new(), findings: vec![finding] }
}

fn log_in(p: &Chrome, error: String) -> LogInPage<'_> {
    LogInPage { p, name: String::new(), error, kept: "1".to_owned(), countries: Vec::new() }
}

fn list(p: &Chrome, title: String) -> ListPage<'_> {
    ListPage {
        p,
        title,
        path: "certificates",
        may_create: true,
        words: String::new(),
        filtered: true,
        fields: Vec::new(),
        rows: Vec::new(),
        csv: "certificates.csv".to_owned(),
        next: "certificates?after=1".to_owned(),
    }
}

#[test]
fn pages_show_nothing_but_texts_of_the_language() {
    let locale = pseudo();
    let p = &chrome(locale);
    let (title, text) = (locale.text("error-title"), locale.text("error-bad"));
    let greeting = locale.text("home-title");
    let pages = [
        form(p, locale).render(),
        findings(p, locale).render(),
        log_in(p, locale.text("log-in-wrong")).render(),
        list(p, locale.text("certificates-title")).render(),
        ErrorPage { p, status: 404, title, text }.render(),
        HomePage { p, greeting, may_create: true, groups: Vec::new() }.render(),
    ];
    for page in pages {
        let page = page.expect("the page can be written");
        let found = shown_without_accents(&page);
        assert!(found.is_empty(), "{found:#?}");
        let is_whole = page.starts_with("<!doctype");
        assert!(!is_whole || page.contains("<html lang=\"en-XA\" dir=\"rtl\">"));
    }
}

#[test]
fn what_is_written_in_code_is_found() {
    let p = &chrome(Locale::english());
    let page = log_in(p, String::new()).render().expect("the page can be written");
    assert!(shown_without_accents(&page).len() > 5, "{page}");
}
