//! Every rule is broken once, alone.

use phytohub_codex::{PROFILE, rules, sample};
use phytohub_official_certificate::rule::Rule;
use phytohub_official_certificate::sample::Shape;
use phytohub_sps::Level;

use crate::edit::{
    Case, Edit, apply, case, compact, each_is_broken_alone, judged, none_is_left_out,
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
    // The shared tables are broken among the tests of veterinary certificates.
    let shared = all().into_iter().map(|rule| rule.id).filter(|id| id.starts_with("CE-"));
    none_is_left_out(CASES, &all(), &shared.collect::<Vec<_>>());
}

#[test]
fn withdrawal_is_never_blocked_for_what_the_certificate_lacked() {
    for case in CASES.iter().filter(|case| case.status == 70) {
        let shape = Shape {
            lines: case.lines,
            status: 40,
            replaces: case.replaces.then(|| "XX-OLD-1".to_owned()),
            ..Shape::new(852, 7)
        };
        let xml = apply(compact(&draft(case.commodity, &shape)), case.edits);
        let judgement = judged(&PROFILE, &xml);
        assert!(!judgement.is_severe(), "{}: {:?}", case.rule, judgement.findings);
    }
}

#[test]
fn health_entry_documents_are_named_and_not_refused() {
    let whole = compact(&draft("fishery-product", &Shape::new(636, 7)));
    let bare =
        apply(whole, &[Edit::Every("ram:IncludedSPSClause"), Edit::Every("ram:NetWeightMeasure")]);
    assert!(judged(&PROFILE, &bare).is_severe());
    let note = "<ram:IncludedSPSNote><ram:ContentCode>CHEDP</ram:ContentCode><ram:Content/>\
                <ram:SubjectCode>CHED_TYPE</ram:SubjectCode></ram:IncludedSPSNote>";
    let xml = bare.replacen("<ram:IncludedSPSNote>", &format!("{note}<ram:IncludedSPSNote>"), 1);
    let judgement = judged(&PROFILE, &xml);
    let name = "CHED-P (products of animal origin)";
    assert_eq!(judgement.foreign.map(|foreign| foreign.name), Some(name));
    assert!(!judgement.is_severe(), "{:?}", judgement.findings);
    let told = judgement.findings.iter().find(|finding| finding.rule == "CE-FOR-001");
    assert_eq!(told.map(|told| told.level), Some(Level::Info));
}

#[test]
fn both_types_are_judged_alike() {
    for kind in [852, 636] {
        let judgement = judged(&PROFILE, &compact(&draft("honey", &Shape::new(kind, 7))));
        assert!(judgement.findings.is_empty(), "{kind}: {:?}", judgement.findings);
    }
}
