//! Which prefix means which namespace where.

use std::borrow::Cow;

use crate::namespace::Namespace;

/// The declarations in force at a place, the innermost last.
pub(crate) struct Scope<'t> {
    bindings: Vec<Binding<'t>>,
    /// How many were in force outside each open element that declares some, and its depth.
    marks: Vec<(usize, usize)>,
    /// Where prefixes were found last, for as long as nothing is declared or taken back. Most
    /// documents use three.
    recent: [Option<usize>; RECENT],
    oldest: usize,
}

/// A prefix, empty for the default, and what it means.
#[derive(Clone, Debug)]
struct Binding<'t> {
    prefix: &'t str,
    uri: Cow<'t, str>,
    namespace: Namespace,
}

/// Why a namespace cannot be declared.
pub(super) enum DeclareError {
    /// More declarations than may be in force.
    TooMany,
    /// One of those that XML keeps to itself.
    Reserved,
}

impl<'t> Scope<'t> {
    pub(super) const fn new() -> Self {
        Self { bindings: Vec::new(), marks: Vec::new(), recent: [None; RECENT], oldest: 0 }
    }

    /// Declares a prefix for the element that is the `depth`th open one.
    pub(super) fn declare(
        &mut self,
        depth: usize,
        prefix: &'t str,
        uri: Cow<'t, str>,
        most: usize,
    ) -> Result<(), DeclareError> {
        if self.bindings.len() >= most {
            return Err(DeclareError::TooMany);
        }
        let is_reserved = prefix == "xmlns" || uri == XMLNS || (prefix == "xml") != (uri == XML);
        if is_reserved {
            return Err(DeclareError::Reserved);
        }
        if self.marks.last().is_none_or(|(_, of)| *of != depth) {
            self.marks.push((self.bindings.len(), depth));
        }
        let namespace = if uri.is_empty() { Namespace::None } else { Namespace::of(&uri) };
        self.bindings.push(Binding { prefix, uri, namespace });
        self.recent = [None; RECENT];
        Ok(())
    }

    /// Takes back what the element declared that is the `depth`th open one.
    #[inline]
    pub(super) fn leave(&mut self, depth: usize) {
        if self.marks.last().is_some_and(|(_, of)| *of == depth) {
            self.take_back();
        }
    }

    fn take_back(&mut self) {
        if let Some((before, _)) = self.marks.pop() {
            self.bindings.truncate(before);
            self.recent = [None; RECENT];
        }
    }

    /// What the namespace of an element with that prefix means; nothing for a prefix that is not
    /// declared.
    pub(super) fn namespace(&mut self, prefix: &str) -> Option<Namespace> {
        for place in self.recent {
            let Some(binding) = place.and_then(|place| self.bindings.get(place)) else { continue };
            if binding.prefix == prefix {
                return Some(binding.namespace);
            }
        }
        let place = self.bindings.iter().rposition(|binding| binding.prefix == prefix);
        let Some(binding) = place.and_then(|place| self.bindings.get(place)) else {
            return match prefix {
                "" => Some(Namespace::None),
                "xml" => Some(Namespace::Other),
                _ => None,
            };
        };
        if let Some(recent) = self.recent.get_mut(self.oldest) {
            *recent = place;
        }
        self.oldest = (self.oldest + 1) % RECENT;
        Some(binding.namespace)
    }

    /// The namespace that a prefix is declared for, empty for the default.
    pub(crate) fn uri(&self, prefix: &str) -> Option<&str> {
        let found = self.bindings.iter().rfind(|binding| binding.prefix == prefix);
        found.map(|binding| &*binding.uri).or_else(|| (prefix == "xml").then_some(XML))
    }
}

const RECENT: usize = 4;
const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

#[cfg(test)]
mod tests {
    use super::*;

    const AGGREGATES: &str =
        "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:21";

    fn declare<'t>(scope: &mut Scope<'t>, depth: usize, prefix: &'t str, uri: &'t str) {
        assert!(scope.declare(depth, prefix, Cow::Borrowed(uri), 9).is_ok(), "{prefix}");
    }

    #[test]
    fn innermost_declaration_counts_until_its_element_ends() {
        let mut scope = Scope::new();
        declare(&mut scope, 1, "a", AGGREGATES);
        declare(&mut scope, 1, "", "urn:other");
        for _ in 0..2 {
            assert_eq!(scope.namespace("a"), Some(Namespace::Aggregate(21)));
            assert_eq!(scope.namespace(""), Some(Namespace::Other));
        }
        declare(&mut scope, 3, "a", "urn:other");
        declare(&mut scope, 3, "", "");
        assert_eq!(scope.namespace("a"), Some(Namespace::Other));
        assert_eq!((scope.namespace(""), scope.uri("")), (Some(Namespace::None), Some("")));
        scope.leave(4);
        assert_eq!(scope.namespace("a"), Some(Namespace::Other));
        scope.leave(3);
        assert_eq!(scope.namespace("a"), Some(Namespace::Aggregate(21)));
        scope.leave(1);
        assert_eq!((scope.namespace("a"), scope.namespace("")), (None, Some(Namespace::None)));
    }

    #[test]
    fn reserved_names_and_too_many_are_refused() {
        let mut scope = Scope::new();
        for (prefix, uri) in [("xmlns", "u"), ("a", XMLNS), ("a", XML), ("", XML), ("xml", "u")] {
            let declared = scope.declare(1, prefix, Cow::Borrowed(uri), 9);
            assert!(matches!(declared, Err(DeclareError::Reserved)), "{prefix}");
        }
        declare(&mut scope, 1, "xml", XML);
        let declared = scope.declare(1, "b", Cow::Borrowed("u"), 1);
        assert!(matches!(declared, Err(DeclareError::TooMany)));
    }
}
