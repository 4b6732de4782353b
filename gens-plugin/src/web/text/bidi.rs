//! Values in texts of either direction (Unicode Standard Annex 9).

use std::borrow::Cow;

/// First strong isolate: what follows has the direction of its first letter.
const ISOLATE: char = '\u{2068}';
/// Pop directional isolate: the end of that.
const POP: char = '\u{2069}';

/// A value as it is put into a text: set off by marks where its direction may differ from that of the
/// text, and without marks of its own, by which it could turn round what follows it.
pub(super) fn set_off(value: &str, is_right_to_left: bool) -> String {
    let value = plain(value);
    if is_right_to_left || value.chars().any(is_of_right_to_left) {
        format!("{ISOLATE}{value}{POP}")
    } else {
        value.into_owned()
    }
}

/// A text without embeddings, overrides and isolates.
fn plain(text: &str) -> Cow<'_, str> {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if text.contains(turns) { Cow::Owned(text.replace(turns, "")) } else { Cow::Borrowed(text) }
}

/// Hebrew, Arabic, Syriac, Thaana, N'Ko and what lies beside them, and their presentation forms.
const fn is_of_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_set_off_where_their_direction_may_differ() {
        assert_eq!(set_off("Kenya", false), "Kenya");
        assert_eq!(set_off("Kenya", true), "\u{2068}Kenya\u{2069}");
        assert_eq!(set_off("كينيا", false), "\u{2068}كينيا\u{2069}");
    }

    #[test]
    fn value_cannot_end_what_sets_it_off() {
        let check = |value: &str| {
            assert_eq!(set_off(value, true), "\u{2068}ab\u{2069}", "{value:?}");
        };
        check("a\u{2069}b");
        check("a\u{202e}b");
        check("\u{2066}\u{202a}ab\u{202c}");
    }
}
