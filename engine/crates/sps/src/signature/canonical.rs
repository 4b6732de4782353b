//! The canonical form of a document or of one element in it: Canonical XML 1.0 and Exclusive XML
//! Canonicalization 1.0, both without comments, written piece by piece.
//!
//! A document is never altered for it, and no tree is built: the parts that XML Signature needs are
//! a whole document, its root element, or one element, and each may leave out one subtree.

use std::ops::Range;

use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::scope::{Scope, ScopeError, split, value};
use super::{Refusal, rule};
use crate::xml::{self, RawAttribute};

/// Which canonicalization is asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Method {
    Inclusive,
    /// With the prefixes that are treated as in the inclusive form; the default one is empty.
    Exclusive(Vec<String>),
}

/// Which part of the text is written; the ranges begin and end with the tags of an element.
#[derive(Clone, Debug)]
pub(super) enum Cut {
    /// All of it but that element.
    Document(Range<usize>),
    /// As before, without the instructions around the root.
    Root(Range<usize>),
    /// That element alone. Its ancestors were gone through with [`Canonical::descend`].
    Element(Range<usize>),
}

/// Writes a canonical form to `out`.
pub(super) struct Canonical<'t, 'm, F> {
    method: &'m Method,
    scope: Scope<'t>,
    /// The `xml:` attributes of the ancestors, the nearest last.
    inherited: Vec<(&'t str, &'t str)>,
    out: Out<F>,
    depth: usize,
    raw: Vec<RawAttribute<'t>>,
    prefixes: Vec<&'t str>,
}

impl<'t, 'm, F: FnMut(&[u8])> Canonical<'t, 'm, F> {
    /// `length` is that of the whole document: the form may not outgrow it by far.
    pub(super) fn new(method: &'m Method, length: usize, out: F) -> Self {
        let left = length.saturating_mul(GROWTH_MAX).saturating_add(GROWTH_BYTES);
        Self {
            method,
            scope: Scope::default(),
            inherited: Vec::new(),
            out: Out { sink: out, buffer: Vec::with_capacity(2 * BUFFER_BYTES), left },
            depth: 0,
            raw: Vec::new(),
            prefixes: Vec::new(),
        }
    }

    /// Goes into the element that begins at `at` without writing it.
    pub(super) fn descend(&mut self, text: &'t str, at: usize) -> Result<(), Refusal> {
        let rest = text.get(at..).unwrap_or_default();
        let mut reader = Reader::from_str(rest);
        let Ok(Event::Start(tag)) = reader.read_event() else { return Err(broken(at)) };
        let inner = rest.get(1..=tag.len()).unwrap_or_default();
        let name = tag.name().into_inner().len();
        self.declare(inner, name, at)?;
        let xml = self.raw.iter().filter(|one| one.name.starts_with("xml:"));
        self.inherited.extend(xml.map(|one| (one.name, one.value)));
        Ok(())
    }

    /// Writes the part of the text.
    pub(super) fn write(mut self, text: &'t str, cut: Cut) -> Result<(), Refusal> {
        let (part, skip, around) = match cut {
            Cut::Document(skip) => (0..text.len(), skip, true),
            Cut::Root(skip) => (0..text.len(), skip, false),
            Cut::Element(part) => (part, 0..0, false),
        };
        let base = part.start;
        let text = text.get(part).unwrap_or_default();
        let mut reader = Reader::from_str(text);
        let mut root_seen = false;
        loop {
            let from = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let at = base + from;
            let event = reader.read_event().map_err(|_| broken(at))?;
            if skip.contains(&at) {
                continue;
            }
            match event {
                Event::Start(tag) => {
                    let inner = text.get(from + 1..from + 1 + tag.len()).unwrap_or_default();
                    self.start(inner, tag.name().into_inner().len(), at)?;
                    self.depth += 1;
                    root_seen = true;
                }
                Event::Empty(tag) => {
                    let inner = text.get(from + 1..from + 1 + tag.len()).unwrap_or_default();
                    let name = tag.name().into_inner();
                    self.start(inner, name.len(), at)?;
                    self.end(name);
                    root_seen = true;
                }
                Event::End(tag) => {
                    self.depth = self.depth.saturating_sub(1);
                    self.end(tag.name().into_inner());
                }
                Event::Text(inner) if self.depth > 0 => self.out.text(&inner),
                Event::CData(inner) => self.out.text(&inner),
                Event::GeneralRef(inner) => self.out.reference(&inner),
                Event::PI(inner) if self.depth > 0 => self.out.instruction(&inner),
                Event::PI(inner) if around => {
                    self.out.raw(if root_seen { "\n" } else { "" });
                    self.out.instruction(&inner);
                    self.out.raw(if root_seen { "" } else { "\n" });
                }
                Event::Eof => break,
                _ => {}
            }
            self.out.flush(at)?;
        }
        self.out.finish();
        Ok(())
    }

    /// Takes the attributes of a tag into `raw` and the namespaces that it declares into force.
    fn declare(&mut self, inner: &'t str, name: usize, at: usize) -> Result<(), Refusal> {
        self.raw.clear();
        self.prefixes.clear();
        self.scope.enter();
        let raw = &mut self.raw;
        xml::read_attributes(inner, name, |attribute| raw.push(attribute))
            .map_err(|_| broken(at))?;
        let mut flaw = None;
        let (scope, prefixes) = (&mut self.scope, &mut self.prefixes);
        self.raw.retain(|attribute| match scope.declare(attribute) {
            Ok(Some(prefix)) => {
                prefixes.push(prefix);
                false
            }
            Ok(None) => true,
            Err(error) => {
                flaw = flaw.or(Some(error));
                false
            }
        });
        flaw.map_or(Ok(()), |error| Err(out_of_scope(error, at)))
    }

    fn start(&mut self, inner: &'t str, length: usize, at: usize) -> Result<(), Refusal> {
        self.declare(inner, length, at)?;
        let name = inner.get(..length).unwrap_or_default();
        self.scope.resolve(split(name).0).map_err(|error| out_of_scope(error, at))?;
        if self.depth == 0 {
            self.inherit();
        }
        self.choose(name);
        self.out.raw("<");
        self.out.raw(name);
        for prefix in &self.prefixes {
            if let Some(uri) = self.scope.render(prefix) {
                self.out.raw(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
                self.out.raw(prefix);
                self.out.raw("=\"");
                self.out.attribute(uri);
                self.out.raw("\"");
            }
        }
        self.attributes().map_err(|error| out_of_scope(error, at))?;
        self.out.raw(">");
        Ok(())
    }

    /// The element that is written alone takes the `xml:` attributes of its ancestors along.
    fn inherit(&mut self) {
        if *self.method != Method::Inclusive {
            return;
        }
        for (name, value) in self.inherited.drain(..).rev() {
            if self.raw.iter().all(|one| one.name != name) {
                let encoded = true;
                self.raw.push(RawAttribute { name, name_at: 0, value, value_at: 0, encoded });
            }
        }
    }

    /// The prefixes that may have to be written, in order, instead of those declared here.
    fn choose(&mut self, name: &'t str) {
        match self.method {
            // What stands above was written there, unless the element stands alone.
            Method::Inclusive if self.depth == 0 => {
                self.prefixes.clear();
                self.prefixes.extend(self.scope.in_force());
            }
            Method::Inclusive => self.prefixes.sort_unstable(),
            Method::Exclusive(listed) => {
                let is_listed = |prefix: &str| listed.iter().any(|one| one == prefix);
                if self.depth == 0 && !listed.is_empty() {
                    self.prefixes.clear();
                    self.prefixes.extend(self.scope.in_force());
                }
                self.prefixes.retain(|prefix| is_listed(prefix));
                self.prefixes.push(split(name).0);
                let used = self.raw.iter().filter(|one| one.name.contains(':'));
                self.prefixes.extend(used.map(|one| split(one.name).0));
                self.prefixes.sort_unstable();
                self.prefixes.dedup();
            }
        }
    }

    fn attributes(&mut self) -> Result<(), ScopeError> {
        let mut all = Vec::with_capacity(self.raw.len());
        for one in &self.raw {
            // An attribute without a prefix is in no namespace.
            let (uri, local) = match one.name.split_once(':') {
                Some((prefix, local)) => (self.scope.resolve(prefix)?, local),
                None => ("", one.name),
            };
            all.push((uri, local, one));
        }
        all.sort_unstable_by_key(|(uri, local, _)| (*uri, *local));
        for (_, _, one) in all {
            self.out.raw(" ");
            self.out.raw(one.name);
            self.out.raw("=\"");
            self.out.attribute(&value(one));
            self.out.raw("\"");
        }
        Ok(())
    }

    fn end(&mut self, name: &str) {
        self.out.raw("</");
        self.out.raw(name);
        self.out.raw(">");
        self.scope.leave();
    }
}

/// Gathers small pieces, and counts.
struct Out<F> {
    sink: F,
    buffer: Vec<u8>,
    left: usize,
}

impl<F: FnMut(&[u8])> Out<F> {
    fn raw(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
    }

    /// Character data as it is written in the document, without references.
    fn text(&mut self, raw: &str) {
        if raw.contains('\r') {
            // Both characters that a reference could begin with are escaped afterwards.
            self.text_value(&raw.replace("\r\n", "\n").replace('\r', "\n"));
        } else {
            self.text_value(raw);
        }
    }

    /// What stands between `&` and `;`; documents that were read have no others.
    fn reference(&mut self, inner: &str) {
        let character = match inner.strip_prefix('#') {
            Some(number) => xml::referenced(number).and_then(char::from_u32),
            None => xml::entity(inner),
        };
        if let Some(character) = character {
            self.text_value(character.encode_utf8(&mut [0; 4]));
        }
    }

    fn text_value(&mut self, text: &str) {
        let next = |rest: &[u8]| memchr::memchr3(b'&', b'<', b'>', rest);
        if text.contains('\r') {
            self.escaped(text, |rest| rest.iter().position(|byte| b"&<>\r".contains(byte)));
        } else {
            self.escaped(text, next);
        }
    }

    fn attribute(&mut self, text: &str) {
        self.escaped(text, |rest| rest.iter().position(|byte| b"&<\"\t\n\r".contains(byte)));
    }

    fn escaped(&mut self, text: &str, next: impl Fn(&[u8]) -> Option<usize>) {
        let mut rest = text.as_bytes();
        while let Some((before, [byte, after @ ..])) =
            next(rest).and_then(|at| rest.split_at_checked(at))
        {
            self.buffer.extend_from_slice(before);
            self.raw(match byte {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                b'\t' => "&#x9;",
                b'\n' => "&#xA;",
                _ => "&#xD;",
            });
            rest = after;
        }
        self.buffer.extend_from_slice(rest);
    }

    fn instruction(&mut self, inner: &str) {
        let blank = |c: char| c.is_ascii() && xml::is_blank(c as u8);
        let (target, data) = inner.split_once(blank).unwrap_or((inner, ""));
        self.raw("<?");
        self.raw(target);
        let data = data.trim_start_matches(blank);
        if !data.is_empty() {
            self.raw(" ");
            self.raw(&data.replace("\r\n", "\n").replace('\r', "\n"));
        }
        self.raw("?>");
    }

    fn flush(&mut self, at: usize) -> Result<(), Refusal> {
        if self.buffer.len() >= BUFFER_BYTES {
            self.left = self.left.checked_sub(self.buffer.len()).ok_or_else(|| {
                let what = "it would be many times as long as the document";
                Refusal::new(&rule::CANONICAL, at, what, "")
            })?;
            (self.sink)(&self.buffer);
            self.buffer.clear();
        }
        Ok(())
    }

    fn finish(&mut self) {
        (self.sink)(&self.buffer);
        self.buffer.clear();
    }
}

fn broken(at: usize) -> Refusal {
    Refusal::new(&rule::UNREADABLE, at, "", "")
}

pub(super) fn out_of_scope(error: ScopeError, at: usize) -> Refusal {
    Refusal::new(&rule::CANONICAL, at, error.as_str(), "")
}

/// A canonical form is at most this many times as long as its document: exclusive forms repeat
/// declarations, which triples a certificate at most, and a hostile one grows without end.
const GROWTH_MAX: usize = 8;

/// A little more, for very small documents.
const GROWTH_BYTES: usize = 16 << 10;

/// What is handed on at once.
const BUFFER_BYTES: usize = 16 << 10;
