//! `hub.registry/1`, offered by the hub: who is connected.

use core::ffi::c_void;

use crate::{HubCall, HubStatus, HubStr};

/// Id of the extension whose table is [`HubRegistry`].
pub const HUB_REGISTRY_ID: &str = "hub.registry/1";

/// The connections.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubRegistry {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Visits the connections as `GetActiveNppos` and `GetAvailableChannels` show them. [thread]
    /// any. [may block] no.
    pub each: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            out: *const HubConnectionVisitor,
        ) -> HubStatus,
    >,
    /// Registers a connection whose transport is this plugin, or changes one of its own; the plugin
    /// may act as it at once. Its code must be one of those granted for that. On disk when OK is
    /// answered. [may block] yes. [errors] DENIED. CONFLICT: another owns the code.
    pub register: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            connection: *const HubConnection,
        ) -> HubStatus,
    >,
}

/// It may send.
pub const HUB_CONNECTION_SENDS: u32 = 1;
/// It may receive.
pub const HUB_CONNECTION_RECEIVES: u32 = 2;
/// It is a channel, not an NPPO.
pub const HUB_CONNECTION_CHANNEL: u32 = 4;
/// It is a test connection.
pub const HUB_CONNECTION_TEST: u32 = 8;
/// The plugin may act as it.
pub const HUB_CONNECTION_MINE: u32 = 16;
/// It takes responses.
pub const HUB_CONNECTION_RESPONSES: u32 = 32;
/// It is in service.
pub const HUB_CONNECTION_ENABLED: u32 = 64;

/// A connection.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubConnection {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// `HUB_CONNECTION_` flags.
    pub flags: u32,
    /// Its code.
    pub code: HubStr,
    /// Its name.
    pub name: HubStr,
    /// Countries that it serves (ISO 3166-1 alpha-2), with commas between; empty if none.
    pub country: HubStr,
    /// What it takes.
    pub allowed: *const HubAllowedDocument,
    /// How many.
    pub allowed_count: usize,
}

/// A document that a connection takes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubAllowedDocument {
    /// `CertificateType`.
    pub certificate_type: i32,
    /// `CertificateStatus`.
    pub certificate_status: i32,
}

/// Takes connections, one after the other.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubConnectionVisitor {
    /// For `visit` alone.
    pub ctx: *mut c_void,
    /// One more; anything but OK ends the visit.
    pub visit: Option<
        unsafe extern "C" fn(ctx: *mut c_void, connection: *const HubConnection) -> HubStatus,
    >,
}
