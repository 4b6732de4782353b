//! `hub.documents/1`, offered by plugins: kinds of documents, judged, described, made readable.

use core::ffi::c_void;

use crate::{HubBytes, HubCall, HubSink, HubStatus, HubStr};

/// Id of the extension whose table is [`HubDocuments`].
pub const HUB_DOCUMENTS_ID: &str = "hub.documents/1";

/// Documents of certain kinds.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubDocuments {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Lists the kinds; asked once after `create`. [thread] a plugin worker. [may block] no.
    pub kinds: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            call: *const HubCall,
            out: *const HubKindVisitor,
        ) -> HubStatus,
    >,
    /// Judges a document. OK means that it was judged, whatever the findings; any error that it
    /// could not be. A pure function of the document and of what the plugin knows. [thread] a
    /// plugin worker, or the caller's thread for kinds that are `INLINE_SAFE`. [may block] yes.
    pub validate: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            call: *const HubCall,
            document: *const HubDocument,
            out: *const HubFindings,
        ) -> HubStatus,
    >,
    /// Says what the document is about, for searches. Optional.
    pub describe: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            call: *const HubCall,
            document: *const HubDocument,
            out: *const HubTerms,
        ) -> HubStatus,
    >,
    /// Writes the document as a page of HTML for people, in a language (BCP 47; English where it is
    /// not had). Optional.
    pub render: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            call: *const HubCall,
            document: *const HubDocument,
            language: HubStr,
            out: HubSink,
        ) -> HubStatus,
    >,
}

/// The plugin is the one that knows this kind; without it, a further validator beside the owner.
pub const HUB_KIND_OWNER: u32 = 1;
/// Documents of this kind are never passed on unvalidated, by whichever operation they come.
pub const HUB_KIND_GATE: u32 = 2;
/// `validate` of this kind is short and never blocks.
pub const HUB_KIND_INLINE_SAFE: u32 = 4;
/// The certificate type is this plugin's own choice, not one of UNCL 1001.
pub const HUB_KIND_EXPERIMENTAL: u32 = 8;

/// A kind of documents.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubKind {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// The WSDL's `CertificateType`: UNCL 1001 code.
    pub certificate_type: i32,
    /// What people call it.
    pub name: HubStr,
    /// Namespace of the root element; empty for any.
    pub root_namespace: HubStr,
    /// Local name of the root element; empty for any.
    pub root_name: HubStr,
    /// The statuses that it may have; none means any.
    pub statuses: *const HubKindStatus,
    /// How many.
    pub status_count: u32,
    /// `HUB_KIND_` flags.
    pub flags: u32,
    /// Bytes of the largest document; 0 for the hub's own limit.
    pub content_bytes_max: u64,
}

/// A status that documents of a kind may have.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubKindStatus {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// The WSDL's `CertificateStatus`: UNCL 4405 code.
    pub certificate_status: i32,
    /// What people call it.
    pub name: HubStr,
}

/// Takes kinds, one after the other.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubKindVisitor {
    /// For `add` alone.
    pub ctx: *mut c_void,
    /// One more. [errors] EXHAUSTED: no more are taken. INVALID: the kind is not usable.
    pub add: Option<unsafe extern "C" fn(ctx: *mut c_void, kind: *const HubKind) -> HubStatus>,
}

/// `ValidatePhytoXML`: a document alone; parties and envelope are not known.
pub const HUB_FOR_VALIDATION: u32 = 1;
/// A delivery of whichever operation.
pub const HUB_FOR_DELIVERY: u32 = 2;
/// A delivery that was accepted before and could not be judged then.
pub const HUB_FOR_RETRY: u32 = 3;

/// The content is character data in which nothing is escaped but what XML demands.
pub const HUB_FORM_ESCAPED: u32 = 1;
/// The content is one section of CDATA.
pub const HUB_FORM_CDATA: u32 = 2;
/// The content is both, mixed.
pub const HUB_FORM_MIXED: u32 = 3;

/// The envelope comes from a test connection.
pub const HUB_DOCUMENT_TEST: u32 = 1;

/// A document with what its envelope says. Texts that are not known are empty.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubDocument {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// `HUB_FOR_` number: why it is looked at.
    pub purpose: u32,
    /// `CertificateType`; of `HUB_FOR_VALIDATION`, the kind's that was found by the root element.
    pub certificate_type: i32,
    /// `CertificateStatus`; 0 if not known.
    pub certificate_status: i32,
    /// `HUB_DOCUMENT_` flags.
    pub flags: u32,
    /// How `raw` is written: `HUB_FORM_` number.
    pub raw_form: u32,
    /// When the hub took it, in milliseconds since 1970.
    pub at_ms: i64,
    /// `From`.
    pub from: HubStr,
    /// `To`.
    pub to: HubStr,
    /// Connection that sends it where that is not the one in `From`: its delegate.
    pub sent_by: HubStr,
    /// `NPPOCertificateNumber`.
    pub nppo_certificate_number: HubStr,
    /// `hubDeliveryNumber`; empty before one is given.
    pub hub_delivery_number: HubStr,
    /// The document as UTF-8: the received bytes themselves where they are that, never escaped as
    /// in SOAP, without a byte order mark.
    pub content: HubBytes,
    /// The bytes as received.
    pub raw: HubBytes,
    /// Ticket of `hub.bytes/1` by which `content` can be kept beyond the call; 0 for none.
    pub content_ticket: u64,
}

/// Worth knowing.
pub const HUB_LEVEL_INFO: u32 = 1;
/// Should be put right; does not hinder.
pub const HUB_LEVEL_WARNING: u32 = 2;
/// Must be put right.
pub const HUB_LEVEL_SEVERE: u32 = 3;

/// The document is not written as its schema wants.
pub const HUB_AREA_SCHEMA: u32 = 1;
/// A value is not one of those agreed on.
pub const HUB_AREA_MAPPING: u32 = 2;
/// Something that must be there is not.
pub const HUB_AREA_MANDATORY_ELEMENTS: u32 = 3;

/// Something to say about a document: the WSDL's `validationResult`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubFinding {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// `HUB_LEVEL_` number.
    pub level: u32,
    /// `HUB_AREA_` number.
    pub area: u32,
    /// 0.
    pub reserved: u32,
    /// Id of the rule that it comes from, such as `NC-MAN-003`; up to 32 bytes.
    pub rule: HubStr,
    /// Where: a path of element names, or an attribute's after '@'; up to 512 bytes.
    pub field: HubStr,
    /// What is wrong and what to do, for people; up to 1,024 bytes.
    pub message: HubStr,
    /// Byte of `content` where it is; `UINT64_MAX` if nowhere.
    pub offset: u64,
}

/// Takes findings, one after the other.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubFindings {
    /// For `add` alone.
    pub ctx: *mut c_void,
    /// One more. [errors] EXHAUSTED after the 200th: only grave ones still count, in place of
    /// lesser ones.
    pub add:
        Option<unsafe extern "C" fn(ctx: *mut c_void, finding: *const HubFinding) -> HubStatus>,
}

/// Takes terms, one after the other.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubTerms {
    /// For `add` alone.
    pub ctx: *mut c_void,
    /// One more: a name such as `commodity` and what the document says. [errors] EXHAUSTED after
    /// the 100th.
    pub add:
        Option<unsafe extern "C" fn(ctx: *mut c_void, name: HubStr, value: HubStr) -> HubStatus>,
}
