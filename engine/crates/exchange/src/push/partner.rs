//! How a partner is called: declared here, done by whoever knows sockets.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use phytohub_domain::{EnvelopeHeader, HubDeliveryNumber, PushEndpoint, TrackingInfo};
use thiserror::Error;

use crate::alarm::Boxed;
use crate::{CallError, StoredContent};

/// Makes partners of endpoints.
pub trait Partners: Send + Sync + fmt::Debug {
    /// What calls this endpoint, with at most so many calls at once. Connects to nothing yet.
    ///
    /// # Errors
    /// When the endpoint cannot be called as it is: the operator must mend it.
    fn partner(
        &self,
        endpoint: &PushEndpoint,
        concurrency: usize,
    ) -> Result<Arc<dyn Partner>, PartnerError>;
}

/// A partner's own `DeliveryService`. A call has no time limit of its own: whoever calls drops it.
pub trait Partner: Send + Sync + fmt::Debug {
    /// Calls `DeliverEnvelope`; the header of its result if it has one.
    fn deliver_envelope(
        &self,
        message: Message,
    ) -> Boxed<Result<Option<EnvelopeHeader>, PartnerError>>;

    /// Calls `SetTrackingInfoUpdate`.
    fn set_tracking_info_update(&self, message: Message) -> Boxed<Result<(), PartnerError>>;

    /// The same partner as another hub, which is called in its place, if it is one.
    fn as_hub(&self) -> Option<&dyn PeerHub> {
        None
    }
}

/// Another hub. A call has no time limit of its own, as a partner's.
pub trait PeerHub: Send + Sync + fmt::Debug {
    /// Hands an envelope over, under the number in its header: the same number again hands nothing
    /// over, and is answered as the first. What is told has the number there and the state there.
    /// `response` says whether the content is a country's response.
    fn hand_over(
        &self,
        header: EnvelopeHeader,
        response: bool,
        content: Message,
    ) -> Boxed<Result<EnvelopeHeader, PartnerError>>;

    /// Reports what became of an envelope that was handed over by it, under its number there.
    fn report(
        &self,
        number: HubDeliveryNumber,
        info: TrackingInfo,
        message: String,
    ) -> Boxed<Result<(), PartnerError>>;
}

/// Why a call failed. In both cases the partner may have done what it was asked.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum PartnerError {
    /// It answered, and refuses what was brought: this one alone is brought again later.
    #[error("{reason}")]
    Refused {
        /// In words.
        reason: String,
    },
    /// It cannot be reached, or does not speak the protocol: nothing else would fare better.
    #[error("{reason}")]
    Unreachable {
        /// In words.
        reason: String,
    },
}

/// A request's body, in pieces: what stands before the content, the content as it was received,
/// and what stands behind it.
#[derive(Debug)]
pub struct Message {
    before: Option<Bytes>,
    content: Option<StoredContent>,
    chunk: u32,
    behind: Option<Bytes>,
    length: u64,
    progress: Arc<Progress>,
}

/// How far a message went.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Its last piece was taken.
    sent: AtomicBool,
    /// A piece could not be read.
    broken: AtomicBool,
}

impl Progress {
    pub(crate) fn is_sent(&self) -> bool {
        self.sent.load(Ordering::Acquire)
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }
}

impl Message {
    pub(crate) fn whole(body: Vec<u8>) -> Self {
        Self::new(body, None, Vec::new())
    }

    /// A content and nothing around it.
    pub(crate) fn content(content: StoredContent) -> Self {
        Self::new(Vec::new(), Some(content), Vec::new())
    }

    pub(crate) fn around(before: Vec<u8>, content: StoredContent, behind: Vec<u8>) -> Self {
        Self::new(before, Some(content), behind)
    }

    fn new(before: Vec<u8>, content: Option<StoredContent>, behind: Vec<u8>) -> Self {
        let inside = content.as_ref().map_or(0, StoredContent::len);
        let length = (before.len() + behind.len()) as u64 + inside;
        let piece = |bytes: Vec<u8>| (!bytes.is_empty()).then(|| Bytes::from(bytes));
        let (before, behind) = (piece(before), piece(behind));
        Self { before, content, chunk: 0, behind, length, progress: Arc::default() }
    }

    pub(crate) fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Bytes of all pieces.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a message is never empty")]
    pub fn len(&self) -> u64 {
        self.length
    }

    /// The next piece; nothing at the end. A large content is read from disk only now, at most a
    /// MiB of it.
    ///
    /// # Errors
    /// If it cannot be read: the call must be broken off.
    pub async fn next(&mut self) -> Option<Result<Bytes, CallError>> {
        if let Some(before) = self.before.take() {
            self.note_end();
            return Some(Ok(before));
        }
        if let Some(content) = &self.content {
            if content.len() > 0 && self.chunk < content.chunks() {
                let piece = content.chunk(self.chunk).await;
                self.chunk += 1;
                if piece.is_err() {
                    self.progress.broken.store(true, Ordering::Release);
                }
                return Some(piece);
            }
            self.content = None;
        }
        let behind = self.behind.take();
        self.note_end();
        behind.map(Ok)
    }

    fn note_end(&self) {
        if self.before.is_none() && self.content.is_none() && self.behind.is_none() {
            self.progress.sent.store(true, Ordering::Release);
        }
    }
}
