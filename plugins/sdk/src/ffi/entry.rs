//! The entry that a plugin exports.

use std::ffi::c_void;
use std::sync::Arc;

use phytohub_plugin_api as abi;

use super::base::{bytes, size, store};
use super::call::diagnose;
use super::guard::{announce, caught, within};
use super::host::RawHost;
use super::instance::{Instance, Offers};
use crate::{CreateError, Error, Host, Plugin, error};

/// What `export_plugin!` knows of a plugin. Written by the macro alone.
#[doc(hidden)]
pub trait Exported: 'static {
    /// The plugin.
    type Plugin: Plugin;
    /// Version of the crate that exports it.
    const VERSION: &'static str;
    /// `HUB_ENTRY_` flags that the macro was asked for.
    const FLAGS: u64;
    /// Which traits it was asked for.
    fn offers(offers: &mut Offers<Self::Plugin>);
}

/// The plugin's entry, as a value that a `static` can hold.
#[doc(hidden)]
#[repr(transparent)]
#[derive(Debug)]
pub struct Entry(abi::HubPluginEntry);

// SAFETY: every pointer in it is to a constant of the program.
unsafe impl Sync for Entry {}
// SAFETY: as above.
unsafe impl Send for Entry {}

impl Entry {
    /// The entry of a plugin.
    #[must_use]
    pub const fn of<E: Exported>() -> Self {
        let unwinds = if cfg!(panic = "unwind") { abi::HUB_ENTRY_UNWINDS } else { 0 };
        Self(abi::HubPluginEntry {
            magic: abi::HUB_PLUGIN_MAGIC,
            struct_size: size::<abi::HubPluginEntry>(),
            abi_major: abi::HUB_ABI_MAJOR,
            abi_minor: abi::HUB_ABI_MINOR,
            flags: unwinds | E::FLAGS,
            id: abi::HubStr::new(E::Plugin::ID),
            version: abi::HubStr::new(E::VERSION),
            build: abi::HubStr::new(BUILD),
            create: Some(create::<E>),
        })
    }

    /// The entry as the contract has it.
    #[must_use]
    pub const fn get(&self) -> &abi::HubPluginEntry {
        &self.0
    }
}

/// Whether an id is one that the hub takes. Asked by the macro, at compile time.
#[doc(hidden)]
#[must_use]
pub const fn id_is_valid(id: &str) -> bool {
    let mut rest = id.as_bytes();
    if rest.is_empty() || rest.len() > abi::HUB_ID_BYTES_MAX as usize {
        return false;
    }
    while let [first, others @ ..] = rest {
        if !matches!(first, b'a'..=b'z' | b'0'..=b'9' | b'-') {
            return false;
        }
        rest = others;
    }
    true
}

const BUILD: &str = concat!("phytohub-plugin-sdk ", env!("CARGO_PKG_VERSION"));

unsafe extern "C" fn create<E: Exported>(
    call: *const abi::HubCall,
    host: *const abi::HubHost,
    config_json: abi::HubBytes,
    out: *mut abi::HubPlugin,
) -> abi::HubStatus {
    // SAFETY: HubPluginEntry.create: "`host` lives as long as the instance".
    let raw = unsafe { RawHost::new(host) };
    let (Some(raw), false) = (raw, out.is_null()) else {
        // SAFETY: the call is in progress.
        unsafe { diagnose(call, "create was called without a host or a place for the instance") };
        return abi::HUB_INVALID;
    };
    let raw = Arc::new(raw);
    // SAFETY: the hub lends the configuration for the length of this call.
    let json = unsafe { bytes(config_json) };
    let made = within(&raw, call, || {
        caught(|| {
            announce(&raw);
            let config = error::config::<<E::Plugin as Plugin>::Config>(json)?;
            let plugin = E::Plugin::create(Host::new(Arc::clone(&raw)), config)?;
            let mut offers = Offers::new();
            E::offers(&mut offers);
            Ok::<_, CreateError>(Instance::new(plugin, Arc::clone(&raw), &offers))
        })
    });
    let (status, reason) = match made {
        Ok(Ok(instance)) => {
            let plugin = abi::HubPlugin {
                data: Box::into_raw(instance).cast::<c_void>(),
                vtable: Instance::<E::Plugin>::VTABLE,
            };
            // SAFETY: `out` is not null and may be written, as `create` was promised.
            unsafe { store(out, plugin) };
            return abi::HUB_OK;
        }
        Ok(Err(error)) => {
            let error = Error::from(error);
            (error.kind().status(), error.chain())
        }
        Err(panic) => (abi::HUB_PANICKED, panic),
    };
    raw.close();
    // SAFETY: the call is in progress.
    unsafe { diagnose(call, &reason) };
    status
}
