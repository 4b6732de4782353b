//! Why a hub does not start, run or reload.

use std::net::SocketAddr;
use std::path::PathBuf;

use phytohub_exchange::OpenHubError;
use phytohub_server::{BindAdminError, BindError, BindMetricsError, BindWebError, LoadTlsError};
use phytohub_store::{CommitError, OpenError, StoreFailure};
use thiserror::Error;

use crate::config::ConfigError;
use crate::keys::KeyError;
use crate::plugins::PluginsError;
use crate::push::LoadIdentityError;
use crate::remote::RemoteError;

/// Why a store could not be opened for the hub.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenStoreError {
    /// The code lists that the program brings could not be written.
    #[error("the code lists cannot be written into the store")]
    CodeLists(#[source] CommitError),
    /// A key to sign with.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The exchange found the registry wrong.
    #[error(transparent)]
    Registry(#[from] OpenHubError),
    /// The store itself.
    #[error(transparent)]
    Store(#[from] OpenError),
}

/// Why a hub did not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// The admin socket cannot be made.
    #[error(transparent)]
    AdminSocket(#[from] BindAdminError),
    /// A door cannot be opened.
    #[error("cannot listen there: stop what uses the port, or choose another with {setting}")]
    Bind {
        /// The option or setting that names the address.
        setting: &'static str,
        /// Why, with the address.
        source: BindError,
    },
    /// The door of `/metrics` may not be opened there.
    #[error(transparent)]
    Metrics(BindMetricsError),
    /// Every address is listened on, and none told to clients.
    #[error(
        "{}: a hub that listens on {address} needs [https] public_url, which '?wsdl' tells clients",
        file.display()
    )]
    PublicUrl {
        /// The configuration.
        file: PathBuf,
        /// The address.
        address: SocketAddr,
    },
    /// The hub's certificate for partners cannot be used.
    #[error(transparent)]
    Partners(#[from] LoadIdentityError),
    /// The plugins cannot be run as configured.
    #[error(transparent)]
    Plugins(#[from] PluginsError),
    /// The hub elsewhere cannot be worked with.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] OpenStoreError),
    /// The door of browsers may not be opened so.
    #[error(transparent)]
    Web(BindWebError),
    /// A certificate, key or trust file cannot be used.
    #[error(transparent)]
    Tls(#[from] LoadTlsError),
    /// A trial would be reachable from elsewhere.
    #[error(
        "{}: this hub is marked as a trial, whose keys lie in files here, so it does not listen on \
         {address}: use a loopback address, or make a hub without --connections",
        file.display()
    )]
    Trial {
        /// The configuration.
        file: PathBuf,
        /// The address.
        address: SocketAddr,
    },
}

/// Why a running hub ended.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError {
    /// Closing the store panicked.
    #[error("closing the store panicked; this is a bug")]
    Panicked,
    /// The store can no longer be trusted.
    #[error(transparent)]
    Store(StoreFailure),
}

/// Why a reload was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReloadError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The hub's certificate for partners.
    #[error(transparent)]
    Partners(#[from] LoadIdentityError),
    /// What is said of the hub elsewhere.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// A certificate, key or trust file.
    #[error(transparent)]
    Tls(#[from] LoadTlsError),
}
