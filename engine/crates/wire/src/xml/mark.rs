//! Finding `<` and `&`, where one may be very near or very far.

use memchr::memchr2;

/// The place of the next `<` or `&` at or after `at`.
///
/// Escaped markup has a reference every ten bytes or so, at which starting a vector search costs
/// more than the search: the next bytes are looked at in words first.
#[inline]
pub(super) fn next(input: &[u8], at: usize) -> Option<usize> {
    let rest = input.get(at..)?;
    let Some((near, far)) = rest.split_first_chunk::<NEAR>() else {
        return rest.iter().position(|byte| matches!(byte, b'<' | b'&')).map(|offset| at + offset);
    };
    let (words, _) = near.as_chunks::<WORD>();
    for (index, word) in words.iter().enumerate() {
        let marks = marks(*word);
        if marks != 0 {
            return Some(at + index * WORD + first(marks));
        }
    }
    memchr2(b'<', b'&', far).map(|offset| at + NEAR + offset)
}

/// The high bit of each byte that is a mark; bytes above the first mark may be set wrongly.
#[inline]
const fn marks(word: [u8; WORD]) -> u64 {
    let word = u64::from_le_bytes(word);
    zeros(word ^ every(b'<')) | zeros(word ^ every(b'&'))
}

/// The high bit of the lowest byte that is zero, and perhaps of some above it.
#[inline]
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(every(0x01)) & !word & every(0x80)
}

const fn every(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; WORD])
}

#[inline]
const fn first(marks: u64) -> usize {
    (marks.trailing_zeros() / 8) as usize
}

const WORD: usize = 8;
const NEAR: usize = 4 * WORD;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_mark_is_found(
            text in proptest::collection::vec(prop_oneof![Just(b'x'), any::<u8>(), Just(b'=')], 0..64),
            mark in prop_oneof![Just(b'<'), Just(b'&')],
            place in 0_usize..64,
            at in 0_usize..70,
        ) {
            let mut text = text;
            if let Some(byte) = text.get_mut(place) {
                *byte = mark;
            }
            let rest = text.get(at..).unwrap_or_default();
            let slow = rest.iter().position(|b| *b == b'<' || *b == b'&').map(|offset| at + offset);
            prop_assert_eq!(super::next(&text, at), slow);
        }
    }
}
