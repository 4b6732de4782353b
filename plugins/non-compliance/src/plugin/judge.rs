//! A message against its envelope, against what was accepted before, and against the hub's record of
//! the certificate concerned.

use std::collections::BTreeSet;

use phytohub_plugin_sdk::host::{Connection, Envelope};
use phytohub_plugin_sdk::{Document, Error, ErrorKind, Purpose, Result, State};
use phytohub_schemas::lookup;

use super::record::{Record, notification_key};
use super::{NonCompliance, clock, notifier};
use crate::code::Message;
use crate::life_cycle::{Step, advance};
use crate::rules::{Finding, Rule, table as rule};
use crate::{Notification, rules};

/// What there is to say of a delivery beyond the document itself.
pub(super) fn envelope(
    plugin: &NonCompliance,
    document: &Document<'_>,
    notification: Notification<'_>,
) -> Result<Vec<Finding>> {
    let connections = connections(plugin)?;
    let header = rules::Envelope {
        number: document.nppo_certificate_number(),
        certificate_type: document.certificate_type(),
        status: document.certificate_status(),
        from: (document.from(), country_of(&connections, document.from())),
        to: (document.to(), country_of(&connections, document.to())),
    };
    let certificate_type = plugin.config.certificate_type;
    let mut findings = notification.check_envelope(&header, certificate_type);
    let Some(message) = notification.message() else { return Ok(findings) };
    findings.extend(life_cycle(plugin, document, message)?);
    if message.notifies() {
        certificate(plugin, document, notification, &connections, &mut findings)?;
    }
    Ok(findings)
}

fn life_cycle(
    plugin: &NonCompliance,
    document: &Document<'_>,
    message: Message,
) -> Result<Option<Finding>> {
    let number = document.nppo_certificate_number();
    let (notifier, addressee) = notifier(message, document.from(), document.to());
    let key = notification_key(document.is_test(), notifier, number);
    let (record, _) = Record::load(&plugin.host, &key)?;
    let own = document.hub_delivery_number();
    if !own.is_empty() && record.envelopes.iter().any(|known| known == own) {
        return Ok(None);
    }
    let step = Step { message, addressee, at_ms: document.at_ms() };
    let Err(broken) = advance(record.state.as_ref(), &step) else { return Ok(None) };
    if lags(plugin, document, &record, notifier, addressee)? {
        // What it follows was accepted a moment ago and is not worked off yet.
        return Err(Error::again("earlier messages of this notification are being worked off"));
    }
    Ok(Some(broken.finding(number)))
}

/// Whether the hub has lately accepted messages of this notification, before this one, that the record
/// does not know. Later ones are not waited for: two could wait for one another.
fn lags(
    plugin: &NonCompliance,
    document: &Document<'_>,
    record: &Record,
    notifier: &str,
    addressee: &str,
) -> Result<bool> {
    let waited_ms = clock::now_ms().saturating_sub(document.at_ms());
    if document.purpose() == Purpose::Retry && waited_ms > LAG_MAX_MS {
        return Ok(false);
    }
    let number = document.nppo_certificate_number();
    for (from, to) in [(notifier, addressee), (addressee, notifier)] {
        let unknown = found(plugin, from, Some(to), number)?.into_iter().any(|envelope| {
            envelope.certificate_type == plugin.config.certificate_type
                && envelope.state != State::FailedDelivery
                && envelope.hub_delivery_number != document.hub_delivery_number()
                && !envelope.is_copy
                && envelope.accepted_ms < document.at_ms()
                && document.at_ms() - envelope.accepted_ms < LAG_MAX_MS
                && !record.envelopes.contains(&envelope.hub_delivery_number)
        });
        if unknown {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Only what the notifier itself got is looked at: a finding must not tell it of what went to others.
fn certificate(
    plugin: &NonCompliance,
    document: &Document<'_>,
    notification: Notification<'_>,
    connections: &[Connection],
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let Some((kind, number, country)) = notification.certificate() else { return Ok(()) };
    if number.is_empty() {
        return Ok(());
    }
    let mut report = |rule: &'static Rule, value: &str| {
        let path = "NonCompliance/Certificate/Document".to_owned();
        findings.push(Finding::of(rule, rule.level, path, value, 0));
    };
    let mut known = Vec::new();
    for issuer in issuers(connections, &country) {
        known.extend(found(plugin, &issuer, Some(document.from()), &number)?);
    }
    let certificate_type = plugin.config.certificate_type;
    known.retain(|one| {
        one.certificate_type != certificate_type && one.state != State::FailedDelivery
    });
    if known.is_empty() {
        // Perhaps it came from another country than the message says; else it was on paper.
        let elsewhere =
            |other: &&Connection| !other.channel && !countries(other).any(|its| its == country);
        for other in connections.iter().filter(elsewhere) {
            let all = found(plugin, &other.code, Some(document.from()), &number)?;
            if all.iter().any(|one| one.certificate_type.to_string() == kind) {
                let its: Vec<&str> = countries(other).collect();
                report(&rule::CERTIFICATE_FROM, &its.join(", "));
                return Ok(());
            }
        }
        return Ok(());
    }
    let same = |one: &&Envelope| one.certificate_type.to_string() == kind;
    let Some(newest) = known.iter().filter(same).max_by_key(|one| one.accepted_ms) else {
        let kinds: BTreeSet<String> =
            known.iter().map(|one| one.certificate_type.to_string()).collect();
        report(&rule::CERTIFICATE_TYPE, &kinds.into_iter().collect::<Vec<_>>().join(", "));
        return Ok(());
    };
    if newest.certificate_status == WITHDRAWN {
        report(&rule::CERTIFICATE_WITHDRAWN, &newest.certificate_status.to_string());
    }
    Ok(())
}

/// The connections that get copies: those of the countries that the message names, and those that
/// had copies of earlier messages.
pub(super) fn copies(
    plugin: &NonCompliance,
    document: &Document<'_>,
    notification: Notification<'_>,
) -> Result<BTreeSet<String>> {
    let connections = connections(plugin)?;
    let concerned = notification.concerned_countries();
    let takes = |one: &&Connection| {
        one.receives && one.enabled && !one.channel && one.test == document.is_test()
    };
    let named = connections
        .iter()
        .filter(takes)
        .filter(|one| countries(one).any(|its| concerned.iter().any(|named| named == its)));
    let mut codes: BTreeSet<String> = named.map(|one| one.code.clone()).collect();
    if let Some(message) = notification.message() {
        let (notifier, _) = notifier(message, document.from(), document.to());
        let number = document.nppo_certificate_number();
        let key = notification_key(document.is_test(), notifier, number);
        codes.extend(Record::load(&plugin.host, &key)?.0.copied);
    }
    codes.remove(document.from());
    codes.remove(document.to());
    Ok(codes)
}

/// Who is connected; nobody, where that was not granted.
fn connections(plugin: &NonCompliance) -> Result<Vec<Connection>> {
    match plugin.host.registry().connections() {
        Err(error) if error.kind() == ErrorKind::NotOffered => Ok(Vec::new()),
        other => other,
    }
}

fn found(
    plugin: &NonCompliance,
    from: &str,
    to: Option<&str>,
    number: &str,
) -> Result<Vec<Envelope>> {
    match plugin.host.envelopes().find(from, to, number, FOUND_MAX) {
        Err(error) if matches!(error.kind(), ErrorKind::NotOffered | ErrorKind::Denied) => {
            Ok(Vec::new())
        }
        other => other,
    }
}

/// The country that a connection stands for: the one that it is registered for if its code begins
/// with it, or, where connections are not known, those two letters. Nothing for one that may stand
/// for several, as a regional system does: whom it sends for, the hub knows.
fn country_of<'a>(connections: &'a [Connection], code: &'a str) -> &'a str {
    let letters = code.get(..2).unwrap_or_default();
    match connections.iter().find(|one| one.code == code) {
        Some(known) if countries(known).eq([letters]) => letters,
        Some(_) => "",
        None => lookup::country(letters).filter(|known| !known.extra).map_or("", |_| letters),
    }
}

/// The countries that a connection is registered for; that of its code if it is for none.
fn countries(connection: &Connection) -> impl Iterator<Item = &str> {
    let own = connection.code.get(..2).unwrap_or_default();
    let said = connection.country.as_str();
    (if said.is_empty() { own } else { said }).split(',')
}

fn issuers(connections: &[Connection], country: &str) -> Vec<String> {
    let of_country =
        connections.iter().filter(|one| !one.channel && countries(one).any(|its| its == country));
    let mut codes: Vec<String> = of_country.map(|one| one.code.clone()).collect();
    if codes.is_empty() {
        codes.push(country.to_owned());
    }
    codes
}

/// UNCL 4405: withdrawn.
const WITHDRAWN: i32 = 40;
/// Events are worked off within seconds; older envelopes were accepted before the plugin was there.
const LAG_MAX_MS: i64 = 600_000;
const FOUND_MAX: u32 = 32;
