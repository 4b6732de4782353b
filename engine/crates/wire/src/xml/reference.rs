//! References: the five predefined entities, and characters by number.

use super::{Fault, XmlError, is_char};

/// What a reference stands for, and its length without the `&`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Reference {
    pub(super) character: char,
    pub(super) length: usize,
}

/// Length, without the `&`, of the legal reference whose `&` stands before `at`.
#[inline]
pub(super) fn check(input: &[u8], at: usize) -> Result<usize, Fault> {
    // The two that make up nearly all of an escaped certificate, without decoding.
    if let Some([b'l' | b'g', b't', b';']) = input.get(at..at + 3) {
        Ok(3)
    } else {
        check_any(input, at)
    }
}

#[inline(never)]
fn check_any(input: &[u8], at: usize) -> Result<usize, Fault> {
    let rest = input.get(at..).unwrap_or_default();
    let reference = if rest.first() == Some(&b'#') { numeric(rest) } else { named(rest) };
    reference.map(|reference| reference.length).ok_or_else(|| {
        let what = match rest.first() {
            Some(b'#') => XmlError::CharacterReference,
            _ => XmlError::Entity,
        };
        Fault::xml(at.saturating_sub(1), what)
    })
}

/// The reference at the start of `rest`, which begins after the `&`.
pub(super) fn read(rest: &[u8]) -> Option<Reference> {
    if rest.first() == Some(&b'#') { numeric(rest) } else { named(rest) }
}

fn named(rest: &[u8]) -> Option<Reference> {
    let (character, length) = match rest {
        [b'l', b't', b';', ..] => ('<', 3),
        [b'g', b't', b';', ..] => ('>', 3),
        [b'a', b'm', b'p', b';', ..] => ('&', 4),
        [b'q', b'u', b'o', b't', b';', ..] => ('"', 5),
        [b'a', b'p', b'o', b's', b';', ..] => ('\'', 5),
        _ => return None,
    };
    Some(Reference { character, length })
}

fn numeric(rest: &[u8]) -> Option<Reference> {
    let (radix, digits_at) = if rest.get(1) == Some(&b'x') { (16, 2) } else { (10, 1) };
    let mut code: u32 = 0;
    let mut length = digits_at;
    loop {
        let byte = *rest.get(length)?;
        if byte == b';' {
            break;
        }
        let digit = char::from(byte).to_digit(radix)?;
        // Saturated past the last code point: leading zeros are legal, so digits have no limit.
        code = code.saturating_mul(radix).saturating_add(digit).min(0x11_0000);
        length += 1;
    }
    let character = char::from_u32(code).filter(|_| length > digits_at && is_char(code))?;
    Some(Reference { character, length: length + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_reads(text: &str, expected: Option<(char, usize)>) {
        let read = read(text.as_bytes()).map(|r| (r.character, r.length));
        assert_eq!(read, expected, "&{text}");
        assert_eq!(check(text.as_bytes(), 0).ok(), expected.map(|(_, length)| length), "&{text}");
    }

    #[test]
    fn legal_references_are_read() {
        check_reads("lt;x", Some(('<', 3)));
        check_reads("gt;", Some(('>', 3)));
        check_reads("amp;", Some(('&', 4)));
        check_reads("quot;", Some(('"', 5)));
        check_reads("apos;", Some(('\'', 5)));
        check_reads("#13;", Some(('\r', 4)));
        check_reads("#x0000000000000041;", Some(('A', 19)));
        check_reads("#x10fFfF;", Some(('\u{10ffff}', 9)));
    }

    #[test]
    fn illegal_references_are_refused() {
        for text in [
            "",
            ";",
            "l",
            "lt",
            "LT;",
            "nbsp;",
            "#",
            "#;",
            "#x;",
            "#X41;",
            "#0;",
            "#1;",
            "#xFFFE;",
            "#xD800;",
            "#x110000;",
            "#99999999999999999999;",
            "#-1;",
            "#4 1;",
            "#41",
            " lt;",
        ] {
            check_reads(text, None);
        }
    }
}
