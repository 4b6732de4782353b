//! The hub as its doors see it.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use dashmap::DashMap;
use phytohub_domain::{
    Clock, ConnectionCode, ConnectionId, Fingerprint, Limits, TrackingInfo, TrackingState,
};
use phytohub_store::{Change, Store, StoreFailure, StoredEnvelope};
use phytohub_telemetry::{Actor, ActorKind, Event, EventKind, Metrics};
use tokio::sync::watch;

use crate::admin::ControlPlugins;
use crate::audit::AuditDesk;
use crate::backup::BackUpPlugins;
use crate::caller::{Caller, IdentifyError};
use crate::codes::CodeLists;
use crate::content::StoredContent;
use crate::decision::Decisions;
use crate::denial::DenialGate;
use crate::error::{NotReady, OpenHubError};
use crate::fair_use::{Meters, Policy};
use crate::offer::Offering;
use crate::plugin::ask::Desk;
use crate::push::{Lanes, PushStatus};
use crate::registry::Registry;

/// What the hub does. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hub {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) registry: ArcSwap<Registry>,
    pub(crate) code_lists: ArcSwap<CodeLists>,
    /// Held while registry or code lists are changed, from reading them to replacing them.
    pub(crate) registry_change: tokio::sync::Mutex<()>,
    /// Shared by whoever follows standing orders, held alone by whoever changes them.
    pub(crate) standing: tokio::sync::RwLock<()>,
    /// Whoever judges a content that came in piece by piece, and has it in memory for that.
    pub(crate) judged_from_disk: tokio::sync::Semaphore,
    /// Where each connection's next reply of each kind goes on.
    pub(crate) cursors: DashMap<(ConnectionId, Offering), u64>,
    pub(crate) lanes: Lanes,
    pub(crate) policy: ArcSwap<Policy>,
    pub(crate) meters: Meters,
    pub(crate) audit: OnceLock<Arc<AuditDesk>>,
    pub(crate) plugin_control: OnceLock<Arc<dyn ControlPlugins>>,
    pub(crate) plugin_files: OnceLock<Arc<dyn BackUpPlugins>>,
    pub(crate) plugins: Desk,
    limits: ArcSwap<Limits>,
    decisions: ArcSwap<Decisions>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    denials: DenialGate,
}

impl Hub {
    /// A hub over an open store.
    ///
    /// # Errors
    /// If the registry contradicts itself.
    pub fn open(
        store: Store,
        limits: Limits,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
    ) -> Result<Self, OpenHubError> {
        let registry = ArcSwap::from_pointee(Registry::new(store.connections(), store.rules())?);
        let code_lists = ArcSwap::from_pointee(CodeLists::new(store.code_lists()));
        let plugins = Desk::new(store.plugins());
        let inner = Inner {
            store,
            registry,
            code_lists,
            registry_change: tokio::sync::Mutex::new(()),
            standing: tokio::sync::RwLock::new(()),
            judged_from_disk: tokio::sync::Semaphore::new(JUDGED_FROM_DISK),
            cursors: DashMap::new(),
            lanes: Lanes::default(),
            policy: ArcSwap::from_pointee(Policy::default()),
            meters: Meters::default(),
            audit: OnceLock::new(),
            plugin_control: OnceLock::new(),
            plugin_files: OnceLock::new(),
            plugins,
            limits: ArcSwap::from_pointee(limits),
            decisions: ArcSwap::default(),
            clock,
            metrics,
            denials: DenialGate::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The limits in force.
    #[must_use]
    pub fn limits(&self) -> Arc<Limits> {
        self.inner.limits.load_full()
    }

    /// Puts other limits in force.
    pub fn set_limits(&self, limits: Limits) {
        self.inner.limits.store(Arc::new(limits));
    }

    /// What a response's status means.
    #[must_use]
    pub fn decisions(&self) -> Arc<Decisions> {
        self.inner.decisions.load_full()
    }

    /// Puts other decisions in force.
    pub fn set_decisions(&self, decisions: Decisions) {
        self.inner.decisions.store(Arc::new(decisions));
    }

    /// The hub's clock.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// The hub's metrics.
    #[must_use]
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.inner.metrics
    }

    /// Who calls, by the certificate that the socket proved. To be asked for every request: a
    /// certificate may expire, be removed, or its connection be disabled, while a socket lives.
    ///
    /// # Errors
    /// If no enabled connection has this certificate, valid now. The denial is recorded.
    pub fn identify(
        &self,
        presented: Option<Fingerprint>,
        address: IpAddr,
    ) -> Result<Caller, IdentifyError> {
        let found = self.find_caller(presented, address);
        if let Err(error) = &found {
            self.deny(presented, address, error.reason);
        }
        found
    }

    fn find_caller(
        &self,
        presented: Option<Fingerprint>,
        address: IpAddr,
    ) -> Result<Caller, IdentifyError> {
        let because = |reason| IdentifyError { reason };
        let certificate =
            presented.ok_or_else(|| because("no client certificate was presented"))?;
        let registry = self.inner.registry.load();
        let (connection, registered) = registry
            .owner(&certificate)
            .ok_or_else(|| because("the client certificate is not registered"))?;
        if registered.removed.is_some() {
            return Err(because("the client certificate was removed"));
        }
        if !registered.is_valid_at(self.inner.clock.now()) {
            return Err(because("the client certificate is expired or not yet valid"));
        }
        if !connection.enabled {
            return Err(because("the connection is disabled"));
        }
        let (connection, scope) = (Arc::clone(connection), registered.scope);
        Ok(Caller { connection, certificate, address, scope })
    }

    /// Records that a caller was turned away, at a bounded rate.
    pub fn deny(&self, presented: Option<Fingerprint>, address: IpAddr, reason: &str) {
        let Some(held_back) = self.inner.denials.pass(self.inner.clock.monotonic()) else {
            return;
        };
        let mut actor = Actor::named(ActorKind::Stranger, "");
        actor.certificate = presented;
        actor.address = address.to_string();
        let registry = self.inner.registry.load();
        let owner = presented.as_ref().and_then(|fingerprint| registry.owner(fingerprint));
        let mut event = Event::new(EventKind::AccessDenied, actor);
        if let Some((connection, _)) = owner {
            connection.code.as_str().clone_into(&mut event.actor.name);
            event.mode = Some(connection.mode);
        }
        reason.clone_into(&mut event.detail);
        if held_back > 0 {
            event.detail.push_str(&format!(" (and {held_back} more before, not recorded)"));
        }
        self.record(event);
    }

    /// Records that something about the hub itself changed or was noticed.
    pub fn record(&self, event: Event) {
        if !self.inner.store.record_soon(event) {
            tracing::warn!("an event found no room in the committer's queue");
        }
    }

    /// The content of an envelope was completely handed to the kernel for this recipient.
    ///
    /// Queued before this returns, so that the recipient's next request is judged after it.
    pub fn content_released(&self, caller: &Caller, content: &StoredContent) {
        let envelope = content.envelope().clone();
        let (number, actor) = (envelope.number, caller.actor_for(&envelope));
        if !self.inner.store.change_soon(envelope, Change::Release, actor) {
            tracing::warn!(%number, "a release found no room in the committer's queue");
        }
    }

    /// How bringing to a connection goes; nothing if nothing is brought to it by this process.
    #[must_use]
    pub fn push_status(&self, code: &ConnectionCode) -> Option<watch::Receiver<PushStatus>> {
        let id = self.inner.registry.load().connection(code)?.id;
        self.inner.lanes.status(id)
    }

    /// Tells the lanes that an envelope's state changed: that of its recipient, and that of its
    /// sender.
    pub(crate) fn tell_lanes(&self, envelope: &StoredEnvelope, state: &TrackingState) {
        if let Some(mailbox) = envelope.mailbox_id {
            if state.info == TrackingInfo::PendingDelivery && !state.parked {
                self.inner.lanes.again(mailbox, envelope.sequence);
            } else {
                self.inner.lanes.settled(mailbox, envelope.sequence);
            }
        }
        self.inner.lanes.update_came(envelope.actor_id);
        self.inner.lanes.live().changed(envelope, state);
    }

    /// Waits until the store can no longer be trusted: the process must end with exit code 74.
    pub async fn failed(&self) -> StoreFailure {
        self.inner.store.failed().await
    }

    /// Whether new work is taken.
    ///
    /// # Errors
    /// Why not.
    pub fn readiness(&self) -> Result<(), NotReady> {
        if let Some(failure) = self.inner.store.failure() {
            return Err(NotReady::Store(failure));
        }
        self.inner.store.reserve().check(0).map_err(NotReady::Reserve)
    }

    /// Finishes what was asked of the store, and ends it. Blocks; call it after the drain.
    ///
    /// # Errors
    /// If the last commit failed.
    pub fn close(&self) -> Result<(), StoreFailure> {
        self.inner.store.close()
    }
}

/// Contents that are read from disk to be judged, at once: the largest takes half as much memory as
/// `limits.bytes_in_flight` has by default, and beside it.
const JUDGED_FROM_DISK: usize = 1;
