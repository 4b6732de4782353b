//! How commands reach a hub: over the admin socket of the one that runs, else by its store.

use std::io;

use phytohub_domain::ErrorKind;
use phytohub_exchange::Hub;
use phytohub_exchange::admin::{AdminError, AdminReply, AdminRequest, Operator};
use phytohub_server::admin::{self, AdminCallError};
use phytohub_store::StoreFailure;
use serde::Serialize;
use thiserror::Error;
use tracing::level_filters::LevelFilter;

use crate::cli::{AdminArgs, LogArgs, LogFormat};
use crate::config::{ConfigError, LoadedConfig};
use crate::hub::{self, OpenStoreError};
use crate::logging;
use crate::output::line;

/// Asks the running hub, or the store when none runs.
///
/// # Errors
/// When neither can be reached, or the request is refused.
pub async fn ask(args: &AdminArgs, request: AdminRequest) -> Result<AdminReply, AskError> {
    logging::start(LogArgs { level: LevelFilter::WARN, format: LogFormat::Human });
    let loaded = LoadedConfig::read(&args.config.config_file)?;
    match admin::call(&loaded.socket_dir(), &request).await {
        Err(AdminCallError::NotRunning { .. }) => {}
        answered => return Ok(answered?),
    }
    let (hub, _) = hub::open(&loaded)?;
    let answer = ask_opened(&hub, request).await;
    hub.close()?;
    answer
}

/// Asks a hub that this process has opened.
///
/// # Errors
/// When the request is refused.
pub async fn ask_opened(hub: &Hub, request: AdminRequest) -> Result<AdminReply, AskError> {
    let operator = Operator { uid: rustix::process::getuid().as_raw() };
    Ok(hub.admin(&operator, request).await?)
}

/// Prints an answer: as JSON for scripts, else as `human` tells it.
///
/// # Errors
/// When stdout is closed.
pub fn answer<T: Serialize>(
    args: &AdminArgs,
    view: &T,
    human: impl FnOnce(&T) -> String,
) -> Result<(), AskError> {
    let text = if args.json {
        serde_json::to_string_pretty(view).map_err(io::Error::from)?
    } else {
        human(view)
    };
    Ok(line(&text)?)
}

/// Why a hub did not do what it was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AskError {
    /// A running hub refused, or did not answer.
    #[error(transparent)]
    Call(#[from] AdminCallError),
    /// The store failed while it was closed.
    #[error(transparent)]
    Close(#[from] StoreFailure),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The hub answered something else than was asked.
    #[error("the hub answered something else than was asked; it may be of another version")]
    OtherAnswer,
    /// The store refused.
    #[error(transparent)]
    Refused(#[from] AdminError),
    /// Stdout is closed.
    #[error("cannot write on stdout")]
    Stdout(#[from] io::Error),
    /// No hub runs, and its store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenStoreError),
}

impl AskError {
    /// What the operator should do.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Call(AdminCallError::Refused { kind, .. }) => *kind,
            // The hub is there and does not answer as it should.
            Self::Call(_) => ErrorKind::Unavailable,
            Self::Close(_) | Self::Store(_) => ErrorKind::Corrupt,
            Self::Config(_) => ErrorKind::Invalid,
            Self::OtherAnswer | Self::Stdout(_) => ErrorKind::Internal,
            Self::Refused(error) => error.kind(),
        }
    }
}
