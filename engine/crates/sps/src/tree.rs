//! Documents with a root of their own that are made of SPS types: notices, permits, other
//! certificates. Whoever owns such a document brings its [`Grammar`]; the types of the standard are
//! known here. It is read in one pass by the reader of all SPS documents, with its limits and its
//! findings, into a table that points into the text.
//!
//! What the grammar itself declares is held strictly: a wrong element there is grave. In the types
//! of the standard the field's habits are borne with, as everywhere.
//!
//! Start from [`Tree::read`].

use std::borrow::Cow;

use crate::document::{Attribute, Span, decode_attribute, decode_text};
use crate::encoding::{self, Decoded, Encoding};
use crate::finding::{Finding, Level};
use crate::limits::Limits;
use crate::read::{Sink, flaw_of, scan};
use crate::rules::reading as rule;
use crate::schema::Kind;
pub use crate::schema::Occurs;

mod build;
mod element;

pub use element::Element;

/// A document's root and what it is made of.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "written out as a constant by whoever owns it")]
pub struct Grammar {
    /// The namespace of the root and of every element of a grammar's own.
    pub namespace: &'static str,
    /// The local name of the root.
    pub root: &'static str,
    /// What stands in the root, in order.
    pub rows: &'static [Row],
}

/// An element of a grammar's own.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "written out as a constant by whoever owns it")]
pub struct Row {
    /// Its local name.
    pub name: &'static str,
    /// How often it may stand.
    pub occurs: Occurs,
    /// What is in it.
    pub content: Content,
}

/// What is in an element of a grammar's own.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "written out as a constant by whoever owns it")]
pub enum Content {
    /// Elements of the grammar's own, in order; at most 32.
    Own(&'static [Row]),
    /// A type of the standard.
    Sps(SpsType),
}

/// A type of the reusable aggregates or of the unqualified data types, release 17A.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SpsType(pub(crate) Kind);

#[expect(missing_docs, reason = "each is the type of that name")]
impl SpsType {
    pub const BINARY: Self = Self(Kind::Binary);
    pub const CODE: Self = Self(Kind::Code);
    pub const CONSIGNMENT: Self = Self(Kind::Consignment);
    pub const CONSIGNMENT_ITEM: Self = Self(Kind::ConsignmentItem);
    pub const COUNTRY: Self = Self(Kind::Country);
    pub const DATE_TIME: Self = Self(Kind::DateTime);
    pub const EXCHANGED_DOCUMENT: Self = Self(Kind::ExchangedDocument);
    pub const ID: Self = Self(Kind::Id);
    pub const LOCATION: Self = Self(Kind::Location);
    pub const MEASURE: Self = Self(Kind::Measure);
    pub const NOTE: Self = Self(Kind::Note);
    pub const NUMBER: Self = Self(Kind::Number);
    pub const PARTY: Self = Self(Kind::Party);
    pub const QUANTITY: Self = Self(Kind::Quantity);
    pub const REFERENCED_DOCUMENT: Self = Self(Kind::ReferencedDocument);
    pub const TEXT: Self = Self(Kind::Text);
}

/// The type of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Type {
    Own(&'static [Row]),
    Sps(Kind),
}

/// An element of the table.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) name: &'static str,
    pub(crate) of: Type,
    pub(crate) repeats: bool,
    pub(crate) encoded: bool,
    pub(crate) parent: u32,
    /// The index after the last descendant.
    pub(crate) end: u32,
    /// Which children of the type are there, by their place in the type.
    pub(crate) seen: u32,
    pub(crate) start: u32,
    pub(crate) text: Span,
    pub(crate) attributes: u32,
    pub(crate) attributes_end: u32,
}

/// A document that was read.
#[derive(Clone, Debug)]
pub struct Tree<'a> {
    text: Cow<'a, str>,
    nodes: Vec<Node>,
    attributes: Vec<Attribute>,
    signature: Option<u32>,
}

/// A document and what is wrong with its XML and its structure.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reading<'a> {
    /// What was read; up to the flaw, where the document is not well-formed.
    pub tree: Tree<'a>,
    /// In document order.
    pub findings: Vec<Finding>,
    /// How many findings there were beyond [`Limits::findings_max`].
    pub suppressed: usize,
    complete: bool,
}

impl Reading<'_> {
    /// Whether the document was read to its end, so that it is well-formed and within the limits.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether there is a grave finding. A document with a foreign root has none for that: it has no
    /// [`Tree::root`].
    #[must_use]
    pub fn is_severe(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Severe)
    }
}

impl<'a> Tree<'a> {
    /// Reads a document as it lies in a file or in an envelope's content: UTF-8, UTF-16 or either in
    /// Base64.
    #[must_use]
    pub fn read(bytes: &'a [u8], grammar: &Grammar, limits: &Limits) -> Reading<'a> {
        match encoding::decode(bytes, limits.bytes_max) {
            Ok(decoded) => read_text(decoded, grammar, limits),
            Err(flaw) => {
                let mut sink = Sink::new(limits.findings_max);
                let (rule, at) = flaw_of(&flaw);
                sink.report(rule, at, "more bytes than are read", String::new);
                Reading {
                    tree: Tree {
                        text: Cow::Borrowed(""),
                        nodes: Vec::new(),
                        attributes: Vec::new(),
                        signature: None,
                    },
                    findings: sink.findings,
                    suppressed: sink.suppressed,
                    complete: false,
                }
            }
        }
    }

    /// The root, if it is the grammar's.
    #[must_use]
    pub fn root(&self) -> Option<Element<'_>> {
        self.element(0)
    }

    /// All elements that the grammar knows, in document order.
    pub fn elements(&self) -> impl Iterator<Item = Element<'_>> {
        (0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)).filter_map(|at| self.element(at))
    }

    /// The text that offsets count in: without byte order mark, decoded from UTF-16 and Base64.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where a `ds:Signature` in the root begins.
    #[must_use]
    pub fn signature_offset(&self) -> Option<usize> {
        self.signature.map(|at| at as usize)
    }

    fn element(&self, index: u32) -> Option<Element<'_>> {
        let node = self.nodes.get(index as usize)?;
        Some(Element { text: &self.text, nodes: &self.nodes, all: &self.attributes, node, index })
    }
}

fn read_text<'a>(decoded: Decoded<'a>, grammar: &Grammar, limits: &Limits) -> Reading<'a> {
    let Decoded { text, encoding, base64 } = decoded;
    let mut builder = build::Builder::new(&text, grammar, limits);
    if base64 {
        builder.common.sink.report(&rule::BASE64, 0, "", String::new);
    }
    if !matches!(encoding, Encoding::Utf8) {
        builder.common.sink.report(&rule::TRANSCODED, 0, encoding.as_str(), String::new);
    }
    let scanned = scan(&text, &mut builder, encoding);
    let complete = scanned.is_ok();
    if let Err(flaw) = scanned {
        builder.common.sink.report(flaw.rule, flaw.at, &flaw.value, String::new);
    }
    let build::Builder { nodes, attributes, signature, common, .. } = builder;
    let (mut findings, suppressed) = (common.sink.findings, common.sink.suppressed);
    findings.sort_by_key(|finding| finding.offset);
    Reading { tree: Tree { text, nodes, attributes, signature }, findings, suppressed, complete }
}

fn decoded_attribute<'d>(attribute: &Attribute, text: &'d str) -> Cow<'d, str> {
    let raw = attribute.value.of(text);
    if attribute.encoded { Cow::Owned(decode_attribute(raw)) } else { Cow::Borrowed(raw) }
}

fn decoded_text(node: &Node, text: &str) -> String {
    decode_text(node.text.of(text)).trim_ascii().to_owned()
}

#[cfg(test)]
mod tests;
