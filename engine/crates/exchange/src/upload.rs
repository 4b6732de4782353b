//! Large contents that come in piece by piece: each goes to disk, and is judged, while the next one
//! arrives.

use bytes::{Bytes, BytesMut};
use phytohub_domain::{ContentForm, ContentHash, Right};
use phytohub_store::{CHUNK_BYTES, CommitError, NewContent, Staged, Staging};
use phytohub_wire::quic::ContentPieces;
use phytohub_wire::soap::{Content, ReadError};
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio::sync::SemaphorePermit;

use crate::{CallError, Caller, Hub, blocking};

/// A content on its way in. Nothing is left of one that is dropped.
#[derive(Debug)]
pub struct Upload {
    hub: Hub,
    staging: Staging,
    reader: Reader,
    /// The beginning of the next piece.
    gathered: BytesMut,
}

/// What came in of a content: how it is written, and what it says.
#[derive(Debug, Default)]
struct Reader {
    pieces: ContentPieces,
    hasher: Hasher,
}

#[derive(Debug)]
struct Hasher(Sha256);

/// Why a content is not taken in.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum UploadError {
    /// It is no character data.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It cannot be kept.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl From<CommitError> for UploadError {
    fn from(error: CommitError) -> Self {
        Self::Call(error.into())
    }
}

/// A content that came in piece by piece, to be delivered.
#[derive(Debug)]
pub struct StagedContent {
    staged: Staged,
    form: ContentForm,
    hash: ContentHash,
}

/// The inside of what is delivered.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "it lies in one of the two places")]
pub enum Inside {
    /// It is in memory.
    Whole(Content),
    /// It is on disk.
    Staged(StagedContent),
}

/// A content while it is judged.
pub(crate) struct Judged<'h> {
    pub(crate) content: Content,
    /// Of those that are read from disk for it one is in memory at a time.
    _turn: Option<SemaphorePermit<'h>>,
}

impl Hub {
    /// Begins to take in a content of so many bytes.
    ///
    /// # Errors
    /// If the caller may not send, the disk is full, or the store fails.
    pub async fn upload(&self, caller: &Caller, bytes: u64) -> Result<Upload, CallError> {
        caller.may(Right::Send)?;
        self.inner.store.reserve().check_roughly(bytes)?;
        let staging = self.inner.store.stage(bytes).await?;
        let (hub, reader) = (self.clone(), Reader::default());
        Ok(Upload { hub, staging, reader, gathered: BytesMut::with_capacity(CHUNK_BYTES) })
    }
}

impl Upload {
    /// What one takes in memory: a piece that arrives, one that is judged, the copy for that, and one
    /// that is being written.
    pub const MEMORY_BYTES: usize = 4 * CHUNK_BYTES;

    /// Takes what arrived next.
    ///
    /// # Errors
    /// See [`UploadError`].
    pub async fn push(mut self, mut arrived: Bytes) -> Result<Self, UploadError> {
        while !arrived.is_empty() {
            let part = arrived.split_to(arrived.len().min(CHUNK_BYTES - self.gathered.len()));
            self.gathered.extend_from_slice(&part);
            if self.gathered.len() == CHUNK_BYTES {
                let next = BytesMut::with_capacity(CHUNK_BYTES);
                let piece = std::mem::replace(&mut self.gathered, next);
                self = self.put(piece.freeze()).await?;
            }
        }
        Ok(self)
    }

    async fn put(mut self, piece: Bytes) -> Result<Self, UploadError> {
        self.staging.put(piece.clone()).await?;
        let (limits, mut reader) = (self.hub.limits(), self.reader);
        let work = move || {
            let Reader { pieces, hasher } = &mut reader;
            let read = pieces.push(&piece, &limits, &mut |data| hasher.0.update(data));
            Ok::<_, CallError>(read.map(|()| reader))
        };
        self.reader = blocking::read(work).await??;
        Ok(self)
    }

    /// Takes the end.
    ///
    /// # Errors
    /// See [`UploadError`].
    pub async fn finish(mut self) -> Result<StagedContent, UploadError> {
        let piece = std::mem::take(&mut self.gathered);
        if !piece.is_empty() {
            self = self.put(piece.freeze()).await?;
        }
        let Self { hub, staging, reader: Reader { pieces, mut hasher }, .. } = self;
        let form = pieces.finish(&hub.limits(), &mut |data| hasher.0.update(data))?;
        Ok(StagedContent { staged: staging.finish().await?, form, hash: hasher.finish() })
    }
}

impl Inside {
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Whole(content) => content.raw.len() as u64,
            Self::Staged(content) => content.staged.bytes(),
        }
    }

    /// The content for those who judge it, who want it whole.
    pub(crate) async fn to_judge<'h>(&self, hub: &'h Hub) -> Result<Judged<'h>, CallError> {
        let StagedContent { staged, form, .. } = match self {
            Self::Whole(content) => {
                return Ok(Judged { content: content.clone(), _turn: None });
            }
            Self::Staged(content) => content,
        };
        let turn = hub.inner.judged_from_disk.acquire().await.map_err(|_| CallError::Closing)?;
        let (store, staged, form) = (hub.inner.store.clone(), staged.clone(), *form);
        let read = move || {
            let bytes = usize::try_from(staged.bytes()).unwrap_or(usize::MAX);
            let mut raw = BytesMut::with_capacity(bytes);
            for chunk in 0..staged.chunks() {
                raw.extend_from_slice(&store.staged_chunk(&staged, chunk)?);
            }
            Ok::<_, CallError>(raw.freeze())
        };
        let raw = blocking::read(read).await?;
        Ok(Judged { content: Content { raw, form }, _turn: Some(turn) })
    }

    /// The content for the store, with its hash; a large one is hashed off the reactor.
    pub(crate) async fn into_new(self) -> Result<(NewContent, Option<Staged>), CallError> {
        match self {
            Self::Whole(content) if content.raw.len() > HASH_INLINE_BYTES_MAX => {
                let hashed = blocking::read(move || Ok::<_, CallError>(hash(content)));
                Ok((hashed.await?, None))
            }
            Self::Whole(content) => Ok((hash(content), None)),
            Self::Staged(StagedContent { staged, form, hash }) => {
                Ok((NewContent { raw: Bytes::new(), form, hash }, Some(staged)))
            }
        }
    }
}

impl From<Content> for Inside {
    fn from(content: Content) -> Self {
        Self::Whole(content)
    }
}

impl From<StagedContent> for Inside {
    fn from(content: StagedContent) -> Self {
        Self::Staged(content)
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self(Sha256::new_with_prefix(ContentHash::DOMAIN))
    }
}

impl Hasher {
    fn finish(self) -> ContentHash {
        ContentHash(self.0.finalize().into())
    }
}

fn hash(content: Content) -> NewContent {
    let mut hasher = Hasher::default();
    content.decode(&mut |piece| hasher.0.update(piece));
    NewContent { raw: content.raw, form: content.form, hash: hasher.finish() }
}

/// Hashed in a fraction of a millisecond: less than handing it to another thread and back costs
/// the others on this one.
const HASH_INLINE_BYTES_MAX: usize = 128 << 10;
