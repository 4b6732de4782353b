//! How commands reach a hub: over the admin socket of the one that runs, else by its store.

use std::io;
use std::sync::Arc;

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
use crate::plugins::LyingFiles;

/// Asks the running hub, or the store when none runs.
///
/// # Errors
/// When neither can be reached, or the request is refused.
pub async fn ask(args: &AdminArgs, request: AdminRequest) -> Result<AdminReply, AskError> {
    let mut desk = Desk::new(args)?;
    let answer = desk.ask(request).await;
    desk.close()?;
    answer
}

/// Whoever answers for a hub: the one that runs, else its store, opened for the first request and
/// kept for more.
#[derive(Debug)]
pub struct Desk {
    loaded: LoadedConfig,
    opened: Option<Hub>,
}

impl Desk {
    /// That of the hub with this configuration.
    ///
    /// # Errors
    /// When the configuration cannot be read.
    pub fn new(args: &AdminArgs) -> Result<Self, AskError> {
        logging::start(LogArgs { level: LevelFilter::WARN, format: LogFormat::Human });
        Ok(Self { loaded: LoadedConfig::read(&args.config.config_file)?, opened: None })
    }

    /// Asks.
    ///
    /// # Errors
    /// When nobody can be reached, or the request is refused.
    pub async fn ask(&mut self, request: AdminRequest) -> Result<AdminReply, AskError> {
        if let Some(hub) = &self.opened {
            return ask_opened(hub, request).await;
        }
        match admin::call(&self.loaded.socket_dir(), &request).await {
            Err(AdminCallError::NotRunning { .. }) => {}
            answered => return Ok(answered?),
        }
        let (hub, _) = hub::open(&self.loaded)?;
        // This process holds the store's lock: no plugin runs.
        hub.set_plugin_files(Arc::new(LyingFiles::new(&self.loaded)));
        let hub = self.opened.insert(hub);
        // A store that no hub has served from yet lacks the lists that the program brings.
        hub.seed_code_lists().await.map_err(OpenStoreError::CodeLists)?;
        ask_opened(hub, request).await
    }

    /// Closes what was opened.
    ///
    /// # Errors
    /// When the store cannot be closed.
    pub fn close(self) -> Result<(), AskError> {
        Ok(self.opened.map_or(Ok(()), |hub| hub.close())?)
    }
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
