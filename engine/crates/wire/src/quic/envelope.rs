//! What a frame tells of an envelope's outside: the same fields in all replies that do.

use bytes::{BufMut as _, BytesMut};
use phytohub_domain::{EnvelopeForwarding, EnvelopeHeader, HubDeliveryNumber, TrackingInfo};

use super::FieldError;
use super::field::{Field, FieldWriter, put_text};

/// An envelope's outside. A field that is left out is empty.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct EnvelopeHead {
    /// 1: the hub's number; absent if the hub knows none.
    pub number: Option<HubDeliveryNumber>,
    /// 2: where it stands.
    pub state: Option<TrackingInfo>,
    /// 3: the hub's or the recipient's words.
    pub message: String,
    /// 4: `From`.
    pub from: String,
    /// 5: `To`.
    pub to: String,
    /// 6: UNCL 1001 code.
    pub certificate_type: i32,
    /// 7: UNCL 4405 code.
    pub certificate_status: i32,
    /// 8: the sender's own number.
    pub nppo_certificate_number: String,
    /// 9: copies for channels.
    pub copies: Vec<Copy>,
    /// 10: whether the content is a country's response.
    pub response: bool,
}

/// A copy of an envelope.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the WSDL's EnvelopeForwarding has these two parts")]
pub struct Copy {
    /// Code of the channel.
    pub code: String,
    /// The copy's own number.
    pub number: HubDeliveryNumber,
}

impl EnvelopeHead {
    /// Takes a field; whether it is one of an envelope's outside.
    pub(super) fn take(&mut self, field: &Field) -> Result<bool, FieldError> {
        match field.tag {
            NUMBER => self.number = Some(field.number()?),
            STATE => self.state = Some(state(field.u8()?).ok_or_else(|| field.wrong())?),
            MESSAGE => self.message = field.text()?,
            FROM => self.from = field.text()?,
            TO => self.to = field.text()?,
            TYPE => self.certificate_type = field.i32()?,
            STATUS => self.certificate_status = field.i32()?,
            CERTIFICATE => self.nppo_certificate_number = field.text()?,
            COPIES => {
                self.copies = field.list().all(COPIES_MAX, |list| {
                    Ok(Copy { code: list.text()?, number: list.number()? })
                })?;
            }
            RESPONSE => self.response = field.bool()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub(super) fn write(&self, out: &mut FieldWriter<'_>) {
        if let Some(number) = self.number {
            out.number(NUMBER, number);
        }
        if let Some(state) = self.state {
            out.bytes(STATE, &[state as u8]);
        }
        out.text(MESSAGE, &self.message);
        out.text(FROM, &self.from);
        out.text(TO, &self.to);
        if self.certificate_type != 0 {
            out.bytes(TYPE, &self.certificate_type.to_le_bytes());
        }
        if self.certificate_status != 0 {
            out.bytes(STATUS, &self.certificate_status.to_le_bytes());
        }
        out.text(CERTIFICATE, &self.nppo_certificate_number);
        if !self.copies.is_empty() {
            out.list(COPIES, |out| self.copies.iter().for_each(|copy| put_copy(out, copy)));
        }
        out.bool(RESPONSE, self.response);
    }

    /// The same without what the sender of a delivery said itself.
    #[must_use]
    pub fn without_request(self) -> Self {
        let Self { number, state, message, copies, .. } = self;
        Self { number, state, message, copies, ..Self::default() }
    }
}

impl From<EnvelopeHeader> for EnvelopeHead {
    /// A number that is none of a hub's is left out, with the copies that have none.
    fn from(header: EnvelopeHeader) -> Self {
        let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse().ok());
        let copy = |copy: EnvelopeForwarding| {
            Some(Copy { number: number(&copy.hub_delivery_number)?, code: copy.code })
        };
        Self {
            number: number(&header.hub_delivery_number),
            state: header.tracking_info,
            message: header.error_message.unwrap_or_default(),
            from: header.from,
            to: header.to,
            certificate_type: header.certificate_type,
            certificate_status: header.certificate_status,
            nppo_certificate_number: header.nppo_certificate_number,
            copies: header.forwardings.into_iter().filter_map(copy).collect(),
            response: false,
        }
    }
}

impl From<EnvelopeHead> for EnvelopeHeader {
    fn from(head: EnvelopeHead) -> Self {
        let copy = |copy: Copy| EnvelopeForwarding {
            code: copy.code,
            hub_delivery_number: Some(copy.number.to_string()),
        };
        Self {
            from: head.from,
            to: head.to,
            certificate_type: head.certificate_type,
            certificate_status: head.certificate_status,
            nppo_certificate_number: head.nppo_certificate_number,
            hub_delivery_number: head.number.map(|number| number.to_string()),
            tracking_info: head.state,
            error_message: (!head.message.is_empty()).then_some(head.message),
            forwardings: head.copies.into_iter().map(copy).collect(),
        }
    }
}

fn put_copy(out: &mut BytesMut, copy: &Copy) {
    put_text(out, &copy.code);
    out.put_slice(&copy.number.to_bytes());
}

/// The state of a number in a field: those of the WSDL, in its order.
pub(super) const fn state(number: u8) -> Option<TrackingInfo> {
    TrackingInfo::from_u8(number)
}

const NUMBER: u16 = 1;
const STATE: u16 = 2;
const MESSAGE: u16 = 3;
const FROM: u16 = 4;
const TO: u16 = 5;
const TYPE: u16 = 6;
const STATUS: u16 = 7;
const CERTIFICATE: u16 = 8;
const COPIES: u16 = 9;
const RESPONSE: u16 = 10;

/// More than any hub's `limits.forwardings` with all standing orders.
const COPIES_MAX: usize = 256;
