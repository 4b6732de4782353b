//! Character data as its reader sees it: references and CDATA sections resolved, line ends made one.

use memchr::{memchr, memchr2, memmem};
use phytohub_domain::ContentForm;

use super::reference;

/// Feeds the character data that `raw` stands for to `sink`, in order, in pieces.
///
/// `raw` was checked when it was accepted; if it was not, what cannot be resolved comes out as it
/// is written.
pub(crate) fn decode(raw: &[u8], form: ContentForm, sink: &mut dyn FnMut(&[u8])) {
    match form {
        ContentForm::Plain => piece(raw, sink),
        ContentForm::Escaped => text(raw, sink),
        ContentForm::Mixed => {
            let mut rest = raw;
            while let Some((before, section)) = split_at(rest, CDATA_START) {
                text(before, sink);
                let (inside, after) = split_at(section, CDATA_END).unwrap_or((section, &[]));
                lines(inside, sink);
                rest = after;
            }
            text(rest, sink);
        }
    }
}

fn text(mut rest: &[u8], sink: &mut dyn FnMut(&[u8])) {
    while let Some(at) = memchr2(b'&', b'\r', rest) {
        let (before, marked) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        piece(before, sink);
        let (mark, after) = marked.split_first().unwrap_or((&0, &[]));
        rest = after;
        if *mark == b'\r' {
            line_end(&mut rest, sink);
        } else if let Some(reference) = reference::read(after) {
            piece(reference.character.encode_utf8(&mut [0; 4]).as_bytes(), sink);
            rest = after.get(reference.length..).unwrap_or_default();
        } else {
            piece(b"&", sink);
        }
    }
    piece(rest, sink);
}

fn lines(mut rest: &[u8], sink: &mut dyn FnMut(&[u8])) {
    while let Some(at) = memchr(b'\r', rest) {
        let (before, marked) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        piece(before, sink);
        rest = marked.get(1..).unwrap_or_default();
        line_end(&mut rest, sink);
    }
    piece(rest, sink);
}

/// A carriage return was just read: it and the line feed that may follow are one line feed.
fn line_end(rest: &mut &[u8], sink: &mut dyn FnMut(&[u8])) {
    if rest.first() != Some(&b'\n') {
        piece(b"\n", sink);
    }
}

fn piece(bytes: &[u8], sink: &mut dyn FnMut(&[u8])) {
    if !bytes.is_empty() {
        sink(bytes);
    }
}

/// What stands before and after the first `mark`.
fn split_at<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memmem::find(bytes, mark)?;
    Some((bytes.get(..at)?, bytes.get(at + mark.len()..)?))
}

pub(crate) const CDATA_START: &[u8] = b"<![CDATA[";
pub(crate) const CDATA_END: &[u8] = b"]]>";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, form: ContentForm, expected: &str) {
        let mut decoded = Vec::new();
        decode(raw.as_bytes(), form, &mut |piece| decoded.extend_from_slice(piece));
        assert_eq!(String::from_utf8_lossy(&decoded), expected, "{raw}");
    }

    #[test]
    fn character_data_comes_out_as_a_parser_sees_it() {
        check("a < b", ContentForm::Plain, "a < b");
        check("&lt;a&gt;&#13;\r\n\r&#x20AC;", ContentForm::Escaped, "<a>\r\n\n\u{20ac}");
        check("x&amp;<![CDATA[<&lt;\r\n>]]>&lt;", ContentForm::Mixed, "x&<&lt;\n><");
        check("<![CDATA[a]]]]><![CDATA[>b]]>", ContentForm::Mixed, "a]]>b");
        check("\r<![CDATA[\n]]>", ContentForm::Mixed, "\n\n");
    }

    #[test]
    fn unchecked_text_comes_out_as_written() {
        check("&nbsp;&", ContentForm::Escaped, "&nbsp;&");
        check("<![CDATA[x", ContentForm::Mixed, "x");
    }
}
