//! `phytohub plugin`: everything that people do with plugins.

mod control;
mod dev;
mod new;
mod package;
mod vendor;

use phytohub_exchange::admin::PluginRequest;
use thiserror::Error;

use super::admin::AskError;
use crate::cli::{PluginArgs, PluginCommand};

pub(crate) use control::configured;
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
        PluginCommand::List => ask(args, PluginRequest::List).await,
        PluginCommand::Lines => Ok(control::lines(&args.admin).await?),
        PluginCommand::Enable { id } => ask(args, PluginRequest::Enable { id: id.clone() }).await,
        PluginCommand::Disable { id } => ask(args, PluginRequest::Disable { id: id.clone() }).await,
        PluginCommand::Upgrade { id, version } => {
            let (id, version) = (id.clone(), version.clone());
            ask(args, PluginRequest::Upgrade { id, version }).await
        }
        PluginCommand::Reload { id } => ask(args, PluginRequest::Reload { id: id.clone() }).await,
        PluginCommand::Quarantine { id, release: false } => {
            ask(args, PluginRequest::Quarantine { id: id.clone() }).await
        }
        PluginCommand::Quarantine { id, release: true } => {
            ask(args, PluginRequest::Release { id: id.clone() }).await
        }
        PluginCommand::SkipBatch { id, reason } => {
            let (id, reason) = (id.clone(), reason.clone());
            ask(args, PluginRequest::SkipBatch { id, reason }).await
        }
    }
}

async fn ask(args: &PluginArgs, request: PluginRequest) -> Result<(), PluginError> {
    Ok(control::control(&args.admin, request).await?)
}

/// Why something was not done with plugins.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PluginError {
    /// The hub did not do it.
    #[error(transparent)]
    Ask(#[from] AskError),
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
