//! Promises of a hub, and how they were broken.

use std::fmt;

/// Something that a hub must not do.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// Which promise was broken.
    pub kind: Broken,
    /// What happened, with numbers.
    pub text: String,
}

/// A promise of the hub.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Broken {
    /// What was accepted is there, with its content.
    Lost,
    /// What was acknowledged stays so.
    Undone,
    /// One delivery is one envelope; a number is given once.
    Duplicated,
    /// For one sender, recipient and certificate number, the order is kept.
    Disordered,
    /// The rest: starts again, answers sensibly, keeps its history.
    Misbehaved,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.text)
    }
}
