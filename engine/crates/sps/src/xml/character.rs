//! Which characters XML 1.0 (fifth edition) can carry, and which make a name.

use super::Slip;

/// `S` of XML 1.0.
pub(crate) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// `Char` of XML 1.0.
pub(crate) const fn is_char(code: u32) -> bool {
    matches!(code, 0x9 | 0xA | 0xD | 0x20..=0xD7FF | 0xE000..=0xFFFD | 0x1_0000..=0x10_FFFF)
}

/// `Name` of XML 1.0, colons allowed.
pub(crate) fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(is_name_start) && characters.all(is_name_character)
}

/// `NCName` of Namespaces in XML: a name without a colon.
pub(crate) fn is_ncname(text: &str) -> bool {
    is_name(text) && !text.as_bytes().contains(&b':')
}

/// How many bytes of a name `text` begins with.
pub(super) fn name_length(text: &str) -> usize {
    let ascii = text.bytes().take_while(|byte| NAME_BYTE.get(usize::from(*byte)) == Some(&true));
    let length = ascii.count();
    if text.as_bytes().get(length).is_some_and(|byte| !byte.is_ascii()) {
        let rest = text.char_indices().find(|(_, character)| !is_name_character(*character));
        return rest.map_or(text.len(), |(at, _)| at);
    }
    length
}

pub(crate) fn is_name_start(character: char) -> bool {
    matches!(character,
        ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}'
        | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}'
        | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

fn is_name_character(character: char) -> bool {
    is_name_start(character)
        || matches!(character,
            '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// The first character that XML cannot carry: a control character other than tab and line ends,
/// U+FFFE or U+FFFF.
pub(crate) fn first_forbidden_character(text: &str) -> Option<Slip> {
    let mut from = 0;
    for block in text.as_bytes().chunks(BLOCK_BYTES) {
        if coarse(block) && suspicious(block) {
            // Found or not, the exact look is at one block; a character may reach into the next.
            let until = text.len().min(from + block.len() + 3);
            let block = text.as_bytes().get(from..until).unwrap_or_default();
            if let Some(at) = exact(block) {
                return Some(Slip::new(from + at, "a character that XML cannot carry: remove it"));
            }
        }
        from += block.len();
    }
    None
}

/// Whether a block has control characters at all, line ends included: Base64 has few.
fn coarse(block: &[u8]) -> bool {
    let (lowest, nearest) = block.iter().fold((u8::MAX, u8::MAX), |(lowest, nearest), byte| {
        (lowest.min(*byte), nearest.min(byte ^ 0xEF))
    });
    lowest < b' ' || nearest == 0
}

/// Written so that the compiler makes it vector code: no branch, no early end.
fn suspicious(block: &[u8]) -> bool {
    let (mut lowest, mut nearest) = (u8::MAX, u8::MAX);
    for &byte in block {
        let blank = (byte == b'\t') | (byte == b'\n') | (byte == b'\r');
        lowest = lowest.min(if blank { u8::MAX } else { byte });
        // 0xEF begins U+F000 to U+FFFF.
        nearest = nearest.min(byte ^ 0xEF);
    }
    lowest < b' ' || nearest == 0
}

#[cold]
fn exact(block: &[u8]) -> Option<usize> {
    (0..block.len()).find(|&at| match block.get(at..).unwrap_or_default() {
        [0xEF, 0xBF, 0xBE | 0xBF, ..] => true,
        [byte, ..] => *byte < b' ' && !is_blank(*byte),
        [] => false,
    })
}

/// Small enough to be still in the first cache when a block is read twice.
const BLOCK_BYTES: usize = 4096;

const NAME_BYTE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128_u8 {
        let name = byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.');
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        {
            table[byte as usize] = name;
        }
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbidden_character_is_found_wherever_it_stands() {
        for bad in ["\0", "\x01", "\x0b", "\x1f", "\u{fffe}", "\u{ffff}"] {
            for at in [0, 1, 4093, 4094, 4095, 4096, 9000] {
                let text = format!("{}{bad}{}", "x".repeat(at), "\u{fffd}".repeat(2000));
                assert_eq!(first_forbidden_character(&text).map(|slip| slip.at), Some(at));
            }
        }
    }

    #[test]
    fn every_other_character_passes() {
        let all: String =
            (0..=0x10_FFFF).filter(|c| is_char(*c)).filter_map(char::from_u32).collect();
        assert_eq!(first_forbidden_character(&all), None);
    }

    #[test]
    fn names_begin_with_a_letter() {
        assert!(is_name("a:b-1.c") && is_name("åre") && is_ncname("a.b"));
        assert!(!is_name("") && !is_name("-a") && !is_name("a b") && !is_ncname("a:b"));
        assert_eq!(name_length("åb·c d"), "åb·c".len());
        assert_eq!(name_length("ab=c"), 2);
    }
}
