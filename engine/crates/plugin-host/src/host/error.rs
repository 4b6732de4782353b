//! Why plugins are not run, or not as the operator wants.

use std::path::PathBuf;

use thiserror::Error;

use crate::source::LoadError;

/// The plugins cannot be run at all.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartHostError {
    /// The file for crashes cannot be used.
    #[error("the file that tells of crashes in plugins cannot be used: {source}; path={}", path.display())]
    Breadcrumbs {
        /// It.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A plugin judges or routes documents, and none pass through this process.
    #[error(transparent)]
    NoDocuments(LoadError),
    /// Two plugins own the same kind of documents.
    #[error(transparent)]
    TwoOwners(LoadError),
    /// Two sections are about one plugin.
    #[error("the plugin {id} is named twice")]
    Twice {
        /// Its id.
        id: String,
    },
}

/// What the operator asked of a plugin was not done.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ControlError {
    /// No section is about it.
    #[error("there is no plugin {id} in the configuration")]
    NoSuchPlugin {
        /// The id.
        id: String,
    },
    /// It did not come into service.
    #[error("the plugin {id} did not come into service")]
    Load {
        /// Its id.
        id: String,
        /// Why not.
        source: LoadError,
    },
    /// There is no batch of events that it does not take.
    #[error("the plugin {id} fails at no batch of events: there is nothing to skip")]
    NothingToSkip {
        /// Its id.
        id: String,
    },
    /// The store does not take it.
    #[error("the hub's store does not take it: {0}")]
    Hub(#[from] phytohub_exchange::plugin::PluginError),
    /// The hub is closing.
    #[error("the hub is closing")]
    Closing,
}
