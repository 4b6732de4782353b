//! Looks into a library without mapping it: the system's loader believes what a file says of itself
//! and dies of what is not so.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use thiserror::Error;

use crate::handshake::ENTRY_BYTES;
use crate::manifest::LIBRARY_BYTES_MAX;

mod sections;

/// What a library exports and needs, and how it was linked.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Inspection {
    /// Symbols that others can use, without those that linkers add; sorted.
    pub exported: Vec<String>,
    /// Symbols that it uses of others; sorted.
    pub imported: Vec<String>,
    /// Libraries that it needs (`libc.so.6` …).
    pub needed: Vec<String>,
    /// The oldest glibc that has all that it needs; nothing if it needs none.
    pub glibc_floor: Option<(u32, u32)>,
    /// Whether it says where its libraries are to be looked for.
    pub rpath: bool,
}

/// A file is no library that a plugin can be.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ElfError {
    /// It exports no entry.
    #[error("plugin.so does not export hub_plugin_entry_v1: export a HubPluginEntry of that name")]
    NoEntry,
    /// Its entry is no data, or too little.
    #[error(
        "hub_plugin_entry_v1 of plugin.so is no HubPluginEntry: export one; expected=data of at \
         least {ENTRY_BYTES} bytes found={found}"
    )]
    Entry {
        /// What it is.
        found: String,
    },
    /// It cannot be read.
    #[error("cannot read plugin.so: correct that")]
    Io(#[source] io::Error),
    /// It is for another machine.
    #[error(
        "plugin.so is for another machine: build it for this one; expected=ELF machine {MACHINE} \
         found=ELF machine {found}"
    )]
    Machine {
        /// The number that ELF has for it.
        found: u16,
    },
    /// It is no library at all.
    #[error(
        "plugin.so is no library: link it with -shared; expected=64-bit ELF, shared found={found}"
    )]
    NotALibrary {
        /// What it is.
        found: &'static str,
    },
    /// It is cut short or otherwise not what it says of itself.
    #[error("plugin.so is damaged: build or copy it anew; part={part}")]
    Damaged {
        /// What of it cannot be.
        part: &'static str,
    },
}

/// Looks into a library.
///
/// # Errors
/// If it is none for this machine, or damaged.
pub fn inspect(library: &Path) -> Result<Inspection, ElfError> {
    inspect_file(&File::open(library).map_err(ElfError::Io)?)
}

pub(crate) fn inspect_file(library: &File) -> Result<Inspection, ElfError> {
    Image::open(library)?.sections()?.inspect()
}

/// Whether this is a library for this machine, whole, with an entry large enough.
pub(crate) fn check(library: &File) -> Result<(), ElfError> {
    let image = Image::open(library)?;
    image.segments_are_there()?;
    image.sections()?.entry()
}

/// A file that says of itself to be a library for this machine.
pub(crate) struct Image<'a> {
    file: &'a File,
    size: u64,
    header: Vec<u8>,
}

impl<'a> Image<'a> {
    fn open(file: &'a File) -> Result<Self, ElfError> {
        let size = file.metadata().map_err(ElfError::Io)?.len();
        let not = |found| ElfError::NotALibrary { found };
        if size > LIBRARY_BYTES_MAX {
            return Err(not("a file of more than 256 MiB"));
        }
        let mut image = Self { file, size, header: Vec::new() };
        image.header = image.bytes(0, HEADER_BYTES, "header").map_err(|_| not("a short file"))?;
        let header = image.header.as_slice();
        if header.get(..4) != Some(b"\x7fELF") {
            return Err(not("another kind of file"));
        }
        if header.get(4..6) != Some(&[CLASS_64, LITTLE_ENDIAN]) {
            return Err(not("ELF of another width or byte order"));
        }
        let part = "header";
        let kind = number16(header, 16).ok_or(ElfError::Damaged { part })?;
        if kind != SHARED {
            return Err(not("ELF of another type"));
        }
        let found = number16(header, 18).ok_or(ElfError::Damaged { part })?;
        if found != MACHINE {
            return Err(ElfError::Machine { found });
        }
        Ok(image)
    }

    /// Some bytes of it. What is asked for lies in the file, which is of limited size.
    pub(crate) fn bytes(
        &self,
        offset: u64,
        len: u64,
        part: &'static str,
    ) -> Result<Vec<u8>, ElfError> {
        let end = offset.checked_add(len).filter(|end| *end <= self.size);
        let len = end.and_then(|_| usize::try_from(len).ok());
        let mut bytes = vec![0; len.ok_or(ElfError::Damaged { part })?];
        self.file.read_exact_at(&mut bytes, offset).map_err(ElfError::Io)?;
        Ok(bytes)
    }

    /// A table that the header tells of: entries of this many bytes.
    pub(crate) fn table(
        &self,
        (offset, size, count): (usize, usize, usize),
        entry: usize,
        part: &'static str,
    ) -> Result<Vec<u8>, ElfError> {
        let damaged = || ElfError::Damaged { part };
        let offset = number64(&self.header, offset).ok_or_else(damaged)?;
        let size = number16(&self.header, size).ok_or_else(damaged)?;
        let count = number16(&self.header, count).ok_or_else(damaged)?;
        if usize::from(size) != entry || count == 0 {
            return Err(damaged());
        }
        self.bytes(offset, u64::from(size) * u64::from(count), part)
    }

    /// Whether all that is to be mapped is in the file: reading what is not ends the process.
    fn segments_are_there(&self) -> Result<(), ElfError> {
        let damaged = || ElfError::Damaged { part: "program headers" };
        let table = self.table((32, 54, 56), PROGRAM_HEADER_BYTES, "program headers")?;
        for segment in table.chunks_exact(PROGRAM_HEADER_BYTES) {
            let kind = number32(segment, 0).ok_or_else(damaged)?;
            let offset = number64(segment, 8).ok_or_else(damaged)?;
            let len = number64(segment, 32).ok_or_else(damaged)?;
            let end = offset.checked_add(len);
            if kind == LOADED && end.is_none_or(|end| end > self.size) {
                return Err(ElfError::Damaged { part: "segments" });
            }
        }
        Ok(())
    }
}

pub(crate) fn number16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

pub(crate) fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

pub(crate) fn number64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

// Numbers of the ELF specification.
const HEADER_BYTES: u64 = 64;
const PROGRAM_HEADER_BYTES: usize = 56;
const CLASS_64: u8 = 2;
const LITTLE_ENDIAN: u8 = 1;
const SHARED: u16 = 3;
const LOADED: u32 = 1;
const MACHINE: u16 = if cfg!(target_arch = "aarch64") { 183 } else { 62 };
