//! Content on its way out.

use bytes::Bytes;
use phytohub_domain::{ContentForm, EnvelopeHeader, HubDeliveryNumber};
use phytohub_store::{CHUNK_BYTES, Reach, Store, StoredEnvelope};

use crate::{CallError, blocking};

/// An envelope with its content, for its recipient.
#[derive(Debug)]
#[non_exhaustive]
pub struct PulledEnvelope {
    /// Its outside.
    pub header: EnvelopeHeader,
    /// Its number.
    pub number: HubDeliveryNumber,
    /// Its inside.
    pub content: StoredContent,
}

/// Content as it was received, read piece by piece.
#[derive(Debug)]
pub struct StoredContent {
    store: Store,
    envelope: StoredEnvelope,
    /// The whole content, if it is one piece.
    ready: Option<Bytes>,
}

impl StoredContent {
    /// Reads a small content now, and a large one when it is asked for.
    pub(crate) fn load(
        store: &Store,
        envelope: StoredEnvelope,
        reach: Reach,
    ) -> Result<Self, CallError> {
        let small = envelope.content_bytes <= CHUNK_BYTES as u64;
        let ready = small.then(|| store.content_chunk_within(&envelope, 0, reach)).transpose()?;
        Ok(Self { store: store.clone(), envelope, ready })
    }

    /// Bytes that a loaded content holds in memory: none if it is read when it is asked for.
    pub(crate) fn memory(envelope: &StoredEnvelope) -> usize {
        let small = envelope.content_bytes <= CHUNK_BYTES as u64;
        usize::try_from(envelope.content_bytes).ok().filter(|_| small).unwrap_or(0)
    }

    /// Whose content this is.
    pub(crate) fn envelope(&self) -> &StoredEnvelope {
        &self.envelope
    }

    /// Bytes, as they were received and go out again.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "nobody asks a content whether it is empty")]
    pub fn len(&self) -> u64 {
        self.envelope.content_bytes
    }

    /// Whether it is a country's response.
    #[must_use]
    pub fn is_response(&self) -> bool {
        self.envelope.response
    }

    /// How its characters are written.
    #[must_use]
    pub fn form(&self) -> ContentForm {
        self.envelope.content_form
    }

    /// The whole content, if it is at hand.
    #[must_use]
    pub fn ready(&self) -> Option<&Bytes> {
        self.ready.as_ref()
    }

    /// Pieces.
    #[must_use]
    pub fn chunks(&self) -> u32 {
        Store::content_chunks(&self.envelope)
    }

    /// One piece, at most a MiB.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn chunk(&self, index: u32) -> Result<Bytes, CallError> {
        if let (0, Some(ready)) = (index, &self.ready) {
            return Ok(ready.clone());
        }
        let (store, envelope) = (self.store.clone(), self.envelope.clone());
        blocking::read(move || store.content_chunk(&envelope, index)).await
    }
}
