//! Passwords, kept as Argon2id hashes.

use std::sync::OnceLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::environment::{NoChance, Random};

/// Characters that a password has at least (NIST SP 800-63B: 8; more where it stands alone).
pub const PASSWORD_CHARS_MIN: usize = 10;
/// Characters that a password has at most: hashing what is longer serves nobody.
pub const PASSWORD_CHARS_MAX: usize = 128;

/// Why a password cannot be taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordFlaw {
    /// It has too few characters.
    #[error("the password is too short")]
    TooShort,
    /// It has too many.
    #[error("the password is too long")]
    TooLong,
    /// It is one that everybody tries first, or the user's own name.
    #[error("the password is too easy to guess")]
    TooEasy,
}

/// Whether a password can be taken.
pub(crate) fn check(password: &str, user: &str) -> Result<(), PasswordFlaw> {
    let chars = password.chars().count();
    if chars < PASSWORD_CHARS_MIN {
        return Err(PasswordFlaw::TooShort);
    }
    if chars > PASSWORD_CHARS_MAX {
        return Err(PasswordFlaw::TooLong);
    }
    let lower = password.to_lowercase();
    let mut letters: Vec<char> = lower.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    let common = COMMON.iter().any(|word| lower.starts_with(word) && chars < word.len() + 6);
    if letters.len() < 4 || common || !user.is_empty() && lower.contains(&user.to_lowercase()) {
        return Err(PasswordFlaw::TooEasy);
    }
    Ok(())
}

/// The hash under which a password is kept.
pub(crate) fn hash(password: &str, random: &dyn Random) -> Result<String, NoChance> {
    let mut salt = [0; 16];
    random.fill(&mut salt)?;
    let hashed = argon2().hash_password_with_salt(password.as_bytes(), &salt);
    // Salt and parameters are fixed here, and passwords are bounded: there is nothing to fail.
    hashed.map(|hash| hash.to_string()).map_err(|_| NoChance)
}

/// Whether a password is the one that was hashed.
pub(crate) fn verify(password: &str, hash: &str) -> bool {
    if password.chars().count() > PASSWORD_CHARS_MAX {
        return false;
    }
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    argon2().verify_password(password.as_bytes(), &hash).is_ok()
}

/// Takes as long as [`verify`]: whether an account exists must not show.
pub(crate) fn verify_nobody(password: &str, random: &dyn Random) {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let nobody = NOBODY.get_or_init(|| hash("nobody's password", random).unwrap_or_default());
    let _ = verify(password, nobody);
}

fn argon2() -> Argon2<'static> {
    // OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// How passwords begin that are tried first.
const COMMON: &[&str] = &[
    "password", "passwort", "qwerty", "123456", "abcdef", "abc123", "letmein", "welcome", "admin",
    "iloveyou", "phyto", "ephyto", "gens", "changeme", "secret",
];
