//! The frames of `phytohub/1`, the hub's protocol over QUIC: from bytes to messages and back.
//!
//! The protocol is specified in `QUIC.md` beside this crate's manifest; what is written here must
//! agree with it. A [`Decoder`] cuts a stream into frames and passes contents through as the pieces
//! in which they arrived; a [`Message`] is what the fields of a frame say.
//!
//! Nothing here may hold a content, trust a length before its bytes are there, or let a text pass
//! that could not stand in a reply of the other door.

/// Messages that are said by their kind alone.
macro_rules! bare {
    ($($(#[$doc:meta])* $name:ident $flags:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
        #[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the message")]
        pub struct $name;

        impl Message for $name {
            const KIND: Kind = Kind::$name;
            const FLAGS: u16 = $flags;

            fn read(fields: Bytes) -> Result<Self, FieldError> {
                let mut fields = FieldReader::new(fields);
                while let Some(field) = fields.next()? {
                    field.unknown()?;
                }
                Ok(Self)
            }

            fn write(&self, _: &mut FieldWriter<'_>) {}
        }
    )+};
}

mod content;
mod decoder;
mod directory;
mod envelope;
mod error;
mod field;
mod frame;
mod list;
mod pieces;
mod reply;
mod report;
mod request;

pub use content::{CONTENT_BEFORE, CONTENT_BEHIND, read_content};
pub use decoder::{Decoder, Event, Frames, Source};
pub use directory::{Connections, Find, KnownConnection};
pub use envelope::{Copy, EnvelopeHead};
pub use error::{FieldError, FrameError};
pub use field::{FieldWriter, Message};
pub use frame::{Frame, Head, Kind, encode};
pub use list::{AckItem, AckOutcome, KnownList};
pub use pieces::{ContentPieces, REFERENCE_BYTES_MAX};
pub use reply::{
    Acknowledged, CodeList, Delivered, End, EnvelopeFrame, Finding, Lagged, Profile, RefusalCode,
    Refused, StateFrame,
};
pub use report::Report;
pub use request::{
    Acknowledge, CodeLists, Credit, Deliver, GetProfile, Pull, Subscribe, Track, Validate, Watch,
};

/// The protocol's name in the TLS handshake (ALPN).
pub const ALPN: &[u8] = b"phytohub/1";

/// Bytes of one frame's fields: an acknowledgement's message of 64 KiB with its header, or a
/// thousand acknowledgements with short ones, or a thousand numbers.
pub const FIELDS_BYTES_MAX: usize = 128 << 10;

/// Envelopes in one acknowledging or tracking frame: as many as lists of the other door hold.
pub const BATCH_MAX: usize = 1000;

/// Bytes of an idempotency key: room for two UUIDs as text, or a digest.
pub const KEY_BYTES_MAX: usize = 64;

/// How a connection is closed, or a stream broken off, in QUIC's application error code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
#[expect(clippy::exhaustive_enums, reason = "the protocol's version closes this list")]
pub enum CloseCode {
    /// Nothing is left to say.
    Done = 0,
    /// The peer broke the protocol.
    Protocol = 1,
    /// The certificate is not registered, or no longer good.
    Denied = 2,
    /// The hub stops: everything in flight was answered; connect again.
    Draining = 3,
    /// A stream stood still for too long.
    Idle = 4,
}

impl CloseCode {
    /// The code for its number.
    #[must_use]
    pub const fn from_u64(code: u64) -> Option<Self> {
        match code {
            0 => Some(Self::Done),
            1 => Some(Self::Protocol),
            2 => Some(Self::Denied),
            3 => Some(Self::Draining),
            4 => Some(Self::Idle),
            _ => None,
        }
    }
}
