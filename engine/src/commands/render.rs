//! `phytohub render`: a notification of non-compliance as a page.

use std::io;
use std::path::PathBuf;

use phytohub_non_compliance::{Notification, render};
use thiserror::Error;

use super::sample::to_stdout;
use super::validate::read;
use crate::cli::RenderArgs;

/// Writes the page on stdout.
///
/// # Errors
/// When the file cannot be read or is no notification, or stdout cannot be written.
pub fn run(args: &RenderArgs) -> Result<(), RenderError> {
    let failed = |source| RenderError::Input { file: args.file.clone(), source };
    let bytes = read(&args.file).map_err(failed)?;
    let reading = Notification::read(&bytes);
    let notification = reading.notification().ok_or(RenderError::NoNotification)?;
    Ok(to_stdout(render::page(&notification, &args.language).as_bytes())?)
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
    #[error("the file is no notification of non-compliance that can be read")]
    NoNotification,
    /// Stdout cannot be written.
    #[error("cannot write on stdout")]
    Stdout(#[from] io::Error),
}
