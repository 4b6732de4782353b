//! What the hub offers to a plugin, as the hub implements it: no pointer, nothing unsafe.

use std::borrow::Cow;

use crate::view::{
    Acknowledgement, CodeView, ConnectionView, DraftView, EnvelopeView, HttpHeaderView,
    KvOperationView, LogRecordView, MetricView,
};

/// A status of the contract: a `HUB_` number.
pub type Status = phytohub_plugin_api::HubStatus;

/// Why a call was not done: what the plugin is to do about it, and words for a person.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a status and its reason, as the contract has it")]
pub struct Refusal {
    /// A `HUB_` number other than `HUB_OK`.
    pub status: Status,
    /// Why; goes to the call's diagnostics. Never tells of what the plugin may not see.
    pub reason: Cow<'static, str>,
}

impl Refusal {
    /// A refusal with its reason.
    #[must_use]
    pub fn new(status: Status, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { status, reason: reason.into() }
    }
}

/// What a service answers.
pub type Answer<T = ()> = Result<T, Refusal>;

/// Takes pieces of bytes; answers whether it wants more.
pub type Sink<'a> = &'a mut dyn FnMut(&[u8]) -> bool;

/// Takes keys with their values; answers whether it wants more.
pub type VisitKv<'a> = &'a mut dyn for<'b> FnMut((&'b [u8], &'b [u8])) -> bool;

/// Takes codes; answers whether it wants more.
pub type VisitCode<'a> = &'a mut dyn FnMut(&CodeView<'_>) -> bool;

/// Takes envelopes; answers whether it wants more.
pub type VisitEnvelope<'a> = &'a mut dyn FnMut(&EnvelopeView<'_>) -> bool;

/// Takes connections; answers whether it wants more.
pub type VisitConnection<'a> = &'a mut dyn FnMut(&ConnectionView<'_>) -> bool;

/// The circumstances of a plugin's call to the hub.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct HostCall {
    /// When the plugin stops waiting, in nanoseconds of `CLOCK_MONOTONIC`; 0 for never.
    pub deadline_ns: u64,
    /// Trace that it belongs to; zeros for none.
    pub trace_id: [u8; 16],
}

impl HostCall {
    /// The circumstances of a call.
    #[must_use]
    pub const fn new(deadline_ns: u64, trace_id: [u8; 16]) -> Self {
        Self { deadline_ns, trace_id }
    }
}

/// What the hub offers to one instance of a plugin. Functions may be called from any thread of the
/// plugin, several at once, and may block where the contract says so. What is not granted is
/// refused with `HUB_DENIED`; the bridge never asks for an extension that [`offers`] denies.
///
/// Each group is an extension of the contract; what each call means is said in
/// `phytohub-plugin-api`.
///
/// [`offers`]: HostServices::offers
#[expect(unused_variables, reason = "what is not overridden is refused, whatever it is asked for")]
pub trait HostServices: Send + Sync + 'static {
    /// Whether this extension (`hub.kv/1` …) is known and granted.
    fn offers(&self, extension: &str) -> bool;

    /// `hub.log/1`: whether anybody reads this level (`HUB_LOG_` number).
    fn log_enabled(&self, level: u32, target: &str) -> bool;
    /// `hub.log/1`: a record.
    fn log(&self, record: &LogRecordView<'_>);

    /// `hub.metrics/1`: a new series; its handle.
    fn metric_register(&self, call: HostCall, metric: &MetricView<'_>) -> Answer<u32> {
        Err(not_offered())
    }
    /// `hub.metrics/1`: counts, sets or observes.
    fn metric_record(&self, handle: u32, value: f64) -> Answer {
        Err(not_offered())
    }

    /// `hub.tickets/1`: what the ticket stands for is done, or not.
    fn ticket_complete(&self, ticket: u64, status: Status, detail: &str) -> Answer {
        Err(not_offered())
    }

    /// `hub.timers/1`: wake the plugin later.
    fn timer_after(&self, delay_ms: u64, token: u64) -> Answer {
        Err(not_offered())
    }
    /// `hub.timers/1`: do not.
    fn timer_cancel(&self, token: u64) -> Answer {
        Err(not_offered())
    }

    /// `hub.bytes/1`: keep what the ticket stands for.
    fn bytes_retain(&self, ticket: u64) -> Answer {
        Err(not_offered())
    }
    /// `hub.bytes/1`: a part of it.
    fn bytes_slice(&self, ticket: u64, offset: u64, len: u64, out: Sink<'_>) -> Answer {
        Err(not_offered())
    }
    /// `hub.bytes/1`: let it go.
    fn bytes_release(&self, ticket: u64) -> Answer {
        Err(not_offered())
    }

    /// `hub.audit/1`: a line in the audit trail.
    fn audit_append(
        &self,
        call: HostCall,
        principal: &str,
        action: &str,
        detail: &str,
        hub_delivery_number: &str,
    ) -> Answer {
        Err(not_offered())
    }

    /// `hub.secrets/1`: a secret.
    fn secret(&self, call: HostCall, name: &str, out: Sink<'_>) -> Answer {
        Err(not_offered())
    }

    /// `hub.data/1`: the plugin's directory.
    fn data_path(&self, call: HostCall, out: Sink<'_>) -> Answer {
        Err(not_offered())
    }
    /// `hub.data/1`: bytes used and bytes allowed.
    fn data_usage(&self, call: HostCall) -> Answer<(u64, u64)> {
        Err(not_offered())
    }

    /// `hub.kv/1`: a key's value.
    fn kv_get(&self, call: HostCall, key: &[u8], out: Sink<'_>) -> Answer {
        Err(not_offered())
    }
    /// `hub.kv/1`: keys with a prefix, after one.
    fn kv_scan(
        &self,
        call: HostCall,
        prefix: &[u8],
        after: &[u8],
        limit: u32,
        visit: VisitKv<'_>,
    ) -> Answer {
        Err(not_offered())
    }
    /// `hub.kv/1`: all operations or none; with a batch of events, if there is a ticket.
    fn kv_write(
        &self,
        call: HostCall,
        operations: &[KvOperationView<'_>],
        ticket: Option<u64>,
    ) -> Answer {
        Err(not_offered())
    }

    /// `hub.codelists/1`: a code's text.
    fn code_lookup(
        &self,
        call: HostCall,
        list: &str,
        code: &str,
        language: &str,
        out: Sink<'_>,
    ) -> Answer {
        Err(not_offered())
    }
    /// `hub.codelists/1`: a whole list.
    fn code_each(&self, call: HostCall, list: &str, visit: VisitCode<'_>) -> Answer {
        Err(not_offered())
    }
    /// `hub.codelists/1`: a list of the plugin's own.
    fn code_publish(
        &self,
        call: HostCall,
        list: &str,
        revision: u32,
        codes: &[CodeView<'_>],
    ) -> Answer {
        Err(not_offered())
    }

    /// `hub.envelopes/1`: delivers, and shows the envelope that came of it.
    fn submit(
        &self,
        call: HostCall,
        key: &[u8],
        draft: &DraftView<'_>,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        Err(not_offered())
    }
    /// `hub.envelopes/1`: what waits for a connection.
    fn inbox(
        &self,
        call: HostCall,
        act_as: &str,
        after: u64,
        limit: u32,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        Err(not_offered())
    }
    /// `hub.envelopes/1`: an envelope and its content.
    fn read(
        &self,
        call: HostCall,
        act_as: &str,
        hub_delivery_number: &str,
        visit: VisitEnvelope<'_>,
        content: Option<Sink<'_>>,
    ) -> Answer {
        Err(not_offered())
    }
    /// `hub.envelopes/1`: envelopes with a certificate number; `to` is empty for any.
    fn find(
        &self,
        call: HostCall,
        parties: (&str, &str),
        nppo_certificate_number: &str,
        limit: u32,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        Err(not_offered())
    }
    /// `hub.envelopes/1`: an acknowledgement.
    fn acknowledge(
        &self,
        call: HostCall,
        act_as: &str,
        hub_delivery_number: &str,
        acknowledgement: Acknowledgement,
        message: &str,
    ) -> Answer {
        Err(not_offered())
    }
    /// `hub.envelopes/1`: how an envelope stands.
    fn status(
        &self,
        call: HostCall,
        act_as: &str,
        hub_delivery_number: &str,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        Err(not_offered())
    }

    /// `hub.registry/1`: the connections.
    fn connections(&self, call: HostCall, visit: VisitConnection<'_>) -> Answer {
        Err(not_offered())
    }
    /// `hub.registry/1`: a connection of the plugin's own.
    fn register(&self, call: HostCall, connection: &ConnectionView<'_>) -> Answer {
        Err(not_offered())
    }

    /// `hub.http.respond/1`: the next piece of a request's body; nothing at its end.
    fn http_read(&self, call: HostCall, ticket: u64, out: Sink<'_>) -> Answer {
        Err(not_offered())
    }
    /// `hub.http.respond/1`: status and headers.
    fn http_start(
        &self,
        call: HostCall,
        ticket: u64,
        status: u32,
        headers: &[HttpHeaderView<'_>],
    ) -> Answer {
        Err(not_offered())
    }
    /// `hub.http.respond/1`: a piece of the answer.
    fn http_write(&self, call: HostCall, ticket: u64, bytes: &[u8]) -> Answer {
        Err(not_offered())
    }
    /// `hub.http.respond/1`: the answer's end.
    fn http_finish(&self, call: HostCall, ticket: u64) -> Answer {
        Err(not_offered())
    }
    /// `hub.http.respond/1`: whether nobody waits for the answer any more.
    fn http_gone(&self, ticket: u64) -> bool {
        true
    }
}

fn not_offered() -> Refusal {
    Refusal::new(phytohub_plugin_api::HUB_UNSUPPORTED, "the hub does not offer this")
}
