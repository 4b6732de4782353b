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

    /// Whether the text is Base64, padded or not; white space is ignored.
    pub(crate) fn is_base64(self) -> bool {
        let text = self.text();
        let inside = text.trim_end_matches(|c: char| c == '=' || c.is_ascii_whitespace());
        let padding = text.bytes().skip(inside.len()).filter(|byte| *byte == b'=').count();
        padding <= 2 && count(inside.as_bytes(), foreign) == 0
    }
}

/// Adds up over all bytes, written so that the compiler makes it vector code.
fn count(bytes: &[u8], of: impl Fn(u8) -> u8) -> usize {
    // A sum of 255 bytes fits a byte, which is what lets a vector hold many sums.
    let block = |block: &[u8]| block.iter().fold(0, |sum: u8, byte| sum.wrapping_add(of(*byte)));
    bytes.chunks(255).map(|bytes| usize::from(block(bytes))).sum()
}

/// 1 for a byte that is neither of the alphabet nor white space.
fn foreign(byte: u8) -> u8 {
    let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    let digit = byte.wrapping_sub(b'0') < 10;
    let sign = (byte == b'+') | (byte == b'/');
    let blank = (byte == b' ') | (byte == b'\t') | (byte == b'\n') | (byte == b'\r');
    u8::from(!(letter | digit | sign | blank))
}
