//! What the hub offers to a plugin.
//!
//! Calls made within a hook inherit the hook's deadline and trace. An extension that was not
//! granted answers [`ErrorKind::NotOffered`], whose reason names the grant to ask for.

mod exchange;
mod kv;
mod lists;
mod upkeep;

use std::sync::Arc;
use std::time::Duration;

use phytohub_plugin_api as abi;

pub use exchange::{
    Acknowledgement, AllowedDocument, Connection, Draft, Envelope, Envelopes, Registry,
};
pub use kv::{Kv, Operation, Write};
pub use lists::{Code, CodeLists};
pub use upkeep::{Counter, Data, Gauge, Histogram, KeptDocument, Metrics, Usage};

use crate::event::BatchTicket;
use crate::ffi::{self, RawHost};
use crate::{Document, Error, ErrorKind, Result};

/// The hub, as one instance sees it. Cheap to clone; may be used on any thread of the plugin, and
/// answers [`ErrorKind::Unavailable`] once the instance has ended.
///
/// Logging needs no function of it: `tracing`'s macros write to the hub's log.
#[derive(Clone, Debug)]
pub struct Host(Arc<RawHost>);

impl Host {
    pub(crate) const fn new(raw: Arc<RawHost>) -> Self {
        Self(raw)
    }

    pub(crate) const fn raw(&self) -> &Arc<RawHost> {
        &self.0
    }

    /// Whether the hub has this extension (`hub.kv/1` …) and granted it.
    #[must_use]
    pub fn offers(&self, extension: &str) -> bool {
        self.0.offers(extension)
    }

    /// Makes sure of extensions, in `create`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotOffered`], with the first that is missing.
    pub fn require(&self, extensions: &[&str]) -> Result<()> {
        match extensions.iter().find(|extension| !self.offers(extension)) {
            Some(missing) => Err(Error::not_offered(missing)),
            None => Ok(()),
        }
    }

    /// Runs something on a thread of the plugin's own with this hub as the one that `tracing`
    /// writes to. Needed only where several instances share a library.
    pub fn scope<R>(&self, run: impl FnOnce() -> R) -> R {
        ffi::scoped(self, run)
    }

    /// The plugin's keys and values in the hub's store. `hub.kv/1`
    #[must_use]
    pub const fn kv(&self) -> Kv<'_> {
        Kv(self)
    }

    /// The hub's code lists. `hub.codelists/1`
    #[must_use]
    pub const fn code_lists(&self) -> CodeLists<'_> {
        CodeLists(self)
    }

    /// Envelopes of the connections that the plugin may act as. `hub.envelopes/1`
    #[must_use]
    pub const fn envelopes(&self) -> Envelopes<'_> {
        Envelopes(self)
    }

    /// Who is connected. `hub.registry/1`
    #[must_use]
    pub const fn registry(&self) -> Registry<'_> {
        Registry(self)
    }

    /// The plugin's metrics; made in `create`. `hub.metrics/1`
    #[must_use]
    pub const fn metrics(&self) -> Metrics<'_> {
        Metrics(self)
    }

    /// A directory of the plugin's own. `hub.data/1`
    #[must_use]
    pub const fn data(&self) -> Data<'_> {
        Data(self)
    }

    /// Timers, which call [`Wake`](crate::Wake). `hub.timers/1`
    #[must_use]
    pub const fn timers(&self) -> Timers<'_> {
        Timers(self)
    }

    /// Appends to the hub's audit trail that `principal` (a person or system that the plugin knows)
    /// did `action`, perhaps with an envelope. On disk when it returns. `hub.audit/1`
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Exhausted`]: too many in a second.
    pub fn audit(
        &self,
        principal: &str,
        action: &str,
        detail: &str,
        hub_delivery_number: Option<&str>,
    ) -> Result<()> {
        self.0.audit(principal, action, detail, hub_delivery_number.unwrap_or_default())
    }

    /// A secret that the operator gave the plugin by name. `hub.secrets/1`
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`]: none of that name.
    pub fn secret(&self, name: &str) -> Result<Vec<u8>> {
        let mut secret = Vec::new();
        self.0.secret(name, &mut |piece| {
            secret.extend_from_slice(piece);
            true
        })?;
        Ok(secret)
    }

    /// Keeps a document beyond its call, without copying it. `hub.bytes/1`
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Exhausted`]: the plugin keeps as many bytes as it may.
    /// [`ErrorKind::NotFound`]: this document cannot be kept.
    pub fn keep(&self, document: &Document<'_>) -> Result<KeptDocument> {
        KeptDocument::keep(self, document)
    }

    pub(crate) fn complete(&self, ticket: BatchTicket, error: Option<&Error>) -> Result<()> {
        match error {
            None => self.0.ticket_complete(ticket.0, abi::HUB_OK, ""),
            Some(error) => self.0.ticket_complete(ticket.0, error.kind().status(), &error.chain()),
        }
    }
}

/// Timers. They do not survive a restart of the hub.
#[derive(Clone, Copy, Debug)]
pub struct Timers<'a>(&'a Host);

impl Timers<'_> {
    /// Wakes the plugin after this time with this token; a timer of the same token is replaced.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Exhausted`]: as many timers run as may.
    pub fn after(&self, delay: Duration, token: u64) -> Result<()> {
        let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self.0.0.timer_after(delay_ms, token)
    }

    /// Stops a timer; it may be on its way already. Answers whether there was one.
    ///
    /// # Errors
    ///
    /// The hub does not offer timers.
    pub fn cancel(&self, token: u64) -> Result<bool> {
        match self.0.0.timer_cancel(token) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}
