//! Log, metrics, tickets, timers, kept bytes, audit, secrets, data.

use phytohub_plugin_api as abi;

use super::{RawHost, offered};
use crate::Result;
use crate::ffi::base::size;
use crate::ffi::call::monotonic_ns;
use crate::ffi::sink::Trampoline;

impl RawHost {
    /// Whether anybody reads this level of this target.
    pub(crate) fn log_enabled(&self, level: u32, target: &str) -> bool {
        self.log_cache.get(level, target, monotonic_ns(), || {
            let Some(enabled) = self.log.as_ref().and_then(|log| log.enabled) else { return false };
            let Ok(_entered) = self.enter() else { return false };
            // SAFETY: the target outlives the call; the function came with the context.
            unsafe { enabled(self.ctx, level, abi::HubStr::new(target)) != 0 }
        })
    }

    pub(crate) fn log(&self, level: u32, target: &str, message: &str, fields: &[(&str, &str)]) {
        let Some(write) = self.log.as_ref().and_then(|log| log.write) else { return };
        let fields: Vec<_> = fields.iter().map(pair).collect();
        let record = abi::HubLogRecord {
            struct_size: size::<abi::HubLogRecord>(),
            level,
            target: abi::HubStr::new(target),
            message: abi::HubStr::new(message),
            fields: fields.as_ptr(),
            field_count: fields.len(),
        };
        let Ok(_entered) = self.enter() else { return };
        // SAFETY: the record outlives the call; the function came with the context.
        unsafe { write(self.ctx, &raw const record) };
    }

    pub(crate) fn log_panic(&self, message: &str, location: &str) {
        self.log(abi::HUB_LOG_ERROR, "panic", message, &[("location", location)]);
    }

    pub(crate) fn metric_register(
        &self,
        kind: u32,
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
        boundaries: &[f64],
    ) -> Result<u32> {
        let register = offered(self.metrics.as_ref(), abi::HUB_METRICS_ID, |all| all.register)?;
        let labels: Vec<_> = labels.iter().map(pair).collect();
        let metric = abi::HubMetric {
            struct_size: size::<abi::HubMetric>(),
            kind,
            name: abi::HubStr::new(name),
            help: abi::HubStr::new(help),
            labels: labels.as_ptr(),
            label_count: labels.len(),
            boundaries: boundaries.as_ptr(),
            boundary_count: boundaries.len(),
        };
        let mut handle = 0;
        self.ask(|ctx, call| {
            // SAFETY: metric and handle outlive the call; the function came with the context.
            unsafe { register(ctx, call, &raw const metric, &raw mut handle) }
        })?;
        Ok(handle)
    }

    pub(crate) fn metric_record(&self, handle: u32, value: f64) -> Result<()> {
        let record = offered(self.metrics.as_ref(), abi::HUB_METRICS_ID, |all| all.record)?;
        self.tell("a metric's value", |ctx| {
            // SAFETY: the function came with the context.
            unsafe { record(ctx, handle, value) }
        })
    }

    pub(crate) fn ticket_complete(
        &self,
        ticket: u64,
        status: abi::HubStatus,
        detail: &str,
    ) -> Result<()> {
        let complete = offered(self.tickets.as_ref(), abi::HUB_TICKETS_ID, |all| all.complete)?;
        self.tell("a ticket's completion", |ctx| {
            // SAFETY: the detail outlives the call; the function came with the context.
            unsafe { complete(ctx, ticket, status, abi::HubStr::new(detail)) }
        })
    }

    pub(crate) fn timer_after(&self, delay_ms: u64, token: u64) -> Result<()> {
        let after = offered(self.timers.as_ref(), abi::HUB_TIMERS_ID, |all| all.after)?;
        self.tell("a timer", |ctx| {
            // SAFETY: the function came with the context.
            unsafe { after(ctx, delay_ms, token) }
        })
    }

    pub(crate) fn timer_cancel(&self, token: u64) -> Result<()> {
        let cancel = offered(self.timers.as_ref(), abi::HUB_TIMERS_ID, |all| all.cancel)?;
        self.tell("to stop a timer", |ctx| {
            // SAFETY: the function came with the context.
            unsafe { cancel(ctx, token) }
        })
    }

    pub(crate) fn bytes_retain(&self, ticket: u64) -> Result<()> {
        let retain = offered(self.kept.as_ref(), abi::HUB_BYTES_ID, |all| all.retain)?;
        self.tell("to keep a document", |ctx| {
            // SAFETY: the function came with the context.
            unsafe { retain(ctx, ticket) }
        })
    }

    pub(crate) fn bytes_slice(
        &self,
        ticket: u64,
        offset: u64,
        len: u64,
        out: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<()> {
        let slice = offered(self.kept.as_ref(), abi::HUB_BYTES_ID, |all| all.slice)?;
        let mut sink = Trampoline::new(|piece: &[u8]| out(piece));
        let to = sink.sink();
        let answer = self.tell("a part of a kept document", |ctx| {
            // SAFETY: the sink outlives the call; the function came with the context.
            unsafe { slice(ctx, ticket, offset, len, to) }
        });
        sink.end();
        answer
    }

    pub(crate) fn bytes_release(&self, ticket: u64) -> Result<()> {
        let release = offered(self.kept.as_ref(), abi::HUB_BYTES_ID, |all| all.release)?;
        self.tell("to let a kept document go", |ctx| {
            // SAFETY: the function came with the context.
            unsafe { release(ctx, ticket) }
        })
    }

    pub(crate) fn audit(
        &self,
        principal: &str,
        action: &str,
        detail: &str,
        number: &str,
    ) -> Result<()> {
        let append = offered(self.audit.as_ref(), abi::HUB_AUDIT_ID, |all| all.append)?;
        let (principal, action) = (abi::HubStr::new(principal), abi::HubStr::new(action));
        let (detail, number) = (abi::HubStr::new(detail), abi::HubStr::new(number));
        self.ask(|ctx, call| {
            // SAFETY: the texts outlive the call; the function came with the context.
            unsafe { append(ctx, call, principal, action, detail, number) }
        })
    }

    pub(crate) fn secret(&self, name: &str, out: &mut dyn FnMut(&[u8]) -> bool) -> Result<()> {
        let get = offered(self.secrets.as_ref(), abi::HUB_SECRETS_ID, |all| all.get)?;
        let mut sink = Trampoline::new(|piece: &[u8]| out(piece));
        let to = sink.sink();
        let answer = self.ask(|ctx, call| {
            // SAFETY: name and sink outlive the call; the function came with the context.
            unsafe { get(ctx, call, abi::HubStr::new(name), to) }
        });
        sink.end();
        answer
    }

    pub(crate) fn data_path(&self, out: &mut dyn FnMut(&[u8]) -> bool) -> Result<()> {
        let path = offered(self.data.as_ref(), abi::HUB_DATA_ID, |all| all.path)?;
        let mut sink = Trampoline::new(|piece: &[u8]| out(piece));
        let to = sink.sink();
        let answer = self.ask(|ctx, call| {
            // SAFETY: the sink outlives the call; the function came with the context.
            unsafe { path(ctx, call, to) }
        });
        sink.end();
        answer
    }

    /// Bytes used and bytes allowed.
    pub(crate) fn data_usage(&self) -> Result<(u64, u64)> {
        let usage = offered(self.data.as_ref(), abi::HUB_DATA_ID, |all| all.usage)?;
        let (mut used, mut allowed) = (0, 0);
        self.ask(|ctx, call| {
            // SAFETY: both numbers outlive the call; the function came with the context.
            unsafe { usage(ctx, call, &raw mut used, &raw mut allowed) }
        })?;
        Ok((used, allowed))
    }
}

fn pair((name, value): &(&str, &str)) -> abi::HubLogField {
    abi::HubLogField { name: abi::HubStr::new(name), value: abi::HubStr::new(value) }
}
