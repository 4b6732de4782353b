//! Where an envelope goes: who acts for whom, whose inbox holds it, and which channels get copies.
//!
//! Pure: a registry and a header go in, a [`Route`] or an objection comes out; the same again for
//! the same. Only the standing orders of the two connections that the header names are followed,
//! once: never those of a delegate or a channel. So nothing goes further than one step, and there
//! can be no loop. What another hub hands over goes to connections of this hub alone (`line.rs`).

mod line;
mod rule;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use phytohub_domain::{
    ChannelRule, Connection, ConnectionCode, ConnectionId, ConnectionKind, Direction, RuleType,
};
use phytohub_store::NewCopy;

use crate::registry::Registry;

pub(crate) use line::{check_link, has_system, way};
pub(crate) use rule::check_rule;

/// Who sends to whom, as far as the header says: known, enabled and of one mode.
#[derive(Clone, Debug)]
pub(crate) struct Parties {
    /// Who delivers.
    actor: Arc<Connection>,
    /// Who is named in `From`: the same, or one for which the actor may send.
    pub(crate) from: Arc<Connection>,
    /// Who is named in `To`.
    pub(crate) to: Arc<Connection>,
    /// The channels that `Forwardings` names, each once.
    named: Vec<Arc<Connection>>,
}

/// What an envelope says of its content.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Document {
    /// UNCL 1001 code.
    pub(crate) certificate_type: i32,
    /// UNCL 4405 code.
    pub(crate) certificate_status: i32,
    /// Whether it is a country's response, which is no certificate.
    pub(crate) response: bool,
}

impl Document {
    pub(crate) fn is_taken_by(self, connection: &Connection) -> bool {
        if self.response {
            return connection.responses;
        }
        connection.allows(self.certificate_type, self.certificate_status)
    }
}

/// Where an envelope goes. Fixed at acceptance.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Route {
    /// Whose inbox holds it: that of the connection named in `To`, or of its delegate.
    pub mailbox: ConnectionId,
    /// Channels that get a copy: those that the sender named, then those of the sender's standing
    /// orders, then those of the recipient's.
    pub copies: Vec<NewCopy>,
}

impl Parties {
    /// The parties of a header, or what is wrong with them, in words that name the field.
    pub(crate) fn find<C: AsRef<str>>(
        registry: &Registry,
        actor: &Arc<Connection>,
        (from, to): (&str, &str),
        forwardings: impl IntoIterator<Item = C>,
    ) -> Result<Self, String> {
        let from = Arc::clone(find_sender(registry, actor, from.trim())?);
        let to = Arc::clone(find_recipient(registry, &from, to.trim())?);
        line::check(registry, actor, &from, &to)?;
        let mut named: Vec<Arc<Connection>> = Vec::new();
        for code in forwardings {
            let code = code.as_ref().trim();
            // Clients write empty elements for what they leave out.
            if code.is_empty() {
                continue;
            }
            let channel = find_channel(registry, &from, code)?;
            if named.iter().all(|known| known.id != channel.id) {
                named.push(Arc::clone(channel));
            }
        }
        Ok(Self { actor: Arc::clone(actor), from, to, named })
    }

    /// Where an envelope with this document goes, by the standing orders of this moment.
    pub(crate) fn route(
        &self,
        registry: &Registry,
        document: Document,
        copies_max: usize,
    ) -> Result<Route, String> {
        self.check_delegation(registry, document)?;
        let mailbox = self.mailbox(registry, document)?;
        let copies = self.copies(registry, document, mailbox)?;
        if copies.len() > copies_max {
            return Err(format!(
                "Forwardings: this envelope would go to {} channels, those of the standing orders \
                 of {} and {} included; a copy can go to {copies_max} at most",
                copies.len(),
                self.from.code,
                self.to.code
            ));
        }
        Ok(Route { mailbox, copies })
    }

    /// Whether the actor may send this for whom it says.
    fn check_delegation(&self, registry: &Registry, document: Document) -> Result<(), String> {
        let (actor, from, to) = (&self.actor, &self.from, &self.to);
        let mut orders = followed(registry, from, (RuleType::Delegate, Direction::Out));
        if actor.id == from.id
            || line::speaks_for(actor, from)
            || orders.any(|rule| rule.channel == actor.id && speaks_of(rule, document, to))
        {
            return Ok(());
        }
        let Document { certificate_type: kind, certificate_status: status, .. } = document;
        Err(format!(
            "From: {} may not send type {kind} with status {status} to {} for {}: its delegation \
             (ChannelRules of {}) does not cover that",
            actor.code, to.code, from.code, from.code
        ))
    }

    /// Whose inbox holds it. Among the recipient's delegations, the one that says most wins; where
    /// two say as much, which is refused when they are set, the older one.
    fn mailbox(&self, registry: &Registry, document: Document) -> Result<ConnectionId, String> {
        if let Some(hub) = line::mailbox(registry, &self.to)? {
            return Ok(hub);
        }
        let orders = followed(registry, &self.to, (RuleType::Delegate, Direction::Inc))
            .filter(|rule| speaks_of(rule, document, &self.from));
        let best = orders.min_by_key(|rule| (std::cmp::Reverse(rule::specificity(rule)), rule.id));
        let Some(rule) = best else { return Ok(self.to.id) };
        let delegate = registry.by_id(rule.channel);
        let able = delegate.filter(|delegate| delegate.enabled && delegate.receives);
        able.map(|delegate| delegate.id).ok_or_else(|| {
            let code = delegate.map_or("another", |delegate| delegate.code.as_str());
            format!(
                "To: mail for {} goes to {code}, which receives nothing at this hub at present",
                self.to.code
            )
        })
    }

    /// Who gets copies. A channel that the sender named must take the document; one of a standing
    /// order that cannot is passed over, since the sender could do nothing about it.
    fn copies(
        &self,
        registry: &Registry,
        document: Document,
        mailbox: ConnectionId,
    ) -> Result<Vec<NewCopy>, String> {
        if let Some(channel) = self.named.iter().find(|channel| !document.is_taken_by(channel)) {
            return Err(format!("Forwardings: {}", refusal(channel, document)));
        }
        let (from, to) = (&self.from, &self.to);
        let out = followed(registry, from, (RuleType::Forward, Direction::Out))
            .filter(|rule| speaks_of(rule, document, to));
        let inc = followed(registry, to, (RuleType::Forward, Direction::Inc))
            .filter(|rule| speaks_of(rule, document, from));
        let ordered = out.chain(inc).filter_map(|rule| registry.by_id(rule.channel));
        let able = ordered.filter(|channel| {
            let takes = channel.enabled && channel.receives && document.is_taken_by(channel);
            if !takes {
                tracing::debug!(channel = %channel.code, "a standing order is passed over");
            }
            takes
        });
        let mut copies: Vec<NewCopy> = Vec::new();
        for channel in self.named.iter().chain(able) {
            let known = copies.iter().any(|copy| copy.mailbox_id == channel.id);
            // Whoever has the original needs no copy.
            if !known && channel.id != mailbox {
                copies.push(NewCopy { code: channel.code.clone(), mailbox_id: channel.id });
            }
        }
        Ok(copies)
    }
}

/// Whether the recipient takes a document; if not, in words that say what it does take.
pub(crate) fn check_document(to: &Connection, document: Document) -> Result<(), String> {
    let field = if document.response { "To" } else { "CertificateType" };
    let taken = document.is_taken_by(to);
    if taken { Ok(()) } else { Err(format!("{field}: {}", refusal(to, document))) }
}

fn refusal(connection: &Connection, document: Document) -> String {
    let code = &connection.code;
    if document.response {
        return format!(
            "{code} does not take country responses, whose content is no certificate: {code} must \
             ask the operator of this hub to switch them on for its connection"
        );
    }
    let Document { certificate_type: kind, certificate_status: status, .. } = document;
    let mut told = format!("{code} does not accept type {kind} with status {status}; ");
    let pairs = &connection.allowed_documents;
    if pairs.is_empty() {
        told.push_str("it accepts no document at present");
        return told;
    }
    told.push_str("it accepts ");
    for (place, pair) in pairs.iter().take(PAIRS_TOLD_MAX).enumerate() {
        let comma = if place == 0 { "" } else { ", " };
        told.push_str(&format!("{comma}{}/{}", pair.certificate_type, pair.certificate_status));
    }
    if pairs.len() > PAIRS_TOLD_MAX {
        told.push_str(" and more");
    }
    told.push_str(" (type/status, its AllowedDocument in GetActiveNppos)");
    told
}

/// The connection in whose name a refused envelope is remembered: the one in `From` if the actor
/// may send for it, else the actor itself.
pub(crate) fn sender_of<'r>(
    registry: &'r Registry,
    actor: &'r Arc<Connection>,
    from: &str,
) -> &'r Arc<Connection> {
    find_sender(registry, actor, from.trim()).unwrap_or(actor)
}

fn find_sender<'r>(
    registry: &'r Registry,
    actor: &'r Arc<Connection>,
    from: &str,
) -> Result<&'r Arc<Connection>, String> {
    let sender = if from == actor.code.as_str() {
        Some(actor)
    } else {
        let owner = from.parse().ok().and_then(|code: ConnectionCode| registry.connection(&code));
        owner.filter(|owner| {
            line::speaks_for(actor, owner)
                || followed(registry, owner, (RuleType::Delegate, Direction::Out))
                    .any(|rule| rule.channel == actor.id)
        })
    };
    let sender = sender.ok_or_else(|| {
        format!(
            "From: must be {}, the connection of this client certificate, or one whose channel \
             rules delegate its sending to {}; it is '{from}'",
            actor.code, actor.code
        )
    })?;
    if sender.kind == ConnectionKind::Hub {
        return Err(format!(
            "From: {} is a hub: From must be a connection of its side of the line",
            actor.code
        ));
    }
    if sender.kind == ConnectionKind::Channel {
        return Err(format!(
            "From: {} is a channel, which sends for others: From must be a connection whose \
             channel rules delegate its sending to {}",
            actor.code, actor.code
        ));
    }
    for party in [sender, actor] {
        if !(party.enabled && party.sends) {
            return Err(format!(
                "From: {} may not send at this hub at present (its Send is False)",
                party.code
            ));
        }
    }
    Ok(sender)
}

fn find_recipient<'r>(
    registry: &'r Registry,
    from: &Connection,
    to: &str,
) -> Result<&'r Arc<Connection>, String> {
    if to.is_empty() {
        return Err("To: is empty; it must be the code of a connection (GetActiveNppos)".into());
    }
    let found = to.parse().ok().and_then(|code: ConnectionCode| registry.connection(&code));
    let to = found.ok_or_else(|| {
        format!("To: '{to}' is no connection of this hub (GetActiveNppos lists them)")
    })?;
    if to.kind == ConnectionKind::Hub {
        return Err(format!(
            "To: {} is a hub: name the connection that is reached over it",
            to.code
        ));
    }
    if to.kind == ConnectionKind::Channel {
        return Err(format!(
            "To: {} is a channel, which gets copies: name it in Forwardings, and in To a \
             connection that GetActiveNppos lists",
            to.code
        ));
    }
    if !to.enabled {
        return Err(format!("To: {} is disabled at this hub at present", to.code));
    }
    if to.mode != from.mode {
        return Err(format!(
            "To: {} is a {} connection and {} a {} one; the two never exchange",
            to.code, to.mode, from.code, from.mode
        ));
    }
    if !to.receives {
        return Err(format!("To: {} receives nothing at present (its Receive is False)", to.code));
    }
    Ok(to)
}

fn find_channel<'r>(
    registry: &'r Registry,
    from: &Connection,
    code: &str,
) -> Result<&'r Arc<Connection>, String> {
    let found = code.parse().ok().and_then(|code: ConnectionCode| registry.connection(&code));
    // A channel of the other mode is none as far as this sender can see.
    let known = found
        .filter(|channel| channel.kind == ConnectionKind::Channel && channel.mode == from.mode);
    let channel = known.ok_or_else(|| {
        format!("Forwardings: '{code}' is no channel of this hub (GetAvailableChannels lists them)")
    })?;
    if !(channel.enabled && channel.receives) {
        return Err(format!(
            "Forwardings: {code} receives nothing at present (its Receive is false)"
        ));
    }
    Ok(channel)
}

/// The active standing orders of one kind, between connections of one mode.
fn followed<'r>(
    registry: &'r Registry,
    owner: &Connection,
    (rule_type, direction): (RuleType, Direction),
) -> impl Iterator<Item = &'r Arc<ChannelRule>> {
    let mode = owner.mode;
    registry.rules_of(owner.id).iter().filter(move |rule| {
        rule.active
            && rule.rule_type == rule_type
            && rule.direction == direction
            && registry.by_id(rule.channel).is_some_and(|channel| channel.mode == mode)
    })
}

/// Whether a rule speaks of a document that goes to, or comes from, this other side.
fn speaks_of(rule: &ChannelRule, document: Document, other: &Connection) -> bool {
    let (kind, status) = (document.certificate_type, document.certificate_status);
    rule.covers(rule.direction, kind, status) && is_of(other, &rule.country_code)
}

/// Whether a connection has this code, or serves this country; the empty code is everybody's.
pub(crate) fn is_of(connection: &Connection, code: &str) -> bool {
    code.is_empty()
        || connection.code.as_str() == code
        || connection.serves.iter().any(|country| country == code)
}

/// Pairs that a refusal lists: four types with all statuses of the profile, twice over.
const PAIRS_TOLD_MAX: usize = 32;
