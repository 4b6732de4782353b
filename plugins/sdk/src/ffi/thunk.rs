//! The hooks as the hub calls them.

use std::ffi::c_void;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::atomic::Ordering;

use phytohub_plugin_api as abi;

use super::base::{size, text, walked};
use super::call::{diagnose, incoming};
use super::document::{Kinds, copies, decide, document, findings, terms};
use super::guard::{caught, within};
use super::instance::Instance;
use crate::event::{BatchTicket, Event, EventKind, State};
use crate::{
    Call, Copies, Documents, Error, Events, Findings, Handled, Health, Lifecycle, Output, Plugin,
    Result, Routing, Snapshot, Terms, Wake,
};

/// What every hook goes through: pointers are looked at, a poisoned instance answers at once, a
/// panic ends here and poisons.
///
/// # Safety
///
/// `data` is null or an instance of `P` that was created and is not destroyed; `call` is null or in
/// progress until this function returns.
pub(super) unsafe fn hook<P: Plugin>(
    data: *mut c_void,
    call: *const abi::HubCall,
    run: impl FnOnce(&Instance<P>, &Call<'_>) -> Result<abi::HubStatus>,
) -> abi::HubStatus {
    // SAFETY: by this function's own contract.
    let Some(instance) = (unsafe { data.cast::<Instance<P>>().as_ref() }) else {
        return abi::HUB_INVALID;
    };
    let (status, reason) = if let Some(poison) = instance.poison.get() {
        (abi::HUB_PANICKED, format!("the instance does not answer any more: it {poison}"))
    } else {
        // SAFETY: by this function's own contract.
        let circumstances = unsafe { incoming(call) };
        let outcome = within(&instance.host, call, || caught(|| run(instance, &circumstances)));
        match outcome {
            Ok(Ok(status)) => return status,
            Ok(Err(error)) => (error.kind().status(), error.chain()),
            Err(panic) => (abi::HUB_PANICKED, instance.poison.get_or_init(|| panic).clone()),
        }
    };
    // SAFETY: by this function's own contract.
    unsafe { diagnose(call, &reason) };
    status
}

/// The tables of a plugin's traits.
pub(super) struct Table<P>(PhantomData<P>);

impl<P: Documents> Table<P> {
    pub(super) const DOCUMENTS: &'static abi::HubDocuments = &abi::HubDocuments {
        struct_size: size::<abi::HubDocuments>(),
        reserved: 0,
        kinds: Some(kinds::<P>),
        validate: Some(validate::<P>),
        describe: Some(describe::<P>),
        render: Some(render::<P>),
    };
}

impl<P: Routing> Table<P> {
    pub(super) const ROUTING: &'static abi::HubRouting = &abi::HubRouting {
        struct_size: size::<abi::HubRouting>(),
        reserved: 0,
        route: Some(route::<P>),
    };
}

impl<P: Lifecycle> Table<P> {
    pub(super) const LIFECYCLE: &'static abi::HubLifecycle = &abi::HubLifecycle {
        struct_size: size::<abi::HubLifecycle>(),
        mask: P::MASK.bits(),
        events: Some(events::<P>),
    };
}

impl<P: Wake> Table<P> {
    pub(super) const WAKE: &'static abi::HubWake =
        &abi::HubWake { struct_size: size::<abi::HubWake>(), reserved: 0, wake: Some(wake::<P>) };
}

impl<P: Snapshot> Table<P> {
    pub(super) const SNAPSHOT: &'static abi::HubSnapshot = &abi::HubSnapshot {
        struct_size: size::<abi::HubSnapshot>(),
        reserved: 0,
        snapshot: Some(snapshot::<P>),
    };
}

impl<P: Health> Table<P> {
    pub(super) const HEALTH: &'static abi::HubHealth = &abi::HubHealth {
        struct_size: size::<abi::HubHealth>(),
        reserved: 0,
        check: Some(check::<P>),
        allocated: None,
    };

    /// The same for a plugin that counts what it allocates.
    pub(super) const COUNTING_HEALTH: &'static abi::HubHealth =
        &abi::HubHealth { allocated: Some(allocated::<P>), ..*Self::HEALTH };
}

unsafe extern "C" fn kinds<P: Documents>(
    data: *mut c_void,
    call: *const abi::HubCall,
    out: *const abi::HubKindVisitor,
) -> abi::HubStatus {
    let run = |instance: &Instance<P>, _: &Call<'_>| {
        let kinds = Kinds::of(instance.plugin.kinds());
        // SAFETY: the hub lends the visitor for the length of this call.
        unsafe { kinds.tell(out) }
    };
    // SAFETY: `data` and `call` are what this function was given.
    unsafe { hook::<P>(data, call, run) }
}

unsafe extern "C" fn validate<P: Documents>(
    data: *mut c_void,
    call: *const abi::HubCall,
    seen: *const abi::HubDocument,
    out: *const abi::HubFindings,
) -> abi::HubStatus {
    let run = |instance: &Instance<P>, call: &Call<'_>| {
        // SAFETY: the hub lends the document for the length of this call.
        let document = unsafe { document(seen) }?;
        // SAFETY: and the visitor.
        let mut take = unsafe { findings(out) }?;
        instance.plugin.validate(call, &document, &mut Findings::new(&mut take))?;
        Ok(abi::HUB_OK)
    };
    // SAFETY: `data` and `call` are what this function was given.
    unsafe { hook::<P>(data, call, run) }
}

unsafe extern "C" fn describe<P: Documents>(
    data: *mut c_void,
    call: *const abi::HubCall,
    seen: *const abi::HubDocument,
    out: *const abi::HubTerms,
) -> abi::HubStatus {
    let run = |instance: &Instance<P>, call: &Call<'_>| {
        // SAFETY: the hub lends the document for the length of this call.
        let document = unsafe { document(seen) }?;
        // SAFETY: and the visitor.
        let mut take = unsafe { terms(out) }?;
        instance.plugin.describe(call, &document, &mut Terms::new(&mut take))?;
        Ok(abi::HUB_OK)
    };
    // SAFETY: `data` and `call` are what this function was given.
    unsafe { hook::<P>(data, call, run) }
}

unsafe extern "C" fn render<P: Documents>(
    data: *mut c_void,
    call: *const abi::HubCall,
    seen: *const abi::HubDocument,
    language: abi::HubStr,
    out: abi::HubSink,
) -> abi::HubStatus {
    let run = |instance: &Instance<P>, call: &Call<'_>| {
        // SAFETY: the hub lends the document for the length of this call.
        let document = unsafe { document(seen) }?;
        // SAFETY: and the language.
        let language = unsafe { text(language) }?;
        // SAFETY: and the sink.
        let mut take = unsafe { super::document::sink(out) }?;
        instance.plugin.render(call, &document, language, &mut Output::new(&mut take))?;
        Ok(abi::HUB_OK)
    };
    // SAFETY: `data` and `call` are what this function was given.
    unsafe { hook::<P>(data, call, run) }
}

unsafe extern "C" fn route<P: Routing>(
    data: *mut c_void,
    call: *const abi::HubCall,
    seen: *const abi::HubDocument,
    out: *const abi::HubRoute,
) -> abi::HubStatus {
    let run = |instance: &Instance<P>, call: &Call<'_>| {
        // SAFETY: the hub lends the document for the length of this call.
        let document = unsafe { document(seen) }?;
        // SAFETY: and what takes decisions.
        let mut take = unsafe { copies(out) }?;
        let decision = instance.plugin.route(call, &document, &mut Copies::new(&mut take))?;
        // SAFETY: as above.
        unsafe { decide(out, &decision) }
    };
    // SAFETY: `data` and `call` are what this function was given.
    unsafe { hook::<P>(data, call, run) }
}

unsafe extern "C" fn events<P: Lifecycle>(
    data: *mut c_void,
    call: *const abi::HubCall,
    batch: *const abi::HubEvent,
    count: usize,
    ticket: u64,
) -> abi::HubStatus {
    let run = |instance: &Instance<P>, call: &Call<'_>| {
        // SAFETY: the hub lends `count` events for the length of this call.
        let batch = unsafe { walked(batch, count) };
        let events: Vec<_> = batch
            // SAFETY: as above, with their texts.
            .map(|seen| unsafe { event(&seen) })
            .collect::<Result<_>>()?;
        if events.len() != count {
            return Err(Error::invalid("the batch of events has no elements to read"));
        }
        let batch = Events::new(&events, BatchTicket(ticket));
        match instance.plugin.events(call, &batch)? {
            Handled::Done => Ok(abi::HUB_OK),
            Handled::Later if batch.taken.load(Ordering::Acquire) => Ok(abi::HUB_PENDING),
            Handled::Later => Err(Error::internal("Later was answered, but nobody took the batch")),
        }
    };
    // SAFETY: `data` and `call` are what this function was given.
    unsafe { hook::<P>(data, call, run) }
}

/// # Safety
///
/// The event's texts are lent for `'a`.
unsafe fn event<'a>(seen: &abi::HubEvent) -> Result<Event<'a>> {
    // SAFETY: by this function's own contract.
    let lent = |lent| unsafe { text(lent) };
    let is = |flag| seen.flags & flag != 0;
    Ok(Event {
        kind: EventKind::of(seen.kind),
        sequence: seen.sequence,
        at_ms: seen.at_ms,
        is_response: is(abi::HUB_EVENT_IS_RESPONSE),
        is_test: is(abi::HUB_EVENT_IS_TEST),
        is_copy: is(abi::HUB_EVENT_IS_COPY),
        state: State::of(seen.state),
        certificate_type: seen.certificate_type,
        certificate_status: seen.certificate_status,
        hub_delivery_number: lent(seen.hub_delivery_number)?,
        from: lent(seen.from)?,
        to: lent(seen.to)?,
        nppo_certificate_number: lent(seen.nppo_certificate_number)?,
        message: lent(seen.message)?,
    })
}

unsafe extern "C" fn wake<P: Wake>(
    data: *mut c_void,
    call: *const abi::HubCall,
    token: u64,
) -> abi::HubStatus {
    let run = |instance: &Instance<P>, call: &Call<'_>| {
        instance.plugin.wake(call, token).map(|()| abi::HUB_OK)
    };
    // SAFETY: `data` and `call` are what this function was given.
    unsafe { hook::<P>(data, call, run) }
}

unsafe extern "C" fn snapshot<P: Snapshot>(
    data: *mut c_void,
    call: *const abi::HubCall,
    directory: abi::HubStr,
) -> abi::HubStatus {
    let run = |instance: &Instance<P>, call: &Call<'_>| {
        // SAFETY: the hub lends the path for the length of this call.
        let directory = unsafe { text(directory) }?;
        instance.plugin.snapshot(call, Path::new(directory)).map(|()| abi::HUB_OK)
    };
    // SAFETY: `data` and `call` are what this function was given.
    unsafe { hook::<P>(data, call, run) }
}

unsafe extern "C" fn check<P: Health>(
    data: *mut c_void,
    call: *const abi::HubCall,
    out: abi::HubSink,
) -> abi::HubStatus {
    let run = |instance: &Instance<P>, call: &Call<'_>| {
        let outcome = instance.plugin.health(call);
        if let Err(error) = &outcome {
            // SAFETY: the hub lends the sink for the length of this call.
            let mut take = unsafe { super::document::sink(out) }?;
            take(error.chain().as_bytes());
        }
        outcome.map(|()| abi::HUB_OK)
    };
    // SAFETY: `data` and `call` are what this function was given.
    unsafe { hook::<P>(data, call, run) }
}

unsafe extern "C" fn allocated<P: Health>(data: *mut c_void) -> u64 {
    // SAFETY: `data` is the pointer that `create` gave out, and the instance is not destroyed yet.
    let Some(instance) = (unsafe { data.cast::<Instance<P>>().as_ref() }) else { return 0 };
    let counted =
        within(&instance.host, std::ptr::null(), || caught(|| instance.plugin.allocated()));
    counted.ok().flatten().unwrap_or_default()
}
