//! Why an operation is answered with a fault.

use phytohub_domain::{ErrorKind, Right, Timestamp};
use phytohub_store::{CommitError, ReadError, StoreFailure};
use thiserror::Error;

use crate::FairUseExceeded;

/// Why an operation is answered with a fault; its text is what the caller reads.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CallError {
    /// The certificate's scope does not cover the operation.
    #[error("this client certificate may not {} at this hub", right.as_str())]
    NotAllowed {
        /// What is not in the scope.
        right: Right,
    },
    /// Envelopes are handed over, and reported on, by hubs alone.
    #[error("this connection is no hub: only a hub hands envelopes over and reports on them")]
    NotAHub,
    /// No such envelope, as far as this caller may know.
    #[error(
        "no envelope with this hubTrackingNumber is addressed to this connection: \
         take the number from GetImportEnvelopeHeaders"
    )]
    NoSuchEnvelope,
    /// The connection asked for more than its share.
    #[error(transparent)]
    FairUse(#[from] FairUseExceeded),
    /// The content was dropped after its time.
    #[error(
        "the content of this envelope was dropped at {at}, {days} days after it was acknowledged, \
         as this hub keeps contents no longer: ask its sender to send it again"
    )]
    ContentDropped {
        /// When.
        at: Timestamp,
        /// From the acknowledgement until then.
        days: u64,
    },
    /// The reply would hold more in memory than there is room for now.
    #[error("the hub has no memory left for this reply now; send the request again later")]
    NoRoom,
    /// A plugin must judge the document first, and cannot now.
    #[error(
        "this hub cannot judge documents of this kind at present: nothing was delivered, send the \
         request again later"
    )]
    NotJudged,
    /// There is nothing to search in.
    #[error(
        "this hub keeps no index by certificate number: its operator sets certificate_index of \
         [store] to true"
    )]
    NoCertificateIndex,
    /// No revision of this code list is in force.
    #[error("this hub has no such code list at present")]
    NoCodeList,
    /// `SetTrackingInfoUpdate` with a state that a recipient cannot set.
    #[error(
        "HUBTrackingInfo must be Delivered, DeliveredWithWarnings or DeliveredNotReadable: \
         nothing else is the recipient's to say"
    )]
    NotARecipientsState,
    /// The store could not be read.
    #[error("the hub cannot read this envelope at present, send the request again later")]
    Read(#[from] ReadError),
    /// The change was not committed, or nobody can say whether it was.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// A blocking task was lost while the hub closes.
    #[error("the hub is closing, send again")]
    Closing,
}

impl CallError {
    /// What the caller should do. `Exhausted` and `Unavailable` pass by themselves.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotAllowed { .. } | Self::NotAHub => ErrorKind::Denied,
            Self::ContentDropped { .. }
            | Self::NoCertificateIndex
            | Self::NoCodeList
            | Self::NoSuchEnvelope => ErrorKind::NotFound,
            Self::FairUse(_) | Self::NoRoom => ErrorKind::Exhausted,
            Self::NotARecipientsState => ErrorKind::Invalid,
            Self::Commit(error) if error.kind() == ErrorKind::Exhausted => ErrorKind::Exhausted,
            Self::Commit(error) if error.kind() == ErrorKind::Conflict => ErrorKind::Conflict,
            // A record that cannot be read is an alert and a retryable error.
            Self::Read(_) | Self::Commit(_) | Self::Closing | Self::NotJudged => {
                ErrorKind::Unavailable
            }
        }
    }
}

/// Why a hub could not be opened over a store.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenHubError {
    /// Two connections in the registry share what must be one's own.
    #[error("the registry contradicts itself: {what}")]
    Registry {
        /// What is shared.
        what: String,
    },
}

/// Why no new work is taken.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NotReady {
    /// Deliveries are refused to keep the disk reserve.
    #[error(transparent)]
    Reserve(CommitError),
    /// The store can no longer be trusted.
    #[error(transparent)]
    Store(StoreFailure),
}
