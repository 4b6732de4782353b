//! Whether a document carries its sender's signature: enveloped XML Signatures, checked on request.
//!
//! One form is understood and nothing around it: a single `ds:Signature` as a child of the root,
//! with a single reference to the whole document, the enveloped-signature transform and one
//! canonicalization, verified with the certificate that the caller knows the sender by. `KeyInfo`
//! is never looked at, nothing is ever fetched, and what is verified is read by the reader that
//! reads the document for everything else, so that both see the same document. Documents are never
//! changed.
//!
//! Start from [`verify`].

use crate::document::SpsDocument;
use crate::finding::{Finding, Level};
use crate::limits::Limits;
use crate::read::{Reading, Sink};
use crate::rules::{Rule, signature as rule};

mod algorithm;
mod canonical;
mod certificate;
mod envelope;
mod form;

mod scope;

#[cfg(test)]
mod tests;

use canonical::{Canonical, Cut};
use certificate::Signer;
use envelope::Envelope;
use form::Form;

/// What a signature is held to.
#[derive(Clone, Copy, Debug)]
pub struct VerifyOptions<'o> {
    /// The sender's registered signing certificate, X.509 in DER. It is trusted because the caller
    /// registered it: no chain is built and no usage asked for.
    pub certificate_der: &'o [u8],
    /// The time that the certificate must be valid at, in milliseconds since 1970 in UTC: that of
    /// the envelope's arrival, or now.
    pub at_unix_ms: i64,
}

/// What was found of a document's signature.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignatureReport {
    /// What is wrong with the signature, or worth a warning.
    pub findings: Vec<Finding>,
    /// Whether there is a `ds:Signature` anywhere in the document. That says nothing of its worth.
    pub signed: bool,
    verified: bool,
}

impl SignatureReport {
    /// Whether the whole document is signed by the certificate's key, and the certificate was valid
    /// at the time asked about. Findings may still warn of a weak algorithm.
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        self.verified
    }

    /// Whether there is a signature that must not be relied on.
    #[must_use]
    pub fn is_severe(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Severe)
    }
}

/// Verifies the signature of a document as it lies in a file or in an envelope's content.
#[must_use]
pub fn verify(bytes: &[u8], options: &VerifyOptions<'_>) -> SignatureReport {
    verify_reading(&SpsDocument::read(bytes, &Limits::default()), options)
}

/// [`verify`] for a document that was read already.
#[must_use]
pub fn verify_reading(reading: &Reading<'_>, options: &VerifyOptions<'_>) -> SignatureReport {
    let mut sink = Sink::new(rule::RULES.len());
    let mut signed = false;
    let outcome = if reading.is_well_formed() {
        run(reading.document.text(), options, &mut signed, &mut sink)
    } else {
        Err(Refusal::new(&rule::UNREADABLE, 0, "", ""))
    };
    let verified = outcome.is_ok();
    if let Err(Refusal { rule, at, value, path }) = outcome {
        sink.report(rule, at, &value, || path.to_owned());
    }
    SignatureReport { findings: sink.findings, signed, verified }
}

/// Why a signature is not relied on.
#[derive(Debug)]
struct Refusal {
    rule: &'static Rule,
    at: usize,
    value: String,
    path: &'static str,
}

impl Refusal {
    fn new(rule: &'static Rule, at: usize, value: impl Into<String>, path: &'static str) -> Self {
        Self { rule, at, value: value.into(), path }
    }
}

fn run(
    text: &str,
    options: &VerifyOptions<'_>,
    signed: &mut bool,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let envelope = Envelope::find(text, signed)?;
    let form = Form::of(&envelope)?;
    if let Some((weak, at, path)) = form.weak() {
        sink.report(&rule::SHA1, at, weak, || path.to_owned());
    }
    let signer = Signer::read(options.certificate_der)?;
    signer.check_time(options.at_unix_ms)?;

    let mut signed_info = Vec::new();
    let mut canonical = Canonical::new(&form.method, text.len(), |bytes| {
        signed_info.extend_from_slice(bytes);
    });
    canonical.descend(text, envelope.root.start)?;
    canonical.descend(text, envelope.signature.start)?;
    canonical.write(text, Cut::Element(form.signed_info.clone()))?;
    signer.check(form.algorithm, &signed_info, &form.value, envelope.signature.start)?;

    let mut digest = form.digest.start();
    let canonical = Canonical::new(&form.transform, text.len(), |bytes| digest.update(bytes));
    let signature = envelope.signature.clone();
    let cut = if form.is_element { Cut::Root(signature) } else { Cut::Document(signature) };
    canonical.write(text, cut)?;
    if digest.finish().as_ref() != form.digest_value {
        return Err(Refusal::new(&rule::DIGEST, envelope.signature.start, "", form::REFERENCE));
    }
    Ok(())
}
