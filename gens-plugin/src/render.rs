//! Certificates as people know them: laid out as the models of ISPM 12, to be read and printed.
//!
//! What stands on a sheet is settled once; the page in the browser and the PDF are made of the same
//! [`Sheet`]. Values are data in both; what a received certificate says can never become markup.

use phytohub_sps::write::Certificate;

use crate::web::text::Locale;

mod page;
mod sheet;
mod word;

pub use phytohub_gens_paper::{Date, Public, Sheet};

/// What is printed across the sheet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Mark {
    /// Printed for the first time.
    None,
    /// An original in place of one that was lost or spoilt: its number, counted from 2.
    Duplicate(i64),
    /// Not issued.
    Draft,
    /// Of a country that is only trained.
    Training,
    /// Printed before.
    Copy,
    /// No longer valid.
    Withdrawn,
}

/// How a certificate is put on paper.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "every field is needed, wherever one is made")]
pub struct Print<'a> {
    /// The language of the certificate, and so of its labels.
    pub language: &'a str,
    /// What is printed across it.
    pub mark: Mark,
    /// Whether it was received electronically, and never was a paper of this country.
    pub received: bool,
    /// The day that the file is dated with, if the certificate has none.
    pub today: Date,
    /// The address of the public page, and the code that shows the goods there.
    pub public: Option<(String, String)>,
}

/// Where a page stands.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "every field is needed, wherever one is made")]
pub struct Frame<'a> {
    /// The language of what stands around it.
    pub reader: &'static Locale,
    /// Where the plugin's pages lie.
    pub prefix: &'a str,
    /// The page that the reader came from, below the prefix.
    pub back: &'a str,
    /// The same as PDF, below the prefix.
    pub pdf: &'a str,
}

/// The certificate as a sheet, whose texts are such as can be shown.
#[must_use]
pub fn sheet(certificate: &Certificate, print: &Print<'_>) -> Sheet {
    sheet::of(certificate, print).cleaned()
}

/// The sheet as a page of its own.
///
/// # Errors
///
/// The template could not be written, which is out of memory at most.
pub fn page(sheet: &Sheet, frame: &Frame<'_>) -> Result<String, askama::Error> {
    page::written(sheet, frame)
}

#[cfg(test)]
mod tests;
