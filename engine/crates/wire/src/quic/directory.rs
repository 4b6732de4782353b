//! Who is connected, and what was sent under a certificate's number.

use bytes::Bytes;
use phytohub_domain::{AllowedDocument, HubDeliveryNumber};

use super::field::{FieldReader, FieldWriter, Message};
use super::list::{allowed, put_allowed};
use super::{BATCH_MAX, FieldError, Head, Kind};

/// Tells who is connected, in the order of the codes, as far as one reply goes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the message")]
pub struct Connections {
    /// 1: only those behind this code; empty: from the first.
    pub after: String,
}

impl Message for Connections {
    const KIND: Kind = Kind::Connections;
    const FLAGS: u16 = Head::CRITICAL;

    fn read(fields: Bytes) -> Result<Self, FieldError> {
        let (mut this, mut fields) = (Self::default(), FieldReader::new(fields));
        while let Some(field) = fields.next()? {
            match field.tag {
                1 => this.after = field.text()?,
                _ => field.unknown()?,
            }
        }
        Ok(this)
    }

    fn write(&self, out: &mut FieldWriter<'_>) {
        out.text(1, &self.after);
    }
}

/// Finds what the caller sent or received under a certificate's number, the newest first.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the message")]
pub struct Find {
    /// 1: the sender's code; empty: the caller.
    pub from: String,
    /// 2: the recipient's code; empty: whoever it is.
    pub to: String,
    /// 3: the sender's own number.
    pub nppo_certificate_number: String,
    /// 4: only those that are older than this one.
    pub before: Option<HubDeliveryNumber>,
    /// 5: at most so many, and no more than [`BATCH_MAX`]; 0: as many as that.
    pub limit: u32,
}

impl Find {
    /// Envelopes that the reply may tell of.
    #[must_use]
    pub fn wanted(&self) -> usize {
        match usize::try_from(self.limit) {
            Ok(limit @ 1..=BATCH_MAX) => limit,
            _ => BATCH_MAX,
        }
    }
}

impl Message for Find {
    const KIND: Kind = Kind::Find;
    const FLAGS: u16 = Head::CRITICAL;

    fn read(fields: Bytes) -> Result<Self, FieldError> {
        let (mut this, mut fields) = (Self::default(), FieldReader::new(fields));
        while let Some(field) = fields.next()? {
            match field.tag {
                1 => this.from = field.text()?,
                2 => this.to = field.text()?,
                CERTIFICATE => this.nppo_certificate_number = field.text()?,
                4 => this.before = Some(field.number()?),
                5 => this.limit = field.u32()?,
                _ => field.unknown()?,
            }
        }
        let missing = this.nppo_certificate_number.is_empty();
        if missing { Err(FieldError::Missing { tag: CERTIFICATE }) } else { Ok(this) }
    }

    fn write(&self, out: &mut FieldWriter<'_>) {
        out.text(1, &self.from);
        out.text(2, &self.to);
        out.text(CERTIFICATE, &self.nppo_certificate_number);
        if let Some(before) = self.before {
            out.number(4, before);
        }
        if self.limit != 0 {
            out.bytes(5, &self.limit.to_le_bytes());
        }
    }
}

const CERTIFICATE: u16 = 3;

/// A connection, as far as others are told of it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the message")]
pub struct KnownConnection {
    /// 1: its code.
    pub code: String,
    /// 2: whether it may be sent to.
    pub receives: bool,
    /// 3: whether it may send.
    pub sends: bool,
    /// 4: what it accepts; none: everything.
    pub allowed: Vec<AllowedDocument>,
    /// 5: its name, of a channel alone.
    pub name: String,
    /// 6: whether it is a channel.
    pub channel: bool,
    /// 7: whether it takes countries' responses.
    pub responses: bool,
    /// 8: whether it is a test connection, as the caller is then.
    pub test: bool,
}

impl Message for KnownConnection {
    const KIND: Kind = Kind::Connection;
    const FLAGS: u16 = 0;

    fn read(fields: Bytes) -> Result<Self, FieldError> {
        let (mut this, mut fields) = (Self::default(), FieldReader::new(fields));
        while let Some(field) = fields.next()? {
            match field.tag {
                1 => this.code = field.text()?,
                2 => this.receives = field.bool()?,
                3 => this.sends = field.bool()?,
                4 => this.allowed = allowed(field.list())?,
                5 => this.name = field.text()?,
                6 => this.channel = field.bool()?,
                7 => this.responses = field.bool()?,
                8 => this.test = field.bool()?,
                _ => field.unknown()?,
            }
        }
        Ok(this)
    }

    fn write(&self, out: &mut FieldWriter<'_>) {
        out.text(1, &self.code);
        out.bool(2, self.receives);
        out.bool(3, self.sends);
        if !self.allowed.is_empty() {
            out.list(4, |out| put_allowed(out, &self.allowed));
        }
        out.text(5, &self.name);
        out.bool(6, self.channel);
        out.bool(7, self.responses);
        out.bool(8, self.test);
    }
}
