//! Elements and escaped text as HTML.

use super::STYLE;

/// A page while it is written.
#[derive(Debug, Default)]
pub(crate) struct Html {
    out: String,
}

impl Html {
    /// A whole page.
    pub(crate) fn page(
        language: &str,
        title: &str,
        policy: &str,
        body: impl FnOnce(&mut Self),
    ) -> String {
        let mut html = Self { out: String::with_capacity(16 << 10) };
        html.out.push_str("<!DOCTYPE html>\n<html lang=\"");
        html.push(language);
        html.out.push_str("\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.out.push_str("<meta http-equiv=\"Content-Security-Policy\" content=\"");
        html.push(policy);
        html.out.push_str("\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
        html.push(title);
        html.out.push_str("</title>\n<style>");
        html.out.push_str(STYLE);
        html.out.push_str("</style>\n</head>\n<body>\n");
        body(&mut html);
        html.out.push_str("</body>\n</html>\n");
        html.out
    }

    /// An element of a class (empty for none) with what `content` writes in it.
    pub(crate) fn element(&mut self, name: &str, class: &str, content: impl FnOnce(&mut Self)) {
        self.open(name, class);
        content(self);
        self.close(name);
    }

    /// An element with a text.
    pub(crate) fn text(&mut self, name: &str, class: &str, text: &str) {
        self.open(name, class);
        self.push(text);
        self.close(name);
    }

    /// Words of this program, as they are.
    pub(crate) fn raw(&mut self, markup: &'static str) {
        self.out.push_str(markup);
    }

    /// An attribute's or an element's text, escaped; what HTML cannot carry becomes U+FFFD.
    pub(crate) fn push(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\'' => self.out.push_str("&#39;"),
                '\n' | '\t' => self.out.push(character),
                // Marks that turn the direction of what follows would let a text pose as another.
                '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
                    self.out.push(char::REPLACEMENT_CHARACTER);
                }
                other if other.is_control() => self.out.push(char::REPLACEMENT_CHARACTER),
                other => self.out.push(other),
            }
        }
    }

    /// A section with a heading; its number in ISPM 13's list, if it is of that.
    pub(crate) fn section(&mut self, item: &str, title: &str, content: impl FnOnce(&mut Self)) {
        self.element("section", "", |html| {
            html.element("h2", "", |html| {
                if !item.is_empty() {
                    html.text("span", "item", item);
                    html.push(" ");
                }
                html.push(title);
            });
            content(html);
        });
    }

    /// Terms and what is said of them; those of which nothing is said are left out.
    pub(crate) fn terms(&mut self, terms: &[(&str, String)]) {
        if terms.iter().all(|(_, said)| said.is_empty()) {
            return;
        }
        self.element("dl", "", |html| {
            for (term, said) in terms.iter().filter(|(_, said)| !said.is_empty()) {
                html.text("dt", "", term);
                html.text("dd", "", said);
            }
        });
    }

    fn open(&mut self, name: &str, class: &str) {
        self.out.push('<');
        self.out.push_str(name);
        if !class.is_empty() {
            self.out.push_str(" class=\"");
            self.push(class);
            self.out.push('"');
        }
        self.out.push('>');
    }

    fn close(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push_str(">\n");
    }
}
