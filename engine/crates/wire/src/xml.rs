//! XML 1.0 with namespaces, as much as a SOAP message needs: no DTD, no entity but the five.

mod attribute;
mod binding;
mod character;
mod declaration;
mod decode;
mod encoding;
mod error;
mod inner;
mod mark;
mod name;
mod reference;
mod scan;
mod tag;

pub(crate) use binding::Space;
pub(crate) use character::{check_characters, is_blank};
pub(crate) use decode::{CDATA_END, CDATA_START, decode};
pub(crate) use encoding::{Encoding, to_utf8};
pub use error::XmlError;
pub(crate) use error::{At, Fault};
pub(crate) use name::is_char;
pub(crate) use scan::{Characters, Element, Event, Scanner, Tables};

/// A range of the input, in bytes: its start in the upper half, its end in the lower.
///
/// 32 bits are enough: a larger input is refused at the door. One word, because copying two halves
/// that were written apart stalls the processor, and names are copied for every tag.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Span(u64);

impl Span {
    pub(crate) const ZERO: Self = Self(0);

    pub(crate) const fn new(start: usize, end: usize) -> Self {
        Self(((start as u64) << 32) | (end as u64 & 0xFFFF_FFFF))
    }

    pub(crate) const fn start(self) -> usize {
        self.start_u32() as usize
    }

    pub(crate) const fn start_u32(self) -> u32 {
        (self.0 >> 32) as u32
    }

    #[expect(clippy::cast_possible_truncation, reason = "the lower half is wanted")]
    pub(crate) const fn end(self) -> usize {
        self.0 as u32 as usize
    }

    pub(crate) const fn len(self) -> usize {
        self.end() - self.start()
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.start() == self.end()
    }

    /// The bytes of this range; empty if it lies outside.
    pub(crate) fn of(self, input: &[u8]) -> &[u8] {
        input.get(self.start()..self.end()).unwrap_or_default()
    }
}
