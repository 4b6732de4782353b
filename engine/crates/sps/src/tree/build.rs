//! Events into the table of elements that a grammar knows.

use super::{Content, Grammar, Node, Row, Type};
use crate::document::{Attribute, Span};
use crate::finding::Level;
use crate::limits::Limits;
use crate::namespace::{CURRENT, Namespace};
use crate::read::{Build, Common, Flaw, Tagged};
use crate::rules::Rule;
use crate::rules::reading as rule;
use crate::schema::Kind;

/// The table while it grows.
pub(super) struct Builder<'t, 'g> {
    pub(super) common: Common<'t>,
    pub(super) nodes: Vec<Node>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) signature: Option<u32>,
    text: &'t str,
    grammar: &'g Grammar,
    frames: Vec<Frame>,
    skipped: usize,
    elements: usize,
    root_seen: bool,
}

/// An open element of the table.
struct Frame {
    node: u32,
    of: Type,
    /// The furthest row of the type that a child was found at.
    row: usize,
    seen: u32,
    text_from: usize,
    encoded: bool,
    has_children: bool,
    stray: bool,
}

impl Frame {
    const fn may_hold_text(&self) -> bool {
        match self.of {
            Type::Own(_) => false,
            Type::Sps(kind) => kind.may_hold_text(),
        }
    }
}

/// A row that was found.
struct Found {
    row: usize,
    name: &'static str,
    of: Type,
    repeats: bool,
}

impl<'t, 'g> Builder<'t, 'g> {
    pub(super) fn new(text: &'t str, grammar: &'g Grammar, limits: &Limits) -> Self {
        Self {
            common: Common::new(limits),
            nodes: Vec::with_capacity((text.len() / 64).min(1024)),
            attributes: Vec::new(),
            signature: None,
            text,
            grammar,
            frames: Vec::with_capacity(16),
            skipped: 0,
            elements: 0,
            root_seen: false,
        }
    }

    /// Whoever owns the grammar says of a foreign root that it is none of theirs.
    fn root(&self, tag: &Tagged<'_, 't>) -> Option<Found> {
        let grammar = self.grammar;
        let is_own =
            tag.local == grammar.root && tag.scope.uri(tag.prefix) == Some(grammar.namespace);
        let found =
            Found { row: 0, name: grammar.root, of: Type::Own(grammar.rows), repeats: false };
        is_own.then_some(found)
    }

    fn child(&mut self, tag: &Tagged<'_, 't>) -> Option<Found> {
        let is_own = tag.namespace == Namespace::Other
            && tag.scope.uri(tag.prefix) == Some(self.grammar.namespace);
        let frame = self.frames.last_mut()?;
        frame.has_children = true;
        let Some(found) = find(frame.of, frame.row, is_own, tag.namespace, tag.local) else {
            self.unknown(tag);
            return None;
        };
        let bit = 1_u32 << found.row;
        let (late, again) = (found.row < frame.row, frame.seen & bit != 0 && !found.repeats);
        frame.row = frame.row.max(found.row);
        frame.seen |= bit;
        if late {
            self.report_child(&rule::ORDER, tag);
        }
        if again {
            self.report_child(&rule::REPEATED, tag);
        }
        match tag.namespace {
            Namespace::Aggregate(version) | Namespace::Data(version)
                if version != CURRENT.aggregates =>
            {
                self.common.sink.report_once(&rule::MIXED_VERSIONS, tag.at, tag.local, String::new);
            }
            _ => {}
        }
        Some(found)
    }

    #[cold]
    fn unknown(&mut self, tag: &Tagged<'_, 't>) {
        if tag.namespace == Namespace::Signature && self.frames.len() == 1 {
            self.signature = Some(Span::new(tag.at, tag.at).start);
            return;
        }
        self.report_child(&rule::UNKNOWN_ELEMENT, tag);
    }

    /// Grave where the grammar itself says what stands.
    #[cold]
    fn report_child(&mut self, rule: &'static Rule, tag: &Tagged<'_, 't>) {
        let Some(frame) = self.frames.last() else { return };
        let level = if matches!(frame.of, Type::Own(_)) { Level::Severe } else { rule.level };
        let path = self.path(frame.node);
        let local = tag.local;
        self.common.sink.report_as(rule, level, tag.at, local, || {
            if path.is_empty() { local.to_owned() } else { format!("{path}/{local}") }
        });
    }

    fn path(&self, index: u32) -> String {
        let (text, nodes, all) = (self.text, &*self.nodes, &*self.attributes);
        let node = nodes.get(index as usize);
        node.map_or_else(String::new, |node| {
            super::Element { text, nodes, all, node, index }.path()
        })
    }

    fn push(&mut self, found: &Found, at: usize, length: usize) {
        let index = short(self.nodes.len());
        let parent = self.frames.last().map_or(0, |frame| frame.node);
        let attributes = short(self.attributes.len());
        self.attributes.append(&mut self.common.fresh);
        self.nodes.push(Node {
            name: found.name,
            of: found.of,
            repeats: found.repeats,
            encoded: false,
            parent,
            end: u32::MAX,
            seen: 0,
            start: Span::new(at, at).start,
            text: Span::default(),
            attributes,
            attributes_end: short(self.attributes.len()),
        });
        self.frames.push(Frame {
            node: index,
            of: found.of,
            row: 0,
            seen: 0,
            text_from: at + length,
            encoded: false,
            has_children: false,
            stray: false,
        });
    }

    #[cold]
    fn stray(&mut self, at: usize) {
        let Some(frame) = self.frames.last_mut() else { return };
        if std::mem::replace(&mut frame.stray, true) {
            return;
        }
        let own = matches!(frame.of, Type::Own(_));
        let node = frame.node;
        let level = if own { Level::Severe } else { rule::STRAY_TEXT.level };
        let path = self.path(node);
        self.common.sink.report_as(&rule::STRAY_TEXT, level, at, "", || path);
    }

    fn outside(at: usize) -> Flaw {
        Flaw::malformed(at, "text outside the root element: remove it")
    }
}

impl<'t> Build<'t> for Builder<'t, '_> {
    fn common(&mut self) -> &mut Common<'t> {
        &mut self.common
    }

    fn open(&mut self, tag: Tagged<'_, 't>) -> Result<bool, Flaw> {
        self.elements += 1;
        if self.elements > self.common.limits.elements_max {
            return Err(Flaw::limit(tag.at, "more elements than are read"));
        }
        if self.frames.len() + self.skipped >= self.common.limits.depth_max {
            return Err(Flaw::limit(tag.at, "elements nested deeper than is read"));
        }
        if self.skipped > 0 {
            self.skipped += 1;
            return Ok(false);
        }
        let found = if self.frames.is_empty() {
            if self.root_seen {
                return Err(Flaw::malformed(tag.at, "a second root element: send one document"));
            }
            self.root_seen = true;
            self.root(&tag)
        } else {
            self.child(&tag)
        };
        match &found {
            Some(found) => self.push(found, tag.at, tag.length),
            None => self.skipped = 1,
        }
        Ok(found.is_some())
    }

    fn close(&mut self, at: usize) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let Some(frame) = self.frames.pop() else { return };
        let end = short(self.nodes.len());
        let Some(node) = self.nodes.get_mut(frame.node as usize) else { return };
        (node.end, node.seen, node.encoded) = (end, frame.seen, frame.encoded);
        if !frame.has_children && frame.may_hold_text() {
            node.text = Span::new(frame.text_from.min(at), at);
        }
    }

    fn characters(&mut self, inner: &str, at: usize) -> Result<(), Flaw> {
        if self.skipped > 0 {
            return Ok(());
        }
        let Some(frame) = self.frames.last_mut() else { return Err(Self::outside(at)) };
        if frame.may_hold_text() && !frame.has_children {
            frame.encoded |= inner.contains('\r');
        } else {
            self.stray(at);
        }
        Ok(())
    }

    fn encoded_characters(&mut self, at: usize) -> Result<(), Flaw> {
        if self.skipped > 0 {
            return Ok(());
        }
        let Some(frame) = self.frames.last_mut() else { return Err(Self::outside(at)) };
        frame.encoded = true;
        if !frame.may_hold_text() || frame.has_children {
            self.stray(at);
        }
        Ok(())
    }

    fn interruption(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.encoded = true;
        }
    }

    fn end(&self, at: usize) -> Result<(), Flaw> {
        if self.frames.len() + self.skipped > 0 {
            let what = "elements that are still open at the end: the document is cut off";
            return Err(Flaw::malformed(at, what));
        }
        if !self.root_seen {
            return Err(Flaw::malformed(at, "no root element: this is no XML document"));
        }
        Ok(())
    }
}

/// The row of a type with that name, looked for from where the last one was found.
fn find(of: Type, from: usize, own: bool, namespace: Namespace, local: &str) -> Option<Found> {
    match of {
        Type::Own(rows) => {
            let row = place(rows, from, |row: &Row| own && row.name == local)?;
            let found = rows.get(row)?;
            let of = match found.content {
                Content::Own(rows) => Type::Own(rows),
                Content::Sps(kind) => Type::Sps(kind.0),
            };
            Some(Found { row, name: found.name, of, repeats: found.occurs.repeats() })
        }
        Type::Sps(kind) => {
            let rows = Kind::children(kind);
            let row = place(rows, from, |row| row.local == local && namespace.is(row.space))?;
            let found = rows.get(row)?;
            let (name, repeats) = (found.local, found.occurs.repeats());
            Some(Found { row, name, of: Type::Sps(found.kind), repeats })
        }
    }
}

fn place<R>(rows: &[R], from: usize, is: impl Fn(&R) -> bool) -> Option<usize> {
    let (before, after) = rows.split_at_checked(from)?;
    match after.iter().position(&is) {
        Some(row) => Some(from + row),
        None => before.iter().position(is),
    }
}

/// Indices fit: there are never more nodes or attributes than bytes.
fn short(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
