//! Sections of a library: its symbols, its needs, the versions that it needs.

use super::{ElfError, Image, Inspection, number16, number32, number64};
use crate::handshake::ENTRY_BYTES;

/// The section headers of a library.
pub(super) struct Sections<'a> {
    image: &'a Image<'a>,
    headers: Vec<u8>,
}

/// A section with the texts that it refers to.
struct Section {
    bytes: Vec<u8>,
    texts: Vec<u8>,
}

/// A symbol that others see.
struct Symbol {
    name: String,
    defined: bool,
    data: bool,
    size: u64,
}

impl<'a> Image<'a> {
    pub(super) fn sections(&'a self) -> Result<Sections<'a>, ElfError> {
        let headers = self.table((40, 58, 60), SECTION_HEADER_BYTES, "section headers")?;
        Ok(Sections { image: self, headers })
    }
}

impl Sections<'_> {
    pub(super) fn inspect(&self) -> Result<Inspection, ElfError> {
        let (exported, imported): (Vec<_>, _) =
            self.symbols()?.into_iter().partition(|symbol| symbol.defined);
        let names = |symbols: Vec<Symbol>| {
            let mut names: Vec<_> = symbols.into_iter().map(|symbol| symbol.name).collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        let mut found = Inspection {
            exported: names(exported),
            imported: names(imported),
            ..Inspection::default()
        };
        self.linking(&mut found)?;
        found.glibc_floor = self.glibc_floor()?;
        Ok(found)
    }

    /// Whether the entry is there, as data of enough bytes.
    pub(super) fn entry(&self) -> Result<(), ElfError> {
        let mut exported = self.symbols()?.into_iter().filter(|symbol| symbol.defined);
        let entry = exported.find(|symbol| symbol.name == "hub_plugin_entry_v1");
        let entry = entry.ok_or(ElfError::NoEntry)?;
        if !entry.data || entry.size < ENTRY_BYTES as u64 {
            let kind = if entry.data { "data" } else { "code" };
            return Err(ElfError::Entry { found: format!("{kind} of {} bytes", entry.size) });
        }
        Ok(())
    }

    /// The first section of this type.
    fn section(&self, wanted: u32, part: &'static str) -> Result<Option<Section>, ElfError> {
        let damaged = || ElfError::Damaged { part };
        let mut headers = self.headers.chunks_exact(SECTION_HEADER_BYTES);
        let Some(header) = headers.find(|header| number32(header, 4) == Some(wanted)) else {
            return Ok(None);
        };
        let read = |header: &[u8]| {
            let (offset, size) = (number64(header, 24), number64(header, 32));
            self.image.bytes(offset.ok_or_else(damaged)?, size.ok_or_else(damaged)?, part)
        };
        let link = number32(header, 40).ok_or_else(damaged)? as usize;
        let texts = self.headers.chunks_exact(SECTION_HEADER_BYTES).nth(link);
        let texts = read(texts.ok_or_else(damaged)?)?;
        Ok(Some(Section { bytes: read(header)?, texts }))
    }

    fn symbols(&self) -> Result<Vec<Symbol>, ElfError> {
        let damaged = || ElfError::Damaged { part: "symbols" };
        let Some(section) = self.section(DYNAMIC_SYMBOLS, "symbols")? else {
            return Ok(Vec::new());
        };
        let mut symbols = Vec::new();
        for symbol in section.bytes.chunks_exact(SYMBOL_BYTES) {
            let Some(&[info, other]) = symbol.get(4..6) else { return Err(damaged()) };
            let place = number16(symbol, 6).ok_or_else(damaged)?;
            let name = number32(symbol, 0).ok_or_else(damaged)?;
            let name = section.text(u64::from(name)).ok_or_else(damaged)?;
            let seen = SEEN_BINDINGS.contains(&(info >> 4)) && SEEN.contains(&(other & 3));
            if seen && !name.is_empty() && place != ABSOLUTE && !OF_LINKERS.contains(&&*name) {
                let size = number64(symbol, 16).ok_or_else(damaged)?;
                let (defined, data) = (place != 0, info & 15 == DATA);
                symbols.push(Symbol { name, defined, data, size });
            }
        }
        Ok(symbols)
    }

    fn linking(&self, found: &mut Inspection) -> Result<(), ElfError> {
        let damaged = || ElfError::Damaged { part: "dynamic section" };
        let Some(section) = self.section(DYNAMIC, "dynamic section")? else {
            return Err(damaged());
        };
        for pair in section.bytes.chunks_exact(16) {
            let value = number64(pair, 8).ok_or_else(damaged)?;
            match number64(pair, 0).ok_or_else(damaged)? {
                0 => break,
                NEEDED => found.needed.push(section.text(value).ok_or_else(damaged)?),
                RPATH | RUNPATH => found.rpath = true,
                _ => {}
            }
        }
        Ok(())
    }

    fn glibc_floor(&self) -> Result<Option<(u32, u32)>, ElfError> {
        let part = "needed versions";
        let Some(section) = self.section(NEEDED_VERSIONS, part)? else { return Ok(None) };
        section.versions().ok_or(ElfError::Damaged { part })
    }
}

impl Section {
    fn text(&self, at: u64) -> Option<String> {
        let text = self.texts.get(usize::try_from(at).ok()?..)?;
        let end = text.iter().position(|byte| *byte == 0)?;
        Some(String::from_utf8_lossy(text.get(..end)?).into_owned())
    }

    /// The highest `GLIBC_x.y` in lists of lists, each item of which says how far the next one is.
    fn versions(&self) -> Option<Option<(u32, u32)>> {
        let (mut highest, mut at) = (None, 0_usize);
        // Lists that share items could have more of them than there is room for.
        let mut left = self.bytes.len() / VERSION_BYTES;
        loop {
            let mut name_at = at.checked_add(number32(&self.bytes, at + 8)? as usize)?;
            loop {
                left = left.checked_sub(1)?;
                let name = self.text(u64::from(number32(&self.bytes, name_at + 8)?))?;
                let version = name.strip_prefix("GLIBC_").and_then(version);
                highest = highest.max(version);
                match number32(&self.bytes, name_at + 12)? as usize {
                    0 => break,
                    next if next < VERSION_BYTES => return None,
                    next => name_at = name_at.checked_add(next)?,
                }
            }
            match number32(&self.bytes, at + 12)? as usize {
                0 => return Some(highest),
                next if next < VERSION_BYTES => return None,
                next => at = at.checked_add(next)?,
            }
        }
    }
}

/// `2.34` of `GLIBC_2.34`, also of `GLIBC_2.2.5`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

/// What linkers export for their own use.
const OF_LINKERS: [&str; 7] =
    ["_init", "_fini", "_edata", "_end", "__bss_start", "_etext", "etext"];

// Numbers of the ELF specification and of GNU's additions to it.
const SECTION_HEADER_BYTES: usize = 64;
const SYMBOL_BYTES: usize = 24;
const VERSION_BYTES: usize = 16;
const DYNAMIC: u32 = 6;
const DYNAMIC_SYMBOLS: u32 = 11;
const NEEDED_VERSIONS: u32 = 0x6fff_fffe;
const NEEDED: u64 = 1;
const RPATH: u64 = 15;
const RUNPATH: u64 = 29;
const ABSOLUTE: u16 = 0xfff1;
const DATA: u8 = 1;
/// Global, weak, unique.
const SEEN_BINDINGS: [u8; 3] = [1, 2, 10];
/// Default, protected.
const SEEN: [u8; 2] = [0, 3];
