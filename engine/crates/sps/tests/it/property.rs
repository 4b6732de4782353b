//! What must hold for any text.

use phytohub_sps::sample::Shape;
use phytohub_sps::write::{Certificate, Note, Text};
use phytohub_sps::{EmbeddedCodes, Limits, SpsDocument};
use proptest::prelude::*;

use crate::fixture::{read, validate};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let reading = validate(&bytes);
        prop_assert!(reading.is_well_formed() || reading.is_severe());
    }

    #[test]
    fn any_markup_gets_an_answer(text in "([<>&;/='\"!?\\[\\]a-c: -]|<a>|</a>|<!--|-->|<!\\[CDATA\\[|\\]\\]>){0,60}") {
        let reading = validate(text.as_bytes());
        prop_assert!(reading.is_well_formed() || reading.is_severe());
    }

    #[test]
    fn limits_are_kept(bytes in prop::collection::vec(any::<u8>(), 0..200), max in 0_usize..5) {
        let limits = Limits { findings_max: max, depth_max: max, ..Limits::default() };
        let reading = SpsDocument::validate(&bytes, &EmbeddedCodes, &limits);
        prop_assert!(reading.findings.len() <= max);
    }

    #[test]
    fn any_text_is_written_and_read_back(text in "[^\u{FFFE}\u{FFFF}]{0,40}", language in "[a-z]{2}") {
        let kept: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r')).collect();
        let text = kept.trim_matches(|c: char| c.is_ascii_whitespace() || c.is_control()).to_owned();
        let mut certificate = Shape::default().certificate();
        certificate.notes.push(Note {
            subject: "ADEDL".to_owned(),
            contents: vec![Text { text: text.clone(), language: Some(language) }],
        });
        let xml = certificate.to_xml();
        let reading = read(xml.as_bytes());
        prop_assert!(reading.is_well_formed());
        let view = reading.document.certificate().expect("a certificate");
        prop_assert_eq!(Certificate::from(&view), certificate);
    }

    #[test]
    fn samples_are_sound_and_repeatable(
        seed in any::<u64>(), lines in 1_usize..5, attachments in 0_usize..3, full in any::<bool>(),
        re_export in any::<bool>(), bytes in prop::option::of(5_000_usize..60_000),
    ) {
        let certificate_type = if re_export { 657 } else { 851 };
        let shape = Shape { seed, lines, attachments, full, certificate_type, bytes, ..Shape::default() };
        let xml = shape.certificate().to_xml();
        prop_assert_eq!(&xml, &shape.certificate().to_xml());
        let reading = validate(xml.as_bytes());
        prop_assert!(reading.findings.is_empty(), "{:?}", reading.findings);
        let plain = Shape { bytes: None, ..shape }.certificate().to_xml().len();
        if let Some(bytes) = bytes.filter(|bytes| *bytes > plain + 200) {
            prop_assert!(xml.len().abs_diff(bytes) <= 200, "wanted {bytes}, got {}", xml.len());
        }
    }
}
