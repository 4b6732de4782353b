//! `hub.kv/1`.
#![expect(unsafe_code, reason = "is called by a plugin")]

use phytohub_plugin_api::*;

use super::given::{Given, invalid};
use super::host::{asked, struct_size};
use crate::limits;
use crate::services::Answer;
use crate::view::{KvAction, KvExpectation, KvOperationView};

pub(super) static KV: HubKv = HubKv {
    struct_size: struct_size::<HubKv>(),
    reserved: 0,
    get: Some(get),
    scan: Some(scan),
    write: Some(write),
};

asked! {
    fn get(call, key: HubBytes, out: HubSink) |asked| {
        let key = asked.given.bytes("key", key, limits::KEY_BYTES)?;
        asked.services.kv_get(asked.call, key, &mut asked.sink(out)?)
    };
    fn scan(
        call,
        prefix: HubBytes,
        after: HubBytes,
        limit: u32,
        out: *const HubKvVisitor,
    ) |asked| {
        let prefix = asked.given.bytes("prefix", prefix, limits::KEY_BYTES)?;
        let after = asked.given.bytes("after", after, limits::KEY_BYTES)?;
        let out = asked.given.one("HubKvVisitor", out)?;
        let visit = out.visit.ok_or_else(|| invalid("HubKvVisitor: visit is null"))?;
        let visit = &mut |(key, value): (&[u8], &[u8])| {
            // SAFETY: `HubKvVisitor::visit` with its own `ctx`, during the call that got it.
            HUB_OK == unsafe { visit(out.ctx, HubBytes::new(key), HubBytes::new(value)) }
        };
        asked.services.kv_scan(asked.call, prefix, after, limit, visit)
    };
    fn write(
        call,
        operations: *const HubKvOperation,
        count: usize,
        ticket: u64,
    ) |asked| {
        let operations = asked.given.structures(operations, count, limits::OPERATIONS)?;
        let operations = operations
            .iter()
            .map(|operation| view(asked.given, operation))
            .collect::<Answer<Vec<_>>>()?;
        let ticket = (ticket != HUB_NO_TICKET).then_some(ticket);
        asked.services.kv_write(asked.call, &operations, ticket)
    };
}

fn view<'a>(given: Given<'a>, operation: &HubKvOperation) -> Answer<KvOperationView<'a>> {
    let action = match operation.kind {
        HUB_KV_CHECK => KvAction::Check,
        HUB_KV_PUT => KvAction::Put(given.bytes("value", operation.value, limits::VALUE_BYTES)?),
        HUB_KV_DELETE => KvAction::Delete,
        // Not one to be ignored: what it was to do would be lost.
        kind => return Err(invalid(format!("HubKvOperation: kind {kind}, expected 0 to 2"))),
    };
    let expects = match operation.expects {
        HUB_KV_EXPECTS_ANYTHING => KvExpectation::Anything,
        HUB_KV_EXPECTS_NOTHING => KvExpectation::Nothing,
        HUB_KV_EXPECTS_VALUE => KvExpectation::Value(given.bytes(
            "expected",
            operation.expected,
            limits::VALUE_BYTES,
        )?),
        other => return Err(invalid(format!("HubKvOperation: expects {other}, expected 0 to 2"))),
    };
    Ok(KvOperationView {
        key: given.bytes("key", operation.key, limits::KEY_BYTES)?,
        action,
        expects,
    })
}
