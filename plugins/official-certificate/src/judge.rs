//! Holds a document to the tables of its model.

use phytohub_sps::{DocumentKind, Element, EmbeddedCodes, Level, Limits, Name as N, SpsDocument};

use crate::check::Facts;
use crate::engine::evaluate;
use crate::finding::{Finding, Sink};
use crate::foreign::Foreign;
use crate::model::{Model, Profile};
use crate::query::text;
use crate::shared;
use crate::view::{Certificate, Told};

/// What the envelope around a document says of it.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "filled in by whoever has the envelope")]
pub struct Envelope<'e> {
    /// `NPPOCertificateNumber`.
    pub number: &'e str,
    /// What `TypeCode` may say under the envelope's `CertificateType`.
    pub type_codes: &'e [String],
    /// `CertificateStatus`.
    pub status: i32,
    /// The countries that the sender writes certificates for; empty if that is not known.
    pub from: &'e [String],
    /// The countries of the addressee; empty if that is not known.
    pub to: &'e [String],
}

/// What came of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Judgement {
    /// What is wrong, in document order.
    pub findings: Vec<Finding>,
    /// The model that it was held to; nothing for what could not be read.
    pub model: Option<&'static Model>,
    /// What other system's document it is.
    pub foreign: Option<Foreign>,
    /// Whether every rule was looked at: not if nobody waited any more.
    pub complete: bool,
}

impl Judgement {
    /// Whether the document must not be sent like this.
    #[must_use]
    pub fn is_severe(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Severe)
    }
}

/// Judges a document. `fallback` is the model of documents that tell nothing of theirs; `stop` is
/// asked between rules whether anybody still waits.
#[must_use]
pub fn judge(
    profile: &'static Profile,
    fallback: Option<&'static Model>,
    bytes: &[u8],
    envelope: Option<&Envelope<'_>>,
    stop: &dyn Fn() -> bool,
) -> Judgement {
    let reading = SpsDocument::validate(bytes, &EmbeddedCodes, &Limits::default());
    let well_formed = reading.is_well_formed();
    let (document, told) = (reading.document, reading.findings);
    let (required, kept): (Vec<_>, Vec<_>) = told
        .into_iter()
        .filter(|found| is_common(found.rule.as_str()))
        .partition(|found| found.rule.as_str() == REQUIRED);
    let mut sink = Sink::default();
    kept.into_iter().for_each(|found| sink.push(found.into()));
    let mut judgement =
        Judgement { findings: Vec::new(), model: None, foreign: None, complete: true };
    if let Some(root) = document.root().filter(|_| well_formed) {
        // A country's answer to a certificate travels under the certificate's type.
        if document.kind() != Some(DocumentKind::Acknowledgement) {
            of_root(profile, fallback, root, envelope, stop, &mut sink, &mut judgement);
        }
    }
    // What the schema misses is told unless a rule of the tables told so with better words.
    for found in required {
        if !sink.has_at(&found.path) {
            sink.push(found.into());
        }
    }
    judgement.findings = sink.into_findings();
    judgement
}

fn of_root(
    profile: &'static Profile,
    fallback: Option<&'static Model>,
    root: Element<'_>,
    envelope: Option<&Envelope<'_>>,
    stop: &dyn Fn() -> bool,
    sink: &mut Sink,
    judgement: &mut Judgement,
) {
    let certificate = Certificate::new(root);
    let (model, how) = certificate.model(profile);
    let Some(model) = model.or(fallback).or_else(|| profile.models.first().copied()) else {
        return;
    };
    let facts = Facts {
        profile,
        model,
        withdrawn: certificate.is_withdrawn(),
        replaces: certificate.is_replacement(),
    };
    judgement.model = Some(model);
    judgement.foreign = certificate.foreign();
    let mut going = evaluate(shared::BASE, true, root, &facts, stop, sink);
    if let Some(envelope) = envelope {
        compare(certificate, envelope, sink);
    }
    if let Some(foreign) = judgement.foreign {
        tell("CE-FOR-001", root, foreign.name, sink);
        judgement.complete = going;
        return;
    }
    if let Some(document) = certificate.document() {
        match how {
            Told::Unknown(name) => tell("CE-MOD-001", document, &name, sink),
            Told::Nowhere if fallback.is_none() => tell("CE-MOD-002", document, "", sink),
            _ => {}
        }
    }
    for table in model.tables {
        going = going && evaluate(table, false, root, &facts, stop, sink);
    }
    judgement.complete = going;
}

/// Holds the document against its envelope; what one of them does not say is for other rules.
fn compare(certificate: Certificate<'_>, envelope: &Envelope<'_>, sink: &mut Sink) {
    let root = certificate.root;
    let field = |path: &[N]| root.descend(path).unwrap_or(root);
    let number = certificate.number();
    if !number.is_empty() && number != envelope.number {
        tell("CE-HDR-001", field(&[N::SPSExchangedDocument, N::ID]), &number, sink);
    }
    let code = certificate.type_code();
    if !code.is_empty() && !envelope.type_codes.iter().any(|known| *known == code) {
        tell("CE-HDR-002", field(&[N::SPSExchangedDocument, N::TypeCode]), &code, sink);
    }
    let status = certificate.status();
    if !status.is_empty() && status != envelope.status.to_string() {
        tell("CE-HDR-003", field(&[N::SPSExchangedDocument, N::StatusCode]), &status, sink);
    }
    let from = certificate.export_country();
    if !from.is_empty() && !envelope.from.is_empty() && !envelope.from.iter().any(|c| *c == from) {
        tell("CE-HDR-004", field(&[N::SPSConsignment, N::ExportSPSCountry, N::ID]), &from, sink);
    }
    let to = certificate.import_country();
    let mut known = envelope.to.iter();
    let passes = |country: &String| {
        let transit = root.child(N::SPSConsignment).into_iter();
        let mut transit = transit.flat_map(|body| body.children_named(N::TransitSPSCountry));
        transit.any(|passed| text(passed, &[N::ID]) == **country)
    };
    if !to.is_empty() && !envelope.to.is_empty() && !known.any(|c| *c == to || passes(c)) {
        tell("CE-HDR-005", field(&[N::SPSConsignment, N::ImportSPSCountry, N::ID]), &to, sink);
    }
}

fn tell(id: &str, element: Element<'_>, value: &str, sink: &mut Sink) {
    let rule = shared::told(id);
    debug_assert!(rule.is_some(), "every rule that is told is in a table: {id}");
    if let Some(rule) = rule {
        sink.report(rule, rule.level, element, &[], value);
    }
}

/// Whether a rule of the reader is one of XML and of the schema, for certificates of every type;
/// those of the profile for phytosanitary certificates are not.
fn is_common(rule: &str) -> bool {
    let schema = rule.starts_with("PC-SCH-") && !PROFILE.contains(&rule);
    rule.starts_with("PC-XML-") || schema || rule == "PC-MAP-001"
}

/// Rules of the schema whose words are for phytosanitary certificates, or that look at their codes.
const PROFILE: &[&str] = &["PC-SCH-010", "PC-SCH-011", "PC-SCH-013", "PC-SCH-014"];

/// Told of every element whose type requires a child that is not there.
const REQUIRED: &str = "PC-SCH-009";

impl Finding {
    /// The same with its level in the words of the SDK.
    #[must_use]
    pub(crate) const fn sdk_level(&self) -> phytohub_plugin_sdk::Level {
        match self.level {
            Level::Info => phytohub_plugin_sdk::Level::Info,
            Level::Warning => phytohub_plugin_sdk::Level::Warning,
            Level::Severe => phytohub_plugin_sdk::Level::Severe,
        }
    }
}
