//! Where the signature stands, what is in it, and which elements have which Id.

use std::borrow::Cow;
use std::ops::Range;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::canonical::out_of_scope;
use super::scope::{Scope, split, value};
use super::{Refusal, rule};
use crate::xml::{self, RawAttribute};

/// The places that matter for verification.
#[derive(Debug)]
pub(super) struct Envelope<'t> {
    pub(super) text: &'t str,
    pub(super) root: Range<usize>,
    pub(super) root_ids: Vec<Cow<'t, str>>,
    pub(super) signature: Range<usize>,
    /// The elements of the signature in document order, itself first; of `KeyInfo` nothing but
    /// that it is there.
    pub(super) parts: Vec<Part<'t>>,
}

/// An element of the signature.
#[derive(Debug)]
pub(super) struct Part<'t> {
    pub(super) parent: usize,
    pub(super) space: Space,
    pub(super) local: &'t str,
    pub(super) attributes: Vec<(&'t str, Cow<'t, str>)>,
    /// From its start tag to the end of its end tag.
    pub(super) range: Range<usize>,
    /// What stands between its tags.
    pub(super) inside: Range<usize>,
    /// Whether there is character data directly in it, other than white space.
    pub(super) has_text: bool,
}

/// The namespaces that a signature is written in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Space {
    Signature,
    Exclusive,
    Other,
}

impl<'t> Envelope<'t> {
    /// Goes through a document that was read before; tells in `signed` whether it has a signature.
    pub(super) fn find(text: &'t str, signed: &mut bool) -> Result<Self, Refusal> {
        let unsigned = || Refusal::new(&rule::UNSIGNED, 0, "", "");
        // Most documents that are not signed never say the word.
        memchr::memmem::find(text.as_bytes(), SIGNATURE.as_bytes()).ok_or_else(unsigned)?;
        let mut walk = Walk::new(text);
        walk.run()?;
        *signed = walk.signatures > 0;
        let Walk { root, root_ids, signature, parts, ids, flaw, undefined, signatures, .. } = walk;
        match signatures {
            0 => return Err(unsigned()),
            1 => {}
            _ => return Err(Refusal::new(&rule::SEVERAL, signature.start, "", SIGNATURE)),
        }
        if let Some(refusal) = undefined {
            return Err(refusal);
        }
        if parts.is_empty() {
            return Err(Refusal::new(&rule::PLACE, signature.start, "", ""));
        }
        if let Some((at, id)) = twice(ids) {
            return Err(Refusal::new(&rule::DUPLICATE_ID, at, id, ""));
        }
        match flaw {
            Some((at, what)) => Err(Refusal::new(&rule::FORM, at, what, SIGNATURE)),
            None => Ok(Self { text, root, root_ids, signature, parts }),
        }
    }
}

fn twice(mut ids: Vec<(Cow<'_, str>, usize)>) -> Option<(usize, String)> {
    ids.sort_unstable();
    ids.windows(2).find_map(|pair| match pair {
        [(first, _), (second, at)] if first == second => Some((*at, second.to_string())),
        _ => None,
    })
}

/// One pass over the document.
struct Walk<'t> {
    text: &'t str,
    scope: Scope<'t>,
    depth: usize,
    root: Range<usize>,
    root_ids: Vec<Cow<'t, str>>,
    ids: Vec<(Cow<'t, str>, usize)>,
    signatures: usize,
    signature: Range<usize>,
    parts: Vec<Part<'t>>,
    /// The open elements of the signature, by their place in `parts`.
    open: Vec<usize>,
    /// Open elements that are not looked at: `KeyInfo`'s children and what is in them.
    passed: usize,
    flaw: Option<(usize, &'static str)>,
    /// Why the document has no canonical form: of no interest where there is no signature.
    undefined: Option<Refusal>,
    raw: Vec<RawAttribute<'t>>,
}

impl<'t> Walk<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            scope: Scope::default(),
            depth: 0,
            root: 0..0,
            root_ids: Vec::new(),
            ids: Vec::new(),
            signatures: 0,
            signature: 0..0,
            parts: Vec::new(),
            open: Vec::new(),
            passed: 0,
            flaw: None,
            undefined: None,
            raw: Vec::new(),
        }
    }

    fn run(&mut self) -> Result<(), Refusal> {
        let mut reader = Reader::from_str(self.text);
        let position = |reader: &Reader<&[u8]>| {
            usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
        };
        loop {
            let at = position(&reader);
            let event =
                reader.read_event().map_err(|_| Refusal::new(&rule::UNREADABLE, at, "", ""))?;
            let end = position(&reader);
            match event {
                Event::Start(tag) => self.start(&tag, at, end)?,
                Event::Empty(tag) => {
                    self.start(&tag, at, end)?;
                    self.end(end, end);
                }
                Event::End(_) => self.end(at, end),
                Event::Eof => return Ok(()),
                _ if self.open.is_empty() || self.passed > 0 => {}
                Event::Text(inner) if inner.bytes().all(xml::is_blank) => {}
                Event::Text(_) | Event::GeneralRef(_) => self.characters(),
                // Readers disagree on whether a value goes on behind them.
                _ => self.interruption(at),
            }
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>, at: usize, end: usize) -> Result<(), Refusal> {
        let inner = self.text.get(at + 1..at + 1 + tag.len()).unwrap_or_default();
        let name = inner.get(..tag.name().into_inner().len()).unwrap_or_default();
        self.attributes(inner, name.len(), at)?;
        if self.depth == 0 {
            self.root = at..end;
            self.root_ids = self.ids.iter().map(|(id, _)| id.clone()).collect();
        }
        self.depth += 1;
        let (prefix, local) = split(name);
        if local != SIGNATURE && self.open.is_empty() {
            return Ok(());
        }
        let space = self.scope.resolve(prefix).unwrap_or_else(|error| {
            self.undefined.get_or_insert_with(|| out_of_scope(error, at));
            ""
        });
        let space = match space {
            DSIG => Space::Signature,
            EXCLUSIVE => Space::Exclusive,
            _ => Space::Other,
        };
        let is_signature = space == Space::Signature && local == SIGNATURE;
        if is_signature {
            self.signatures += 1;
            if self.signatures == 1 {
                self.signature = at..end;
            }
        }
        if !self.open.is_empty() || (is_signature && self.signatures == 1 && self.depth == 2) {
            self.part(space, local, at, end);
        }
        Ok(())
    }

    fn part(&mut self, space: Space, local: &'t str, at: usize, end: usize) {
        let parent = self.open.last().copied().unwrap_or_default();
        let is_opaque = self.parts.get(parent).is_some_and(|part| part.local == KEY_INFO);
        if self.passed > 0 || is_opaque {
            self.passed += 1;
            return;
        }
        if self.parts.len() >= PARTS_MAX {
            self.flaw = self.flaw.or(Some((at, "more elements than belong there")));
            self.passed += 1;
            return;
        }
        let plain = self.raw.iter().filter(|one| !one.name.contains(':'));
        let attributes = plain.map(|one| (one.name, value(one))).collect();
        self.open.push(self.parts.len());
        let (range, inside) = (at..end, end..end);
        let has_text = false;
        self.parts.push(Part { parent, space, local, attributes, range, inside, has_text });
    }

    /// An end tag from `at` to `end`.
    fn end(&mut self, at: usize, end: usize) {
        self.scope.leave();
        self.depth = self.depth.saturating_sub(1);
        if self.passed > 0 {
            self.passed -= 1;
            return;
        }
        let Some(index) = self.open.pop() else { return };
        if let Some(part) = self.parts.get_mut(index) {
            part.range.end = end;
            part.inside.end = at.max(part.inside.start);
        }
        if index == 0 {
            self.signature.end = end;
        }
    }

    /// Character data other than white space, in the signature.
    fn characters(&mut self) {
        let part = self.open.last().and_then(|index| self.parts.get_mut(*index));
        if let Some(part) = part {
            part.has_text = true;
        }
    }

    fn interruption(&mut self, at: usize) {
        let inside = self.open.last().and_then(|index| self.parts.get(*index));
        if inside.is_some_and(|part| part.local != KEY_INFO) {
            let what = "a comment, an instruction or CDATA in it";
            self.flaw = self.flaw.or(Some((at, what)));
        }
    }

    fn attributes(&mut self, inner: &'t str, name: usize, at: usize) -> Result<(), Refusal> {
        self.raw.clear();
        self.scope.enter();
        if name == inner.len() {
            return Ok(());
        }
        let raw = &mut self.raw;
        xml::read_attributes(inner, name, |attribute| raw.push(attribute))
            .map_err(|_| Refusal::new(&rule::UNREADABLE, at, "", ""))?;
        for attribute in &self.raw {
            if let Err(error) = self.scope.declare(attribute) {
                self.undefined.get_or_insert_with(|| out_of_scope(error, at));
            }
            if ID_ATTRIBUTES.contains(&attribute.name) {
                self.ids.push((value(attribute), at));
            }
        }
        Ok(())
    }
}

const SIGNATURE: &str = "Signature";
const KEY_INFO: &str = "KeyInfo";
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// Without a DTD nothing says which attribute is an Id: these are, to one reader or another.
const ID_ATTRIBUTES: [&str; 4] = ["Id", "ID", "id", "xml:id"];

/// A signature of the two forms has ten elements outside of `KeyInfo`, two more with prefix lists.
const PARTS_MAX: usize = 32;
