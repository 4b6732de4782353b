//! Whatever is sent gets findings: no panic, no hang, no unbounded memory.

use phytohub_sps::sample::Shape;
use phytohub_sps::{EmbeddedCodes, Limits, SpsDocument};

use crate::fixture::{ids, read, validate};

fn severe(bytes: &[u8], rule: &str) {
    let reading = validate(bytes);
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
    assert!(reading.is_severe(), "{head}: {:?}", reading.findings);
    assert!(ids(&reading).contains(&rule), "{head}: {:?}", reading.findings);
}

fn sample() -> String {
    Shape { full: true, ..Shape::default() }.certificate().to_xml()
}

#[test]
fn nothing_and_what_is_no_xml_is_told() {
    severe(b"", "PC-XML-002");
    severe(b" \r\n\t", "PC-XML-002");
    severe(b"not xml", "PC-XML-001");
    severe(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj << /Type /Catalog >> endobj", "PC-XML-003");
    severe(b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj", "PC-XML-001");
    severe(b"{\"certificate\": 1}", "PC-XML-001");
    severe(b"PK\x03\x04\x14\x00", "PC-XML-001");
    severe(b"<a>\0</a>", "PC-XML-001");
    severe("<a>\u{FFFE}</a>".as_bytes(), "PC-XML-001");
    severe(&[0xFF; 4096], "PC-XML-003");
}

#[test]
fn certificate_cut_off_anywhere_is_told() {
    let xml = sample();
    // The last byte is a line end, without which it is still whole.
    for end in (0..xml.len() - 1).step_by(7) {
        assert!(validate(&xml.as_bytes()[..end]).is_severe(), "cut at {end}");
    }
}

#[test]
fn depth_is_bounded() {
    let deep = "<a>".repeat(100_000);
    severe(deep.as_bytes(), "PC-XML-005");
    let namespace = "urn:un:unece:uncefact:data:standard:SPSCertificate:17";
    severe(format!("<SPSCertificate xmlns='{namespace}'>{deep}").as_bytes(), "PC-XML-005");
}

#[test]
fn counts_are_bounded() {
    let limits = Limits { elements_max: 1000, findings_max: 10, ..Limits::default() };
    let namespace = "urn:un:unece:uncefact:data:standard:SPSCertificate:17";
    let many = |count| {
        format!("<SPSCertificate xmlns='{namespace}'>{}</SPSCertificate>", "<b/>".repeat(count))
    };
    let (few, most) = (many(500), many(2000));
    let reading = SpsDocument::read(few.as_bytes(), &limits);
    assert_eq!((reading.findings.len(), reading.suppressed), (10, 490));
    assert!(SpsDocument::read(most.as_bytes(), &limits).is_refused());
    let attributes: String = (0..600).map(|n| format!(" a{n}='1'")).collect();
    severe(format!("<a{attributes}/>").as_bytes(), "PC-XML-005");
    let bindings: String = (0..600).map(|n| format!(" xmlns:a{n}='u'")).collect();
    severe(format!("<a{bindings}/>").as_bytes(), "PC-XML-005");
    let limits = Limits { bytes_max: 100, ..Limits::default() };
    assert!(SpsDocument::read(few.as_bytes(), &limits).is_refused());
}

#[test]
fn entities_are_never_resolved() {
    let laughs = "<!DOCTYPE a [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'><!ENTITY c '&b;&b;&b;'>]>";
    severe(format!("{laughs}<a>&c;</a>").as_bytes(), "PC-XML-004");
    severe(b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "PC-XML-004");
    severe(b"<a>&c;</a>", "PC-XML-001");
}

#[test]
fn wrong_roots_are_told() {
    let xml = sample();
    severe(xml.replace("SPSCertificate:17", "SPSCertificat:17").as_bytes(), "PC-SCH-001");
    severe(xml.replace("SPSCertificate:17", "SPSCertificate").as_bytes(), "PC-SCH-001");
    severe(xml.to_lowercase().as_bytes(), "PC-SCH-001");
    severe(b"<SPSCertificate/>", "PC-SCH-001");
    severe(b"<html><body/></html>", "PC-SCH-001");
}

#[test]
fn more_than_one_document_is_told() {
    let xml = sample();
    severe(format!("{xml}{xml}").as_bytes(), "PC-XML-001");
    severe(format!("{xml}<a/>").as_bytes(), "PC-XML-001");
    severe(format!("{xml}text").as_bytes(), "PC-XML-001");
    severe(format!("{xml}&amp;").as_bytes(), "PC-XML-001");
    severe(format!("{xml}<![CDATA[]]>").as_bytes(), "PC-XML-001");
    assert!(!validate(format!("{xml}<!-- end --><?end?>\n").as_bytes()).is_severe());
}

#[test]
fn lower_case_names_within_a_certificate_are_told() {
    let xml = sample().replace("ram:ID>", "ram:id>");
    let reading = validate(xml.as_bytes());
    assert!(reading.is_severe());
    assert!(ids(&reading).contains(&"PC-MAND-004"));
    assert!(ids(&reading).contains(&"PC-SCH-002"));
}

#[test]
fn undeclared_prefix_is_told_once_and_the_rest_is_read() {
    let xml = sample().replace(" xmlns:udt=", " xmlns:other=");
    let reading = validate(xml.as_bytes());
    assert!(reading.is_well_formed() && reading.is_severe());
    let told = ids(&reading).into_iter().filter(|id| *id == "PC-XML-006").count();
    assert_eq!(told, 1);
    let view = reading.document.certificate().expect("a certificate");
    assert_eq!(view.certificate_type(), "851");
}

#[test]
fn long_texts_and_names_are_read() {
    let long = "x".repeat(1 << 20);
    assert!(!read(format!("<a b='{long}'>{long}</a>").as_bytes()).is_refused());
    severe(format!("<{long}/>").as_bytes(), "PC-SCH-001");
    severe("<".repeat(1 << 16).as_bytes(), "PC-XML-001");
    severe("&".repeat(1 << 16).as_bytes(), "PC-XML-001");
    severe("<![CDATA[".repeat(1 << 12).as_bytes(), "PC-XML-001");
    severe("]".repeat(1 << 16).as_bytes(), "PC-XML-001");
}

#[test]
fn a_grave_finding_is_never_hidden_behind_lesser_ones() {
    let limits = Limits { findings_max: 4, ..Limits::default() };
    let xml = Shape::default().certificate().to_xml();
    let strange = xml.replace("<ram:ID>", "<ram:Odd/><ram:Odd/><ram:Odd/><ram:ID>");
    let broken = strange.replace("</rsm:SPSCertificate>", "</rsm:Other>");
    let reading = SpsDocument::validate(broken.as_bytes(), &EmbeddedCodes, &limits);
    assert!(!reading.is_well_formed() && reading.is_severe());
    assert!(reading.findings.len() <= 4 && reading.suppressed > 0);
}
