//! Time-based codes as a second factor (RFC 6238: SHA-1, 30 seconds, six digits, which is what
//! every application for telephones knows).

use aws_lc_rs::hmac;

use crate::environment::{NoChance, Random};

/// What a user needs to set up a second factor.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TotpEnrolment {
    /// The seed in base 32, to be typed.
    pub seed: String,
    /// The same as an address that telephones read (`otpauth://`).
    pub address: String,
}

impl TotpEnrolment {
    pub(crate) fn new(seed: &[u8], user: &str, tenant: &str) -> Self {
        let text = base32(seed);
        let (user, tenant) = (plain(user), plain(tenant));
        let address =
            format!("otpauth://totp/GeNS%20{tenant}:{user}?secret={text}&issuer=GeNS%20{tenant}");
        Self { seed: text, address }
    }
}

/// Bytes of a new seed: as many as the hash has (RFC 4226, 4).
pub(crate) fn new_seed(random: &dyn Random) -> Result<[u8; 20], NoChance> {
    let mut seed = [0; 20];
    random.fill(&mut seed)?;
    Ok(seed)
}

/// The time step whose code this is, among the present one and its neighbours, if it is one of them:
/// clocks of telephones go wrong by half a minute.
pub(crate) fn step_of(seed: &[u8], code: &str, now_ms: i64) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let now = now_ms.div_euclid(STEP_MS);
    // The newest first: whoever has two valid codes is better off with the later one used up.
    [now + 1, now, now - 1].into_iter().find(|step| {
        let right = digits(seed, *step);
        aws_lc_rs::constant_time::verify_slices_are_equal(right.as_bytes(), code.as_bytes()).is_ok()
    })
}

/// The code of a seed in base 32 at a time: what a telephone shows.
#[must_use]
pub fn totp_code(seed: &str, now_ms: i64) -> Option<String> {
    Some(digits(&from_base32(seed)?, now_ms.div_euclid(STEP_MS)))
}

fn digits(seed: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let hash = tag.as_ref();
    let offset = usize::from(hash.last().copied().unwrap_or_default() & 0x0f);
    let part = hash.get(offset..offset + 4).unwrap_or_default();
    let number = part.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

fn base32(bytes: &[u8]) -> String {
    let mut out = String::new();
    let (mut bits, mut held) = (0_u32, 0);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            let place = (bits >> held & 31) as usize;
            out.extend(ALPHABET.get(place).copied().map(char::from));
        }
    }
    if held > 0 {
        let place = (bits << (5 - held) & 31) as usize;
        out.extend(ALPHABET.get(place).copied().map(char::from));
    }
    out
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for letter in text.bytes() {
        let place = ALPHABET.iter().position(|known| *known == letter)?;
        bits = bits << 5 | u32::try_from(place).ok()?;
        held += 5;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    Some(out)
}

fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Milliseconds of a time step.
const STEP_MS: i64 = 30_000;
/// Base 32 of RFC 4648.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of RFC 6238, appendix B, for SHA-1; six of their eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let seed = b"12345678901234567890";
        let check = |seconds: i64, code: &str| {
            assert_eq!(digits(seed, seconds.div_euclid(30)), code);
            assert_eq!(totp_code(&base32(seed), seconds * 1000).as_deref(), Some(code));
        };
        check(59, "287082");
        check(1_111_111_109, "081804");
        check(1_111_111_111, "050471");
        check(1_234_567_890, "005924");
        check(2_000_000_000, "279037");
        check(20_000_000_000, "353130");
    }

    #[test]
    fn code_is_taken_one_step_early_or_late_and_no_more() {
        let seed = b"12345678901234567890";
        let at = 1_234_567_890_000;
        let code = digits(seed, at / STEP_MS);
        for (skew, taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            assert_eq!(step_of(seed, &code, at + skew * STEP_MS).is_some(), taken, "{skew}");
        }
        assert!(step_of(seed, &format!(" {} {}", &code[..3], &code[3..]), at).is_some());
        assert!(step_of(seed, "", at).is_none());
    }
}
