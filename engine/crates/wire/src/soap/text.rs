//! Character data as it arrived.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use phytohub_domain::ContentForm;

use super::write::push_text;
use crate::xml;

/// The character data of a field, as received: a range of the request.
#[derive(Clone)]
pub struct Text {
    raw: Bytes,
    form: ContentForm,
}

impl Text {
    pub(super) const fn new(raw: Bytes, form: ContentForm) -> Self {
        Self { raw, form }
    }

    /// A text of our own.
    #[must_use]
    pub const fn from_static(text: &'static str) -> Self {
        Self { raw: Bytes::from_static(text.as_bytes()), form: ContentForm::Plain }
    }

    /// A text that was read already, by whoever hands it on.
    #[must_use]
    pub fn of(text: String) -> Self {
        Self { raw: Bytes::from(text), form: ContentForm::Plain }
    }

    /// The bytes between the tags.
    #[must_use]
    pub const fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// How to read them.
    #[must_use]
    pub const fn form(&self) -> ContentForm {
        self.form
    }

    /// Whether the text has no character; so is one whose element is absent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let mut empty = true;
        xml::decode(&self.raw, self.form, &mut |_| empty = false);
        empty
    }

    /// The text as the sender meant it. Borrowed unless it holds a reference, a CDATA section or
    /// a carriage return.
    #[must_use]
    pub fn decode(&self) -> Cow<'_, str> {
        if self.form == ContentForm::Plain {
            return String::from_utf8_lossy(&self.raw);
        }
        let mut decoded = Vec::with_capacity(self.raw.len());
        xml::decode(&self.raw, self.form, &mut |piece| decoded.extend_from_slice(piece));
        Cow::Owned(String::from_utf8(decoded).unwrap_or_default())
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::from_static("")
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Text").field(&self.decode()).finish()
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.decode() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.decode() == *other
    }
}

/// An envelope's content as received: checked, not decoded.
///
/// `raw` is well-formed character data of XML 1.0 in UTF-8, so it can stand between the tags of
/// any reply in UTF-8.
#[derive(Clone, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the store gives both parts back")]
pub struct Content {
    /// The bytes between the tags.
    pub raw: Bytes,
    /// How to read them.
    pub form: ContentForm,
}

impl Content {
    /// A text of our own as content. Escaped, for there are clients that take a document in a CDATA
    /// section for a part of the reply.
    #[must_use]
    pub fn escaped(text: &str) -> Self {
        let mut raw = String::with_capacity(text.len() + text.len() / 4);
        push_text(&mut raw, text);
        Self { raw: Bytes::from(raw), form: ContentForm::Escaped }
    }

    /// Appends a piece of a text, cut anywhere, as [`Content::escaped`] writes it. What is no
    /// character of XML stays as it is: whoever reads the content refuses it.
    pub fn escape_piece(piece: &[u8], out: &mut Vec<u8>) {
        for byte in piece {
            match byte {
                b'<' => out.extend_from_slice(b"&lt;"),
                b'>' => out.extend_from_slice(b"&gt;"),
                b'&' => out.extend_from_slice(b"&amp;"),
                b'\r' => out.extend_from_slice(b"&#13;"),
                _ => out.push(*byte),
            }
        }
    }

    /// Feeds the decoded character data to `sink`, in order, in pieces.
    pub fn decode(&self, sink: &mut dyn FnMut(&[u8])) {
        decode_content(&self.raw, self.form, sink);
    }
}

impl Default for Content {
    fn default() -> Self {
        Self { raw: Bytes::new(), form: ContentForm::Plain }
    }
}

impl fmt::Debug for Content {
    /// Never the content itself: it belongs to its sender and its recipient.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("bytes", &self.raw.len()).field("form", &self.form).finish()
    }
}

/// Feeds the character data that a checked content stands for to `sink`, in order, in pieces that
/// are never empty:
/// references and CDATA sections resolved, `CR` and `CRLF` made `LF` as XML demands.
pub fn decode_content(raw: &[u8], form: ContentForm, sink: &mut dyn FnMut(&[u8])) {
    xml::decode(raw, form, sink);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_our_own_is_read_back_whatever_is_in_it() {
        for text in ["", "<a>&amp;</a>", "]]>", "a\r\nb\r]]>\r", "]]]]>>", "å]]"] {
            let content = Content::escaped(text);
            let mut read = Vec::new();
            content.decode(&mut |piece| read.extend_from_slice(piece));
            assert_eq!(String::from_utf8_lossy(&read), text);
            for size in 1..4 {
                let mut pieces = Vec::new();
                for piece in text.as_bytes().chunks(size) {
                    Content::escape_piece(piece, &mut pieces);
                }
                assert_eq!(content.raw, pieces, "in pieces of {size}");
            }
        }
    }
}
