//! `hub.envelopes/1`, offered by the hub: what a connection can do, for connections that the plugin
//! may act as.

use core::ffi::c_void;

use crate::{HubBytes, HubCall, HubSink, HubStatus, HubStr};

/// Id of the extension whose table is [`HubEnvelopes`].
pub const HUB_ENVELOPES_ID: &str = "hub.envelopes/1";

/// Not known.
pub const HUB_STATE_UNKNOWN: u32 = 0;
/// The WSDL's `PendingDelivery`.
pub const HUB_STATE_PENDING_DELIVERY: u32 = 1;
/// The WSDL's `Delivered`.
pub const HUB_STATE_DELIVERED: u32 = 2;
/// The WSDL's `FailedDelivery`.
pub const HUB_STATE_FAILED_DELIVERY: u32 = 3;
/// The WSDL's `DeliveredWithWarnings`.
pub const HUB_STATE_DELIVERED_WITH_WARNINGS: u32 = 4;
/// The WSDL's `DeliveredNotReadable`.
pub const HUB_STATE_DELIVERED_NOT_READABLE: u32 = 5;

/// What connections do. `act_as` is the code of one that the plugin was granted; of what belongs to
/// others nothing is seen, and a call about it answers as if it were not there. All functions:
/// [thread] any. [may block] yes. [errors] DENIED: `act_as` is not granted. UNAVAILABLE: the hub
/// takes nothing now. NOT_FOUND.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubEnvelopes {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Delivers an envelope, with the same checks as over the network, and tells what became of it:
    /// it is on disk when OK is answered. `key` (1 to 64 bytes, the plugin's own choice) is written
    /// in the same step: the same key again delivers nothing and tells of the first envelope.
    /// [errors] CONFLICT: the key was used for something else. EXHAUSTED: the recipient's inbox.
    pub submit: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            key: HubBytes,
            draft: *const HubDraft,
            out: *const HubEnvelopeVisitor,
        ) -> HubStatus,
    >,
    /// Visits what waits for `act_as`, after a position (0: from the first), at most `limit`.
    pub inbox: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            act_as: HubStr,
            after: u64,
            limit: u32,
            out: *const HubEnvelopeVisitor,
        ) -> HubStatus,
    >,
    /// Tells of an envelope that `act_as` sent or receives, and writes its content. Reading an
    /// envelope as its recipient counts as its release. Both outputs are optional.
    pub read: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            act_as: HubStr,
            hub_delivery_number: HubStr,
            out: *const HubEnvelopeVisitor,
            content: HubSink,
        ) -> HubStatus,
    >,
    /// Visits envelopes from one connection, with a certificate number, the newest first, at most
    /// `limit`. `to` empty: to whomever. Only those that the plugin may see.
    pub find: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            from: HubStr,
            to: HubStr,
            nppo_certificate_number: HubStr,
            limit: u32,
            out: *const HubEnvelopeVisitor,
        ) -> HubStatus,
    >,
    /// Acknowledges an envelope to `act_as`: `HUB_ACKNOWLEDGE_` number and a message. On disk when
    /// OK is answered; the first one counts.
    pub acknowledge: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            act_as: HubStr,
            hub_delivery_number: HubStr,
            acknowledgement: u32,
            message: HubStr,
        ) -> HubStatus,
    >,
    /// Tells how an envelope stands that `act_as` sent or receives.
    pub status: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            act_as: HubStr,
            hub_delivery_number: HubStr,
            out: *const HubEnvelopeVisitor,
        ) -> HubStatus,
    >,
}

/// `AcknowledgeEnvelopeReceipt`.
pub const HUB_ACKNOWLEDGE_RECEIPT: u32 = 1;
/// `AcknowledgeEnvelopeReceiptWithWarning`.
pub const HUB_ACKNOWLEDGE_WITH_WARNING: u32 = 2;
/// `AcknowledgeFailedEnvelopeReceipt`.
pub const HUB_ACKNOWLEDGE_FAILED: u32 = 3;

/// Judge the content first, and refuse it if something grave is found.
pub const HUB_DRAFT_VALIDATE: u32 = 1;
/// The content is an `SPSAcknowledgement`, a country's response.
pub const HUB_DRAFT_RESPONSE: u32 = 2;

/// An envelope to be.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubDraft {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// `HUB_DRAFT_` flags.
    pub flags: u32,
    /// `CertificateType`.
    pub certificate_type: i32,
    /// `CertificateStatus`.
    pub certificate_status: i32,
    /// The connection that sends it: `From`.
    pub act_as: HubStr,
    /// `To`.
    pub to: HubStr,
    /// `NPPOCertificateNumber`.
    pub nppo_certificate_number: HubStr,
    /// The document, in UTF-8.
    pub content: HubBytes,
    /// Channels that are to get a copy: `Forwardings`.
    pub forwardings: *const HubStr,
    /// How many.
    pub forwarding_count: usize,
}

/// The envelope is a copy for a channel.
pub const HUB_ENVELOPE_IS_COPY: u32 = 1;
/// The envelope is one between test connections.
pub const HUB_ENVELOPE_IS_TEST: u32 = 2;
/// The content is a country's response.
pub const HUB_ENVELOPE_IS_RESPONSE: u32 = 4;
/// The content is no longer kept.
pub const HUB_ENVELOPE_CONTENT_DROPPED: u32 = 8;
/// The same key was submitted before: this is the first one's.
pub const HUB_ENVELOPE_REPEATED: u32 = 16;

/// What the hub knows of an envelope.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubEnvelope {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// `HUB_ENVELOPE_` flags.
    pub flags: u32,
    /// `CertificateType`.
    pub certificate_type: i32,
    /// `CertificateStatus`.
    pub certificate_status: i32,
    /// `HUB_STATE_` number.
    pub state: u32,
    /// 0.
    pub reserved: u32,
    /// Position in the inbox that was asked about; 0 elsewhere.
    pub position: u64,
    /// When it was accepted, in milliseconds since 1970.
    pub accepted_ms: i64,
    /// When its state changed last, in milliseconds since 1970.
    pub changed_ms: i64,
    /// Bytes of its content as received.
    pub content_bytes: u64,
    /// `hubDeliveryNumber`.
    pub hub_delivery_number: HubStr,
    /// `From`.
    pub from: HubStr,
    /// `To`.
    pub to: HubStr,
    /// `NPPOCertificateNumber`.
    pub nppo_certificate_number: HubStr,
    /// `hubDeliveryErrorMessage`.
    pub message: HubStr,
    /// SHA-256 of the content's character data, domain-separated, in hexadecimal digits.
    pub content_hash: HubStr,
    /// SHA-256 of the certificate with which it was delivered, in hexadecimal digits.
    pub sender_certificate: HubStr,
}

/// Takes envelopes, one after the other.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubEnvelopeVisitor {
    /// For `visit` alone.
    pub ctx: *mut c_void,
    /// One more; anything but OK ends the visit.
    pub visit:
        Option<unsafe extern "C" fn(ctx: *mut c_void, envelope: *const HubEnvelope) -> HubStatus>,
}
