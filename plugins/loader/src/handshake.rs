//! What an exported entry must say before anything of the plugin is called.

use std::mem::offset_of;

use phytohub_plugin_api::{
    HUB_ABI_MAJOR, HUB_ID_BYTES_MAX, HUB_PLUGIN_MAGIC, HubPluginEntry, HubStr, reaches,
};
use thiserror::Error;

use crate::ffi::map::{Mapping, constant};
use crate::manifest::{Abi, Manifest, TEXT_BYTES_MAX};

/// What an entry says of its plugin.
#[derive(Clone, Debug)]
pub(crate) struct Introduction {
    pub(crate) build: String,
    pub(crate) abi: Abi,
    pub(crate) flags: u64,
}

/// A library is no plugin, or not the one that its manifest speaks of.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The exported address is null or not aligned.
    #[error(
        "hub_plugin_entry_v1 is not where an entry can be: export a HubPluginEntry; \
         expected=multiple of {} found={found:#x}", align_of::<HubPluginEntry>()
    )]
    Address {
        /// It.
        found: usize,
    },
    /// The function that makes instances is missing.
    #[error("the entry has no function create: set it; expected=address found=null")]
    NoCreate,
    /// It is another plugin.
    #[error("the entry's id is not the manifest's: correct one; expected={expected} found={found}")]
    Id {
        /// The manifest's.
        expected: String,
        /// The entry's.
        found: String,
    },
    /// It does not begin as an entry does.
    #[error(
        "the entry does not begin with HUB_PLUGIN_MAGIC: set it; expected={HUB_PLUGIN_MAGIC:#x} \
         found={found:#x}"
    )]
    Magic {
        /// What is there.
        found: u64,
    },
    /// Another major version of the contract.
    #[error(
        "the plugin was built for another contract: build it against this hub's header; \
         expected={HUB_ABI_MAJOR}.x found={found}"
    )]
    Major {
        /// The entry's.
        found: Abi,
    },
    /// The version of the contract is not what the manifest says.
    #[error(
        "the entry's abi is not the manifest's: correct one; expected={expected} found={found}"
    )]
    Minor {
        /// The manifest's.
        expected: Abi,
        /// The entry's.
        found: Abi,
    },
    /// It is smaller than the first version of the contract has it.
    #[error(
        "the entry's struct_size is too small: set it to sizeof(HubPluginEntry); \
         expected={ENTRY_BYTES} or more found={found}"
    )]
    StructSize {
        /// What it says.
        found: u32,
    },
    /// A text is not one.
    #[error("the entry's {field} is no text: correct it; expected={expected} found={found}")]
    Text {
        /// Which.
        field: &'static str,
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// It is another version of the plugin.
    #[error(
        "the entry's version is not the manifest's: correct one; expected={expected} found={found}"
    )]
    Version {
        /// The manifest's.
        expected: String,
        /// The entry's.
        found: String,
    },
}

/// Looks at an entry, from its first byte on, believing nothing before what it depends on.
pub(crate) fn shake(
    mapping: &Mapping,
    manifest: &Manifest,
) -> Result<Introduction, HandshakeError> {
    let address = HandshakeError::Address { found: mapping.address() };
    let magic = mapping.magic().ok_or_else(|| address.clone())?;
    if magic != HUB_PLUGIN_MAGIC {
        return Err(HandshakeError::Magic { found: magic });
    }
    let entry = mapping.entry().ok_or(address)?;
    let abi = Abi { major: entry.abi_major, minor: entry.abi_minor };
    // Another major version may mean anything else by what follows.
    if abi.major != HUB_ABI_MAJOR {
        return Err(HandshakeError::Major { found: abi });
    }
    if !reaches(entry.struct_size, ENTRY_BYTES) {
        return Err(HandshakeError::StructSize { found: entry.struct_size });
    }
    if abi != manifest.abi() {
        return Err(HandshakeError::Minor { expected: manifest.abi(), found: abi });
    }
    let id = text("id", entry.id, HUB_ID_BYTES_MAX as usize)?;
    if id != manifest.id() {
        return Err(HandshakeError::Id { expected: manifest.id().to_owned(), found: id });
    }
    let version = text("version", entry.version, TEXT_BYTES_MAX)?;
    if version != manifest.version().to_string() {
        let expected = manifest.version().to_string();
        return Err(HandshakeError::Version { expected, found: version });
    }
    let build = text("build", entry.build, BUILD_BYTES_MAX)?;
    if entry.create.is_none() {
        return Err(HandshakeError::NoCreate);
    }
    Ok(Introduction { build, abi, flags: entry.flags })
}

/// A text of an entry, with no control characters.
fn text(field: &'static str, text: HubStr, max: usize) -> Result<String, HandshakeError> {
    let wrong = |found: String| {
        let expected = format!("UTF-8 of at most {max} bytes");
        HandshakeError::Text { field, expected, found }
    };
    let bytes = constant(text, max).ok_or_else(|| {
        wrong(if text.ptr.is_null() { "null".to_owned() } else { format!("{} bytes", text.len) })
    })?;
    let text = str::from_utf8(bytes)
        .map_err(|error| wrong(format!("a byte that is not UTF-8 at {}", error.valid_up_to())))?;
    Ok(text.chars().flat_map(char::escape_debug).collect())
}

/// Bytes of the longest build text: compilers' own run to some hundred.
const BUILD_BYTES_MAX: usize = 256;
/// Where the last field that version 1.0 has ends.
pub(crate) const ENTRY_BYTES: usize =
    offset_of!(HubPluginEntry, create) + size_of::<Option<unsafe extern "C" fn()>>();
