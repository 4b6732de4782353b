//! Calls: those that come, and those that go out with their circumstances.

use std::cell::UnsafeCell;
use std::marker::PhantomData;

use phytohub_plugin_api as abi;

use super::base::{bytes, copied, size};
use super::guard;
use crate::{Call, Error, ErrorKind, Result, finding::cut};

/// Asks whether a call was cancelled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Probe<'a> {
    call: *const abi::HubCall,
    cancelled: unsafe extern "C" fn(*const abi::HubCall) -> u32,
    borrowed: PhantomData<&'a abi::HubCall>,
}

// SAFETY: HubCall.cancelled: "[thread] any, until the call returns", which `'a` outlives not.
unsafe impl Send for Probe<'_> {}
// SAFETY: as above.
unsafe impl Sync for Probe<'_> {}

impl Probe<'_> {
    pub(crate) fn cancelled(&self) -> bool {
        // SAFETY: the call is in progress, for `'a` is not over, and the pointer is the one that
        // came with it.
        unsafe { (self.cancelled)(self.call) != 0 }
    }
}

/// The call that a hook was given.
///
/// # Safety
///
/// `call` is null or points to a call that is in progress for `'a`.
pub(super) unsafe fn incoming<'a>(call: *const abi::HubCall) -> Call<'a> {
    // SAFETY: by this function's own contract.
    let Some(copy) = (unsafe { copied(call) }) else {
        return Call::detached();
    };
    let probe = copy.cancelled.map(|cancelled| Probe { call, cancelled, borrowed: PhantomData });
    Call::new(copy.deadline_ns, copy.trace_id, copy.span_id, probe)
}

/// Writes a reason where the caller reads reasons.
///
/// # Safety
///
/// `call` is null or points to a call that is in progress.
pub(super) unsafe fn diagnose(call: *const abi::HubCall, reason: &str) {
    // SAFETY: by this function's own contract.
    let Some(copy) = (unsafe { copied(call) }) else { return };
    let Some(write) = copy.diagnostics.write else { return };
    let reason = cut(reason, DIAGNOSTICS_BYTES_MAX);
    // SAFETY: the sink came with the call, which is in progress; the text is borrowed for the
    // length of this call.
    unsafe { write(copy.diagnostics.ctx, abi::HubBytes::new(reason.as_bytes())) };
}

/// A call to the hub: the circumstances of the hook that the thread is in, and a place for reasons.
#[repr(C)]
struct Outgoing {
    call: abi::HubCall,
    /// The hook's own call, to ask whether it was cancelled.
    outer: *const abi::HubCall,
    outer_cancelled: Option<unsafe extern "C" fn(*const abi::HubCall) -> u32>,
    reason: Vec<u8>,
}

/// Calls the hub with circumstances, and makes a result of what it answers.
pub(super) fn outgoing(call: impl FnOnce(*const abi::HubCall) -> abi::HubStatus) -> Result<()> {
    let outer = guard::current_call();
    // SAFETY: the current call is null or one that is in progress on this thread.
    let circumstances = unsafe { copied(outer) };
    let cell = UnsafeCell::new(Outgoing {
        call: abi::HubCall {
            struct_size: size::<abi::HubCall>(),
            flags: 0,
            deadline_ns: circumstances.map_or(0, |outer| outer.deadline_ns),
            trace_id: circumstances.map_or([0; 16], |outer| outer.trace_id),
            span_id: circumstances.map_or([0; 8], |outer| outer.span_id),
            cancelled: Some(cancelled),
            diagnostics: abi::HubSink { ctx: std::ptr::null_mut(), write: Some(keep_reason) },
        },
        outer,
        outer_cancelled: circumstances.and_then(|outer| outer.cancelled),
        reason: Vec::new(),
    });
    let pointer = cell.get();
    // SAFETY: `pointer` is the cell's own content, to which no reference exists.
    unsafe { (*pointer).call.diagnostics.ctx = pointer.cast() };
    let status = call(pointer.cast::<abi::HubCall>().cast_const());
    let outgoing = cell.into_inner();
    // Positive numbers that are not known are successes, by the contract.
    if status >= abi::HUB_OK && status != abi::HUB_AGAIN {
        return Ok(());
    }
    let kind = ErrorKind::of(status);
    let reason = String::from_utf8_lossy(&outgoing.reason).into_owned();
    Err(Error::new(
        kind,
        if reason.is_empty() { format!("the hub answered {kind:?}") } else { reason },
    ))
}

unsafe extern "C" fn cancelled(call: *const abi::HubCall) -> u32 {
    if call.is_null() {
        return 0;
    }
    let outgoing = call.cast::<Outgoing>();
    // SAFETY: the hub passes back the pointer that it was given, which is that of an `Outgoing`
    // whose first field is the call; the field is never written after the call began.
    let outer_cancelled = unsafe { (*outgoing).outer_cancelled };
    // SAFETY: as above.
    let outer = unsafe { (*outgoing).outer };
    // SAFETY: the outer call lasts longer than this one and its probe may be asked on any thread.
    outer_cancelled.map_or(0, |cancelled| unsafe { cancelled(outer) })
}

unsafe extern "C" fn keep_reason(
    ctx: *mut std::ffi::c_void,
    piece: abi::HubBytes,
) -> abi::HubStatus {
    if ctx.is_null() {
        return abi::HUB_INVALID;
    }
    // SAFETY: the hub lends the piece for the length of this call.
    let piece = unsafe { bytes(piece) };
    // SAFETY: `ctx` is the pointer to the `Outgoing` of the call in progress; the hub writes
    // diagnostics on the thread that it was called on, and nobody else looks at `reason` meanwhile.
    let kept = unsafe { &mut (*ctx.cast::<Outgoing>()).reason };
    let room = DIAGNOSTICS_BYTES_MAX.saturating_sub(kept.len());
    kept.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or_default());
    abi::HUB_OK
}

/// Nanoseconds of `CLOCK_MONOTONIC`, by which deadlines are told.
pub(crate) fn monotonic_ns() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` is a local that may be written; the clock exists on every Linux.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    seconds
        .saturating_mul(1_000_000_000)
        .saturating_add(u64::try_from(now.tv_nsec).unwrap_or_default())
}

/// Bytes of a reason that are kept: the contract's limit for `diagnostics`.
const DIAGNOSTICS_BYTES_MAX: usize = 1024;
