use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use fluent_syntax::ast::{Entry, InlineExpression, PatternElement};

use super::*;

/// Keys that are made of a part that is fixed and one that is data.
const MADE: &[&str] = &[
    "field-",
    "section-",
    "part-",
    "part-add-",
    "written-in-",
    "unit-",
    "rule-",
    "country-",
    "mode-",
    "treatment-",
    "declaration-",
    "word-",
    "package-",
];

fn keys(files: &[&str]) -> BTreeSet<String> {
    let read = |file: &&str| {
        let resource = FluentResource::try_new((*file).to_owned());
        resource.unwrap_or_else(|(_, errors)| panic!("a file cannot be read: {errors:?}"))
    };
    files
        .iter()
        .map(read)
        .flat_map(|resource| {
            let entries = resource.entries().filter_map(|entry| match entry {
                Entry::Message(message) => Some(message.id.name.to_owned()),
                _ => None,
            });
            entries.collect::<Vec<_>>()
        })
        .collect()
}

/// The names of the places that are filled in a text.
fn places(file: &str) -> BTreeSet<(String, String)> {
    let resource =
        FluentResource::try_new(file.to_owned()).unwrap_or_else(|(resource, _)| resource);
    let mut found = BTreeSet::new();
    for entry in resource.entries() {
        let Entry::Message(message) = entry else { continue };
        let Some(pattern) = &message.value else { continue };
        for element in &pattern.elements {
            let PatternElement::Placeable { expression } = element else { continue };
            let variable = match expression {
                fluent_syntax::ast::Expression::Inline(InlineExpression::VariableReference {
                    id,
                })
                | fluent_syntax::ast::Expression::Select {
                    selector: InlineExpression::VariableReference { id },
                    ..
                } => id.name,
                _ => continue,
            };
            found.insert((message.id.name.to_owned(), variable.to_owned()));
        }
    }
    found
}

/// All that is written in templates and code.
fn sources(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, all);
        } else if !path.ends_with("tests.rs") {
            all.push_str(&fs::read_to_string(&path).expect("the file is text"));
        }
    }
}

fn everything() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = String::new();
    sources(&root.join("templates"), &mut all);
    sources(&root.join("src/web"), &mut all);
    sources(&root.join("src/render"), &mut all);
    let single = fs::read_to_string(root.join("src/render.rs")).expect("the file is text");
    all.push_str(&single);
    all
}

#[test]
fn every_language_has_every_text_and_no_other() {
    let of = |tag: &str| FILES.iter().find(|(known, _)| *known == tag).map(|(_, files)| *files);
    let english = of("en").expect("there is English");
    let wanted: BTreeSet<String> = keys(english).into_iter().filter(|key| !is_data(key)).collect();
    let filled: BTreeSet<_> = english.iter().flat_map(|file| places(file)).collect();
    for (tag, files) in FILES {
        // Names in code lists are there in English by themselves.
        let has: BTreeSet<String> = keys(files).into_iter().filter(|key| !is_data(key)).collect();
        let missing: Vec<_> = wanted.difference(&has).collect();
        let other: Vec<_> = has.difference(&wanted).collect();
        assert!(missing.is_empty() && other.is_empty(), "{tag}: lacks {missing:?}, has {other:?}");
        let here: BTreeSet<_> = files.iter().flat_map(|file| places(file)).collect();
        assert_eq!(here, filled, "{tag}: other places to fill");
    }
}

/// Whether it is the name of something in a code list, or the text of a rule.
fn is_data(key: &str) -> bool {
    ["rule-", "country-", "mode-", "treatment-", "word-", "package-"]
        .iter()
        .any(|made| key.starts_with(made))
        || key.starts_with("declaration-") && key != "declaration-free"
}

#[test]
fn every_text_is_used() {
    let (all, english) = (everything(), Locale::english());
    let made = |key: &&String| !MADE.iter().any(|made| key.starts_with(made));
    let (_, files) = FILES.iter().find(|(tag, _)| *tag == english.tag()).expect("it is there");
    let keys = keys(files);
    let unused: Vec<_> =
        keys.iter().filter(made).filter(|key| !all.contains(&format!("\"{key}\""))).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_text_that_a_template_names_is_there() {
    let all = everything();
    let calls = [".t(\"", ".text(\"", ".fill(\"", ".count(\"", "label_of(\""];
    for call in calls {
        for rest in all.split(call).skip(1) {
            let key = rest.split('"').next().unwrap_or_default();
            let is_key = key.contains('-') && !key.starts_with("text/");
            assert!(!is_key || Locale::english().own(key).is_some(), "{key}");
        }
    }
}

#[test]
fn fields_of_the_form_have_labels_in_every_language() {
    for locale in Locale::all() {
        let draft = crate::domain::Draft::default();
        for add in ["transit", "lines.0.treatments", "containers", "declarations"] {
            for section in crate::web::draft::sections(&draft, add, locale) {
                let parts = section.parts.iter().chain([&section]);
                for part in parts {
                    assert!(!part.title.contains('-'), "{}: {}", locale.tag(), part.title);
                    for field in &part.fields {
                        let made = field.label.starts_with("field-");
                        assert!(!made && !field.label.is_empty(), "{}", field.label);
                    }
                }
            }
        }
    }
}

#[test]
fn plurals_are_those_of_the_language() {
    let arabic = Locale::of("ar").expect("there is Arabic");
    let texts = [1, 2, 3, 11].map(|count| arabic.count("findings-count", count));
    assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), 4, "{texts:?}");
}

#[test]
fn language_is_chosen_by_its_first_part() {
    assert_eq!(Locale::accepted("fr-FR, ar-EG;q=0.8, en").map(Locale::tag), Some("ar"));
    assert_eq!(Locale::accepted("xx").map(Locale::tag), None);
    assert_eq!(Locale::of("../en").map(Locale::tag), None);
}
