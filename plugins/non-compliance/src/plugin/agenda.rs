//! What is to be done when: reminders, and records to be dropped. The agenda is in the store, ordered
//! by time; one timer stands for its first entry.

use std::time::Duration;

use phytohub_plugin_sdk::host::Operation;
use phytohub_plugin_sdk::{Call, ErrorKind, Result};

use super::NonCompliance;
use super::record::Record;
use crate::calendar::DAY_MS;

/// What is to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Task {
    /// The addressee has not acknowledged.
    Remind,
    /// The record has been kept long enough.
    Drop,
}

impl Task {
    const fn byte(self) -> u8 {
        match self {
            Self::Remind => b'r',
            Self::Drop => b'x',
        }
    }
}

/// The key of an entry: time, task, the record's key.
pub(super) fn entry(at_ms: i64, task: Task, record: &[u8]) -> Vec<u8> {
    let mut key = vec![PREFIX];
    key.extend_from_slice(&u64::try_from(at_ms).unwrap_or(0).to_be_bytes());
    key.push(task.byte());
    key.extend_from_slice(record);
    key
}

fn parsed(key: &[u8]) -> Option<(i64, Task, &[u8])> {
    let (time, rest) = key.strip_prefix(&[PREFIX])?.split_first_chunk::<8>()?;
    let (task, record) = rest.split_first()?;
    let task = [Task::Remind, Task::Drop].into_iter().find(|known| known.byte() == *task)?;
    Some((i64::try_from(u64::from_be_bytes(*time)).ok()?, task, record))
}

/// Sets the timer for the first entry.
pub(super) fn arm(plugin: &NonCompliance, now_ms: i64) -> Result<()> {
    let first = plugin.host.kv().list([PREFIX], [], 1)?;
    let at_ms = first.first().and_then(|(key, _)| parsed(key)).map(|(at_ms, ..)| at_ms);
    let wait_ms = at_ms.map_or(DAY_MS, |at_ms| at_ms.saturating_sub(now_ms).clamp(MIN_MS, DAY_MS));
    // Never longer than a day: the clock may be set.
    plugin.host.timers().after(Duration::from_millis(wait_ms.unsigned_abs()), TIMER)
}

/// Does what is due.
pub(super) fn work_off(plugin: &NonCompliance, call: &Call<'_>, now_ms: i64) -> Result<()> {
    let entries = plugin.host.kv().list([PREFIX], [], ENTRIES_MAX)?;
    for (key, _) in &entries {
        let Some((at_ms, task, record)) = parsed(key) else {
            plugin.host.kv().delete(key.clone())?;
            continue;
        };
        if at_ms > now_ms || call.is_cancelled() {
            break;
        }
        match work(plugin, key, task, record, now_ms) {
            // Somebody changed the record meanwhile: the entry is looked at again.
            Err(error) if error.kind() == ErrorKind::Conflict => {}
            outcome => outcome?,
        }
    }
    arm(plugin, now_ms)
}

fn work(
    plugin: &NonCompliance,
    entry_key: &[u8],
    task: Task,
    key: &[u8],
    now_ms: i64,
) -> Result<()> {
    let is_decision = key.first() == Some(&b'c');
    if is_decision {
        let operations = [Operation::delete(key), Operation::delete(entry_key)];
        return plugin.host.kv().write(operations).commit();
    }
    let (mut record, before) = Record::load(&plugin.host, key)?;
    let done = Operation::delete(entry_key);
    let at = parsed(entry_key).map(|(at_ms, ..)| at_ms);
    let is_current = match task {
        Task::Remind => record.due_ms == at,
        Task::Drop => record.drop_ms == at,
    };
    if !is_current {
        return plugin.host.kv().write([done]).commit();
    }
    if task == Task::Drop {
        let mut operations = vec![done];
        if let Some(due) = record.due_ms {
            operations.push(Operation::delete(entry(due, Task::Remind, key)));
        }
        operations.push(Operation::delete(key).expecting_same(before.as_deref()));
        return plugin.host.kv().write(operations).commit();
    }
    let awaits = record.state.as_ref().is_some_and(|state| state.awaits_acknowledgement());
    if !awaits || record.reminders >= plugin.config.reminders_max {
        record.due_ms = None;
        let put = Operation::put_json(key, &record)?.expecting_same(before.as_deref());
        return plugin.host.kv().write([done, put]).commit();
    }
    record.reminders += 1;
    let next = plugin.config.deadline_ms(now_ms);
    record.due_ms = Some(next);
    let put = Operation::put_json(key, &record)?.expecting_same(before.as_deref());
    let again = Operation::put(entry(next, Task::Remind, key), []);
    // First the audit, then the write: told twice after a crash rather than never.
    remind(plugin, &record, key)?;
    plugin.host.kv().write([done, put, again]).commit()
}

fn remind(plugin: &NonCompliance, record: &Record, key: &[u8]) -> Result<()> {
    let mut parts = key.split(|byte| *byte == 0).skip(1).map(String::from_utf8_lossy);
    let (notifier, number) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Some(state) = &record.state else { return Ok(()) };
    let detail = format!(
        "notification {number} of {notifier} is not acknowledged by {}: reminder {}",
        state.addressee, record.reminders
    );
    tracing::warn!(
        notifier = &*notifier,
        addressee = state.addressee,
        number = &*number,
        reminder = record.reminders,
        "a notification of non-compliance is not acknowledged within its deadline"
    );
    if let Some(counter) = &plugin.reminders {
        counter.increment();
    }
    let envelope = record.envelopes.first().map(String::as_str);
    match plugin.host.audit("non-compliance", "remind", &detail, envelope) {
        // Reminders are for people; without the grant the log has them.
        Err(error) if error.kind() == ErrorKind::NotOffered => Ok(()),
        outcome => outcome,
    }
}

const PREFIX: u8 = b'a';
const TIMER: u64 = 1;
/// At least a second between looks, and as many entries a look.
const MIN_MS: i64 = 1000;
const ENTRIES_MAX: u32 = 200;
