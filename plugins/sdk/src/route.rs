//! Where a document goes.

use std::fmt;

use crate::Result;

/// What becomes of a document.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum RouteDecision {
    /// It goes on as addressed.
    #[default]
    Continue,
    /// It is accepted and waits; then it is decided anew.
    Hold {
        /// Until when, in milliseconds since 1970.
        until_ms: i64,
        /// Why, for people.
        reason: String,
    },
    /// It is refused.
    Reject {
        /// Why, for the sender.
        reason: String,
    },
    /// It goes to the inbox of another connection, which acts for the one addressed.
    Redirect {
        /// That connection's code.
        code: String,
        /// Why, for people.
        reason: String,
    },
}

/// Takes the connections that are to get a copy.
pub struct Copies<'a> {
    take: &'a mut dyn FnMut(&str) -> Result<()>,
}

impl<'a> Copies<'a> {
    /// Copies that are told to a function. For tests of hooks.
    pub fn new(take: &'a mut dyn FnMut(&str) -> Result<()>) -> Self {
        Self { take }
    }

    /// One more connection gets a copy with a number of its own.
    ///
    /// # Errors
    ///
    /// [`Exhausted`](crate::ErrorKind::Exhausted): no more are allowed.
    /// [`NotFound`](crate::ErrorKind::NotFound): nobody of that code receives this kind.
    pub fn to(&mut self, code: &str) -> Result<()> {
        (self.take)(code)
    }
}

impl fmt::Debug for Copies<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Copies").finish_non_exhaustive()
    }
}
