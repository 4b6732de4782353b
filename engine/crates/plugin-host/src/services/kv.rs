//! `hub.kv/1`: keys of the plugin's own, and the cursor of its events with them.

use phytohub_plugin_api as api;
use phytohub_plugin_loader::{Answer, KvAction, KvExpectation, KvOperationView, VisitKv};
use phytohub_store::{KvOperation, PluginWrite, PluginWritten};

use super::answer::{self, refusal, refused};
use super::{DONE_WITH, Services};

pub(super) fn scan(
    services: &Services,
    (prefix, after): (&[u8], &[u8]),
    limit: u32,
    visit: VisitKv<'_>,
) -> Answer {
    let (hub, plugin) = (&services.world.hub, services.actor().id);
    let (mut left, mut after) = (limit as usize, after.to_vec());
    while left > 0 {
        let wanted = left.min(SCAN_ROWS);
        let rows = hub.plugin_kv_scan(plugin, prefix, &after, wanted).map_err(refusal)?;
        for (key, value) in &rows {
            if !visit((key, value)) {
                return Ok(());
            }
        }
        match rows.into_iter().last() {
            Some((key, _)) => after = key,
            None => break,
        }
        left -= wanted;
    }
    Ok(())
}

pub(super) fn write(
    services: &Services,
    operations: &[KvOperationView<'_>],
    ticket: Option<u64>,
) -> Answer {
    let operations = operations.iter().map(owned).collect();
    let cursor = match ticket {
        Some(ticket) => {
            let reached = services.events.begin_write(ticket);
            Some(reached.ok_or_else(|| refused(api::HUB_NOT_FOUND, DONE_WITH))?)
        }
        None => None,
    };
    let write = PluginWrite { operations, cursor, bytes_max: services.settings.kv_bytes_max };
    let (hub, plugin) = (&services.world.hub, services.actor().id);
    let written = services.world.wait(hub.plugin_kv_write(plugin, write));
    if let Some(ticket) = ticket {
        let done = matches!(written, Ok(PluginWritten::Done { .. }));
        services.events.end_write(ticket, done);
    }
    answer::written(written)
}

fn owned(operation: &KvOperationView<'_>) -> KvOperation {
    use phytohub_store as store;
    KvOperation {
        key: operation.key.to_vec(),
        action: match operation.action {
            KvAction::Check => store::KvAction::Check,
            KvAction::Put(value) => store::KvAction::Put(value.to_vec()),
            KvAction::Delete => store::KvAction::Delete,
        },
        expects: match operation.expects {
            KvExpectation::Anything => store::KvExpectation::Anything,
            KvExpectation::Nothing => store::KvExpectation::Nothing,
            KvExpectation::Value(value) => store::KvExpectation::Value(value.to_vec()),
        },
    }
}

/// Rows of a scan that are in memory at once: values may have a megabyte each.
const SCAN_ROWS: usize = 64;
