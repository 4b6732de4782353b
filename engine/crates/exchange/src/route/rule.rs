//! Whether a standing order may be set beside those that stand.

use phytohub_domain::{ChannelRule, Connection, ConnectionId, ConnectionKind, Direction, RuleType};

use super::is_of;
use crate::registry::Registry;

/// How much a rule says: the more, the nearer it is to one kind of envelope.
pub(super) fn specificity(rule: &ChannelRule) -> usize {
    let said =
        [rule.certificate_type != 0, rule.certificate_status != 0, !rule.country_code.is_empty()];
    said.into_iter().filter(|said| *said).count()
}

/// What stands against following a rule, in words that name the part of it.
pub(crate) fn check_rule(
    registry: &Registry,
    rule: &ChannelRule,
    forwards_max: usize,
) -> Result<(), (&'static str, String)> {
    let party = |id, what| registry.by_id(id).ok_or_else(|| (what, "is no connection".to_owned()));
    let (owner, channel) = (party(rule.owner, "owner")?, party(rule.channel, "channel")?);
    check_parties(owner, channel, rule.rule_type)?;
    let others: Vec<&ChannelRule> = registry
        .rules()
        .into_iter()
        .map(AsRef::as_ref)
        .filter(|other| other.active && other.id != rule.id)
        .collect();
    let own = others.iter().filter(|other| other.owner == rule.owner);
    let same_kind = |other: &&&ChannelRule| {
        other.rule_type == rule.rule_type && other.direction == rule.direction
    };
    for other in own.filter(same_kind) {
        check_pair(registry, rule, other)?;
    }
    if rule.rule_type == RuleType::Forward {
        let forwards = |other: &&&ChannelRule| other.owner == rule.owner && same_kind(other);
        if others.iter().filter(forwards).count() >= forwards_max {
            let problem = format!(
                "{} has {forwards_max} {} {} rules, and more copies could not be made: each \
                 envelope has half of limits.forwardings for each direction",
                owner.code, rule.rule_type, rule.direction
            );
            return Err(("type", problem));
        }
    }
    check_cycle(registry, rule, &others)
}

fn check_parties(
    owner: &Connection,
    channel: &Connection,
    rule_type: RuleType,
) -> Result<(), (&'static str, String)> {
    if owner.id == channel.id {
        return Err(("channel", format!("{} cannot have an order to itself", owner.code)));
    }
    if owner.mode != channel.mode {
        let problem = format!(
            "{} is a {} connection and {} a {} one; the two never exchange",
            channel.code, channel.mode, owner.code, owner.mode
        );
        return Err(("channel", problem));
    }
    if let Some(hub) = [owner, channel].into_iter().find(|one| one.kind == ConnectionKind::Hub) {
        let problem =
            format!("{} is a hub, which has orders of its own ('phytohub link')", hub.code);
        return Err(("channel", problem));
    }
    if rule_type == RuleType::Forward && channel.kind != ConnectionKind::Channel {
        let problem = format!(
            "{} is no channel; copies go to channels alone ('phytohub channel add')",
            channel.code
        );
        return Err(("channel", problem));
    }
    if owner.kind == ConnectionKind::Channel {
        let problem = format!("{} is a channel, which has no mail of its own", owner.code);
        return Err(("owner", problem));
    }
    Ok(())
}

/// Two rules of one owner, type and direction: not twice the same, and not two delegates of whom
/// nobody could say which has the mail.
fn check_pair(
    registry: &Registry,
    rule: &ChannelRule,
    other: &ChannelRule,
) -> Result<(), (&'static str, String)> {
    let says = |rule: &ChannelRule| {
        let document = (rule.certificate_type, rule.certificate_status);
        (rule.channel, document, rule.country_code.clone())
    };
    if says(rule) == says(other) {
        return Err(("rule", format!("says the same as rule {}", other.id)));
    }
    let delegates = rule.rule_type == RuleType::Delegate && rule.direction == Direction::Inc;
    let conflicts = delegates
        && rule.channel != other.channel
        && specificity(rule) == specificity(other)
        && overlap(registry, rule, other);
    if !conflicts {
        return Ok(());
    }
    let code = registry.by_id(other.channel).map_or("another", |channel| channel.code.as_str());
    let problem = format!(
        "rule {} gives {code} the same mail and says as much: end it first, or say more in one of \
         the two (type, status, country)",
        other.id
    );
    Err(("rule", problem))
}

/// Whether there can be an envelope of which both speak.
fn overlap(registry: &Registry, a: &ChannelRule, b: &ChannelRule) -> bool {
    let meet = |a: i32, b: i32| a == 0 || b == 0 || a == b;
    let documents = meet(a.certificate_type, b.certificate_type)
        && meet(a.certificate_status, b.certificate_status);
    let (a, b) = (&a.country_code, &b.country_code);
    let both =
        |connection: &&std::sync::Arc<Connection>| is_of(connection, a) && is_of(connection, b);
    let countries =
        a.is_empty() || b.is_empty() || a == b || registry.connections().iter().any(both);
    documents && countries
}

/// Mail goes one step and no further, so a cycle could not loop; but whoever sets one means
/// something else than what would happen.
fn check_cycle(
    registry: &Registry,
    rule: &ChannelRule,
    others: &[&ChannelRule],
) -> Result<(), (&'static str, String)> {
    let mut reached: Vec<ConnectionId> = vec![rule.channel];
    let mut looked_at = 0;
    while let Some(from) = reached.get(looked_at).copied() {
        looked_at += 1;
        let steps =
            others.iter().filter(|other| other.owner == from && other.direction == rule.direction);
        for step in steps {
            if step.channel == rule.owner {
                let code = registry.by_id(rule.owner).map_or("", |owner| owner.code.as_str());
                let problem = format!("with rule {} it makes a circle back to {code}", step.id);
                return Err(("channel", problem));
            }
            if !reached.contains(&step.channel) {
                reached.push(step.channel);
            }
        }
    }
    Ok(())
}
