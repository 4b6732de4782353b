//! From text to tags and texts, in one pass, each byte looked at by vector code where it may be long.
//!
//! What is between the marks of XML is given to the functions of [`crate::xml`]; here it is found
//! where each thing ends and whether tags fit together.

use crate::xml::{Slip, is_blank};

/// What comes next in a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Event<'t> {
    /// A start tag: what stands between `<` and `>` or `/>`, the bytes of its name, whether it is
    /// that of an empty element.
    Start { inner: &'t str, name: usize, empty: bool },
    /// The end tag of the element opened last.
    End,
    /// Character data with something other than white space in it.
    Text(&'t str),
    /// A CDATA section.
    CharacterData,
    /// What stands between `&` and `;`.
    Reference(&'t str),
    /// What stands between `<!--` and `-->`.
    Comment(&'t str),
    /// What stands between `<?` and `?>`.
    Instruction(&'t str),
    /// The same of an XML declaration.
    Declaration(&'t str),
    /// The beginning of a document type declaration.
    DocumentType,
    /// The end of the text.
    Eof,
}

/// A place in a text and the names of the elements that are open there.
pub(super) struct Scanner<'t> {
    text: &'t str,
    next: usize,
    open: Vec<&'t str>,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, next: 0, open: Vec::with_capacity(16) }
    }

    /// How many elements are open, an empty one not among them.
    pub(super) const fn depth(&self) -> usize {
        self.open.len()
    }

    /// The next event and where it begins. White space between tags is none.
    #[inline]
    pub(super) fn next(&mut self) -> Result<(usize, Event<'t>), Slip> {
        let bytes = self.text.as_bytes();
        let start = self.next;
        let mut at = start;
        while bytes.get(at).is_some_and(|byte| is_blank(*byte)) {
            at += 1;
        }
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'<'), Some(b'/')) => self.end_tag(at),
            (Some(b'<'), Some(b'!' | b'?')) => self.other(at),
            (Some(b'<'), _) => self.start_tag(at),
            (Some(b'&'), _) => self.reference(at),
            (Some(_), _) => self.characters(start, at),
            (None, _) => {
                self.next = at;
                Ok((at, Event::Eof))
            }
        }
    }

    #[inline]
    fn start_tag(&mut self, at: usize) -> Result<(usize, Event<'t>), Slip> {
        let inner = self.text.get(at + 1..).unwrap_or_default();
        let bytes = inner.as_bytes();
        let name = name_end(bytes);
        let end = match (bytes.get(name), bytes.get(name + 1)) {
            (Some(b'>'), _) => name,
            (Some(b'/'), Some(b'>')) => name + 1,
            _ => tag_end(bytes, name).ok_or_else(|| Slip::new(at, UNENDED))?,
        };
        let inner = inner.get(..end).unwrap_or_default();
        self.next = at + 1 + end + 1;
        let (inner, empty) = match inner.strip_suffix('/') {
            // Of `</>` and `<a b=/>` the inside is told to be wrong.
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        if !empty {
            self.open.push(inner.get(..name).unwrap_or_default());
        }
        Ok((at, Event::Start { inner, name, empty }))
    }

    #[inline]
    fn end_tag(&mut self, at: usize) -> Result<(usize, Event<'t>), Slip> {
        let inner = self.text.get(at + 2..).unwrap_or_default();
        let Some(name) = self.open.pop() else {
            let ended = memchr::memchr(b'>', inner.as_bytes()).is_some();
            let what = if ended { "an end tag without a start tag: remove it" } else { UNENDED };
            return Err(Slip::new(at, what));
        };
        let after = inner.strip_prefix(name).map(str::as_bytes);
        let blank = match after {
            Some([b'>', ..]) => 0,
            Some(after) => after.iter().take_while(|byte| is_blank(**byte)).count(),
            None => return Err(unfit(at, inner)),
        };
        if after.and_then(|after| after.get(blank)) != Some(&b'>') {
            return Err(unfit(at, inner));
        }
        self.next = at + 2 + name.len() + blank + 1;
        Ok((at, Event::End))
    }

    /// Text from `start` on whose first character other than white space is at `at`.
    fn characters(&mut self, start: usize, mut at: usize) -> Result<(usize, Event<'t>), Slip> {
        let bytes = self.text.as_bytes();
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let Some(found) = memchr::memchr3(b'<', b'&', b'>', rest) else {
                at = bytes.len();
                break;
            };
            at += found;
            if bytes.get(at) != Some(&b'>') {
                break;
            }
            if bytes.get(start..at).is_some_and(|before| before.ends_with(b"]]")) {
                return Err(Slip::new(at - 2, "']]>' in text: write '>' as '&gt;' there"));
            }
            at += 1;
        }
        self.next = at;
        Ok((start, Event::Text(self.text.get(start..at).unwrap_or_default())))
    }

    fn reference(&mut self, at: usize) -> Result<(usize, Event<'t>), Slip> {
        let rest = self.text.get(at + 1..).unwrap_or_default();
        let end = rest.bytes().enumerate().find(|(_, byte)| matches!(byte, b';' | b'<' | b'&'));
        let Some((end, b';')) = end else {
            return Err(Slip::new(at, "'&' that begins no reference: write it as '&amp;'"));
        };
        self.next = at + 1 + end + 1;
        Ok((at, Event::Reference(rest.get(..end).unwrap_or_default())))
    }

    /// What begins with `<!` or `<?`.
    fn other(&mut self, at: usize) -> Result<(usize, Event<'t>), Slip> {
        let rest = self.text.get(at..).unwrap_or_default();
        let is_document_type =
            |rest: &str| rest.get(..9).is_some_and(|mark| mark.eq_ignore_ascii_case("<!DOCTYPE"));
        if let Some(inner) = rest.strip_prefix("<!--") {
            let inner = self.until(at, 4, inner, "-->")?;
            return Ok((at, Event::Comment(inner)));
        }
        if let Some(inner) = rest.strip_prefix("<![CDATA[") {
            self.until(at, 9, inner, "]]>")?;
            return Ok((at, Event::CharacterData));
        }
        if let Some(inner) = rest.strip_prefix("<?") {
            let inner = self.until(at, 2, inner, "?>")?;
            let after = inner.strip_prefix("xml").map(str::as_bytes);
            return Ok((
                at,
                match after {
                    Some([]) => Event::Declaration(inner),
                    Some([first, ..]) if is_blank(*first) => Event::Declaration(inner),
                    _ => Event::Instruction(inner),
                },
            ));
        }
        if is_document_type(rest) {
            return Ok((at, Event::DocumentType));
        }
        Err(Slip::new(at, "markup that is no XML"))
    }

    /// What stands before `mark`, behind which the next event begins.
    fn until(
        &mut self,
        at: usize,
        length: usize,
        inner: &'t str,
        mark: &str,
    ) -> Result<&'t str, Slip> {
        let end = memchr::memmem::find(inner.as_bytes(), mark.as_bytes());
        let end = end.ok_or_else(|| Slip::new(at, UNENDED))?;
        self.next = at + length + end + mark.len();
        Ok(inner.get(..end).unwrap_or_default())
    }
}

/// Where a tag's name ends: at white space, `/` or `>`, looked for in eight bytes at a time. Whether
/// what stands before is a name is for others to see.
#[inline]
fn name_end(inner: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = ONES << 7;
    // The high bit of each byte below `least`; a false one stands only above a true one.
    let below = |word: u64, least: u64| word.wrapping_sub(ONES * least) & !word & HIGHS;
    let mut at = 0;
    while let Some(chunk) = inner.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let slash = below(word ^ (ONES * u64::from(b'/')), 1);
        let close = below(word ^ (ONES * u64::from(b'>')), 1);
        let found = below(word, u64::from(b' ') + 1) | slash | close;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = inner.get(at..).unwrap_or_default();
    let ends = |byte: &u8| *byte <= b' ' || matches!(byte, b'/' | b'>');
    at + rest.iter().position(ends).unwrap_or(rest.len())
}

/// Where a tag ends that is more than a name: at the first `>` outside quotes.
fn tag_end(inner: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let found = memchr::memchr3(b'>', b'"', b'\'', inner.get(at..)?)?;
        at += found;
        match inner.get(at)? {
            b'>' => return Some(at),
            quote => at += memchr::memchr(*quote, inner.get(at + 1..)?)? + 2,
        }
    }
}

/// An end tag of another name than that of the open element, or one that does not end.
#[cold]
fn unfit(at: usize, inner: &str) -> Slip {
    let what = match memchr::memchr(b'>', inner.as_bytes()) {
        None => UNENDED,
        Some(_) => {
            "an end tag that does not fit the open element: close elements in the reverse order"
        }
    };
    Slip::new(at, what)
}

const UNENDED: &str = "markup that does not end: the document may be cut off";

#[cfg(test)]
mod tests {
    use super::*;

    /// The events up to the end, or the place where it goes wrong.
    fn events(text: &str) -> Result<Vec<(usize, Event<'_>)>, usize> {
        let mut scanner = Scanner::new(text);
        let mut all = Vec::new();
        loop {
            match scanner.next().map_err(|slip| slip.at)? {
                (_, Event::Eof) => return Ok(all),
                event => all.push(event),
            }
        }
    }

    #[test]
    fn everything_is_found_at_its_place() {
        let start = |inner, name, empty| Event::Start { inner, name, empty };
        let all = events("<?xml a?>\n<a b='>'>x > y&lt;<!-- < --><![CDATA[&]]><?p <?><c/></a >");
        let expected = vec![
            (0, Event::Declaration("xml a")),
            (10, start("a b='>'", 1, false)),
            (19, Event::Text("x > y")),
            (24, Event::Reference("lt")),
            (28, Event::Comment(" < ")),
            (38, Event::CharacterData),
            (51, Event::Instruction("p <")),
            (58, start("c", 1, true)),
            (62, Event::End),
        ];
        assert_eq!(all, Ok(expected));
    }

    #[test]
    fn name_ends_wherever_it_does() {
        for end in [" ", "\t", "\n", "\r", "/", ">"] {
            for length in 0..40 {
                let name = "aZ:-.ø\u{FFFD}_09=\"'<?!".chars().cycle().take(length);
                let name: String = name.collect();
                for rest in ["", "x", "></a>              ", " b='c'/>"] {
                    let text = format!("{name}{end}{rest}");
                    assert_eq!(name_end(text.as_bytes()), name.len(), "{text:?}");
                }
                assert_eq!(name_end(name.as_bytes()), name.len());
            }
        }
    }

    #[test]
    fn what_does_not_fit_together_is_told_at_its_place() {
        for (text, at) in [
            ("<a></b>", 3),
            ("<a></ a>", 3),
            ("<a></ab>", 3),
            ("</a>", 0),
            ("<a", 0),
            ("<a b='>", 0),
            ("<a></a", 3),
            ("x ]]> y", 2),
            ("a & b", 2),
            ("a &b", 2),
            ("<!-- -", 0),
            ("<![CDATA[]]", 0),
            ("<!ELEMENT a>", 0),
        ] {
            assert_eq!(events(text), Err(at), "{text}");
        }
    }
}
