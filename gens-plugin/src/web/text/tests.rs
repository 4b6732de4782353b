use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use fluent_syntax::ast::{Entry, InlineExpression, PatternElement};

use super::*;

mod pseudo;

/// Keys that are made of a part that is fixed and one that is data.
const MADE: &[&str] = &[
    "field-",
    "section-",
    "part-",
    "part-add-",
    "written-in-",
    "paper-statement-",
    "did-",
    "about-",
];

/// Keys of names in code lists and of texts of rules: tests beside what uses them look after these.
const DATA: &[&str] = &[
    "rule-",
    "country-",
    "mode-",
    "treatment-",
    "word-",
    "package-",
    "unit-",
    "note-",
    "declaration-",
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
    key != "declaration-free" && DATA.iter().any(|made| key.starts_with(made))
}

#[test]
fn every_text_is_used() {
    let (all, english) = (everything(), Locale::english());
    let made = |key: &&String| !is_data(key) && !MADE.iter().any(|made| key.starts_with(made));
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

/// Every field that the form can have.
fn every_field(locale: &'static Locale) -> Vec<crate::web::view::Field> {
    let draft = crate::domain::Draft::default();
    let lists =
        ["transit", "lines.0.treatments", "lines.0.declarations", "containers", "declarations"];
    let mut fields = Vec::new();
    for add in lists {
        let mut open = crate::web::draft::sections(&draft, add, locale);
        while let Some(section) = open.pop() {
            assert!(!section.title.contains("section-"), "{}: {}", locale.tag(), section.title);
            assert!(!section.title.contains("part-"), "{}: {}", locale.tag(), section.title);
            fields.extend(section.fields.into_iter().chain(section.more));
            open.extend(section.parts);
        }
    }
    fields
}

#[test]
fn fields_of_the_form_have_labels_and_help_in_every_language() {
    for locale in Locale::all() {
        for field in every_field(locale) {
            let made = field.label.starts_with("field-");
            assert!(!made && !field.label.is_empty(), "{}: {}", locale.tag(), field.label);
            assert!(!field.help.is_empty(), "{}: no help beside {}", locale.tag(), field.name);
        }
    }
}

#[test]
fn everything_that_is_done_has_a_name() {
    let mut service = String::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    sources(&root.join("src/service"), &mut service);
    let audited = service.split(".audit(").skip(1).filter_map(|rest| {
        rest.trim_start().strip_prefix('"')?.split_once('"').map(|(action, _)| action.to_owned())
    });
    let steps = crate::domain::Step::ALL.iter().map(|step| step.as_str().to_owned());
    let all: Vec<String> = audited.chain(steps).collect();
    assert!(all.len() > 20, "{all:?}");
    for action in all {
        let key = format!("did-{action}");
        assert!(Locale::english().own(&key).is_some(), "{key}");
    }
}

#[test]
fn plurals_are_those_of_the_language() {
    let arabic = Locale::of("ar").expect("there is Arabic");
    for key in ["findings-count", "error-limited"] {
        let texts = [1, 2, 3, 11, 100].map(|count| arabic.count(key, count));
        assert!(texts.iter().collect::<BTreeSet<_>>().len() >= 4, "{texts:?}");
    }
    assert_eq!(arabic.count("findings-count", 0), "لا شيء يحتاج إلى نظر");
    assert_eq!(arabic.count("findings-count", 3), "3 أمور تحتاج إلى نظر");
    assert_eq!(arabic.count("findings-count", 11), "11 أمراً يحتاج إلى نظر");
    assert_eq!(arabic.count("findings-count", 100), "100 أمر يحتاج إلى نظر");
}

/// Every category that a language's numbers fall into has a variant wherever a number is said.
#[test]
fn counts_have_a_variant_for_every_category_of_the_language() {
    let wanted =
        [("en", &["one", "other"][..]), ("ar", &["zero", "one", "two", "few", "many", "other"])];
    for (tag, categories) in wanted {
        let (_, files) = FILES.iter().find(|(known, _)| *known == tag).expect("it is there");
        for block in files.iter().flat_map(|file| file.split("{ $count ->").skip(1)) {
            let block = block.split("\n}").next().unwrap_or_default();
            for category in categories {
                assert!(block.contains(&format!("[{category}]")), "{tag}: {category} in {block}");
            }
        }
    }
}

#[test]
fn moments_are_written_in_western_digits_without_marks() {
    let at = time::OffsetDateTime::UNIX_EPOCH;
    for locale in Locale::all() {
        assert_eq!(locale.moment(at), "1970-01-01 00:00", "{}", locale.tag());
    }
}

#[test]
fn language_is_chosen_by_weight_and_first_part() {
    let check = |header: &str, expected: Option<&str>| {
        assert_eq!(Locale::accepted(header).map(Locale::tag), expected, "{header}");
    };
    check("fr-FR, ar-EG;q=0.8, en", Some("en"));
    check("fr-FR, ar-EG, en;q=0.5", Some("ar"));
    check("en;q=0.1, ar;q=0.9", Some("ar"));
    check("en;q=0, ar;q=0.001", Some("ar"));
    check("ar; q=0.5, en;q=0.4", Some("ar"));
    check("en;q=x, xx", None);
    check("*", None);
    check("", None);
    assert_eq!(Locale::of("../en").map(Locale::tag), None);
    assert_eq!(Locale::of("AR-eg").map(Locale::tag), Some("ar"));
}

#[test]
fn values_of_a_list_stand_apart_in_the_order_of_the_language() {
    let values = || ["100 kg", "", "صندوق", "غانا"].map(ToOwned::to_owned);
    assert_eq!(
        Locale::english().list(values()),
        "100 kg, \u{2068}صندوق\u{2069}, \u{2068}غانا\u{2069}"
    );
    let arabic = Locale::of("ar").expect("there is Arabic");
    let expected = "\u{2068}100 kg\u{2069}، \u{2068}صندوق\u{2069}، \u{2068}غانا\u{2069}";
    assert_eq!(arabic.list(values()), expected);
    assert_eq!(arabic.list(Vec::new()), "");
}
