//! What goes over the lines to other hubs, and what comes over them.
//!
//! A hub speaks for the connections of its side, and to those of this side that are named for its
//! line; these are never reached over a line themselves. So an envelope goes over one line at most,
//! and no setting of two or more hubs makes a loop.

use std::sync::Arc;

use phytohub_domain::{Connection, ConnectionId, ConnectionKind, Link};
use phytohub_store::StoredEnvelope;

use super::{Document, Parties};
use crate::registry::Registry;

/// Whether a hub may send in a connection's name.
pub(super) fn speaks_for(actor: &Connection, from: &Connection) -> bool {
    actor.kind == ConnectionKind::Hub && actor.link.theirs.contains(&from.code)
}

/// Whether both ends of a delivery are named for the line that it takes, if it takes one.
pub(super) fn check(
    registry: &Registry,
    actor: &Connection,
    from: &Connection,
    to: &Connection,
) -> Result<(), String> {
    let over = registry.hub_of(&to.code);
    if actor.kind == ConnectionKind::Hub {
        let here = over.is_none() && actor.link.ours.contains(&to.code);
        return if here { Ok(()) } else { Err(elsewhere(actor, to)) };
    }
    match over {
        Some(hub) if !hub.link.ours.contains(&from.code) => Err(format!(
            "To: {} is reached over the line to {}, which {} does not use",
            to.code, hub.code, from.code
        )),
        _ => Ok(()),
    }
}

fn elsewhere(actor: &Connection, to: &Connection) -> String {
    format!(
        "To: {} is not among the connections of this hub that use the line to {}",
        to.code, actor.code
    )
}

/// The hub whose inbox holds what goes to this connection, if it is reached over a line.
pub(super) fn mailbox(
    registry: &Registry,
    to: &Connection,
) -> Result<Option<ConnectionId>, String> {
    let Some(hub) = registry.hub_of(&to.code) else { return Ok(None) };
    if hub.enabled && hub.receives {
        return Ok(Some(hub.id));
    }
    Err(format!(
        "To: {} is reached over the line to {}, which is closed at present",
        to.code, hub.code
    ))
}

/// In whose inbox an envelope that waits in one would lie if it came now; or why it could go nowhere.
pub(crate) fn way(
    registry: &Registry,
    mailbox: ConnectionId,
    envelope: &StoredEnvelope,
) -> Result<ConnectionId, String> {
    let known = |id| registry.by_id(id).map(Arc::clone);
    let to = envelope.to_id.and_then(known);
    let (Some(actor), Some(from), Some(to)) =
        (known(envelope.actor_id), known(envelope.from_id), to)
    else {
        return Ok(mailbox);
    };
    check(registry, &actor, &from, &to)?;
    match registry.hub_of(&to.code) {
        // It may be closed at present: then it waits.
        Some(hub) if hub.id == mailbox => return Ok(mailbox),
        Some(_) => return Ok(self::mailbox(registry, &to)?.unwrap_or(mailbox)),
        None => {}
    }
    let document = Document {
        certificate_type: envelope.certificate_type,
        certificate_status: envelope.certificate_status,
        response: envelope.response,
    };
    let (own, named) = (to.id, Vec::new());
    let found = Parties { actor, from, to: Arc::clone(&to), named }.mailbox(registry, document)?;
    if found == own && found != mailbox && !has_system(&to) {
        return Err(format!(
            "To: {} is reached over no line any more, and has no system of its own at this hub",
            to.code
        ));
    }
    Ok(found)
}

/// Whether a connection's own system can fetch its mail, or be brought it.
pub(crate) fn has_system(connection: &Connection) -> bool {
    let certified = connection.certificates.iter().any(|known| known.removed.is_none());
    let brought = connection.push.as_ref().is_some_and(|push| push.envelopes);
    connection.enabled && connection.receives && (certified || brought)
}

/// What stands against naming these connections for the line of this hub, in words.
pub(crate) fn check_link(registry: &Registry, hub: &Connection, link: &Link) -> Result<(), String> {
    for code in link.ours.iter().chain(&link.theirs) {
        let connection = registry.connection(code);
        let known = connection.filter(|known| known.kind == ConnectionKind::Nppo);
        let known = known.ok_or_else(|| {
            format!("{code} is no connection of this hub; register it first, of the other side too")
        })?;
        if known.mode != hub.mode {
            return Err(format!(
                "{code} is a {} connection, and the hub a {} one",
                known.mode, hub.mode
            ));
        }
    }
    if let Some(code) = link.theirs.iter().find(|code| link.ours.contains(code)) {
        return Err(format!("{code} cannot be on both sides"));
    }
    let others = registry.connections().into_iter();
    let others = others.filter(|other| other.kind == ConnectionKind::Hub && other.id != hub.id);
    for other in others.map(Arc::as_ref) {
        let name = &other.code;
        if let Some(code) = link.theirs.iter().find(|code| other.link.theirs.contains(code)) {
            return Err(format!("{code} is reached over the line to {name} already"));
        }
        // Else what came over one line would go on over the other.
        let passes =
            |a: &Link, b: &Link| a.ours.iter().find(|code| b.theirs.contains(code)).cloned();
        if let Some(code) = passes(link, &other.link).or_else(|| passes(&other.link, link)) {
            return Err(format!(
                "{code} would be of this side for one line and of the other for another ({name})"
            ));
        }
    }
    Ok(())
}
