//! Certificates as people know them: laid out as the models of ISPM 12, to be read and printed.
//!
//! Values are data in a template that escapes all of them; what a received certificate says can
//! never become markup.

use askama::Template;
use phytohub_sps::write::Certificate;

use crate::web::text::Locale;

mod paper;

/// What is printed across the sheet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Mark {
    /// Printed for the first time.
    None,
    /// Not issued.
    Draft,
    /// Of a country that is only trained.
    Training,
    /// Printed before.
    Copy,
    /// No longer valid.
    Withdrawn,
}

/// How a sheet is made.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "every field is needed, wherever one is made")]
pub struct Sheet<'a> {
    /// The language of the certificate, and so of its labels.
    pub language: &'a str,
    /// The language of what stands around it.
    pub reader: &'static Locale,
    /// What is printed across it.
    pub mark: Mark,
    /// Where the plugin's pages lie.
    pub prefix: &'a str,
    /// The page that the reader came from, below the prefix.
    pub back: &'a str,
}

/// The certificate as a page of its own.
///
/// # Errors
///
/// The template could not be written, which is out of memory at most.
pub fn page(certificate: &Certificate, sheet: &Sheet<'_>) -> Result<String, askama::Error> {
    let l = Locale::of(sheet.language).unwrap_or_else(Locale::english);
    let mark = match sheet.mark {
        Mark::None => String::new(),
        Mark::Draft => l.text("paper-draft"),
        Mark::Training => l.text("paper-training"),
        Mark::Copy => l.text("paper-copy"),
        Mark::Withdrawn => l.text("paper-withdrawn"),
    };
    paper::Paper::of(certificate, l, mark, sheet).render()
}

#[cfg(test)]
mod tests;
