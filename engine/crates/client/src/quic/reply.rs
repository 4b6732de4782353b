//! What the hub sends on a stream, read frame by frame.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use phytohub_wire::quic::{Event, Frame, FrameError, Frames, Kind, Message, Refused, Source};
use quinn::{RecvStream, SendStream};

use super::QuicError;
use super::connect::Link;

/// Frames of one stream, which keeps its connection alive.
#[derive(Debug)]
pub(super) struct Replies {
    frames: Frames<Chunks>,
    /// Bytes of the content of the last frame that were not read.
    content: u64,
    /// The asking side, if nobody else has it: dropped, it would be broken off.
    _send: Option<SendStream>,
    _link: Link,
}

impl Replies {
    pub(super) fn new(receive: RecvStream, link: Link, send: Option<SendStream>) -> Self {
        let frames = Frames::new(Chunks { receive, ahead: VecDeque::new() });
        Self { frames, content: 0, _send: send, _link: link }
    }

    /// The reply that is one frame without content.
    pub(super) async fn one<M: Message>(&mut self) -> Result<M, QuicError> {
        let frame = self.next(M::KIND).await?.ok_or(QuicError::OutOfStep)?;
        Ok(M::read(frame.fields)?)
    }

    /// The next frame, which must be of this kind; nothing at the reply's end. Nothing is lost if this
    /// is dropped.
    pub(super) async fn next(&mut self, kind: Kind) -> Result<Option<Frame>, QuicError> {
        let frame = self.frame().await?.ok_or(FrameError::PeerEndedTooSoon)?;
        match frame.head.known_kind() {
            Some(known) if known == kind => Ok(Some(frame)),
            Some(Kind::End) => Ok(None),
            _ => Err(QuicError::OutOfStep),
        }
    }

    /// The next frame that is no refusal; nothing at the stream's end.
    pub(super) async fn frame(&mut self) -> Result<Option<Frame>, QuicError> {
        match self.any_frame().await? {
            Some(frame) if frame.head.known_kind() == Some(Kind::Refused) => {
                Err(Refused::read(frame.fields)?.into())
            }
            other => Ok(other),
        }
    }

    /// The next frame of any kind; nothing at the stream's end. Of kinds that are not known those
    /// are passed over that may be.
    pub(super) async fn any_frame(&mut self) -> Result<Option<Frame>, QuicError> {
        loop {
            // The rest of a content that nobody wanted.
            while self.content > 0 {
                self.piece().await?;
            }
            let Some(Event::Frame(frame)) = self.frames.event().await? else { return Ok(None) };
            self.content = frame.head.content;
            match frame.head.known_kind() {
                None if !frame.head.is_critical() => {}
                _ => return Ok(Some(frame)),
            }
        }
    }

    /// Bytes of the content of the last frame that were not read.
    pub(super) const fn content_bytes(&self) -> u64 {
        self.content
    }

    /// The whole content of the last frame.
    pub(super) async fn content(&mut self, bytes_max: usize) -> Result<Bytes, QuicError> {
        let bytes = usize::try_from(self.content).unwrap_or(usize::MAX);
        if bytes > bytes_max {
            return Err(QuicError::TooLarge { limit: bytes_max });
        }
        let mut whole = BytesMut::new();
        while self.content > 0 {
            let piece = self.piece().await?;
            if self.content == 0 && whole.is_empty() {
                return Ok(piece);
            }
            if whole.is_empty() {
                // What is announced is made room for once a part of it is there.
                whole.reserve(bytes.min(ROOM_AT_ONCE));
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    /// The next piece of the content of the last frame.
    pub(super) async fn piece(&mut self) -> Result<Bytes, QuicError> {
        match self.frames.event().await? {
            Some(Event::Content { piece, .. }) => {
                self.content = self.content.saturating_sub(piece.len() as u64);
                Ok(piece)
            }
            _ => Err(FrameError::PeerEndedTooSoon.into()),
        }
    }
}

/// The stream's bytes, as they come.
#[derive(Debug)]
struct Chunks {
    receive: RecvStream,
    /// Each turn with the connection's lock brings what is there.
    ahead: VecDeque<Bytes>,
}

impl Source for Chunks {
    type Error = QuicError;

    async fn chunk(&mut self) -> Result<Option<Bytes>, QuicError> {
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
/// Ordinary certificates fit in it.
const ROOM_AT_ONCE: usize = 1 << 20;
