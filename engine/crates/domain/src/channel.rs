//! Standing orders: channel rules, as the WSDL's `ChannelRule` has them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::{ConnectionId, Timestamp};

/// A standing order of a connection: whose mail, which of it, and what becomes of it.
///
/// A rule needs the operator, who writes it, and the recorded consent of the mailbox's owner.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ChannelRule {
    /// Its number; never given to another.
    pub id: u32,
    /// Whose mail.
    pub owner: ConnectionId,
    /// Who gets it.
    pub channel: ConnectionId,
    /// Copied or given.
    pub rule_type: RuleType,
    /// Mail that the owner sends, or mail to the owner.
    pub direction: Direction,
    /// UNCL 1001 code; 0 is any.
    pub certificate_type: i32,
    /// UNCL 4405 code; 0 is any.
    pub certificate_status: i32,
    /// The other side's code or country; empty is any.
    pub country_code: String,
    /// Whether it is followed.
    pub active: bool,
    /// The owner's consent.
    pub consent: Consent,
    /// When it was written.
    pub added: Timestamp,
}

impl ChannelRule {
    /// A rule for all of the owner's mail, active.
    #[must_use]
    pub const fn new(
        id: u32,
        (owner, channel): (ConnectionId, ConnectionId),
        (rule_type, direction): (RuleType, Direction),
        consent: Consent,
        added: Timestamp,
    ) -> Self {
        Self {
            id,
            owner,
            channel,
            rule_type,
            direction,
            certificate_type: 0,
            certificate_status: 0,
            country_code: String::new(),
            active: true,
            consent,
            added,
        }
    }

    /// Whether it speaks of an envelope of this direction, type and status. The other side is
    /// looked at by whoever knows which countries it serves.
    #[must_use]
    pub const fn covers(&self, direction: Direction, kind: i32, status: i32) -> bool {
        self.active
            && self.direction as u8 == direction as u8
            && (self.certificate_type == 0 || self.certificate_type == kind)
            && (self.certificate_status == 0 || self.certificate_status == status)
    }
}

/// The recorded consent of a mailbox's owner to a rule.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "who, when, and where it can be looked up")]
pub struct Consent {
    /// The person or office that consented.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The letter, decision or file in which it stands.
    pub reference: String,
}

/// What a rule does with the mail that it covers.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u8)]
#[expect(clippy::exhaustive_enums, reason = "the WSDL's ruleType has these two values")]
pub enum RuleType {
    /// The channel gets a copy.
    Forward = 1,
    /// The channel has the mail, and acts for the owner.
    Delegate = 2,
}

impl RuleType {
    /// As the WSDL spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Forward => "FORWARD",
            Self::Delegate => "DELEGATE",
        }
    }
}

impl fmt::Display for RuleType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for RuleType {
    type Err = ParseRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let all = [Self::Forward, Self::Delegate];
        let found = all.into_iter().find(|one| one.as_str().eq_ignore_ascii_case(text));
        found.ok_or(ParseRuleError { expected: "FORWARD or DELEGATE" })
    }
}

/// Which mail of a rule's owner.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u8)]
#[expect(clippy::exhaustive_enums, reason = "the WSDL's direction has these two values")]
pub enum Direction {
    /// What it sends.
    Out = 1,
    /// What comes to it.
    Inc = 2,
}

impl Direction {
    /// As the WSDL spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Out => "OUT",
            Self::Inc => "INC",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Direction {
    type Err = ParseRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let all = [Self::Out, Self::Inc];
        let found = all.into_iter().find(|one| one.as_str().eq_ignore_ascii_case(text));
        found.ok_or(ParseRuleError { expected: "OUT or INC" })
    }
}

/// The text is none of the words that may stand there.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("must be {expected}")]
pub struct ParseRuleError {
    expected: &'static str,
}
