//! Items that stand in lists.

use bytes::{BufMut as _, BytesMut};
use phytohub_domain::{
    Acknowledgement, AcknowledgementKind, AllowedDocument, HubDeliveryNumber, TrackingInfo,
};

use super::field::List;
use super::{FieldError, RefusalCode};

/// One acknowledgement.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the item")]
pub struct AckItem {
    /// Of which envelope.
    pub number: HubDeliveryNumber,
    /// Which of the three, with its message.
    pub acknowledgement: Acknowledgement,
}

/// What became of one acknowledgement.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the protocol's version closes the item")]
pub enum AckOutcome {
    /// This state stands now: of the first acknowledgement, be it this or an earlier one.
    Stands(TrackingInfo),
    /// It was refused.
    Refused(RefusalCode),
}

/// A code list that the caller has.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the protocol's version closes the item")]
pub struct KnownList {
    /// Its name.
    pub name: String,
    /// Its revision.
    pub revision: u32,
}

/// The number of an acknowledgement's kind in an item.
pub(super) const fn kind_number(kind: AcknowledgementKind) -> u8 {
    kind.tracking_info() as u8
}

/// The kind of an item's number: the state to which it leads.
pub(super) fn kind_of(number: u8) -> Option<AcknowledgementKind> {
    AcknowledgementKind::from_tracking_info(TrackingInfo::from_u8(number)?)
}

/// The pairs of type and status that a connection accepts.
pub(super) fn allowed(list: List<'_>) -> Result<Vec<AllowedDocument>, FieldError> {
    list.all(ALLOWED_MAX, |list| {
        let (certificate_type, certificate_status) = (list.i32()?, list.i32()?);
        Ok(AllowedDocument { certificate_type, certificate_status })
    })
}

pub(super) fn put_allowed(out: &mut BytesMut, pairs: &[AllowedDocument]) {
    for pair in pairs {
        out.put_i32_le(pair.certificate_type);
        out.put_i32_le(pair.certificate_status);
    }
}

/// Pairs that fill a frame's fields.
const ALLOWED_MAX: usize = 16 << 10;
