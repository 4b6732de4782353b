//! What is known of the innermost open element besides its name, for those who lift it out.

use super::scan::Open;
use super::{Scanner, Span};

impl Scanner<'_> {
    /// Where the tag of the innermost open element begins.
    pub(crate) fn open_at(&self) -> usize {
        self.innermost().map_or(self.at, |open| open.name.start().saturating_sub(1))
    }

    /// Whether the name of the innermost open element has no prefix.
    pub(crate) fn is_unprefixed(&self) -> bool {
        self.open_at() + 1 == self.element.local.start()
    }

    /// The namespace declarations in scope outside the innermost open element, as ranges of the
    /// input, oldest first, each with its prefix, which is empty for the default namespace.
    pub(crate) fn outer_declarations(&self) -> impl Iterator<Item = (Span, Span)> {
        let count = self.innermost().map_or(0, |open| open.bindings);
        self.tables.bindings.declarations(self.input, count)
    }

    /// Whether the start tag read last declares `prefix`; the empty one is the default namespace.
    pub(crate) fn declares(&self, prefix: &[u8]) -> bool {
        let own = self.attributes().iter().filter_map(|attribute| attribute.declares(self.input));
        own.into_iter().any(|declared| declared == prefix)
    }

    /// How many elements are open.
    pub(crate) const fn depth(&self) -> usize {
        self.depth
    }

    fn innermost(&self) -> Option<&Open> {
        self.depth.checked_sub(1).and_then(|at| self.tables.open.get(at))
    }
}
