//! Any bytes as a document, found as content or typed in a SOAP body: no panic, an answer within the
//! limits, and what is read can be written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use phytohub_sps::write::{Acknowledgement, Certificate};
use phytohub_sps::{EmbeddedCodes, HeaderFacts, Limits, Reading, SpsDocument, check_header};

fuzz_target!(|data: &[u8]| {
    let limits = Limits { elements_max: 4096, findings_max: 32, ..Limits::default() };
    let reading = SpsDocument::validate(data, &EmbeddedCodes, &limits);
    assert!(reading.is_well_formed() || reading.is_severe());
    assert!(reading.findings.len() <= limits.findings_max);
    for finding in &reading.findings {
        let _ = (finding.to_string(), reading.document.line_and_column(finding.offset));
    }
    if let Some(view) = reading.document.certificate() {
        let facts = HeaderFacts {
            number: "1",
            certificate_type: "851",
            status: "70",
            from_countries: &["NO"],
            to_countries: &["NL"],
        };
        let _ = check_header(&view, &facts);
    }
    write_and_read(&reading);
    let typed = SpsDocument::read_typed(data, &limits);
    assert_eq!(typed.is_well_formed(), reading.is_well_formed(), "well-formed in one way only");
    write_and_read(&typed);
});

/// What was written is read as what it was, and written again as the same.
fn write_and_read(reading: &Reading<'_>) {
    if !reading.is_well_formed() {
        return;
    }
    if let Some(once) = written(reading) {
        let again = SpsDocument::read(once.as_bytes(), &Limits::default());
        assert!(again.is_well_formed(), "what was written is not well-formed");
        assert_eq!(written(&again).as_ref(), Some(&once), "what was written is read otherwise");
    }
}

fn written(reading: &Reading<'_>) -> Option<String> {
    let certificate = reading.document.certificate().map(|view| Certificate::from(&view).to_xml());
    let answer = || reading.document.acknowledgement();
    certificate.or_else(|| answer().map(|view| Acknowledgement::from(&view).to_xml()))
}
