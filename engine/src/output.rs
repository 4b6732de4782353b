//! What commands write on stdout: lines, tables and JSON.

use std::io::{self, Write as _};

use phytohub_telemetry::Escaped;

/// Writes one line on stdout, at once, so that whoever waits for it sees it.
///
/// A reader that has gone (`| head`) has seen what it wanted: that is no error.
///
/// # Errors
/// When stdout cannot be written for another reason, such as a full disk.
pub fn line(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// A table for people: columns as wide as their content, cells made harmless for a terminal.
#[derive(Debug)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these column heads.
    #[must_use]
    pub fn new(heads: &[&str]) -> Self {
        Self { rows: vec![heads.iter().map(ToString::to_string).collect()] }
    }

    /// Adds a row; peers' texts may stand in it.
    pub fn row(&mut self, cells: &[&str]) {
        self.rows.push(cells.iter().map(|cell| Escaped(cell).to_string()).collect());
    }

    /// The table as text, without trailing blanks.
    #[must_use]
    pub fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let lines = self.rows.iter().map(|row| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let mut table = Table::new(&["code", "name"]);
        table.row(&["NO", "Norway\u{1b}[2J"]);
        table.row(&["EU-TRACES", ""]);
        assert_eq!(table.render(), "code       name\nNO         Norway\\u{1b}[2J\nEU-TRACES");
    }
}
