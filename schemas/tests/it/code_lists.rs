//! The code lists as they lie in the tree.

use std::collections::BTreeSet;
use std::path::Path;

use phytohub_schemas::code_list::{LANGUAGES, Rows, is_safe_code};
use phytohub_schemas::{CodeListName, code_list};

#[test]
fn every_file_is_embedded_under_its_name_as_it_would_be_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("code-lists");
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("the folder of lists") {
        let path = entry.expect("an entry").path();
        files.insert(path.file_stem().expect("a name").to_str().expect("UTF-8").to_owned());
    }
    let names = CodeListName::ALL.iter().map(|name| name.as_str().to_owned());
    assert_eq!(files, names.collect());
    for &name in CodeListName::ALL {
        let list = code_list(name);
        assert_eq!(list.description().name, name.as_str());
        assert_eq!(CodeListName::from_name(name.as_str()), Some(name));
        assert!(list.to_json() == name.text(), "{} is not in written form", name.as_str());
    }
    assert_eq!(CodeListName::from_name("other"), None);
}

#[test]
fn no_list_has_a_null() {
    fn holds_null(value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::Null => true,
            serde_json::Value::Array(values) => values.iter().any(holds_null),
            serde_json::Value::Object(values) => values.values().any(holds_null),
            _ => false,
        }
    }
    for name in CodeListName::ALL {
        let value = serde_json::from_str(name.text()).expect("JSON");
        assert!(!holds_null(&value), "{}", name.as_str());
    }
}

#[test]
fn codes_are_safe_and_unique_for_a_language() {
    for &name in CodeListName::ALL {
        let mut seen = BTreeSet::new();
        for row in code_list(name).rows().iter() {
            assert!(is_safe_code(row.code()), "{} {}", name.as_str(), row.code());
            assert!(seen.insert((row.code(), row.lang())), "{} {}", name.as_str(), row.code());
        }
        assert!(!seen.is_empty(), "{}", name.as_str());
    }
}

#[test]
fn texts_are_clean() {
    for &name in CodeListName::ALL {
        for row in code_list(name).rows().iter() {
            let text = row.text();
            let clean = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(text, clean, "{} {}", name.as_str(), row.code());
            assert!(!text.eq_ignore_ascii_case("null"), "{} {}", name.as_str(), row.code());
        }
    }
}

#[test]
fn lists_of_languages_have_english_spanish_and_french() {
    let mut checked = 0;
    for &name in CodeListName::ALL {
        let list = code_list(name);
        // Recommendation 21 is published in English and French; no Spanish one is at hand.
        if list.rows().iter().any(|row| row.lang().is_some()) && name != CodeListName::PackageTypes
        {
            let missing: Vec<_> = list.missing_languages().collect();
            assert_eq!(missing, [], "{}", name.as_str());
            checked += 1;
        }
        for lang in list.rows().iter().filter_map(|row| row.lang()) {
            assert!(LANGUAGES.contains(&lang), "{} {lang}", name.as_str());
        }
    }
    assert!(checked >= 7, "{checked} lists");
}

#[test]
fn every_operation_has_a_list_with_rows() {
    let has = |name, kind: fn(&Rows) -> bool| kind(code_list(name).rows());
    use CodeListName as Name;
    assert!(has(Name::AdditionalDeclarations, |r| matches!(r, Rows::AdditionalDeclaration(_))));
    assert!(has(Name::TreatmentTypes, |r| matches!(r, Rows::TreatmentType(_))));
    assert!(has(Name::IntendedUses, |r| matches!(r, Rows::IntendedUse(_))));
    assert!(has(Name::Pesticides, |r| matches!(r, Rows::Pesticide(_))));
    assert!(has(Name::ProductDescriptions, |r| matches!(r, Rows::ProductDescription(_))));
    assert!(has(Name::UnitMeasures, |r| matches!(r, Rows::UnitMeasure(_))));
    assert!(has(Name::TransportModes, |r| matches!(r, Rows::MeanOfTransport(_))));
    assert!(has(Name::Statements, |r| matches!(r, Rows::Statement(_))));
    assert!(has(Name::Conditions, |r| matches!(r, Rows::Condition(_))));
    assert!(has(Name::PackageTypes, |r| matches!(r, Rows::PackageType(_))));
}

#[test]
fn parents_of_treatments_exist_in_every_language() {
    let list = code_list(CodeListName::TreatmentTypes);
    let mut children = 0;
    for row in list.rows().iter() {
        let Some(parent) = row.parent() else { continue };
        children += 1;
        for lang in LANGUAGES {
            assert!(list.row(parent, lang).is_some(), "{} {parent} {lang}", row.code());
        }
    }
    assert!(children > 0);
}

#[test]
fn only_the_second_english_statement_claims_official_wording() {
    let rows = code_list(CodeListName::Statements).rows();
    let official: Vec<_> = rows.iter().filter(|row| !row.unofficial()).collect();
    assert_eq!(official.len(), 1);
    assert_eq!((official[0].code(), official[0].lang()), ("2", Some("en")));
    let codes: BTreeSet<_> = rows.iter().map(|row| row.code()).collect();
    assert_eq!(codes, BTreeSet::from(["1", "2", "3", "4", "5"]));
}

#[test]
fn tags_refer_to_lists_that_exist() {
    for name in [CodeListName::NoteSubjects, CodeListName::TreatmentTags] {
        let Rows::Tag(tags) = code_list(name).rows() else { unreachable!("tags") };
        for tag in tags {
            if let Some(list) = &tag.list {
                assert!(CodeListName::from_name(list).is_some(), "{} {list}", tag.code);
            }
        }
    }
}
