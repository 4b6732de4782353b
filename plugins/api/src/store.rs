//! `hub.kv/1` and `hub.codelists/1`, offered by the hub.

use core::ffi::c_void;

use crate::{HubBytes, HubCall, HubSink, HubStatus, HubStr};

/// Id of the extension whose table is [`HubKv`].
pub const HUB_KV_ID: &str = "hub.kv/1";
/// Id of the extension whose table is [`HubCodeLists`].
pub const HUB_CODELISTS_ID: &str = "hub.codelists/1";

/// Bytes of the longest key.
pub const HUB_KV_KEY_BYTES_MAX: u32 = 1024;
/// Bytes of the longest value.
pub const HUB_KV_VALUE_BYTES_MAX: u32 = 1 << 20;
/// Operations of one write.
pub const HUB_KV_OPERATIONS_MAX: u32 = 1000;

/// Keys and values of the plugin's own, in the hub's store.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubKv {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Writes a key's value. [thread] any. [may block] yes. [errors] NOT_FOUND.
    pub get: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            key: HubBytes,
            out: HubSink,
        ) -> HubStatus,
    >,
    /// Visits keys that begin with `prefix` and come after `after` (empty: from the first), in
    /// byte order, at most `limit`. [thread] any. [may block] yes.
    pub scan: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            prefix: HubBytes,
            after: HubBytes,
            limit: u32,
            out: *const HubKvVisitor,
        ) -> HubStatus,
    >,
    /// Does all operations or none; they are on disk when OK is answered. With the ticket of a
    /// batch of events, the batch is done with in the same step. [thread] any. [may block] yes.
    /// [errors] CONFLICT: an expectation is not met. EXHAUSTED: too many bytes. NOT_FOUND: the
    /// ticket is done with.
    pub write: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            operations: *const HubKvOperation,
            count: usize,
            ticket: u64,
        ) -> HubStatus,
    >,
}

/// Takes keys with values, one after the other.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubKvVisitor {
    /// For `visit` alone.
    pub ctx: *mut c_void,
    /// One more; anything but OK ends the scan.
    pub visit:
        Option<unsafe extern "C" fn(ctx: *mut c_void, key: HubBytes, value: HubBytes) -> HubStatus>,
}

/// Nothing is changed: only the expectation is checked.
pub const HUB_KV_CHECK: u32 = 0;
/// The key gets the value.
pub const HUB_KV_PUT: u32 = 1;
/// The key goes.
pub const HUB_KV_DELETE: u32 = 2;

/// The key may hold anything.
pub const HUB_KV_EXPECTS_ANYTHING: u32 = 0;
/// The key must hold nothing.
pub const HUB_KV_EXPECTS_NOTHING: u32 = 1;
/// The key must hold `expected`.
pub const HUB_KV_EXPECTS_VALUE: u32 = 2;

/// An operation.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubKvOperation {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// `HUB_KV_CHECK`, `HUB_KV_PUT` or `HUB_KV_DELETE`.
    pub kind: u32,
    /// The key.
    pub key: HubBytes,
    /// The value to put.
    pub value: HubBytes,
    /// `HUB_KV_EXPECTS_` number.
    pub expects: u32,
    /// 0.
    pub reserved: u32,
    /// The value expected.
    pub expected: HubBytes,
}

/// The hub's code lists.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubCodeLists {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Writes the text of a code in a language, English where it is not had. [thread] any. [errors]
    /// NOT_FOUND: no such list, or no such code in it.
    pub lookup: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            list: HubStr,
            code: HubStr,
            language: HubStr,
            out: HubSink,
        ) -> HubStatus,
    >,
    /// Visits a list as it holds now, all of one revision. [thread] any. [errors] NOT_FOUND.
    pub each: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            list: HubStr,
            out: *const HubCodeVisitor,
        ) -> HubStatus,
    >,
    /// Replaces a list of the plugin's own, whose name begins with its id and a dot. On disk
    /// when OK is answered. [may block] yes. [errors] DENIED: not its own. CONFLICT: the revision is
    /// not higher than the one there. EXHAUSTED: too many entries.
    pub publish: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            list: HubStr,
            revision: u32,
            codes: *const HubCode,
            count: usize,
        ) -> HubStatus,
    >,
}

/// The code is no longer to be used.
pub const HUB_CODE_INACTIVE: u32 = 1;

/// A code of a list.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubCode {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// `HUB_CODE_` flags.
    pub flags: u32,
    /// The code.
    pub code: HubStr,
    /// What it means.
    pub text: HubStr,
    /// In which language (BCP 47).
    pub language: HubStr,
}

/// Takes codes, one after the other.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubCodeVisitor {
    /// For `visit` alone.
    pub ctx: *mut c_void,
    /// One more; anything but OK ends the visit.
    pub visit: Option<unsafe extern "C" fn(ctx: *mut c_void, code: *const HubCode) -> HubStatus>,
}
