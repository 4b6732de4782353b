//! Why a request of the operator was not done.

use phytohub_domain::{ConnectionCode, ErrorKind, Fingerprint, HubDeliveryNumber};
use phytohub_store::CommitError;
use thiserror::Error;

use super::plugin::ControlError;
use crate::CallError;
use crate::audit::VerifyError;
use crate::backup::BackupError;

/// Why a request of the operator was not done.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AdminError {
    /// Another connection has, or had, this certificate.
    #[error(
        "this certificate belongs to {owner} and cannot be given to another: \
         make a new key for {code} fingerprint={fingerprint}"
    )]
    CertificateTaken {
        /// Who has it.
        owner: ConnectionCode,
        /// Who was to get it.
        code: ConnectionCode,
        /// Which.
        fingerprint: Fingerprint,
    },
    /// The code is taken.
    #[error("a connection with this code exists: see 'phytohub connection show {code}'")]
    CodeTaken {
        /// The code.
        code: ConnectionCode,
    },
    /// A word of the request is not what it must be.
    #[error("{what}: {problem}")]
    Invalid {
        /// Which word.
        what: &'static str,
        /// What it must be.
        problem: String,
    },
    /// A backup could not be made.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// There is no key to sign with.
    #[error("this hub has no {purpose} key: make one with 'phytohub audit keys --make'")]
    NoKey {
        /// What it would sign.
        purpose: &'static str,
    },
    /// Delivery does not pause.
    #[error("nothing to do: delivery does not pause")]
    NotPaused,
    /// This process runs no plugins.
    #[error("no plugins run here: start the hub with 'phytohub serve'")]
    NoPlugins,
    /// Nothing happened since the last closing.
    #[error("nothing to do: nothing happened since the chain of events was closed")]
    NothingToClose,
    /// The account could not be verified.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The content is not there.
    #[error(
        "this hub keeps no content of it: it was refused, or dropped after its time number={number}"
    )]
    NoContent {
        /// The number.
        number: HubDeliveryNumber,
    },
    /// No such code list, or no such revision of it.
    #[error("no code list, or no such revision of it: see 'phytohub codes list' name={name}")]
    NoSuchCodeList {
        /// The name.
        name: String,
    },
    /// No such connection.
    #[error("no connection has the code {code}: see 'phytohub connection list'")]
    NoSuchConnection {
        /// The code.
        code: String,
    },
    /// The connection has no such certificate.
    #[error("{code} has no such certificate: see 'phytohub connection show {code}'")]
    NoSuchCertificate {
        /// The connection.
        code: ConnectionCode,
    },
    /// No such rule.
    #[error("no channel rule has this number: see 'phytohub rule list' rule={id}")]
    NoSuchRule {
        /// The number.
        id: u32,
    },
    /// No such envelope.
    #[error("this hub never assigned this number number={number}")]
    NoSuchEnvelope {
        /// The number.
        number: String,
    },
    /// The envelope's state does not let it.
    #[error("nothing to do: the envelope is {state} number={number}")]
    StateForbids {
        /// The number.
        number: HubDeliveryNumber,
        /// Its state.
        state: String,
    },
    /// Whoever runs the plugins refused.
    #[error(transparent)]
    Plugin(ControlError),
    /// The store failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The change was not committed.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl AdminError {
    /// What the operator should do.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::CertificateTaken { .. } | Self::CodeTaken { .. } | Self::StateForbids { .. } => {
                ErrorKind::Conflict
            }
            Self::Invalid { .. } => ErrorKind::Invalid,
            Self::NoContent { .. }
            | Self::NoSuchCodeList { .. }
            | Self::NoSuchConnection { .. }
            | Self::NoSuchCertificate { .. }
            | Self::NoSuchEnvelope { .. }
            | Self::NoSuchRule { .. } => ErrorKind::NotFound,
            Self::NothingToClose | Self::NotPaused => ErrorKind::Conflict,
            Self::NoPlugins => ErrorKind::Unavailable,
            Self::Plugin(error) => error.kind,
            Self::NoKey { .. } => ErrorKind::Invalid,
            Self::Backup(BackupError::Extra { .. }) => ErrorKind::Invalid,
            Self::Backup(_) => ErrorKind::Unavailable,
            Self::Verify(VerifyError::Anchor(_)) => ErrorKind::Invalid,
            Self::Verify(VerifyError::Read(error)) => error.kind(),
            Self::Call(error) => error.kind(),
            Self::Commit(error) => error.kind(),
        }
    }
}
