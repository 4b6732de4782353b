//! What a caller should do about an error: the one question every public error answers.

use std::error::Error;

/// The coarse, prescriptive kind of an error. A kind exists only where a caller acts differently.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Stored data cannot be trusted: the operator must look.
    Corrupt,
    /// The request contradicts the present state: read it again, then decide.
    Conflict,
    /// The caller is not known or not allowed.
    Denied,
    /// A budget is used up: back off and try again.
    Exhausted,
    /// A bug of ours.
    Internal,
    /// The request itself must change before it can succeed.
    Invalid,
    /// No such thing, as far as this caller may know.
    NotFound,
    /// Trouble of ours that may pass: send the same again.
    Unavailable,
}

impl ErrorKind {
    /// The bounded word used in metrics and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Corrupt => "corrupt",
            Self::Conflict => "conflict",
            Self::Denied => "denied",
            Self::Exhausted => "exhausted",
            Self::Internal => "internal",
            Self::Invalid => "invalid",
            Self::NotFound => "not_found",
            Self::Unavailable => "unavailable",
        }
    }
}

/// An error with its causes in one text.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        // A transparent error says what its cause says.
        if !text.ends_with(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}
