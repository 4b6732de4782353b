//! What must hold of the tables of any family of certificates, and of the lists made of them.

use std::path::Path;

use phytohub_official_certificate::sample::Shape;
use phytohub_official_certificate::{attestations_as_markdown, rules_as_markdown};

use crate::edit::{compact, ids, judged, with_envelope};
use crate::family::{
    COMMODITIES, GOODS, HEAD, PROFILE, STYLE, TYPE, WITHOUT_SAMPLE, rules, sample,
};

#[test]
fn envelope_is_held_against_content() {
    let mut shape = Shape::new(TYPE, 7);
    shape.countries = Some(("NL".into(), "KE".into()));
    shape.number = Some("N-1".into());
    let xml = compact(&sample(GOODS, &shape).expect("a commodity"));
    let check = |expected: &[&str], change: &dyn Fn(&mut crate::edit::Told)| {
        let found = with_envelope(&PROFILE, &xml, change);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);
    };
    check(&[], &|_| {});
    check(&["CE-HDR-001"], &|told| told.number = "N-2".into());
    check(&["CE-HDR-002"], &|told| told.types = vec!["1".into()]);
    check(&[], &|told| told.types = vec![format!("9{TYPE}"), TYPE.to_string()]);
    check(&["CE-HDR-003"], &|told| told.status = 40);
    check(&["CE-HDR-004"], &|told| told.from = vec!["NO".into()]);
    check(&["CE-HDR-005"], &|told| told.to = vec!["NO".into()]);
    check(&[], &|told| (told.from, told.to) = (Vec::new(), Vec::new()));
}

#[test]
fn models_are_told_by_goods_or_by_name() {
    for commodity in COMMODITIES {
        let xml = compact(&commodity.draft(&STYLE, &Shape::new(TYPE, 3)));
        let judgement = judged(&PROFILE, &xml);
        let model = judgement.model.expect("a model");
        assert_eq!(model.id, commodity.model, "{}", commodity.name);
        assert_eq!(ids(&judgement).len(), 0, "{}: {:?}", commodity.name, judgement.findings);
    }
    let used: Vec<&str> = COMMODITIES.iter().map(|commodity| commodity.model).collect();
    for model in PROFILE.models.iter().filter(|model| model.id != WITHOUT_SAMPLE) {
        assert!(used.contains(&model.id), "{} has no sample", model.id);
    }
}

#[test]
fn catalogue_names_models_that_there_are() {
    let mut seen = std::collections::BTreeSet::new();
    for known in PROFILE.attestations {
        assert!(seen.insert(known.id), "{} stands twice", known.id);
        for model in known.models {
            assert!(PROFILE.model(model).is_some(), "{}: {model}", known.id);
        }
    }
}

#[test]
fn list_of_rules_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("RULES.md");
    let now = rules_as_markdown(&PROFILE, HEAD, rules::TABLES, env!("CARGO_PKG_NAME"))
        + &attestations_as_markdown(&PROFILE);
    if std::env::var_os("UPDATE_RULES").is_some() {
        std::fs::write(&path, &now).expect("a writable file");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == now, "run the tests of {} with UPDATE_RULES=1", env!("CARGO_PKG_NAME"));
}

#[test]
fn sample_files_are_up_to_date() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    for commodity in COMMODITIES {
        let path = directory.join(format!("{}.xml", commodity.name));
        let mut shape = Shape::new(TYPE, 1);
        shape.countries = Some(("NL".into(), "KE".into()));
        let now = commodity.draft(&STYLE, &shape).to_xml();
        if std::env::var_os("UPDATE_RULES").is_some() {
            std::fs::create_dir_all(&directory).expect("a directory");
            std::fs::write(&path, &now).expect("a writable file");
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == now, "{}: run the tests with UPDATE_RULES=1", commodity.name);
    }
}
