//! What every hook runs in: the thread knows whose hook it is in, and a panic stops here.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, Weak};

use phytohub_plugin_api as abi;

use super::base::copied;
use super::host::RawHost;
use crate::Host;

/// Whose hook this thread is in.
#[derive(Clone, Copy)]
struct Current {
    host: *const RawHost,
    call: *const abi::HubCall,
}

thread_local! {
    static CURRENT: Cell<Current> =
        const { Cell::new(Current { host: ptr::null(), call: ptr::null() }) };
    static LOCATION: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Puts back what was current before, when a hook returns or unwinds.
struct Restore(Current);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// Runs a part of the plugin with its host and call as those of this thread. `call` is null or in
/// progress until `run` returns.
pub(super) fn within<R>(
    host: &Arc<RawHost>,
    call: *const abi::HubCall,
    run: impl FnOnce() -> R,
) -> R {
    let before = CURRENT.replace(Current { host: Arc::as_ptr(host), call });
    let _restore = Restore(before);
    run()
}

/// The call of the hook that this thread is in; null outside of hooks.
pub(super) fn current_call() -> *const abi::HubCall {
    CURRENT.get().call
}

/// Gives the host of the hook that this thread is in, or, on a thread of the plugin's own, that of
/// the instance made last of those that live.
pub(crate) fn current_host<R>(look: impl FnOnce(&RawHost) -> R) -> Option<R> {
    let current = CURRENT.get().host;
    if current.is_null() {
        let last =
            living().iter().rev().find_map(|host| host.upgrade().filter(|host| host.is_open()));
        return last.map(|host| look(&host));
    }
    // SAFETY: `within` set it from an `Arc` that it borrows until it puts back what was before.
    Some(look(unsafe { &*current }))
}

/// Trace of the call that this thread is in.
pub(crate) fn current_trace() -> Option<[u8; 16]> {
    // SAFETY: the current call is null or one that is in progress on this thread.
    let call = unsafe { copied(current_call()) }?;
    (call.trace_id != [0; 16]).then_some(call.trace_id)
}

fn living() -> MutexGuard<'static, Vec<Weak<RawHost>>> {
    LIVING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The hosts of the instances that share this copy of the library, in the order they were made.
static LIVING: Mutex<Vec<Weak<RawHost>>> = Mutex::new(Vec::new());

/// An instance is about to be made: panics and `tracing` of this copy of the library go to the hub
/// from now on.
pub(super) fn announce(host: &Arc<RawHost>) {
    let mut all = living();
    all.retain(|host| host.strong_count() > 0);
    all.push(Arc::downgrade(host));
    drop(all);
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let location =
                info.location().map_or_else(|| "an unknown place".into(), ToString::to_string);
            let message = payload_text(info.payload());
            if CURRENT.get().host.is_null() {
                let line = format!("a thread outside of hooks panicked: {message}");
                current_host(|host| host.log_panic(&line, &location));
                before(info);
            } else {
                let line = format!("panicked: {message}");
                current_host(|host| host.log_panic(&line, &location));
                // A thread that is ending has no place for it any more, which only loses the place.
                let _ = LOCATION.try_with(|kept| kept.replace(location));
            }
        }));
        crate::trace::install();
    });
}

/// Runs what may panic; a panic becomes its text and place.
pub(super) fn caught<R>(run: impl FnOnce() -> R) -> Result<R, String> {
    panic::catch_unwind(AssertUnwindSafe(run)).map_err(|payload| {
        let text = payload_text(&*payload);
        discard(payload);
        let place = LOCATION.try_with(RefCell::take);
        match place {
            Ok(place) if !place.is_empty() => format!("panicked at {place}: {text}"),
            _ => format!("panicked: {text}"),
        }
    })
}

/// Drops a payload whose own drop may panic, again and again; that one is then left as it is.
pub(super) fn discard(payload: Box<dyn Any + Send>) {
    if let Err(again) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(again);
    }
}

fn payload_text(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "with a payload that is no text".to_owned())
}

/// Runs a part of the plugin on a thread of its own with this host as the thread's.
pub(crate) fn scoped<R>(host: &Host, run: impl FnOnce() -> R) -> R {
    within(host.raw(), ptr::null(), run)
}
