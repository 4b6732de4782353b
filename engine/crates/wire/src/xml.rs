//! XML 1.0 with namespaces, as much as a SOAP message needs: no DTD, no entity but the five.

mod attribute;
mod binding;
mod character;
mod declaration;
mod decode;
mod encoding;
mod error;
mod name;
mod reference;
mod scan;
mod tag;

pub(crate) use binding::Space;
pub(crate) use character::{check_characters, is_blank};
pub(crate) use decode::decode;
pub(crate) use encoding::{Encoding, to_utf8};
pub use error::XmlError;
pub(crate) use error::{At, Fault};
pub(crate) use name::is_char;
pub(crate) use scan::{Characters, Element, Event, Scanner};

/// A range of the input, in bytes. 32 bits are enough: a larger input is refused at the door.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    #[expect(clippy::cast_possible_truncation, reason = "the scanner takes no input over u32::MAX")]
    pub(crate) const fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    pub(crate) const fn start(self) -> usize {
        self.start as usize
    }

    pub(crate) const fn end(self) -> usize {
        self.end as usize
    }

    pub(crate) const fn len(self) -> usize {
        self.end() - self.start()
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The bytes of this range; empty if it lies outside.
    pub(crate) fn of(self, input: &[u8]) -> &[u8] {
        input.get(self.start()..self.end()).unwrap_or_default()
    }
}
