//! An instance, and what it offers.

use std::ffi::c_void;
use std::sync::{Arc, OnceLock};

use phytohub_plugin_api as abi;

use super::base::size;
use super::guard::{caught, within};
use super::host::RawHost;
use super::http::HttpTable;
use super::thunk::{self, hook};
use crate::{Documents, Health, HttpRoutes, Lifecycle, Plugin, Routing, Snapshot, Wake};

/// Which tables a plugin offers. Filled by `export_plugin!`.
#[doc(hidden)]
#[derive(Debug)]
pub struct Offers<P> {
    documents: Option<&'static abi::HubDocuments>,
    routing: Option<&'static abi::HubRouting>,
    lifecycle: Option<&'static abi::HubLifecycle>,
    http: Option<fn(&P) -> HttpTable>,
    wake: Option<&'static abi::HubWake>,
    snapshot: Option<&'static abi::HubSnapshot>,
    health: Option<fn(&P) -> &'static abi::HubHealth>,
}

impl<P: Plugin> Offers<P> {
    pub(super) const fn new() -> Self {
        Self {
            documents: None,
            routing: None,
            lifecycle: None,
            http: None,
            wake: None,
            snapshot: None,
            health: None,
        }
    }

    /// The plugin implements `Documents`.
    pub fn documents(&mut self)
    where
        P: Documents,
    {
        self.documents = Some(thunk::Table::<P>::DOCUMENTS);
    }

    /// The plugin implements `Routing`.
    pub fn routing(&mut self)
    where
        P: Routing,
    {
        self.routing = Some(thunk::Table::<P>::ROUTING);
    }

    /// The plugin implements `Lifecycle`.
    pub fn lifecycle(&mut self)
    where
        P: Lifecycle,
    {
        self.lifecycle = Some(thunk::Table::<P>::LIFECYCLE);
    }

    /// The plugin implements `HttpRoutes`.
    pub fn http(&mut self)
    where
        P: HttpRoutes,
    {
        self.http = Some(HttpTable::of::<P>);
    }

    /// The plugin implements `Wake`.
    pub fn wake(&mut self)
    where
        P: Wake,
    {
        self.wake = Some(thunk::Table::<P>::WAKE);
    }

    /// The plugin implements `Snapshot`.
    pub fn snapshot(&mut self)
    where
        P: Snapshot,
    {
        self.snapshot = Some(thunk::Table::<P>::SNAPSHOT);
    }

    /// The plugin implements `Health`.
    pub fn health(&mut self)
    where
        P: Health,
    {
        self.health = Some(|plugin| match plugin.allocated() {
            Some(_) => thunk::Table::<P>::COUNTING_HEALTH,
            None => thunk::Table::<P>::HEALTH,
        });
    }
}

/// An instance: what `data` points to.
pub(super) struct Instance<P> {
    pub(super) plugin: P,
    pub(super) host: Arc<RawHost>,
    /// Why nothing is answered any more, after a panic.
    pub(super) poison: OnceLock<String>,
    pub(super) http: Option<HttpTable>,
    tables: Vec<(&'static str, Pointer)>,
}

/// A pointer to a table that is a constant or belongs to the instance.
struct Pointer(*const c_void);

// SAFETY: what it points to is never written.
unsafe impl Send for Pointer {}
// SAFETY: as above.
unsafe impl Sync for Pointer {}

impl<P: Plugin> Instance<P> {
    pub(super) const VTABLE: &'static abi::HubPluginVtable = &abi::HubPluginVtable {
        struct_size: size::<abi::HubPluginVtable>(),
        reserved: 0,
        extension: Some(extension::<P>),
        start: Some(start::<P>),
        quiesce: Some(quiesce::<P>),
        destroy: Some(destroy::<P>),
    };

    pub(super) fn new(plugin: P, host: Arc<RawHost>, offers: &Offers<P>) -> Box<Self> {
        let http = offers.http.map(|table| table(&plugin));
        let mut tables = Vec::new();
        let mut offer = |id, table: *const c_void| tables.push((id, Pointer(table)));
        if let Some(table) = offers.documents {
            offer(abi::HUB_DOCUMENTS_ID, (&raw const *table).cast());
        }
        if let Some(table) = offers.routing {
            offer(abi::HUB_ROUTING_ID, (&raw const *table).cast());
        }
        if let Some(table) = offers.lifecycle {
            offer(abi::HUB_LIFECYCLE_ID, (&raw const *table).cast());
        }
        if let Some(table) = offers.wake {
            offer(abi::HUB_WAKE_ID, (&raw const *table).cast());
        }
        if let Some(table) = offers.snapshot {
            offer(abi::HUB_SNAPSHOT_ID, (&raw const *table).cast());
        }
        if let Some(table) = offers.health {
            offer(abi::HUB_HEALTH_ID, (&raw const *table(&plugin)).cast());
        }
        if let Some(table) = &http {
            offer(abi::HUB_HTTP_ID, table.pointer().cast());
        }
        Box::new(Self { plugin, host, poison: OnceLock::new(), http, tables })
    }
}

unsafe extern "C" fn extension<P: Plugin>(data: *mut c_void, id: abi::HubStr) -> *const c_void {
    // SAFETY: `data` is the pointer that `create` gave out, and the instance is not destroyed yet.
    let Some(instance) = (unsafe { data.cast::<Instance<P>>().as_ref() }) else {
        return std::ptr::null();
    };
    // SAFETY: the hub lends the id for the length of this call.
    let id = unsafe { super::base::text(id) }.unwrap_or_default();
    let known = instance.tables.iter().find(|(known, _)| *known == id);
    known.map_or(std::ptr::null(), |(_, table)| table.0)
}

unsafe extern "C" fn start<P: Plugin>(
    data: *mut c_void,
    call: *const abi::HubCall,
) -> abi::HubStatus {
    // SAFETY: `data` and `call` are what this function was given.
    unsafe {
        hook::<P>(data, call, |instance, call| instance.plugin.start(call).map(|()| abi::HUB_OK))
    }
}

unsafe extern "C" fn quiesce<P: Plugin>(
    data: *mut c_void,
    call: *const abi::HubCall,
) -> abi::HubStatus {
    // SAFETY: `data` and `call` are what this function was given.
    unsafe {
        hook::<P>(data, call, |instance, call| instance.plugin.quiesce(call).map(|()| abi::HUB_OK))
    }
}

unsafe extern "C" fn destroy<P: Plugin>(data: *mut c_void) {
    if data.is_null() {
        return;
    }
    // SAFETY: HubPluginVtable.destroy: "exactly once after each `create` that succeeded, with no
    // other call in progress"; `create` made the pointer of a box of this type.
    let instance = unsafe { Box::from_raw(data.cast::<Instance<P>>()) };
    let Instance { plugin, host, http, .. } = *instance;
    // A panic in the plugin's `drop` was told to the log by the panic hook; nothing is left to do.
    let _ = within(&host, std::ptr::null(), || caught(|| drop((plugin, http))));
    host.close();
}
