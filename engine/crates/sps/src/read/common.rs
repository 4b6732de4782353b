//! What every table of elements needs while it grows, and what it is told of.

use super::{Flaw, Sink};
use crate::document::Attribute;
use crate::limits::Limits;
use crate::namespace::Namespace;
use crate::read::scope::Scope;
use crate::xml::RawAttribute;

/// Limits, findings and the attributes of the tag at hand.
pub(crate) struct Common<'t> {
    pub(crate) limits: Limits,
    pub(crate) sink: Sink,
    /// As written.
    pub(crate) raw: Vec<RawAttribute<'t>>,
    /// Those that are kept with their element.
    pub(crate) fresh: Vec<Attribute>,
}

impl Common<'_> {
    pub(crate) const fn new(limits: &Limits) -> Self {
        let sink = Sink::new(limits.findings_max);
        Self { limits: *limits, sink, raw: Vec::new(), fresh: Vec::new() }
    }
}

/// The name of an element as it was written, and what its prefix means.
pub(crate) struct Tagged<'s, 't> {
    pub(crate) namespace: Namespace,
    pub(crate) prefix: &'t str,
    pub(crate) local: &'t str,
    /// Where it begins.
    pub(crate) at: usize,
    /// The bytes of the whole tag.
    pub(crate) length: usize,
    /// The declarations in force.
    pub(crate) scope: &'s Scope<'t>,
}

/// What takes the events of one pass over a text.
pub(crate) trait Build<'t> {
    fn common(&mut self) -> &mut Common<'t>;
    /// A start tag; tells whether the element is known, so that its name is a name.
    fn open(&mut self, tag: Tagged<'_, 't>) -> Result<bool, Flaw>;
    /// An end tag at `at`, or the end of an empty element's tag, which begins there.
    fn close(&mut self, at: usize);
    /// Character data without references, other than white space.
    fn characters(&mut self, inner: &str, at: usize) -> Result<(), Flaw>;
    /// A CDATA section or a reference.
    fn encoded_characters(&mut self, at: usize) -> Result<(), Flaw>;
    /// A comment or an instruction, which may stand within a text.
    fn interruption(&mut self);
    /// The end of the input.
    fn end(&self, at: usize) -> Result<(), Flaw>;
}
