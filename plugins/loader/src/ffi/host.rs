//! The hub as one instance of a plugin sees it.
#![expect(unsafe_code, reason = "is called by a plugin")]

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{from_ref, null};
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use phytohub_plugin_api::*;

use super::given::{Given, cut, invalid};
use super::{codelists, data, desk, envelopes, kv, log, registry, respond, tickets};
use crate::limits;
use crate::services::{Answer, HostCall, HostServices, Refusal};

/// What `HubHost::ctx` of an instance points to. It is never freed: a thread that a plugin left
/// behind, or a pointer that it kept, finds it and is refused. That costs some fifty bytes for each
/// instance that ever was; what the hub itself gave is let go.
pub(crate) struct HostSide {
    services: ArcSwapOption<Arc<dyn HostServices>>,
}

impl HostSide {
    /// The hub's side of a new instance, and what to give to the plugin. Both live for ever.
    pub(crate) fn open(services: Arc<dyn HostServices>) -> (&'static Self, &'static HubHost) {
        let side: &'static Self =
            Box::leak(Box::new(Self { services: ArcSwapOption::from_pointee(services) }));
        let host = Box::leak(Box::new(HubHost {
            struct_size: struct_size::<HubHost>(),
            abi_minor: HUB_ABI_MINOR,
            reserved: 0,
            ctx: from_ref(side).cast_mut().cast(),
            extension: Some(extension),
        }));
        (side, host)
    }

    /// Answers `HUB_UNAVAILABLE` to everything from now on; what runs already ends by itself.
    pub(crate) fn close(&self) {
        self.services.store(None);
    }
}

/// The size of a structure of the contract.
pub(crate) const fn struct_size<T>() -> u32 {
    const { assert!(size_of::<T>() <= limits::STRUCTURE_BYTES as usize) };
    #[expect(clippy::cast_possible_truncation, reason = "checked when compiled")]
    let size = size_of::<T>() as u32;
    size
}

/// What a plugin asks of the hub.
pub(crate) struct Asked<'a> {
    /// What answers it.
    pub(crate) services: &'a dyn HostServices,
    /// Under which circumstances.
    pub(crate) call: HostCall,
    /// The right to read the arguments.
    pub(crate) given: Given<'a>,
}

impl<'a> Asked<'a> {
    /// The sink as a function, if there is one.
    pub(crate) fn sink(&self, sink: HubSink) -> Answer<impl FnMut(&[u8]) -> bool + use<'a>> {
        let write = sink.write.ok_or_else(|| invalid("sink: write is null"))?;
        Ok(move |bytes: &[u8]| {
            // SAFETY: `HubSink::write` with its own `ctx`, during the call that got it.
            HUB_OK == unsafe { write(sink.ctx, HubBytes::new(bytes)) }
        })
    }
}

/// Runs what a plugin asked for. Nothing unwinds out of it.
///
/// # Safety
///
/// `ctx` and `call` are what a plugin gave to a function of the hub, and `work` reads only what it
/// gave with them: by the contract `ctx` is null or the `HubHost::ctx` of an instance, and the rest
/// is borrowed until the function returns.
pub(crate) unsafe fn answer(
    ctx: *mut c_void,
    call: *const HubCall,
    work: impl for<'a> FnOnce(&Asked<'a>) -> Answer,
) -> HubStatus {
    // SAFETY: the caller's promise.
    let given = unsafe { Given::new() };
    let (context, diagnostics) = match given_call(given, call) {
        Ok(context) => context,
        Err(refusal) => return refusal.status,
    };
    // SAFETY: the caller's promise; a `HostSide` is never freed.
    let side = unsafe { ctx.cast::<HostSide>().as_ref() };
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let side = side.ok_or_else(|| invalid("ctx: the pointer is null"))?;
        let services = side.services.load();
        let services = services.as_ref().ok_or_else(ended)?;
        work(&Asked { services: &***services, call: context, given })
    }));
    match outcome {
        Ok(Ok(())) => HUB_OK,
        Ok(Err(refusal)) => refuse(diagnostics, &refusal),
        Err(payload) => {
            // A payload may panic when it is dropped.
            std::mem::forget(payload);
            refuse(diagnostics, &Refusal::new(HUB_INTERNAL, "the hub panicked"))
        }
    }
}

fn ended() -> Refusal {
    Refusal::new(HUB_UNAVAILABLE, "the instance has ended")
}

fn given_call(given: Given<'_>, call: *const HubCall) -> Answer<(HostCall, Option<HubSink>)> {
    if call.is_null() {
        return Ok((HostCall::default(), None));
    }
    let call = given.structure(call)?;
    Ok((HostCall::new(call.deadline_ns, call.trace_id), Some(call.diagnostics)))
}

fn refuse(diagnostics: Option<HubSink>, refusal: &Refusal) -> HubStatus {
    if let Some(sink) = diagnostics {
        desk::refuse(sink, cut(refusal.reason.as_bytes(), limits::DIAGNOSTICS_BYTES).as_bytes());
    }
    // An error that says OK would be taken for success.
    if refusal.status == HUB_OK { HUB_INTERNAL } else { refusal.status }
}

/// `HubHost::extension`.
unsafe extern "C" fn extension(ctx: *mut c_void, id: HubStr) -> *const c_void {
    let mut table = null();
    let work = work(|asked| {
        let id = asked.given.text("id", id, limits::NAME_BYTES)?;
        if asked.services.offers(id) {
            table = table_of(id);
        }
        Ok(())
    });
    // SAFETY: `ctx` and `id` are the plugin's arguments.
    unsafe { answer(ctx, null(), work) };
    table
}

fn table_of(id: &str) -> *const c_void {
    match id {
        HUB_LOG_ID => from_ref(&log::LOG).cast(),
        HUB_METRICS_ID => from_ref(&log::METRICS).cast(),
        HUB_TICKETS_ID => from_ref(&tickets::TICKETS).cast(),
        HUB_TIMERS_ID => from_ref(&tickets::TIMERS).cast(),
        HUB_BYTES_ID => from_ref(&tickets::KEPT_BYTES).cast(),
        HUB_AUDIT_ID => from_ref(&data::AUDIT).cast(),
        HUB_SECRETS_ID => from_ref(&data::SECRETS).cast(),
        HUB_DATA_ID => from_ref(&data::DATA).cast(),
        HUB_KV_ID => from_ref(&kv::KV).cast(),
        HUB_CODELISTS_ID => from_ref(&codelists::CODE_LISTS).cast(),
        HUB_ENVELOPES_ID => from_ref(&envelopes::ENVELOPES).cast(),
        HUB_REGISTRY_ID => from_ref(&registry::REGISTRY).cast(),
        HUB_HTTP_RESPOND_ID => from_ref(&respond::RESPOND).cast(),
        _ => null(),
    }
}

/// This function as [`answer`] wants it: names its type, so that it is not written inside a block
/// of unsafe code.
pub(crate) fn work<F: for<'a> FnOnce(&Asked<'a>) -> Answer>(work: F) -> F {
    work
}

/// Defines functions of the hub: the contract's signature after `ctx` and, unless there is none,
/// `call`; and what is done, safely, with [`Asked`].
macro_rules! asked {
    ($($(#[$meta:meta])* fn $name:ident(call $(, $argument:ident: $type:ty)* $(,)?) $work:expr;)*) => {$(
        $(#[$meta])*
        unsafe extern "C" fn $name(
            ctx: *mut std::ffi::c_void,
            call: *const phytohub_plugin_api::HubCall,
            $($argument: $type),*
        ) -> phytohub_plugin_api::HubStatus {
            let work = $crate::ffi::host::work($work);
            // SAFETY: all of it are the plugin's arguments.
            unsafe { $crate::ffi::host::answer(ctx, call, work) }
        }
    )*};
}
/// As [`asked`], for functions without a call.
macro_rules! asked_briefly {
    ($($(#[$meta:meta])* fn $name:ident($($argument:ident: $type:ty),* $(,)?) $work:expr;)*) => {$(
        $(#[$meta])*
        unsafe extern "C" fn $name(
            ctx: *mut std::ffi::c_void,
            $($argument: $type),*
        ) -> phytohub_plugin_api::HubStatus {
            let work = $crate::ffi::host::work($work);
            // SAFETY: all of it are the plugin's arguments.
            unsafe { $crate::ffi::host::answer(ctx, std::ptr::null(), work) }
        }
    )*};
}
pub(crate) use {asked, asked_briefly};
