//! Channel rules on disk.

use phytohub_domain::{ChannelRule, ConnectionId, Consent, Direction, RuleType, Timestamp};
use rkyv::{Archive, Deserialize, Serialize};

use super::{decode, encode};

#[derive(Archive, Deserialize, Serialize)]
struct RuleRecord {
    id: u32,
    owner: u32,
    channel: u32,
    rule_type: u8,
    direction: u8,
    certificate_type: i32,
    certificate_status: i32,
    country_code: String,
    active: bool,
    consent_by: String,
    consent_at: u64,
    consent_reference: String,
    added: u64,
}

/// Writes a rule.
pub(crate) fn encode_rule(rule: &ChannelRule) -> Vec<u8> {
    encode(&RuleRecord {
        id: rule.id,
        owner: rule.owner.0,
        channel: rule.channel.0,
        rule_type: rule.rule_type as u8,
        direction: rule.direction as u8,
        certificate_type: rule.certificate_type,
        certificate_status: rule.certificate_status,
        country_code: rule.country_code.clone(),
        active: rule.active,
        consent_by: rule.consent.by.clone(),
        consent_at: rule.consent.at.as_millis(),
        consent_reference: rule.consent.reference.clone(),
        added: rule.added.as_millis(),
    })
}

/// Reads a rule.
pub(crate) fn decode_rule(bytes: &[u8]) -> Option<ChannelRule> {
    let record = decode::<RuleRecord>(bytes)?;
    let types = [RuleType::Forward, RuleType::Delegate];
    let directions = [Direction::Out, Direction::Inc];
    let mut rule = ChannelRule::new(
        record.id,
        (ConnectionId(record.owner), ConnectionId(record.channel)),
        (
            types.into_iter().find(|one| *one as u8 == record.rule_type)?,
            directions.into_iter().find(|one| *one as u8 == record.direction)?,
        ),
        Consent {
            by: record.consent_by,
            at: Timestamp::from_millis(record.consent_at),
            reference: record.consent_reference,
        },
        Timestamp::from_millis(record.added),
    );
    rule.certificate_type = record.certificate_type;
    rule.certificate_status = record.certificate_status;
    rule.country_code = record.country_code;
    rule.active = record.active;
    Some(rule)
}
