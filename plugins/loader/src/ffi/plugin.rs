//! An instance of a plugin, as the host calls it.
#![expect(unsafe_code, reason = "calls a plugin")]

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use phytohub_plugin_api::*;

use super::desk::Turn;
use super::given::{Given, Structure, invalid};
use super::visitors::Taker;
use crate::instance::{CallContext, CallFailure, Completion};
use crate::limits;
use crate::services::{Answer, Refusal, Sink};

/// An instance that exists: `create` made it, `destroy` was not called.
pub(crate) struct Plugin {
    pub(super) data: *mut c_void,
    vtable: HubPluginVtable,
    pub(super) documents: Option<HubDocuments>,
    pub(super) routing: Option<HubRouting>,
    pub(super) lifecycle: Option<HubLifecycle>,
    pub(super) http: Option<HubHttp>,
    wake: Option<HubWake>,
    snapshot: Option<HubSnapshot>,
    health: Option<HubHealth>,
}

// SAFETY: the contract lets hooks be called on any worker, and several at once unless the entry says
// `HUB_ENTRY_SERIAL`, which the instance sees to.
unsafe impl Send for Plugin {}
// SAFETY: as above.
unsafe impl Sync for Plugin {}

impl Plugin {
    /// Makes an instance.
    pub(crate) fn create(
        entry: &HubPluginEntry,
        host: &'static HubHost,
        config_json: &[u8],
        context: &CallContext,
    ) -> Result<Self, CallFailure> {
        let create = entry.create.ok_or_else(|| CallFailure::of(invalid("create is null")))?;
        if config_json.len() > limits::CONFIG_BYTES {
            let (found, most) = (config_json.len(), limits::CONFIG_BYTES);
            let text = format!("the configuration has {found} bytes, at most {most}");
            return Err(CallFailure::of(invalid(text)));
        }
        let mut made = HubPlugin { data: null_mut(), vtable: null() };
        run(context, Taker::Nothing, |turn| {
            let config = HubBytes::new(config_json);
            // SAFETY: `HubPluginEntry::create`, with a host that lives for ever.
            unsafe { create(turn.call(), host, config, &raw mut made) }
        })
        .and_then(at_once)?;
        // SAFETY: `HubPlugin::vtable` "lives as long as the instance".
        let given = unsafe { Given::new() };
        // Without a table that can be read there is no `destroy` to call either.
        let vtable = given.structure(made.vtable).map_err(CallFailure::of)?;
        let destroy = vtable.destroy.ok_or_else(|| CallFailure::of(null_hook("destroy")))?;
        Self::with_tables(made.data, vtable, given).map_err(|refusal| {
            // SAFETY: `destroy`: once after a `create` that succeeded; no other call is in progress.
            unsafe { destroy(made.data) };
            CallFailure::of(refusal)
        })
    }

    fn with_tables(data: *mut c_void, vtable: HubPluginVtable, given: Given<'_>) -> Answer<Self> {
        let extension = vtable.extension.ok_or_else(|| null_hook("extension"))?;
        let table = |id: &str| {
            // SAFETY: `HubPluginVtable::extension` with the instance's `data`.
            unsafe { extension(data, HubStr::new(id)) }
        };
        let documents: Option<HubDocuments> = found(given, table(HUB_DOCUMENTS_ID))?;
        if let Some(documents) = &documents {
            documents.kinds.ok_or_else(|| null_hook("kinds"))?;
            documents.validate.ok_or_else(|| null_hook("validate"))?;
        }
        let routing: Option<HubRouting> = found(given, table(HUB_ROUTING_ID))?;
        if let Some(routing) = &routing {
            routing.route.ok_or_else(|| null_hook("route"))?;
        }
        let lifecycle: Option<HubLifecycle> = found(given, table(HUB_LIFECYCLE_ID))?;
        if let Some(lifecycle) = &lifecycle {
            lifecycle.events.ok_or_else(|| null_hook("events"))?;
        }
        let http: Option<HubHttp> = found(given, table(HUB_HTTP_ID))?;
        if let Some(http) = &http {
            http.request.ok_or_else(|| null_hook("request"))?;
        }
        let wake: Option<HubWake> = found(given, table(HUB_WAKE_ID))?;
        if let Some(wake) = &wake {
            wake.wake.ok_or_else(|| null_hook("wake"))?;
        }
        let snapshot: Option<HubSnapshot> = found(given, table(HUB_SNAPSHOT_ID))?;
        if let Some(snapshot) = &snapshot {
            snapshot.snapshot.ok_or_else(|| null_hook("snapshot"))?;
        }
        let health: Option<HubHealth> = found(given, table(HUB_HEALTH_ID))?;
        if let Some(health) = &health {
            health.check.ok_or_else(|| null_hook("check"))?;
        }
        Ok(Self { data, vtable, documents, routing, lifecycle, http, wake, snapshot, health })
    }

    pub(crate) const fn documents(&self) -> Option<&HubDocuments> {
        self.documents.as_ref()
    }

    pub(crate) const fn routing(&self) -> Option<&HubRouting> {
        self.routing.as_ref()
    }

    pub(crate) const fn lifecycle(&self) -> Option<&HubLifecycle> {
        self.lifecycle.as_ref()
    }

    pub(crate) const fn http(&self) -> Option<&HubHttp> {
        self.http.as_ref()
    }

    pub(crate) const fn wakes(&self) -> bool {
        self.wake.is_some()
    }

    pub(crate) const fn copies_files(&self) -> bool {
        self.snapshot.is_some()
    }

    pub(crate) const fn health(&self) -> Option<&HubHealth> {
        self.health.as_ref()
    }

    pub(crate) fn start(&self, context: &CallContext) -> Result<(), CallFailure> {
        let Some(start) = self.vtable.start else { return Ok(()) };
        run(context, Taker::Nothing, |turn| {
            // SAFETY: `HubPluginVtable::start` with the instance's `data`.
            unsafe { start(self.data, turn.call()) }
        })
        .and_then(at_once)
    }

    pub(crate) fn quiesce(&self, context: &CallContext) -> Result<(), CallFailure> {
        let Some(quiesce) = self.vtable.quiesce else { return Ok(()) };
        run(context, Taker::Nothing, |turn| {
            // SAFETY: `HubPluginVtable::quiesce` with the instance's `data`.
            unsafe { quiesce(self.data, turn.call()) }
        })
        .and_then(at_once)
    }

    pub(crate) fn wake(&self, context: &CallContext, token: u64) -> Result<(), CallFailure> {
        let wake = self.wake.and_then(|table| table.wake).ok_or_else(CallFailure::not_offered)?;
        run(context, Taker::Nothing, |turn| {
            // SAFETY: `HubWake::wake` with the instance's `data`.
            unsafe { wake(self.data, turn.call(), token) }
        })
        .and_then(at_once)
    }

    pub(crate) fn snapshot(
        &self,
        context: &CallContext,
        directory: &str,
    ) -> Result<(), CallFailure> {
        let snapshot = self.snapshot.and_then(|table| table.snapshot);
        let snapshot = snapshot.ok_or_else(CallFailure::not_offered)?;
        run(context, Taker::Nothing, |turn| {
            // SAFETY: `HubSnapshot::snapshot` with the instance's `data`.
            unsafe { snapshot(self.data, turn.call(), HubStr::new(directory)) }
        })
        .and_then(at_once)
    }

    pub(crate) fn check(
        &self,
        context: &CallContext,
        sentence: Sink<'_>,
    ) -> Result<(), CallFailure> {
        let check = self.health.and_then(|table| table.check);
        let check = check.ok_or_else(CallFailure::not_offered)?;
        run(context, Taker::Bytes(sentence), |turn| {
            // SAFETY: `HubHealth::check` with the instance's `data`.
            unsafe { check(self.data, turn.call(), turn.sink()) }
        })
        .and_then(at_once)
    }

    pub(crate) fn allocated(&self) -> Option<u64> {
        let allocated = self.health.and_then(|table| table.allocated)?;
        // SAFETY: `HubHealth::allocated` with the instance's `data`; it still exists.
        Some(unsafe { allocated(self.data) })
    }

    /// Ends the instance.
    pub(crate) fn destroy(self) {
        let Some(destroy) = self.vtable.destroy else { return };
        // SAFETY: `HubPluginVtable::destroy`: `self` is consumed, so it is called once, and no other
        // call is in progress.
        unsafe { destroy(self.data) };
    }
}

/// Calls a hook and judges what it answers.
pub(super) fn run(
    context: &CallContext,
    taker: Taker<'_>,
    hook: impl FnOnce(&Turn<'_>) -> HubStatus,
) -> Result<Completion, CallFailure> {
    let turn = Turn::begin(context, taker).ok_or_else(|| {
        let text = format!("{} calls into plugins run already", limits::CALLS_AT_ONCE);
        CallFailure::of(Refusal::new(HUB_EXHAUSTED, text))
    })?;
    let status = hook(&turn);
    let remains = turn.end();
    match (status, remains.breach) {
        (HUB_PENDING, None) => Ok(Completion::Pending),
        (HUB_OK, None) => Ok(Completion::Done),
        // Whatever else it says: something that it gave was lost.
        (HUB_OK.., Some(breach)) => Err(CallFailure::of(breach)),
        (HUB_AGAIN | HUB_PANICKED..=HUB_INVALID, breach) => {
            let mut failure = CallFailure { status, diagnostics: remains.diagnostics };
            if let (Some(breach), true) = (breach, failure.diagnostics.is_empty()) {
                failure.diagnostics = breach.reason.into_owned();
            }
            Err(failure)
        }
        (HUB_OK.., None) => Ok(Completion::Done),
        (..HUB_PANICKED, _) => Err(CallFailure {
            status: HUB_INTERNAL,
            diagnostics: format!("status {status} is unknown; {}", remains.diagnostics),
        }),
    }
}

/// An answer of a hook that may not put off.
pub(super) fn at_once(completion: Completion) -> Result<(), CallFailure> {
    match completion {
        Completion::Done => Ok(()),
        Completion::Pending => Err(CallFailure {
            status: HUB_INTERNAL,
            diagnostics: "answered PENDING, which this hook may not".to_owned(),
        }),
    }
}

fn found<T: Structure>(given: Given<'_>, table: *const c_void) -> Answer<Option<T>> {
    if table.is_null() {
        return Ok(None);
    }
    given.structure(table.cast::<T>()).map(Some)
}

fn null_hook(name: &str) -> Refusal {
    invalid(format!("{name} is null, which the contract does not call optional"))
}
