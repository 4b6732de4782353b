//! Why not everything was received.

use std::io;
use std::path::PathBuf;

use phytohub_client::DoorError;
use thiserror::Error;

use crate::commands::door::OpenError;

/// Why not everything was received.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The hub does not answer as it should.
    #[error(
        "the hub does not answer as it should; what is told above is received, the rest waits there"
    )]
    Call {
        /// Why.
        source: Box<DoorError>,
    },
    /// A file cannot be written.
    #[error("cannot write the file; its envelope waits at the hub file={}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Some envelopes were left at the hub; that has been told.
    #[error("some envelopes were left at the hub")]
    Left,
    /// The hub cannot be called.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Stdout cannot be written, or signals cannot be heard.
    #[error("cannot write on stdout, or hear signals")]
    System(#[from] io::Error),
}

impl From<DoorError> for ReceiveError {
    fn from(source: DoorError) -> Self {
        Self::Call { source: Box::new(source) }
    }
}
