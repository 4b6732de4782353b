//! `plugin.toml`: what a plugin says of itself, and what is refused in it.

use std::fmt::{self, Write as _};

use phytohub_plugin_api::HUB_ID_BYTES_MAX;
use semver::Version;
use thiserror::Error;
use toml::{Table, Value};

// Paths are named so that the fuzz target can have this file as a module of its own.
#[path = "manifest/value.rs"]
mod value;

pub use value::{Abi, LibraryHash};

/// Bytes of the longest manifest: far more than the lists below can fill.
pub const MANIFEST_BYTES_MAX: u64 = 64 << 10;
/// Bytes of the largest library: several times the size of one with all its symbols for a debugger.
pub const LIBRARY_BYTES_MAX: u64 = 256 << 20;
/// Extensions in one list: several times as many as the contract has.
pub const EXTENSIONS_MAX: usize = 64;
/// Bytes of the longest version, target or name of an extension: several times what is usual.
pub const TEXT_BYTES_MAX: usize = 64;

/// A manifest whose every value was checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Manifest {
    draft: ManifestDraft,
    version: Version,
    abi: Abi,
    sha256: LibraryHash,
    size: u64,
}

/// What the author of a plugin says in its manifest: all but what follows from the library.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the keys that a person writes")]
pub struct ManifestDraft {
    /// Names the plugin: 1 to 32 of a-z, 0-9 and '-'.
    pub id: String,
    /// Its version, as semver has it.
    pub version: String,
    /// Version of the contract that it was built against, `major.minor`.
    pub abi: String,
    /// Machine and system that it runs on, as a Rust target triple.
    pub target: String,
    /// Extensions of the hub (`hub.kv/1` …) without which it does not work.
    pub requires: Vec<String>,
    /// Extensions of the hub that it uses when they are granted.
    pub optional: Vec<String>,
    /// Extensions that it offers to the hub; empty says: whatever its library offers.
    pub provides: Vec<String>,
}

/// A `plugin.toml` that cannot be read. Texts name the key, what was expected and what was found.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// A key is not there.
    #[error("plugin.toml has no key {key}: add it; expected={expected}")]
    Missing {
        /// It.
        key: &'static str,
        /// What its value would be.
        expected: &'static str,
    },
    /// Its bytes are no text.
    #[error("plugin.toml is not UTF-8: save it as UTF-8; offset={offset}")]
    NotUtf8 {
        /// Where the first wrong byte is.
        offset: usize,
    },
    /// It is no TOML.
    #[error("plugin.toml is not TOML: correct it where its source says")]
    Syntax(#[source] Box<toml::de::Error>),
    /// It is too long.
    #[error("plugin.toml is too long: shorten it; bytes={found} limit={MANIFEST_BYTES_MAX}")]
    TooLong {
        /// Its bytes.
        found: usize,
    },
    /// A key that nobody knows.
    #[error("plugin.toml has an unknown key: remove or rename it; key={key} known={KEYS:?}")]
    Unknown {
        /// It.
        key: String,
    },
    /// A value is not what its key needs.
    #[error("{key} in plugin.toml is refused: correct it; expected={expected} found={found}")]
    Value {
        /// Its key.
        key: &'static str,
        /// What is expected.
        expected: &'static str,
        /// What is there, shortened.
        found: String,
    },
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// The first key that is missing, unknown or refused, or what is wrong with the text.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let mut table = table(bytes)?;
        let draft = ManifestDraft::take(&mut table)?;
        let sha256 = text(&mut table, "sha256", SHA256)?;
        let sha256 = sha256.parse().map_err(|_| refused("sha256", SHA256, sha256))?;
        let size = match table.remove("size") {
            None => return Err(ManifestError::Missing { key: "size", expected: SIZE }),
            Some(Value::Integer(size)) => {
                u64::try_from(size).map_err(|_| refused("size", SIZE, size))?
            }
            Some(other) => return Err(refused("size", SIZE, other)),
        };
        nothing_else(&table)?;
        Self::new(draft, sha256, size)
    }

    /// A manifest for a library with this hash and this many bytes.
    ///
    /// # Errors
    /// The first key whose value is refused.
    pub fn new(
        draft: ManifestDraft,
        sha256: LibraryHash,
        size: u64,
    ) -> Result<Self, ManifestError> {
        let (version, abi) = draft.check()?;
        if size == 0 || size > LIBRARY_BYTES_MAX {
            return Err(refused("size", SIZE, size));
        }
        Ok(Self { draft, version, abi, sha256, size })
    }

    /// Names the plugin: its namespace for keys, its label on metrics, its part of URLs.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.draft.id
    }

    /// The plugin's version.
    #[must_use]
    pub const fn version(&self) -> &Version {
        &self.version
    }

    /// Version of the contract that it was built against.
    #[must_use]
    pub const fn abi(&self) -> Abi {
        self.abi
    }

    /// Machine and system that it runs on, as a Rust target triple.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.draft.target
    }

    /// Hash of `plugin.so`.
    #[must_use]
    pub const fn sha256(&self) -> LibraryHash {
        self.sha256
    }

    /// Bytes of `plugin.so`.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Extensions of the hub without which it does not work.
    #[must_use]
    pub fn requires(&self) -> &[String] {
        &self.draft.requires
    }

    /// Extensions of the hub that it uses when they are granted.
    #[must_use]
    pub fn optional(&self) -> &[String] {
        &self.draft.optional
    }

    /// Extensions that it offers to the hub.
    #[must_use]
    pub fn provides(&self) -> &[String] {
        &self.draft.provides
    }

    /// What a person writes of it.
    #[must_use]
    pub const fn draft(&self) -> &ManifestDraft {
        &self.draft
    }

    /// It as the text of a `plugin.toml`.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let ManifestDraft { id, version, abi, target, requires, optional, provides } = &self.draft;
        let mut text = String::new();
        // No value can hold a quotation mark or a backslash: `check` let none in.
        for (key, value) in [("id", id), ("version", version), ("abi", abi), ("target", target)] {
            let _ = writeln!(text, "{key} = \"{value}\"");
        }
        let _ = writeln!(text, "sha256 = \"{}\"\nsize = {}", self.sha256, self.size);
        for (key, list) in [("requires", requires), ("optional", optional), ("provides", provides)]
        {
            let _ = writeln!(text, "{key} = {list:?}");
        }
        text
    }
}

impl ManifestDraft {
    /// A plugin for this machine and this version of the contract, which needs nothing and offers
    /// whatever its library does.
    #[must_use]
    pub fn new(id: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            version: version.into(),
            abi: Abi::HUB.to_string(),
            target: HOST_TARGET.to_owned(),
            requires: Vec::new(),
            optional: Vec::new(),
            provides: Vec::new(),
        }
    }

    /// Reads a manifest that may lack `sha256` and `size`, as its author has it.
    ///
    /// # Errors
    /// As [`Manifest::parse`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let mut table = table(bytes)?;
        let draft = Self::take(&mut table)?;
        table.remove("sha256");
        table.remove("size");
        nothing_else(&table)?;
        draft.check()?;
        Ok(draft)
    }

    fn take(table: &mut Table) -> Result<Self, ManifestError> {
        Ok(Self {
            id: text(table, "id", ID)?,
            version: text(table, "version", VERSION)?,
            abi: text(table, "abi", ABI)?,
            target: text(table, "target", TARGET)?,
            requires: list(table, "requires")?,
            optional: list(table, "optional")?,
            provides: list(table, "provides")?,
        })
    }

    fn check(&self) -> Result<(Version, Abi), ManifestError> {
        if !is_plugin_id(&self.id) {
            return Err(refused("id", ID, &self.id));
        }
        let version = Version::parse(&self.version).ok();
        let version = version.filter(|_| self.version.len() <= TEXT_BYTES_MAX);
        let version = version.ok_or_else(|| refused("version", VERSION, &self.version))?;
        let abi = self.abi.parse().map_err(|_| refused("abi", ABI, &self.abi))?;
        let target = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
        let triple = (1..=TEXT_BYTES_MAX).contains(&self.target.len());
        if !triple || !self.target.bytes().all(target) {
            return Err(refused("target", TARGET, &self.target));
        }
        let Self { requires, optional, provides, .. } = self;
        for (key, list) in [("requires", requires), ("optional", optional), ("provides", provides)]
        {
            if let Some(wrong) = list.iter().find(|name| !is_extension(name)) {
                return Err(refused(key, EXTENSIONS, wrong));
            }
            if list.len() > EXTENSIONS_MAX {
                return Err(refused(key, EXTENSIONS, format!("{} names", list.len())));
            }
            if let Some(twice) = twice(list.iter()) {
                return Err(refused(key, "each extension once", twice));
            }
        }
        match twice(requires.iter().chain(optional)) {
            Some(both) => Err(refused("optional", "none that is in requires", both)),
            None => Ok((version, abi)),
        }
    }
}

/// Whether this may name a plugin: 1 to 32 of a-z, 0-9 and '-'.
#[must_use]
pub fn is_plugin_id(id: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=HUB_ID_BYTES_MAX as usize).contains(&id.len()) && id.bytes().all(plain)
}

/// Whether this may name an extension: words of a-z and 0-9 with dots between, '/', a number.
fn is_extension(name: &str) -> bool {
    let Some((words, number)) = name.split_once('/') else { return false };
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b);
    name.len() <= TEXT_BYTES_MAX
        && words.split('.').all(|word| !word.is_empty() && word.bytes().all(plain))
        && !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit())
}

fn table(bytes: &[u8]) -> Result<Table, ManifestError> {
    if bytes.len() as u64 > MANIFEST_BYTES_MAX {
        return Err(ManifestError::TooLong { found: bytes.len() });
    }
    let text = str::from_utf8(bytes)
        .map_err(|error| ManifestError::NotUtf8 { offset: error.valid_up_to() })?;
    text.parse().map_err(|error| ManifestError::Syntax(Box::new(error)))
}

fn text(
    table: &mut Table,
    key: &'static str,
    expected: &'static str,
) -> Result<String, ManifestError> {
    match table.remove(key) {
        None => Err(ManifestError::Missing { key, expected }),
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(refused(key, expected, other)),
    }
}

/// A list that may be absent, which says the same as an empty one.
fn list(table: &mut Table, key: &'static str) -> Result<Vec<String>, ManifestError> {
    let items = match table.remove(key) {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(other) => return Err(refused(key, EXTENSIONS, other)),
    };
    let texts = items.into_iter().map(|item| match item {
        Value::String(text) => Ok(text),
        other => Err(refused(key, EXTENSIONS, other)),
    });
    texts.collect()
}

fn nothing_else(table: &Table) -> Result<(), ManifestError> {
    match table.keys().next() {
        Some(key) => Err(ManifestError::Unknown { key: shortened(key) }),
        None => Ok(()),
    }
}

fn twice<'a>(names: impl Iterator<Item = &'a String>) -> Option<&'a String> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names.windows(2).find_map(|pair| match pair {
        [one, other] if one == other => Some(*one),
        _ => None,
    })
}

fn refused(key: &'static str, expected: &'static str, found: impl fmt::Display) -> ManifestError {
    ManifestError::Value { key, expected, found: shortened(&found.to_string()) }
}

/// As much of a foreign text as a line of a log bears, with no control characters.
fn shortened(text: &str) -> String {
    text.chars().take(TEXT_BYTES_MAX).flat_map(char::escape_debug).collect()
}

/// Every key of a manifest.
const KEYS: [&str; 9] =
    ["id", "version", "abi", "target", "sha256", "size", "requires", "optional", "provides"];
const ID: &str = "1 to 32 of a-z, 0-9 and '-'";
const VERSION: &str = "a version as semver has it, such as 1.4.0, of at most 64 bytes";
const ABI: &str = "major.minor of the contract, such as 1.0";
const TARGET: &str = "a target triple, such as x86_64-unknown-linux-gnu";
const SHA256: &str = "64 hexadecimal digits";
const SIZE: &str = "a number of bytes from 1 to 268435456";
const EXTENSIONS: &str = "at most 64 names such as hub.kv/1";

/// Target that this build runs on, and that a plugin must be built for.
pub const HOST_TARGET: &str = {
    let gnu = cfg!(target_env = "gnu");
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        if gnu { "x86_64-unknown-linux-gnu" } else { "x86_64-unknown-linux-musl" }
    } else if cfg!(all(target_os = "linux", target_arch = "aarch64")) {
        if gnu { "aarch64-unknown-linux-gnu" } else { "aarch64-unknown-linux-musl" }
    } else {
        "unsupported"
    }
};

#[cfg(test)]
#[path = "manifest/tests.rs"]
mod tests;
