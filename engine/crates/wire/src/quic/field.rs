//! Fields: a tag, a length, a value; and what all messages do with them.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use phytohub_domain::HubDeliveryNumber;

use super::{FieldError, Kind};
use crate::xml::check_characters;

/// What the fields of a frame say.
pub trait Message: Sized {
    /// The kind of its frame.
    const KIND: Kind;
    /// Flags that its frame always has.
    const FLAGS: u16;

    /// Reads the fields of a frame of this kind.
    ///
    /// # Errors
    /// When they are no such message.
    fn read(fields: Bytes) -> Result<Self, FieldError>;

    /// Writes the fields, in the order of their tags.
    fn write(&self, out: &mut FieldWriter<'_>);
}

/// The tag's bit that says that one who does not know the field must refuse the frame.
pub(super) const CRITICAL: u16 = 1 << 15;

/// Reads fields in order.
pub(super) struct FieldReader {
    rest: Bytes,
    last: Option<u16>,
}

/// One field.
pub(super) struct Field {
    pub(super) tag: u16,
    critical: bool,
    pub(super) value: Bytes,
}

impl FieldReader {
    pub(super) const fn new(fields: Bytes) -> Self {
        Self { rest: fields, last: None }
    }

    pub(super) fn next(&mut self) -> Result<Option<Field>, FieldError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let cut = FieldError::Cut { tag: self.last.unwrap_or_default() };
        if self.rest.len() < TAG_BYTES + LENGTH_BYTES {
            return Err(cut);
        }
        let written = self.rest.get_u16_le();
        let (tag, critical) = (written & !CRITICAL, written & CRITICAL != 0);
        let length = self.rest.get_u32_le() as usize;
        if self.last.is_some_and(|last| tag <= last) {
            return Err(FieldError::Order { tag });
        }
        if self.rest.len() < length {
            return Err(FieldError::Cut { tag });
        }
        self.last = Some(tag);
        Ok(Some(Field { tag, critical, value: self.rest.split_to(length) }))
    }
}

impl Field {
    /// A field that this version does not know: passed over, unless it must be known.
    pub(super) const fn unknown(&self) -> Result<(), FieldError> {
        if self.critical { Err(FieldError::Unknown { tag: self.tag }) } else { Ok(()) }
    }

    pub(super) const fn wrong(&self) -> FieldError {
        FieldError::Value { tag: self.tag }
    }

    fn fixed<const N: usize>(&self) -> Result<[u8; N], FieldError> {
        <[u8; N]>::try_from(&*self.value).map_err(|_| self.wrong())
    }

    pub(super) fn u8(&self) -> Result<u8, FieldError> {
        self.fixed().map(u8::from_le_bytes)
    }

    pub(super) fn bool(&self) -> Result<bool, FieldError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.wrong()),
        }
    }

    pub(super) fn u16(&self) -> Result<u16, FieldError> {
        self.fixed().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&self) -> Result<u32, FieldError> {
        self.fixed().map(u32::from_le_bytes)
    }

    pub(super) fn i32(&self) -> Result<i32, FieldError> {
        self.fixed().map(i32::from_le_bytes)
    }

    pub(super) fn u64(&self) -> Result<u64, FieldError> {
        self.fixed().map(u64::from_le_bytes)
    }

    pub(super) fn number(&self) -> Result<HubDeliveryNumber, FieldError> {
        self.fixed().map(HubDeliveryNumber::from_bytes)
    }

    pub(super) fn text(&self) -> Result<String, FieldError> {
        text(self.tag, &self.value)
    }

    pub(super) fn list(&self) -> List<'_> {
        List { tag: self.tag, rest: &self.value }
    }
}

fn text(tag: u16, bytes: &[u8]) -> Result<String, FieldError> {
    let text = simdutf8::basic::from_utf8(bytes).map_err(|_| FieldError::Text { tag })?;
    check_characters(bytes).map_err(|_| FieldError::Text { tag })?;
    Ok(text.to_owned())
}

/// Items of a list, one behind the other: each value that has no fixed width has its length before
/// it.
pub(super) struct List<'a> {
    tag: u16,
    rest: &'a [u8],
}

impl List<'_> {
    /// Reads all items with `item`.
    pub(super) fn all<T>(
        mut self,
        limit: usize,
        mut item: impl FnMut(&mut Self) -> Result<T, FieldError>,
    ) -> Result<Vec<T>, FieldError> {
        let mut items = Vec::new();
        while !self.rest.is_empty() {
            if items.len() == limit {
                return Err(FieldError::TooLong { tag: self.tag, limit });
            }
            items.push(item(&mut self)?);
        }
        Ok(items)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], FieldError> {
        let cut = FieldError::Cut { tag: self.tag };
        let (first, rest) = self.rest.split_first_chunk::<N>().ok_or(cut)?;
        self.rest = rest;
        Ok(*first)
    }

    pub(super) const fn wrong(&self) -> FieldError {
        FieldError::Value { tag: self.tag }
    }

    pub(super) fn u8(&mut self) -> Result<u8, FieldError> {
        self.take().map(u8::from_le_bytes)
    }

    pub(super) fn u16(&mut self) -> Result<u16, FieldError> {
        self.take().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, FieldError> {
        self.take().map(u32::from_le_bytes)
    }

    pub(super) fn i32(&mut self) -> Result<i32, FieldError> {
        self.take().map(i32::from_le_bytes)
    }

    pub(super) fn number(&mut self) -> Result<HubDeliveryNumber, FieldError> {
        self.take().map(HubDeliveryNumber::from_bytes)
    }

    pub(super) fn text(&mut self) -> Result<String, FieldError> {
        let length = self.u32()? as usize;
        let cut = FieldError::Cut { tag: self.tag };
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(cut)?;
        self.rest = rest;
        text(self.tag, bytes)
    }
}

/// Writes fields; of fields that may be left out, those with a default value are.
#[derive(Debug)]
pub struct FieldWriter<'a> {
    out: &'a mut BytesMut,
}

impl<'a> FieldWriter<'a> {
    pub(super) const fn new(out: &'a mut BytesMut) -> Self {
        Self { out }
    }

    pub(super) fn bytes(&mut self, tag: u16, value: &[u8]) {
        self.list(tag, |out| out.put_slice(value));
    }

    pub(super) fn text(&mut self, tag: u16, text: &str) {
        if !text.is_empty() {
            self.bytes(tag, text.as_bytes());
        }
    }

    pub(super) fn bool(&mut self, tag: u16, value: bool) {
        if value {
            self.bytes(tag, &[1]);
        }
    }

    pub(super) fn number(&mut self, tag: u16, number: HubDeliveryNumber) {
        self.bytes(tag, &number.to_bytes());
    }

    /// A field whose value is written by `items`.
    pub(super) fn list(&mut self, tag: u16, items: impl FnOnce(&mut BytesMut)) {
        self.out.put_u16_le(tag);
        let at = self.out.len();
        self.out.put_u32_le(0);
        items(self.out);
        let length = self.out.len() - at - LENGTH_BYTES;
        let length = u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
        if let Some(place) = self.out.get_mut(at..at + LENGTH_BYTES) {
            place.copy_from_slice(&length);
        }
    }
}

/// A text inside a list.
pub(super) fn put_text(out: &mut BytesMut, text: &str) {
    out.put_u32_le(u32::try_from(text.len()).unwrap_or(u32::MAX));
    out.put_slice(text.as_bytes());
}

const TAG_BYTES: usize = 2;
const LENGTH_BYTES: usize = 4;
