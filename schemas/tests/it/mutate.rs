//! Small changes to a document, one at a time: every element and attribute left out, doubled, moved,
//! renamed, emptied and given other values. All results are well-formed.

use std::ops::Range;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// Where an element lies in the text.
struct Element {
    name: String,
    depth: usize,
    /// From the start tag to behind the end tag.
    whole: Range<usize>,
    /// Between the tags; empty behind the tag of an empty element.
    content: Range<usize>,
    start_tag: Range<usize>,
    leaf: bool,
}

/// Values that some types take and others refuse.
const VALUES: &[&str] = &[
    "",
    " ",
    "?",
    "0",
    "1",
    " 70 ",
    "70",
    "851",
    "XI",
    "NO",
    "no",
    "ZZZ",
    "BX",
    "1.5e3",
    "-.5",
    "1,5",
    "true",
    "TRUE",
    "JVBE",
    "JVB",
    "2026-11-21",
    "2026-11-21T00:00:00",
    "2026-13-21T00:00:00Z",
];

/// Each change with a name for it and the text that it leaves.
pub(crate) fn changed(text: &str) -> Vec<(String, String)> {
    let elements = elements(text);
    let mut results = Vec::new();
    for (place, element) in elements.iter().enumerate() {
        let at = format!("{} at byte {}", element.name, element.whole.start);
        let mut add = |what: &str, range: &Range<usize>, with: &str| {
            results.push((format!("{what} {at}"), replaced(text, range, with)));
        };
        let whole = text.get(element.whole.clone()).expect("on boundaries");
        if element.depth > 0 {
            add("without", &element.whole, "");
            add("twice", &element.whole, &format!("{whole}{whole}"));
            add("text beside", &element.whole, &format!("{whole}text"));
            add("unknown beside", &element.whole, &format!("{whole}<unknown/>"));
        }
        for name in [format!("{}X", element.name), element.name.to_lowercase()] {
            add("renamed", &element.whole, &renamed(text, element, &name));
        }
        if element.leaf {
            for value in VALUES {
                let with = with_content(text, element, value);
                add(&format!("value {value:?} in"), &element.whole, &with);
            }
        } else {
            add("nothing in", &element.whole, &with_content(text, element, ""));
        }
        for (what, tag) in changed_attributes(text, element) {
            add(&what, &element.start_tag, &tag);
        }
        let next = elements
            .iter()
            .skip(place + 1)
            .find(|next| next.depth <= element.depth && next.whole.start >= element.whole.end);
        if let Some(next) = next.filter(|next| next.depth == element.depth) {
            let between = text.get(element.whole.end..next.whole.start).expect("on boundaries");
            let next_text = text.get(next.whole.clone()).expect("on boundaries");
            let swapped = format!("{next_text}{between}{whole}");
            add("moved", &(element.whole.start..next.whole.end), &swapped);
        }
    }
    results
}

fn replaced(text: &str, range: &Range<usize>, with: &str) -> String {
    let before = text.get(..range.start).expect("on boundaries");
    let after = text.get(range.end..).expect("on boundaries");
    format!("{before}{with}{after}")
}

fn is_empty_tag(text: &str, element: &Element) -> bool {
    text.get(element.start_tag.clone()).is_some_and(|tag| tag.ends_with("/>"))
}

fn with_content(text: &str, element: &Element, content: &str) -> String {
    let tag = text.get(element.start_tag.clone()).expect("on boundaries");
    let tag = tag.trim_end_matches('>').trim_end_matches('/');
    format!("{tag}>{content}</{}>", element.name)
}

fn renamed(text: &str, element: &Element, name: &str) -> String {
    let tag = text.get(element.start_tag.clone()).expect("on boundaries");
    let tag = tag.replacen(&element.name, name, 1);
    if is_empty_tag(text, element) {
        return tag;
    }
    let content = text.get(element.content.clone()).expect("on boundaries");
    format!("{tag}{content}</{name}>")
}

/// The start tag with each attribute left out, renamed or given another value, and with attributes
/// that some types have and others lack. Declarations of namespaces stay.
fn changed_attributes(text: &str, element: &Element) -> Vec<(String, String)> {
    let tag = text.get(element.start_tag.clone()).expect("on boundaries");
    let inner = tag.trim_start_matches('<').trim_end_matches('>').trim_end_matches('/');
    let start = BytesStart::from_content(inner, element.name.len());
    let mut results = Vec::new();
    let mut has = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.expect("an attribute");
        let key: &str = attribute.key.as_ref();
        has.push(key.to_owned());
        if key.starts_with("xmlns") {
            continue;
        }
        let value: &str = attribute.value.as_ref();
        let whole = format!(" {key}=\"{value}\"");
        for with in [
            String::new(),
            format!(" {key}X=\"{value}\""),
            format!(" {key}=\"\""),
            format!(" {key}=\"other\""),
            format!(" {key}=\" {value} \""),
        ] {
            results.push((format!("{with:?} for{whole} in"), tag.replacen(&whole, &with, 1)));
        }
    }
    for added in ["languageID", "unitCode", "listID", "schemeID", "format", "name"] {
        if !has.iter().any(|key| key == added) {
            let with = format!("{} {added}=\"en\"", element.name);
            results.push((format!("{added} added to"), tag.replacen(&element.name, &with, 1)));
        }
    }
    results
}

fn elements(text: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(text);
    let position = |reader: &Reader<&[u8]>| {
        usize::try_from(reader.buffer_position()).expect("samples are small")
    };
    let mut open: Vec<usize> = Vec::new();
    let mut elements: Vec<Element> = Vec::new();
    loop {
        let before = position(&reader);
        let event = reader.read_event().expect("samples are well-formed");
        let after = position(&reader);
        match event {
            Event::Start(start) | Event::Empty(start) => {
                let name: &str = start.name().into_inner();
                if let Some(parent) = open.last().and_then(|place| elements.get_mut(*place)) {
                    parent.leaf = false;
                }
                elements.push(Element {
                    name: name.to_owned(),
                    depth: open.len(),
                    whole: before..after,
                    content: after..after,
                    start_tag: before..after,
                    leaf: true,
                });
                if !text.get(before..after).is_some_and(|tag| tag.ends_with("/>")) {
                    open.push(elements.len() - 1);
                }
            }
            Event::End(_) => {
                let place = open.pop().expect("a start before every end");
                let element = elements.get_mut(place).expect("an open element");
                element.whole.end = after;
                element.content.end = before;
            }
            Event::Eof => return elements,
            _ => {}
        }
    }
}
