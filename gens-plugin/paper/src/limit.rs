//! What one sheet may have. Nothing else bounds how long it takes and how much memory; the test
//! `largest_sheets_are_printed_in_time` prints the worst sheets there may be.

use std::time::Duration;

/// Bytes of all its texts together. A certificate of 500 lines with two declarations each has some
/// 200 kB; what has more is read on a screen.
pub const TEXT_BYTES_MAX: usize = 512 * 1024;
/// Lines of all its texts together, as they are written: each is set by itself.
pub const LINES_MAX: usize = 12_000;
/// Rows of all its tables together: the 500 lines of a certificate with a treatment or two each.
pub const ROWS_MAX: usize = 1_500;
/// Parts of a sheet, and boxes beside each other in one of them.
pub const PARTS_MAX: usize = 24;
/// Pages; a stack that somebody may sign page by page has far fewer.
pub const PAGES_MAX: usize = 400;
/// Characters of its number: it stands on every page.
pub const NUMBER_CHARS_MAX: usize = 200;
/// Bytes of what its QR code says: as many as can still be read off a small print.
pub const URL_BYTES_MAX: usize = 300;

/// Sheets printed at the same time.
pub const PRINTERS: usize = 2;
/// Sheets that wait to be printed.
pub const QUEUE_MAX: usize = 8;
/// How long somebody waits for a sheet: less than the hub waits for a page (20 seconds).
pub const WAIT_MAX: Duration = Duration::from_secs(12);
