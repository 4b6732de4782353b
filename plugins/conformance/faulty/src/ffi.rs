//! What safe Rust and the SDK do not let happen.
#![expect(unsafe_code, reason = "sins that need it, and the entry that chooses between them")]

use std::ffi::c_void;
use std::ptr;

use phytohub_plugin_api::*;
use phytohub_plugin_sdk::plugin_entry;

use crate::Faulty;
use crate::config::{Config, Sin};

/// Where a document was once. Looking there is the sin.
#[derive(Debug)]
pub(crate) struct Retained(*const u8);

// SAFETY: nothing is promised; the sin is a read of whatever is there.
unsafe impl Send for Retained {}

impl Retained {
    pub(crate) const fn of(document: &[u8]) -> Self {
        Self(document.as_ptr())
    }

    pub(crate) fn first_byte(&self) -> u8 {
        // SAFETY: there is none. The rules forbid just this: "what a call is given is borrowed until
        // the call returns".
        unsafe { self.0.read_volatile() }
    }
}

/// Reads where nothing is.
pub(crate) fn segfault() -> ! {
    // SAFETY: there is none; the process is to die of it.
    let _byte = unsafe { ptr::without_provenance::<u8>(8).read_volatile() };
    std::process::abort()
}

/// An entry whose texts live as long as the program.
#[repr(transparent)]
struct Entry(HubPluginEntry);

// SAFETY: its pointers are to constants.
unsafe impl Sync for Entry {}

#[unsafe(export_name = "hub_plugin_entry_v1")]
static ENTRY: Entry = Entry(HubPluginEntry {
    magic: HUB_PLUGIN_MAGIC,
    struct_size: size(size_of::<HubPluginEntry>()),
    abi_major: HUB_ABI_MAJOR,
    abi_minor: HUB_ABI_MINOR,
    flags: HUB_ENTRY_UNWINDS,
    id: HubStr::new("faulty"),
    version: HubStr::new(env!("CARGO_PKG_VERSION")),
    build: HubStr::new("faulty"),
    create: Some(create),
});

unsafe extern "C" fn create(
    call: *const HubCall,
    host: *const HubHost,
    config_json: HubBytes,
    out: *mut HubPlugin,
) -> HubStatus {
    let json = if config_json.len == 0 {
        &[][..]
    } else {
        // SAFETY: HubPluginEntry.create: the configuration is borrowed until it returns.
        unsafe { std::slice::from_raw_parts(config_json.ptr, config_json.len) }
    };
    let config = serde_json::from_slice::<Config>(json);
    if let Ok(config) = config
        && config.sin.is_raw()
    {
        let plugin = HubPlugin {
            data: Box::into_raw(Box::new(config)).cast::<c_void>(),
            vtable: &raw const VTABLE,
        };
        // SAFETY: HubPluginEntry.create: `out` is a place for the instance.
        unsafe { out.write(plugin) };
        return HUB_OK;
    }
    let entry = plugin_entry!(
        Faulty: Documents, Routing, Lifecycle, HttpRoutes, Wake, Snapshot, Health
    );
    let Some(create) = entry.create else { return HUB_UNSUPPORTED };
    // SAFETY: as this function was called.
    unsafe { create(call, host, config_json, out) }
}

static VTABLE: HubPluginVtable = HubPluginVtable {
    struct_size: size(size_of::<HubPluginVtable>()),
    reserved: 0,
    extension: Some(extension),
    start: None,
    quiesce: None,
    destroy: Some(destroy),
};

static DOCUMENTS: HubDocuments = HubDocuments {
    struct_size: size(size_of::<HubDocuments>()),
    reserved: 0,
    kinds: Some(kinds),
    validate: Some(validate),
    describe: None,
    render: None,
};

/// A table that says that it ends before its functions.
static SHORT: HubDocuments = HubDocuments { struct_size: 8, ..DOCUMENTS };

unsafe extern "C" fn extension(data: *mut c_void, id: HubStr) -> *const c_void {
    // SAFETY: HubPluginVtable.extension: the id is borrowed until it returns.
    let id = unsafe { std::slice::from_raw_parts(id.ptr, id.len) };
    if id != HUB_DOCUMENTS_ID.as_bytes() {
        return ptr::null();
    }
    // SAFETY: `data` is the box of `create`, which `destroy` has not taken yet.
    match unsafe { &*data.cast::<Config>() }.sin {
        Sin::BadTable => (&raw const SHORT).cast(),
        _ => (&raw const DOCUMENTS).cast(),
    }
}

unsafe extern "C" fn kinds(
    data: *mut c_void,
    _call: *const HubCall,
    out: *const HubKindVisitor,
) -> HubStatus {
    // SAFETY: `data` is the box of `create`.
    let config = unsafe { &*data.cast::<Config>() };
    let mut kind = HubKind {
        struct_size: size(size_of::<HubKind>()),
        certificate_type: config.certificate_type.unwrap_or(851),
        name: HubStr::new("faulty document"),
        root_namespace: HubStr::EMPTY,
        root_name: HubStr::EMPTY,
        statuses: ptr::null(),
        status_count: 0,
        flags: 0,
        content_bytes_max: 0,
    };
    if config.owner {
        kind.flags |= HUB_KIND_OWNER;
    }
    if config.gate {
        kind.flags |= HUB_KIND_GATE;
    }
    // SAFETY: HubDocuments.kinds: the visitor is borrowed until it returns.
    let out = unsafe { &*out };
    let Some(add) = out.add else { return HUB_INVALID };
    // SAFETY: HubKindVisitor.add takes a kind that it copies.
    unsafe { add(out.ctx, &raw const kind) }
}

unsafe extern "C" fn validate(
    data: *mut c_void,
    _call: *const HubCall,
    _document: *const HubDocument,
    out: *const HubFindings,
) -> HubStatus {
    // SAFETY: `data` is the box of `create`.
    let config = unsafe { &*data.cast::<Config>() };
    if config.sin == Sin::Status {
        return config.status;
    }
    // SAFETY: HubDocuments.validate: the visitor is borrowed until it returns.
    let out = unsafe { &*out };
    let Some(add) = out.add else { return HUB_INVALID };
    if config.sin == Sin::EndlessFindings {
        let [.., good] = bad_findings();
        let good = HubFinding { struct_size: size(size_of::<HubFinding>()), ..good };
        let mut told = 0;
        while config.count == 0 || told < config.count {
            // SAFETY: HubFindings.add takes a finding that it copies. What it answers is ignored,
            // which is the sin.
            let _ignored = unsafe { add(out.ctx, &raw const good) };
            told += 1;
        }
        return HUB_OK;
    }
    // SAFETY: a null finding is the sin; the hub looks before it reads.
    let _refused = unsafe { add(out.ctx, ptr::null()) };
    for finding in bad_findings() {
        // SAFETY: each is a whole HubFinding whose sizes and texts are wrong in a way that the hub
        // can see.
        let _refused = unsafe { add(out.ctx, &raw const finding) };
    }
    HUB_OK
}

fn bad_findings() -> [HubFinding; 6] {
    const NOT_UTF_8: &[u8] = b"\xff\xfe";
    let good = HubFinding {
        struct_size: size(size_of::<HubFinding>()),
        level: HUB_LEVEL_WARNING,
        area: HUB_AREA_SCHEMA,
        reserved: 0,
        rule: HubStr::new("F-BAD"),
        field: HubStr::EMPTY,
        message: HubStr::new("a finding"),
        offset: u64::MAX,
    };
    [
        HubFinding { struct_size: 0, ..good },
        HubFinding { struct_size: 16, ..good },
        HubFinding { message: HubStr { ptr: ptr::null(), len: 5 }, ..good },
        HubFinding { message: HubBytes::new(NOT_UTF_8).into_text(), ..good },
        HubFinding { level: 77, area: 99, ..good },
        HubFinding { struct_size: u32::MAX, ..good },
    ]
}

/// Bytes said to be a text.
trait IntoText {
    fn into_text(self) -> HubStr;
}

impl IntoText for HubBytes {
    fn into_text(self) -> HubStr {
        HubStr { ptr: self.ptr, len: self.len }
    }
}

unsafe extern "C" fn destroy(data: *mut c_void) {
    // SAFETY: HubPluginVtable.destroy: once; `create` made the box.
    drop(unsafe { Box::from_raw(data.cast::<Config>()) });
}

#[expect(clippy::cast_possible_truncation, reason = "structures of the contract are short")]
const fn size(bytes: usize) -> u32 {
    bytes as u32
}
