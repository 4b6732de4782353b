//! What accompanies every call.

use crate::HubSink;

/// The circumstances of a call, right after `data` or `ctx` in every call, both ways. A plugin that
/// calls the hub may pass the call that it is in, one of its own, or null: no deadline, nobody who
/// reads diagnostics.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[expect(clippy::use_self, reason = "cbindgen writes the name that it reads")]
pub struct HubCall {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// None yet.
    pub flags: u32,
    /// When the caller stops waiting, in nanoseconds of `CLOCK_MONOTONIC`; 0 for never.
    pub deadline_ns: u64,
    /// Trace that the call belongs to, as W3C Trace Context has it; zeros for none.
    pub trace_id: [u8; 16],
    /// Span that the call belongs to; zeros for none.
    pub span_id: [u8; 8],
    /// Whether the caller no longer waits (deadline, client gone, plugin quiesced): 1, else 0.
    /// Cheap; ask it in loops. Optional. [thread] any, until the call returns.
    pub cancelled: Option<unsafe extern "C" fn(call: *const HubCall) -> u32>,
    /// Where to say, in words for a person, why an error is answered. The first 1,024 bytes are
    /// kept.
    pub diagnostics: HubSink,
}
