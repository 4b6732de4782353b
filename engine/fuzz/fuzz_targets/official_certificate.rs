//! Any bytes as a veterinary or a food certificate: no panic, an answer, and a page without scripts.

#![no_main]

use libfuzzer_sys::fuzz_target;
use phytohub_official_certificate::{Certificate, Envelope, Profile, judge, render};
use phytohub_sps::{Limits, SpsDocument};

fuzz_target!(|data: &[u8]| {
    look(&phytohub_woah::PROFILE, data);
    look(&phytohub_codex::PROFILE, data);
});

fn look(profile: &'static Profile, data: &[u8]) {
    let (types, from, to) = (["853".to_owned()], ["NL".to_owned()], ["KE".to_owned()]);
    let envelope = Envelope { number: "1", type_codes: &types, status: 70, from: &from, to: &to };
    let judgement = judge(profile, None, data, Some(&envelope), &|| false);
    let reading = SpsDocument::read(data, &Limits::default());
    let text = reading.document.text();
    for finding in &judgement.findings {
        assert!(finding.offset <= data.len().max(text.len()), "{}", finding.text);
    }
    let Some(root) = reading.document.root() else {
        assert!(judgement.is_severe(), "no certificate and nothing grave");
        return;
    };
    let certificate = Certificate::new(root);
    certificate.terms(&mut |_, _| true);
    assert!(!render::page(profile, None, certificate).contains("<script"));
}
