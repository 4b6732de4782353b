//! Any bytes as a document: no panic, an answer within the limits, and what is read can be written
//! and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use phytohub_sps::write::Certificate;
use phytohub_sps::{EmbeddedCodes, HeaderFacts, Limits, SpsDocument, check_header};

fuzz_target!(|data: &[u8]| {
    let limits = Limits { elements_max: 4096, findings_max: 32, ..Limits::default() };
    let reading = SpsDocument::validate(data, &EmbeddedCodes, &limits);
    assert!(reading.is_well_formed() || reading.is_severe());
    assert!(reading.findings.len() <= limits.findings_max);
    for finding in &reading.findings {
        let _ = (finding.to_string(), reading.document.line_and_column(finding.offset));
    }
    if let Some(acknowledgement) = reading.document.acknowledgement() {
        let _ = (acknowledgement.status(), acknowledgement.reasons().count());
    }
    let Some(view) = reading.document.certificate() else { return };
    let facts = HeaderFacts {
        number: "1",
        certificate_type: "851",
        status: "70",
        from_countries: &["NO"],
        to_countries: &["NL"],
    };
    let _ = check_header(&view, &facts);
    if reading.is_well_formed() {
        let once = Certificate::from(&view).to_xml();
        let again = SpsDocument::read(once.as_bytes(), &Limits::default());
        assert!(again.is_well_formed(), "what was written is not well-formed");
        assert!(again.document.certificate().is_some(), "what was written is no certificate");
    }
});
