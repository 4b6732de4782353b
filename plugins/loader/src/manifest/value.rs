//! Values of a manifest that are more than text.

use std::fmt;
use std::str::FromStr;

use phytohub_plugin_api::{HUB_ABI_MAJOR, HUB_ABI_MINOR};

/// A version of the contract.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_structs, reason = "a major and a minor version")]
pub struct Abi {
    /// Equal on both sides.
    pub major: u16,
    /// Grows with each addition.
    pub minor: u16,
}

/// SHA-256 of a `plugin.so`; told in hexadecimal digits.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_structs, reason = "the 32 bytes of a hash")]
pub struct LibraryHash(pub [u8; 32]);

impl Abi {
    /// The one of this build.
    pub const HUB: Self = Self { major: HUB_ABI_MAJOR, minor: HUB_ABI_MINOR };
}

impl fmt::Display for Abi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for Abi {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let number = |part: &str| {
            let plain = part == "0" || !part.starts_with(['0', '+']);
            plain.then(|| part.parse().ok()).flatten().ok_or(())
        };
        let (major, minor) = text.split_once('.').ok_or(())?;
        Ok(Self { major: number(major)?, minor: number(minor)? })
    }
}

impl fmt::Display for LibraryHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for LibraryHash {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.as_bytes();
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(());
        }
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            let pair = str::from_utf8(pair).map_err(|_| ())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| ())?;
        }
        Ok(Self(hash))
    }
}
