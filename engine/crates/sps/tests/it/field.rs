//! What real messages look like is read: any prefixes, any order, any version, any encoding.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use phytohub_sps::sample::Shape;
use phytohub_sps::{DocumentKind, Level, Name};

use crate::fixture::{ids, read, shapes, validate};

#[test]
fn samples_of_every_shape_are_without_findings() {
    for (name, shape) in shapes() {
        let xml = shape.certificate().to_xml();
        let reading = validate(xml.as_bytes());
        assert!(reading.is_well_formed(), "{name}");
        let findings: Vec<String> = reading.findings.iter().map(ToString::to_string).collect();
        assert_eq!(findings, Vec::<String>::new(), "{name}\n{xml}");
    }
}

#[test]
fn prefixes_mean_nothing() {
    let xml = Shape { full: true, ..Shape::default() }.certificate().to_xml();
    for [rsm, ram, udt] in
        [["ns0:", "ns1:", "ns2:"], ["urn:", "urn1:", "urn2:"], ["ram:", "", "u:"]]
    {
        // By way of prefixes that nobody has: the new ones may be the old ones of others.
        let mut swapped = xml.clone();
        for (old, between) in [("rsm", "R-"), ("ram", "A-"), ("udt", "U-")] {
            swapped = swapped.replace(&format!("xmlns:{old}="), &format!("xmlns={between}"));
            for mark in ["<", "</"] {
                swapped = swapped.replace(&format!("{mark}{old}:"), &format!("{mark}{between}"));
            }
        }
        for (between, new) in [("R-", rsm), ("A-", ram), ("U-", udt)] {
            let declared = match new.strip_suffix(':') {
                Some(prefix) => format!("xmlns:{prefix}="),
                None => "xmlns=".to_owned(),
            };
            swapped = swapped.replace(&format!("xmlns={between}"), &declared);
            swapped = swapped.replace(between, new);
        }
        assert_eq!(ids(&validate(swapped.as_bytes())), Vec::<&str>::new(), "{swapped}");
    }
}

#[test]
fn other_versions_are_understood() {
    let xml = Shape::default().certificate().to_xml();
    for (root, aggregates, expected) in [
        (8, 12, "PC-SCH-006"),
        (9, 13, "PC-SCH-007"),
        (11, 14, "PC-SCH-007"),
        (15, 19, "PC-SCH-007"),
        (18, 22, "PC-SCH-007"),
        (20, 25, "PC-SCH-007"),
        (17, 32, "PC-SCH-006"),
    ] {
        let old = xml
            .replace("SPSCertificate:17", &format!("SPSCertificate:{root}"))
            .replace(":21\"", &format!(":{aggregates}\""));
        let reading = validate(old.as_bytes());
        assert_eq!(ids(&reading), [expected], "{root}/{aggregates}");
        assert_eq!(
            (reading.document.versions().root, reading.document.versions().aggregates),
            (root, aggregates)
        );
        assert!(!reading.is_severe());
    }
}

#[test]
fn other_types_are_held_to_the_schema_alone() {
    let xml = Shape::default().certificate().to_xml();
    for kind in ["636", "852", "853", "856"] {
        let other = xml.replace(">851<", &format!(">{kind}<"));
        // Neither conveyance nor packages are asked of a CHED or an EU-INTRA.
        let other =
            other.replace("<ram:LevelCode>1</ram:LevelCode>", "<ram:LevelCode>x</ram:LevelCode>");
        let reading = validate(other.as_bytes());
        assert_eq!(ids(&reading), ["PC-MAP-002"], "{kind}");
        assert_eq!(reading.findings[0].level, Level::Info);
    }
}

#[test]
fn a_hundred_namespaces_are_read() {
    let xml = Shape::default().certificate().to_xml();
    let declared: String = (0..97).map(|n| format!(" xmlns:ns{n}='urn:example:{n}'")).collect();
    let xml = xml.replacen(" xmlns:rsm=", &format!("{declared} xmlns:rsm="), 1);
    assert_eq!(ids(&validate(xml.as_bytes())), Vec::<&str>::new());
}

#[test]
fn dates_are_read_in_every_form() {
    let xml = Shape::default().certificate().to_xml();
    let date = |content: &str| {
        let (before, rest) = xml.split_once("<ram:IssueDateTime>").expect("a date");
        let (_, after) = rest.split_once("</ram:IssueDateTime>").expect("its end");
        let xml = format!("{before}<ram:IssueDateTime>{content}</ram:IssueDateTime>{after}");
        let reading = read(xml.as_bytes());
        let view = reading.document.certificate().expect("a certificate");
        view.issue_date().map(|date| (date.written.into_owned(), date.parsed.is_some()))
    };
    let told = |text: &str, parsed| Some((text.to_owned(), parsed));
    assert_eq!(
        date("<udt:DateTimeString>2026-03-04</udt:DateTimeString>"),
        told("2026-03-04", true)
    );
    assert_eq!(
        date("<udt:DateTime>2026-03-04T05:06:07Z</udt:DateTime>"),
        told("2026-03-04T05:06:07Z", true)
    );
    assert_eq!(date("2026-03-04"), told("2026-03-04", true));
    assert_eq!(
        date("<udt:DateTimeString>yesterday</udt:DateTimeString>"),
        told("yesterday", false)
    );
    assert_eq!(date("<udt:DateTimeString/>"), None);
    assert_eq!(date(""), None);
}

#[test]
fn texts_are_decoded_where_they_are_asked_for() {
    let xml = Shape::default().certificate().to_xml();
    let xml = xml.replacen(
        "<ram:Description>",
        "<ram:Description languageID='e&#110;'>\r\n a &amp; <!-- x --><![CDATA[<b>]]> &#xF8; ",
        1,
    );
    let reading = read(xml.as_bytes());
    let view = reading.document.certificate().expect("a certificate");
    let line = view.lines().next().expect("a line");
    assert!(line.description().starts_with("a & <b> ø "), "{:?}", line.description());
    let element = line.element().child(Name::Description).expect("a description");
    assert_eq!(element.attribute("languageID").as_deref(), Some("en"));
    assert_eq!(element.attribute("other"), None);
}

#[test]
fn signature_is_seen_and_not_minded() {
    let xml = Shape::default().certificate().to_xml();
    let signature = "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:SignedInfo/></ds:Signature>";
    let xml = xml.replace("</rsm:SPSCertificate>", &format!("{signature}</rsm:SPSCertificate>"));
    let reading = validate(xml.as_bytes());
    assert_eq!(ids(&reading), Vec::<&str>::new());
    assert_eq!(reading.document.signature_offset(), xml.find("<ds:Signature"));
}

#[test]
fn acknowledgement_is_read() {
    let xml = Shape::default().acknowledgement(41).to_xml();
    let reading = validate(xml.as_bytes());
    assert_eq!(ids(&reading), Vec::<&str>::new());
    assert_eq!(reading.document.kind(), Some(DocumentKind::Acknowledgement));
    let view = reading.document.acknowledgement().expect("an acknowledgement");
    assert_eq!((&*view.status(), view.reasons().count(), view.references().count()), ("41", 1, 1));
    assert!(reading.document.certificate().is_none());
}

#[test]
fn attachments_tell_their_size_without_being_decoded() {
    for (length, extra) in [(0, ""), (1, ""), (2, " "), (3, "\n"), (1000, "\r\n")] {
        let mut certificate = Shape { attachments: 1, ..Shape::default() }.certificate();
        certificate.references[0].attachments[0].base64 = STANDARD.encode(vec![7; length]);
        let xml = certificate.to_xml();
        let xml = xml.replace(
            "</ram:AttachmentBinaryObject>",
            &format!("{extra}</ram:AttachmentBinaryObject>"),
        );
        let reading = validate(xml.as_bytes());
        let view = reading.document.certificate().expect("a certificate");
        assert_eq!(view.attachments().map(|file| file.bytes()).collect::<Vec<_>>(), [length]);
        assert_eq!(ids(&reading), Vec::<&str>::new());
    }
}

#[test]
fn lines_and_columns_count_from_one() {
    let reading = read("<a>\n<b>ø<c/></b></a>".as_bytes());
    let place = |offset| reading.document.line_and_column(offset);
    assert_eq!((place(0), place(4), place(9), place(9999)), ((1, 1), (2, 1), (2, 5), (2, 17)));
}
