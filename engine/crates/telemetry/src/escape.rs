//! Peer text made harmless for a terminal and for a log's reader.

use std::fmt::{self, Write as _};

/// Displays text with control and bidirectional characters escaped, cut at a bounded length.
///
/// Control characters could rewrite what a terminal shows; bidirectional ones could make one name
/// look like another.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (shown, character) in self.0.chars().enumerate() {
            if shown == SHOWN_CHARACTERS_MAX {
                return f.write_str("…");
            }
            if character.is_control() || is_bidirectional(character) {
                write!(f, "{}", character.escape_unicode())?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

fn is_bidirectional(character: char) -> bool {
    matches!(character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
        | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A log line is for reading: what is longer is in the audit row.
const SHOWN_CHARACTERS_MAX: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_bidi_characters_are_escaped() {
        let shown = |text: &str| Escaped(text).to_string();
        assert_eq!(shown("NO\u{1b}[2J\r\n"), "NO\\u{1b}[2J\\u{d}\\u{a}");
        assert_eq!(shown("a\u{202e}b\u{2066}"), "a\\u{202e}b\\u{2066}");
        assert_eq!(shown("Blåbær, 蘋果"), "Blåbær, 蘋果");
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(Escaped(&"x".repeat(600)).to_string().chars().count(), 513);
    }
}
