//! Certificates on paper: a [`Sheet`] of plain values becomes a PDF in the models of ISPM 12.
//!
//! What a certificate says is data from beginning to end: it reaches the typesetter (Typst) as the
//! strings of one JSON file beside a program of our own, is shown, and is never read as markup. The
//! typesetter has no file, network or package but those two files, no clock, and no fonts but the
//! subsets compiled in. The same sheet gives the same bytes.
//!
//! It must never hold a caller up for ever, and a running typesetter cannot be interrupted. What
//! bounds it is therefore the [`limit`]s of what it is given, which are checked before; a [`Press`]
//! prints on threads of its own, takes no more than fits in its queue, and lets nobody wait longer
//! than its deadline.
//!
//! Start from [`Sheet`] and [`Press::print`].
#![forbid(unsafe_code)]

mod data;
mod font;
mod limit_check;
mod press;
mod qr;
mod sheet;
mod text;
mod world;

pub mod limit;

pub use press::{Press, PrintError};
pub use qr::Symbol;
pub use sheet::{Body, Cell, Column, Date, Field, Labels, Part, Public, Sheet};
pub use text::cleaned;

#[cfg(test)]
mod tests;
