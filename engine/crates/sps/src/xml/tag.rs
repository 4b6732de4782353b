//! The inside of a start tag, read as strictly as the grammar of XML has it.

use super::character::{is_name_start, name_length};
use super::{Slip, check_reference, is_blank, is_name};

/// An attribute as it is written; the places are in the text that was read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct RawAttribute<'t> {
    pub(crate) name: &'t str,
    pub(crate) name_at: usize,
    pub(crate) value: &'t str,
    pub(crate) value_at: usize,
    /// Whether references or white space must be replaced to get the value.
    pub(crate) encoded: bool,
}

/// Reads what stands between `<` and `>` or `/>`, and hands every attribute to `attribute`.
pub(super) fn read_tag<'t>(
    inner: &'t str,
    attribute: impl FnMut(RawAttribute<'t>),
) -> Result<(), Slip> {
    let name = name_length(inner);
    if !is_name(inner.get(..name).unwrap_or_default()) {
        return Err(Slip::new(0, "a tag without a name: write '<' in text as '&lt;'"));
    }
    read_attributes(inner, name, attribute)
}

/// As [`read_tag`], from behind a name that ends at `at`.
pub(crate) fn read_attributes<'t>(
    inner: &'t str,
    mut at: usize,
    mut attribute: impl FnMut(RawAttribute<'t>),
) -> Result<(), Slip> {
    loop {
        let blank = skip_blank(inner, at);
        if blank == inner.len() {
            return Ok(());
        }
        if blank == at {
            return Err(Slip::new(at, "something in a tag that is no attribute: remove it"));
        }
        at = one(inner, blank, &mut attribute)?;
    }
}

fn one<'t>(
    inner: &'t str,
    name_at: usize,
    attribute: &mut impl FnMut(RawAttribute<'t>),
) -> Result<usize, Slip> {
    let rest = inner.get(name_at..).unwrap_or_default();
    let name = rest.get(..name_length(rest)).unwrap_or_default();
    // All of it are characters of names; which may be the first is another matter.
    if !name.chars().next().is_some_and(is_name_start) {
        return Err(Slip::new(name_at, "something in a tag that is no attribute: remove it"));
    }
    let sign = skip_blank(inner, name_at + name.len());
    if inner.as_bytes().get(sign) != Some(&b'=') {
        return Err(Slip::new(sign, "an attribute without a value: write one in quotes"));
    }
    let quote_at = skip_blank(inner, sign + 1);
    let quote = match inner.as_bytes().get(quote_at) {
        Some(quote @ (b'"' | b'\'')) => *quote,
        _ => return Err(Slip::new(quote_at, "an attribute value without quotes: write them")),
    };
    let value_at = quote_at + 1;
    let rest = inner.get(value_at..).unwrap_or_default();
    let Some(length) = memchr::memchr(quote, rest.as_bytes()) else {
        return Err(Slip::new(value_at, "an attribute value that does not end: close the quotes"));
    };
    let value = rest.get(..length).unwrap_or_default();
    let encoded = check_value(value).map_err(|slip| Slip::new(value_at + slip.at, slip.what))?;
    attribute(RawAttribute { name, name_at, value, value_at, encoded });
    Ok(value_at + length + 1)
}

/// Whether the value has to be decoded; `<` may not stand in it, and `&` only before a reference.
fn check_value(value: &str) -> Result<bool, Slip> {
    let marked = value.bytes().any(|byte| matches!(byte, b'<' | b'&' | b'\t' | b'\n' | b'\r'));
    if !marked {
        return Ok(false);
    }
    if let Some(at) = memchr::memchr(b'<', value.as_bytes()) {
        return Err(Slip::new(at, "'<' in an attribute value: write it as '&lt;'"));
    }
    for at in memchr::memchr_iter(b'&', value.as_bytes()) {
        let rest = value.get(at + 1..).unwrap_or_default();
        let Some((inner, _)) = rest.split_once(';') else {
            return Err(Slip::new(at, "'&' that begins no reference: write it as '&amp;'"));
        };
        check_reference(inner).map_err(|slip| Slip::new(at, slip.what))?;
    }
    Ok(true)
}

fn skip_blank(text: &str, from: usize) -> usize {
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| is_blank(**byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(inner: &str) -> Result<Vec<(&str, &str)>, usize> {
        let mut all = Vec::new();
        read_tag(inner, |one| all.push((one.name, one.value))).map_err(|slip| slip.at)?;
        Ok(all)
    }

    #[test]
    fn attributes_are_read_in_every_legal_form() {
        assert_eq!(read("a"), Ok(vec![]));
        assert_eq!(read("a:b \n"), Ok(vec![]));
        assert_eq!(read("a b='c'"), Ok(vec![("b", "c")]));
        let expected = vec![("b", "<>".get(1..).unwrap_or_default()), ("x:c", "d'&amp;")];
        assert_eq!(read("a b = '>'\tx:c\n=\n\"d'&amp;\" "), Ok(expected));
    }

    #[test]
    fn everything_else_is_refused_at_its_place() {
        for (inner, at) in [
            ("", 0),
            (" a", 0),
            ("1", 0),
            ("a /", 2),
            ("a b", 3),
            ("a b=", 4),
            ("a b=c", 4),
            ("a b='c", 5),
            ("a b='c'd='e'", 7),
            ("a b='<'", 5),
            ("a b='&'", 5),
            ("a b='&x;'", 5),
            ("a 1='c'", 2),
            ("a\"b", 1),
            ("a ='c'", 2),
        ] {
            assert_eq!(read(inner), Err(at), "{inner}");
        }
    }
}
