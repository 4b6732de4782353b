//! Maps a library, and reads what it exports.
#![expect(unsafe_code, reason = "runs a library's constructors and reads what it exports")]

use std::path::Path;

use libc::RTLD_NODELETE;
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use phytohub_plugin_api::{HubPluginEntry, HubStr};

/// A library that is mapped, for ever.
#[derive(Debug)]
pub(crate) struct Mapping {
    entry: *const HubPluginEntry,
}

// SAFETY: `entry` points to a constant of a library that is never unmapped.
unsafe impl Send for Mapping {}
// SAFETY: as above; nothing writes through it.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps a library, which runs its constructors: only what a trusted key signed comes here.
    pub(crate) fn open(path: &Path) -> Result<Self, libloading::Error> {
        // SAFETY: whoever signed the library answers for its constructors; destructors never run,
        // since it stays mapped.
        let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) }?;
        // SAFETY: the symbol is only taken as an address here, which any symbol has.
        let symbol = unsafe { library.get::<*const HubPluginEntry>(ENTRY_SYMBOL) };
        let entry = symbol.map(|symbol| *symbol);
        let _for_ever = library.into_raw();
        Ok(Self { entry: entry? })
    }

    /// Where the entry is.
    pub(crate) fn address(&self) -> usize {
        self.entry.addr()
    }

    /// The first field, which says whether this is an entry at all, if it can be one.
    pub(crate) fn magic(&self) -> Option<u64> {
        if self.entry.is_null() || !self.entry.is_aligned() {
            return None;
        }
        // SAFETY: an aligned address of a symbol whose size the file's symbol table says to be that
        // of an entry; the magic is at its beginning.
        Some(unsafe { self.entry.cast::<u64>().read() })
    }

    /// The entry, of which only numbers may be believed before its `struct_size` was looked at.
    /// Nothing if the address cannot be one.
    pub(crate) fn entry(&self) -> Option<&'static HubPluginEntry> {
        self.magic()?;
        // SAFETY: as above; every pattern of bytes is an entry, and the library stays mapped.
        Some(unsafe { &*self.entry })
    }
}

/// The bytes of a text in an entry, at most `max`; nothing if there are more, or no memory.
pub(crate) fn constant(text: HubStr, max: usize) -> Option<&'static [u8]> {
    if text.len == 0 {
        return Some(&[]);
    }
    if text.len > max || text.ptr.is_null() {
        return None;
    }
    // SAFETY: texts of an entry are constants of its library, which stays mapped; the length is
    // within the limit, and the contract has it say how many bytes there are.
    Some(unsafe { std::slice::from_raw_parts(text.ptr, text.len) })
}

const ENTRY_SYMBOL: &[u8] = b"hub_plugin_entry_v1\0";
