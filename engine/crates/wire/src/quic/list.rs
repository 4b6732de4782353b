//! Items that stand in lists.

use phytohub_domain::{Acknowledgement, AcknowledgementKind, HubDeliveryNumber, TrackingInfo};

use super::RefusalCode;

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
