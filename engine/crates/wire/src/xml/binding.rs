//! Namespace bindings in scope, on the stack.

use std::borrow::Cow;

use phytohub_domain::{ContentForm, XML_BINDINGS_MAX};

use super::{At, Fault, Span, XmlError, decode};

/// The namespaces that the hub knows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Space {
    /// `http://ephyto.ippc.int/`: operations and their parameters.
    Eph,
    /// `http://ephyto.ippc.int/HUB.Entities`: header fields.
    Hub,
    /// No namespace.
    None,
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
    pub(super) const NONE: Self = Self { space: Space::None, id: u16::MAX };
    pub(super) const XML: Self = Self { space: Space::Xml, id: u16::MAX - 1 };
    /// Of the attributes that declare namespaces.
    pub(super) const XMLNS: Self = Self { space: Space::Other, id: u16::MAX - 2 };
}

/// The bindings in scope, oldest first.
///
/// Keys are kept apart from the rest so that looking for one among hundreds reads two kilobytes.
#[derive(Debug)]
pub(super) struct Bindings {
    prefix_keys: [u32; XML_BINDINGS_MAX],
    uri_keys: [u32; XML_BINDINGS_MAX],
    entries: [Entry; XML_BINDINGS_MAX],
    len: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    prefix: Span,
    uri: Span,
    bound: Bound,
}

impl Bindings {
    pub(super) const fn new() -> Self {
        let entry = Entry {
            prefix: Span { start: 0, end: 0 },
            uri: Span { start: 0, end: 0 },
            bound: Bound::NONE,
        };
        Self {
            prefix_keys: [0; XML_BINDINGS_MAX],
            uri_keys: [0; XML_BINDINGS_MAX],
            entries: [entry; XML_BINDINGS_MAX],
            len: 0,
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Forgets the bindings made since there were `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Declares `prefix` (empty: the default namespace) for the attribute value `uri`.
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
        let at = self.len;
        let full = || Fault { at: uri.start(), what: At::Bindings { limit: XML_BINDINGS_MAX } };
        *self.entries.get_mut(at).ok_or_else(full)? = Entry { prefix, uri, bound };
        *self.prefix_keys.get_mut(at).ok_or_else(full)? = key(prefix.of(input));
        *self.uri_keys.get_mut(at).ok_or_else(full)? = uri_key;
        self.len += 1;
        Ok(())
    }

    /// What `prefix` stands for; nothing if it is not declared.
    pub(super) fn resolve(&self, input: &[u8], prefix: Span) -> Option<Bound> {
        let name = prefix.of(input);
        let wanted = key(name);
        let mut keys = self.prefix_keys.get(..self.len).unwrap_or_default();
        while let Some(at) = keys.iter().rposition(|key| *key == wanted) {
            let entry = self.entries.get(at)?;
            if entry.prefix.of(input) == name {
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
        let keys = self.uri_keys.get(..self.len).unwrap_or_default();
        let known = self.entries.iter().zip(keys).find(|(entry, key)| {
            **key == uri_key && attribute_text(entry.uri.of(input)).as_ref() == uri
        });
        let own = u16::try_from(self.len).unwrap_or(u16::MAX);
        known.map_or(own, |(entry, _)| entry.bound.id)
    }
}

/// An attribute's value as its reader sees it. Borrowed unless it holds a reference or a blank
/// other than a space, which real namespace names never do.
pub(super) fn attribute_text(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.iter().any(|byte| matches!(byte, b'&' | b'\t' | b'\n' | b'\r')) {
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

/// FNV-1a: a key for comparing many names at once; equal keys are compared in full.
pub(super) fn key(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |key, byte| (key ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}
