//! The states of an envelope and how they may follow each other.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::Timestamp;

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
    /// When `info` last changed.
    pub changed: Timestamp,
    /// The recipient's, the operator's or the hub's words about it; may be empty.
    pub message: String,
    /// Whether the content was ever completely sent to the recipient, pulled or pushed.
    pub content_released: bool,
    /// Set aside by the operator: still pending, but offered to nobody.
    pub parked: bool,
    /// Pushes that failed since the last that did not.
    pub attempts: u32,
    /// When it is to be pushed again at the earliest, while it is pending.
    pub next_attempt: Option<Timestamp>,
    /// When the recipient's endpoint last took it without a fault.
    pub handed_over: Option<Timestamp>,
    /// Why the last push failed; empty when it did not.
    pub last_error: String,
    /// Under legal hold: neither content nor record is removed by age.
    pub held: bool,
    /// Whether the content is kept no longer, or never was.
    pub content_dropped: bool,
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
    pub const fn pending(at: Timestamp) -> Self {
        Self {
            info: TrackingInfo::PendingDelivery,
            changed: at,
            message: String::new(),
            content_released: false,
            parked: false,
            attempts: 0,
            next_attempt: None,
            handed_over: None,
            last_error: String::new(),
            held: false,
            content_dropped: false,
        }
    }

    /// The state of an envelope refused at the door; its content is not kept.
    #[must_use]
    pub fn rejected(message: String, at: Timestamp) -> Self {
        let info = TrackingInfo::FailedDelivery;
        Self { info, message, content_dropped: true, ..Self::pending(at) }
    }

    /// Applies a recipient's acknowledgement: the first one wins.
    ///
    /// A real client sends `AcknowledgeFailedEnvelopeReceipt` after any failed pull, so a failure
    /// about content that it never completely got is noted and ends nothing.
    pub fn acknowledge(&mut self, acknowledgement: &Acknowledgement, at: Timestamp) -> Transition {
        if self.info.is_acknowledged() {
            return Transition::AlreadyAcknowledged;
        }
        let unreadable = acknowledgement.kind == AcknowledgementKind::NotReadable;
        if unreadable && !self.content_released {
            return Transition::Noted;
        }
        self.become_now(acknowledgement.kind.tracking_info(), &acknowledgement.message, at);
        self.parked = false;
        Transition::Changed
    }

    /// Gives an envelope up: it stays in the inbox, and a later acknowledgement replaces this.
    pub fn fail(&mut self, reason: &str, at: Timestamp) -> Transition {
        if self.info != TrackingInfo::PendingDelivery {
            return Transition::Refused;
        }
        self.become_now(TrackingInfo::FailedDelivery, reason, at);
        Transition::Changed
    }

    /// Gives an envelope up by its age, like [`TrackingState::fail`]. What the recipient ever got
    /// does not age, and neither does what the operator keeps from it.
    pub fn expire(&mut self, reason: &str, at: Timestamp) -> Transition {
        if self.content_released || self.parked {
            return Transition::Refused;
        }
        self.fail(reason, at)
    }

    fn become_now(&mut self, info: TrackingInfo, message: &str, at: Timestamp) {
        self.info = info;
        message.clone_into(&mut self.message);
        self.changed = at;
        self.next_attempt = None;
    }

    /// Notes a push that failed, and when to try again.
    pub fn attempt(&mut self, error: &str, next: Timestamp) -> Transition {
        if self.info != TrackingInfo::PendingDelivery {
            return Transition::Refused;
        }
        self.attempts = self.attempts.saturating_add(1);
        error.clone_into(&mut self.last_error);
        self.next_attempt = Some(next);
        Transition::Changed
    }

    /// Notes that the recipient's endpoint took the envelope without a fault: its content went
    /// out. It stays pending, and is pushed again at `again_at` if no acknowledgement came.
    /// An acknowledgement may have come first, while the push was still open.
    pub fn hand_over(&mut self, at: Timestamp, again_at: Timestamp) -> Transition {
        if self.info.is_acknowledged() {
            return Transition::Noted;
        }
        self.handed_over = Some(at);
        self.content_released = true;
        self.attempts = 0;
        self.last_error.clear();
        let pending = self.info == TrackingInfo::PendingDelivery;
        self.next_attempt = pending.then_some(again_at);
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

    /// Refuses an envelope that nobody has seen yet: its sender is told as of one that was refused
    /// at the door, and its recipient never hears of it.
    pub fn refuse(&mut self, reason: &str, at: Timestamp) {
        self.become_now(TrackingInfo::FailedDelivery, reason, at);
        self.parked = false;
    }

    /// Puts an envelope under legal hold, or lifts it.
    pub fn hold(&mut self, held: bool) -> Transition {
        if self.held == held {
            return Transition::Refused;
        }
        self.held = held;
        Transition::Changed
    }

    /// Notes that the content is kept no longer: of what is acknowledged and not held.
    pub fn drop_content(&mut self) -> Transition {
        if self.content_dropped {
            return Transition::Noted;
        }
        if self.held || !self.info.is_acknowledged() {
            return Transition::Refused;
        }
        self.content_dropped = true;
        Transition::Changed
    }

    /// Whether nothing can change what the sender is told: acknowledged, or refused at the door.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        self.info.is_acknowledged() || self.content_dropped
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
