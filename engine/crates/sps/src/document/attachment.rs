//! Base64 in a document, looked at without decoding it.

use super::Element;

impl Element<'_> {
    /// Bytes of a Base64 text after decoding.
    pub(crate) fn attachment_bytes(self) -> usize {
        let text = self.text();
        let blank = count(text.as_bytes(), |byte| u8::from(byte <= b' '));
        let end = text.as_bytes().iter().rev().filter(|byte| **byte > b' ').take(2);
        let padding = end.filter(|byte| **byte == b'=').count();
        (text.len() - blank).saturating_mul(3) / 4 - padding.min((text.len() - blank) * 3 / 4)
    }

    /// Whether the text may be more than `max` bytes, its white space not looked at.
    pub(crate) fn is_longer(self, max: usize) -> bool {
        self.node.text.of(self.text).len() / 4 * 3 > max
    }

    /// Whether the text begins and ends as Base64 does, padded or not; white space is ignored. What
    /// is no Base64 shows so at once: the middle is left to whoever opens the file.
    pub(crate) fn is_base64(self) -> bool {
        let text = self.text();
        let inside = text.trim_end_matches(|c: char| c == '=' || c.is_ascii_whitespace());
        let padding = text.bytes().skip(inside.len()).filter(|byte| *byte == b'=').count();
        let bytes = inside.as_bytes();
        let head = bytes.get(..bytes.len().min(LOOK_BYTES)).unwrap_or_default();
        let tail = bytes.get(bytes.len().saturating_sub(LOOK_BYTES)..).unwrap_or_default();
        padding <= 2 && [head, tail].iter().all(|part| count(part, foreign) == 0)
    }
}

/// Counts bytes, written so that the compiler makes it vector code.
fn count(bytes: &[u8], of: impl Fn(u8) -> u8) -> usize {
    let block = |block: &[u8]| block.iter().fold(0, |sum: u8, byte| sum.wrapping_add(of(*byte)));
    bytes.chunks(BLOCK_BYTES).map(|bytes| usize::from(block(bytes))).sum()
}

/// So few that a sum fits a byte, which lets a vector hold many sums; whole vectors of any width.
const BLOCK_BYTES: usize = 192;

/// 1 for a byte that is neither of the alphabet nor white space.
fn foreign(byte: u8) -> u8 {
    let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    // The slash stands right before the digits.
    let digit = byte.wrapping_sub(b'/') < 11;
    let sign = byte == b'+';
    // Other control characters were refused while reading.
    let blank = byte <= b' ';
    u8::from(!(letter | digit | sign | blank))
}

/// Bytes at either end of a file that are looked at.
const LOOK_BYTES: usize = 1024;
