//! Why something was not done.

use super::Finding;
use crate::auth::PasswordFlaw;
use crate::domain::{DecisionFlaw, Denied, DraftFlaw, StepRefused};
use crate::environment::NoChance;
use crate::store::StoreError;

/// The system could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The database could not be opened.
    #[error("the database cannot be opened")]
    Store(#[from] StoreError),
    /// A tenant needs a code of 1 to 32 bytes, a country of ISO 3166-1 and a name.
    #[error("a tenant is configured wrongly code={code}")]
    Tenant {
        /// Its code.
        code: String,
    },
}

/// Why something was not done. What can be done about it differs for each.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// There is no such thing, or it is not for this session to know.
    #[error("there is no such thing")]
    NotFound,
    /// It is there, and may not be done with it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Somebody else changed it since it was read.
    #[error("it was changed since")]
    Changed,
    /// The certificate does not stand where that could be done.
    #[error(transparent)]
    Step(#[from] StepRefused),
    /// A field cannot be kept.
    #[error(transparent)]
    Shape(#[from] DraftFlaw),
    /// A negative step needs a reason.
    #[error("a reason is needed")]
    ReasonMissing,
    /// What is entered may not be issued.
    #[error("the content has findings that must be mended count={}", .0.len())]
    Findings(Vec<Finding>),
    /// The decision cannot be taken.
    #[error(transparent)]
    Decision(#[from] DecisionFlaw),
    /// Name, password or code are wrong; which, is not told.
    #[error("the credentials are wrong")]
    Credentials,
    /// Too many tries: again after so many seconds.
    #[error("too many tries retry_after_seconds={retry_after_seconds}")]
    Limited {
        /// Seconds.
        retry_after_seconds: i64,
    },
    /// The session has ended.
    #[error("the session has ended")]
    SessionEnded,
    /// The password cannot be taken.
    #[error(transparent)]
    Password(#[from] PasswordFlaw),
    /// There is one of that name.
    #[error("the name is taken")]
    Taken,
    /// A field of a form is missing or wrong.
    #[error("a field is wrong field={0}")]
    Field(&'static str),
    /// The operator gave no secret `gens-seal`, without which there are no second factors.
    #[error("the operator gave no secret to seal second factors with")]
    NoSeal,
    /// The machine gives no random bytes.
    #[error(transparent)]
    NoChance(#[from] NoChance),
    /// The hub does not answer, or no longer has what was asked for.
    #[error("the hub does not give it")]
    HubAway,
    /// A package is being made already.
    #[error("a package is being made")]
    Busy,
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}
