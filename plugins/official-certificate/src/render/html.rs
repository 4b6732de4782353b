//! Elements and escaped text as HTML.

/// The style sheet of every page.
pub const STYLE: &str = include_str!("style.css");

/// The content security policy of every page: the style sheet by its hash, nothing else.
pub const POLICY: &str = "default-src 'none'; style-src 'sha256-aOV/ehzkoMutuZ08RWfmowTqKJGOsawpT8yDnp8/YFg='; base-uri 'none'";

/// HTML while it is written.
#[derive(Debug, Default)]
pub(crate) struct Html {
    out: String,
}

impl Html {
    /// A whole page.
    pub(crate) fn page(title: &str, policy: &str, body: impl FnOnce(&mut Self)) -> String {
        let mut html = Self { out: String::with_capacity(16 << 10) };
        html.out
            .push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
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

    pub(crate) fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Another piece, as it is.
    pub(crate) fn append(&mut self, other: Self) {
        self.out.push_str(&other.out);
    }

    /// An element of a class (empty for none) with what `content` writes in it.
    pub(crate) fn element(
        &mut self,
        name: &'static str,
        class: &'static str,
        content: impl FnOnce(&mut Self),
    ) {
        self.out.push('<');
        self.out.push_str(name);
        if !class.is_empty() {
            self.out.push_str(" class=\"");
            self.out.push_str(class);
            self.out.push('"');
        }
        self.out.push('>');
        content(self);
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push_str(">\n");
    }

    /// An element with a text.
    pub(crate) fn text(&mut self, name: &'static str, class: &'static str, text: &str) {
        self.element(name, class, |html| html.push(text));
    }

    /// Words of this program, as they are.
    pub(crate) fn raw(&mut self, markup: &'static str) {
        self.out.push_str(markup);
    }

    /// A text, escaped; what HTML cannot carry, and marks that turn the direction of what follows
    /// so that a text could pose as another, become U+FFFD.
    pub(crate) fn push(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\'' => self.out.push_str("&#39;"),
                '\n' | '\t' => self.out.push(character),
                '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
                    self.out.push(char::REPLACEMENT_CHARACTER);
                }
                other if other.is_control() => self.out.push(char::REPLACEMENT_CHARACTER),
                other => self.out.push(other),
            }
        }
    }
}
