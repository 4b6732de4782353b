//! Every rule of signatures is broken once, and so is every attack that is known by a name.

use std::collections::BTreeSet;

use phytohub_sps::rules;

use super::{ANDEAN, PACIFIC, certificate, check, fixture, ids};

/// The rule, and what to put in the place of what.
type Case = (&'static str, &'static [(&'static str, &'static str)]);

const CASES: &[Case] = &[
    ("PC-SIG-002", &[("</rsm:SPSCertificate>", "")]),
    ("PC-SIG-002", &[("<rsm:SPSCertificate ", "<!DOCTYPE x><rsm:SPSCertificate ")]),
    (
        "PC-SIG-003",
        &[(
            "</ds:Signature>",
            "</ds:Signature><s:Signature xmlns:s='http://www.w3.org/2000/09/xmldsig#'/>",
        )],
    ),
    ("PC-SIG-003", &[("<ds:KeyName>never looked at", "<ds:Signature/><ds:KeyName>")]),
    (
        "PC-SIG-004",
        &[
            ("</rsm:SPSConsignment>", ""),
            ("</ds:Signature>", "</ds:Signature></rsm:SPSConsignment>"),
        ],
    ),
    // A comment in a value hides its rest from readers that take the first text.
    ("PC-SIG-005", &[("<ds:DigestValue>", "<ds:DigestValue><!-- -->")]),
    ("PC-SIG-005", &[("<ds:SignatureValue>", "<ds:SignatureValue><![CDATA[]]>")]),
    ("PC-SIG-005", &[("<ds:SignatureValue>", "<ds:SignatureValue>?")]),
    ("PC-SIG-005", &[("<ds:SignatureValue>", "<ds:SignatureValue><ds:DigestValue/>")]),
    ("PC-SIG-005", &[("</ds:SignedInfo>", "text</ds:SignedInfo>")]),
    ("PC-SIG-005", &[("</ds:Reference>", "</ds:Reference><ds:Reference/>")]),
    ("PC-SIG-005", &[("</ds:KeyInfo>", "</ds:KeyInfo><ds:Object/>")]),
    ("PC-SIG-005", &[("</ds:KeyInfo>", "</ds:KeyInfo><ds:KeyInfo/>")]),
    ("PC-SIG-005", &[("<ds:KeyInfo>", "<ds:Key>"), ("</ds:KeyInfo>", "</ds:Key>")]),
    ("PC-SIG-005", &[(" Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"", "")]),
    (
        "PC-SIG-005",
        &[("#rsa-sha256\"/>", "#rsa-sha256\"><ds:HMACOutputLength/></ds:SignatureMethod>")],
    ),
    (
        "PC-SIG-005",
        &[
            (
                "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>",
                "",
            ),
            ("<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>", ""),
        ],
    ),
    ("PC-SIG-006", &[("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-md5")]),
    ("PC-SIG-006", &[("2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#hmac-sha1")]),
    ("PC-SIG-006", &[("xmlenc#sha256", "xmldsig-more#md5")]),
    (
        "PC-SIG-006",
        &[(
            "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#",
            "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2006/12/xml-c14n11",
        )],
    ),
    ("PC-SIG-006", &[("#rsa-sha256", "#RSA-SHA256")]),
    (
        "PC-SIG-007",
        &[(
            "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#",
            "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        )],
    ),
    (
        "PC-SIG-007",
        &[(
            "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#",
            "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116",
        )],
    ),
    (
        "PC-SIG-007",
        &[(
            "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature",
            "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116",
        )],
    ),
    (
        "PC-SIG-007",
        &[(
            "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>",
            "",
        )],
    ),
    (
        "PC-SIG-007",
        &[(
            "</ds:Transforms>",
            "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></ds:Transforms>",
        )],
    ),
    ("PC-SIG-008", &[("<ds:Reference>", "<ds:Reference URI=\"http://127.0.0.1/\">")]),
    ("PC-SIG-008", &[("<ds:Reference>", "<ds:Reference URI=\"file:///etc/hostname\">")]),
    ("PC-SIG-008", &[("<ds:Reference>", "<ds:Reference URI=\"#\">")]),
    ("PC-SIG-008", &[("<ds:Reference>", "<ds:Reference URI=\"#xpointer(/)\">")]),
    (
        "PC-SIG-008",
        &[
            ("<ds:Reference>", "<ds:Reference URI=\"#a\">"),
            ("<rsm:SPSConsignment>", "<rsm:SPSConsignment Id=\"a\">"),
        ],
    ),
    (
        "PC-SIG-009",
        &[
            ("<rsm:SPSCertificate ", "<rsm:SPSCertificate Id=\"a\" "),
            ("<rsm:SPSConsignment>", "<rsm:SPSConsignment ID=\"a\">"),
        ],
    ),
    (
        "PC-SIG-009",
        &[
            ("<ds:Signature ", "<ds:Signature xml:id=\"a\" "),
            ("<ds:KeyName>", "<ds:KeyName id=\"a\">"),
        ],
    ),
    ("PC-SIG-013", &[("<ds:Reference>", "<ds:Reference URI=\"\">")]),
    ("PC-SIG-013", &[("<ds:DigestValue>", "<ds:DigestValue>AAAA")]),
    ("PC-SIG-013", &[("<ds:SignedInfo>", "<ds:SignedInfo Id=\"new\">")]),
    ("PC-SIG-014", &[(">70<", ">40<")]),
    ("PC-SIG-014", &[("<ram:Name/>", "")]),
    ("PC-SIG-014", &[("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<?around the=\"root\"?>")]),
    ("PC-SIG-015", &[(">70<", "><x:y/><")]),
    ("PC-SIG-015", &[("<ds:Signature ", "<ds:Signature xmlns=\"relative\" ")]),
];

fn edited(name: &str, edits: &[(&str, &str)]) -> String {
    let mut xml = fixture(name);
    for (from, to) in edits {
        assert!(xml.contains(from), "nothing to put anything for: {from}");
        xml = xml.replacen(from, to, 1);
    }
    xml
}

#[test]
fn every_rule_of_signatures_is_broken() {
    for (rule, edits) in CASES {
        let report = check(edited(ANDEAN, edits), "rsa");
        assert_eq!(ids(&report), [*rule], "{edits:?} {:?}", report.findings);
        assert!(!report.is_verified() && report.is_severe(), "{edits:?}");
        let text = &report.findings[0].text;
        assert!(!text.contains("{}") && text.contains(": "), "{text}");
        assert_eq!(report.signed, *rule != "PC-SIG-002", "{edits:?}");
    }
    let unsigned = check(fixture("certificate"), "rsa");
    assert_eq!(ids(&unsigned), ["PC-SIG-001"]);
    assert!(!unsigned.is_verified() && !unsigned.is_severe() && !unsigned.signed);

    let elsewhere = ["PC-SIG-001", "PC-SIG-010", "PC-SIG-011", "PC-SIG-012"];
    let told: BTreeSet<&str> = CASES.iter().map(|(rule, _)| *rule).chain(elsewhere).collect();
    let all = rules().map(|rule| rule.id.as_str()).filter(|id| id.starts_with("PC-SIG-"));
    assert_eq!(told, all.collect());
}

#[test]
fn unfit_certificates_are_told() {
    let (xml, good) = (fixture(ANDEAN), certificate("rsa"));
    for signer in ["small", "p256", "p384", "ed25519"] {
        let report = check(&xml, signer);
        assert_eq!(ids(&report), ["PC-SIG-011"], "{signer}");
    }
    let behind = [&good[..], b"\0"].concat();
    for certificate_der in
        [b"".as_slice(), b"\x30", xml.as_bytes(), &good[..good.len() - 1], &behind]
    {
        let options = super::VerifyOptions { certificate_der, at_unix_ms: super::NOW };
        let report = super::verify(xml.as_bytes(), &options);
        assert_eq!(ids(&report), ["PC-SIG-011"]);
        assert!(!report.is_verified());
    }
}

#[test]
fn key_info_is_never_looked_at() {
    let other = "<ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate><!-- --></ds:X509Data>\
                 <ds:RetrievalMethod URI=\"http://127.0.0.1/\"/>";
    let xml = edited(ANDEAN, &[("<ds:KeyName>", other), ("never looked at</ds:KeyName>", "")]);
    assert!(check(xml, "rsa").is_verified());
}

/// The signed root is kept where nobody looks, another takes its place.
#[test]
fn wrapped_documents_are_refused() {
    for name in [ANDEAN, PACIFIC] {
        let xml = fixture(name);
        let (head, root) = xml.split_once("?>\n").expect("a declaration");
        let root = root.trim_end();
        let (content, signature) = root.split_once("<ds:Signature ").expect("a signature");
        let signature = format!("<ds:Signature {}", signature.replace("</rsm:SPSCertificate>", ""));
        let unsigned = format!("{content}</rsm:SPSCertificate>");
        let anonymous = unsigned.replace(" Id=\"SPSCERT\"", "");
        let evil = content.replace(">70<", ">40<");
        let keyless = signature
            .replace("<ds:KeyInfo>", "<ds:Object>")
            .replace("</ds:KeyInfo>", "</ds:Object>");
        let object = |inner: &str| keyless.replace("</ds:Object>", &format!("{inner}</ds:Object>"));
        for wrapped in [
            // The original in an Object, in KeyInfo, beside the signature, and with it inside.
            format!("{evil}{}</rsm:SPSCertificate>", object(&unsigned)),
            format!("{evil}{}</rsm:SPSCertificate>", object(&anonymous)),
            format!(
                "{evil}{}</rsm:SPSCertificate>",
                signature.replace("</ds:KeyInfo>", &format!("{unsigned}</ds:KeyInfo>"))
            ),
            format!("{evil}{unsigned}{signature}</rsm:SPSCertificate>"),
            format!("{evil}{anonymous}{signature}</rsm:SPSCertificate>"),
            format!("{evil}{root}</rsm:SPSCertificate>"),
            format!("{}{root}</rsm:SPSCertificate>", evil.replace(" Id=\"SPSCERT\"", "")),
            format!(
                "{}{unsigned}{signature}</rsm:SPSCertificate>",
                evil.replace(" Id=\"SPSCERT\"", "")
            ),
        ] {
            let report = check(format!("{head}?>\n{wrapped}\n"), "rsa");
            assert!(!report.is_verified() && report.is_severe(), "{wrapped}");
        }
    }
}
