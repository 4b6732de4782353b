//! A reply as a tree of elements.

use bytes::Bytes;
use phytohub_domain::Limits;

use super::super::ReadError;
use super::super::door;
use crate::xml::{Event, Scanner, Space, Tables, decode};

/// An element with all that it holds. Text of different places is put together.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) space: Space,
    pub(super) local: String,
    attributes: Vec<(String, String)>,
    pub(super) children: Vec<Self>,
    pub(super) text: String,
}

impl Tree {
    /// The first child of this name.
    pub(super) fn child(&self, space: Space, local: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.space == space && child.local == local)
    }

    /// All children of this name.
    pub(super) fn children_named<'a>(
        &'a self,
        space: Space,
        local: &'a str,
    ) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.space == space && child.local == local)
    }

    /// The text of the first child of this name.
    pub(super) fn text_of(&self, space: Space, local: &str) -> Option<&str> {
        self.child(space, local).map(|child| child.text.as_str())
    }

    /// The value of an attribute without namespace.
    pub(super) fn attribute(&self, local: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(name, _)| name == local);
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads a whole message.
pub(super) fn read(body: &[u8]) -> Result<Option<Tree>, ReadError> {
    let limits = Limits::default();
    let message = door::enter(Bytes::copy_from_slice(body), None, &limits)?;
    let input: &[u8] = &message.body;
    let mut tables = Tables::NEW;
    let mut scanner = Scanner::new(input, &mut tables, &limits);
    door::check_encoding(&message, &mut scanner)?;
    // The elements that are open, innermost last; below them a stand-in that holds the root.
    let mut open = vec![empty(Space::None, String::new())];
    loop {
        let event = scanner.next().map_err(|fault| ReadError::from_fault(input, fault, ""))?;
        match event {
            Event::Start => {
                let element = scanner.element();
                let local = lossy(element.local.of(input));
                let mut tree = empty(element.space, local);
                let plain = scanner.attributes().iter().filter(|a| a.space() == Space::None);
                tree.attributes = plain
                    .map(|attribute| {
                        (lossy(attribute.local(input)), lossy(&attribute.value(input)))
                    })
                    .collect();
                open.push(tree);
            }
            Event::Characters => {
                let characters = scanner.characters();
                let mut text = Vec::new();
                let raw = characters.span.of(input);
                decode(raw, characters.form, &mut |piece| text.extend_from_slice(piece));
                if let Some(tree) = open.last_mut() {
                    tree.text.push_str(&lossy(&text));
                }
            }
            Event::End => {
                if let Some(tree) = open.pop()
                    && let Some(parent) = open.last_mut()
                {
                    parent.children.push(tree);
                }
            }
            Event::Finished => break,
        }
    }
    Ok(open.pop().and_then(|mut document| document.children.pop()))
}

const fn empty(space: Space, local: String) -> Tree {
    Tree { space, local, attributes: Vec::new(), children: Vec::new(), text: String::new() }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
