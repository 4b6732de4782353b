//! What one hub tells another of an envelope that it took over.

use bytes::Bytes;
use phytohub_domain::{HubDeliveryNumber, Limits, TrackingInfo};

use super::envelope::state;
use super::field::{FieldReader, FieldWriter, Message};
use super::{FieldError, Head, Kind};

/// Tells the hub that handed an envelope over what became of it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the message")]
pub struct Report {
    /// 1: its number there, as it came with the delivery.
    pub number: HubDeliveryNumber,
    /// 2: the state that stands at the reporting hub.
    pub state: TrackingInfo,
    /// 3: the words that came with it.
    pub message: String,
}

impl Report {
    /// Whether the message is not over the hub's limits.
    ///
    /// # Errors
    /// When it is.
    pub fn check(&self, limits: &Limits) -> Result<(), FieldError> {
        let limit = limits.message_bytes;
        let fits = self.message.len() <= limit;
        if fits { Ok(()) } else { Err(FieldError::TooLong { tag: MESSAGE, limit }) }
    }
}

impl Message for Report {
    const KIND: Kind = Kind::Report;
    const FLAGS: u16 = Head::CRITICAL;

    fn read(fields: Bytes) -> Result<Self, FieldError> {
        let (mut number, mut told, mut message) = (None, None, String::new());
        let mut fields = FieldReader::new(fields);
        while let Some(field) = fields.next()? {
            match field.tag {
                NUMBER => number = Some(field.number()?),
                STATE => told = Some(state(field.u8()?).ok_or_else(|| field.wrong())?),
                MESSAGE => message = field.text()?,
                _ => field.unknown()?,
            }
        }
        let missing = |tag| FieldError::Missing { tag };
        let number = number.ok_or_else(|| missing(NUMBER))?;
        Ok(Self { number, state: told.ok_or_else(|| missing(STATE))?, message })
    }

    fn write(&self, out: &mut FieldWriter<'_>) {
        out.number(NUMBER, self.number);
        out.bytes(STATE, &[self.state as u8]);
        out.text(MESSAGE, &self.message);
    }
}

const NUMBER: u16 = 1;
const STATE: u16 = 2;
const MESSAGE: u16 = 3;
