//! `hub.wake/1`, `hub.snapshot/1` and `hub.health/1`, offered by plugins.

use core::ffi::c_void;

use crate::{HubCall, HubSink, HubStatus, HubStr};

/// Id of the extension whose table is [`HubWake`].
pub const HUB_WAKE_ID: &str = "hub.wake/1";
/// Id of the extension whose table is [`HubSnapshot`].
pub const HUB_SNAPSHOT_ID: &str = "hub.snapshot/1";
/// Id of the extension whose table is [`HubHealth`].
pub const HUB_HEALTH_ID: &str = "hub.health/1";

/// Is woken by the timers that it set.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubWake {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// The timer with this token ran off. Timers do not survive a restart: what must is in
    /// `hub.kv/1`, and `start` sets it anew. [thread] a plugin worker. [may block] yes.
    pub wake: Option<
        unsafe extern "C" fn(data: *mut c_void, call: *const HubCall, token: u64) -> HubStatus,
    >,
}

/// Copies its own files for a backup.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubSnapshot {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Writes a consistent copy of the plugin's files into an empty directory. [thread] a plugin
    /// worker. [may block] yes.
    pub snapshot: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            call: *const HubCall,
            directory: HubStr,
        ) -> HubStatus,
    >,
}

/// Tells how it is.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubHealth {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// OK, or an error with a sentence in `out`. [thread] a plugin worker. [may block] briefly.
    pub check: Option<
        unsafe extern "C" fn(data: *mut c_void, call: *const HubCall, out: HubSink) -> HubStatus,
    >,
    /// Bytes that the plugin has allocated, where it counts them. Optional. [thread] any.
    pub allocated: Option<unsafe extern "C" fn(data: *mut c_void) -> u64>,
}
