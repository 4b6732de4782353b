//! What is known of an envelope's content without reading it.

use std::fmt;

/// How the content's character data is written between its tags.
///
/// Content is kept as the bytes that arrived; the form says how to read them as character data.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u8)]
pub enum ContentForm {
    /// No reference, no CDATA section and no carriage return: the bytes are the character data.
    Plain = 0,
    /// Character data with entity or character references, or with raw carriage returns.
    Escaped = 1,
    /// One or more CDATA sections, possibly mixed with escaped text.
    Mixed = 2,
}

impl ContentForm {
    /// The form for its stored number.
    #[must_use]
    pub fn from_u8(value: u8) -> Option<Self> {
        match value {
            0 => Some(Self::Plain),
            1 => Some(Self::Escaped),
            2 => Some(Self::Mixed),
            _ => None,
        }
    }
}

/// SHA-256 over the decoded character data as UTF-8 after XML line-end normalization.
///
/// Prefixed with [`ContentHash::DOMAIN`], so that the hash of a content is never the hash of
/// anything else. It is the same for CDATA and for escaped text; either partner can compute it.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct ContentHash(pub [u8; 32]);

impl ContentHash {
    /// What is hashed ahead of the character data.
    pub const DOMAIN: &'static [u8] = b"phytohub content 1\n";
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({self})")
    }
}
