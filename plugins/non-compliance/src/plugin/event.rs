//! What was accepted advances the states, exactly once.
//!
//! An event tells the header alone, and that is enough: each message has a status of its own, and the
//! number of every message is the notification's.

use std::collections::BTreeMap;

use phytohub_plugin_sdk::host::Operation;
use phytohub_plugin_sdk::{Call, Event, EventKind, Events, Result};

use super::agenda::{Task, entry};
use super::record::{Decision, Record, decision_key, notification_key};
use super::{NonCompliance, agenda, clock, notifier};
use crate::code::Message;
use crate::life_cycle::{Step, advance};

/// Records that the batch changes: what they were, and what they are now.
type Changed = BTreeMap<Vec<u8>, (Record, Option<Vec<u8>>)>;

/// Takes a batch: all its effects and the place in the stream are written at once.
pub(super) fn take(plugin: &NonCompliance, call: &Call<'_>, batch: &Events<'_>) -> Result<()> {
    let mut changed = Changed::new();
    let mut operations = Vec::new();
    let mut changes = false;
    for event in batch {
        call.check()?;
        let ours = event.certificate_type == plugin.config.certificate_type;
        match event.kind {
            EventKind::Accepted if event.is_response && !ours => {
                decided(plugin, event, &mut operations)?;
            }
            EventKind::Accepted if ours => {
                accepted(plugin, event, &mut changed, &mut operations)?;
                changes = true;
            }
            EventKind::Failed | EventKind::Expired if ours => failed(plugin, event),
            _ => {}
        }
    }
    for (key, (record, before)) in changed {
        let put = Operation::put_json(key, &record)?;
        operations.push(put.expecting_same(before.as_deref()));
    }
    commit(plugin, operations, batch)?;
    if changes { agenda::arm(plugin, clock::now_ms()) } else { Ok(()) }
}

/// More operations than one write takes are written in parts, the batch with the last: what was
/// written before a crash is known by its sequence and does not count again.
fn commit(
    plugin: &NonCompliance,
    mut operations: Vec<Operation>,
    batch: &Events<'_>,
) -> Result<()> {
    while operations.len() > OPERATIONS_MAX {
        let rest = operations.split_off(OPERATIONS_MAX);
        plugin.host.kv().write(operations).commit()?;
        operations = rest;
    }
    // Nothing to write is no reason for a write: the batch is done when the hook returns.
    if operations.is_empty() {
        return Ok(());
    }
    plugin.host.kv().write(operations).with_batch(batch).commit()
}

fn accepted(
    plugin: &NonCompliance,
    event: &Event<'_>,
    changed: &mut Changed,
    operations: &mut Vec<Operation>,
) -> Result<()> {
    let message = match Message::of_status(event.certificate_status) {
        // A country's response to a notification says that it has it.
        _ if event.is_response => Message::Acknowledged,
        Some(message) => message,
        None => return Ok(()),
    };
    let (notifier, addressee) = notifier(message, event.from, event.to);
    let key = notification_key(event.is_test, notifier, event.nppo_certificate_number);
    if !changed.contains_key(&key) {
        changed.insert(key.clone(), Record::load(&plugin.host, &key)?);
    }
    let Some((record, _)) = changed.get_mut(&key) else { return Ok(()) };
    if event.sequence <= record.sequence {
        return Ok(());
    }
    record.sequence = event.sequence;
    if event.is_copy {
        if !record.copied.iter().any(|code| code == event.to) && record.copied.len() < COPIES_MAX {
            record.copied.push(event.to.to_owned());
        }
    } else {
        record.add_envelope(event.hub_delivery_number);
        let step = Step { message, addressee, at_ms: event.at_ms };
        match advance(record.state.as_ref(), &step) {
            Ok(next) => {
                record.state = Some(next);
                if let Some(counter) = &plugin.messages {
                    counter.increment();
                }
            }
            // Two were judged at once and both followed what was known then: the first counts.
            Err(broken) => tracing::warn!(
                number = event.nppo_certificate_number,
                notifier,
                rule = broken.rule().id,
                "an accepted message does not follow what came before it"
            ),
        }
    }
    schedule(plugin, &key, record, event.at_ms, operations);
    Ok(())
}

/// Puts a record's reminder and its end into the agenda.
fn schedule(
    plugin: &NonCompliance,
    key: &[u8],
    record: &mut Record,
    at_ms: i64,
    operations: &mut Vec<Operation>,
) {
    let awaits = record.state.as_ref().is_some_and(|state| state.awaits_acknowledgement());
    match (awaits, record.due_ms) {
        (true, None) if record.reminders == 0 => {
            let due = plugin.config.deadline_ms(at_ms);
            record.due_ms = Some(due);
            operations.push(Operation::put(entry(due, Task::Remind, key), []));
        }
        (false, Some(due)) => {
            record.due_ms = None;
            operations.push(Operation::delete(entry(due, Task::Remind, key)));
        }
        _ => {}
    }
    if let Some(before) = record.drop_ms {
        operations.push(Operation::delete(entry(before, Task::Drop, key)));
    }
    let end = at_ms.saturating_add(plugin.config.keep_ms());
    record.drop_ms = Some(end);
    operations.push(Operation::put(entry(end, Task::Drop, key), []));
}

/// A light import decision: the last one about a certificate is kept.
fn decided(
    plugin: &NonCompliance,
    event: &Event<'_>,
    operations: &mut Vec<Operation>,
) -> Result<()> {
    if event.is_copy || event.nppo_certificate_number.is_empty() {
        return Ok(());
    }
    let key = decision_key(event.is_test, event.to, event.nppo_certificate_number);
    let known: Option<Decision> = plugin.host.kv().get_json(&key)?;
    if known.as_ref().is_some_and(|known| known.sequence >= event.sequence) {
        return Ok(());
    }
    if let Some(known) = known {
        let end = known.at_ms.saturating_add(plugin.config.keep_ms());
        operations.push(Operation::delete(entry(end, Task::Drop, &key)));
    }
    let decision = Decision {
        from: event.from.to_owned(),
        certificate_type: event.certificate_type,
        status: event.certificate_status,
        at_ms: event.at_ms,
        envelope: event.hub_delivery_number.to_owned(),
        sequence: event.sequence,
    };
    let end = event.at_ms.saturating_add(plugin.config.keep_ms());
    operations.push(Operation::put(entry(end, Task::Drop, &key), []));
    operations.push(Operation::put_json(key, &decision)?);
    Ok(())
}

/// A message that did not arrive is for people: the state is what was said, not what was read.
fn failed(plugin: &NonCompliance, event: &Event<'_>) {
    tracing::warn!(
        number = event.nppo_certificate_number,
        from = event.from,
        to = event.to,
        "a message about a notification of non-compliance was not delivered"
    );
    let detail = format!(
        "message about notification {} from {} to {} was not delivered",
        event.nppo_certificate_number, event.from, event.to
    );
    let number = Some(event.hub_delivery_number);
    if let Err(error) = plugin.host.audit("non-compliance", "undelivered", &detail, number) {
        tracing::debug!(reason = error.reason(), "no line in the audit trail");
    }
}

/// The contract takes 1,000 in one write.
const OPERATIONS_MAX: usize = 1000;
/// Copies that are remembered; more countries lie on no way.
const COPIES_MAX: usize = 64;
