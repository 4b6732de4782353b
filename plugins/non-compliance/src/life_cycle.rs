//! The life of a notification, as a pure function of what was accepted before.
//!
//! A notification is known by the connection that sent it and its number; every message about it has
//! that number. What one notifier numbers says nothing about another's numbers.

use serde::{Deserialize, Serialize};

use crate::code::{Capacity, Message};

/// Where a notification stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "the states of the documentation")]
pub enum Phase {
    /// Announced, to be confirmed.
    Preliminary,
    /// In force.
    Issued,
    /// Taken back.
    Withdrawn,
    /// Done with.
    Closed,
}

impl Phase {
    /// Whether anything more may be said of it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Withdrawn | Self::Closed)
    }

    /// The word that is written and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preliminary => "preliminary",
            Self::Issued => "issued",
            Self::Withdrawn => "withdrawn",
            Self::Closed => "closed",
        }
    }
}

/// What is known of a notification.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct State {
    /// Where it stands.
    pub phase: Phase,
    /// The connection that it was addressed to first.
    pub addressee: String,
    /// When the addressee took note of it first, in milliseconds since 1970.
    pub acknowledged_ms: Option<i64>,
    /// When the addressee sent a result last.
    pub investigated_ms: Option<i64>,
    /// When the first message was accepted.
    pub first_ms: i64,
    /// When the last message was accepted.
    pub last_ms: i64,
    /// Messages accepted.
    pub messages: u32,
}

/// A message as its envelope tells it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an envelope's header and its time")]
pub struct Step<'a> {
    /// What it says.
    pub message: Message,
    /// The connection of the addressee: the receiver of what the notifier sends, the sender of what
    /// the addressee does.
    pub addressee: &'a str,
    /// When it was accepted, in milliseconds since 1970.
    pub at_ms: i64,
}

/// Why a message does not follow what was accepted before.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each is a rule of the documentation")]
pub enum Break {
    /// There is no notification of that notifier and number, or it is none of the sender's.
    Unknown,
    /// There is one already: it can be updated, not sent again.
    Repeated,
    /// It went to another addressee before.
    OtherAddressee,
    /// It was withdrawn.
    Withdrawn,
    /// It was closed.
    Closed,
    /// It was never confirmed: withdraw it, or issue it first.
    NotIssued,
}

/// What a notification is after one more message.
///
/// # Errors
///
/// Why the message does not follow.
pub fn advance(state: Option<&State>, step: &Step<'_>) -> Result<State, Break> {
    let Some(state) = state else {
        return match step.message {
            Message::Preliminary => Ok(first(Phase::Preliminary, step)),
            Message::Issued => Ok(first(Phase::Issued, step)),
            _ => Err(Break::Unknown),
        };
    };
    if state.addressee != step.addressee {
        // To others than its parties it is as if it were not there.
        return Err(match step.message.capacity() {
            Capacity::Addressee => Break::Unknown,
            Capacity::Notifier => Break::OtherAddressee,
        });
    }
    match state.phase {
        Phase::Withdrawn => return Err(Break::Withdrawn),
        Phase::Closed => return Err(Break::Closed),
        Phase::Preliminary | Phase::Issued => {}
    }
    let mut next = state.clone();
    match (step.message, state.phase) {
        (Message::Preliminary, _) | (Message::Issued, Phase::Issued) => {
            return Err(Break::Repeated);
        }
        (Message::Issued, _) => next.phase = Phase::Issued,
        (Message::Updated, _) => {}
        (Message::Withdrawn, _) => next.phase = Phase::Withdrawn,
        (Message::Closed, Phase::Preliminary) => return Err(Break::NotIssued),
        (Message::Closed, _) => next.phase = Phase::Closed,
        (Message::Acknowledged, _) => {
            next.acknowledged_ms = next.acknowledged_ms.or(Some(step.at_ms));
        }
        (Message::InvestigationResult, _) => {
            next.acknowledged_ms = next.acknowledged_ms.or(Some(step.at_ms));
            next.investigated_ms = Some(step.at_ms);
        }
    }
    next.last_ms = step.at_ms;
    next.messages = next.messages.saturating_add(1);
    Ok(next)
}

fn first(phase: Phase, step: &Step<'_>) -> State {
    State {
        phase,
        addressee: step.addressee.to_owned(),
        acknowledged_ms: None,
        investigated_ms: None,
        first_ms: step.at_ms,
        last_ms: step.at_ms,
        messages: 1,
    }
}

impl State {
    /// Whether the addressee has yet to say that it took note.
    #[must_use]
    pub const fn awaits_acknowledgement(&self) -> bool {
        self.acknowledged_ms.is_none() && !self.phase.is_over()
    }
}

#[cfg(test)]
mod tests;
