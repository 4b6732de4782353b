//! What an importing country may decide, in the words of its response.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// What a country decided about a consignment.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Decision {
    /// It may come in.
    Accepted,
    /// It may not.
    Rejected,
    /// It waits.
    Held,
    /// Part of it may come in.
    Partly,
}

impl Decision {
    /// All decisions.
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Rejected, Self::Held, Self::Partly];

    /// The word for people and for the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Held => "held",
            Self::Partly => "partly",
        }
    }
}

impl FromStr for Decision {
    type Err = ParseDecisionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|known| known.as_str() == text).ok_or(ParseDecisionError)
    }
}

/// The text is no decision.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a decision is accepted, rejected, held or partly")]
pub struct ParseDecisionError;

/// Which decision each status of a response means. A status outside it is no response.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Decisions(BTreeMap<i32, Decision>);

impl Decisions {
    /// The decision that a status means.
    #[must_use]
    pub fn get(&self, status: i32) -> Option<Decision> {
        self.0.get(&status).copied()
    }

    /// All rows, by status.
    pub fn iter(&self) -> impl Iterator<Item = (i32, Decision)> {
        self.0.iter().map(|(status, decision)| (*status, *decision))
    }
}

impl Default for Decisions {
    /// In the words of UNCL 4405: 39 approved, 41 rejected, 43 postponed, 122 partial.
    fn default() -> Self {
        use Decision::{Accepted, Held, Partly, Rejected};
        [(39, Accepted), (41, Rejected), (43, Held), (122, Partly)].into_iter().collect()
    }
}

impl FromIterator<(i32, Decision)> for Decisions {
    fn from_iter<T: IntoIterator<Item = (i32, Decision)>>(rows: T) -> Self {
        Self(rows.into_iter().collect())
    }
}

impl fmt::Display for Decisions {
    /// `39 accepted, 41 rejected`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (status, decision)) in self.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{status} {}", decision.as_str())?;
        }
        Ok(())
    }
}
