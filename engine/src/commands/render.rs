//! `phytohub render`: notifications of non-compliance, veterinary and food certificates as pages.

use std::io;
use std::path::PathBuf;

use phytohub_non_compliance::{Notification, render};
use phytohub_official_certificate::render::page_of;
use thiserror::Error;

use super::sample::to_stdout;
use super::validate::read;
use crate::cli::RenderArgs;

/// Writes the page on stdout.
///
/// # Errors
/// When the file cannot be read or is nothing that is shown, or stdout cannot be written.
pub fn run(args: &RenderArgs) -> Result<(), RenderError> {
    let failed = |source| RenderError::Input { file: args.file.clone(), source };
    let bytes = read(&args.file).map_err(failed)?;
    let reading = Notification::read(&bytes);
    let page = match reading.notification() {
        Some(notification) => Some(render::page(&notification, &args.language)),
        None => [&phytohub_woah::PROFILE, &phytohub_codex::PROFILE]
            .into_iter()
            .find_map(|profile| page_of(profile, &bytes)),
    };
    Ok(to_stdout(page.ok_or(RenderError::Unknown)?.as_bytes())?)
}

/// Why no page was written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The file cannot be read.
    #[error("cannot read the file file={}", file.display())]
    Input {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It holds something else.
    #[error(
        "the file is neither a notification of non-compliance nor a certificate of type 853, 852 \
         or 636 that can be read"
    )]
    Unknown,
    /// Stdout cannot be written.
    #[error("cannot write on stdout")]
    Stdout(#[from] io::Error),
}
