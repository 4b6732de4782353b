//! Connection codes: what stands in `From` and `To`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A hub connection code: usually an ISO 3166-1 alpha-2 code, sometimes with a suffix (`LK2`, `NLV`).
///
/// Two to sixteen characters, `A-Z`, `0-9` and `-`, beginning with a letter. Sixteen is ours: the
/// longest code seen with the real hub has three characters.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ConnectionCode(Box<str>);

impl ConnectionCode {
    /// The code as it is written in an envelope header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The country that a code stands for when nothing else is registered: its first two letters.
    #[must_use]
    pub fn country(&self) -> &str {
        self.0.get(..2).unwrap_or(&self.0)
    }
}

impl FromStr for ConnectionCode {
    type Err = ParseConnectionCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = text.as_bytes();
        let long_enough = (CODE_BYTES_MIN..=CODE_BYTES_MAX).contains(&bytes.len());
        let starts_well = bytes.first().is_some_and(u8::is_ascii_uppercase)
            && bytes.get(1).is_some_and(u8::is_ascii_uppercase);
        let all_known =
            bytes.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'-');
        if long_enough && starts_well && all_known {
            Ok(Self(text.into()))
        } else {
            Err(ParseConnectionCodeError)
        }
    }
}

impl fmt::Display for ConnectionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no connection code.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error(
    "a connection code has 2 to 16 characters: two capital letters, then capital letters, digits or '-'"
)]
pub struct ParseConnectionCodeError;

const CODE_BYTES_MIN: usize = 2;
const CODE_BYTES_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_real_connections_parse() {
        for code in ["NO", "LK2", "NLV", "EU-TRACES"] {
            assert_eq!(code.parse::<ConnectionCode>().expect("a real code").as_str(), code);
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in ["", "N", "no", "N O", "NO.", "1A", "ABCDEFGHIJKLMNOPQ", "N\u{d6}"] {
            assert_eq!(text.parse::<ConnectionCode>(), Err(ParseConnectionCodeError), "{text}");
        }
    }
}
