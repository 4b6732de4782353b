//! The part of a line around a byte, as a terminal shows it, and where under it a caret belongs.

use unicode_width::UnicodeWidthChar as _;

/// A line's part that fits, with a caret under what is meant.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Excerpt {
    /// The text, without anything that moves a cursor.
    pub(super) text: String,
    /// Columns before the caret.
    pub(super) indent: usize,
    /// Columns under which the caret stands.
    pub(super) width: usize,
}

impl Excerpt {
    /// What surrounds the byte `at`, on its line alone.
    pub(super) fn around(text: &str, at: usize) -> Self {
        let at = text.floor_char_boundary(at.min(text.len()));
        let (head, tail) = text.split_at_checked(at).unwrap_or((text, ""));
        // A line may be the whole document: only what could be shown is looked at.
        let head = head.get(head.ceil_char_boundary(head.len().saturating_sub(LOOKED_AT))..);
        let head = head.unwrap_or_default().rsplit('\n').next().unwrap_or_default();
        let tail = tail.get(..tail.floor_char_boundary(LOOKED_AT)).unwrap_or_default();
        let tail = tail.split('\n').next().unwrap_or_default().trim_end_matches('\r');
        let whole_head = text.as_bytes().get(at.wrapping_sub(head.len() + 1)) == Some(&b'\n')
            || head.len() == at;

        let before = shown_end(head, BEFORE_MAX);
        let cut_before = !whole_head || before.len() < head.len();
        let mut out = if cut_before { "…".to_owned() } else { String::new() };
        let mut indent = usize::from(cut_before);
        for character in before.chars() {
            indent += push(&mut out, character);
        }
        let (mark, mut width, mut shown) = (mark(tail), 0, indent);
        for (place, character) in tail.char_indices() {
            if shown >= WIDTH_MAX {
                out.push('…');
                break;
            }
            let columns = push(&mut out, character);
            shown += columns;
            if place < mark {
                width += columns;
            }
        }
        out.truncate(out.trim_end().len());
        Self { text: out, indent, width: width.max(1) }
    }
}

/// The end of a text that is shown in at most so many columns.
fn shown_end(text: &str, columns_max: usize) -> &str {
    let (mut columns, mut start) = (0, text.len());
    let mut scratch = String::new();
    for (place, character) in text.char_indices().rev() {
        columns += push(&mut scratch, character);
        if columns > columns_max {
            break;
        }
        start = place;
    }
    text.get(start..).unwrap_or_default()
}

/// Bytes of what is meant: a tag up to its first blank or its end, else one character.
fn mark(tail: &str) -> usize {
    let one = tail.chars().next().map_or(0, char::len_utf8);
    if !tail.starts_with('<') {
        return one;
    }
    let ends = |character: char| character.is_whitespace() || matches!(character, '>' | '/');
    match tail.get(1..).and_then(|rest| rest.find(ends)) {
        Some(name) if tail.as_bytes().get(name + 1) == Some(&b'>') => name + 2,
        Some(name) if name > 0 => name + 1,
        _ => one,
    }
}

/// Writes a character as a terminal can show it, and tells how many columns it takes.
fn push(out: &mut String, character: char) -> usize {
    let before = out.len();
    match character {
        '\t' => out.push_str("    "),
        // What a terminal obeys or reorders by, and what it shows as nothing.
        _ if character.is_control() || matches!(character.width(), None | Some(0)) => {
            out.extend(character.escape_unicode());
        }
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            out.extend(character.escape_unicode());
        }
        _ => {
            out.push(character);
            return character.width().unwrap_or_default();
        }
    }
    out.len() - before
}

/// Columns before the place.
const BEFORE_MAX: usize = 40;
/// Columns of the whole, so that with line numbers it fits a terminal of 100.
const WIDTH_MAX: usize = 88;
/// Bytes on either side of the place: more than could be shown, were each of four bytes.
const LOOKED_AT: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    /// `at` is where the second text begins.
    fn check(before: &str, after: &str, shown: &str, caret: &str) {
        let excerpt = Excerpt::around(&format!("{before}{after}"), before.len());
        let found = format!("{}{}", " ".repeat(excerpt.indent), "^".repeat(excerpt.width));
        assert_eq!((excerpt.text.as_str(), found.as_str()), (shown, caret));
    }

    #[test]
    fn the_caret_stands_under_the_tag() {
        check("<a>\n  ", "<Id>1</Id>\r\n</a>", "  <Id>1</Id>", "  ^^^^");
        check("<a>\n", "<Id x='1'/>", "<Id x='1'/>", "^^^");
        check("<a b='", "\u{e5}'>", "<a b='\u{e5}'>", "      ^");
        check("<a>", "", "<a>", "   ^");
        check("", "", "", "^");
        check("", "</a>", "</a>", "^");
    }

    #[test]
    fn tabs_and_wide_characters_keep_the_caret_in_place() {
        check("\t\t", "<a>", "        <a>", "        ^^^");
        check("\u{8607}\u{679c}", "<a>", "\u{8607}\u{679c}<a>", "    ^^^");
        check("bl\u{e5}b\u{e6}r", "&x;", "bl\u{e5}b\u{e6}r&x;", "      ^");
        check("", "\u{8607}", "\u{8607}", "^^");
    }

    #[test]
    fn nothing_moves_the_cursor() {
        check("\u{1b}[2J", "<a>\u{202e}\u{7}", "\\u{1b}[2J<a>\\u{202e}\\u{7}", "         ^^^");
        check("e\u{301}", "<a>", "e\\u{301}<a>", "        ^^^");
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let (before, after) = ("x".repeat(5000), format!("<a>{}", "y".repeat(5000)));
        let excerpt = Excerpt::around(&format!("{before}{after}"), before.len());
        assert_eq!((excerpt.indent, excerpt.width), (41, 3));
        assert!(excerpt.text.starts_with("…xxx") && excerpt.text.ends_with("yyy…"));
        assert_eq!(excerpt.text.chars().count(), WIDTH_MAX + 1);
        let excerpt = Excerpt::around(&"\u{1F33E}".repeat(1000), 2001);
        assert_eq!(excerpt.indent, 41);
        assert_eq!(Excerpt::around("abc", 99).indent, 3);
    }
}
