//! Any bytes as a notification of non-compliance: no panic, an answer, and a page without scripts.

#![no_main]

use libfuzzer_sys::fuzz_target;
use phytohub_non_compliance::{Envelope, Notification, render};

fuzz_target!(|data: &[u8]| {
    let reading = Notification::read(data).validated();
    for finding in &reading.findings {
        assert!(finding.offset <= data.len().max(reading.tree.text().len()), "{}", finding.text);
    }
    let Some(notification) = reading.notification() else {
        assert!(reading.is_severe(), "no notification and nothing grave");
        return;
    };
    let envelope = Envelope {
        number: "1",
        certificate_type: 9013,
        status: 70,
        from: ("NL", "NL"),
        to: ("KE", "KE"),
    };
    let _ = notification.check_envelope(&envelope, 9013);
    let _ = (notification.concerned_countries(), notification.response_due_ms());
    assert!(!render::page(&notification, "en").contains("<script"));
});
