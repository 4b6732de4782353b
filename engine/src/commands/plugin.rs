//! `phytohub plugin`: everything that people do with plugins.

mod dev;
mod new;
mod package;
mod vendor;

use thiserror::Error;

use crate::cli::{PluginArgs, PluginCommand};

pub use dev::{BuildError, DevError};
pub use new::NewError;
pub use package::PackageError;

/// Does what was said about plugins.
///
/// # Errors
/// When it cannot be done; the error says what to do.
pub async fn run(args: &PluginArgs) -> Result<(), PluginError> {
    match &args.command {
        PluginCommand::New(new) => Ok(new::run(new)?),
        PluginCommand::Dev(dev) => Ok(dev::run(dev).await?),
        PluginCommand::Keygen { file } => Ok(package::keygen(file)?),
        PluginCommand::Sign { directory, key, library } => {
            Ok(package::sign(directory, key, library.as_deref())?)
        }
        PluginCommand::Verify { directory } => Ok(package::verify(&args.admin, directory)?),
        PluginCommand::Install { directory } => Ok(package::install(&args.admin, directory)?),
        _ => unimplemented!(),
    }
}

/// Why something was not done with plugins.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PluginError {
    /// A plugin was not shown.
    #[error(transparent)]
    Dev(#[from] DevError),
    /// No plugin was written.
    #[error(transparent)]
    New(#[from] NewError),
    /// A package was not made, checked or installed.
    #[error(transparent)]
    Package(#[from] PackageError),
}
