//! A content is checked between two tags of ours, which its buffer holds from the start: so that
//! one scanner judges what both doors take, and nothing is copied.

use bytes::Bytes;
use phytohub_domain::Limits;

use crate::soap::{Content, ReadError};
use crate::xml::{At, Event, Fault, Scanner, Tables, XmlError, check_characters};

/// What a content's buffer begins with.
pub const CONTENT_BEFORE: &[u8] = b"<c>";

/// What it ends with.
pub const CONTENT_BEHIND: &[u8] = b"</c>";

/// The content between [`CONTENT_BEFORE`] and [`CONTENT_BEHIND`]: a range of `framed`, checked as
/// one that came in an envelope of the other door. Places in errors count from the content's start.
///
/// # Errors
/// When it is no character data of XML 1.0 in UTF-8, or over a limit.
pub fn read_content(framed: &Bytes, limits: &Limits) -> Result<Content, ReadError> {
    let end = framed.len().saturating_sub(CONTENT_BEHIND.len());
    let inside = framed.get(CONTENT_BEFORE.len()..end).unwrap_or_default();
    // Ranges have 32 bits.
    if inside.len() > limits.content_bytes || u32::try_from(framed.len()).is_err() {
        return Err(ReadError::PeerSentTooMuch {
            bytes: inside.len(),
            limit: limits.content_bytes,
        });
    }
    let told = |fault: Fault| {
        let at = fault.at.saturating_sub(CONTENT_BEFORE.len());
        ReadError::from_fault(inside, Fault { at, ..fault }, NAME)
    };
    if simdutf8::basic::from_utf8(inside).is_err() {
        return Err(ReadError::PeerSentOtherEncoding { name: "UTF-8".to_owned() });
    }
    check_characters(inside).map_err(|fault| ReadError::from_fault(inside, fault, NAME))?;
    let mut tables = Tables::NEW;
    let mut scanner = Scanner::new(framed, &mut tables, limits);
    if scanner.next().map_err(told)? != Event::Start {
        return Err(told(Fault::xml(0, XmlError::NoRoot)));
    }
    scanner.text().map_err(told)?;
    let characters = scanner.characters();
    // An end tag inside would end it before its end.
    if characters.span.end() != end {
        return Err(told(Fault { at: characters.span.end(), what: At::MarkupInText }));
    }
    let raw =
        if inside.is_empty() { Bytes::new() } else { framed.slice(CONTENT_BEFORE.len()..end) };
    Ok(Content { raw, form: characters.form })
}

const NAME: &str = "Content";
