//! `hub.lifecycle/1`, offered by plugins: what happened to envelopes.

use core::ffi::c_void;

use crate::{HubCall, HubStatus, HubStr};

/// Id of the extension whose table is [`HubLifecycle`].
pub const HUB_LIFECYCLE_ID: &str = "hub.lifecycle/1";

/// Hears what happened.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubLifecycle {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// The events wanted: bit `1 << kind` for each `HUB_EVENT_` number.
    pub mask: u32,
    /// Takes a batch, in the order of `sequence`, each event at least once: after a crash the same
    /// ones come again. OK: it is done with. PENDING: the ticket will be completed. AGAIN or
    /// an error: the same batch comes again later; nothing is ever skipped. With
    /// `hub.kv/1`, a write that carries the ticket is committed together with the position in the
    /// stream: exactly once. [thread] a plugin worker; one batch at a time. [may block] yes.
    pub events: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            call: *const HubCall,
            batch: *const HubEvent,
            count: usize,
            ticket: u64,
        ) -> HubStatus,
    >,
}

/// The hub accepted an envelope; it is on disk.
pub const HUB_EVENT_ACCEPTED: u32 = 1;
/// The recipient has it: `state` tells with what acknowledgement.
pub const HUB_EVENT_ACKNOWLEDGED: u32 = 2;
/// It failed, by its recipient's word, the operator's, or the hub's.
pub const HUB_EVENT_FAILED: u32 = 3;
/// It failed by its age.
pub const HUB_EVENT_EXPIRED: u32 = 4;
/// Its content went out to the recipient for the first time.
pub const HUB_EVENT_RELEASED: u32 = 5;
/// The hub refused it; `message` tells why.
pub const HUB_EVENT_REFUSED: u32 = 6;

/// The envelope's content is a country's response: an `SPSAcknowledgement`.
pub const HUB_EVENT_IS_RESPONSE: u32 = 1;
/// The envelope is one between test connections.
pub const HUB_EVENT_IS_TEST: u32 = 2;
/// The envelope is a copy of another for a channel.
pub const HUB_EVENT_IS_COPY: u32 = 4;

/// Something that happened to an envelope.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubEvent {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// `HUB_EVENT_` number.
    pub kind: u32,
    /// Grows; with gaps.
    pub sequence: u64,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// `HUB_EVENT_IS_` flags.
    pub flags: u32,
    /// `HUB_STATE_` number after it.
    pub state: u32,
    /// `CertificateType`.
    pub certificate_type: i32,
    /// `CertificateStatus`.
    pub certificate_status: i32,
    /// `hubDeliveryNumber`.
    pub hub_delivery_number: HubStr,
    /// `From`.
    pub from: HubStr,
    /// `To`.
    pub to: HubStr,
    /// `NPPOCertificateNumber`.
    pub nppo_certificate_number: HubStr,
    /// What the recipient or the hub said.
    pub message: HubStr,
}
