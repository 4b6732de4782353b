//! Large contents that come in piece by piece, ahead of their envelope.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::command::{Command, StagingCommand};
use crate::database::Database;
use crate::error::{CommitError, ReadError};
use crate::keys::{self, ContentId};
use crate::record::corrupt;
use crate::{CHUNK_BYTES, Store};

/// A content on its way in. Its pieces are on disk, and nobody's: they go when this is dropped, or
/// when the store is opened again.
#[derive(Debug)]
pub struct Staging {
    staged: Staged,
    /// Pieces given so far.
    given: u32,
    /// The answer to the one given last.
    under_way: Option<oneshot::Receiver<Result<(), CommitError>>>,
}

/// A content that came in whole. Its pieces become an envelope's when that is accepted; if none
/// is before the last clone is dropped, they go.
#[derive(Clone, Debug)]
pub struct Staged(Arc<Pieces>);

struct Pieces {
    id: ContentId,
    bytes: u64,
    commands: mpsc::Sender<Command>,
    abandoned: Abandoned,
}

/// Contents whose uploads are over. One that became an envelope's is among them too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Abandoned(Arc<Mutex<Vec<ContentId>>>);

impl Store {
    /// Begins to take in a content of so many bytes.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn stage(&self, bytes: u64) -> Result<Staging, CommitError> {
        let (commands, abandoned) = self.staging();
        let id =
            self.ask(|answer| Command::Staging(StagingCommand::Begin { bytes, answer })).await?;
        let pieces = Pieces { id, bytes, commands, abandoned };
        Ok(Staging { staged: Staged(Arc::new(pieces)), given: 0, under_way: None })
    }

    /// One piece of a content that came in and is no envelope's yet.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn staged_chunk(&self, staged: &Staged, chunk: u32) -> Result<Bytes, ReadError> {
        read(self.database(), &staged.0, chunk)
    }
}

impl Staging {
    /// Takes the next piece: [`CHUNK_BYTES`], the last one what is left. Comes back when the one
    /// before is on disk, so that no more than two are in memory.
    ///
    /// # Errors
    /// See [`CommitError`]: then the content cannot be taken in any more.
    pub async fn put(&mut self, piece: Bytes) -> Result<(), CommitError> {
        self.settle().await?;
        let (answer, answered) = oneshot::channel();
        let (id, chunk) = (self.staged.0.id, self.given);
        let command = Command::Staging(StagingCommand::Chunk { id, chunk, piece, answer });
        self.staged.0.commands.send(command).await.map_err(|_| CommitError::Closed)?;
        self.given += 1;
        self.under_way = Some(answered);
        Ok(())
    }

    /// Waits until all is on disk.
    ///
    /// # Errors
    /// As for [`Staging::put`].
    pub async fn finish(mut self) -> Result<Staged, CommitError> {
        self.settle().await?;
        debug_assert_eq!(self.given, self.staged.chunks(), "as many pieces as were announced");
        Ok(self.staged)
    }

    async fn settle(&mut self) -> Result<(), CommitError> {
        match self.under_way.take() {
            Some(answered) => answered.await.unwrap_or(Err(CommitError::OutcomeUnknown)),
            None => Ok(()),
        }
    }
}

impl Staged {
    /// Bytes of the whole.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.bytes
    }

    /// Pieces.
    #[must_use]
    pub fn chunks(&self) -> u32 {
        chunks(self.0.bytes)
    }

    pub(crate) fn id(&self) -> ContentId {
        self.0.id
    }
}

impl Abandoned {
    pub(crate) fn take(&self) -> Vec<ContentId> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pieces").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        self.abandoned.0.lock().unwrap_or_else(PoisonError::into_inner).push(self.id);
        // Without room for it now the next one that comes is told for both; a store that is closed
        // removes them when it is opened.
        let _ = self.commands.try_send(Command::Staging(StagingCommand::Abandon));
    }
}

fn read(database: &Database, pieces: &Pieces, chunk: u32) -> Result<Bytes, ReadError> {
    let key = keys::content(pieces.id, chunk);
    let value = database.get(keys::CONTENT, &key)?;
    value.map(Bytes::from).ok_or_else(|| corrupt("content", &key))
}

/// Pieces of a content of this many bytes.
pub(crate) fn chunks(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(CHUNK_BYTES as u64).max(1)).unwrap_or(u32::MAX)
}
