//! How a plugin is found, made, started, ended.

use core::ffi::c_void;

use crate::{HubBytes, HubCall, HubHost, HubStatus, HubStr};

/// The first eight bytes of an entry: "PHUBABI1", read as a little-endian number.
pub const HUB_PLUGIN_MAGIC: u64 = 0x3149_4241_4255_4850;
/// The major version of this contract: part of the symbol's name.
pub const HUB_ABI_MAJOR: u16 = 1;
/// The minor version: grows with each structure's end and with each new extension.
pub const HUB_ABI_MINOR: u16 = 0;
/// Bytes of the longest id of a plugin, which consists of a-z, 0-9 and '-'.
pub const HUB_ID_BYTES_MAX: u32 = 32;

/// Panics and exceptions unwind inside the plugin and are caught there.
pub const HUB_ENTRY_UNWINDS: u64 = 1;
/// No two hooks of one instance may run at once.
pub const HUB_ENTRY_SERIAL: u64 = 2;
/// `validate` is short and never blocks: it may run on the thread that took the envelope in.
pub const HUB_ENTRY_INLINE_SAFE: u64 = 4;

/// What a plugin exports, as the data symbol `hub_plugin_entry_v1`: constant, and checked before any
/// function of the plugin runs.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubPluginEntry {
    /// [`HUB_PLUGIN_MAGIC`].
    pub magic: u64,
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// [`HUB_ABI_MAJOR`] that it was built against.
    pub abi_major: u16,
    /// [`HUB_ABI_MINOR`] that it was built against.
    pub abi_minor: u16,
    /// `HUB_ENTRY_` flags.
    pub flags: u64,
    /// The plugin's id, as in its manifest.
    pub id: HubStr,
    /// The plugin's version (semver), as in its manifest.
    pub version: HubStr,
    /// Compiler and commit, for people.
    pub build: HubStr,
    /// Makes an instance. `config_json` is the plugin's own section of the hub's configuration, an
    /// object; `host` lives as long as the instance. An error means that nothing exists:
    /// `destroy` is not called. Starts no thread. [thread] a plugin worker. [may block] yes.
    /// [errors] INVALID: the configuration, with diagnostics that name the key.
    pub create: Option<
        unsafe extern "C" fn(
            call: *const HubCall,
            host: *const HubHost,
            config_json: HubBytes,
            out: *mut HubPlugin,
        ) -> HubStatus,
    >,
}

/// An instance of a plugin.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubPlugin {
    /// First argument of everything that the instance offers.
    pub data: *mut c_void,
    /// What it can do; lives as long as the instance.
    pub vtable: *const HubPluginVtable,
}

/// What every instance can do.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubPluginVtable {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// A table by its id (`hub.documents/1` …), which lives as long as the instance; null if the
    /// plugin does not offer it. [thread] any. [may block] no.
    pub extension: Option<unsafe extern "C" fn(data: *mut c_void, id: HubStr) -> *const c_void>,
    /// The instance is in service; it may start threads from here on. Once, after `create`.
    /// Optional. [thread] a plugin worker. [may block] yes.
    pub start: Option<unsafe extern "C" fn(data: *mut c_void, call: *const HubCall) -> HubStatus>,
    /// No new calls come: end threads, complete tickets. Once, before `destroy`. Optional.
    /// [thread] a plugin worker. [may block] until the call's deadline.
    pub quiesce: Option<unsafe extern "C" fn(data: *mut c_void, call: *const HubCall) -> HubStatus>,
    /// Ends the instance: exactly once after each `create` that succeeded. [thread] a plugin
    /// worker, with no other call in progress.
    pub destroy: Option<unsafe extern "C" fn(data: *mut c_void)>,
}
