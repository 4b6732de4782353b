//! A sheet in a browser.

use askama::Template;
use phytohub_gens_paper::{Body, Sheet, Symbol};

use super::Frame;

#[derive(Template)]
#[template(path = "paper.html")]
struct Paper<'p> {
    s: &'p Sheet,
    prefix: &'p str,
    back: &'p str,
    back_label: String,
    pdf: &'p str,
    pdf_label: String,
    hint: String,
    code: Option<Symbol>,
}

pub(super) fn written(sheet: &Sheet, frame: &Frame<'_>) -> Result<String, askama::Error> {
    let paper = Paper {
        s: sheet,
        prefix: frame.prefix,
        back: frame.back,
        back_label: frame.reader.text("paper-back"),
        pdf: frame.pdf,
        pdf_label: frame.reader.text("certificate-pdf"),
        hint: frame.reader.text("paper-print-hint"),
        code: sheet.public.as_ref().and_then(|public| Symbol::of(&public.url)),
    };
    paper.render()
}
