//! What the hub answers.

use bytes::{BufMut as _, Bytes};
use phytohub_domain::{AllowedDocument, ContentForm};

use super::envelope::state;
use super::field::{FieldReader, FieldWriter, Message};
use super::list::{allowed, put_allowed};
use super::{AckOutcome, BATCH_MAX, EnvelopeHead, FieldError, Head, Kind};
use crate::soap::{ValidationArea, ValidationLevel, ValidationResult};

/// Messages that tell an envelope's outside and nothing else.
macro_rules! heads {
    ($($(#[$doc:meta])* $name:ident $kind:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Eq, PartialEq)]
        #[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the message")]
        pub struct $name {
            /// 1 to 9.
            pub head: EnvelopeHead,
        }

        impl Message for $name {
            const KIND: Kind = Kind::$kind;
            const FLAGS: u16 = 0;

            fn read(fields: Bytes) -> Result<Self, FieldError> {
                let (mut this, mut fields) = (Self::default(), FieldReader::new(fields));
                while let Some(field) = fields.next()? {
                    if !this.head.take(&field)? {
                        field.unknown()?;
                    }
                }
                Ok(this)
            }

            fn write(&self, out: &mut FieldWriter<'_>) {
                self.head.write(out);
            }
        }
    )+};
}

heads! {
    /// What became of a delivery: number, state, message and copies.
    Delivered Delivered;
    /// Where an envelope stands.
    StateFrame State;
}

/// An envelope; its content follows.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the message")]
pub struct EnvelopeFrame {
    /// 1 to 9.
    pub head: EnvelopeHead,
    /// 16: how the content's characters are written.
    pub form: ContentForm,
}

impl Message for EnvelopeFrame {
    const KIND: Kind = Kind::Envelope;
    const FLAGS: u16 = 0;

    fn read(fields: Bytes) -> Result<Self, FieldError> {
        let (mut head, mut form) = (EnvelopeHead::default(), None);
        let mut fields = FieldReader::new(fields);
        while let Some(field) = fields.next()? {
            if head.take(&field)? {
                continue;
            }
            match field.tag {
                FORM => {
                    form = Some(ContentForm::from_u8(field.u8()?).ok_or_else(|| field.wrong())?);
                }
                _ => field.unknown()?,
            }
        }
        Ok(Self { head, form: form.ok_or(FieldError::Missing { tag: FORM })? })
    }

    fn write(&self, out: &mut FieldWriter<'_>) {
        self.head.write(out);
        out.bytes(FORM, &[self.form as u8]);
    }
}

const FORM: u16 = 16;

/// What became of acknowledgements.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the message")]
pub struct Acknowledged {
    /// 1: in the order of the request.
    pub outcomes: Vec<AckOutcome>,
}

impl Message for Acknowledged {
    const KIND: Kind = Kind::Acknowledged;
    const FLAGS: u16 = 0;

    fn read(fields: Bytes) -> Result<Self, FieldError> {
        let (mut this, mut fields) = (Self::default(), FieldReader::new(fields));
        while let Some(field) = fields.next()? {
            match field.tag {
                1 => {
                    this.outcomes = field.list().all(BATCH_MAX, |list| {
                        let (refused, number) = (list.u16()?, list.u8()?);
                        match RefusalCode::from_u16(refused) {
                            Some(code) => Ok(AckOutcome::Refused(code)),
                            None if refused == 0 => {
                                let state = state(number).ok_or_else(|| list.wrong())?;
                                Ok(AckOutcome::Stands(state))
                            }
                            None => Err(list.wrong()),
                        }
                    })?;
                }
                _ => field.unknown()?,
            }
        }
        Ok(this)
    }

    fn write(&self, out: &mut FieldWriter<'_>) {
        out.list(1, |out| {
            for outcome in &self.outcomes {
                let (refused, state) = match outcome {
                    AckOutcome::Stands(info) => (0, *info as u8),
                    AckOutcome::Refused(code) => (*code as u16, 0),
                };
                out.put_u16_le(refused);
                out.put_u8(state);
            }
        });
    }
}

/// What the hub knows of the caller.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the message")]
pub struct Profile {
    /// 1: its code.
    pub code: String,
    /// 2: whether it may be sent to.
    pub receives: bool,
    /// 3: whether it may send.
    pub sends: bool,
    /// 4: what it accepts.
    pub allowed: Vec<AllowedDocument>,
}

impl Message for Profile {
    const KIND: Kind = Kind::Profile;
    const FLAGS: u16 = 0;

    fn read(fields: Bytes) -> Result<Self, FieldError> {
        let (mut this, mut fields) = (Self::default(), FieldReader::new(fields));
        while let Some(field) = fields.next()? {
            match field.tag {
                1 => this.code = field.text()?,
                2 => this.receives = field.bool()?,
                3 => this.sends = field.bool()?,
                4 => this.allowed = allowed(field.list())?,
                _ => field.unknown()?,
            }
        }
        Ok(this)
    }

    fn write(&self, out: &mut FieldWriter<'_>) {
        out.text(1, &self.code);
        out.bool(2, self.receives);
        out.bool(3, self.sends);
        out.list(4, |out| put_allowed(out, &self.allowed));
    }
}

/// A code list; its text follows as content.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the message")]
pub struct CodeList {
    /// 1: its name.
    pub name: String,
    /// 2: its revision.
    pub revision: u32,
}

impl Message for CodeList {
    const KIND: Kind = Kind::CodeList;
    const FLAGS: u16 = 0;

    fn read(fields: Bytes) -> Result<Self, FieldError> {
        let (mut this, mut fields) = (Self::default(), FieldReader::new(fields));
        while let Some(field) = fields.next()? {
            match field.tag {
                1 => this.name = field.text()?,
                2 => this.revision = field.u32()?,
                _ => field.unknown()?,
            }
        }
        Ok(this)
    }

    fn write(&self, out: &mut FieldWriter<'_>) {
        out.text(1, &self.name);
        out.bytes(2, &self.revision.to_le_bytes());
    }
}

/// Something that validation found.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the WSDL's finding")]
pub struct Finding {
    /// 1: area (0 mandatory elements, 1 mapping, 2 schema); 2: level (0 severe, 1 warning, 2
    /// information); 3: field; 4: message.
    pub result: ValidationResult,
}

impl Message for Finding {
    const KIND: Kind = Kind::Finding;
    const FLAGS: u16 = 0;

    fn read(fields: Bytes) -> Result<Self, FieldError> {
        let (mut area, mut level) = (None, None);
        let (mut path, mut msg) = (String::new(), String::new());
        let mut fields = FieldReader::new(fields);
        while let Some(field) = fields.next()? {
            let nth = || field.u8().map(usize::from);
            match field.tag {
                1 => area = Some(*ValidationArea::ALL.get(nth()?).ok_or_else(|| field.wrong())?),
                2 => level = Some(*ValidationLevel::ALL.get(nth()?).ok_or_else(|| field.wrong())?),
                3 => path = field.text()?,
                4 => msg = field.text()?,
                _ => field.unknown()?,
            }
        }
        let area = area.ok_or(FieldError::Missing { tag: 1 })?;
        let level = level.ok_or(FieldError::Missing { tag: 2 })?;
        Ok(Self { result: ValidationResult { area, field: path, level, msg } })
    }

    fn write(&self, out: &mut FieldWriter<'_>) {
        out.bytes(1, &[self.result.area as u8]);
        out.bytes(2, &[self.result.level as u8]);
        out.text(3, &self.result.field);
        out.text(4, &self.result.msg);
    }
}

bare! {
    /// The reply has nothing more.
    End Head::LAST;
    /// States changed that were not told: track what matters.
    Lagged 0;
}

/// The request is refused.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the message")]
pub struct Refused {
    /// 1: what the caller should do.
    pub code: RefusalCode,
    /// 2: why, for people.
    pub message: String,
    /// 3: milliseconds after which the same may be asked again; 0 if that says nothing.
    pub retry_after_ms: u32,
}

impl Message for Refused {
    const KIND: Kind = Kind::Refused;
    const FLAGS: u16 = Head::CRITICAL | Head::LAST;

    fn read(fields: Bytes) -> Result<Self, FieldError> {
        let (mut code, mut message, mut retry_after_ms) = (None, String::new(), 0);
        let mut fields = FieldReader::new(fields);
        while let Some(field) = fields.next()? {
            match field.tag {
                1 => {
                    // A code of a later version is trouble of some kind.
                    code =
                        Some(RefusalCode::from_u16(field.u16()?).unwrap_or(RefusalCode::Internal));
                }
                2 => message = field.text()?,
                3 => retry_after_ms = field.u32()?,
                _ => field.unknown()?,
            }
        }
        let code = code.ok_or(FieldError::Missing { tag: 1 })?;
        Ok(Self { code, message, retry_after_ms })
    }

    fn write(&self, out: &mut FieldWriter<'_>) {
        out.bytes(1, &(self.code as u16).to_le_bytes());
        out.text(2, &self.message);
        if self.retry_after_ms != 0 {
            out.bytes(3, &self.retry_after_ms.to_le_bytes());
        }
    }
}

/// Why a request is refused: a code exists where a caller acts differently.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u16)]
#[non_exhaustive]
pub enum RefusalCode {
    /// The request itself must change before it can succeed.
    Invalid = 1,
    /// The certificate may not do this.
    Denied = 2,
    /// No such thing, as far as this caller may know.
    NotFound = 3,
    /// The request contradicts what is there, such as a key used for another envelope.
    Conflict = 4,
    /// A budget is used up: come again after the time that is told.
    Exhausted = 5,
    /// Trouble of the hub's that may pass: send the same again.
    Unavailable = 6,
    /// A bug of the hub's.
    Internal = 7,
    /// The content is over the hub's limit; the stream is not read any further.
    TooLarge = 8,
    /// The kind of frame is not known to this version.
    Unsupported = 9,
    /// The hub stops: ask again on another connection.
    Draining = 10,
}

impl RefusalCode {
    /// Every code.
    pub const ALL: [Self; 10] = [
        Self::Invalid,
        Self::Denied,
        Self::NotFound,
        Self::Conflict,
        Self::Exhausted,
        Self::Unavailable,
        Self::Internal,
        Self::TooLarge,
        Self::Unsupported,
        Self::Draining,
    ];

    /// The code of this number.
    #[must_use]
    pub fn from_u16(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|code| *code as u16 == number)
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::Exhausted | Self::Unavailable | Self::Draining)
    }
}
