//! Pages taken apart as a browser does: what became an element, an attribute, or text.
//!
//! The states of the HTML standard's tokenizer (13.2.5) as far as markup decides them: tags,
//! attributes quoted and unquoted, comments, and the elements whose content is text.

use std::collections::BTreeMap;

/// What a page is made of.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) elements: Vec<Element>,
    pub(super) text: String,
}

#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: BTreeMap<String, String>,
}

impl Page {
    pub(super) fn of(html: &str) -> Self {
        let mut page = Self::default();
        let mut rest = html;
        while let Some((text, markup)) = rest.split_once('<') {
            page.text.push_str(&decoded(text));
            rest = page.markup(markup);
        }
        page.text.push_str(&decoded(rest));
        page
    }

    /// What follows a `<`; answers what follows it all.
    fn markup<'h>(&mut self, markup: &'h str) -> &'h str {
        if let Some(comment) = markup.strip_prefix("!--") {
            return comment.split_once("-->").map_or("", |(_, after)| after);
        }
        if markup.starts_with(['!', '?']) {
            return markup.split_once('>').map_or("", |(_, after)| after);
        }
        let closing = markup.strip_prefix('/');
        let name = closing.unwrap_or(markup);
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.text.push('<');
            return markup;
        }
        let (element, after) = Element::read(name);
        let name = element.name.clone();
        if closing.is_none() {
            self.elements.push(element);
            if ["script", "style", "textarea", "title"].contains(&&*name) {
                return self.content(&name, after);
            }
        }
        after
    }

    /// The content of an element whose content is text, up to its end.
    fn content<'h>(&mut self, name: &str, html: &'h str) -> &'h str {
        let lower = html.to_ascii_lowercase();
        let end = lower.find(&format!("</{name}")).unwrap_or(html.len());
        let (inside, after) = html.split_at(end);
        self.text.push_str(&decoded(inside));
        after
    }
}

impl Element {
    /// A tag from its name on; answers what follows it.
    fn read(tag: &str) -> (Self, &str) {
        let ends = |c: char| c.is_ascii_whitespace() || c == '/' || c == '>';
        let place = tag.find(ends).unwrap_or(tag.len());
        let (name, mut rest) = tag.split_at(place);
        let mut element = Self { name: name.to_ascii_lowercase(), ..Self::default() };
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if rest.is_empty() {
                return (element, "");
            }
            if let Some(after) = rest.strip_prefix('>') {
                return (element, after);
            }
            let place = rest
                .char_indices()
                .find(|(at, c)| ends(*c) || *c == '=' && *at > 0)
                .map_or(rest.len(), |(at, _)| at);
            let (name, after) = rest.split_at(place);
            let (value, after) = value(after);
            rest = after;
            // The first of two attributes of one name counts.
            element.attributes.entry(name.to_ascii_lowercase()).or_insert(value);
        }
    }
}

/// The value of an attribute, from what follows its name; answers what follows it.
fn value(after: &str) -> (String, &str) {
    let spaced = after.trim_start();
    let Some(typed) = spaced.strip_prefix('=') else { return (String::new(), after) };
    let typed = typed.trim_start();
    for quote in ['"', '\''] {
        if let Some(inside) = typed.strip_prefix(quote) {
            let (value, after) = inside.split_once(quote).unwrap_or((inside, ""));
            return (decoded(value), after);
        }
    }
    let ends = |c: char| c.is_ascii_whitespace() || c == '>';
    let (value, after) = typed.split_at(typed.find(ends).unwrap_or(typed.len()));
    (decoded(value), after)
}

/// Text with its character references resolved, those that pages write.
fn decoded(text: &str) -> String {
    let named = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    named.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[test]
fn pages_are_taken_apart_as_browsers_do() {
    let page = Page::of(
        "<!doctype html><P class=a id='b c' hidden>1 < 2 &#60;i&#62;<!-- <b> --><img src=x onerror=\"y\">\
         <textarea>\n<s></textarea ><script>if (a<b) '</b>'</script></p><a href=\"x\"title=z>",
    );
    let names: Vec<&str> = page.elements.iter().map(|one| &*one.name).collect();
    assert_eq!(names, ["p", "img", "textarea", "script", "a"]);
    let (p, img) = (&page.elements[0].attributes, &page.elements[1].attributes);
    assert_eq!((&*p["class"], &*p["id"], &*p["hidden"]), ("a", "b c", ""));
    assert_eq!(&*img["onerror"], "y");
    assert_eq!(page.elements[4].attributes.len(), 2);
    assert!(page.text.contains("1 < 2 <i>") && page.text.contains("<s>"), "{}", page.text);
}
