//! The root element of a document of whatever kind, found without reading the rest.
//!
//! What a document is decides who must judge it, so nothing before the root may hide it: comments,
//! instructions and a document type are passed over. What is no XML has no root.

#![deny(clippy::indexing_slicing)]

use std::borrow::Cow;

/// A root element. Empty if there is none.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Root {
    pub(crate) namespace: String,
    pub(crate) name: String,
}

/// The root element of a document in UTF-8.
pub(crate) fn root_of(document: &[u8]) -> Root {
    find(document).unwrap_or_default()
}

fn find(mut rest: &[u8]) -> Option<Root> {
    loop {
        rest = rest.get(memchr(b'<', rest)?..)?;
        rest = if let Some(comment) = rest.strip_prefix(b"<!--") {
            after(comment, b"-->")?
        } else if let Some(instruction) = rest.strip_prefix(b"<?") {
            after(instruction, b"?>")?
        } else if let Some(doctype) = rest.strip_prefix(b"<!") {
            after_declaration(doctype)?
        } else {
            return start_tag(rest.get(1..)?);
        };
    }
}

fn memchr(byte: u8, bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|one| *one == byte)
}

fn after<'a>(bytes: &'a [u8], end: &[u8]) -> Option<&'a [u8]> {
    let place = bytes.windows(end.len()).position(|window| window == end)?;
    bytes.get(place + end.len()..)
}

/// Behind a document type, with what it declares.
fn after_declaration(bytes: &[u8]) -> Option<&[u8]> {
    let (mut depth, mut at) = (1_usize, 0);
    while depth > 0 {
        let rest = bytes.get(at..)?;
        let skipped = if let Some(comment) = rest.strip_prefix(b"<!--") {
            rest.len() - after(comment, b"-->")?.len()
        } else {
            match rest.first()? {
                quote @ (b'"' | b'\'') => memchr(*quote, rest.get(1..)?)? + 2,
                b'<' => {
                    depth += 1;
                    1
                }
                b'>' => {
                    depth -= 1;
                    1
                }
                _ => 1,
            }
        };
        at += skipped;
    }
    bytes.get(at..)
}

fn start_tag(tag: &[u8]) -> Option<Root> {
    let end = tag.iter().position(|byte| is_space(*byte) || matches!(byte, b'/' | b'>'))?;
    let qualified = std::str::from_utf8(tag.get(..end)?).ok()?;
    let (prefix, name) = qualified.split_once(':').unwrap_or(("", qualified));
    let declares = if prefix.is_empty() { "xmlns".into() } else { format!("xmlns:{prefix}") };
    let namespace = attribute(tag.get(end..)?, &declares).unwrap_or_default();
    Some(Root { namespace: namespace.into_owned(), name: name.to_owned() })
}

/// The value of an attribute of a start tag, behind the tag's name.
fn attribute<'a>(mut rest: &'a [u8], wanted: &str) -> Option<Cow<'a, str>> {
    loop {
        rest = rest.trim_ascii_start();
        if matches!(rest.first()?, b'/' | b'>') {
            return None;
        }
        let equals = memchr(b'=', rest)?;
        let name = rest.get(..equals)?.trim_ascii_end();
        rest = rest.get(equals + 1..)?.trim_ascii_start();
        let quote = rest.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
        rest = rest.get(1..)?;
        let end = memchr(*quote, rest)?;
        if name == wanted.as_bytes() {
            return std::str::from_utf8(rest.get(..end)?).ok().map(unescaped);
        }
        rest = rest.get(end + 1..)?;
    }
}

/// A namespace may be written with references: it is the same one.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, reference)) = rest.split_once('&') {
        plain.push_str(before);
        let Some((name, after)) = reference.split_once(';') else {
            plain.push('&');
            rest = reference;
            continue;
        };
        let number = name.strip_prefix("#x").map(|hex| u32::from_str_radix(hex, 16));
        let number = number.or_else(|| name.strip_prefix('#').map(str::parse));
        let character = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => number.and_then(Result::ok).and_then(char::from_u32),
        };
        plain.extend(character);
        rest = after;
    }
    plain.push_str(rest);
    plain.into()
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn root(document: &str) -> (String, String) {
        let Root { namespace, name } = root_of(document.as_bytes());
        (namespace, name)
    }

    #[test]
    fn nothing_before_the_root_hides_it() {
        let found = ("urn:n".to_owned(), "Notice".to_owned());
        for document in [
            "<Notice xmlns='urn:n'/>",
            "<n:Notice a='1>2' xmlns:n = \"urn:n\" b=''>",
            "<?xml version='1.0'?>\n<!-- <Other/> -->\n<?p <x ?><Notice\n xmlns='urn:n'>",
            "<!DOCTYPE a [<!ENTITY b '<!--'> <!-- > --> <!ELEMENT c (d)>]><Notice xmlns='urn:n'>",
            "<Notice xmlns='urn:&#110;'>",
            "<Notice xmlns='urn:&#x6e;'>",
        ] {
            assert_eq!(root(document), found, "{document}");
        }
    }

    #[test]
    fn what_is_no_xml_has_no_root() {
        for document in ["", "text", "<", "<!--", "<?xml", "<!DOCTYPE a [", "<a"] {
            assert_eq!(root(document), Default::default(), "{document}");
        }
        assert_eq!(root("<a>"), (String::new(), "a".to_owned()));
        assert_eq!(root("<p:a xmlns='urn:n'>"), (String::new(), "a".to_owned()));
    }

    proptest! {
        #[test]
        fn bytes_of_a_stranger_do_no_harm(bytes: Vec<u8>, text in "[<>!\\-?a='\" \\[\\]&;:]{0,60}") {
            root_of(&bytes);
            root_of(text.as_bytes());
        }
    }
}
