//! Why bytes are no frames, and fields no message.

use thiserror::Error;

use super::FIELDS_BYTES_MAX;

/// The stream cannot be read any further: the peer broke the protocol.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum FrameError {
    /// More fields than a frame may have.
    #[error("a frame announces {bytes} bytes of fields, more than {FIELDS_BYTES_MAX}")]
    PeerSentTooManyFields {
        /// How many were announced.
        bytes: u32,
    },
    /// The stream ended inside a frame.
    #[error("the stream ended inside a frame")]
    PeerEndedTooSoon,
}

/// The frame was read, but its fields are no message of its kind. The stream goes on behind it.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum FieldError {
    /// A field or an item of a list does not end where its frame does.
    #[error("field {tag} is cut off")]
    Cut {
        /// Its tag, or that of the field before.
        tag: u16,
    },
    /// A field stands behind one with the same or a higher tag.
    #[error("field {tag} is out of order or there twice")]
    Order {
        /// Its tag.
        tag: u16,
    },
    /// A field must be understood, and is not.
    #[error("field {tag} must be understood and is not known to this version")]
    Unknown {
        /// Its tag.
        tag: u16,
    },
    /// A field that the message cannot do without is absent.
    #[error("field {tag} is missing")]
    Missing {
        /// Its tag.
        tag: u16,
    },
    /// The field's value is none of those that it may have.
    #[error("field {tag} has a value that it cannot have")]
    Value {
        /// Its tag.
        tag: u16,
    },
    /// The field is longer, or has more items, than it may.
    #[error("field {tag} is over its limit of {limit}")]
    TooLong {
        /// Its tag.
        tag: u16,
        /// In bytes or items.
        limit: usize,
    },
    /// The field's text is not UTF-8, or has a character that XML 1.0 does not have.
    #[error("field {tag} is no text in UTF-8 with the characters of XML 1.0")]
    Text {
        /// Its tag.
        tag: u16,
    },
}
