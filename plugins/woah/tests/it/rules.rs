//! Every rule is broken once, alone, and the list of rules for people is up to date.

use std::path::Path;

use phytohub_official_certificate::rule::Rule;
use phytohub_official_certificate::sample::Shape;
use phytohub_official_certificate::{
    Certificate, attestations_as_markdown, render, rules_as_markdown,
};
use phytohub_sps::{Level, Limits, SpsDocument};
use phytohub_woah::{PROFILE, rules, sample};

use crate::edit::{
    Case, Edit, apply, case, compact, each_is_broken_alone, ids, judged, none_is_left_out,
    with_envelope,
};

#[path = "rules/broken.rs"]
mod broken;

use broken::CASES;

fn all() -> Vec<&'static Rule> {
    rules::rules().collect()
}

fn draft(commodity: &str, shape: &Shape) -> phytohub_official_certificate::draft::Draft {
    sample::sample(commodity, shape).expect("a commodity")
}

#[test]
fn every_rule_is_broken_alone() {
    each_is_broken_alone(&PROFILE, CASES, &all(), &draft);
}

#[test]
fn no_rule_is_left_out() {
    let header = ["CE-HDR-001", "CE-HDR-002", "CE-HDR-003", "CE-HDR-004", "CE-HDR-005"];
    none_is_left_out(CASES, &all(), &header);
}

#[test]
fn envelope_is_held_against_content() {
    let mut shape = Shape::new(853, 7);
    shape.countries = Some(("NL".into(), "KE".into()));
    shape.number = Some("N-1".into());
    let xml = compact(&draft("live-cattle", &shape));
    let check = |expected: &[&str], change: &dyn Fn(&mut crate::edit::Told)| {
        let found = with_envelope(&PROFILE, &xml, change);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);
    };
    check(&[], &|_| {});
    check(&["CE-HDR-001"], &|told| told.number = "N-2".into());
    check(&["CE-HDR-002"], &|told| told.types = vec!["852".into()]);
    check(&[], &|told| told.types = vec!["9853".into(), "853".into()]);
    check(&["CE-HDR-003"], &|told| told.status = 40);
    check(&["CE-HDR-004"], &|told| told.from = vec!["NO".into()]);
    check(&["CE-HDR-005"], &|told| told.to = vec!["NO".into()]);
    check(&[], &|told| (told.from, told.to) = (Vec::new(), Vec::new()));
}

#[test]
fn withdrawal_is_never_blocked_for_what_the_certificate_lacked() {
    let firm = |rule: &str| rule.starts_with("CE-DOC-");
    for case in CASES.iter().filter(|case| case.status == 70 && !firm(case.rule)) {
        let shape = Shape {
            lines: case.lines,
            status: 40,
            replaces: case.replaces.then(|| "XX-OLD-1".to_owned()),
            ..Shape::new(853, 7)
        };
        if case.rule == "CE-MIN-007" {
            continue;
        }
        let xml = apply(compact(&draft(case.commodity, &shape)), case.edits);
        let judgement = judged(&PROFILE, &xml);
        assert!(!judgement.is_severe(), "{}: {:?}", case.rule, judgement.findings);
    }
}

#[test]
fn other_systems_documents_are_named_and_not_refused() {
    let shape = Shape::new(853, 7);
    let whole = compact(&draft("live-cattle", &shape));
    // Most of what the model asks for is missing.
    let edits = [
        Edit::Every("ram:IncludedSPSClause"),
        Edit::Every("ram:ScientificName"),
        Edit::Every("ram:AdditionalInformationSPSNote"),
    ];
    let bare = apply(whole, &edits);
    assert!(judged(&PROFILE, &bare).is_severe());
    let clause = |scheme: &str| {
        let words = format!(
            "<ram:IncludedSPSClause><ram:ID schemeID=\"{scheme}\">PURPOSE</ram:ID>\
             <ram:Content>INTERNAL_MARKET</ram:Content></ram:IncludedSPSClause>"
        );
        let end = "</ram:SignatorySPSAuthentication>";
        bare.replacen(end, &format!("{words}{end}"), 1)
    };
    let note = |kind: &str| {
        let words = format!(
            "<ram:IncludedSPSNote><ram:ContentCode>{kind}</ram:ContentCode><ram:Content/>\
             <ram:SubjectCode>CHED_TYPE</ram:SubjectCode></ram:IncludedSPSNote>"
        );
        bare.replacen("<ram:IncludedSPSNote>", &format!("{words}<ram:IncludedSPSNote>"), 1)
    };
    let check = |xml: &str, name: &str| {
        let judgement = judged(&PROFILE, xml);
        assert!(!judgement.is_severe(), "{name}: {:?}", judgement.findings);
        assert_eq!(judgement.foreign.map(|foreign| foreign.name), Some(name));
        let told = judgement.findings.iter().find(|finding| finding.rule == "CE-FOR-001");
        let told = told.expect("it is named");
        assert!(told.level == Level::Info && told.text.contains(name), "{}", told.text);
        let reading = SpsDocument::read(xml.as_bytes(), &Limits::default());
        let root = reading.document.root().expect("a certificate");
        let page = render::page(&PROFILE, None, Certificate::new(root));
        assert!(page.contains(&format!("<h1>{name}</h1>")), "{page}");
        let mut terms = Vec::new();
        Certificate::new(root).terms(&mut |key, said| {
            terms.push(format!("{key}={said}"));
            true
        });
        assert!(terms.contains(&format!("document={name}")), "{terms:?}");
    };
    check(&clause("ched_consignment_clause"), "CHED");
    check(&clause("eu_intra_certification_clause"), "EU-INTRA");
    check(&note("CHEDA"), "CHED-A (animals)");
    check(&note("CHED-P"), "CHED-P (products of animal origin)");
    check(&note("CHEDPP"), "CHED-PP (plants)");
    check(&note("other"), "CHED");
}

#[test]
fn models_are_told_by_goods_or_by_name() {
    for commodity in sample::COMMODITIES {
        let xml = compact(&commodity.draft(&sample::STYLE, &Shape::new(853, 3)));
        let judgement = judged(&PROFILE, &xml);
        let model = judgement.model.expect("a model");
        assert_eq!(model.id, commodity.model, "{}", commodity.name);
        assert_eq!(ids(&judgement).len(), 0, "{}: {:?}", commodity.name, judgement.findings);
    }
    let used: Vec<&str> = sample::COMMODITIES.iter().map(|commodity| commodity.model).collect();
    for model in PROFILE.models.iter().filter(|model| model.id != "general") {
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
    let now = rules_as_markdown(&PROFILE, HEAD, rules::TABLES, "phytohub-woah")
        + &attestations_as_markdown(&PROFILE);
    if std::env::var_os("UPDATE_RULES").is_some() {
        std::fs::write(&path, &now).expect("a writable file");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == now, "run the tests of phytohub-woah with UPDATE_RULES=1");
}

#[test]
fn sample_files_are_up_to_date() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    for commodity in sample::COMMODITIES {
        let path = directory.join(format!("{}.xml", commodity.name));
        let mut shape = Shape::new(853, 1);
        shape.countries = Some(("NL".into(), "KE".into()));
        let now = draft(commodity.name, &shape).to_xml();
        if std::env::var_os("UPDATE_RULES").is_some() {
            std::fs::create_dir_all(&directory).expect("a directory");
            std::fs::write(&path, &now).expect("a writable file");
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == now, "{}: run the tests with UPDATE_RULES=1", commodity.name);
    }
}

const HEAD: &str = "# Rules of veterinary certificates\n\n\
What a certificate of type 853 is held to, table by table. An id is never reused and never renamed:\n\
texts are translated by it. `{}` stands for what was found. SEVERE refuses the certificate; of a\n\
withdrawn one (status 40) everything but the first table is WARNING at most. Which tables hold is\n\
decided by the model: the one that the document's note `MODEL` names, else the one for the first\n\
line's code of the Harmonized System, else the one that the hub's operator set, else `general`.\n\n\
Notes are found by their code in `SubjectCode` or `Subject`; what they say stands in `Content` or\n\
`ContentCode`. Numbers of boxes are those of the model certificates; where an edition of the Code\n\
numbers them otherwise, the words decide.\n\n\
Before these come the rules of all XML that the hub reads, with the ids PC-XML, PC-SCH and PC-MAP-001\n\
(see `schemas/RULES.md`). Documents of TRACES (CHED, EU-INTRA) are recognized, named with CE-FOR-001,\n\
and held to the first table alone.\n";
