//! The contract's structures as safe Rust, borrowed for a call. Numbers are those of
//! `phytohub-plugin-api`; texts were checked to be UTF-8.
#![expect(
    clippy::exhaustive_structs,
    reason = "mirrors of the contract's structures: both sides of the bridge build them"
)]

/// A kind of documents that a plugin names: `HubKind`, copied.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Kind {
    /// `CertificateType`.
    pub certificate_type: i32,
    /// What people call it.
    pub name: String,
    /// Namespace of the root element; empty for any.
    pub root_namespace: String,
    /// Local name of the root element; empty for any.
    pub root_name: String,
    /// Statuses that it may have, with names; none means any.
    pub statuses: Vec<(i32, String)>,
    /// `HUB_KIND_` flags.
    pub flags: u32,
    /// Bytes of the largest document; 0 for the hub's own limit.
    pub content_bytes_max: u64,
}

/// `HubDocument`.
#[derive(Clone, Copy, Debug, Default)]
pub struct DocumentView<'a> {
    /// `HUB_FOR_` number.
    pub purpose: u32,
    /// `CertificateType`.
    pub certificate_type: i32,
    /// `CertificateStatus`.
    pub certificate_status: i32,
    /// `HUB_DOCUMENT_` flags.
    pub flags: u32,
    /// `HUB_FORM_` number.
    pub raw_form: u32,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// `From`.
    pub from: &'a str,
    /// `To`.
    pub to: &'a str,
    /// The delegate that sends it.
    pub sent_by: &'a str,
    /// `NPPOCertificateNumber`.
    pub nppo_certificate_number: &'a str,
    /// `hubDeliveryNumber`.
    pub hub_delivery_number: &'a str,
    /// The document in UTF-8.
    pub content: &'a [u8],
    /// The bytes as received.
    pub raw: &'a [u8],
    /// Ticket of `hub.bytes/1`; 0 for none.
    pub content_ticket: u64,
}

/// `HubFinding`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct FindingView<'a> {
    /// `HUB_LEVEL_` number.
    pub level: u32,
    /// `HUB_AREA_` number.
    pub area: u32,
    /// Id of the rule.
    pub rule: &'a str,
    /// Where.
    pub field: &'a str,
    /// What is wrong.
    pub message: &'a str,
    /// Byte where it is, if known.
    pub offset: Option<u64>,
}

/// What a routing hook decided: `HubRoute`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RouteDecision {
    /// `HUB_ROUTE_` number.
    pub decision: u32,
    /// End of a hold, milliseconds since 1970.
    pub until_ms: i64,
    /// Connection of a redirection.
    pub code: String,
    /// Why, for people.
    pub reason: String,
    /// Connections that get a copy.
    pub copies: Vec<String>,
}

/// `HubEvent`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct EventView<'a> {
    /// `HUB_EVENT_` number.
    pub kind: u32,
    /// Grows.
    pub sequence: u64,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// `HUB_EVENT_IS_` flags.
    pub flags: u32,
    /// `HUB_STATE_` number.
    pub state: u32,
    /// `CertificateType`.
    pub certificate_type: i32,
    /// `CertificateStatus`.
    pub certificate_status: i32,
    /// `hubDeliveryNumber`.
    pub hub_delivery_number: &'a str,
    /// `From`.
    pub from: &'a str,
    /// `To`.
    pub to: &'a str,
    /// `NPPOCertificateNumber`.
    pub nppo_certificate_number: &'a str,
    /// What the recipient or the hub said.
    pub message: &'a str,
}

/// A route of a plugin's web pages: `HubHttpRoute`, copied.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct HttpRoute {
    /// Method; empty for any.
    pub method: String,
    /// Pattern under the prefix.
    pub pattern: String,
    /// Bytes of the largest body.
    pub body_bytes_max: u64,
}

/// A file of a plugin's web pages: `HubHttpAsset`, whose bytes live as long as the library is
/// mapped, which is for ever.
#[derive(Clone, Debug)]
pub struct HttpAsset {
    /// Path under the prefix.
    pub path: String,
    /// `Content-Type`.
    pub content_type: String,
    /// `ETag`.
    pub etag: String,
    /// The file, copied once when the instance was made.
    pub bytes: std::sync::Arc<[u8]>,
}

/// `HubHttpHeader`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HttpHeaderView<'a> {
    /// Name.
    pub name: &'a str,
    /// Value.
    pub value: &'a [u8],
}

/// `HubHttpRequest`.
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpRequestView<'a> {
    /// Index of the route.
    pub route: u32,
    /// Method.
    pub method: &'a str,
    /// Path as asked for.
    pub path: &'a str,
    /// Query as asked for.
    pub query: &'a str,
    /// The plugin's prefix.
    pub prefix: &'a str,
    /// `http` or `https`.
    pub scheme: &'a str,
    /// Host and port.
    pub host: &'a str,
    /// The browser's address.
    pub client_address: &'a str,
    /// Headers.
    pub headers: &'a [HttpHeaderView<'a>],
    /// The body, if all of it is there.
    pub body: &'a [u8],
    /// Bytes announced.
    pub body_bytes: Option<u64>,
}

/// `HubLogRecord`.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogRecordView<'a> {
    /// `HUB_LOG_` number.
    pub level: u32,
    /// Part of the plugin.
    pub target: &'a str,
    /// What it says.
    pub message: &'a str,
    /// Names and values.
    pub fields: &'a [(&'a str, &'a str)],
}

/// `HubMetric`.
#[derive(Clone, Copy, Debug, Default)]
pub struct MetricView<'a> {
    /// `HUB_METRIC_` number.
    pub kind: u32,
    /// Name after `hub_plugin_`.
    pub name: &'a str,
    /// For people.
    pub help: &'a str,
    /// Labels.
    pub labels: &'a [(&'a str, &'a str)],
    /// Upper bounds.
    pub boundaries: &'a [f64],
}

/// What a key must hold for an operation to be done.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the three expectations of the contract")]
pub enum KvExpectation<'a> {
    /// Anything.
    #[default]
    Anything,
    /// Nothing.
    Nothing,
    /// This value.
    Value(&'a [u8]),
}

/// What an operation does.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the three operations of the contract")]
pub enum KvAction<'a> {
    /// Only the expectation is checked.
    #[default]
    Check,
    /// The key gets this value.
    Put(&'a [u8]),
    /// The key goes.
    Delete,
}

/// `HubKvOperation`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct KvOperationView<'a> {
    /// The key.
    pub key: &'a [u8],
    /// What to do.
    pub action: KvAction<'a>,
    /// Under which condition.
    pub expects: KvExpectation<'a>,
}

/// `HubCode`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CodeView<'a> {
    /// `HUB_CODE_` flags.
    pub flags: u32,
    /// The code.
    pub code: &'a str,
    /// What it means.
    pub text: &'a str,
    /// In which language.
    pub language: &'a str,
}

/// `HubDraft`.
#[derive(Clone, Copy, Debug, Default)]
pub struct DraftView<'a> {
    /// `HUB_DRAFT_` flags.
    pub flags: u32,
    /// `CertificateType`.
    pub certificate_type: i32,
    /// `CertificateStatus`.
    pub certificate_status: i32,
    /// `From`.
    pub act_as: &'a str,
    /// `To`.
    pub to: &'a str,
    /// `NPPOCertificateNumber`.
    pub nppo_certificate_number: &'a str,
    /// The document.
    pub content: &'a [u8],
    /// `Forwardings`.
    pub forwardings: &'a [&'a str],
}

/// How an envelope is acknowledged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the three acknowledgements of the WSDL")]
pub enum Acknowledgement {
    /// `AcknowledgeEnvelopeReceipt`.
    Receipt,
    /// `AcknowledgeEnvelopeReceiptWithWarning`.
    WithWarning,
    /// `AcknowledgeFailedEnvelopeReceipt`.
    Failed,
}

/// `HubEnvelope`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct EnvelopeView<'a> {
    /// `HUB_ENVELOPE_` flags.
    pub flags: u32,
    /// `CertificateType`.
    pub certificate_type: i32,
    /// `CertificateStatus`.
    pub certificate_status: i32,
    /// `HUB_STATE_` number.
    pub state: u32,
    /// Position in the inbox that was asked about; 0 elsewhere.
    pub position: u64,
    /// Milliseconds since 1970.
    pub accepted_ms: i64,
    /// Milliseconds since 1970.
    pub changed_ms: i64,
    /// Bytes of its content as received.
    pub content_bytes: u64,
    /// `hubDeliveryNumber`.
    pub hub_delivery_number: &'a str,
    /// `From`.
    pub from: &'a str,
    /// `To`.
    pub to: &'a str,
    /// `NPPOCertificateNumber`.
    pub nppo_certificate_number: &'a str,
    /// `hubDeliveryErrorMessage`.
    pub message: &'a str,
    /// Content hash in hexadecimal digits.
    pub content_hash: &'a str,
    /// Fingerprint of the sender's certificate in hexadecimal digits.
    pub sender_certificate: &'a str,
}

/// `HubConnection`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConnectionView<'a> {
    /// `HUB_CONNECTION_` flags.
    pub flags: u32,
    /// Code.
    pub code: &'a str,
    /// Name.
    pub name: &'a str,
    /// Countries that it serves, with commas between; empty if none.
    pub country: &'a str,
    /// Types and statuses that it takes.
    pub allowed: &'a [(i32, i32)],
}
