//! Namespace bindings in scope, on the stack.

use std::borrow::Cow;

use phytohub_domain::{ContentForm, XML_BINDINGS_MAX};

use super::{At, Fault, Span, XmlError, decode, is_blank, name};

/// The namespaces that the hub knows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Space {
    /// No namespace. First, so that a table of these is all zero when new.
    None,
    /// `http://ephyto.ippc.int/`: operations and their parameters.
    Eph,
    /// `http://ephyto.ippc.int/HUB.Entities`: header fields.
    Hub,
    /// Any other.
    Other,
    /// SOAP 1.1 envelopes.
    Soap11,
    /// SOAP 1.2 envelopes.
    Soap12,
    /// Bound to the prefix `xml` for ever.
    Xml,
}

impl Space {
    pub(crate) const EPH: &'static str = "http://ephyto.ippc.int/";
    pub(crate) const HUB: &'static str = "http://ephyto.ippc.int/HUB.Entities";
    pub(crate) const SOAP11: &'static str = "http://schemas.xmlsoap.org/soap/envelope/";
    const SOAP12: &'static str = "http://www.w3.org/2003/05/soap-envelope";
    const XML: &'static str = "http://www.w3.org/XML/1998/namespace";
    const XMLNS: &'static str = "http://www.w3.org/2000/xmlns/";

    fn of(uri: &[u8]) -> Self {
        match std::str::from_utf8(uri).unwrap_or("?") {
            Self::EPH => Self::Eph,
            Self::HUB => Self::Hub,
            Self::SOAP11 => Self::Soap11,
            Self::SOAP12 => Self::Soap12,
            Self::XML => Self::Xml,
            "" => Self::None,
            _ => Self::Other,
        }
    }
}

/// What a prefix stands for: the namespace, and a number that only equal names share while in
/// scope.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Bound {
    pub(super) space: Space,
    pub(super) id: u16,
}

impl Bound {
    pub(super) const NONE: Self = Self { space: Space::None, id: 0 };
    const XML: Self = Self { space: Space::Xml, id: u16::MAX };
    /// Of the attributes that declare namespaces.
    pub(super) const XMLNS: Self = Self { space: Space::Other, id: u16::MAX - 1 };
}

/// The bindings in scope, oldest first.
///
/// Keys are kept apart from the rest so that looking for one among hundreds reads two kilobytes.
/// All zero when new, so that making it is one fill of memory.
#[derive(Debug)]
pub(super) struct Bindings {
    prefix_keys: [u32; XML_BINDINGS_MAX],
    uri_keys: [u32; XML_BINDINGS_MAX],
    entries: [Entry; XML_BINDINGS_MAX],
    len: u32,
}

/// Kept small: the prefix and the namespace name are found again in the input.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Where the prefix begins; for the default namespace, where `xmlns` ends.
    prefix_start: u32,
    /// Where the namespace name begins, behind its quote.
    uri_start: u32,
    bound: Bound,
}

impl Entry {
    const ZERO: Self = Self { prefix_start: 0, uri_start: 0, bound: Bound::NONE };

    fn has_prefix(self, input: &[u8], prefix: &[u8]) -> bool {
        let rest = input.get(self.prefix_start as usize..).unwrap_or_default();
        rest.strip_prefix(prefix)
            .and_then(<[u8]>::first)
            .is_some_and(|after| *after == b'=' || is_blank(*after))
    }

    /// The prefix, empty for the default namespace, and the whole declaration.
    fn declaration(self, input: &[u8]) -> (Span, Span) {
        let start = self.prefix_start as usize;
        let prefix = match name::part(input, start) {
            Ok(prefix) if input.get(start.wrapping_sub(1)) == Some(&b':') => prefix,
            _ => Span::new(start, start),
        };
        let keyword = if prefix.is_empty() { XMLNS.len() } else { XMLNS.len() + 1 };
        let uri = self.uri_start as usize;
        let quote = input.get(uri.wrapping_sub(1)).copied().unwrap_or(b'"');
        let rest = input.get(uri..).unwrap_or_default();
        let end = memchr::memchr(quote, rest).map_or(input.len(), |offset| uri + offset + 1);
        (prefix, Span::new(start.saturating_sub(keyword), end))
    }

    fn has_uri(self, input: &[u8], uri: &[u8]) -> bool {
        let quoted = input.get((self.uri_start as usize).saturating_sub(1)..);
        let (quote, rest) = quoted.and_then(<[u8]>::split_first).unwrap_or((&b'"', &[]));
        let end = memchr::memchr(*quote, rest).unwrap_or(rest.len());
        attribute_text(rest.get(..end).unwrap_or_default()).as_ref() == uri
    }
}

impl Bindings {
    pub(super) const fn new() -> Self {
        Self {
            prefix_keys: [0; XML_BINDINGS_MAX],
            uri_keys: [0; XML_BINDINGS_MAX],
            entries: [Entry::ZERO; XML_BINDINGS_MAX],
            len: 0,
        }
    }

    pub(super) const fn len(&self) -> u32 {
        self.len
    }

    /// Forgets the bindings made since there were `len`.
    pub(super) fn truncate(&mut self, len: u32) {
        self.len = self.len.min(len);
    }

    /// The oldest `count` declarations as written, each with its prefix: see
    /// [`super::Scanner::outer_declarations`].
    pub(super) fn declarations(
        &self,
        input: &[u8],
        count: u32,
    ) -> impl Iterator<Item = (Span, Span)> {
        let entries = self.entries.get(..count.min(self.len) as usize).unwrap_or_default();
        entries.iter().map(|entry| entry.declaration(input))
    }

    /// Declares `prefix` (the empty range behind `xmlns`: the default namespace) for the attribute
    /// value `uri`.
    pub(super) fn declare(&mut self, input: &[u8], prefix: Span, uri: Span) -> Result<(), Fault> {
        let decoded = attribute_text(uri.of(input));
        let space = Space::of(&decoded);
        let refused = || Fault::xml(uri.start(), XmlError::NamespaceDeclaration);
        if decoded.as_ref() == Space::XMLNS.as_bytes() {
            return Err(refused());
        }
        match prefix.of(input) {
            b"xmlns" => return Err(refused()),
            b"xml" => return if space == Space::Xml { Ok(()) } else { Err(refused()) },
            _ if space == Space::Xml => return Err(refused()),
            b"" => {}
            _ if decoded.is_empty() => return Err(refused()),
            _ => {}
        }
        let uri_key = key(&decoded);
        let bound = if decoded.is_empty() {
            Bound::NONE
        } else {
            Bound { space, id: self.id_of(input, uri_key, &decoded) }
        };
        let entry = Entry { prefix_start: prefix.start_u32(), uri_start: uri.start_u32(), bound };
        let at = self.len as usize;
        let full = || Fault { at: uri.start(), what: At::Bindings { limit: XML_BINDINGS_MAX } };
        *self.entries.get_mut(at).ok_or_else(full)? = entry;
        *self.prefix_keys.get_mut(at).ok_or_else(full)? = key(prefix.of(input));
        *self.uri_keys.get_mut(at).ok_or_else(full)? = uri_key;
        self.len += 1;
        Ok(())
    }

    /// What `prefix` stands for; nothing if it is not declared.
    pub(super) fn resolve(&self, input: &[u8], prefix: Span) -> Option<Bound> {
        let name = prefix.of(input);
        let wanted = key(name);
        let mut keys = self.prefix_keys.get(..self.len as usize).unwrap_or_default();
        while let Some(at) = keys.iter().rposition(|key| *key == wanted) {
            let entry = self.entries.get(at)?;
            if entry.has_prefix(input, name) {
                return Some(entry.bound);
            }
            keys = keys.get(..at).unwrap_or_default();
        }
        match name {
            b"" => Some(Bound::NONE),
            b"xml" => Some(Bound::XML),
            _ => None,
        }
    }

    /// The number that the namespace name `uri` has already, or its own place.
    fn id_of(&self, input: &[u8], uri_key: u32, uri: &[u8]) -> u16 {
        let keys = self.uri_keys.get(..self.len as usize).unwrap_or_default();
        let known = self
            .entries
            .iter()
            .zip(keys)
            .find(|(entry, key)| **key == uri_key && entry.has_uri(input, uri));
        // Zero is for names without a namespace.
        let own = u16::try_from(self.len + 1).unwrap_or(u16::MAX);
        known.map_or(own, |(entry, _)| entry.bound.id)
    }
}

/// An attribute's value as its reader sees it. Borrowed unless it holds a reference or a blank
/// other than a space, which real namespace names never do.
pub(super) fn attribute_text(raw: &[u8]) -> Cow<'_, [u8]> {
    // Without an early end, so that the compiler makes it vector code.
    let special = |byte: u8| (byte == b'&') | (byte < b' ');
    if !raw.iter().fold(false, |seen, byte| seen | special(*byte)) {
        return Cow::Borrowed(raw);
    }
    // Raw blanks count as spaces, referenced ones do not, so they are changed before decoding.
    let spaced: Vec<u8> = String::from_utf8_lossy(raw)
        .replace("\r\n", " ")
        .replace(['\r', '\n', '\t'], " ")
        .into_bytes();
    let mut decoded = Vec::with_capacity(spaced.len());
    decode(&spaced, ContentForm::Escaped, &mut |piece| decoded.extend_from_slice(piece));
    Cow::Owned(decoded)
}

/// A key for comparing many names at once; equal keys are compared in full.
pub(super) fn key(bytes: &[u8]) -> u32 {
    let mix = |key: u64, word: u64| (key.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let (words, rest) = bytes.as_chunks::<8>();
    let key =
        words.iter().fold(bytes.len() as u64, |key, word| mix(key, u64::from_le_bytes(*word)));
    let tail = rest.iter().fold(0, |tail, byte| (tail << 8) | u64::from(*byte));
    // The high half, which all bytes have reached.
    u32::try_from(mix(key, tail) >> 32).unwrap_or(u32::MAX)
}

const XMLNS: &str = "xmlns";
