//! Why a hub elsewhere cannot be worked with.

use std::io;
use std::path::PathBuf;

use phytohub_client::{IdentityError, ParseKeyPinError, ParseQuicAddressError, SetUpError};
use phytohub_exchange::plugin::PluginError;
use rustls_pki_types::pem;
use thiserror::Error;

/// Why a hub elsewhere cannot be worked with.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// Nobody said where it is.
    #[error("where is the hub? name it with --hub quic://HOST:PORT or [remote_hub] address")]
    NoAddress,
    /// What was said is no address.
    #[error("[remote_hub] address")]
    Address(#[from] ParseQuicAddressError),
    /// There is no certificate to show.
    #[error(
        "{}: no connection has a certificate: [remote_hub.connection.CODE], one for each country",
        file.display()
    )]
    NoConnection {
        /// The configuration.
        file: PathBuf,
    },
    /// A plugin has the name under which what is under way is kept.
    #[error("no plugin of such a host may be called remote-hub")]
    Name,
    /// A file cannot be read.
    #[error("cannot read the file={}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file holds no certificate.
    #[error("[remote_hub] authorities: no certificate in PEM form file={}", file.display())]
    Authorities {
        /// The file.
        file: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// The pin is none.
    #[error("[remote_hub] key")]
    Key(#[from] ParseKeyPinError),
    /// A connection's certificate and key are none.
    #[error("[remote_hub.connection.{code}]")]
    Identity {
        /// The connection.
        code: String,
        /// Why.
        source: IdentityError,
    },
    /// TLS cannot be made of them.
    #[error("[remote_hub.connection.{code}]")]
    SetUp {
        /// The connection.
        code: String,
        /// Why.
        source: SetUpError,
    },
    /// The store of this process.
    #[error("what is under way cannot be read")]
    Journal(#[from] PluginError),
}
