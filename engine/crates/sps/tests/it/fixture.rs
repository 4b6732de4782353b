//! Readings in one word.

use phytohub_sps::sample::Shape;
use phytohub_sps::{EmbeddedCodes, Limits, Reading, SpsDocument};

pub(crate) fn read(bytes: &[u8]) -> Reading<'_> {
    SpsDocument::read(bytes, &Limits::default())
}

pub(crate) fn validate(bytes: &[u8]) -> Reading<'_> {
    SpsDocument::validate(bytes, &EmbeddedCodes, &Limits::default())
}

/// The ids of all findings, each as often as it was found.
pub(crate) fn ids(reading: &Reading<'_>) -> Vec<&'static str> {
    reading.findings.iter().map(|finding| finding.rule.as_str()).collect()
}

/// All shapes of the field, small and full, with their names.
pub(crate) fn shapes() -> Vec<(&'static str, Shape)> {
    let full = Shape { full: true, ..Shape::default() };
    let re_export = Shape { certificate_type: 657, ..Shape::default() };
    let replacement = Shape { replaces: Some("NO-2026-1".to_owned()), ..full.clone() };
    vec![
        ("smallest", Shape::default()),
        ("full", full.clone()),
        ("re-export", re_export.clone()),
        ("full re-export", Shape { full: true, ..re_export }),
        ("replacement", replacement),
        ("withdrawal", Shape { status: 40, ..full.clone() }),
        ("six lines", Shape { lines: 6, seed: 7, ..full.clone() }),
        ("six attachments", Shape { attachments: 6, bytes: Some(221 << 10), lines: 2, ..full }),
    ]
}
