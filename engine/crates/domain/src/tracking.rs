//! The states of an envelope and how they may follow each other.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// `HUBTrackingInfo`, in the order of the WSDL.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u8)]
#[expect(clippy::exhaustive_enums, reason = "the WSDL closes this enumeration")]
pub enum TrackingInfo {
    /// Waiting for the recipient.
    PendingDelivery = 0,
    /// The recipient has it and could read it.
    Delivered = 1,
    /// It was refused at the door, or given up.
    FailedDelivery = 2,
    /// The hub knows no such number (never stored).
    EnvelopeNotExists = 3,
    /// The recipient has it, with something to say about it.
    DeliveredWithWarnings = 4,
    /// The recipient has it and could not read it.
    DeliveredNotReadable = 5,
}

impl TrackingInfo {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PendingDelivery => "PendingDelivery",
            Self::Delivered => "Delivered",
            Self::FailedDelivery => "FailedDelivery",
            Self::EnvelopeNotExists => "EnvelopeNotExists",
            Self::DeliveredWithWarnings => "DeliveredWithWarnings",
            Self::DeliveredNotReadable => "DeliveredNotReadable",
        }
    }

    /// The state for its stored number.
    #[must_use]
    pub const fn from_u8(value: u8) -> Option<Self> {
        match value {
            0 => Some(Self::PendingDelivery),
            1 => Some(Self::Delivered),
            2 => Some(Self::FailedDelivery),
            3 => Some(Self::EnvelopeNotExists),
            4 => Some(Self::DeliveredWithWarnings),
            5 => Some(Self::DeliveredNotReadable),
            _ => None,
        }
    }

    /// Whether this state is the recipient's word, which nothing changes any more.
    #[must_use]
    pub const fn is_acknowledged(self) -> bool {
        matches!(self, Self::Delivered | Self::DeliveredWithWarnings | Self::DeliveredNotReadable)
    }
}

impl fmt::Display for TrackingInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for TrackingInfo {
    type Err = ParseTrackingInfoError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        (0..=5)
            .filter_map(Self::from_u8)
            .find(|info| info.as_str() == text.trim_ascii())
            .ok_or(ParseTrackingInfoError)
    }
}

/// The text is no `HUBTrackingInfo`.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not a HUBTrackingInfo")]
pub struct ParseTrackingInfoError;

/// The three ways a recipient acknowledges.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the WSDL has three acknowledging operations")]
pub enum AcknowledgementKind {
    /// `AcknowledgeEnvelopeReceipt`.
    Received,
    /// `AdvancedAcknowledgeEnvelopeReceipt`, with a warning.
    WithWarnings,
    /// `AcknowledgeFailedEnvelopeReceipt`, with a reason.
    NotReadable,
}

impl AcknowledgementKind {
    /// The state that this acknowledgement leads to.
    #[must_use]
    pub const fn tracking_info(self) -> TrackingInfo {
        match self {
            Self::Received => TrackingInfo::Delivered,
            Self::WithWarnings => TrackingInfo::DeliveredWithWarnings,
            Self::NotReadable => TrackingInfo::DeliveredNotReadable,
        }
    }

    /// The acknowledgement that leads to this state, if one does.
    #[must_use]
    pub const fn from_tracking_info(info: TrackingInfo) -> Option<Self> {
        match info {
            TrackingInfo::Delivered => Some(Self::Received),
            TrackingInfo::DeliveredWithWarnings => Some(Self::WithWarnings),
            TrackingInfo::DeliveredNotReadable => Some(Self::NotReadable),
            _ => None,
        }
    }
}

/// What a recipient says about an envelope.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the WSDL's operations have these two parts")]
pub struct Acknowledgement {
    /// Which of the three operations.
    pub kind: AcknowledgementKind,
    /// The recipient's words; empty for `AcknowledgeEnvelopeReceipt`.
    pub message: String,
}

/// Where an envelope stands.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TrackingState {
    /// What the sender is told.
    pub info: TrackingInfo,
    /// The recipient's, the operator's or the hub's words about it; may be empty.
    pub message: String,
    /// Whether the content was ever completely sent to the recipient.
    pub content_released: bool,
    /// Set aside by the operator: still pending, but offered to nobody.
    pub parked: bool,
}

/// What an attempted change comes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "callers must handle each outcome")]
pub enum Transition {
    /// The state changed; the envelope leaves its inbox if it is now acknowledged.
    Changed,
    /// The recipient had already spoken: the first word stands, the answer is the same.
    AlreadyAcknowledged,
    /// A failure told about content that was never completely sent: noted, nothing changes.
    Noted,
    /// The change makes no sense in this state.
    Refused,
}

impl TrackingState {
    /// The state of an envelope that was just accepted.
    #[must_use]
    pub const fn pending() -> Self {
        Self {
            info: TrackingInfo::PendingDelivery,
            message: String::new(),
            content_released: false,
            parked: false,
        }
    }

    /// The state of an envelope refused at the door.
    #[must_use]
    pub const fn rejected(message: String) -> Self {
        Self { info: TrackingInfo::FailedDelivery, message, content_released: false, parked: false }
    }

    /// Applies a recipient's acknowledgement: the first one wins.
    ///
    /// A real client sends `AcknowledgeFailedEnvelopeReceipt` after any failed pull, so a failure
    /// about content that it never completely got is noted and ends nothing.
    pub fn acknowledge(&mut self, acknowledgement: &Acknowledgement) -> Transition {
        if self.info.is_acknowledged() {
            return Transition::AlreadyAcknowledged;
        }
        let unreadable = acknowledgement.kind == AcknowledgementKind::NotReadable;
        if unreadable && !self.content_released {
            return Transition::Noted;
        }
        self.info = acknowledgement.kind.tracking_info();
        self.message.clone_from(&acknowledgement.message);
        self.parked = false;
        Transition::Changed
    }

    /// Gives an envelope up: it stays in the inbox, and a later acknowledgement replaces this.
    pub fn fail(&mut self, reason: &str) -> Transition {
        if self.info != TrackingInfo::PendingDelivery {
            return Transition::Refused;
        }
        self.info = TrackingInfo::FailedDelivery;
        reason.clone_into(&mut self.message);
        Transition::Changed
    }

    /// Sets an envelope aside, or takes it back: it stays pending and is offered to nobody.
    pub fn park(&mut self, parked: bool) -> Transition {
        if self.info.is_acknowledged() || self.parked == parked {
            return Transition::Refused;
        }
        self.parked = parked;
        Transition::Changed
    }

    /// Notes that the content was completely sent to the recipient.
    pub fn release(&mut self) -> Transition {
        if self.content_released {
            return Transition::Noted;
        }
        self.content_released = true;
        Transition::Changed
    }
}

#[cfg(test)]
mod tests;
