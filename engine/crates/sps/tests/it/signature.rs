//! Signatures that xmlsec1 made are verified, and nothing else is.

use std::path::{Path, PathBuf};

use phytohub_sps::Level;
use phytohub_sps::sample::Shape;
use phytohub_sps::signature::{SignatureReport, VerifyOptions, verify};

#[path = "signature/broken.rs"]
mod broken;
#[path = "signature/hostile.rs"]
mod hostile;
#[path = "signature/tamper.rs"]
mod tamper;

/// The fixtures and the certificates that they were signed with.
const SIGNED: [(&str, &str); 6] = [
    (ANDEAN, "rsa"),
    (PACIFIC, "rsa"),
    ("prefix-list-rsa-sha512", "rsa"),
    ("mixed-rsa-sha384", "rsa"),
    ("ecdsa-sha256", "p256"),
    ("ecdsa-sha384", "p384"),
];

/// Exclusive canonicalization, a reference without URI.
const ANDEAN: &str = "exclusive-rsa-sha256";

/// Inclusive canonicalization and SHA-1, a reference to the Id of the root.
const PACIFIC: &str = "inclusive-rsa-sha1";

/// A time at which the certificates of the fixtures are valid: the first of January 2030.
const NOW: i64 = 1_893_456_000_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/signature")
}

fn fixture(name: &str) -> String {
    std::fs::read_to_string(folder().join(name).with_extension("xml")).expect("a fixture")
}

fn certificate(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name).with_extension("der")).expect("a certificate")
}

fn check(xml: impl AsRef<[u8]>, signer: &str) -> SignatureReport {
    let certificate_der = &certificate(signer);
    let report = verify(xml.as_ref(), &VerifyOptions { certificate_der, at_unix_ms: NOW });
    assert!(!(report.is_verified() && report.is_severe()), "{report:?}");
    report
}

fn ids(report: &SignatureReport) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn fixtures_are_made_from_our_sample() {
    let sample = Shape::default().certificate().to_xml();
    let path = folder().join("certificate.xml");
    if std::env::var_os("UPDATE_SIGNED").is_some() {
        std::fs::write(&path, &sample).expect("a writable file");
    }
    let written = std::fs::read_to_string(path);
    assert!(written.is_ok_and(|written| written == sample), "run with UPDATE_SIGNED=1");
}

#[test]
fn signatures_of_another_implementation_are_verified() {
    for (name, signer) in SIGNED {
        let report = check(fixture(name), signer);
        assert!(report.is_verified() && report.signed, "{name}: {report:?}");
        let warned = if name == PACIFIC { &["PC-SIG-010"][..] } else { &[] };
        assert_eq!(ids(&report), warned, "{name}");
        assert!(report.findings.iter().all(|finding| finding.level == Level::Warning));
    }
}

#[test]
fn signature_of_another_key_is_none() {
    for (name, signer) in SIGNED {
        let wrong = if signer == "rsa" { "other" } else { "rsa" };
        let report = check(fixture(name), wrong);
        assert!(!report.is_verified() && report.is_severe() && report.signed, "{name}");
    }
}

#[test]
fn signed_document_is_verified_in_every_encoding_it_is_read_in() {
    use base64::Engine;
    let xml = fixture(ANDEAN);
    let wide: Vec<u8> = xml.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let wrapped = base64::engine::general_purpose::STANDARD.encode(&xml);
    let marked = format!("\u{FEFF}{xml}");
    let windows = xml.replace('\n', "\r\n");
    for bytes in [wide, wrapped.into_bytes(), marked.into_bytes(), windows.into_bytes()] {
        assert!(check(&bytes, "rsa").is_verified());
    }
}

#[test]
fn certificate_must_be_valid_at_the_time_asked_about() {
    let (xml, certificate_der) = (fixture(ANDEAN), &certificate("rsa"));
    let at = |at_unix_ms| verify(xml.as_bytes(), &VerifyOptions { certificate_der, at_unix_ms });
    for outside in [i64::MIN, -1, 0, 1_000_000_000_000, 4_000_000_000_000, i64::MAX] {
        let report = at(outside);
        assert!(!report.is_verified(), "{outside}");
        assert_eq!(ids(&report), ["PC-SIG-012"], "{outside}");
    }
    assert!(at(NOW).is_verified());
}
