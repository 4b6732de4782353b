//! QR codes.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// A QR code as its modules, with the quiet zone of four modules that readers need around it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Symbol {
    side: usize,
    dark: Vec<bool>,
}

impl Symbol {
    /// The code that says this; none if it is too long for one.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        // What a fold or the edge of a stamp covers is made good: up to 15 % of it.
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let (inner, side) = (code.width(), code.width() + 2 * QUIET);
        let colors = code.to_colors();
        let is_dark = |row: usize, column: usize| {
            let at = row.checked_sub(QUIET).zip(column.checked_sub(QUIET));
            let at = at.filter(|(row, column)| *row < inner && *column < inner);
            at.and_then(|(row, column)| colors.get(row * inner + column)) == Some(&Color::Dark)
        };
        let dark = (0..side).flat_map(|row| (0..side).map(move |column| (row, column)));
        Some(Self { side, dark: dark.map(|(row, column)| is_dark(row, column)).collect() })
    }

    /// Modules of a side.
    #[must_use]
    pub const fn side(&self) -> usize {
        self.side
    }

    /// The address of a picture of it that holds all of itself (`data:image/svg+xml`).
    #[must_use]
    pub fn image(&self) -> String {
        let (side, path) = (self.side, self.path());
        format!(
            "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {side} \
             {side}' shape-rendering='crispEdges'%3E%3Cpath d='{path}'/%3E%3C/svg%3E"
        )
    }

    /// What is dark, as the path of an SVG in which a module is 1 wide.
    fn path(&self) -> String {
        let mut path = String::new();
        for (row, modules) in self.dark.chunks(self.side.max(1)).enumerate() {
            let mut column = 0;
            for run in modules.chunk_by(PartialEq::eq) {
                if run.first() == Some(&true) {
                    let length = run.len();
                    // Writing into a text does not fail.
                    let _ = write!(path, "M{column} {row}h{length}v1h-{length}z");
                }
                column += run.len();
            }
        }
        path
    }

    /// One byte a module: black or white.
    pub(crate) fn luma(&self) -> Vec<u8> {
        self.dark.iter().map(|dark| if *dark { 0 } else { 255 }).collect()
    }
}

const QUIET: usize = 4;
