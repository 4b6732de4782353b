//! Elements, texts and attributes as bytes.

use std::fmt::Write;

use super::Text;
use crate::namespace::{CURRENT, UNECE};
use crate::xml;

/// A document while it is written. Whatever the texts hold, it is well-formed; names are the
/// caller's, with their prefixes.
#[derive(Debug)]
pub struct Out {
    text: String,
    depth: usize,
}

impl Out {
    /// Writes a whole document of the standard: declaration, root with the namespaces, content.
    pub(super) fn document(root: &str, content: impl FnOnce(&mut Self)) -> String {
        let version = CURRENT.root;
        Self::document_in("rsm", &format!("{UNECE}{root}:{version}"), root, content)
    }

    /// Writes a whole document whose root is in a namespace of its own; `ram` and `udt` are those of
    /// the standard.
    pub fn document_in(
        prefix: &str,
        namespace: &str,
        root: &str,
        content: impl FnOnce(&mut Self),
    ) -> String {
        let mut out = Self { text: String::new(), depth: 0 };
        let aggregates = CURRENT.aggregates;
        let head = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{prefix}:{root} xmlns:{prefix}=\"{namespace}\" \
             xmlns:ram=\"{UNECE}ReusableAggregateBusinessInformationEntity:{aggregates}\" \
             xmlns:udt=\"{UNECE}UnqualifiedDataType:{aggregates}\">\n"
        );
        out.text.push_str(&head);
        out.depth = 1;
        content(&mut out);
        let written = writeln!(out.text, "</{prefix}:{root}>");
        debug_assert!(written.is_ok(), "writing to a String does not fail");
        out.text
    }

    /// An element with what `content` writes in it.
    pub fn element(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.open(name, &[]);
        self.text.push('\n');
        self.depth += 1;
        content(self);
        self.depth -= 1;
        self.indent();
        self.close(name);
    }

    /// An element with a text.
    pub fn text(&mut self, name: &str, text: &str) {
        self.text_with(name, &[], text);
    }

    /// An element with attributes and a text.
    pub fn text_with(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.open(name, attributes);
        if text.is_empty() {
            // An empty element has one spelling here: <a/>.
            self.text.pop();
            self.text.push_str("/>\n");
            return;
        }
        escape(&mut self.text, text);
        self.close(name);
    }

    /// An element with a text, if there is one.
    pub fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// One element for each language; one empty element if there is none.
    pub fn texts(&mut self, name: &str, texts: &[Text]) {
        if texts.is_empty() {
            self.text(name, "");
        }
        for text in texts {
            let language = text.language.as_deref().map(|language| ("languageID", language));
            self.text_with(name, language.as_slice(), &text.text);
        }
    }

    /// A date or moment as `udt:DateTimeString`.
    pub fn date(&mut self, name: &str, date: &str) {
        self.element(name, |out| out.text("udt:DateTimeString", date));
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push_str("=\"");
            escape(&mut self.text, value);
            self.text.push('"');
        }
        self.text.push('>');
    }

    fn close(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push_str(">\n");
    }

    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n("  ", self.depth));
    }
}

/// Writes so that any reader gets the same text back; what XML cannot carry becomes U+FFFD.
fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            other if xml::is_char(u32::from(other)) => out.push(other),
            _ => out.push(char::REPLACEMENT_CHARACTER),
        }
    }
}
