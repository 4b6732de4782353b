//! What a client asks for.

use bytes::{BufMut as _, Bytes};
use phytohub_domain::{Acknowledgement, EnvelopeHeader, HubDeliveryNumber, Limits};

use super::field::{CRITICAL, FieldReader, FieldWriter, Message, put_text};
use super::list::{kind_number, kind_of};
use super::{AckItem, BATCH_MAX, FieldError, Head, KEY_BYTES_MAX, Kind, KnownList};
use crate::soap::Header;

/// Delivers an envelope; its content follows.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the message")]
pub struct Deliver {
    /// 1: the idempotency key; the same key again delivers nothing and is answered as the first.
    pub key: Option<Bytes>,
    /// 2: `From`; empty means the caller.
    pub from: String,
    /// 3: `To`.
    pub to: String,
    /// 4: UNCL 1001 code.
    pub certificate_type: Option<i32>,
    /// 5: UNCL 4405 code.
    pub certificate_status: Option<i32>,
    /// 6: the sender's own number.
    pub nppo_certificate_number: String,
    /// 7: codes of channels that are to have a copy.
    pub forwardings: Vec<String>,
    /// 8: whether the document is validated first.
    pub validate: bool,
    /// 9, critical: the envelope's number at the hub that hands it over, in place of a key.
    pub origin: Option<HubDeliveryNumber>,
    /// 10, critical: whether the content is a country's response.
    pub response: bool,
}

impl Deliver {
    /// A delivery with this outside, under this key.
    #[must_use]
    pub fn new(header: &EnvelopeHeader, key: Option<Bytes>) -> Self {
        Self {
            key,
            from: header.from.clone(),
            to: header.to.clone(),
            certificate_type: Some(header.certificate_type),
            certificate_status: Some(header.certificate_status),
            nppo_certificate_number: header.nppo_certificate_number.clone(),
            forwardings: header.forwardings.iter().map(|copy| copy.code.clone()).collect(),
            validate: false,
            origin: None,
            response: false,
        }
    }

    /// The outside as the other door reads it.
    ///
    /// # Errors
    /// When a field is over the hub's limits.
    pub fn into_header(self, limits: &Limits) -> Result<Header, FieldError> {
        let limit = limits.header_field_bytes;
        let texts =
            [(FROM, &self.from), (TO, &self.to), (CERTIFICATE, &self.nppo_certificate_number)];
        let channels = self.forwardings.iter().map(|code| (FORWARDINGS, code));
        for (tag, text) in texts.into_iter().chain(channels) {
            if text.len() > limit {
                return Err(FieldError::TooLong { tag, limit });
            }
        }
        if self.forwardings.len() > limits.forwardings {
            return Err(FieldError::TooLong { tag: FORWARDINGS, limit: limits.forwardings });
        }
        Ok(Header::of_texts(
            (self.from, self.to),
            (self.certificate_type, self.certificate_status),
            self.nppo_certificate_number,
            self.forwardings,
        ))
    }
}

impl Message for Deliver {
    const KIND: Kind = Kind::Deliver;
    const FLAGS: u16 = Head::CRITICAL;

    fn read(fields: Bytes) -> Result<Self, FieldError> {
        let (mut this, mut fields) = (Self::default(), FieldReader::new(fields));
        while let Some(field) = fields.next()? {
            match field.tag {
                KEY => {
                    if field.value.is_empty() || field.value.len() > KEY_BYTES_MAX {
                        return Err(FieldError::TooLong { tag: KEY, limit: KEY_BYTES_MAX });
                    }
                    this.key = Some(field.value);
                }
                FROM => this.from = field.text()?,
                TO => this.to = field.text()?,
                TYPE => this.certificate_type = Some(field.i32()?),
                STATUS => this.certificate_status = Some(field.i32()?),
                CERTIFICATE => this.nppo_certificate_number = field.text()?,
                FORWARDINGS => {
                    this.forwardings = field.list().all(BATCH_MAX, |list| list.text())?;
                }
                VALIDATE => this.validate = field.bool()?,
                ORIGIN => this.origin = Some(field.number()?),
                RESPONSE => this.response = field.bool()?,
                _ => field.unknown()?,
            }
        }
        Ok(this)
    }

    fn write(&self, out: &mut FieldWriter<'_>) {
        if let Some(key) = &self.key {
            out.bytes(KEY, key);
        }
        out.text(FROM, &self.from);
        out.text(TO, &self.to);
        if let Some(number) = self.certificate_type {
            out.bytes(TYPE, &number.to_le_bytes());
        }
        if let Some(number) = self.certificate_status {
            out.bytes(STATUS, &number.to_le_bytes());
        }
        out.text(CERTIFICATE, &self.nppo_certificate_number);
        if !self.forwardings.is_empty() {
            out.list(FORWARDINGS, |out| {
                self.forwardings.iter().for_each(|code| put_text(out, code));
            });
        }
        out.bool(VALIDATE, self.validate);
        if let Some(origin) = self.origin {
            out.number(ORIGIN | CRITICAL, origin);
        }
        out.bool(RESPONSE | CRITICAL, self.response);
    }
}

const KEY: u16 = 1;
const FROM: u16 = 2;
const TO: u16 = 3;
const TYPE: u16 = 4;
const STATUS: u16 = 5;
const CERTIFICATE: u16 = 6;
const FORWARDINGS: u16 = 7;
const VALIDATE: u16 = 8;
const ORIGIN: u16 = 9;
const RESPONSE: u16 = 10;

/// Messages that have nothing but credit.
macro_rules! credits {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
        #[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the message")]
        pub struct $name {
            /// 1: so many envelopes more.
            pub envelopes: u32,
            /// 2: so many bytes of content more; one envelope may go beyond it.
            pub bytes: u64,
        }

        impl Message for $name {
            const KIND: Kind = Kind::$name;
            const FLAGS: u16 = Head::CRITICAL;

            fn read(fields: Bytes) -> Result<Self, FieldError> {
                let (mut this, mut fields) = (Self::default(), FieldReader::new(fields));
                while let Some(field) = fields.next()? {
                    match field.tag {
                        1 => this.envelopes = field.u32()?,
                        2 => this.bytes = field.u64()?,
                        _ => field.unknown()?,
                    }
                }
                Ok(this)
            }

            fn write(&self, out: &mut FieldWriter<'_>) {
                out.bytes(1, &self.envelopes.to_le_bytes());
                out.bytes(2, &self.bytes.to_le_bytes());
            }
        }
    )+};
}

credits! {
    /// Sends what waits, as far as the credit goes. The first frame of its stream.
    Subscribe;
    /// More credit for the subscription of this stream.
    Credit;
}

/// Sends one envelope, or some of what waits.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the message")]
pub struct Pull {
    /// 1: which one; absent means what waits, as far as one reply goes.
    pub number: Option<HubDeliveryNumber>,
}

impl Message for Pull {
    const KIND: Kind = Kind::Pull;
    const FLAGS: u16 = Head::CRITICAL;

    fn read(fields: Bytes) -> Result<Self, FieldError> {
        let (mut this, mut fields) = (Self::default(), FieldReader::new(fields));
        while let Some(field) = fields.next()? {
            match field.tag {
                1 => this.number = Some(field.number()?),
                _ => field.unknown()?,
            }
        }
        Ok(this)
    }

    fn write(&self, out: &mut FieldWriter<'_>) {
        if let Some(number) = self.number {
            out.number(1, number);
        }
    }
}

/// Acknowledges envelopes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the message")]
pub struct Acknowledge {
    /// 1: from one to [`BATCH_MAX`].
    pub items: Vec<AckItem>,
}

impl Acknowledge {
    /// Whether no message is over the hub's limits.
    ///
    /// # Errors
    /// When one is.
    pub fn check(&self, limits: &Limits) -> Result<(), FieldError> {
        let limit = limits.message_bytes;
        let fits = |item: &AckItem| item.acknowledgement.message.len() <= limit;
        if self.items.iter().all(fits) {
            Ok(())
        } else {
            Err(FieldError::TooLong { tag: 1, limit })
        }
    }
}

impl Message for Acknowledge {
    const KIND: Kind = Kind::Acknowledge;
    const FLAGS: u16 = Head::CRITICAL;

    fn read(fields: Bytes) -> Result<Self, FieldError> {
        let (mut this, mut fields) = (Self::default(), FieldReader::new(fields));
        while let Some(field) = fields.next()? {
            match field.tag {
                1 => {
                    this.items = field.list().all(BATCH_MAX, |list| {
                        let (number, kind) = (list.number()?, list.u8()?);
                        let kind = kind_of(kind).ok_or_else(|| list.wrong())?;
                        let message = list.text()?;
                        Ok(AckItem { number, acknowledgement: Acknowledgement { kind, message } })
                    })?;
                }
                _ => field.unknown()?,
            }
        }
        if this.items.is_empty() { Err(FieldError::Missing { tag: 1 }) } else { Ok(this) }
    }

    fn write(&self, out: &mut FieldWriter<'_>) {
        out.list(1, |out| {
            for AckItem { number, acknowledgement } in &self.items {
                out.put_slice(&number.to_bytes());
                out.put_u8(kind_number(acknowledgement.kind));
                put_text(out, &acknowledgement.message);
            }
        });
    }
}

/// Tells where envelopes stand.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the message")]
pub struct Track {
    /// 1: from one to [`BATCH_MAX`].
    pub numbers: Vec<HubDeliveryNumber>,
}

impl Message for Track {
    const KIND: Kind = Kind::Track;
    const FLAGS: u16 = Head::CRITICAL;

    fn read(fields: Bytes) -> Result<Self, FieldError> {
        let (mut this, mut fields) = (Self::default(), FieldReader::new(fields));
        while let Some(field) = fields.next()? {
            match field.tag {
                1 => this.numbers = field.list().all(BATCH_MAX, |list| list.number())?,
                _ => field.unknown()?,
            }
        }
        if this.numbers.is_empty() { Err(FieldError::Missing { tag: 1 }) } else { Ok(this) }
    }

    fn write(&self, out: &mut FieldWriter<'_>) {
        out.list(1, |out| {
            self.numbers.iter().for_each(|number| out.put_slice(&number.to_bytes()));
        });
    }
}

/// Sends the code lists that are newer than those that the caller has.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the message")]
pub struct CodeLists {
    /// 1: those that it has; of one that is not named it has none.
    pub known: Vec<KnownList>,
}

impl Message for CodeLists {
    const KIND: Kind = Kind::CodeLists;
    const FLAGS: u16 = Head::CRITICAL;

    fn read(fields: Bytes) -> Result<Self, FieldError> {
        let (mut this, mut fields) = (Self::default(), FieldReader::new(fields));
        while let Some(field) = fields.next()? {
            match field.tag {
                1 => {
                    this.known = field.list().all(BATCH_MAX, |list| {
                        Ok(KnownList { name: list.text()?, revision: list.u32()? })
                    })?;
                }
                _ => field.unknown()?,
            }
        }
        Ok(this)
    }

    fn write(&self, out: &mut FieldWriter<'_>) {
        if self.known.is_empty() {
            return;
        }
        out.list(1, |out| {
            for KnownList { name, revision } in &self.known {
                put_text(out, name);
                out.put_u32_le(*revision);
            }
        });
    }
}

bare! {
    /// Tells whenever an envelope of the caller changes its state. The first frame of its stream.
    Watch Head::CRITICAL;
    /// Tells what the hub knows of the caller.
    GetProfile Head::CRITICAL;
    /// Validates a document, which follows as content.
    Validate Head::CRITICAL;
}
