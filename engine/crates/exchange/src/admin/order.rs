//! Standing orders, as the operator writes and sees them. JSON.

use phytohub_domain::{ChannelRule, ConnectionId};
use serde::{Deserialize, Serialize};

use crate::registry::Registry;

/// A channel rule to be written.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "built by the commands, field by field")]
pub struct RuleInput {
    /// Code of the connection whose mail it is about.
    pub owner: String,
    /// Code of the connection that gets the mail, or copies of it.
    pub channel: String,
    /// `FORWARD` or `DELEGATE`.
    pub rule_type: String,
    /// `INC` or `OUT`.
    pub direction: String,
    /// UNCL 1001 code; 0 is any.
    pub certificate_type: i32,
    /// UNCL 4405 code; 0 is any.
    pub certificate_status: i32,
    /// Code or country of the other side; empty is any.
    pub country: String,
    /// Who consented for the owner.
    pub consent_by: String,
    /// Where that consent can be looked up.
    pub consent_reference: String,
    /// When it was given, milliseconds since 1970; now if absent.
    pub consent_at_ms: Option<u64>,
}

/// A channel rule.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RuleView {
    /// Its number; never given to another.
    pub id: u32,
    /// Whose mail it is about.
    pub owner: String,
    /// Who gets the mail, or copies of it.
    pub channel: String,
    /// `FORWARD` or `DELEGATE`.
    pub rule_type: String,
    /// `INC` or `OUT`.
    pub direction: String,
    /// UNCL 1001 code; 0 is any.
    pub certificate_type: i32,
    /// UNCL 4405 code; 0 is any.
    pub certificate_status: i32,
    /// Code or country of the other side; empty is any.
    pub country: String,
    /// Whether it is followed.
    pub active: bool,
    /// Who consented for the owner.
    pub consent_by: String,
    /// When, UTC.
    pub consent_at: String,
    /// Where that stands.
    pub consent_reference: String,
    /// When it was written, UTC.
    pub added: String,
}

impl RuleView {
    pub(super) fn new(rule: &ChannelRule, registry: &Registry) -> Self {
        let code = |id: ConnectionId| {
            registry.by_id(id).map(|connection| connection.code.to_string()).unwrap_or_default()
        };
        Self {
            id: rule.id,
            owner: code(rule.owner),
            channel: code(rule.channel),
            rule_type: rule.rule_type.to_string(),
            direction: rule.direction.to_string(),
            certificate_type: rule.certificate_type,
            certificate_status: rule.certificate_status,
            country: rule.country_code.clone(),
            active: rule.active,
            consent_by: rule.consent.by.clone(),
            consent_at: rule.consent.at.to_string(),
            consent_reference: rule.consent.reference.clone(),
            added: rule.added.to_string(),
        }
    }

    /// The rule in words, for its event.
    pub(super) fn words(&self) -> String {
        let any = |code: i32| if code == 0 { "any".to_owned() } else { code.to_string() };
        let country = if self.country.is_empty() { "any" } else { &self.country };
        format!(
            "rule {} {}: {} {} type={} status={} country={country}; consent of {} at {}, {}",
            self.id,
            if self.active { "on" } else { "off" },
            self.rule_type,
            self.direction,
            any(self.certificate_type),
            any(self.certificate_status),
            self.consent_by,
            self.consent_at,
            self.consent_reference,
        )
    }
}

/// A rule that was written, switched on or off, and what came of it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RuleDone {
    /// The rule as it now is.
    pub rule: RuleView,
    /// Envelopes that went from the delegate's inbox back to the owner's.
    pub moved: u64,
    /// What holds from now on, for people.
    pub told: String,
}
