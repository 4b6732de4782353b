//! The well-formedness that the event reader leaves out, checked on the inside of each event.
//!
//! Every function is given text that is UTF-8 already and says at which byte of it the flaw lies.

mod character;
mod declaration;
mod tag;

pub(crate) use character::{first_forbidden_character, is_blank, is_char, is_name, is_ncname};
pub(crate) use declaration::read_declaration;
use tag::read_tag;
pub(crate) use tag::{RawAttribute, read_attributes};

/// What is wrong, and at which byte of the text that was looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Slip {
    pub(crate) at: usize,
    pub(crate) what: &'static str,
}

impl Slip {
    pub(crate) const fn new(at: usize, what: &'static str) -> Self {
        Self { at, what }
    }
}

/// What stands between `&` and `;`: one of the five entities or a reference to a legal character.
pub(crate) fn check_reference(inner: &str) -> Result<(), Slip> {
    let wrong = |what| Err(Slip::new(0, what));
    let Some(number) = inner.strip_prefix('#') else {
        return match entity(inner) {
            Some(_) => Ok(()),
            None => wrong("a reference to an entity that XML does not know: write '&amp;' for '&'"),
        };
    };
    match referenced(number) {
        Some(code) if is_char(code) => Ok(()),
        Some(_) => wrong("a reference to a character that XML cannot carry: leave it out"),
        None => wrong("a character reference without a number: write it as in '&#38;'"),
    }
}

/// The character of one of the five entities.
pub(crate) fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// The number in `#38` or `#x26`, without its `#`; too large numbers are `u32::MAX`.
pub(crate) fn referenced(number: &str) -> Option<u32> {
    let (digits, radix) = match number.strip_prefix('x') {
        Some(hexadecimal) => (hexadecimal, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    Some(u32::from_str_radix(digits, radix).unwrap_or(u32::MAX))
}

/// What stands between `<!--` and `-->`.
pub(crate) fn check_comment(inner: &str) -> Result<(), Slip> {
    match memchr::memmem::find(inner.as_bytes(), b"--") {
        Some(at) => Err(Slip::new(at, "'--' in a comment: leave it out")),
        None if inner.ends_with('-') => {
            Err(Slip::new(inner.len(), "a comment that ends in '--->': leave one '-' out"))
        }
        None => Ok(()),
    }
}

/// What stands between `<?` and `?>`.
pub(crate) fn check_instruction(inner: &str) -> Result<(), Slip> {
    let target = inner.split(|c: char| c.is_ascii() && is_blank(c as u8)).next().unwrap_or(inner);
    if target.eq_ignore_ascii_case("xml") {
        return Err(Slip::new(
            0,
            "an XML declaration that is not at the very start: move it there",
        ));
    }
    if is_name(target) {
        return Ok(());
    }
    Err(Slip::new(0, "a processing instruction without a target: name one"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_the_five_and_legal_characters() {
        for good in ["amp", "lt", "gt", "quot", "apos", "#38", "#x26", "#x10FFFF", "#9", "#0038"] {
            assert_eq!(check_reference(good), Ok(()), "{good}");
        }
        for bad in ["", "nbsp", "#", "#x", "#0", "#xD800", "#x110000", "#99999999999", "#3a", "#+1"]
        {
            assert!(check_reference(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn comments_and_instructions_are_held_to_their_rules() {
        assert_eq!(check_comment(" - a - "), Ok(()));
        assert!(check_comment("a -- b").is_err() && check_comment("a-").is_err());
        assert_eq!(check_instruction("xml-stylesheet href='a'"), Ok(()));
        for bad in ["xml version='1.0'", "XML", "", " a", "1a"] {
            assert!(check_instruction(bad).is_err(), "{bad}");
        }
    }
}
