//! What one sheet may have. Nothing else bounds how long it takes and how much memory; the test
//! `largest_sheets_are_printed_in_time` prints the worst sheets there may be.
//!
//! Measured in the dev profile on one of two cores that were busy otherwise (load 13): a usual sheet
//! takes 0.1 s and 35 MB at first and 0.06 s afterwards (38 kB of PDF), one of 500 lines 1.4 s and
//! 140 MB (23 pages, 1 MB), the worst of all (every row, all text in Arabic) 4.1 s and 270 MB
//! (135 pages, 2.5 MB).

use std::time::Duration;

/// Bytes of all its texts together. A certificate of 500 lines with packages, marks and a treatment
/// each has some 150 kB; what has more is read on a screen.
pub const TEXT_BYTES_MAX: usize = 192 * 1024;
/// Lines of all its texts together, as they are written: each is set by itself.
pub const LINES_MAX: usize = 12_000;
/// Rows of all its tables together: the 500 lines of a certificate with a treatment or two each.
pub const ROWS_MAX: usize = 1_200;
/// Parts of a sheet.
pub const PARTS_MAX: usize = 24;
/// Boxes or columns beside each other in one of them.
pub const BOXES_MAX: usize = 8;
/// Pages: an estimate before they are set, and the count after. Nobody signs as many.
pub const PAGES_MAX: usize = 300;
/// Characters of its number: it stands on every page.
pub const NUMBER_CHARS_MAX: usize = 200;
/// Bytes of what its QR code says: as many as can still be read off a small print.
pub const URL_BYTES_MAX: usize = 300;

/// Sheets printed at the same time.
pub const PRINTERS: usize = 2;
/// Sheets that wait to be printed. Each of them, and of those that are printed, holds a thread of the
/// hub that answers pages.
pub const QUEUE_MAX: usize = 4;
/// How long somebody waits for a sheet: twice what the worst takes, and half of what the hub waits
/// for a page (20 seconds).
pub const WAIT_MAX: Duration = Duration::from_secs(10);
