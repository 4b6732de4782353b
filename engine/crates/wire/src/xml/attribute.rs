//! The attributes of the start tag that was read last.

use phytohub_domain::XML_ATTRIBUTES_MAX;

use super::binding::{Bindings, Bound, attribute_text, key};
use super::name::QualifiedName;
use super::{At, Fault, Space, Span, XmlError};

/// One attribute, as ranges of the input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute {
    name: QualifiedName,
    value: Span,
    bound: Bound,
}

impl Attribute {
    pub(crate) const fn space(&self) -> Space {
        self.bound.space
    }

    pub(crate) fn local<'a>(&self, input: &'a [u8]) -> &'a [u8] {
        self.name.local.of(input)
    }

    pub(crate) fn value<'a>(&self, input: &'a [u8]) -> std::borrow::Cow<'a, [u8]> {
        attribute_text(self.value.of(input))
    }
}

/// The attributes of one start tag, namespace declarations included.
#[derive(Debug)]
pub(super) struct Attributes {
    keys: [u32; XML_ATTRIBUTES_MAX],
    entries: [Attribute; XML_ATTRIBUTES_MAX],
    len: usize,
}

impl Attributes {
    pub(super) const fn new() -> Self {
        let none = Span { start: 0, end: 0 };
        let name = QualifiedName { prefix: none, local: none };
        let entry = Attribute { name, value: none, bound: Bound::NONE };
        Self { keys: [0; XML_ATTRIBUTES_MAX], entries: [entry; XML_ATTRIBUTES_MAX], len: 0 }
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    pub(super) fn as_slice(&self) -> &[Attribute] {
        self.entries.get(..self.len).unwrap_or_default()
    }

    /// Adds an attribute; whether it declares a namespace is found by its name.
    pub(super) fn push(
        &mut self,
        name: QualifiedName,
        value: Span,
        limit: usize,
    ) -> Result<(), Fault> {
        let limit = limit.min(XML_ATTRIBUTES_MAX);
        let full = Fault { at: name.span().start(), what: At::Attributes { limit } };
        if self.len >= limit {
            return Err(full);
        }
        *self.entries.get_mut(self.len).ok_or(full)? =
            Attribute { name, value, bound: Bound::NONE };
        self.len += 1;
        Ok(())
    }

    /// Binds the prefixes, once all declarations of the tag are known, and refuses an attribute
    /// that stands twice, under the same or another prefix.
    pub(super) fn resolve(&mut self, input: &[u8], bindings: &Bindings) -> Result<(), Fault> {
        for at in 0..self.len {
            let Some(attribute) = self.entries.get_mut(at) else { break };
            let (prefix, local) = (attribute.name.prefix, attribute.name.local);
            attribute.bound = match prefix.of(input) {
                b"" if local.of(input) == b"xmlns" => Bound::XMLNS,
                b"" => Bound::NONE,
                b"xmlns" => Bound::XMLNS,
                _ => {
                    let unbound = Fault::xml(prefix.start(), XmlError::PrefixUnbound);
                    bindings.resolve(input, prefix).ok_or(unbound)?
                }
            };
            let attribute = *attribute;
            let key =
                key(local.of(input)) ^ u32::from(attribute.bound.id).wrapping_mul(0x9E37_79B1);
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
                && other.name.prefix.is_empty() == attribute.name.prefix.is_empty()
        });
        let fault = Fault::xml(attribute.name.span().start(), XmlError::AttributeRepeated);
        if twin { Err(fault) } else { Ok(()) }
    }
}
