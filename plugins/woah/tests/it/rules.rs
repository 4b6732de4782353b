//! Every rule is broken once, alone.

use phytohub_official_certificate::rule::Rule;
use phytohub_official_certificate::sample::Shape;
use phytohub_official_certificate::{Certificate, render};
use phytohub_sps::{Level, Limits, SpsDocument};
use phytohub_woah::{PROFILE, rules, sample};

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
    let header = ["CE-HDR-001", "CE-HDR-002", "CE-HDR-003", "CE-HDR-004", "CE-HDR-005"];
    none_is_left_out(CASES, &all(), &header);
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
