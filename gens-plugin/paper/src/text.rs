//! Texts as they can be printed: what is invisible or deceives is made visible, what has no glyph is
//! replaced, and what is too long for its column gets places to break at.

use serde::Serialize;

use crate::font::{Fonts, Style};

/// One line of a value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Line {
    pub(crate) text: String,
    /// By its first letter, as Unicode's algorithm has it for text of unknown direction.
    pub(crate) right_to_left: bool,
    /// Rows that it takes in its place, at least.
    #[serde(skip)]
    pub(crate) rows: f32,
}

/// Where a text goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// In points.
    pub(crate) width: f32,
    /// Of the letters, in points.
    pub(crate) size: f32,
    pub(crate) style: Style,
}

/// The lines of a value that is cleaned, without empty ones.
pub(crate) fn lines(text: &str, place: Place) -> Vec<Line> {
    let fonts = Fonts::all();
    let set = |line: &str| {
        let width: f32 = line.chars().map(|c| width(fonts, c, place.style)).sum();
        let rows = (width * place.size / place.width).ceil();
        Line { text: broken(line, place), right_to_left: is_right_to_left(line), rows }
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(set).collect()
}

/// A cleaned text on one line.
pub(crate) fn plain(text: &str) -> String {
    text.replace('\n', " ")
}

/// The text as it is shown, on paper and on screen: [`char::REPLACEMENT_CHARACTER`] stands for characters that are invisible, turn the direction of what follows, are piled up beyond
/// reason, or cannot be printed. Line ends of all kinds are `\n`.
#[must_use]
pub fn cleaned(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (place, line) in text.split(LINE_ENDS).enumerate() {
        if place > 0 {
            out.push('\n');
        }
        clean_line(line, &mut out);
    }
    out
}

fn clean_line(line: &str, out: &mut String) {
    let fonts = Fonts::all();
    let has_right_to_left = line.chars().any(is_right_to_left_letter);
    let (mut isolates, mut marks) = (0_usize, 0);
    for c in line.chars() {
        marks = if is_mark(c) { marks + 1 } else { 0 };
        match c {
            '\t' => out.push(' '),
            // Chooses between pictures of the character before it.
            '\u{fe00}'..='\u{fe0f}' => {}
            '\u{2066}' | '\u{2068}' => {
                isolates += 1;
                out.push(c);
            }
            '\u{2069}' if isolates > 0 => {
                isolates -= 1;
                out.push(c);
            }
            '\u{2069}' => out.push(char::REPLACEMENT_CHARACTER),
            '\u{200c}'..='\u{200e}' => out.push(c),
            // In a text without such letters it only turns numbers around.
            '\u{200f}' | '\u{61c}' if has_right_to_left => out.push(c),
            _ if is_unseen(c) || marks > MARKS_MAX || !fonts.has(c) => {
                out.push(char::REPLACEMENT_CHARACTER);
            }
            _ => out.push(c),
        }
    }
    out.extend(std::iter::repeat_n('\u{2069}', isolates));
}

/// The line with places to break at in words that are wider than its place.
fn broken(line: &str, place: Place) -> String {
    let fonts = Fonts::all();
    let room = place.width / place.size * ROOM;
    let width = |c| width(fonts, c, place.style);
    let mut out = String::with_capacity(line.len());
    for word in line.split_inclusive(' ') {
        if word.trim_end().chars().map(width).sum::<f32>() <= room {
            out.push_str(word);
            continue;
        }
        let mut used = 0.0;
        for c in word.chars() {
            let wide = width(c);
            if used + wide > room && !is_mark(c) && used > 0.0 {
                out.push(BREAK);
                used = 0.0;
            }
            used += wide;
            out.push(c);
        }
    }
    out
}

/// How wide a character is, in parts of the letters' size.
fn width(fonts: &Fonts, c: char, style: Style) -> f32 {
    if is_mark(c) { 0.0 } else { fonts.width(c, style) }
}

/// Whether its first letter outside isolates is of a script from right to left.
fn is_right_to_left(line: &str) -> bool {
    let mut isolates = 0_usize;
    for c in line.chars() {
        match c {
            '\u{2066}' | '\u{2068}' => isolates += 1,
            '\u{2069}' => isolates = isolates.saturating_sub(1),
            _ if isolates == 0 && c.is_alphabetic() => return is_right_to_left_letter(c),
            _ => {}
        }
    }
    false
}

const fn is_right_to_left_letter(c: char) -> bool {
    // Hebrew to Arabic Extended-A without the signs and digits of Arabic, and presentation forms.
    matches!(c, '\u{5be}'..='\u{5f4}' | '\u{620}'..='\u{64a}' | '\u{66e}'..='\u{6d5}')
        || matches!(c, '\u{6fa}'..='\u{8d2}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}')
        || matches!(c, '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}')
        || matches!(c, '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}'..='\u{6ed}')
        || matches!(c, '\u{8d3}'..='\u{8ff}' | '\u{20d0}'..='\u{20f0}' | '\u{302a}'..='\u{302d}')
        || matches!(c, '\u{3099}'..='\u{309a}' | '\u{fe20}'..='\u{fe2f}' | '\u{200d}')
}

/// Control characters, and those that are there and not seen.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}')
        || matches!(c, '\u{180b}'..='\u{180e}' | '\u{200b}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{2065}' | '\u{2067}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{e0000}'..='\u{e0fff}' | '\u{fff9}'..='\u{fffb}')
}

const LINE_ENDS: [char; 7] = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
/// A space without width.
const BREAK: char = '\u{200b}';
/// Marks on one letter; Vietnamese and vocalized Arabic have three at most.
const MARKS_MAX: usize = 4;
/// The part of a place that letters are counted for: pairs of them may stand wider than each alone.
const ROOM: f32 = 0.95;
