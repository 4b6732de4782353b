//! All that the typesetter can see: a program, a JSON file, the picture of a code, our fonts.

use std::path::PathBuf;
use std::sync::LazyLock;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::font::Fonts;
use crate::sheet::Sheet;
use crate::{PrintError, data, limit, limit_check};

/// The surroundings of one sheet.
pub(crate) struct Desk {
    json: Bytes,
    code: Option<Bytes>,
}

/// Sets and writes a sheet, here and now.
///
/// # Errors
///
/// The sheet is too large, or the typesetter finds fault with our own program.
pub(crate) fn pdf(sheet: &Sheet) -> Result<Vec<u8>, PrintError> {
    let document = document(sheet)?;
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]);
    let options = |standards| PdfOptions {
        ident: Smart::Custom(format!("{} {}", sheet.title, sheet.number)),
        creator: Smart::Custom(Some("Phytohub GeNS".to_owned())),
        standards,
        ..PdfOptions::default()
    };
    let archival = match standards {
        Ok(standards) => typst_pdf::pdf(&document, &options(standards)),
        Err(_) => Err(typst::ecow::EcoVec::new()),
    };
    archival.or_else(|errors| {
        // A paper that no archive takes is better than none.
        tracing::warn!(reason = told(&errors), "a certificate is printed without PDF/A and PDF/UA");
        typst_pdf::pdf(&document, &options(PdfStandards::default()))
            .map_err(|errors| PrintError::Failed(told(&errors)))
    })
}

/// The pages of a sheet.
pub(crate) fn document(sheet: &Sheet) -> Result<PagedDocument, PrintError> {
    let desk = Desk::of(sheet)?;
    let made = typst::compile::<PagedDocument>(&desk);
    let document = made.output.map_err(|errors| PrintError::Failed(told(&errors)))?;
    if document.pages().len() > limit::PAGES_MAX {
        return Err(PrintError::TooLarge { what: "pages", max: limit::PAGES_MAX });
    }
    Ok(document)
}

impl Desk {
    /// # Errors
    ///
    /// The sheet is too large.
    pub(crate) fn of(sheet: &Sheet) -> Result<Self, PrintError> {
        limit_check::check(sheet)?;
        let sheet = sheet.clone().cleaned();
        let symbol = sheet.public.as_ref().and_then(data::symbol);
        Ok(Self {
            json: Bytes::new(data::json(&sheet, symbol.as_ref())?),
            code: symbol.map(|symbol| Bytes::new(symbol.luma())),
        })
    }
}

fn told(errors: &[SourceDiagnostic]) -> String {
    errors.first().map_or_else(String::new, |error| error.message.to_string())
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        static LIBRARY: LazyLock<LazyHash<Library>> =
            LazyLock::new(|| LazyHash::new(Library::builder().build()));
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &Fonts::all().book
    }

    fn main(&self) -> FileId {
        PROGRAM.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == PROGRAM.id() { Ok(PROGRAM.clone()) } else { Err(missing()) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match id {
            id if id == *JSON => Ok(self.json.clone()),
            id if id == *CODE => self.code.clone().ok_or_else(missing),
            _ => Err(missing()),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        Fonts::all().all.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        // Nothing of a sheet depends on when it is printed.
        None
    }
}

fn missing() -> FileError {
    FileError::NotFound(PathBuf::new())
}

fn file(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("the paths below are names of files");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

static PROGRAM: LazyLock<Source> =
    LazyLock::new(|| Source::new(file("sheet.typ"), include_str!("sheet.typ").to_owned()));
static JSON: LazyLock<FileId> = LazyLock::new(|| file("sheet.json"));
static CODE: LazyLock<FileId> = LazyLock::new(|| file("code"));
