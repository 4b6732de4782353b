//! Every rule is broken once, alone, and the list of rules for people is up to date.

use std::collections::BTreeSet;
use std::path::Path;

use phytohub_sps::sample::Shape;
use phytohub_sps::{HeaderFacts, Level, check_header, rules, rules_as_markdown};

use crate::fixture::{ids, validate};

#[path = "rules/broken.rs"]
mod broken;

use broken::{CASES, Case, Edit};

/// A full certificate with an attachment, without white space between its elements.
pub(crate) fn base(case: &Case) -> String {
    let shape = Shape {
        full: true,
        attachments: 1,
        certificate_type: case.base,
        replaces: case.replaces.then(|| "LK-2025-1".to_owned()),
        ..Shape::default()
    };
    let xml = match case.base {
        0 => shape.acknowledgement(39).to_xml(),
        _ => shape.certificate().to_xml(),
    };
    xml.lines().map(str::trim_start).collect()
}

fn broken(case: &Case) -> Vec<u8> {
    let mut xml = base(case);
    for edit in case.edits {
        xml = match edit {
            Edit::Swap(from, to) => {
                assert!(xml.contains(from), "{}: nothing to swap: {from}", case.rule);
                xml.replacen(from, to, 1)
            }
            Edit::Cut(name) => cut(&xml, name),
            Edit::Grow(mark, bytes) => xml.replacen(mark, &"A".repeat(*bytes), 1),
        };
    }
    match case.rule {
        "PC-XML-008" => xml.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "PC-XML-009" => {
            use base64::Engine;
            base64::engine::general_purpose::STANDARD.encode(xml).into_bytes()
        }
        "PC-XML-002" => b" \n".to_vec(),
        "PC-XML-003" => [xml.as_bytes(), b"\xFF"].concat(),
        _ => xml.into_bytes(),
    }
}

/// Takes the first element of that name out.
fn cut(xml: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let (before, rest) = xml.split_once(&open).expect("an element to cut");
    let (_, after) = rest.split_once(&close).expect("its end");
    format!("{before}{after}")
}

#[test]
fn every_rule_is_broken_alone() {
    for case in CASES {
        let bytes = broken(case);
        let reading = validate(&bytes);
        assert_eq!(ids(&reading), [case.rule], "{:#?}", reading.findings);
        let (finding, rule) = (&reading.findings[0], rules().find(|r| r.id.as_str() == case.rule));
        let rule = rule.expect("the rule is in the table");
        // A code that is missing from a partial list is told more gently.
        let level = if case.rule == "PC-MAP-013" { Level::Info } else { rule.level };
        assert_eq!((finding.level, finding.area), (level, rule.area), "{}", case.rule);
        assert_eq!(finding.path, case.path, "{}", case.rule);
        assert!(finding.offset <= bytes.len(), "{}", case.rule);
        assert!(!finding.text.contains("{}") && finding.text.contains(": "), "{}", finding.text);
    }
}

#[test]
fn no_rule_is_left_out() {
    let broken: BTreeSet<&str> = CASES.iter().map(|case| case.rule).collect();
    let header = ["PC-HDR-001", "PC-HDR-002", "PC-HDR-003", "PC-HDR-004", "PC-HDR-005"];
    // Takes a document of 104 MB, which is made for it alone.
    let large = ["PC-ATT-005"];
    let all: BTreeSet<&str> = rules().map(|rule| rule.id.as_str()).collect();
    assert_eq!(all.len(), rules().count(), "an id stands twice");
    // Broken among the tests of signatures.
    let signature = all.iter().copied().filter(|id| id.starts_with("PC-SIG-"));
    let told = broken.into_iter().chain(header).chain(large);
    let told: BTreeSet<&str> = told.chain(signature).collect();
    assert_eq!(told, all);
}

/// A certificate with so many files of almost 3 MB.
fn with_files(count: usize) -> String {
    let one = Shape { attachments: 1, ..Shape::default() }.certificate().to_xml();
    let (open, close) =
        ("<ram:ReferenceSPSReferencedDocument>", "</ram:ReferenceSPSReferencedDocument>");
    let (before, rest) = one.split_once(open).expect("a reference");
    let (reference, after) = rest.split_once(close).expect("its end");
    let (head, tail) = reference.split_once("JVBERi0").expect("a file");
    let file = "QUJD".repeat(((3 << 20) - 1024) / 3);
    let mut xml = String::with_capacity(one.len() + count * (file.len() + reference.len() + 128));
    xml.push_str(before);
    for _ in 0..count {
        for part in [open, head, &file, "JVBERi0", tail, close] {
            xml.push_str(part);
        }
    }
    xml.push_str(after);
    xml
}

#[test]
fn certificate_of_more_than_104_mb_is_told() {
    let xml = with_files(26);
    assert!(xml.len() > 103 << 20 && xml.len() <= 104 << 20, "bytes={}", xml.len());
    assert_eq!(ids(&validate(xml.as_bytes())), Vec::<&str>::new());
    let xml = with_files(27);
    let reading = validate(xml.as_bytes());
    assert_eq!(ids(&reading), ["PC-ATT-005"]);
    let finding = &reading.findings[0];
    assert_eq!((finding.level, &*finding.path), (Level::Severe, ""));
    assert!(finding.text.contains(&xml.len().to_string()), "{}", finding.text);
}

#[test]
fn header_is_held_against_content() {
    let shape = Shape::default();
    let certificate = shape.certificate();
    let (from, to) = (&*certificate.export_country.id, &*certificate.import_country.id);
    let xml = certificate.to_xml();
    let reading = validate(xml.as_bytes());
    let view = reading.document.certificate().expect("a certificate");
    let right = HeaderFacts {
        number: &certificate.number,
        certificate_type: "851",
        status: "70",
        from_countries: &["XX", from],
        to_countries: &[],
    };
    assert_eq!(check_header(&view, &right), []);
    let check = |rule: &str, header: HeaderFacts<'_>| {
        let findings = check_header(&view, &header);
        let ids: Vec<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
        assert_eq!(ids, [rule]);
    };
    check("PC-HDR-001", HeaderFacts { number: "other", ..right });
    check("PC-HDR-002", HeaderFacts { certificate_type: "657", ..right });
    check("PC-HDR-003", HeaderFacts { status: "40", ..right });
    check("PC-HDR-004", HeaderFacts { from_countries: &["XX"], ..right });
    check("PC-HDR-005", HeaderFacts { to_countries: &["XX"], ..right });
    assert_eq!(check_header(&view, &HeaderFacts { to_countries: &[to], ..right }), []);
}

#[test]
fn withdrawal_is_never_blocked() {
    for case in CASES {
        let xml = broken(case);
        let Ok(xml) = String::from_utf8(xml) else { continue };
        let issued = "<ram:StatusCode>70</ram:StatusCode>";
        if !xml.contains(issued) || !case.rule.starts_with("PC-M") {
            continue;
        }
        let xml = xml.replace(issued, "<ram:StatusCode>40</ram:StatusCode>");
        let reading = validate(xml.as_bytes());
        assert!(!reading.is_severe(), "{}: {:?}", case.rule, reading.findings);
        let level = reading.findings.iter().find(|f| f.rule.as_str() == case.rule);
        assert!(level.is_some_and(|finding| finding.level <= Level::Warning), "{}", case.rule);
    }
}

#[test]
fn list_of_rules_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../schemas/RULES.md");
    let now = rules_as_markdown();
    if std::env::var_os("UPDATE_RULES").is_some() {
        std::fs::write(&path, &now).expect("a writable file");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == now, "run the tests of phytohub-sps with UPDATE_RULES=1");
}
