//! What the hub offers: itself, its log, metrics, audit, timers, secrets, tickets, bytes, data.

use core::ffi::c_void;

use crate::{HubCall, HubSink, HubStatus, HubStr};

/// The hub as one instance sees it. Lives as long as the instance.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubHost {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// Minor version of the contract that the hub has.
    pub abi_minor: u16,
    /// 0.
    pub reserved: u16,
    /// First argument of everything that the hub offers to this instance.
    pub ctx: *mut c_void,
    /// A table by its id (`hub.kv/1` …), which lives as long as the instance; null if the hub does
    /// not have it or did not grant it. [thread] any. [may block] no.
    pub extension: Option<unsafe extern "C" fn(ctx: *mut c_void, id: HubStr) -> *const c_void>,
}

/// Id of the extension whose table is [`HubLog`]. Granted to all.
pub const HUB_LOG_ID: &str = "hub.log/1";
/// Id of the extension whose table is [`HubMetrics`]. Granted to all.
pub const HUB_METRICS_ID: &str = "hub.metrics/1";
/// Id of the extension whose table is [`HubTickets`]. Granted to all.
pub const HUB_TICKETS_ID: &str = "hub.tickets/1";
/// Id of the extension whose table is [`HubTimers`]. Granted to all.
pub const HUB_TIMERS_ID: &str = "hub.timers/1";
/// Id of the extension whose table is [`HubKeptBytes`]. Granted to all.
pub const HUB_BYTES_ID: &str = "hub.bytes/1";
/// Id of the extension whose table is [`HubAudit`].
pub const HUB_AUDIT_ID: &str = "hub.audit/1";
/// Id of the extension whose table is [`HubSecrets`].
pub const HUB_SECRETS_ID: &str = "hub.secrets/1";
/// Id of the extension whose table is [`HubData`].
pub const HUB_DATA_ID: &str = "hub.data/1";

/// Operators must act.
pub const HUB_LOG_ERROR: u32 = 1;
/// Degraded; heals by itself.
pub const HUB_LOG_WARN: u32 = 2;
/// The course of life.
pub const HUB_LOG_INFO: u32 = 3;
/// Each envelope.
pub const HUB_LOG_DEBUG: u32 = 4;
/// Each step.
pub const HUB_LOG_TRACE: u32 = 5;

/// The hub's log, under the plugin's name. A plugin that writes too much is cut short and counted.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubLog {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Whether anybody reads this level: 1, else 0. [thread] any. [may block] no.
    pub enabled: Option<unsafe extern "C" fn(ctx: *mut c_void, level: u32, target: HubStr) -> u32>,
    /// Writes a record. [thread] any. [may block] no.
    pub write: Option<unsafe extern "C" fn(ctx: *mut c_void, record: *const HubLogRecord)>,
}

/// A line of the log.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubLogRecord {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// `HUB_LOG_` number.
    pub level: u32,
    /// Part of the plugin that speaks.
    pub target: HubStr,
    /// What it says.
    pub message: HubStr,
    /// With what values.
    pub fields: *const HubLogField,
    /// How many.
    pub field_count: usize,
}

/// A value in a line of the log.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubLogField {
    /// Its name.
    pub name: HubStr,
    /// It, as text.
    pub value: HubStr,
}

/// Only grows.
pub const HUB_METRIC_COUNTER: u32 = 1;
/// Goes up and down.
pub const HUB_METRIC_GAUGE: u32 = 2;
/// How often values fall between boundaries.
pub const HUB_METRIC_HISTOGRAM: u32 = 3;

/// The hub's metrics, each with the label `plugin`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubMetrics {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Makes a series and writes its handle; in `create` only. [errors] EXHAUSTED: the plugin has
    /// as many as it may. INVALID: the name, or `create` is over.
    pub register: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            metric: *const HubMetric,
            handle: *mut u32,
        ) -> HubStatus,
    >,
    /// Counts, sets or observes, as the series is. [thread] any. [may block] no.
    pub record:
        Option<unsafe extern "C" fn(ctx: *mut c_void, handle: u32, value: f64) -> HubStatus>,
}

/// A series.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubMetric {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// `HUB_METRIC_` number.
    pub kind: u32,
    /// Name after `hub_plugin_`: a-z, 0-9, '_'.
    pub name: HubStr,
    /// What it counts, for people.
    pub help: HubStr,
    /// Its labels.
    pub labels: *const HubLogField,
    /// How many.
    pub label_count: usize,
    /// Upper bounds of a histogram, ascending.
    pub boundaries: *const f64,
    /// How many.
    pub boundary_count: usize,
}

/// Tells that what a ticket stands for is done.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubTickets {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Completes a batch of events that was answered with PENDING. [thread] any. [may block] no.
    /// [errors] NOT_FOUND: it was completed before, came too late, or never was.
    pub complete: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            ticket: u64,
            status: HubStatus,
            detail: HubStr,
        ) -> HubStatus,
    >,
}

/// Timers, which call `hub.wake/1`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubTimers {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Wakes the plugin after this time, with this token; a timer of the same token is replaced.
    /// [thread] any. [may block] no. [errors] EXHAUSTED: as many timers run as may.
    pub after:
        Option<unsafe extern "C" fn(ctx: *mut c_void, delay_ms: u64, token: u64) -> HubStatus>,
    /// Stops a timer; it may be on its way already. [errors] NOT_FOUND: none runs.
    pub cancel: Option<unsafe extern "C" fn(ctx: *mut c_void, token: u64) -> HubStatus>,
}

/// Keeps documents beyond the call that gave them.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubKeptBytes {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Keeps what the ticket stands for until `release`; during the call that gave it. [errors]
    /// EXHAUSTED: the plugin keeps as many bytes as it may. NOT_FOUND: the call is over.
    pub retain: Option<unsafe extern "C" fn(ctx: *mut c_void, ticket: u64) -> HubStatus>,
    /// Writes a part of it. [thread] any.
    pub slice: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            ticket: u64,
            offset: u64,
            len: u64,
            out: HubSink,
        ) -> HubStatus,
    >,
    /// Lets it go. [thread] any. [errors] NOT_FOUND: it was not kept.
    pub release: Option<unsafe extern "C" fn(ctx: *mut c_void, ticket: u64) -> HubStatus>,
}

/// The hub's audit trail.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubAudit {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Appends that `principal` (a person or system that the plugin knows) did `action`. It is on
    /// disk when OK is answered. `hub_delivery_number` may be empty. [thread] any. [may block] yes.
    /// [errors] EXHAUSTED: too many in a second.
    pub append: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            principal: HubStr,
            action: HubStr,
            detail: HubStr,
            hub_delivery_number: HubStr,
        ) -> HubStatus,
    >,
}

/// Secrets that the operator gave the plugin by name.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubSecrets {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Writes a secret. [thread] any. [may block] yes. [errors] NOT_FOUND: none of that name.
    pub get: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            name: HubStr,
            out: HubSink,
        ) -> HubStatus,
    >,
}

/// A directory of the plugin's own. One instance at a time has it: a plugin that is granted it is
/// replaced by ending the old instance first.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubData {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Writes the directory's absolute path. [thread] any.
    pub path: Option<
        unsafe extern "C" fn(ctx: *mut c_void, call: *const HubCall, out: HubSink) -> HubStatus,
    >,
    /// Bytes in it and bytes allowed. [thread] any. [may block] yes.
    pub usage: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            used: *mut u64,
            allowed: *mut u64,
        ) -> HubStatus,
    >,
}
