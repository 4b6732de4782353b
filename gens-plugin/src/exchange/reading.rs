//! What a received document says, and how it is acknowledged.

use phytohub_plugin_sdk::host::Envelope;
use phytohub_sps::write::Certificate;
use phytohub_sps::{
    AcknowledgementView, CertificateView, EmbeddedCodes, Finding, HeaderFacts, Level, Limits,
    SpsDocument, check_header,
};

use crate::domain::Receipt;

/// What there is to keep of a received document.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) receipt: Receipt,
    /// What its sender is told.
    pub(super) message: String,
    /// As `LEVEL RULE: text`.
    pub(super) findings: Vec<String>,
    pub(super) exporter: String,
    pub(super) consignee: String,
    pub(super) produce: String,
    pub(super) origin: String,
    /// Status and reason of a country's response.
    pub(super) answer: (String, String),
}

/// Reads and judges it, by the hub's own rules. Nothing in it is believed but as text.
pub(super) fn read(content: &[u8], envelope: &Envelope) -> Read {
    let reading = SpsDocument::validate(content, &EmbeddedCodes, &Limits::default());
    let mut all: Vec<Finding> = reading.findings.clone();
    let view = reading.document.certificate();
    let readable = reading.is_well_formed() && (view.is_some() || envelope.is_response);
    if let Some(view) = view.as_ref().filter(|_| readable) {
        all.extend(header_findings(view, envelope));
    }
    let severe: Vec<&Finding> = all.iter().filter(|one| one.level == Level::Severe).collect();
    let (receipt, message) = match (readable, severe.first()) {
        (false, first) => {
            let what = first.map_or("it is no SPS certificate", |finding| &finding.text);
            (Receipt::Failed, format!("The document cannot be read: {what}"))
        }
        (true, Some(first)) => {
            let count = severe.len();
            let message = format!("{count} severe finding(s), the first: {first}");
            (Receipt::WithWarning, message)
        }
        (true, None) => (Receipt::Plain, String::new()),
    };
    let certificate = view.as_ref().filter(|_| readable).map(Certificate::from);
    let certificate = certificate.unwrap_or_default();
    let lines = || certificate.items.iter().flat_map(|item| &item.lines);
    let produce = lines().flat_map(|line| line.descriptions.iter().chain(&line.scientific_names));
    let origins = lines().flat_map(|line| &line.origins).map(|origin| &*origin.id);
    Read {
        receipt,
        message: cut(&message, MESSAGE_CHARS_MAX),
        findings: all.iter().map(|one| cut(&one.to_string(), TEXT_CHARS_MAX)).collect(),
        exporter: cut(&certificate.consignor.name, TEXT_CHARS_MAX),
        consignee: cut(&certificate.consignee.name, TEXT_CHARS_MAX),
        produce: joined(produce.map(|text| &*text.text)),
        origin: joined(origins),
        answer: reading
            .document
            .acknowledgement()
            .filter(|_| readable)
            .map_or_else(Default::default, |answer| answered(&answer)),
    }
}

fn answered(answer: &AcknowledgementView<'_>) -> (String, String) {
    let reasons: Vec<_> = answer.reasons().collect();
    (cut(&answer.status(), TEXT_CHARS_MAX), cut(&reasons.join("; "), LIST_CHARS_MAX))
}

fn header_findings(view: &CertificateView<'_>, envelope: &Envelope) -> Vec<Finding> {
    let (kind, status) =
        (envelope.certificate_type.to_string(), envelope.certificate_status.to_string());
    let facts = HeaderFacts {
        number: &envelope.nppo_certificate_number,
        certificate_type: &kind,
        status: &status,
        from_countries: &[],
        to_countries: &[],
    };
    check_header(view, &facts)
}

/// Different texts with commas between, as many as fit.
fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut out: Vec<&str> = Vec::new();
    for text in texts.filter(|text| !text.is_empty()).take(TEXTS_MAX) {
        if !out.contains(&text) {
            out.push(text);
        }
    }
    cut(&out.join(", "), LIST_CHARS_MAX)
}

fn cut(text: &str, chars: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(chars).collect()
}

/// Characters of the message to the sender; the hub takes no more than some thousand.
const MESSAGE_CHARS_MAX: usize = 500;
/// Characters of one text that lists show.
const TEXT_CHARS_MAX: usize = 512;
/// Characters of joined texts, and how many are looked at.
const LIST_CHARS_MAX: usize = 4000;
const TEXTS_MAX: usize = 1000;
