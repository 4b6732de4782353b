//! The states of an envelope, sets of them, and the acknowledgements that lead to them.

use std::fmt;

/// A state that an accepted envelope may be in.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the harness gives no envelope up")]
#[repr(u8)]
pub enum State {
    /// `PendingDelivery`.
    Pending = 1,
    /// `Delivered`.
    Delivered = 2,
    /// `DeliveredWithWarnings`.
    Warned = 4,
    /// `DeliveredNotReadable`.
    Unreadable = 8,
}

impl State {
    const ALL: [Self; 4] = [Self::Pending, Self::Delivered, Self::Warned, Self::Unreadable];

    /// The state with this `HUBTrackingInfo`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "PendingDelivery" => Some(Self::Pending),
            "Delivered" => Some(Self::Delivered),
            "DeliveredWithWarnings" => Some(Self::Warned),
            "DeliveredNotReadable" => Some(Self::Unreadable),
            _ => None,
        }
    }

    /// What the harness's recipients say about an envelope when they bring it to this state.
    #[must_use]
    pub fn words(self, certificate: &str) -> Option<String> {
        match self {
            Self::Pending | Self::Delivered => None,
            Self::Warned => Some(format!("late, but read: {certificate} \u{e5} <&>")),
            Self::Unreadable => Some(format!("not to be read: {certificate} \u{6f22}")),
        }
    }
}

/// One of the three ways to acknowledge.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the WSDL has three")]
pub enum Acknowledge {
    /// `AcknowledgeEnvelopeReceipt`.
    Receipt,
    /// `AdvancedAcknowledgeEnvelopeReceipt`.
    Advanced,
    /// `AcknowledgeFailedEnvelopeReceipt`.
    Failed,
}

impl Acknowledge {
    /// The state that it leads to.
    #[must_use]
    pub fn state(self) -> State {
        match self {
            Self::Receipt => State::Delivered,
            Self::Advanced => State::Warned,
            Self::Failed => State::Unreadable,
        }
    }
}

/// A set of states.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct States(u8);

impl States {
    /// The set of one.
    #[must_use]
    pub const fn only(state: State) -> Self {
        Self(state as u8)
    }

    /// Whether it has this state.
    #[must_use]
    pub const fn contains(self, state: State) -> bool {
        self.0 & state as u8 != 0
    }

    /// This and one more.
    #[must_use]
    pub const fn with(self, state: State) -> Self {
        Self(self.0 | state as u8)
    }

    /// This but one.
    #[must_use]
    pub const fn without(self, state: State) -> Self {
        Self(self.0 & !(state as u8))
    }

    /// Both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Display for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut states = State::ALL.iter().filter(|state| self.contains(**state));
        if let Some(first) = states.next() {
            write!(f, "{first:?}")?;
        }
        states.try_for_each(|state| write!(f, " or {state:?}"))
    }
}
