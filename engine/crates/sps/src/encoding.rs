//! From the bytes of a file or of an envelope's content to text.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// How the bytes had to be taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// ISO 8859-1, which is taken only where it is declared and the bytes are not UTF-8.
    Latin1,
}

impl Encoding {
    /// The name as IANA has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Latin1 => "ISO-8859-1",
        }
    }
}

/// The text of a document and how it was got.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Decoded<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) encoding: Encoding,
    /// Whether the text lay in Base64.
    pub(crate) base64: bool,
}

/// Why bytes are no text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum DecodeFlaw {
    /// No bytes but white space.
    Empty,
    /// More bytes than may be looked at.
    TooLong,
    /// The bytes are in no encoding that is read; the first bad byte.
    Encoding(usize),
}

/// Recognizes the encoding and transcodes where needed; UTF-8 is borrowed.
pub(crate) fn decode(bytes: &[u8], bytes_max: usize) -> Result<Decoded<'_>, DecodeFlaw> {
    let bytes_max = bytes_max.min(u32::MAX as usize);
    let plain = decode_plain(bytes, bytes_max)?;
    let Some(inner) = unwrap_base64(&plain.text) else { return Ok(plain) };
    // Decoded once: what is Base64 again stays what it is.
    let inner = decode_plain(&inner, bytes_max)?;
    let text = Cow::Owned(inner.text.into_owned());
    Ok(Decoded { text, encoding: inner.encoding, base64: true })
}

fn decode_plain(bytes: &[u8], bytes_max: usize) -> Result<Decoded<'_>, DecodeFlaw> {
    if bytes.len() > bytes_max {
        return Err(DecodeFlaw::TooLong);
    }
    let decoded = match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes, Encoding::Utf16Le)?,
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes, Encoding::Utf16Be)?,
        [b'<', 0, ..] => utf16(bytes, u16::from_le_bytes, Encoding::Utf16Le)?,
        [0, b'<', ..] => utf16(bytes, u16::from_be_bytes, Encoding::Utf16Be)?,
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest, 3)?,
        _ => utf8(bytes, 0)?,
    };
    if decoded.text.len() > bytes_max {
        return Err(DecodeFlaw::TooLong);
    }
    if decoded.text.bytes().all(|byte| byte.is_ascii_whitespace()) {
        return Err(DecodeFlaw::Empty);
    }
    Ok(decoded)
}

fn utf8(bytes: &[u8], before: usize) -> Result<Decoded<'_>, DecodeFlaw> {
    // Nearly all of it is ASCII, which the standard library goes through as fast as any.
    let (text, encoding) = match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), Encoding::Utf8),
        Err(_) if declares_latin1(bytes) => {
            (Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()), Encoding::Latin1)
        }
        Err(error) => return Err(DecodeFlaw::Encoding(before + error.valid_up_to())),
    };
    Ok(Decoded { text, encoding, base64: false })
}

fn utf16(
    bytes: &[u8],
    unit: fn([u8; 2]) -> u16,
    encoding: Encoding,
) -> Result<Decoded<'_>, DecodeFlaw> {
    let (units, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    for (at, character) in char::decode_utf16(units.iter().map(|pair| unit(*pair))).enumerate() {
        text.push(character.map_err(|_| DecodeFlaw::Encoding(at * 2))?);
    }
    if !rest.is_empty() {
        return Err(DecodeFlaw::Encoding(bytes.len()));
    }
    Ok(Decoded { text: Cow::Owned(text), encoding, base64: false })
}

fn declares_latin1(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(DECLARATION_BYTES)).unwrap_or_default();
    let head = head.split(|byte| *byte == b'>').next().unwrap_or_default().to_ascii_lowercase();
    head.starts_with(b"<?xml") && memchr::memmem::find(&head, b"iso-8859-1").is_some()
}

/// What lies in Base64, if that looks like a document.
fn unwrap_base64(text: &str) -> Option<Vec<u8>> {
    if text.trim_ascii_start().starts_with('<') {
        return None;
    }
    let dense = || text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    let head: [u8; 8] = std::array::from_fn({
        let mut first = dense();
        move |_| first.next().unwrap_or_default()
    });
    let start = BASE64.decode(head).ok()?;
    let document = matches!(
        start.as_slice(),
        [b'<' | b' ' | b'\t' | b'\r' | b'\n', ..]
            | [0xEF, 0xBB, 0xBF, ..]
            | [0xFF, 0xFE, ..]
            | [0xFE, 0xFF, ..]
            | [0, b'<', ..]
    );
    if !document {
        return None;
    }
    BASE64.decode(dense().collect::<Vec<u8>>()).ok()
}

/// Senders leave the padding out as often as not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Longer than any XML declaration seen.
const DECLARATION_BYTES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], text: &str, encoding: Encoding, base64: bool) {
        let decoded = decode(bytes, 1 << 20).expect("decodable");
        assert_eq!((&*decoded.text, decoded.encoding, decoded.base64), (text, encoding, base64));
    }

    fn utf16_bytes(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "<a>ø\u{1F33E}</a>";
        check(text.as_bytes(), text, Encoding::Utf8, false);
        check(format!("\u{FEFF}{text}").as_bytes(), text, Encoding::Utf8, false);
        check(&utf16_bytes(text, u16::to_le_bytes), text, Encoding::Utf16Le, false);
        check(&utf16_bytes(text, u16::to_be_bytes), text, Encoding::Utf16Be, false);
        let marked = format!("\u{FEFF}{text}");
        check(&utf16_bytes(&marked, u16::to_le_bytes), text, Encoding::Utf16Le, false);
        check(&utf16_bytes(&marked, u16::to_be_bytes), text, Encoding::Utf16Be, false);
    }

    #[test]
    fn base64_is_unwrapped_once() {
        let text = "<certificate>ø</certificate>";
        let once = BASE64.encode(text);
        check(once.as_bytes(), text, Encoding::Utf8, true);
        let broken = once.as_bytes().chunks(7).collect::<Vec<_>>().join(&b"\r\n"[..]);
        check(&broken, text, Encoding::Utf8, true);
        check(once.trim_end_matches('=').as_bytes(), text, Encoding::Utf8, true);
        let wide = BASE64.encode(utf16_bytes(text, u16::to_le_bytes));
        check(wide.as_bytes(), text, Encoding::Utf16Le, true);
        let twice = BASE64.encode(format!(" {once}"));
        check(twice.as_bytes(), &format!(" {once}"), Encoding::Utf8, true);
    }

    #[test]
    fn latin1_is_taken_where_it_is_declared() {
        let text = "<?xml version='1.0' encoding='ISO-8859-1'?><a>ø</a>";
        let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
        check(&bytes, text, Encoding::Latin1, false);
        check(text.as_bytes(), text, Encoding::Utf8, false);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(decode(b"", 9), Err(DecodeFlaw::Empty));
        assert_eq!(decode(b" \r\n", 9), Err(DecodeFlaw::Empty));
        assert_eq!(decode(b"0123456789", 9), Err(DecodeFlaw::TooLong));
        assert_eq!(decode(b"<a>\xFF</a>", 99), Err(DecodeFlaw::Encoding(3)));
        assert_eq!(decode(b"<\0a\0>", 99), Err(DecodeFlaw::Encoding(5)));
        assert_eq!(decode(b"<\0\0\xD8>\0", 99), Err(DecodeFlaw::Encoding(2)));
    }
}
