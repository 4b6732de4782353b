//! A plugin called directly, for what the loader never does: null pointers, unknown extensions.
#![expect(unsafe_code, reason = "calls plugins without the loader in between")]

use std::ffi::c_void;
use std::path::Path;
use std::ptr;

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use phytohub_plugin_api::*;

/// A library that is mapped for ever, and its entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawLibrary {
    entry: &'static HubPluginEntry,
}

// SAFETY: the entry is a constant of a library that is never unmapped.
unsafe impl Send for RawLibrary {}
// SAFETY: as above; nobody writes to it.
unsafe impl Sync for RawLibrary {}

impl RawLibrary {
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let path = std::path::absolute(path).map_err(|error| error.to_string())?;
        // SAFETY: runs the library's constructors, which its author, who runs this, answers for.
        let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) };
        let library = library.map_err(|error| error.to_string())?;
        // SAFETY: only the address is taken, which every symbol has.
        let symbol = unsafe { library.get::<*const HubPluginEntry>(b"hub_plugin_entry_v1\0") };
        let entry = *symbol.map_err(|error| error.to_string())?;
        let _for_ever = library.into_raw();
        if entry.is_null() || !entry.is_aligned() {
            return Err("its entry is at no address that an entry can have".to_owned());
        }
        // SAFETY: `hub_plugin_entry_v1` is a HubPluginEntry by the contract; never unmapped.
        let entry = unsafe { &*entry };
        if entry.magic != HUB_PLUGIN_MAGIC {
            return Err("its entry does not begin with HUB_PLUGIN_MAGIC".to_owned());
        }
        if !reaches(entry.struct_size, size_of::<HubPluginEntry>()) {
            return Err("its entry is shorter than that of version 1.0".to_owned());
        }
        Ok(Self { entry })
    }

    /// Id and version.
    pub(crate) fn introduction(self) -> Result<(String, String), String> {
        let id = constant(self.entry.id).ok_or("its id is no text")?;
        let version = constant(self.entry.version).ok_or("its version is no text")?;
        Ok((id, version))
    }

    pub(crate) fn abi(self) -> String {
        format!("{}.{}", self.entry.abi_major, self.entry.abi_minor)
    }

    /// `create`; the status if it is not OK.
    pub(crate) fn create(
        self,
        host: &'static HubHost,
        config: HubBytes,
    ) -> Result<RawInstance, HubStatus> {
        let create = self.entry.create.ok_or(HUB_UNSUPPORTED)?;
        let mut out = HubPlugin { data: ptr::null_mut(), vtable: ptr::null() };
        let call = no_call();
        // SAFETY: HubPluginEntry.create: call, configuration and place live until it returns, and
        // the host for ever.
        let status = unsafe { create(&raw const call, &raw const *host, config, &raw mut out) };
        if status != HUB_OK {
            return Err(status);
        }
        if out.vtable.is_null() {
            return Err(HUB_INVALID);
        }
        Ok(RawInstance { plugin: out })
    }
}

/// An instance that was made without the loader.
#[derive(Debug)]
pub(crate) struct RawInstance {
    plugin: HubPlugin,
}

impl RawInstance {
    fn vtable(&self) -> &HubPluginVtable {
        // SAFETY: HubPlugin.vtable "lives as long as the instance", and was checked for null.
        unsafe { &*self.plugin.vtable }
    }

    /// The table of an extension; null if there is none.
    pub(crate) fn extension(&self, id: HubStr) -> *const c_void {
        let Some(extension) = self.vtable().extension else { return ptr::null() };
        // SAFETY: HubPluginVtable.extension may be called from any thread; the id outlives it.
        unsafe { extension(self.plugin.data, id) }
    }

    /// `validate` of a document in which everything has no length and this pointer. Nothing if the
    /// plugin offers no documents.
    pub(crate) fn validate_nothing(&self, pointer: *const u8) -> Option<HubStatus> {
        let table = self.extension(HubStr::new(HUB_DOCUMENTS_ID)).cast::<HubDocuments>();
        if table.is_null() {
            return None;
        }
        // SAFETY: the id says what the table is; it lives as long as the instance.
        let table = unsafe { &*table };
        let text = HubStr { ptr: pointer, len: 0 };
        let bytes = HubBytes { ptr: pointer, len: 0 };
        let document = HubDocument {
            struct_size: size(size_of::<HubDocument>()),
            purpose: HUB_FOR_VALIDATION,
            certificate_type: 851,
            certificate_status: 0,
            flags: 0,
            raw_form: HUB_FORM_CDATA,
            at_ms: 0,
            from: text,
            to: text,
            sent_by: text,
            nppo_certificate_number: text,
            hub_delivery_number: text,
            content: bytes,
            raw: bytes,
            content_ticket: HUB_NO_TICKET,
        };
        let findings = HubFindings { ctx: ptr::null_mut(), add: Some(take_finding) };
        let (validate, call) = (table.validate?, no_call());
        let (document, findings) = (&raw const document, &raw const findings);
        // SAFETY: HubDocuments.validate: all that is given lives until it returns.
        Some(unsafe { validate(self.plugin.data, &raw const call, document, findings) })
    }
}

impl Drop for RawInstance {
    fn drop(&mut self) {
        if let Some(destroy) = self.vtable().destroy {
            // SAFETY: HubPluginVtable.destroy, once, with no other call in progress.
            unsafe { destroy(self.plugin.data) }
        }
    }
}

/// An address at which nothing is, and which is not null.
pub(crate) const DANGLING: *const u8 = ptr::without_provenance(0xdead_0000_0000);

fn no_call() -> HubCall {
    HubCall {
        struct_size: size(size_of::<HubCall>()),
        flags: 0,
        deadline_ns: 0,
        trace_id: [0; 16],
        span_id: [0; 8],
        cancelled: None,
        diagnostics: HubSink { ctx: ptr::null_mut(), write: None },
    }
}

fn size(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("structures of the contract are short")
}

fn constant(text: HubStr) -> Option<String> {
    if text.len > 4096 || (text.ptr.is_null() && text.len > 0) {
        return None;
    }
    if text.len == 0 {
        return Some(String::new());
    }
    // SAFETY: texts of an entry are constants of its library; the length is bounded.
    let bytes = unsafe { std::slice::from_raw_parts(text.ptr, text.len) };
    String::from_utf8(bytes.to_vec()).ok()
}

unsafe extern "C" fn take_finding(_ctx: *mut c_void, _finding: *const HubFinding) -> HubStatus {
    HUB_OK
}
