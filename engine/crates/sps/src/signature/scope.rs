//! Which prefix means what at a place, and what the canonical form has said of it so far.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::document::decode_attribute;
use crate::xml::RawAttribute;

/// The namespaces in force. Every look costs the logarithm of the prefixes that were ever declared,
/// however many are in force and however deep they stand.
#[derive(Default)]
pub(super) struct Scope<'t> {
    prefixes: BTreeMap<&'t str, Stacks>,
    uris: Vec<&'t str>,
    numbers: BTreeMap<&'t str, Uri>,
    /// What to take back when an element ends, and where each open element's part begins.
    changes: Vec<Change<'t>>,
    marks: Vec<usize>,
}

/// A namespace name by its number; none is the empty one.
type Uri = Option<u32>;

#[derive(Default)]
struct Stacks {
    declared: Vec<Uri>,
    rendered: Vec<Uri>,
}

enum Change<'t> {
    Declared(&'t str),
    Rendered(&'t str),
}

/// Why a declaration or a prefix is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ScopeError {
    /// Canonicalization is not defined for relative names, and `xmlns:p=""` is no declaration.
    NotAbsolute,
    /// Readers disagree on what a reference in a namespace means to its canonical form.
    Encoded,
    TooLong,
    Unbound,
}

impl ScopeError {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::NotAbsolute => "a namespace that is not absolute",
            Self::Encoded => "a namespace with references or white space in it",
            Self::TooLong => "a namespace that is longer than is read",
            Self::Unbound => "a prefix that is not declared",
        }
    }
}

impl<'t> Scope<'t> {
    /// Begins an element, whose declarations come next.
    pub(super) fn enter(&mut self) {
        self.marks.push(self.changes.len());
    }

    pub(super) fn leave(&mut self) {
        let mark = self.marks.pop().unwrap_or_default();
        for change in self.changes.drain(mark..) {
            let (Change::Declared(prefix) | Change::Rendered(prefix)) = change;
            let Some(stacks) = self.prefixes.get_mut(prefix) else { continue };
            match change {
                Change::Declared(_) => stacks.declared.pop(),
                Change::Rendered(_) => stacks.rendered.pop(),
            };
        }
    }

    /// Takes an attribute if it declares a namespace and tells of which prefix.
    pub(super) fn declare(
        &mut self,
        attribute: &RawAttribute<'t>,
    ) -> Result<Option<&'t str>, ScopeError> {
        let prefix = match attribute.name.strip_prefix("xmlns") {
            Some("") => "",
            Some(rest) => match rest.strip_prefix(':') {
                Some(prefix) => prefix,
                None => return Ok(None),
            },
            None => return Ok(None),
        };
        if prefix == "xml" {
            return Ok(Some(prefix));
        }
        let uri = attribute.value;
        if attribute.encoded {
            return Err(ScopeError::Encoded);
        }
        if uri.len() > URI_BYTES_MAX {
            return Err(ScopeError::TooLong);
        }
        // Only the default one can be taken back.
        let is_undeclaration = prefix.is_empty() && uri.is_empty();
        if !is_undeclaration && !is_absolute(uri) {
            return Err(ScopeError::NotAbsolute);
        }
        let uri = self.number(uri);
        self.prefixes.entry(prefix).or_default().declared.push(uri);
        self.changes.push(Change::Declared(prefix));
        Ok(Some(prefix))
    }

    fn number(&mut self, uri: &'t str) -> Uri {
        if uri.is_empty() {
            return None;
        }
        let next = u32::try_from(self.uris.len()).ok();
        *self.numbers.entry(uri).or_insert_with(|| {
            self.uris.push(uri);
            next
        })
    }

    /// The namespace that a prefix stands for.
    pub(super) fn resolve(&self, prefix: &str) -> Result<&'t str, ScopeError> {
        if prefix == "xml" {
            return Ok(XML);
        }
        match self.prefixes.get(prefix).and_then(|stacks| stacks.declared.last()) {
            Some(uri) => Ok(self.text(*uri)),
            None if prefix.is_empty() => Ok(""),
            None => Err(ScopeError::Unbound),
        }
    }

    fn text(&self, uri: Uri) -> &'t str {
        uri.and_then(|uri| self.uris.get(uri as usize)).copied().unwrap_or_default()
    }

    /// The namespace to write at this element, if it is not what the canonical form says already.
    pub(super) fn render(&mut self, prefix: &'t str) -> Option<&'t str> {
        let stacks = self.prefixes.get_mut(prefix)?;
        let now = stacks.declared.last().copied().flatten();
        if now == stacks.rendered.last().copied().flatten() {
            return None;
        }
        stacks.rendered.push(now);
        self.changes.push(Change::Rendered(prefix));
        Some(self.text(now))
    }

    /// All prefixes in force, in order.
    pub(super) fn in_force(&self) -> impl Iterator<Item = &'t str> {
        let some = self.prefixes.iter().filter(|(_, stacks)| !stacks.declared.is_empty());
        some.map(|(prefix, _)| *prefix)
    }
}

/// An attribute's value.
pub(super) fn value<'t>(attribute: &RawAttribute<'t>) -> Cow<'t, str> {
    if attribute.encoded {
        Cow::Owned(decode_attribute(attribute.value))
    } else {
        Cow::Borrowed(attribute.value)
    }
}

/// Prefix and local part of a name.
pub(super) fn split(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

/// Whether a namespace name begins with a scheme.
fn is_absolute(uri: &str) -> bool {
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    scheme.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && scheme.bytes().all(legal)
}

const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// Those of the field have 80 bytes. Exclusive canonicalization writes a name as often as it is
/// used, so a long one would cost far more than its sender paid for it.
const URI_BYTES_MAX: usize = 1024;
