//! The scanner: from bytes to tags and character data, without copying and without allocating.

use memchr::{memchr, memchr_iter, memmem};
use phytohub_domain::{ContentForm, Limits, XML_DEPTH_MAX};

use super::attribute::{Attribute, Attributes};
use super::binding::Bindings;
use super::decode::{CDATA_END, CDATA_START};
use super::{At, Fault, Space, Span, XmlError, is_blank, mark, name, reference};

/// Reads a message piece by piece, checking all of it on the way.
///
/// The input's characters are checked apart, by [`super::check_characters`]. Call
/// [`Scanner::declaration`] first, then [`Scanner::next`].
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    pub(super) input: &'a [u8],
    pub(super) at: usize,
    pub(super) attributes_max: usize,
    pub(super) tables: &'a mut Tables,
    /// The element just begun is written `<a/>`: its end comes next.
    pub(super) ends: bool,
    /// The element that began last.
    pub(super) element: Element,
    characters: Characters,
    depth_max: usize,
    pub(super) depth: usize,
    root_seen: bool,
    cdata_end: CdataEnd,
}

/// What the scanner remembers: some 20 KiB on the stack of whoever reads, so that reading does not
/// allocate. Apart from the scanner, so that this one can be moved.
#[derive(Debug)]
pub(crate) struct Tables {
    pub(super) attributes: Attributes,
    pub(super) bindings: Bindings,
    pub(super) open: [Open; XML_DEPTH_MAX],
}

impl Tables {
    pub(crate) const NEW: Self = Self {
        attributes: Attributes::new(),
        bindings: Bindings::new(),
        open: [Open { name: Span::ZERO, bindings: 0 }; XML_DEPTH_MAX],
    };
}

/// What comes next in the input. What belongs to it is asked of the scanner, which is faster than
/// handing it through every caller.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Event {
    /// Text or a CDATA section between tags: see [`Scanner::characters`].
    Characters,
    /// The end of the element begun last.
    End,
    /// The end of the input, after one root element.
    Finished,
    /// The beginning of an element: see [`Scanner::element`].
    Start,
}

/// An element that begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Element {
    pub(crate) space: Space,
    pub(crate) local: Span,
}

/// Character data as it is written, and how to read it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Characters {
    pub(crate) span: Span,
    pub(crate) form: ContentForm,
}

/// An element that is open: its name as written, and the bindings in scope before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub(super) name: Span,
    pub(super) bindings: u32,
}

/// Where the next `]]>` stands, so that one search serves text and CDATA sections alike.
#[derive(Debug)]
struct CdataEnd {
    /// There is none in `from..at`; `at` is one, or the end of the input.
    from: usize,
    at: usize,
}

impl<'a> Scanner<'a> {
    /// Starts at the beginning, past a byte order mark.
    pub(crate) fn new(input: &'a [u8], tables: &'a mut Tables, limits: &Limits) -> Self {
        Self {
            input,
            at: if input.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 },
            attributes_max: limits.xml_attributes,
            tables,
            ends: false,
            element: Element { space: Space::None, local: Span::ZERO },
            characters: Characters { span: Span::ZERO, form: ContentForm::Plain },
            depth_max: limits.xml_depth.min(XML_DEPTH_MAX),
            depth: 0,
            root_seen: false,
            cdata_end: CdataEnd { from: 1, at: 0 },
        }
    }

    /// Where the scanner stands, in bytes.
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    /// The element that began last.
    pub(crate) const fn element(&self) -> Element {
        self.element
    }

    /// The text or CDATA section passed last.
    pub(crate) const fn characters(&self) -> Characters {
        self.characters
    }

    /// The attributes of the element that began last.
    pub(crate) fn attributes(&self) -> &[Attribute] {
        self.tables.attributes.as_slice()
    }

    /// What comes next; comments and processing instructions are checked and passed over.
    pub(crate) fn next(&mut self) -> Result<Event, Fault> {
        loop {
            if self.ends {
                self.ends = false;
                return Ok(self.close());
            }
            match (self.byte(0), self.byte(1)) {
                (None, _) => return self.finish(),
                (Some(b'<'), Some(b'/')) => return self.end_tag(),
                (Some(b'<'), Some(b'?')) => self.processing_instruction()?,
                (Some(b'<'), Some(b'!')) => {
                    if let Some(span) = self.section()? {
                        self.characters = Characters { span, form: ContentForm::Mixed };
                        return Ok(Event::Characters);
                    }
                }
                (Some(b'<'), _) => {
                    self.start_tag()?;
                    return Ok(Event::Start);
                }
                (Some(_), _) if self.depth == 0 => self.outside()?,
                (Some(_), _) => {
                    let start = self.at;
                    self.text_run()?;
                    // Right for any text; whoever must know better reads with `text`.
                    let form = ContentForm::Escaped;
                    self.characters = Characters { span: Span::new(start, self.at), form };
                    return Ok(Event::Characters);
                }
            }
        }
    }

    /// The character data of the element that began last, to its end tag. Anything else inside is
    /// refused. See [`Scanner::characters`].
    pub(crate) fn text(&mut self) -> Result<(), Fault> {
        let start = self.at;
        if self.ends {
            self.ends = false;
            self.close();
            self.characters =
                Characters { span: Span::new(start, start), form: ContentForm::Plain };
            return Ok(());
        }
        let (mut escaped, mut sections) = (false, false);
        loop {
            match (self.byte(0), self.byte(1)) {
                (None, _) => return Err(Fault::xml(self.at, XmlError::EndsTooSoon)),
                (Some(b'<'), Some(b'/')) => break,
                (Some(b'<'), Some(b'!')) if self.starts_with(CDATA_START) => {
                    self.section()?;
                    sections = true;
                }
                (Some(b'<'), _) => return Err(Fault { at: self.at, what: At::MarkupInText }),
                (Some(_), _) => escaped |= self.text_run()?,
            }
        }
        self.characters = self.characters_from(start, escaped, sections);
        self.end_tag()?;
        Ok(())
    }

    /// Passes over the rest of the element that began last.
    pub(crate) fn skip(&mut self) -> Result<(), Fault> {
        let outside = self.depth - usize::from(self.depth > 0);
        while self.depth > outside {
            self.next()?;
        }
        Ok(())
    }

    /// Opens an element; refuses it if it lies too deep or is a second root.
    pub(super) fn open(&mut self, name: Span) -> Result<(), Fault> {
        let limit = self.depth_max;
        let deep = Fault { at: name.start(), what: At::Depth { limit } };
        if self.depth >= limit {
            return Err(deep);
        }
        if self.depth == 0 && self.root_seen {
            return Err(Fault::xml(name.start(), XmlError::TwoRoots));
        }
        let bindings = self.tables.bindings.len();
        *self.tables.open.get_mut(self.depth).ok_or(deep)? = Open { name, bindings };
        self.depth += 1;
        self.root_seen = true;
        Ok(())
    }

    /// `</name >`: must name the element that is open.
    fn end_tag(&mut self) -> Result<Event, Fault> {
        let fault = Fault::xml(self.at, XmlError::EndTag);
        let inner =
            self.depth.checked_sub(1).and_then(|at| self.tables.open.get(at)).ok_or(fault)?;
        let name = inner.name.of(self.input);
        let after = self.input.get(self.at + 2..).unwrap_or_default();
        let rest = after.strip_prefix(name).ok_or(fault)?;
        let blanks = rest.iter().take_while(|byte| is_blank(**byte)).count();
        match rest.get(blanks) {
            Some(b'>') => {}
            Some(_) => return Err(fault),
            None => return Err(Fault::xml(self.input.len(), XmlError::EndsTooSoon)),
        }
        self.at += 2 + name.len() + blanks + 1;
        Ok(self.close())
    }

    fn close(&mut self) -> Event {
        self.depth = self.depth.saturating_sub(1);
        if let Some(open) = self.tables.open.get(self.depth) {
            self.tables.bindings.truncate(open.bindings);
        }
        Event::End
    }

    /// Text up to the next tag: references are checked, `]]>` is refused. Tells whether there are
    /// references.
    fn text_run(&mut self) -> Result<bool, Fault> {
        let start = self.at;
        let (mut at, mut escaped) = (start, false);
        loop {
            let Some(found) = mark::next(self.input, at) else {
                return Err(Fault::xml(self.input.len(), XmlError::EndsTooSoon));
            };
            at = found;
            if self.input.get(at) == Some(&b'<') {
                break;
            }
            escaped = true;
            at += 1 + reference::check(self.input, at + 1)?;
        }
        self.at = at;
        let end = self.cdata_end.at_or_after(self.input, start);
        if end < self.at {
            return Err(Fault::xml(end, XmlError::CdataEndInText));
        }
        Ok(escaped)
    }

    /// A CDATA section, whose range with its marks comes back, or a comment, passed over.
    fn section(&mut self) -> Result<Option<Span>, Fault> {
        let start = self.at;
        if self.starts_with(b"<!--") {
            let inside = self.input.get(start + 4..).unwrap_or_default();
            let too_soon = Fault::xml(self.input.len(), XmlError::EndsTooSoon);
            let end = start + 4 + memmem::find(inside, b"--").ok_or(too_soon)?;
            if self.input.get(end + 2) != Some(&b'>') {
                return Err(Fault::xml(end, XmlError::Comment));
            }
            self.at = end + 3;
            return Ok(None);
        }
        if !self.starts_with(CDATA_START) {
            let doctype = self.starts_with(b"<!DOCTYPE");
            let what = if doctype { XmlError::Doctype } else { XmlError::Markup };
            return Err(Fault::xml(start, what));
        }
        if self.depth == 0 {
            return Err(Fault::xml(start, XmlError::CdataOutsideRoot));
        }
        let end = self.cdata_end.at_or_after(self.input, start + CDATA_START.len());
        if end >= self.input.len() {
            return Err(Fault::xml(end, XmlError::EndsTooSoon));
        }
        self.at = end + CDATA_END.len();
        Ok(Some(Span::new(start, self.at)))
    }

    /// `<?target …?>`, passed over.
    fn processing_instruction(&mut self) -> Result<(), Fault> {
        let fault = |what| Fault::xml(self.at, what);
        let target = name::part(self.input, self.at + 2)
            .map_err(|_| fault(XmlError::ProcessingInstruction))?;
        match target.of(self.input) {
            b"xml" => return Err(fault(XmlError::DeclarationNotFirst)),
            name if name.eq_ignore_ascii_case(b"xml") => {
                return Err(fault(XmlError::ProcessingInstruction));
            }
            _ => {}
        }
        let rest = self.input.get(target.end()..).unwrap_or_default();
        if !rest.starts_with(b"?>") && !rest.first().is_some_and(|byte| is_blank(*byte)) {
            return Err(fault(XmlError::ProcessingInstruction));
        }
        let too_soon = Fault::xml(self.input.len(), XmlError::EndsTooSoon);
        self.at = target.end() + memmem::find(rest, b"?>").ok_or(too_soon)? + 2;
        Ok(())
    }

    /// Outside the root element only blanks may stand between markup.
    fn outside(&mut self) -> Result<(), Fault> {
        self.skip_blanks();
        match self.byte(0) {
            None | Some(b'<') => Ok(()),
            Some(_) => Err(Fault::xml(self.at, XmlError::TextOutsideRoot)),
        }
    }

    fn finish(&self) -> Result<Event, Fault> {
        match (self.depth, self.root_seen) {
            (0, true) => Ok(Event::Finished),
            (0, false) => Err(Fault::xml(self.at, XmlError::NoRoot)),
            _ => Err(Fault::xml(self.at, XmlError::EndsTooSoon)),
        }
    }

    fn characters_from(&self, start: usize, escaped: bool, sections: bool) -> Characters {
        let span = Span::new(start, self.at.max(start));
        let form = if sections {
            ContentForm::Mixed
        } else if escaped || memchr(b'\r', span.of(self.input)).is_some() {
            ContentForm::Escaped
        } else {
            ContentForm::Plain
        };
        Characters { span, form }
    }

    pub(super) fn byte(&self, offset: usize) -> Option<u8> {
        self.input.get(self.at + offset).copied()
    }

    pub(super) fn starts_with(&self, mark: &[u8]) -> bool {
        self.input.get(self.at..).is_some_and(|rest| rest.starts_with(mark))
    }

    /// Passes over blanks; tells whether there were any.
    pub(super) fn skip_blanks(&mut self) -> bool {
        let start = self.at;
        while self.byte(0).is_some_and(is_blank) {
            self.at += 1;
        }
        self.at > start
    }
}

impl CdataEnd {
    fn at_or_after(&mut self, input: &[u8], start: usize) -> usize {
        if !(self.from..=self.at).contains(&start) {
            self.from = start;
            self.at = Self::search(input, start);
        }
        self.at
    }

    /// By its first byte, which text seldom holds: twice as fast as searching for all three.
    fn search(input: &[u8], start: usize) -> usize {
        let rest = input.get(start..).unwrap_or_default();
        memchr_iter(b']', rest)
            .find(|offset| rest.get(*offset..).is_some_and(|rest| rest.starts_with(CDATA_END)))
            .map_or(input.len(), |offset| start + offset)
    }
}
