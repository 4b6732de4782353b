//! The hub's number of an envelope.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::Timestamp;

/// `hubDeliveryNumber`, which operations call `hubTrackingNumber`: 128 bits.
///
/// From the most significant bit: 48 bits milliseconds since 1970, 32 bits incarnation of the
/// store, 16 bits counter, 32 random bits. Written as 26 characters of Crockford's base32, so it
/// is safe as a file name, a URL segment and a message subject, and cannot be guessed. Byte order
/// is order of assignment within one incarnation.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct HubDeliveryNumber(u128);

impl HubDeliveryNumber {
    /// Characters of a written number.
    pub const TEXT_BYTES: usize = 26;

    /// Puts a number together. Milliseconds past 48 bits (the year 10889) are cut.
    #[must_use]
    pub fn new(time: Timestamp, incarnation: u32, counter: u16, random: u32) -> Self {
        let millis = u128::from(time.as_millis() & MILLIS_MASK);
        Self(
            (millis << 80)
                | (u128::from(incarnation) << 48)
                | (u128::from(counter) << 32)
                | u128::from(random),
        )
    }

    /// The number for its stored bytes, most significant first.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    /// The bytes that are stored, most significant first.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// When the number was assigned.
    #[must_use]
    pub const fn time(self) -> Timestamp {
        Timestamp::from_millis((self.0 >> 80) as u64)
    }
}

impl fmt::Display for HubDeliveryNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0_u8; Self::TEXT_BYTES];
        let mut rest = self.0;
        for place in text.iter_mut().rev() {
            *place = ALPHABET[(rest & 31) as usize];
            rest >>= 5;
        }
        f.pad(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for HubDeliveryNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for HubDeliveryNumber {
    type Err = ParseNumberError;

    /// Lower case is read as upper case, `I` and `L` as 1, `O` as 0 (Crockford); surrounding
    /// blanks are dropped, since real clients indent their elements.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim_ascii();
        if text.len() != Self::TEXT_BYTES {
            return Err(ParseNumberError);
        }
        let mut value: u128 = 0;
        for (place, byte) in text.bytes().enumerate() {
            let digit = digit(byte).ok_or(ParseNumberError)?;
            // 26 characters hold 130 bits: the first may use only three of its five.
            if place == 0 && digit > 7 {
                return Err(ParseNumberError);
            }
            value = (value << 5) | u128::from(digit);
        }
        Ok(Self(value))
    }
}

/// The text is no number that this hub could have assigned.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a hub delivery number has 26 characters of Crockford's base32")]
pub struct ParseNumberError;

fn digit(byte: u8) -> Option<u8> {
    let upper = match byte.to_ascii_uppercase() {
        b'I' | b'L' => b'1',
        b'O' => b'0',
        other => other,
    };
    let place = ALPHABET.iter().position(|known| *known == upper)?;
    u8::try_from(place).ok()
}

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MILLIS_MASK: u64 = (1 << 48) - 1;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_mistype_is_understood() {
        let number = HubDeliveryNumber::new(Timestamp::from_millis(1), 1, 0, 1);
        let text = number.to_string();
        assert_eq!(format!(" {}\n", text.to_lowercase().replace('1', "l")).parse(), Ok(number));
    }

    #[test]
    fn foreign_texts_are_no_numbers() {
        for text in [
            "",
            "1",
            "../../etc/passwd",
            "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "U0000000000000000000000000",
        ] {
            assert_eq!(text.parse::<HubDeliveryNumber>(), Err(ParseNumberError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_number_written_is_read_back(bits: u128) {
            let number = HubDeliveryNumber::from_bytes(bits.to_be_bytes());
            prop_assert_eq!(number.to_string().parse(), Ok(number));
            prop_assert_eq!(number.to_bytes(), bits.to_be_bytes());
        }

        #[test]
        fn text_keeps_the_order_of_assignment(a: u128, b: u128) {
            let (a, b) = (HubDeliveryNumber(a), HubDeliveryNumber(b));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn the_time_of_a_number_is_kept(millis in 0_u64..1 << 48, rest: u32, counter: u16) {
            let time = Timestamp::from_millis(millis);
            prop_assert_eq!(HubDeliveryNumber::new(time, rest, counter, rest).time(), time);
        }
    }
}
