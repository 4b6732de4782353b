//! Text and attributes as they are written: whatever a message holds, what comes out is XML 1.0.

use std::fmt::Write;

use crate::xml::is_char;

/// Appends `text` as character data. What XML cannot carry becomes U+FFFD.
pub(super) fn push_text(out: &mut String, text: &str) {
    push_escaped(out, text, |byte| matches!(byte, b'<' | b'>' | b'&' | b'\r'));
}

/// Appends `text` as an attribute's value, between double quotes.
pub(super) fn push_attribute(out: &mut String, text: &str) {
    push_escaped(out, text, |byte| {
        matches!(byte, b'<' | b'>' | b'&' | b'\r' | b'"' | b'\n' | b'\t')
    });
}

fn push_escaped(out: &mut String, text: &str, marked: impl Fn(u8) -> bool) {
    for character in text.chars() {
        let code = u32::from(character);
        match u8::try_from(code) {
            Ok(byte) if marked(byte) => match byte {
                b'<' => out.push_str("&lt;"),
                b'>' => out.push_str("&gt;"),
                b'&' => out.push_str("&amp;"),
                b'"' => out.push_str("&quot;"),
                _ => push_display(out, format_args!("&#{byte};")),
            },
            _ if is_char(code) => out.push(character),
            _ => out.push(char::REPLACEMENT_CHARACTER),
        }
    }
}

/// Appends what is displayed without escaping it: numbers, and words of our own.
pub(super) fn push_display(out: &mut String, value: impl std::fmt::Display) {
    write!(out, "{value}").expect("writing to a String cannot fail");
}

/// Appends `<prefix:name>text</prefix:name>`.
pub(super) fn push_element(out: &mut String, name: &str, text: &str) {
    push_start(out, name);
    push_text(out, text);
    push_end(out, name);
}

pub(super) fn push_start(out: &mut String, name: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
}

pub(super) fn push_end(out: &mut String, name: &str) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}
