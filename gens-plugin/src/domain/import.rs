//! What becomes of certificates that were received.

use serde::{Deserialize, Serialize};

/// How a received certificate was acknowledged, which GeNS does by itself.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "the WSDL closes it")]
pub enum Receipt {
    /// `AcknowledgeEnvelopeReceipt`: readable, with no severe finding.
    Plain,
    /// `AcknowledgeEnvelopeReceiptWithWarning`: readable, with severe findings.
    WithWarning,
    /// `AcknowledgeFailedEnvelopeReceipt`: cannot be read.
    Failed,
}

impl Receipt {
    /// The name under which it is kept.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::WithWarning => "with-warning",
            Self::Failed => "failed",
        }
    }

    /// The receipt of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Plain, Self::WithWarning, Self::Failed].into_iter().find(|one| one.as_str() == name)
    }
}

/// What an import officer decides about a consignment.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Decision {
    /// It may come in.
    Accepted,
    /// It waits.
    Held,
    /// It may not.
    Rejected,
    /// A part of it may.
    Partly,
}

impl Decision {
    /// All decisions.
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Held, Self::Rejected, Self::Partly];

    /// The name under which it is kept.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Held => "held",
            Self::Rejected => "rejected",
            Self::Partly => "partly",
        }
    }

    /// The decision of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// Whether it needs a reason: all but acceptance do.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        !matches!(self, Self::Accepted)
    }

    /// Whether the consignment, or a part of it, may come in.
    #[must_use]
    pub const fn lets_in(self) -> bool {
        matches!(self, Self::Accepted | Self::Partly)
    }

    /// The status of the country's response (UNCL 4405: 39 accepted, 41 rejected), where the
    /// decision is one that is sent back: while it is held there is none.
    #[must_use]
    pub const fn response_status(self) -> Option<&'static str> {
        match self {
            // A part that may come in is an acceptance whose reason tells of the rest.
            Self::Accepted | Self::Partly => Some("39"),
            Self::Rejected => Some("41"),
            Self::Held => None,
        }
    }
}

/// Why a decision cannot be taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecisionFlaw {
    /// It needs a reason.
    #[error("the decision needs a reason")]
    ReasonMissing,
    /// It was decided for good already.
    #[error("the decision was taken already")]
    Final,
    /// The certificate cannot be read.
    #[error("the certificate cannot be read")]
    NotReadable,
    /// The certificate was withdrawn: nothing is let in by it.
    #[error("the certificate was withdrawn")]
    Withdrawn,
    /// The tenant does not decide in GeNS.
    #[error("import decisions are switched off")]
    SwitchedOff,
}
