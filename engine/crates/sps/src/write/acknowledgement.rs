//! A country's answer to be written.

use super::{Out, Reference, Text};

/// A country's answer to a certificate.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Acknowledgement {
    /// When it was issued, as 2026-03-04T10:11:12+01:00.
    pub issued: String,
    /// 39 for accepted, 41 for rejected.
    pub status: String,
    /// Why.
    pub reasons: Vec<Text>,
    /// The certificates that it answers; the schema wants at least one.
    pub references: Vec<Reference>,
}

impl Acknowledgement {
    /// The acknowledgement as XML, UTF-8.
    #[must_use]
    pub fn to_xml(&self) -> String {
        Out::document("SPSAcknowledgement", |out| {
            out.element("rsm:SPSAcknowledgementDocument", |out| {
                out.date("ram:IssueDateTime", &self.issued);
                out.text("ram:StatusCode", &self.status);
                if !self.reasons.is_empty() {
                    out.texts("ram:ReasonInformation", &self.reasons);
                }
                for reference in &self.references {
                    reference.write(out);
                }
            });
        })
    }
}
