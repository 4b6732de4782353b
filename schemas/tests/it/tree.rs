//! An XML document as a tree in which every name is expanded, read with quick-xml.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// A name with its namespace; prefixes are gone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    pub(crate) namespace: String,
    pub(crate) local: String,
}

impl Name {
    pub(crate) fn new(namespace: &str, local: &str) -> Self {
        Self { namespace: namespace.to_owned(), local: local.to_owned() }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}{}", self.namespace, self.local)
    }
}

type Scope = Rc<BTreeMap<String, String>>;

/// An element: its attributes without namespace declarations, its child elements, no text.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) name: Name,
    pub(crate) attributes: BTreeMap<Name, String>,
    pub(crate) children: Vec<Self>,
    scope: Scope,
}

impl Node {
    /// The attribute of that local name in no namespace.
    pub(crate) fn attribute(&self, local: &str) -> Option<&str> {
        self.attributes.get(&Name::new("", local)).map(String::as_str)
    }

    /// The attribute of that name, which must be there.
    pub(crate) fn required(&self, local: &str) -> Result<&str, String> {
        self.attribute(local).ok_or_else(|| format!("{} lacks attribute {local}", self.name))
    }

    /// Expands a QName that stands in an attribute value, by the declarations in force here.
    pub(crate) fn expand(&self, qname: &str) -> Result<Name, String> {
        let (prefix, local) = qname.split_once(':').unwrap_or(("", qname));
        match self.scope.get(prefix) {
            Some(namespace) => Ok(Name::new(namespace, local)),
            None if prefix.is_empty() => Ok(Name::new("", local)),
            None => Err(format!("unbound prefix in {qname}")),
        }
    }
}

/// Reads the whole document.
pub(crate) fn parse(text: &str) -> Result<Node, String> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node> = Vec::new();
    let mut root = None;
    loop {
        let done = match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => {
                let node = node(&start, open.last())?;
                open.push(node);
                None
            }
            Event::Empty(start) => Some(node(&start, open.last())?),
            Event::End(_) => open.pop(),
            Event::Eof => break,
            _ => None,
        };
        let Some(done) = done else { continue };
        match open.last_mut() {
            Some(parent) => parent.children.push(done),
            None => root = Some(done),
        }
    }
    root.ok_or_else(|| "no root element".to_owned())
}

fn node(start: &BytesStart<'_>, parent: Option<&Node>) -> Result<Node, String> {
    let mut scope = parent.map_or_else(BTreeMap::new, |parent| (*parent.scope).clone());
    scope.insert("xml".to_owned(), "http://www.w3.org/XML/1998/namespace".to_owned());
    let mut plain = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| error.to_string())?
            .into_owned();
        let key: &str = attribute.key.as_ref();
        match key.split_once(':') {
            None if key == "xmlns" => drop(scope.insert(String::new(), value)),
            Some(("xmlns", prefix)) => drop(scope.insert(prefix.to_owned(), value)),
            _ => plain.push((key.to_owned(), value)),
        }
    }
    let mut node = Node {
        name: Name::new("", ""),
        attributes: BTreeMap::new(),
        children: Vec::new(),
        scope: Rc::new(scope),
    };
    let qname = start.name();
    node.name = node.expand(qname.as_ref())?;
    for (key, value) in plain {
        // The default namespace does not apply to attributes.
        let name = if key.contains(':') { node.expand(&key)? } else { Name::new("", &key) };
        node.attributes.insert(name, value);
    }
    Ok(node)
}
