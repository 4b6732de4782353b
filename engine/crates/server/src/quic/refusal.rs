//! Why a request is not answered as it hoped, in the protocol's words.

use phytohub_domain::ErrorKind;
use phytohub_exchange::{CallError, FairUseExceeded};
use phytohub_telemetry::Outcome;
use phytohub_wire::quic::{FieldError, RefusalCode, Refused};
use phytohub_wire::soap::ReadError;
use thiserror::Error;

use crate::budget::{NoRoom, RETRY_AFTER_SECONDS};

/// Why a request is refused. The text goes to the caller.
#[derive(Debug, Error)]
pub(super) enum Refusal {
    /// The operation's own refusal.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The content is no character data.
    #[error(transparent)]
    Content(#[from] ReadError),
    /// The hub stops.
    #[error("the hub stops: ask again on another connection")]
    Draining,
    /// The connection asked for more than its share.
    #[error(transparent)]
    FairUse(#[from] FairUseExceeded),
    /// The fields are no such message.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A bug of ours.
    #[error("the hub failed to work on this request: this is a bug of the hub, try again later")]
    Internal,
    /// A request where it has no place.
    #[error("{0}")]
    Misplaced(&'static str),
    /// A budget is used up.
    #[error(transparent)]
    Room(#[from] NoRoom),
    /// Over the limit of a content.
    #[error("the content is over the limit of {limit} bytes")]
    TooLarge {
        /// `limits.content_bytes`.
        limit: usize,
    },
    /// A kind that this version does not know.
    #[error("this kind of frame is not known to this hub")]
    Unsupported,
}

impl Refusal {
    pub(super) fn code(&self) -> RefusalCode {
        match self {
            Self::Call(CallError::NoCertificateIndex) => RefusalCode::Unsupported,
            Self::Call(error) => code_of(error),
            Self::Content(_) | Self::Field(_) | Self::Misplaced(_) => RefusalCode::Invalid,
            Self::Draining => RefusalCode::Draining,
            Self::FairUse(_) | Self::Room(_) => RefusalCode::Exhausted,
            Self::Internal => RefusalCode::Internal,
            Self::TooLarge { .. } => RefusalCode::TooLarge,
            Self::Unsupported => RefusalCode::Unsupported,
        }
    }

    /// How the request counts.
    pub(super) fn outcome(&self) -> Outcome {
        match self.code() {
            RefusalCode::Exhausted | RefusalCode::Unavailable | RefusalCode::Draining => {
                Outcome::Shed
            }
            RefusalCode::Internal => Outcome::Failed,
            _ => Outcome::Refused,
        }
    }

    pub(super) fn message(&self) -> Refused {
        let code = self.code();
        let seconds = match self {
            Self::Call(CallError::FairUse(over)) | Self::FairUse(over) => {
                over.retry_after_seconds()
            }
            _ if code == RefusalCode::Exhausted => RETRY_AFTER_SECONDS.into(),
            _ => 0,
        };
        let retry_after_ms = u32::try_from(seconds.saturating_mul(1000)).unwrap_or(u32::MAX);
        Refused { code, message: self.to_string(), retry_after_ms }
    }
}

/// What a caller should do about an operation's error.
pub(super) fn code_of(error: &CallError) -> RefusalCode {
    match error.kind() {
        ErrorKind::Conflict => RefusalCode::Conflict,
        ErrorKind::Denied => RefusalCode::Denied,
        ErrorKind::Exhausted => RefusalCode::Exhausted,
        ErrorKind::Invalid => RefusalCode::Invalid,
        ErrorKind::NotFound => RefusalCode::NotFound,
        ErrorKind::Unavailable => RefusalCode::Unavailable,
        _ => RefusalCode::Internal,
    }
}
