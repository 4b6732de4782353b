//! The hub as one instance sees it.

mod exchange;
mod gate;
mod pages;
mod store;
mod upkeep;

use std::ffi::c_void;
use std::fmt;

use phytohub_plugin_api as abi;

use self::gate::{Entered, Gate};
use super::base::{Grown, copied};
use super::call::outgoing;
use crate::{Error, Result};

pub(super) use exchange::{connection, envelope};

/// The hub's tables, copied, and whether they may still be used.
pub(crate) struct RawHost {
    ctx: *mut c_void,
    gate: Gate,
    log_cache: crate::trace::EnabledCache,
    log: Option<abi::HubLog>,
    metrics: Option<abi::HubMetrics>,
    tickets: Option<abi::HubTickets>,
    timers: Option<abi::HubTimers>,
    kept: Option<abi::HubKeptBytes>,
    audit: Option<abi::HubAudit>,
    secrets: Option<abi::HubSecrets>,
    data: Option<abi::HubData>,
    kv: Option<abi::HubKv>,
    code_lists: Option<abi::HubCodeLists>,
    envelopes: Option<abi::HubEnvelopes>,
    registry: Option<abi::HubRegistry>,
    respond: Option<abi::HubHttpRespond>,
}

// SAFETY: every function of the host says "[thread] any"; `ctx` is for them alone.
unsafe impl Send for RawHost {}
// SAFETY: as above.
unsafe impl Sync for RawHost {}

impl fmt::Debug for RawHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
    }
}

impl RawHost {
    /// The host with all tables that it offers.
    ///
    /// # Safety
    ///
    /// `host` is null or a host that lives until [`close`](Self::close) has returned.
    pub(super) unsafe fn new(host: *const abi::HubHost) -> Option<Self> {
        // SAFETY: by this function's own contract.
        let host = unsafe { copied(host) }?;
        let extension = host.extension?;
        let table = |id: &str| {
            // SAFETY: the context and the function are of one host; the id outlives the call.
            unsafe { extension(host.ctx, abi::HubStr::new(id)) }
        };
        /// # Safety
        ///
        /// `table` is null or a table of this type.
        unsafe fn typed<T: Grown>(table: *const c_void) -> Option<T> {
            // SAFETY: by this function's own contract.
            unsafe { copied(table.cast::<T>()) }
        }
        Some(Self {
            ctx: host.ctx,
            gate: Gate::default(),
            log_cache: crate::trace::EnabledCache::default(),
            // SAFETY: HubHost.extension: "A table by its id", of the type that the id names.
            log: unsafe { typed(table(abi::HUB_LOG_ID)) },
            // SAFETY: as above.
            metrics: unsafe { typed(table(abi::HUB_METRICS_ID)) },
            // SAFETY: as above.
            tickets: unsafe { typed(table(abi::HUB_TICKETS_ID)) },
            // SAFETY: as above.
            timers: unsafe { typed(table(abi::HUB_TIMERS_ID)) },
            // SAFETY: as above.
            kept: unsafe { typed(table(abi::HUB_BYTES_ID)) },
            // SAFETY: as above.
            audit: unsafe { typed(table(abi::HUB_AUDIT_ID)) },
            // SAFETY: as above.
            secrets: unsafe { typed(table(abi::HUB_SECRETS_ID)) },
            // SAFETY: as above.
            data: unsafe { typed(table(abi::HUB_DATA_ID)) },
            // SAFETY: as above.
            kv: unsafe { typed(table(abi::HUB_KV_ID)) },
            // SAFETY: as above.
            code_lists: unsafe { typed(table(abi::HUB_CODELISTS_ID)) },
            // SAFETY: as above.
            envelopes: unsafe { typed(table(abi::HUB_ENVELOPES_ID)) },
            // SAFETY: as above.
            registry: unsafe { typed(table(abi::HUB_REGISTRY_ID)) },
            // SAFETY: as above.
            respond: unsafe { typed(table(abi::HUB_HTTP_RESPOND_ID)) },
        })
    }

    /// No calls go out any more; waits for those that are under way on other threads.
    pub(super) fn close(&self) {
        self.gate.close();
    }

    /// Whether calls go out.
    pub(super) fn is_open(&self) -> bool {
        self.gate.enter().is_some()
    }

    /// Whether the hub offers an extension.
    pub(crate) fn offers(&self, extension: &str) -> bool {
        match extension {
            abi::HUB_LOG_ID => self.log.is_some(),
            abi::HUB_METRICS_ID => self.metrics.is_some(),
            abi::HUB_TICKETS_ID => self.tickets.is_some(),
            abi::HUB_TIMERS_ID => self.timers.is_some(),
            abi::HUB_BYTES_ID => self.kept.is_some(),
            abi::HUB_AUDIT_ID => self.audit.is_some(),
            abi::HUB_SECRETS_ID => self.secrets.is_some(),
            abi::HUB_DATA_ID => self.data.is_some(),
            abi::HUB_KV_ID => self.kv.is_some(),
            abi::HUB_CODELISTS_ID => self.code_lists.is_some(),
            abi::HUB_ENVELOPES_ID => self.envelopes.is_some(),
            abi::HUB_REGISTRY_ID => self.registry.is_some(),
            abi::HUB_HTTP_RESPOND_ID => self.respond.is_some(),
            _ => false,
        }
    }

    fn enter(&self) -> Result<Entered<'_>> {
        self.gate.enter().ok_or_else(|| Error::unavailable("the plugin's instance has ended"))
    }

    /// Calls a function of the host with circumstances.
    fn ask(
        &self,
        call: impl FnOnce(*mut c_void, *const abi::HubCall) -> abi::HubStatus,
    ) -> Result<()> {
        let _entered = self.enter()?;
        outgoing(|circumstances| call(self.ctx, circumstances))
    }

    /// Calls a function of the host that takes no circumstances and gives no reasons.
    fn tell(&self, what: &str, call: impl FnOnce(*mut c_void) -> abi::HubStatus) -> Result<()> {
        let _entered = self.enter()?;
        let status = call(self.ctx);
        if status >= abi::HUB_OK && status != abi::HUB_AGAIN {
            return Ok(());
        }
        let kind = crate::ErrorKind::of(status);
        Err(Error::new(kind, format!("the hub refused {what}: status={status}")))
    }
}

/// A function of a table, or the error that names the table's id.
fn offered<T, F>(table: Option<&T>, id: &str, function: impl FnOnce(&T) -> Option<F>) -> Result<F> {
    table.and_then(function).ok_or_else(|| Error::not_offered(id))
}
