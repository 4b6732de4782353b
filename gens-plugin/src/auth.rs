//! Who somebody is: passwords, second factors, sessions, and limits on guessing.

mod password;
mod seal;
mod session;
mod token;
mod totp;

pub use password::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, PasswordFlaw};
pub(crate) use password::{check, hash, verify, verify_nobody};
pub(crate) use seal::Sealer;
pub use session::Session;
pub(crate) use session::{Stage, is_worth_noting, resume, start};
pub(crate) use token::{code, random_text, temporary_password};
pub use totp::{TotpEnrolment, totp_code};
pub(crate) use totp::{new_seed, step_of};

/// Limits of sessions and of guessing, in milliseconds and in tries.
pub mod limit {
    /// A session that is not used for so long ends (NIST SP 800-63B, AAL2: at most 30 minutes asks
    /// too much of people who fill in long forms over slow lines; drafts hold no secrets of state).
    pub const SESSION_IDLE_MS: i64 = 60 * MINUTE;
    /// A session ends after so long in any case (NIST SP 800-63B, AAL2: 12 hours).
    pub const SESSION_MS: i64 = 12 * 60 * MINUTE;
    /// How long a password waits for its second factor.
    pub const SECOND_FACTOR_MS: i64 = 10 * MINUTE;
    /// The time in which failed tries are counted.
    pub const TRIES_WINDOW_MS: i64 = 15 * MINUTE;
    /// Failed tries of one account in that time (NIST SP 800-63B: at most 100 in all; ours is the
    /// more patient for being over soon).
    pub const TRIES_OF_ACCOUNT_MAX: u32 = 10;
    /// Failed tries from one address in that time: a whole office may be behind one.
    pub const TRIES_OF_ADDRESS_MAX: u32 = 60;

    const MINUTE: i64 = 60_000;
}
