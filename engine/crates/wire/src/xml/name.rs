//! Names and characters, as XML 1.0 (fifth edition) and Namespaces in XML define them.

use super::{Fault, Span, XmlError};

/// `Char` of XML 1.0.
pub(crate) const fn is_char(code: u32) -> bool {
    matches!(code, 0x9 | 0xA | 0xD | 0x20..=0xD7FF | 0xE000..=0xFFFD | 0x1_0000..=0x10_FFFF)
}

/// A name with its prefix split off; without a colon the prefix is empty.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct QualifiedName {
    pub(super) prefix: Span,
    pub(super) local: Span,
}

impl QualifiedName {
    pub(super) const fn span(self) -> Span {
        if self.prefix.is_empty() {
            self.local
        } else {
            Span::new(self.prefix.start(), self.local.end())
        }
    }
}

/// Reads a qualified name at `at`.
pub(super) fn qualified_name(input: &[u8], at: usize) -> Result<QualifiedName, Fault> {
    let first = part(input, at)?;
    if input.get(first.end()) != Some(&b':') {
        return Ok(QualifiedName { prefix: Span::new(at, at), local: first });
    }
    let local = part(input, first.end() + 1)?;
    if input.get(local.end()) == Some(&b':') {
        return Err(Fault::xml(local.end(), XmlError::Name));
    }
    Ok(QualifiedName { prefix: first, local })
}

/// Reads a name without a colon at `at`.
pub(super) fn part(input: &[u8], at: usize) -> Result<Span, Fault> {
    // Nearly all names are ASCII to their end; what follows is for the rest, and for errors.
    let rest = input.get(at..).unwrap_or_default();
    let ascii = rest.iter().position(|byte| class(*byte) > Class::Part).unwrap_or(rest.len());
    if rest.first().is_some_and(|byte| class(*byte) == Class::Start)
        && rest.get(ascii).is_none_or(|byte| class(*byte) == Class::Other)
    {
        return Ok(Span::new(at, at + ascii));
    }
    slow_part(input, at)
}

#[inline(never)]
fn slow_part(input: &[u8], at: usize) -> Result<Span, Fault> {
    let mut end = at;
    while let Some(byte) = input.get(end) {
        let length = match class(*byte) {
            Class::Start => 1,
            Class::Part if end > at => 1,
            Class::High => match high(input, end, end == at) {
                Some(length) => length,
                None => break,
            },
            Class::Part | Class::Other => break,
        };
        end += length;
    }
    if end == at { Err(Fault::xml(at, XmlError::Name)) } else { Ok(Span::new(at, end)) }
}

/// Bytes of the name character beyond ASCII at `at`, if one stands there.
fn high(input: &[u8], at: usize, first: bool) -> Option<usize> {
    let window = input.get(at..input.len().min(at + 4))?;
    let text = match std::str::from_utf8(window) {
        Ok(text) => text,
        // The window may cut the character after the one wanted.
        Err(error) => std::str::from_utf8(window.get(..error.valid_up_to())?).ok()?,
    };
    let character = text.chars().next()?;
    let code = u32::from(character);
    let allowed = is_name_start(code) || (!first && is_name_part(code));
    allowed.then(|| character.len_utf8())
}

const fn is_name_start(code: u32) -> bool {
    matches!(code,
        0xC0..=0xD6 | 0xD8..=0xF6 | 0xF8..=0x2FF | 0x370..=0x37D | 0x37F..=0x1FFF
        | 0x200C..=0x200D | 0x2070..=0x218F | 0x2C00..=0x2FEF | 0x3001..=0xD7FF
        | 0xF900..=0xFDCF | 0xFDF0..=0xFFFD | 0x1_0000..=0xE_FFFF)
}

const fn is_name_part(code: u32) -> bool {
    matches!(code, 0xB7 | 0x300..=0x36F | 0x203F..=0x2040)
}

#[inline]
fn class(byte: u8) -> Class {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(Class::Other)
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, PartialOrd)]
enum Class {
    /// May begin a name.
    Start,
    /// May stand in a name, not at its beginning.
    Part,
    /// Belongs to a character beyond ASCII.
    High,
    /// Ends a name; the colon does so too.
    Other,
}

static CLASSES: [Class; 256] = classes();

#[expect(clippy::indexing_slicing, reason = "evaluated when compiling, over the whole table")]
const fn classes() -> [Class; 256] {
    let mut table = [Class::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte {
            0x41..=0x5A | 0x61..=0x7A | 0x5F => Class::Start,
            0x30..=0x39 | 0x2D | 0x2E => Class::Part,
            0x80..=0xFF => Class::High,
            _ => Class::Other,
        };
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, &str)>) {
        let read = qualified_name(text.as_bytes(), 0).ok().map(|name| {
            let cut = |span: Span| String::from_utf8_lossy(span.of(text.as_bytes())).into_owned();
            (cut(name.prefix), cut(name.local))
        });
        let expected = expected.map(|(prefix, local)| (prefix.to_owned(), local.to_owned()));
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn names_are_split_at_their_colon() {
        check("a", Some(("", "a")));
        check("a:b c", Some(("a", "b")));
        check("_x.1-2=", Some(("", "_x.1-2")));
        check("\u{e9}t\u{e9}\u{b7}>", Some(("", "\u{e9}t\u{e9}\u{b7}")));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", ":a", "a:", "a:b:c", "1a", "-a", ".a", "\u{b7}a", "a:1", "\u{d7}"] {
            check(text, None);
        }
    }
}
