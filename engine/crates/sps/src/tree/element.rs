//! An element of a document that a grammar describes.

use std::borrow::Cow;

use super::{Node, Type, decoded_attribute, decoded_text};
use crate::document::Attribute;
use crate::schema::{Kind, Occurs};

/// An element that the grammar knows, wherever it stands.
#[derive(Clone, Copy, Debug)]
pub struct Element<'d> {
    pub(super) text: &'d str,
    pub(super) nodes: &'d [Node],
    pub(super) all: &'d [Attribute],
    pub(super) node: &'d Node,
    pub(super) index: u32,
}

impl<'d> Element<'d> {
    /// Its local name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.node.name
    }

    /// The byte at which its tag begins.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.node.start as usize
    }

    /// The type of the standard that it has; nothing for an element of the grammar's own.
    #[must_use]
    pub const fn sps_type(self) -> Option<super::SpsType> {
        match self.node.of {
            Type::Own(_) => None,
            Type::Sps(kind) => Some(super::SpsType(kind)),
        }
    }

    /// Its text without white space at both ends, borrowed unless something had to be replaced.
    #[must_use]
    pub fn text(self) -> Cow<'d, str> {
        if self.node.encoded {
            return Cow::Owned(decoded_text(self.node, self.text));
        }
        Cow::Borrowed(self.node.text.of(self.text).trim_ascii())
    }

    /// The text of a date, which stands in a child or, by mistake, in the element itself.
    #[must_use]
    pub fn date_text(self) -> Cow<'d, str> {
        self.children().next().unwrap_or(self).text()
    }

    /// Whether it, or anything in it, has text other than white space.
    #[must_use]
    pub fn is_filled(self) -> bool {
        let last = self.node.end.min(short(self.nodes.len()));
        (self.index..last).filter_map(|at| self.at(at)).any(|element| !element.text().is_empty())
    }

    /// The value of an attribute in no namespace.
    #[must_use]
    pub fn attribute(self, name: &str) -> Option<Cow<'d, str>> {
        let range = self.node.attributes as usize..self.node.attributes_end as usize;
        let mut all = self.all.get(range).unwrap_or_default().iter();
        let found = all.find(|attribute| attribute.name.of(self.text) == name)?;
        Some(decoded_attribute(found, self.text))
    }

    /// The names of its attributes in no namespace.
    pub fn attribute_names(self) -> impl Iterator<Item = &'d str> {
        let range = self.node.attributes as usize..self.node.attributes_end as usize;
        let all = self.all.get(range).unwrap_or_default().iter();
        all.map(move |attribute| attribute.name.of(self.text))
    }

    /// The element that it stands in; nothing for the root.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        if self.index == 0 { None } else { self.at(self.node.parent) }
    }

    /// Its children that the grammar knows, in document order.
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
    pub fn children_named(self, name: &str) -> impl Iterator<Item = Self> {
        self.children().filter(move |child| child.node.name == name)
    }

    /// Its first child of that name.
    #[must_use]
    pub fn child(self, name: &str) -> Option<Self> {
        self.children_named(name).next()
    }

    /// The first element down that path.
    #[must_use]
    pub fn descend(self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    /// The children that its type requires and that are not there.
    pub fn missing(self) -> impl Iterator<Item = &'static str> {
        let seen = self.node.seen;
        let is_missing =
            move |at: usize, occurs: Occurs| occurs.is_required() && seen & (1_u32 << at) == 0;
        let (own, sps) = match self.node.of {
            Type::Own(rows) => (rows, None),
            Type::Sps(kind) => (&[][..], Some(Kind::children(kind))),
        };
        let own = own.iter().enumerate().map(|(at, row)| (at, row.occurs, row.name));
        let sps = sps.into_iter().flatten().enumerate();
        let sps = sps.map(|(at, row)| (at, row.occurs, row.local));
        own.chain(sps).filter(move |(at, occurs, _)| is_missing(*at, *occurs)).map(|row| row.2)
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
        if !self.node.repeats {
            return name.to_owned();
        }
        let before = parent.children_named(name).take_while(|other| other.index < self.index);
        format!("{name}[{}]", before.count() + 1)
    }

    fn at(self, index: u32) -> Option<Self> {
        let node = self.nodes.get(index as usize)?;
        Some(Self { node, index, ..self })
    }
}

fn short(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
