//! New envelopes on their way into batches: whole, or piece by piece.

use bytes::Bytes;
use phytohub_domain::Timestamp;

use super::Committer;
use crate::CHUNK_BYTES;
use crate::apply::{Batch, Waiting};
use crate::command::{Accepted, Answer, Disposition, NewEnvelope};
use crate::error::CommitError;
use crate::keys::ContentId;
use crate::staging::{Staged, chunks};

/// An envelope with a large content.
#[derive(Debug)]
pub(crate) struct Large {
    id: ContentId,
    next_chunk: u32,
    envelope: Box<NewEnvelope>,
    pub(super) answer: Answer<Accepted>,
}

impl Committer {
    pub(super) fn accept(
        &mut self,
        batch: &mut Batch<'_>,
        mut envelope: Box<NewEnvelope>,
        answer: Answer<Accepted>,
    ) {
        let staged = envelope.staged.as_ref().map(Staged::id);
        let id = staged.unwrap_or_else(|| content_id(batch.now()));
        match batch.submitted(&envelope) {
            Ok(None) => {}
            Ok(Some(accepted)) => return batch.waiting.push(Waiting::Accepted(answer, accepted)),
            Err(error) => return drop(answer.send(Err(error))),
        }
        if let Disposition::Reject(_) = envelope.disposition {
            // Nobody will ask for it: only what it was is remembered.
            envelope.content.raw.clear();
            envelope.staged = None;
            let id = content_id(batch.now());
            return batch.accept(*envelope, id, answer);
        }
        match batch.repeated(&envelope) {
            Ok(None) => {}
            Ok(Some(accepted)) => return batch.waiting.push(Waiting::Accepted(answer, accepted)),
            Err(error) => return drop(answer.send(Err(error.into()))),
        }
        if staged.is_some() {
            // Its pieces are there, and the envelope's from now on.
            self.staged.remove(&id);
            batch.unstage(id);
            return batch.accept(*envelope, id, answer);
        }
        let bytes = envelope.content.raw.len();
        if let Err(error) = self.take_room(batch, bytes) {
            return drop(answer.send(Err(error)));
        }
        if bytes > CHUNK_BYTES {
            batch.stage(id, chunks(bytes as u64));
            self.large.push_back(Large { id, next_chunk: 0, envelope, answer });
        } else {
            batch.put_chunk(id, 0, &envelope.content.raw);
            batch.accept(*envelope, id, answer);
        }
    }

    fn take_room(&self, batch: &mut Batch<'_>, bytes: usize) -> Result<(), CommitError> {
        // What this batch adds is on no disk yet: it is counted.
        let room = batch.room.get_or_insert_with(|| self.reserve.look());
        let taken = self.reserve.take(room, bytes as u64);
        self.writer.metrics.disk_reserve_breached.set(i64::from(taken.is_err()));
        taken
    }

    /// Notes that a content comes ahead of its envelope.
    pub(super) fn stage(&mut self, batch: &mut Batch<'_>, bytes: u64) -> ContentId {
        let id = content_id(batch.now());
        batch.stage(id, chunks(bytes));
        self.staged.insert(id, 0);
        id
    }

    /// Writes a piece of it.
    pub(super) fn put_staged(
        &mut self,
        batch: &mut Batch<'_>,
        (id, chunk): (ContentId, u32),
        piece: &Bytes,
    ) -> Result<(), CommitError> {
        self.take_room(batch, piece.len())?;
        let came = self.staged.get_mut(&id).ok_or(CommitError::Purged)?;
        *came = chunk + 1;
        batch.put_chunk(id, chunk, piece);
        Ok(())
    }

    /// Removes what came of contents whose uploads are over, and that are no envelope's.
    pub(super) fn remove_abandoned(&mut self, batch: &mut Batch<'_>) {
        for id in self.abandoned.take() {
            if let Some(came) = self.staged.remove(&id) {
                batch.delete_chunks(id, came);
                batch.unstage(id);
            }
        }
    }

    /// Writes the next pieces of the oldest large content, and its envelope behind the last one.
    pub(super) fn advance_large(&mut self, batch: &mut Batch<'_>) {
        let Some(mut large) = self.large.pop_front() else { return };
        let raw = large.envelope.content.raw.clone();
        let pieces = raw.chunks(CHUNK_BYTES).skip(large.next_chunk as usize);
        for piece in pieces.take(LARGE_CHUNKS_PER_BATCH) {
            batch.put_chunk(large.id, large.next_chunk, piece);
            large.next_chunk += 1;
        }
        if large.next_chunk < chunks(raw.len() as u64) {
            return self.large.push_front(large);
        }
        batch.unstage(large.id);
        // Its twin may have come in while the pieces did.
        let Large { id, next_chunk, envelope, answer } = large;
        let twin = batch.submitted(&envelope).and_then(|submitted| match submitted {
            Some(accepted) => Ok(Some(accepted)),
            None => Ok(batch.repeated(&envelope)?),
        });
        match twin {
            Ok(None) => batch.accept(*envelope, id, answer),
            Ok(Some(accepted)) => {
                batch.delete_chunks(id, next_chunk);
                batch.waiting.push(Waiting::Accepted(answer, accepted));
            }
            Err(error) => {
                batch.delete_chunks(id, next_chunk);
                drop(answer.send(Err(error)));
            }
        }
    }
}

fn content_id(now: Timestamp) -> ContentId {
    let random = rand::random::<u128>() >> 48;
    ((u128::from(now.as_millis()) << 80) | random).to_be_bytes()
}

/// Pieces of a large content that one batch takes with it.
const LARGE_CHUNKS_PER_BATCH: usize = 2;
