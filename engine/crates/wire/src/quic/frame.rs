//! A frame: twenty bytes of head, the fields, then the content.

use bytes::{BufMut, Bytes, BytesMut};

use super::Message;
use super::field::FieldWriter;

/// What a frame says. Requests are below 0x8000, replies above.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u16)]
#[non_exhaustive]
pub enum Kind {
    /// Deliver an envelope; content follows.
    Deliver = 0x0001,
    /// Send me what waits, as far as the credit goes.
    Subscribe = 0x0002,
    /// More credit for the subscription of this stream.
    Credit = 0x0003,
    /// Send one envelope, or some of what waits.
    Pull = 0x0004,
    /// Acknowledge envelopes.
    Acknowledge = 0x0005,
    /// Tell where envelopes stand.
    Track = 0x0006,
    /// Tell whenever an envelope of mine changes its state.
    Watch = 0x0007,
    /// Tell what the hub knows of me.
    GetProfile = 0x0008,
    /// Send the code lists that are newer than mine.
    CodeLists = 0x0009,
    /// Validate a document; content follows.
    Validate = 0x000A,
    /// Hear what became of an envelope that was handed over: from one hub to another.
    Report = 0x000B,
    /// Tell who is connected.
    Connections = 0x000C,
    /// Find what was sent under a certificate's number.
    Find = 0x000D,

    /// What became of a delivery.
    Delivered = 0x8001,
    /// An envelope; content follows.
    Envelope = 0x8002,
    /// What became of acknowledgements.
    Acknowledged = 0x8003,
    /// Where an envelope stands.
    State = 0x8004,
    /// What the hub knows of the caller.
    Profile = 0x8005,
    /// A code list; its text follows as content.
    CodeList = 0x8006,
    /// Something that validation found.
    Finding = 0x8007,
    /// The reply has nothing more.
    End = 0x8008,
    /// The request is refused.
    Refused = 0x8009,
    /// States changed that were not told: track what matters.
    Lagged = 0x800A,
    /// A connection, as far as others are told of it.
    Connection = 0x800B,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 24] = [
        Self::Deliver,
        Self::Subscribe,
        Self::Credit,
        Self::Pull,
        Self::Acknowledge,
        Self::Track,
        Self::Watch,
        Self::GetProfile,
        Self::CodeLists,
        Self::Validate,
        Self::Report,
        Self::Connections,
        Self::Find,
        Self::Delivered,
        Self::Envelope,
        Self::Acknowledged,
        Self::State,
        Self::Profile,
        Self::CodeList,
        Self::Finding,
        Self::End,
        Self::Refused,
        Self::Lagged,
        Self::Connection,
    ];

    /// The kind of this number, if this version knows it.
    #[must_use]
    pub fn from_u16(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u16 == number)
    }
}

/// The first twenty bytes of a frame, all numbers with the least significant byte first.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the head")]
pub struct Head {
    /// Bytes of fields behind the head.
    pub fields: u32,
    /// Bytes of content behind the fields.
    pub content: u64,
    /// A [`Kind`], or one that this version does not know.
    pub kind: u16,
    /// [`Head::CRITICAL`] and [`Head::LAST`].
    pub flags: u16,
    /// Which request of the stream it is or answers.
    pub request: u32,
}

impl Head {
    /// Bytes of a head.
    pub const BYTES: usize = 20;
    /// Whoever does not know the kind must refuse the frame instead of passing over it.
    pub const CRITICAL: u16 = 1 << 0;
    /// Nothing follows for this request.
    pub const LAST: u16 = 1 << 1;
    /// Flags that must be understood.
    const MUST_KNOW: u16 = 0xFF00;

    /// The head of these bytes.
    #[must_use]
    pub fn read(bytes: &[u8; Self::BYTES]) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t] = *bytes;
        Self {
            fields: u32::from_le_bytes([a, b, c, d]),
            content: u64::from_le_bytes([e, f, g, h, i, j, k, l]),
            kind: u16::from_le_bytes([m, n]),
            flags: u16::from_le_bytes([o, p]),
            request: u32::from_le_bytes([q, r, s, t]),
        }
    }

    /// Appends its bytes.
    pub fn write(&self, out: &mut impl BufMut) {
        out.put_u32_le(self.fields);
        out.put_u64_le(self.content);
        out.put_u16_le(self.kind);
        out.put_u16_le(self.flags);
        out.put_u32_le(self.request);
    }

    /// Whether nothing follows for this request.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        self.flags & Self::LAST != 0
    }

    /// Whether one who does not know it must refuse it; so is one with a flag that must be known.
    #[must_use]
    pub const fn is_critical(&self) -> bool {
        self.flags & (Self::CRITICAL | Self::MUST_KNOW) != 0
    }

    /// The kind, if this version knows it and all of its flags that must be known.
    #[must_use]
    pub fn known_kind(&self) -> Option<Kind> {
        Kind::from_u16(self.kind).filter(|_| self.flags & Self::MUST_KNOW == 0)
    }
}

/// A frame without its content.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the frame")]
pub struct Frame {
    /// Its head.
    pub head: Head,
    /// Its fields, to be read by [`Message::read`].
    pub fields: Bytes,
}

/// Appends a frame without its content, of which `content` bytes must follow.
pub fn encode<M: Message>(out: &mut BytesMut, request: u32, flags: u16, message: &M, content: u64) {
    let start = out.len();
    let mut head =
        Head { fields: 0, content, kind: M::KIND as u16, flags: flags | M::FLAGS, request };
    head.write(out);
    message.write(&mut FieldWriter::new(out));
    let fields = out.len() - start - Head::BYTES;
    // Fields of ours are far under the limit of 128 KiB, or the peer refuses them.
    head.fields = u32::try_from(fields).unwrap_or(u32::MAX);
    if let Some(place) = out.get_mut(start..start + 4) {
        place.copy_from_slice(&head.fields.to_le_bytes());
    }
}
