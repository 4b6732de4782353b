//! The attributes of the start tag that was read last.

use std::borrow::Cow;

use phytohub_domain::XML_ATTRIBUTES_MAX;

use super::binding::{Bindings, Bound, attribute_text, key};
use super::name::QualifiedName;
use super::{At, Fault, Space, Span, XmlError};

/// One attribute, as ranges of the input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute {
    /// Where its name begins: the prefix, or the local name.
    start: u32,
    local: Span,
    bound: Bound,
}

impl Attribute {
    const ZERO: Self = Self { start: 0, local: Span::ZERO, bound: Bound::NONE };

    const fn prefix(&self) -> Span {
        let start = self.start as usize;
        let colon = self.local.start().saturating_sub(1);
        if start < colon { Span::new(start, colon) } else { Span::ZERO }
    }

    pub(crate) const fn space(&self) -> Space {
        self.bound.space
    }

    /// The prefix that it declares, empty for the default namespace; nothing if it declares none.
    pub(super) fn declares<'a>(&self, input: &'a [u8]) -> Option<&'a [u8]> {
        if self.bound != Bound::XMLNS {
            None
        } else if self.prefix().is_empty() {
            Some(b"")
        } else {
            Some(self.local.of(input))
        }
    }

    pub(crate) fn local<'a>(&self, input: &'a [u8]) -> &'a [u8] {
        self.local.of(input)
    }

    /// The value as its reader sees it, found again behind the name: it is rarely asked for.
    pub(crate) fn value<'a>(&self, input: &'a [u8]) -> Cow<'a, [u8]> {
        let rest = input.get(self.local.end()..).unwrap_or_default();
        let marks = |byte: &u8| matches!(byte, b'"' | b'\'');
        let quoted = rest.iter().position(marks).and_then(|at| rest.get(at..));
        let (quote, value) = quoted.and_then(<[u8]>::split_first).unwrap_or((&b'"', &[]));
        let end = memchr::memchr(*quote, value).unwrap_or(value.len());
        attribute_text(value.get(..end).unwrap_or_default())
    }
}

/// The attributes of one start tag, namespace declarations included.
///
/// All zero when new, so that making it is one fill of memory.
#[derive(Debug)]
pub(super) struct Attributes {
    keys: [u32; XML_ATTRIBUTES_MAX],
    entries: [Attribute; XML_ATTRIBUTES_MAX],
    len: usize,
}

impl Attributes {
    pub(super) const fn new() -> Self {
        Self {
            keys: [0; XML_ATTRIBUTES_MAX],
            entries: [Attribute::ZERO; XML_ATTRIBUTES_MAX],
            len: 0,
        }
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    pub(super) fn as_slice(&self) -> &[Attribute] {
        self.entries.get(..self.len).unwrap_or_default()
    }

    /// Adds an attribute, not bound yet.
    pub(super) fn push(&mut self, name: QualifiedName, limit: usize) -> Result<(), Fault> {
        let limit = limit.min(XML_ATTRIBUTES_MAX);
        let full = Fault { at: name.span().start(), what: At::Attributes { limit } };
        if self.len >= limit {
            return Err(full);
        }
        let start = name.span().start_u32();
        *self.entries.get_mut(self.len).ok_or(full)? =
            Attribute { start, local: name.local, bound: Bound::NONE };
        self.len += 1;
        Ok(())
    }

    /// Binds the prefixes, once all declarations of the tag are known, and refuses an attribute
    /// that stands twice, under the same or another prefix.
    pub(super) fn resolve(&mut self, input: &[u8], bindings: &Bindings) -> Result<(), Fault> {
        for at in 0..self.len {
            let Some(attribute) = self.entries.get_mut(at) else { break };
            let (prefix, local) = (attribute.prefix(), attribute.local.of(input));
            attribute.bound = match prefix.of(input) {
                b"" if local == b"xmlns" => Bound::XMLNS,
                b"" => Bound::NONE,
                b"xmlns" => Bound::XMLNS,
                _ => {
                    let unbound = Fault::xml(prefix.start(), XmlError::PrefixUnbound);
                    bindings.resolve(input, prefix).ok_or(unbound)?
                }
            };
            let attribute = *attribute;
            let key = key(local) ^ u32::from(attribute.bound.id).wrapping_mul(0x9E37_79B1);
            self.refuse_twin(input, at, key, &attribute)?;
            if let Some(place) = self.keys.get_mut(at) {
                *place = key;
            }
        }
        Ok(())
    }

    fn refuse_twin(
        &self,
        input: &[u8],
        at: usize,
        key: u32,
        attribute: &Attribute,
    ) -> Result<(), Fault> {
        let keys = self.keys.get(..at).unwrap_or_default();
        if !keys.contains(&key) {
            return Ok(());
        }
        let twin = self.entries.iter().zip(keys).any(|(other, other_key)| {
            *other_key == key
                && other.bound.id == attribute.bound.id
                && other.local(input) == attribute.local(input)
                && other.prefix().is_empty() == attribute.prefix().is_empty()
        });
        let start = attribute.start as usize;
        if twin { Err(Fault::xml(start, XmlError::AttributeRepeated)) } else { Ok(()) }
    }
}
