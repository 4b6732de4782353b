//! The door: size, encoding and characters, before any tag is looked at.

use bytes::Bytes;
use phytohub_domain::Limits;

use super::{Place, ReadError};
use crate::xml::{Encoding, Fault, Scanner, Span, XmlError, check_characters, is_blank, to_utf8};

/// A request as UTF-8, with what is known of its encoding.
pub(super) struct Message {
    pub(super) body: Bytes,
    /// Of the bytes that arrived.
    encoding: Encoding,
    /// The Content-Type said so: then the XML declaration counts for nothing (RFC 7303).
    said: bool,
}

/// Decides the encoding by the HTTP charset, else by the first bytes, and makes UTF-16 UTF-8.
pub(super) fn enter(
    body: Bytes,
    http_charset: Option<&str>,
    limits: &Limits,
) -> Result<Message, ReadError> {
    let limit = limits.request_bytes.min(u32::MAX as usize);
    let fits = |bytes| {
        if bytes > limit { Err(ReadError::PeerSentTooMuch { bytes, limit }) } else { Ok(()) }
    };
    if body.is_empty() {
        return Err(ReadError::PeerSentNothing);
    }
    fits(body.len())?;
    let charset = http_charset.unwrap_or_default().trim_ascii().trim_matches('"');
    let said = !charset.is_empty();
    let encoding = if said {
        by_charset(charset, &body)?
    } else {
        Encoding::sniffed(&body).unwrap_or(Encoding::Utf8)
    };
    if !encoding.is_16_bit() {
        return Ok(Message { body, encoding, said });
    }
    let body = to_utf8(&body, encoding == Encoding::Utf16Le).map_err(|before| {
        let place = Place::of(before.as_bytes(), before.len());
        ReadError::PeerSentBadXml { rule: XmlError::NotUtf16, place }
    })?;
    fits(body.len())?;
    Ok(Message { body, encoding, said })
}

/// Reads the XML declaration, holds it against the encoding, and checks every character.
pub(super) fn check_encoding(
    message: &Message,
    scanner: &mut Scanner<'_>,
) -> Result<(), ReadError> {
    let body = &message.body;
    let fault = |fault| ReadError::from_fault(body, fault, "");
    let declared = scanner.declaration().map_err(fault)?.filter(|_| !message.said);
    if let Some(span) = declared {
        check_declared(message, span)?;
    }
    if simdutf8::basic::from_utf8(body).is_err() {
        let at = std::str::from_utf8(body).map_or_else(|error| error.valid_up_to(), str::len);
        return Err(fault(Fault::xml(at, XmlError::NotUtf8)));
    }
    check_characters(body).map_err(fault)
}

fn check_declared(message: &Message, span: Span) -> Result<(), ReadError> {
    let name = || String::from_utf8_lossy(span.of(&message.body)).into_owned();
    let Some(declared) = Encoding::named(&String::from_utf8_lossy(span.of(&message.body))) else {
        return Err(ReadError::PeerSentEncoding { name: name() });
    };
    let ascii = declared != Encoding::Ascii || message.body.is_ascii();
    if declared.covers(message.encoding) && ascii {
        Ok(())
    } else {
        Err(ReadError::PeerSentOtherEncoding { name: name() })
    }
}

fn by_charset(name: &str, body: &[u8]) -> Result<Encoding, ReadError> {
    let cut = || name.chars().take(NAME_CHARACTERS_MAX).collect();
    let Some(named) = Encoding::named(name) else {
        return Err(ReadError::PeerSentEncoding { name: cut() });
    };
    // Without a mark, and without `<` first, UTF-16 can begin with nothing but a blank.
    let blank = |high: usize, low: usize| {
        body.get(high) == Some(&0) && body.get(low).is_some_and(|byte| is_blank(*byte))
    };
    let encoding = match (Encoding::sniffed(body), named) {
        (Some(sniffed), _) => sniffed,
        (None, Encoding::Utf16 | Encoding::Utf16Be) if blank(0, 1) => Encoding::Utf16Be,
        (None, Encoding::Utf16 | Encoding::Utf16Le) if blank(1, 0) => Encoding::Utf16Le,
        (None, _) => Encoding::Utf8,
    };
    let ascii = named != Encoding::Ascii || body.is_ascii();
    if named.covers(encoding) && ascii {
        Ok(encoding)
    } else {
        Err(ReadError::PeerSentOtherEncoding { name: cut() })
    }
}

/// The longest name that the hub reads has 8; an error's text should stay one line.
const NAME_CHARACTERS_MAX: usize = 32;
