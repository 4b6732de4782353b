//! One pass over all bytes of a message for characters that XML 1.0 cannot carry.

use memchr::memmem;

use super::{Fault, XmlError};

/// `S` of XML 1.0.
pub(crate) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Refuses control characters other than tab and line ends, and the non-characters U+FFFE and
/// U+FFFF. `input` is UTF-8 already, so surrogates cannot occur.
pub(crate) fn check_characters(input: &[u8]) -> Result<(), Fault> {
    let mut at = 0;
    for block in input.chunks(BLOCK_BYTES) {
        let seen = look(block);
        if seen.control {
            return Err(control(block, at));
        }
        if seen.high {
            // A non-character may begin in this block and end in the next.
            let end = input.len().min(at + block.len() + 2);
            noncharacter(input.get(at..end).unwrap_or_default(), at)?;
        }
        at += block.len();
    }
    Ok(())
}

struct Seen {
    control: bool,
    /// A byte 0xEF, the first of U+F000 to U+FFFF.
    high: bool,
}

/// Written so that the compiler makes it vector code of few steps: minima, no branch, no early end.
fn look(block: &[u8]) -> Seen {
    let (mut lowest, mut nearest) = (u8::MAX, u8::MAX);
    for &byte in block {
        let blank = (byte == b'\t') | (byte == b'\n') | (byte == b'\r');
        lowest = lowest.min(if blank { u8::MAX } else { byte });
        nearest = nearest.min(byte ^ 0xEF);
    }
    Seen { control: lowest < b' ', high: nearest == 0 }
}

#[cold]
fn control(block: &[u8], at: usize) -> Fault {
    let found = block.iter().enumerate().find(|(_, byte)| **byte < b' ' && !is_blank(**byte));
    let (offset, byte) = found.unwrap_or((0, &0));
    Fault::xml(at + offset, XmlError::Character { code: u32::from(*byte) })
}

fn noncharacter(block: &[u8], at: usize) -> Result<(), Fault> {
    for offset in memmem::find_iter(block, b"\xEF\xBF") {
        let code = match block.get(offset + 2) {
            Some(0xBE) => 0xFFFE,
            Some(0xBF) => 0xFFFF,
            _ => continue,
        };
        return Err(Fault::xml(at + offset, XmlError::Character { code }));
    }
    Ok(())
}

/// Small enough to be still in the first cache when a block is read twice.
const BLOCK_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_character_is_found_wherever_it_stands() {
        for bad in ["\0", "\x01", "\x08", "\x0b", "\x0c", "\x1f", "\u{fffe}", "\u{ffff}"] {
            for at in [0, 1, 4093, 4094, 4095, 4096, 4097, 9000] {
                let text = format!("{}{bad}{}", "x".repeat(at), "y".repeat(5000));
                let code = bad.chars().next().map_or(0, u32::from);
                let expected = Fault::xml(at, XmlError::Character { code });
                assert_eq!(check_characters(text.as_bytes()), Err(expected), "{code:x} {at}");
            }
        }
    }

    #[test]
    fn every_other_character_passes() {
        let all: String = (0..=0x10_FFFF_u32)
            .filter(|code| crate::xml::is_char(*code))
            .filter_map(char::from_u32)
            .collect();
        assert_eq!(check_characters(all.as_bytes()), Ok(()));
    }
}
