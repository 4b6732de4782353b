//! What only the running hub, or its store, can tell.

use std::collections::HashSet;
use std::time::Duration;

use phytohub_domain::Timestamp;
use phytohub_exchange::admin::{
    AccountRequest, AdminReply, AdminRequest, ConnectionView, HealthView,
};

use super::Findings;
use super::files::expiry;
use crate::commands::admin::Desk;
use crate::config::LoadedConfig;
use crate::failure::told;

pub(super) async fn examine(
    findings: &mut Findings,
    desk: &mut Desk,
    loaded: &LoadedConfig,
    now: Timestamp,
    scrub: bool,
) {
    let store = loaded.resolve(&loaded.config().store.path).display().to_string();
    match desk.ask(AdminRequest::Account(AccountRequest::Health { scrub })).await {
        Ok(AdminReply::Health(health)) => {
            disk(findings, &health, &store);
            records(findings, &health, &store);
            clock(findings, &health);
            delivery(findings, &health);
            account(findings, &health, now);
        }
        Ok(_) => findings.act(
            "store",
            "the hub answers something else: is it older?",
            store,
            "restart it",
        ),
        Err(error) => {
            let remedy = "mend what it says; if the store is damaged, restore a backup";
            return findings.act("store", told(&error), store, remedy);
        }
    }
    if let Ok(AdminReply::Connections(connections)) = desk.ask(AdminRequest::ConnectionList).await {
        let over = lines(findings, &connections);
        for connection in connections.iter().filter(|known| !over.contains(&known.code.as_str())) {
            certificates(findings, connection, now);
        }
    }
}

fn disk(findings: &mut Findings, health: &HealthView, store: &str) {
    match &health.reserve {
        None => findings.fine("disk", "more is free than the reserve", store),
        Some(why) => {
            let remedy = "free or add disk space: deliveries are refused until then";
            findings.act("disk", why, store, remedy);
        }
    }
}

fn records(findings: &mut Findings, health: &HealthView, store: &str) {
    if health.background_errors > 0 {
        let what = format!("{} flushes or compactions failed", health.background_errors);
        findings.act("store", what, store, "look at LOG in it and at the disk, then restart");
    } else if health.write_stopped {
        findings.act(
            "store",
            "writes are stopped: the disk does not keep up",
            store,
            "a faster disk",
        );
    } else if health.delayed_write_rate > 0 {
        let what = format!("writes are slowed to {} bytes a second", health.delayed_write_rate);
        findings.warn("store", what, store, "a faster disk, if this goes on");
    } else {
        let bytes = health.table_bytes + health.blob_bytes;
        findings.fine("store", format!("no errors, {bytes} bytes in files"), store);
    }
    let Some(scrub) = &health.scrub else { return };
    for damaged in &scrub.damaged {
        let remedy = "stop the hub, keep a copy, and restore a backup";
        findings.act("scrub", damaged, store, remedy);
    }
    if scrub.damaged.is_empty() {
        let what = format!("{} records, {} bytes, all readable", scrub.records, scrub.bytes);
        findings.fine("scrub", what, store);
    }
}

fn clock(findings: &mut Findings, health: &HealthView) {
    match &health.clock.suspicion {
        None => findings.fine("clock", "believed", &health.clock.now),
        Some(why) => {
            let remedy = "set the clock right, then 'phytohub clock accept'";
            findings.act("clock", why, &health.clock.now, remedy);
        }
    }
}

fn delivery(findings: &mut Findings, health: &HealthView) {
    if health.paused {
        let what = "push and callbacks pause since a restore";
        findings.act("delivery", what, "", "'phytohub restore resume' when all is looked at");
    }
}

fn account(findings: &mut Findings, health: &HealthView, now: Timestamp) {
    let audit = &health.audit;
    if audit.key_id.is_none() {
        // Told with the key's file.
        return;
    }
    let closed = audit.last_closed.as_deref();
    let place = closed.unwrap_or("never closed");
    let closed = closed.and_then(|closed| Timestamp::parse_utc(closed).ok());
    if closed.is_some_and(|closed| closed.plus(CLOSED_WITHIN) < now) {
        let what = format!("{} events are not under a signed head", audit.open_events);
        findings.warn("audit", what, place, "'phytohub audit close', and keep the hub running");
    }
    match &audit.sink {
        None => {
            let remedy = "set [audit] sink to a file on another machine's disk";
            findings.warn("audit", "no head is told outside the store", "[audit] sink", remedy);
        }
        Some(sink) if audit.untold > 0 => {
            let what = format!("{} signed heads could not be told outside", audit.untold);
            findings.act(
                "audit",
                what,
                sink,
                "make the file writable: the hub tries again by itself",
            );
        }
        Some(sink) => findings.fine("audit", "every signed head is told outside", sink),
    }
}

/// The lines to other hubs. The codes of those that are reached over them, who need no certificate
/// here.
fn lines<'a>(findings: &mut Findings, connections: &'a [ConnectionView]) -> HashSet<&'a str> {
    let mut over = HashSet::new();
    for hub in connections {
        let Some(link) = &hub.settings.link else { continue };
        over.extend(link.theirs.iter().map(String::as_str));
        let (code, waiting) = (&hub.code, hub.pending);
        if !hub.enabled && waiting > 0 {
            let what = format!("closed, and {waiting} envelopes lie there");
            findings.warn("line", what, code, "enable it, or 'phytohub link remove'");
        }
        let Some(delivery) = &hub.delivery else { continue };
        if delivery.breaker != "closed" {
            let what = format!("away, and {waiting} envelopes lie there: {}", delivery.last_error);
            findings.warn("line", what, code, "ask the other hub's operator");
        }
        if delivery.given_up > 0 {
            let (many, last) = (delivery.given_up, &delivery.last_given_up);
            let what = format!("{many} reports were refused for good, the last: {last}");
            let remedy = "'phytohub envelope history' tells more; ask the other hub's operator";
            findings.warn("line", what, code, remedy);
        }
    }
    over
}

fn certificates(findings: &mut Findings, connection: &ConnectionView, now: Timestamp) {
    if !connection.enabled {
        return;
    }
    let ends = connection.certificates.iter().filter(|certificate| certificate.removed.is_none());
    let ends: Vec<_> = ends
        .filter_map(|certificate| {
            let end = Timestamp::parse_utc(&certificate.not_after).ok()?;
            Some((end, format!("{} {}", connection.code, certificate.label)))
        })
        .collect();
    let others = ends.iter().filter(|(end, _)| *end > now).count();
    for (end, place) in &ends {
        expiry(findings, "connection", place, *end, now, others == 0);
    }
    if ends.is_empty() {
        let what = "has no certificate: nobody can use it";
        findings.warn("connection", what, &connection.code, "register one, or disable it");
    }
}

/// A day, and what a hub may be switched off.
const CLOSED_WITHIN: Duration = Duration::from_secs(2 * 86_400);
