//! A message against the header of its envelope.

use super::{Finding, Rule, table as rule};
use crate::life_cycle::Break;
use crate::view::Notification;

/// What an envelope's header says, with the countries that its connections stand for.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an envelope's header")]
pub struct Envelope<'a> {
    /// `NPPOCertificateNumber`.
    pub number: &'a str,
    /// `CertificateType`.
    pub certificate_type: i32,
    /// `CertificateStatus`.
    pub status: i32,
    /// `From`, and its country; empty if it may stand for several.
    pub from: (&'a str, &'a str),
    /// `To`, and its country; empty if it may stand for several.
    pub to: (&'a str, &'a str),
}

impl Notification<'_> {
    /// Holds it against its envelope; `certificate_type` is the number that the operator set.
    #[must_use]
    pub fn check_envelope(self, envelope: &Envelope<'_>, certificate_type: i32) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut report = |rule: &'static Rule, value: &str| {
            findings.push(Finding::of(rule, rule.level, String::new(), value, 0));
        };
        if self.number() != envelope.number {
            report(&rule::NUMBER_DIFFERS, envelope.number);
        }
        if envelope.certificate_type != certificate_type {
            report(&rule::TYPE_DIFFERS, &envelope.certificate_type.to_string());
        }
        if self.message().is_some_and(|message| message.status() != envelope.status) {
            report(&rule::STATUS_DIFFERS, &envelope.status.to_string());
        }
        let (sender, receiver) = self.countries();
        if !["", &*sender].contains(&envelope.from.1) {
            report(&rule::SENDER_DIFFERS, envelope.from.0);
        }
        if !["", &*receiver].contains(&envelope.to.1) {
            report(&rule::RECEIVER_DIFFERS, envelope.to.0);
        }
        findings
    }
}

impl Break {
    /// The rule that tells of it.
    #[must_use]
    pub const fn rule(self) -> &'static Rule {
        match self {
            Self::Unknown => &rule::UNKNOWN,
            Self::Repeated => &rule::REPEATED,
            Self::OtherAddressee => &rule::OTHER_ADDRESSEE,
            Self::Withdrawn => &rule::WITHDRAWN,
            Self::Closed => &rule::CLOSED,
            Self::NotIssued => &rule::NOT_ISSUED,
        }
    }

    /// What there is to say of it about a notification of that number.
    #[must_use]
    pub fn finding(self, number: &str) -> Finding {
        Finding::of(self.rule(), self.rule().level, String::new(), number, 0)
    }
}
