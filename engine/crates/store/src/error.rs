//! What can go wrong with the disk, by operation.

use std::path::PathBuf;
use std::sync::Arc;

use phytohub_domain::ErrorKind;
use thiserror::Error;

/// Why a store did not open. All of them end the process with exit code 74.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process holds the store.
    #[error(
        "another process has this store open: stop it, or use its admin socket path={}",
        path.display()
    )]
    Locked {
        /// Directory of the store.
        path: PathBuf,
    },
    /// The directory cannot be made or read.
    #[error("cannot use the store's directory: check that it exists and is yours path={}", path.display())]
    Directory {
        /// Directory of the store.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The store was written by a newer hub.
    #[error("the store has format {found}, this hub reads up to {known}: use the newer hub")]
    Newer {
        /// Format on disk.
        found: u32,
        /// Newest format that this binary reads.
        known: u32,
    },
    /// Damage elsewhere than in the last, unsynced batch.
    #[error(
        "the write-ahead log is damaged before its end: restore a backup; nothing was changed \
         file={} offset={offset}", file.display()
    )]
    WalDamaged {
        /// The damaged file.
        file: PathBuf,
        /// Offset of the first bad record.
        offset: u64,
    },
    /// A record that the hub cannot do without is unreadable.
    #[error("a record of the store is unreadable: restore a backup what={what}")]
    Corrupt {
        /// Which record.
        what: &'static str,
    },
    /// Anything else that RocksDB reports.
    #[error("the store cannot be opened path={}", path.display())]
    Database {
        /// Directory of the store.
        path: PathBuf,
        /// What RocksDB said.
        #[source]
        source: rocksdb::Error,
    },
    /// The committer's thread could not be started.
    #[error("cannot start the committer's thread")]
    Thread(#[source] std::io::Error),
}

/// Why something could not be read.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// A stored record does not pass its checks. Never the same as "does not exist".
    #[error("a stored record is unreadable, the operator is alerted what={what} key={key}")]
    Corrupt {
        /// Which kind of record.
        what: &'static str,
        /// Its key, in hexadecimal digits.
        key: String,
    },
    /// The content was dropped after its time, or the envelope with it.
    #[error("the content is kept no longer")]
    Dropped,
    /// It does not lie in memory, and the read was not to go further.
    #[error("this lies on the disk")]
    OnDisk,
    /// RocksDB failed to read.
    #[error("the store cannot be read")]
    Database(#[source] rocksdb::Error),
}

impl ReadError {
    /// What a caller should do.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Corrupt { .. } => ErrorKind::Corrupt,
            Self::Dropped => ErrorKind::NotFound,
            Self::Database(_) | Self::OnDisk => ErrorKind::Unavailable,
        }
    }
}

/// Why a change was not committed.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum CommitError {
    /// The store closes or has closed: the change was not made.
    #[error("the hub is closing, send again")]
    Closed,
    /// The disk reserve is breached: the change was not made.
    #[error("the hub's disk is nearly full, send again later free={free} reserve={reserve}")]
    ReserveBreached {
        /// Free bytes.
        free: u64,
        /// Bytes to be kept free.
        reserve: u64,
    },
    /// The commit failed: nobody can say whether the change was made.
    #[error("outcome unknown, resend")]
    OutcomeUnknown,
    /// The envelope was removed after its time.
    #[error("the envelope is kept no longer")]
    Purged,
    /// A plugin used this key for another envelope.
    #[error("this key was used for another envelope")]
    KeyUsed,
    /// The change needs a record that cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl CommitError {
    /// What a caller should do.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Closed | Self::OutcomeUnknown => ErrorKind::Unavailable,
            Self::ReserveBreached { .. } => ErrorKind::Exhausted,
            Self::Purged => ErrorKind::NotFound,
            Self::KeyUsed => ErrorKind::Conflict,
            Self::Read(error) => error.kind(),
        }
    }
}

/// Why the store can no longer be trusted: the process must end (exit code 74).
#[derive(Clone, Debug, Error)]
#[error("a commit failed, so the store can no longer be trusted: {cause}")]
pub struct StoreFailure {
    /// What RocksDB said.
    pub cause: Arc<str>,
}
