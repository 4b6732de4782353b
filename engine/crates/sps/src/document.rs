//! A document as a table of the elements that the schema knows, in document order.

use std::borrow::Cow;

use crate::encoding::Encoding;
use crate::name::Name;
use crate::namespace::{DocumentKind, Versions};
use crate::schema::{Child, Kind};

mod attachment;
mod text;

pub(crate) use text::{decode_attribute, decode_text};

/// A part of the document's text, in bytes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    /// Documents are shorter than 4 GiB: [`crate::Limits::bytes_max`] is held to that.
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: short(start), end: short(end) }
    }

    pub(crate) fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// An element that the schema knows.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) name: Name,
    pub(crate) kind: Kind,
    /// Whether the text holds references, CDATA, comments or carriage returns.
    pub(crate) encoded: bool,
    /// The index of the parent; the root is its own.
    pub(crate) parent: u32,
    /// The index after the last descendant.
    pub(crate) end: u32,
    /// Which children of the type are there, by their place in the type.
    pub(crate) seen: u32,
    /// Where its tag begins.
    pub(crate) start: u32,
    /// Its text, empty where it has child elements.
    pub(crate) text: Span,
    pub(crate) attributes: u32,
    pub(crate) attributes_end: u32,
}

/// An attribute in no namespace.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute {
    pub(crate) name: Span,
    pub(crate) value: Span,
    pub(crate) encoded: bool,
}

/// A document that was read: its text, and the places of what matters in it.
#[derive(Clone, Debug)]
pub struct SpsDocument<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) kind: Option<DocumentKind>,
    pub(crate) versions: Versions,
    pub(crate) signature: Option<u32>,
    pub(crate) encoding: Encoding,
    pub(crate) base64: bool,
}

impl SpsDocument<'_> {
    /// The text that offsets count in: without byte order mark, decoded from UTF-16 and Base64.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the root says that it is; nothing if the root is unknown.
    #[must_use]
    pub const fn kind(&self) -> Option<DocumentKind> {
        self.kind
    }

    /// The versions of its namespaces.
    #[must_use]
    pub const fn versions(&self) -> Versions {
        self.versions
    }

    /// The encoding of the bytes.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Whether the bytes were Base64.
    #[must_use]
    pub const fn was_base64(&self) -> bool {
        self.base64
    }

    /// Where a `ds:Signature` of the whole document begins.
    #[must_use]
    pub fn signature_offset(&self) -> Option<usize> {
        self.signature.map(|at| at as usize)
    }

    /// The root, if it is a known one.
    #[must_use]
    pub fn root(&self) -> Option<Element<'_>> {
        self.element(0)
    }

    /// Line and column of a byte, both from 1; columns count characters.
    #[must_use]
    pub fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let before = self.text.as_bytes().get(..offset.min(self.text.len())).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(before.get(start..).unwrap_or_default());
        (line, column.chars().count() + 1)
    }

    pub(crate) fn element(&self, index: u32) -> Option<Element<'_>> {
        let node = self.nodes.get(index as usize)?;
        Some(Element { text: &self.text, nodes: &self.nodes, all: &self.attributes, node, index })
    }
}

/// An element that the schema knows, wherever it stands.
#[derive(Clone, Copy, Debug)]
pub struct Element<'d> {
    pub(crate) text: &'d str,
    pub(crate) nodes: &'d [Node],
    pub(crate) all: &'d [Attribute],
    pub(crate) node: &'d Node,
    pub(crate) index: u32,
}

impl<'d> Element<'d> {
    /// Its local name.
    #[must_use]
    pub const fn name(self) -> Name {
        self.node.name
    }

    /// The byte at which its tag begins.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.node.start as usize
    }

    /// Its text without white space at both ends, borrowed unless something had to be replaced.
    #[must_use]
    pub fn text(self) -> Cow<'d, str> {
        let raw = self.node.text.of(self.text);
        if self.node.encoded {
            return Cow::Owned(decode_text(raw).trim_ascii().to_owned());
        }
        Cow::Borrowed(raw.trim_ascii())
    }

    /// Whether it has text other than white space, or a child that has.
    #[must_use]
    pub fn is_filled(self) -> bool {
        let raw = self.node.text.of(self.text);
        if !raw.trim_ascii_start().is_empty() {
            return !self.node.encoded || !self.text().is_empty();
        }
        self.node.kind.may_hold_text() && self.children().any(Element::is_filled_leaf)
    }

    fn is_filled_leaf(self) -> bool {
        !self.text().is_empty()
    }

    /// The value of an attribute in no namespace.
    #[must_use]
    pub fn attribute(self, name: &str) -> Option<Cow<'d, str>> {
        let range = self.node.attributes as usize..self.node.attributes_end as usize;
        let mut all = self.all.get(range).unwrap_or_default().iter();
        let found = all.find(|attribute| attribute.name.of(self.text) == name)?;
        let raw = found.value.of(self.text);
        Some(if found.encoded { Cow::Owned(decode_attribute(raw)) } else { Cow::Borrowed(raw) })
    }

    /// The element that it stands in; nothing for the root.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        if self.index == 0 { None } else { self.at(self.node.parent) }
    }

    /// Its children that the schema knows, in document order.
    pub fn children(self) -> impl Iterator<Item = Self> {
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            if next >= self.node.end {
                return None;
            }
            let child = self.at(next)?;
            // An element that was never closed ends where the table does.
            next = child.node.end.max(next + 1);
            Some(child)
        })
    }

    /// Its children of one name.
    pub fn children_named(self, name: Name) -> impl Iterator<Item = Self> {
        self.children().filter(move |child| child.node.name == name)
    }

    /// Its first child of that name.
    #[must_use]
    pub fn child(self, name: Name) -> Option<Self> {
        self.children_named(name).next()
    }

    /// The first element down that path.
    #[must_use]
    pub fn descend(self, path: &[Name]) -> Option<Self> {
        path.iter().try_fold(self, |element, name| element.child(*name))
    }

    /// Its place below the root, as in [`crate::Finding::path`].
    #[must_use]
    pub fn path(self) -> String {
        let mut steps = Vec::new();
        let mut element = self;
        while let Some(parent) = element.parent() {
            steps.push(element.step(parent));
            element = parent;
        }
        steps.reverse();
        steps.join("/")
    }

    fn step(self, parent: Self) -> String {
        let name = self.node.name;
        let row = parent.node.kind.children().iter().find(|child| child.name == name);
        if !row.is_some_and(|child: &Child| child.occurs.repeats()) {
            return name.as_str().to_owned();
        }
        let before = parent.children_named(name).take_while(|other| other.index < self.index);
        format!("{}[{}]", name.as_str(), before.count() + 1)
    }

    fn at(self, index: u32) -> Option<Self> {
        let node = self.nodes.get(index as usize)?;
        Some(Self { node, index, ..self })
    }
}
