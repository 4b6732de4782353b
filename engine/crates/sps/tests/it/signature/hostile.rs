//! A document of one MiB may cost what a document of one MiB costs, whatever is in it.

use std::time::{Duration, Instant};

use super::{ANDEAN, SignatureReport, check, fixture, ids};

const MIB: usize = 1 << 20;

/// The document in the inclusive form, what is signed of the signature in the exclusive one: nothing
/// that is done to the root is seen before the document itself is looked at.
const INCLUSIVE: &str = "ecdsa-sha384";

/// `inner` put into the root of a signed document as often as a MiB holds it, and the declarations
/// into its tag.
fn filled(name: &str, declarations: &str, inner: &str) -> String {
    let xml = fixture(name).replacen(
        "<rsm:SPSCertificate ",
        &format!("<rsm:SPSCertificate {declarations} "),
        1,
    );
    let times = (MIB - xml.len()) / inner.len();
    xml.replacen("<ds:Signature ", &format!("{}<ds:Signature ", inner.repeat(times)), 1)
}

/// The time that a document takes, the best of three.
fn time(xml: &str) -> (SignatureReport, Duration) {
    let signer = if xml.contains("#ecdsa-sha384") { "p384" } else { "rsa" };
    #[expect(clippy::disallowed_methods, reason = "how long it takes is what is asked")]
    let mut runs = (0..3).map(|_| {
        let begun = Instant::now();
        let report = check(xml, signer);
        (report, begun.elapsed())
    });
    let first = runs.next().expect("three runs");
    runs.fold(first, |best, run| if run.1 < best.1 { run } else { best })
}

fn declarations(count: usize, uri_bytes: usize) -> String {
    let padding = "0".repeat(uri_bytes);
    let one = |n| format!("xmlns:p{n}='urn:{padding}{n}' ");
    (0..count).map(one).collect()
}

/// What is written into the document, and which finding comes of it.
fn documents() -> Vec<(&'static str, String, &'static str)> {
    let many = declarations(480, 8);
    let attributes: String = (0..480).map(|n| format!(" p{n}:a=''")).collect();
    let nested = format!("{}{}", "<a>".repeat(40), "</a>".repeat(40));
    let redeclared = "<a xmlns='urn:a'><b xmlns='urn:b'/></a>";
    let id: String = (0..MIB / 24).map(|n| format!("<a Id='{n:0>12}'/>")).collect();
    vec![
        ("elements", filled(ANDEAN, "", "<a/>"), "PC-SIG-014"),
        (
            "elements in the last of many namespaces",
            filled(ANDEAN, &many, "<p479:a/>"),
            "PC-SIG-014",
        ),
        ("elements among many namespaces", filled(INCLUSIVE, &many, "<p479:a/>"), "PC-SIG-014"),
        (
            "attributes in many namespaces",
            filled(INCLUSIVE, &many, &format!("<a{attributes}/>")),
            "PC-SIG-014",
        ),
        (
            "long namespaces",
            filled(ANDEAN, &declarations(480, 1000), "<p0:a p479:b=''/>"),
            "PC-SIG-015",
        ),
        (
            "a namespace of half a MiB",
            filled(ANDEAN, &declarations(1, MIB / 2), "<p0:a/>"),
            "PC-SIG-015",
        ),
        ("namespaces anew", filled(ANDEAN, "", redeclared), "PC-SIG-014"),
        ("nested", filled(INCLUSIVE, "", &nested), "PC-SIG-014"),
        ("nested without end", filled(ANDEAN, "", "<a>"), "PC-SIG-002"),
        ("references", filled(ANDEAN, "", "&#x26;"), "PC-SIG-014"),
        ("ampersands", filled(ANDEAN, "", "&"), "PC-SIG-002"),
        ("carriage returns", filled(INCLUSIVE, "", "\r\n&#13;"), "PC-SIG-014"),
        ("angle brackets", filled(INCLUSIVE, "", ">"), "PC-SIG-014"),
        ("sections", filled(ANDEAN, "", "<![CDATA[<]]>"), "PC-SIG-014"),
        ("comments", filled(ANDEAN, "", "<!---->"), ""),
        ("instructions", filled(INCLUSIVE, "", "<?a b?>"), "PC-SIG-014"),
        (
            "signatures",
            filled(ANDEAN, "", "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/>"),
            "PC-SIG-003",
        ),
        (
            "Ids",
            fixture(INCLUSIVE).replacen("<ds:Signature ", &format!("{id}<ds:Signature "), 1),
            "PC-SIG-014",
        ),
        ("Ids twice", filled(INCLUSIVE, "", "<a Id='b'/>"), "PC-SIG-009"),
        (
            "a huge attribute",
            filled(ANDEAN, &format!("a='{}'", "&amp;".repeat(MIB / 10)), "<a/>"),
            "PC-SIG-014",
        ),
        ("a huge value", value("<ds:SignatureValue>", "A"), "PC-SIG-005"),
        ("a huge value of references", value("<ds:DigestValue>", "&#65;"), "PC-SIG-005"),
        ("many transforms", value("<ds:Transforms>", "<ds:Transform/>"), "PC-SIG-005"),
        ("many keys", value("<ds:KeyInfo>", "<a><b/></a>"), ""),
        ("a huge prefix list", prefix_list(), "PC-SIG-005"),
        ("white space around the value", value("<ds:SignatureValue>", " "), "PC-SIG-005"),
    ]
}

fn value(behind: &str, inner: &str) -> String {
    fixture(ANDEAN).replacen(behind, &format!("{behind}{}", inner.repeat(MIB / inner.len())), 1)
}

fn prefix_list() -> String {
    fixture("prefix-list-rsa-sha512").replacen(
        "PrefixList=\"",
        &format!("PrefixList=\"{}", "a ".repeat(MIB / 2)),
        1,
    )
}

#[test]
fn hostile_documents_cost_no_more_than_their_length() {
    let (_, plain) = time(&filled(ANDEAN, "", "<ram:Name>Sample Carrier</ram:Name>"));
    for (what, xml, rule) in documents() {
        assert!(xml.len() > MIB / 2, "{what}: {}", xml.len());
        let (report, took) = time(&xml);
        let told: Vec<&str> = ids(&report).into_iter().filter(|id| *id != "PC-SIG-010").collect();
        assert_eq!(told, Vec::from_iter((!rule.is_empty()).then_some(rule)), "{what}");
        assert_eq!(report.is_verified(), rule.is_empty(), "{what}");
        assert!(took < plain * TIMES_MAX + SLACK, "{what}: {took:?}, plain {plain:?}");
    }
}

/// A quadratic path takes hundreds of times as long as the plain document of the same length.
const TIMES_MAX: u32 = 25;

/// For what a busy machine does besides.
const SLACK: Duration = Duration::from_millis(100);
