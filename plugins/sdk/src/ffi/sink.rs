//! Closures that the hub calls while it is being called.

use std::any::Any;
use std::ffi::c_void;
use std::panic::{self, AssertUnwindSafe};

use phytohub_plugin_api as abi;

use super::base::{bytes, copied, text};
use super::host::{connection, envelope};
use crate::Result;
use crate::host::{Code, Connection, Envelope};

/// A closure with the panic that it ended in: no panic may pass through the hub's code.
pub(super) struct Trampoline<F> {
    run: F,
    panic: Option<Box<dyn Any + Send>>,
}

impl<F> Trampoline<F> {
    pub(super) const fn new(run: F) -> Self {
        Self { run, panic: None }
    }

    pub(super) fn ctx(&mut self) -> *mut c_void {
        (&raw mut *self).cast()
    }

    /// To be called when the hub has returned: a panic of the closure goes on from here.
    pub(super) fn end(self) {
        if let Some(payload) = self.panic {
            panic::resume_unwind(payload);
        }
    }

    fn step(&mut self, step: impl FnOnce(&mut F) -> abi::HubStatus) -> abi::HubStatus {
        if self.panic.is_some() {
            return abi::HUB_EXHAUSTED;
        }
        panic::catch_unwind(AssertUnwindSafe(|| step(&mut self.run))).unwrap_or_else(|payload| {
            self.panic = Some(payload);
            abi::HUB_EXHAUSTED
        })
    }
}

/// The trampoline behind a context.
///
/// # Safety
///
/// `ctx` is what [`Trampoline::ctx`] gave to the hub for the call in progress, with the same `F`,
/// and nobody else uses it meanwhile: sinks and visitors are called one piece after the other.
unsafe fn behind<'a, F>(ctx: *mut c_void) -> Option<&'a mut Trampoline<F>> {
    // SAFETY: by this function's own contract.
    unsafe { ctx.cast::<Trampoline<F>>().as_mut() }
}

const fn wanted(more: bool) -> abi::HubStatus {
    if more { abi::HUB_OK } else { abi::HUB_EXHAUSTED }
}

/// What became of what the hub showed: not what it was meant to be, or not wanted any more.
fn shown<T>(value: Result<T>, step: impl FnOnce(T) -> bool) -> abi::HubStatus {
    match value {
        Ok(value) => wanted(step(value)),
        Err(error) => error.kind().status(),
    }
}

impl<F: FnMut(&[u8]) -> bool> Trampoline<F> {
    pub(super) fn sink(&mut self) -> abi::HubSink {
        abi::HubSink { ctx: self.ctx(), write: Some(write::<F>) }
    }
}

unsafe extern "C" fn write<F: FnMut(&[u8]) -> bool>(
    ctx: *mut c_void,
    piece: abi::HubBytes,
) -> abi::HubStatus {
    // SAFETY: `sink` made the context with this `F`.
    let Some(trampoline) = (unsafe { behind::<F>(ctx) }) else { return abi::HUB_INVALID };
    // SAFETY: the hub lends the piece for the length of this call.
    let piece = unsafe { bytes(piece) };
    trampoline.step(|run| wanted(run(piece)))
}

impl<F: FnMut(&[u8], &[u8]) -> bool> Trampoline<F> {
    pub(super) fn pairs(&mut self) -> abi::HubKvVisitor {
        abi::HubKvVisitor { ctx: self.ctx(), visit: Some(visit_pair::<F>) }
    }
}

unsafe extern "C" fn visit_pair<F: FnMut(&[u8], &[u8]) -> bool>(
    ctx: *mut c_void,
    key: abi::HubBytes,
    value: abi::HubBytes,
) -> abi::HubStatus {
    // SAFETY: `pairs` made the context with this `F`.
    let Some(trampoline) = (unsafe { behind::<F>(ctx) }) else { return abi::HUB_INVALID };
    // SAFETY: the hub lends the key for the length of this call.
    let key = unsafe { bytes(key) };
    // SAFETY: and the value.
    let value = unsafe { bytes(value) };
    trampoline.step(|run| wanted(run(key, value)))
}

impl<F: FnMut(Code) -> bool> Trampoline<F> {
    pub(super) fn codes(&mut self) -> abi::HubCodeVisitor {
        abi::HubCodeVisitor { ctx: self.ctx(), visit: Some(visit_code::<F>) }
    }
}

unsafe extern "C" fn visit_code<F: FnMut(Code) -> bool>(
    ctx: *mut c_void,
    code: *const abi::HubCode,
) -> abi::HubStatus {
    // SAFETY: `codes` made the context with this `F`.
    let Some(trampoline) = (unsafe { behind::<F>(ctx) }) else { return abi::HUB_INVALID };
    // SAFETY: the hub lends the code for the length of this call.
    let Some(code) = (unsafe { copied(code) }) else { return abi::HUB_INVALID };
    // SAFETY: as above, with its texts.
    let meaning = unsafe { text(code.text) };
    // SAFETY: as above.
    let language = unsafe { text(code.language) };
    // SAFETY: as above.
    let name = unsafe { text(code.code) };
    let value = name.and_then(|name| {
        Ok(Code {
            code: name.to_owned(),
            text: meaning?.to_owned(),
            language: language?.to_owned(),
            inactive: code.flags & abi::HUB_CODE_INACTIVE != 0,
        })
    });
    trampoline.step(|run| shown(value, run))
}

impl<F: FnMut(Envelope) -> bool> Trampoline<F> {
    pub(super) fn envelopes(&mut self) -> abi::HubEnvelopeVisitor {
        abi::HubEnvelopeVisitor { ctx: self.ctx(), visit: Some(visit_envelope::<F>) }
    }
}

unsafe extern "C" fn visit_envelope<F: FnMut(Envelope) -> bool>(
    ctx: *mut c_void,
    seen: *const abi::HubEnvelope,
) -> abi::HubStatus {
    // SAFETY: `envelopes` made the context with this `F`.
    let Some(trampoline) = (unsafe { behind::<F>(ctx) }) else { return abi::HUB_INVALID };
    // SAFETY: the hub lends the envelope for the length of this call.
    let Some(seen) = (unsafe { copied(seen) }) else { return abi::HUB_INVALID };
    // SAFETY: as above, with its texts.
    let value = unsafe { envelope(&seen) };
    trampoline.step(|run| shown(value, run))
}

impl<F: FnMut(Connection) -> bool> Trampoline<F> {
    pub(super) fn connections(&mut self) -> abi::HubConnectionVisitor {
        abi::HubConnectionVisitor { ctx: self.ctx(), visit: Some(visit_connection::<F>) }
    }
}

unsafe extern "C" fn visit_connection<F: FnMut(Connection) -> bool>(
    ctx: *mut c_void,
    seen: *const abi::HubConnection,
) -> abi::HubStatus {
    // SAFETY: `connections` made the context with this `F`.
    let Some(trampoline) = (unsafe { behind::<F>(ctx) }) else { return abi::HUB_INVALID };
    // SAFETY: the hub lends the connection for the length of this call.
    let Some(seen) = (unsafe { copied(seen) }) else { return abi::HUB_INVALID };
    // SAFETY: as above, with its texts and its list.
    let value = unsafe { connection(&seen) };
    trampoline.step(|run| shown(value, run))
}
