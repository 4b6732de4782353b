//! Tables that are made of cells.

use super::ActionView;

/// A cell of a table.
#[derive(Clone, Debug, Default)]
pub(in crate::web) struct Cell {
    pub(in crate::web) text: String,
    pub(in crate::web) path: String,
    pub(in crate::web) tone: &'static str,
    /// The moment that the text names; empty for everything else.
    pub(in crate::web) at: String,
}

impl Cell {
    pub(in crate::web) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub(in crate::web) fn link(text: impl Into<String>, path: String) -> Self {
        Self { text: text.into(), path, ..Self::default() }
    }

    pub(in crate::web) fn state(text: impl Into<String>, tone: &'static str) -> Self {
        Self { text: text.into(), tone, ..Self::default() }
    }

    /// A moment as a machine reads it and as people do.
    pub(in crate::web) fn moment((at, text): (String, String)) -> Self {
        Self { text, at, ..Self::default() }
    }

    /// Whether it is made of words, which stay whole; what is longer is broken where there is no
    /// room: digests, numbers, addresses.
    pub(in crate::web) fn is_words(&self) -> bool {
        self.text.split_whitespace().all(|word| word.chars().count() <= WORD_CHARS_MAX)
    }
}

/// A row of a table.
#[derive(Clone, Debug, Default)]
pub(in crate::web) struct TableRow {
    pub(in crate::web) cells: Vec<Cell>,
    pub(in crate::web) actions: Vec<ActionView>,
    /// What has a page of its own.
    pub(in crate::web) links: Vec<ActionView>,
}

/// Longest of what counts as a word: a few more than a certificate's number has, and than fit a
/// column of six.
const WORD_CHARS_MAX: usize = 18;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_and_digests_do_not() {
        for whole in ["", "Delivered with warnings", "KE\u{a0}→\u{a0}EG", "KE-2026-0000009"] {
            assert!(Cell::text(whole).is_words(), "{whole}");
        }
        assert!(!Cell::text(format!("SHA-256 {}", "a".repeat(64))).is_words());
    }
}
