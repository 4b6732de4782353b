//! Bytes, texts, statuses, sinks.

use core::ffi::c_void;

/// Bytes, borrowed until the call returns.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubBytes {
    /// The first one; anything when `len` is 0.
    pub ptr: *const u8,
    /// How many.
    pub len: usize,
}

/// Text in UTF-8, borrowed until the call returns; no zero byte ends it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubStr {
    /// The first byte; anything when `len` is 0.
    pub ptr: *const u8,
    /// How many bytes.
    pub len: usize,
}

impl HubBytes {
    /// No bytes.
    pub const EMPTY: Self = Self { ptr: core::ptr::null(), len: 0 };

    /// These bytes, which must outlive the call that they are given to.
    #[must_use]
    pub const fn new(bytes: &[u8]) -> Self {
        Self { ptr: bytes.as_ptr(), len: bytes.len() }
    }
}

impl HubStr {
    /// No text.
    pub const EMPTY: Self = Self { ptr: core::ptr::null(), len: 0 };

    /// This text, which must outlive the call that it is given to.
    #[must_use]
    pub const fn new(text: &str) -> Self {
        Self { ptr: text.as_ptr(), len: text.len() }
    }
}

/// What became of a call, or what to do now.
pub type HubStatus = i32;

/// Done.
pub const HUB_OK: HubStatus = 0;
/// Begun: the ticket that was given will be completed.
pub const HUB_PENDING: HubStatus = 1;
/// Not now; nothing was done. Try again later.
pub const HUB_AGAIN: HubStatus = 2;
/// The arguments are wrong: the caller must change them.
pub const HUB_INVALID: HubStatus = -1;
/// There is no such thing, or the caller may not know of it.
pub const HUB_NOT_FOUND: HubStatus = -2;
/// The caller may not do that.
pub const HUB_DENIED: HubStatus = -3;
/// It contradicts what is there.
pub const HUB_CONFLICT: HubStatus = -4;
/// A limit is reached.
pub const HUB_EXHAUSTED: HubStatus = -5;
/// The deadline passed.
pub const HUB_DEADLINE: HubStatus = -6;
/// The caller no longer wants it.
pub const HUB_CANCELLED: HubStatus = -7;
/// What is needed for it is down.
pub const HUB_UNAVAILABLE: HubStatus = -8;
/// The other side does not have that.
pub const HUB_UNSUPPORTED: HubStatus = -9;
/// What was read is damaged.
pub const HUB_CORRUPT: HubStatus = -10;
/// A bug on the side that answers.
pub const HUB_INTERNAL: HubStatus = -11;
/// The side that answers panicked and caught it.
pub const HUB_PANICKED: HubStatus = -12;

/// Where a call writes bytes: called once or many times, each time with the next piece. The
/// receiver copies them; the writer keeps what is its own. Not used after the call that got it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubSink {
    /// For `write` alone.
    pub ctx: *mut c_void,
    /// Takes the next piece. [errors] EXHAUSTED when no more is wanted: the writer stops.
    pub write: Option<unsafe extern "C" fn(ctx: *mut c_void, bytes: HubBytes) -> HubStatus>,
}

/// A ticket that stands for nothing.
pub const HUB_NO_TICKET: u64 = 0;
