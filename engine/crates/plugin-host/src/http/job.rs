//! A request on its way to a worker.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bytes::Bytes;
use http::header::{COOKIE, HeaderMap};
use http::request::Parts;
use phytohub_plugin_loader::instance::{CallFailure, Completion};
use phytohub_plugin_loader::{HttpHeaderView, HttpRequestView};

use super::exchange::{Exchange, Failure};
use super::tickets::{HttpTickets, is_the_sockets};

/// Who runs requests in an instance of a plugin, on threads where it may block.
pub trait PageWorkers: Send + Sync + 'static {
    /// Takes a job, without waiting. It may run as long as bytes move: its time limit is kept by
    /// whoever made it, who raises [`PageJob::cancelled`].
    ///
    /// # Errors
    /// When there is no room for it, or nobody who would run it; it is dropped then.
    fn submit(&self, job: PageJob) -> Result<(), NoWorker>;
}

/// Why a request is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the browser is told to come again, soon or later")]
pub enum NoWorker {
    /// As many wait as may.
    Busy,
    /// The plugin is quarantined, or another version is just taking its place.
    Down,
}

/// A request for a plugin. Dropped without being run, it is answered with 503.
#[derive(Debug)]
pub struct PageJob {
    pub(super) asked: Asked,
    pub(super) ticket: u64,
    pub(super) tickets: Arc<HttpTickets>,
    pub(super) exchange: Arc<Exchange>,
}

/// A request, as a plugin is told of it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) parts: Parts,
    pub(super) route: u32,
    pub(super) prefix: Arc<str>,
    /// All of it, or nothing.
    pub(super) body: Bytes,
    pub(super) body_bytes: Option<u64>,
}

impl PageJob {
    /// Raised when nobody waits for the answer any more.
    #[must_use]
    pub fn cancelled(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.exchange.cancelled)
    }

    /// Asks the plugin, and acts on what it answers. Answers why it failed, if it did.
    ///
    /// # Errors
    /// The call's own; the browser was told already.
    pub fn run(
        self,
        call: impl FnOnce(&HttpRequestView<'_>, u64) -> Result<Completion, CallFailure>,
    ) -> Result<(), CallFailure> {
        let completion = self.asked.view(|request| call(request, self.ticket));
        match &completion {
            Ok(Completion::Pending) => {}
            Ok(Completion::Done) => self.tickets.fail(self.ticket, Failure::Dropped),
            Err(failure) => self.tickets.fail(self.ticket, Failure::of(failure.status)),
        }
        let pending = matches!(completion, Ok(Completion::Pending));
        let mut this = self;
        if pending {
            // Its drop must not end what goes on.
            this.ticket = phytohub_plugin_api::HUB_NO_TICKET;
        }
        completion.map(drop)
    }
}

impl Drop for PageJob {
    fn drop(&mut self) {
        self.tickets.fail(self.ticket, Failure::Busy);
    }
}

impl Asked {
    fn view<R>(&self, look: impl FnOnce(&HttpRequestView<'_>) -> R) -> R {
        let (headers, cookies) = (&self.parts.headers, cookies(&self.parts.headers));
        let mut views: Vec<HttpHeaderView<'_>> = headers
            .iter()
            .filter(|(name, _)| !is_the_sockets(name) && **name != COOKIE)
            .map(|(name, value)| HttpHeaderView { name: name.as_str(), value: value.as_bytes() })
            .collect();
        if let Some(value) = &cookies {
            views.push(HttpHeaderView { name: COOKIE.as_str(), value });
        }
        let uri = &self.parts.uri;
        let client = self.parts.extensions.get::<IpAddr>().map(ToString::to_string);
        look(&HttpRequestView {
            route: self.route,
            method: self.parts.method.as_str(),
            path: uri.path(),
            query: uri.query().unwrap_or_default(),
            prefix: &self.prefix,
            scheme: uri.scheme_str().unwrap_or("http"),
            host: uri.authority().map_or("", |authority| authority.as_str()),
            client_address: client.as_deref().unwrap_or_default(),
            headers: &views,
            body: &self.body,
            body_bytes: self.body_bytes,
        })
    }
}

/// All cookies as one header: HTTP/2 sends them apart.
fn cookies(headers: &HeaderMap) -> Option<Vec<u8>> {
    let values: Vec<&[u8]> = headers.get_all(COOKIE).iter().map(|value| value.as_bytes()).collect();
    (!values.is_empty()).then(|| values.join(&b"; "[..]))
}
