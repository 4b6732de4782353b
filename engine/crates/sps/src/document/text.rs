//! Raw text of elements and attributes, decoded.

use crate::xml;

/// The text between two tags that have no element between them: references replaced, CDATA taken
/// as it is, comments and instructions left out, line ends as `\n`.
pub(crate) fn decode_text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr2(b'<', b'&', rest.as_bytes()) {
        let (before, mark) = rest.split_at(at);
        push_lines(&mut out, before);
        rest = if let Some(inner) = mark.strip_prefix("<![CDATA[") {
            let (inner, after) = inner.split_once("]]>").unwrap_or((inner, ""));
            push_lines(&mut out, inner);
            after
        } else if let Some(inner) = mark.strip_prefix("<!--") {
            inner.split_once("-->").map_or("", |(_, after)| after)
        } else if let Some(inner) = mark.strip_prefix("<?") {
            inner.split_once("?>").map_or("", |(_, after)| after)
        } else {
            push_reference(&mut out, mark)
        };
    }
    push_lines(&mut out, rest);
    out
}

/// The value of an attribute: references replaced, white space as spaces.
pub(crate) fn decode_attribute(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['&', '\t', '\n', '\r']) {
        let (before, mark) = rest.split_at(at);
        out.push_str(before);
        rest = if mark.starts_with('&') {
            push_reference(&mut out, mark)
        } else {
            out.push(' ');
            mark.strip_prefix("\r\n").or_else(|| mark.get(1..)).unwrap_or_default()
        };
    }
    out.push_str(rest);
    out
}

/// Replaces the reference that `mark` begins with, and gives what follows it.
fn push_reference<'t>(out: &mut String, mark: &'t str) -> &'t str {
    let known = mark.strip_prefix('&').and_then(|inner| inner.split_once(';'));
    let character = known.and_then(|(inner, after)| {
        let character = match inner.strip_prefix('#') {
            Some(number) => xml::referenced(number).and_then(char::from_u32),
            None => xml::entity(inner),
        };
        Some((character?, after))
    });
    if let Some((character, after)) = character {
        out.push(character);
        return after;
    }
    // Only in what is not well-formed.
    let mut characters = mark.chars();
    out.extend(characters.next());
    characters.as_str()
}

fn push_lines(out: &mut String, text: &str) {
    if !text.contains('\r') {
        out.push_str(text);
        return;
    }
    let mut lines = text.split('\r');
    out.push_str(lines.next().unwrap_or_default());
    for line in lines {
        if !line.starts_with('\n') {
            out.push('\n');
        }
        out.push_str(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_decoded_as_a_reader_would() {
        let check = |raw: &str, text: &str| assert_eq!(decode_text(raw), text, "{raw}");
        check("a &amp;&lt;&#xF8;&#38;amp; b", "a &<ø&amp; b");
        check("a<!-- <b> & --><![CDATA[<&amp;>]]]]><?x & ?>c", "a<&amp;>]]c");
        check("a\r\nb\rc\r", "a\nb\nc\n");
        check("a&#13;\r\n", "a\r\n");
        check("&x;&", "&x;&");
    }

    #[test]
    fn attributes_have_their_white_space_as_spaces() {
        assert_eq!(decode_attribute("a\r\nb\tc&#9;&quot;"), "a b c\t\"");
    }
}
