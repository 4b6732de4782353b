//! One direction of a stream, read frame by frame.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use phytohub_wire::quic::{Event, Frame, FrameError, Frames, Source};
use quinn::{ReadError, RecvStream};
use thiserror::Error;
use tokio::time::timeout;

/// Frames as they arrive.
pub(super) struct FrameReader(Frames<Chunks>);

/// Why a stream cannot be read any further.
#[derive(Debug, Error)]
pub(super) enum StreamError {
    /// What came is no frame.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The rest of a frame did not come.
    #[error("no part of a frame arrived for {seconds} seconds")]
    Idle { seconds: u64 },
    /// A content came after none was announced, or none where one was: a bug of ours.
    #[error("a stream was read out of step")]
    OutOfStep,
    /// The peer, or the connection, is gone.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl FrameReader {
    pub(super) fn new(receive: RecvStream) -> Self {
        Self(Frames::new(Chunks { receive, ahead: VecDeque::new() }))
    }

    /// The next frame, however long it takes to begin; nothing at the stream's end. Nothing is lost
    /// if this is dropped.
    pub(super) async fn frame(&mut self) -> Result<Option<Frame>, StreamError> {
        match self.0.event().await? {
            Some(Event::Frame(frame)) => Ok(Some(frame)),
            Some(Event::Content { .. }) => Err(StreamError::OutOfStep),
            None => Ok(None),
        }
    }

    /// The next piece of the content of the frame before, and whether it is the last.
    pub(super) async fn piece(&mut self, idle: Duration) -> Result<(Bytes, bool), StreamError> {
        let idled = |_| StreamError::Idle { seconds: idle.as_secs() };
        match timeout(idle, self.0.event()).await.map_err(idled)?? {
            Some(Event::Content { piece, last }) => Ok((piece, last)),
            Some(Event::Frame(_)) => Err(StreamError::OutOfStep),
            None => Err(FrameError::PeerEndedTooSoon.into()),
        }
    }

    /// Passes over the content of the frame before.
    pub(super) async fn skip(&mut self, content: u64, idle: Duration) -> Result<(), StreamError> {
        if content == 0 {
            return Ok(());
        }
        while !self.piece(idle).await?.1 {}
        Ok(())
    }

    /// Tells the peer to send no more.
    pub(super) fn stop(&mut self, code: quinn::VarInt) {
        // It may have ended by itself.
        let _ = self.0.source().receive.stop(code);
    }
}

/// The stream's bytes, as they come.
struct Chunks {
    receive: RecvStream,
    /// Each turn with the connection's lock brings what is there.
    ahead: VecDeque<Bytes>,
}

impl Source for Chunks {
    type Error = StreamError;

    async fn chunk(&mut self) -> Result<Option<Bytes>, StreamError> {
        if self.ahead.is_empty() {
            let mut chunks = [const { Bytes::new() }; CHUNKS];
            let Some(came) = self.receive.read_chunks(&mut chunks).await? else { return Ok(None) };
            self.ahead.extend(chunks.into_iter().take(came));
        }
        Ok(self.ahead.pop_front())
    }
}

/// Taken from the transport together: some datagrams.
const CHUNKS: usize = 16;
