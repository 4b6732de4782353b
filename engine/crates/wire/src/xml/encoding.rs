//! Which encoding a message is in, and UTF-16 made UTF-8 at the door.

use bytes::Bytes;

/// An encoding that the hub reads.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Encoding {
    /// A subset of UTF-8; bytes above 127 are refused.
    Ascii,
    Utf8,
    /// Byte order by the mark, else big-endian (RFC 2781), unless the first `<` says otherwise.
    Utf16,
    Utf16Be,
    Utf16Le,
}

impl Encoding {
    /// The encoding of this name, if the hub reads it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        Some(match () {
            () if is("utf-8") || is("utf8") => Self::Utf8,
            () if is("us-ascii") || is("ascii") => Self::Ascii,
            () if is("utf-16") || is("utf16") => Self::Utf16,
            () if is("utf-16le") => Self::Utf16Le,
            () if is("utf-16be") => Self::Utf16Be,
            () => return None,
        })
    }

    /// What the first bytes say: a byte order mark, or `<` in two bytes.
    pub(crate) fn sniffed(input: &[u8]) -> Option<Self> {
        match input {
            [0xEF, 0xBB, 0xBF, ..] => Some(Self::Utf8),
            [0xFF, 0xFE, ..] | [b'<', 0, ..] => Some(Self::Utf16Le),
            [0xFE, 0xFF, ..] | [0, b'<', ..] => Some(Self::Utf16Be),
            _ => None,
        }
    }

    pub(crate) const fn is_16_bit(self) -> bool {
        matches!(self, Self::Utf16 | Self::Utf16Be | Self::Utf16Le)
    }

    /// Whether a message in the encoding `other` may be called by this name.
    pub(crate) const fn covers(self, other: Self) -> bool {
        match self {
            Self::Ascii | Self::Utf8 => !other.is_16_bit(),
            Self::Utf16 => other.is_16_bit(),
            Self::Utf16Be => matches!(other, Self::Utf16 | Self::Utf16Be),
            Self::Utf16Le => matches!(other, Self::Utf16 | Self::Utf16Le),
        }
    }
}

/// UTF-16 as UTF-8, without a byte order mark; what could be read, if it is not UTF-16.
pub(crate) fn to_utf8(input: &[u8], little_endian: bool) -> Result<Bytes, String> {
    let (units, rest) = input.as_chunks::<2>();
    let units = units.iter().map(|unit| {
        if little_endian { u16::from_le_bytes(*unit) } else { u16::from_be_bytes(*unit) }
    });
    // Latin text needs one byte for two; three for two is the worst.
    let mut text = String::with_capacity(input.len() / 2 + input.len() / 8);
    for (at, decoded) in char::decode_utf16(units).enumerate() {
        match decoded {
            Ok('\u{feff}') if at == 0 => {}
            Ok(character) => text.push(character),
            Err(_) => return Err(text),
        }
    }
    if rest.is_empty() { Ok(Bytes::from(text)) } else { Err(text) }
}
