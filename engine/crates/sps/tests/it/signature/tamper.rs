//! Whatever is changed in a signed document, byte by byte: it is verified if and only if libxml2
//! gives it the canonical form that was signed.

use std::process::{Command, Stdio};

use libxml::parser::{Parser, ParserOptions};
use libxml::tree::c14n::{CanonicalizationMode, CanonicalizationOptions};
use phytohub_sps::Limits;
use phytohub_sps::SpsDocument;

use super::{ANDEAN, PACIFIC, check, fixture, folder};

/// libxml2's canonical form without what no signature covers.
fn signed_part(xml: &str, mode: CanonicalizationMode) -> Option<String> {
    let options = ParserOptions {
        recover: false,
        no_error: true,
        no_warning: true,
        no_net: true,
        ..ParserOptions::default()
    };
    let document = Parser::default().parse_string_with_options(xml, options).ok()?;
    let options = CanonicalizationOptions { mode, ..CanonicalizationOptions::default() };
    let form = document.canonicalize(options, None).ok()?;
    let (before, rest) = form.split_once("<ds:Signature ")?;
    let (tag, rest) = rest.split_once("<ds:SignedInfo>")?;
    tag.contains("xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"").then_some(())?;
    let (info, rest) = rest.split_once("</ds:SignedInfo>")?;
    let (value, rest) =
        rest.split_once("<ds:SignatureValue>")?.1.split_once("</ds:SignatureValue>")?;
    let (_, after) = rest.split_once("</ds:Signature>")?;
    let value: String = value.split_ascii_whitespace().collect();
    Some([before, info, &value, after].join("|"))
}

/// Every byte behind the XML declaration replaced, taken out, and with something put before it.
fn mutations(xml: &str) -> impl Iterator<Item = String> {
    let declaration = xml.find("?>").map_or(0, |at| at + 3);
    (declaration..xml.len()).flat_map(move |at| {
        let (before, after) = xml.split_at(at);
        let (byte, rest) = after.split_at(1);
        let other = if byte == "x" { "y" } else { "x" };
        let blank = if byte.trim().is_empty() { "\t" } else { other };
        [
            format!("{before}{other}{rest}"),
            format!("{before}{rest}"),
            format!("{before}{blank}{rest}"),
            format!("{before} {after}"),
            format!("{before}<!-- -->{after}"),
            format!("{before}<a/>{after}"),
        ]
    })
}

fn every_byte(name: &str, mode: CanonicalizationMode) {
    let xml = fixture(name);
    assert!(xml.is_ascii());
    let signed = signed_part(&xml, mode).expect("a canonical form");
    let (mut verified, mut stricter) = (0, 0);
    for mutation in mutations(&xml) {
        let report = check(&mutation, "rsa");
        let same = signed_part(&mutation, mode).is_some_and(|form| form == signed);
        if report.is_verified() {
            verified += 1;
            assert!(same, "verified, but changed: {mutation}");
        } else if same {
            // Comments within the signature, and what our reader alone does not read.
            let read = SpsDocument::read(mutation.as_bytes(), &Limits::default()).is_well_formed();
            let form = super::ids(&report).contains(&"PC-SIG-005");
            assert!(form || !read, "{:?} {mutation}", report.findings);
            stricter += 1;
        }
    }
    assert!(verified > 300 && stricter > 50, "verified={verified} stricter={stricter}");
}

#[test]
fn every_byte_of_the_exclusive_form_is_covered() {
    every_byte(ANDEAN, CanonicalizationMode::ExclusiveCanonical1_0);
}

#[test]
fn every_byte_of_the_inclusive_form_is_covered() {
    every_byte(PACIFIC, CanonicalizationMode::Canonical1_0);
}

#[test]
fn parts_that_change_places_are_told() {
    for name in [ANDEAN, PACIFIC] {
        let xml = fixture(name);
        let lines: Vec<&str> = xml.lines().collect();
        for at in 2..lines.len() - 1 {
            let mut lines = lines.clone();
            lines.swap(at, at - 1);
            let same = lines[at] == lines[at - 1];
            assert!(same || !check(lines.join("\n"), "rsa").is_verified(), "{}", lines[at]);
        }
    }
}

/// xmlsec1's verdict.
fn xmlsec1(xml: &str, scratch: &std::path::Path) -> bool {
    std::fs::write(scratch, xml).expect("a writable folder");
    let status = Command::new("xmlsec1")
        .args(["--verify", "--enabled-key-data", "key-name", "--id-attr:Id", "SPSCertificate"])
        .arg("--pubkey-cert-der")
        .arg(folder().join("rsa.der"))
        .arg(scratch)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.expect("xmlsec1 runs").success()
}

#[test]
#[expect(clippy::print_stdout, reason = "a check that is skipped is named")]
fn mutated_samples_get_the_verdict_of_xmlsec1() {
    let probe = Command::new("xmlsec1").arg("--version").stdout(Stdio::null()).status();
    if !probe.is_ok_and(|status| status.success()) {
        assert!(std::env::var_os("CI").is_none(), "xmlsec1 is missing");
        println!("skipped: xmlsec1 is not installed");
        return;
    }
    let scratch = std::env::temp_dir().join(format!("phytohub-signed-{}.xml", std::process::id()));
    let (mut verified, mut refused, mut stricter) = (0, 0, 0);
    for name in [ANDEAN, PACIFIC] {
        let xml = fixture(name);
        // A step that has no factor in common with the number of mutations of a byte.
        for mutation in mutations(&xml).step_by(211) {
            let (ours, theirs) = (check(&mutation, "rsa"), xmlsec1(&mutation, &scratch));
            match (ours.is_verified(), theirs) {
                (true, true) => verified += 1,
                (false, false) => refused += 1,
                (false, true) => stricter += 1,
                (true, false) => panic!("xmlsec1 refuses: {mutation}"),
            }
            let form = super::ids(&ours).contains(&"PC-SIG-005");
            assert!(ours.is_verified() == theirs || form, "{:?} {mutation}", ours.findings);
        }
    }
    let removed = std::fs::remove_file(&scratch);
    assert!(removed.is_ok() && verified > 5 && refused > 100, "{verified} {refused} {stricter}");
}
