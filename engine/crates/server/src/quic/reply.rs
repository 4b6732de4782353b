//! Replies on their way out: frames of ours with stored contents behind them.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use phytohub_exchange::{CallError, Caller, Hub, PulledEnvelope, StoredContent};
use phytohub_telemetry::Outcome;
use phytohub_wire::quic::{EnvelopeFrame, EnvelopeHead, Message, encode};
use quinn::{SendStream, WriteError};
use thiserror::Error;
use tokio::time::timeout;

use super::refusal::Refusal;
use crate::budget::{Hold, Place};

/// What a request is answered with. It keeps the request's room in the budgets until it is out.
pub(super) struct Reply {
    pub(super) parts: Vec<Part>,
    pub(super) held: Vec<Hold>,
    pub(super) place: Option<Place>,
    /// For the metrics; nothing for what is no request of its own.
    pub(super) meter: Option<Meter>,
}

/// A piece of a reply.
pub(super) enum Part {
    /// Frames without contents.
    Frames(BytesMut),
    /// A frame, then its content.
    Envelope(BytesMut, Box<Outgoing>),
}

/// A content that goes out.
pub(super) struct Outgoing {
    content: StoredContent,
    caller: Caller,
}

/// Counts a request when it is over.
pub(super) struct Meter {
    pub(super) hub: Hub,
    pub(super) operation: &'static str,
    pub(super) outcome: Outcome,
    pub(super) started: Duration,
}

impl Drop for Meter {
    fn drop(&mut self) {
        let time = self.hub.clock().monotonic().saturating_sub(self.started);
        self.hub.metrics().count_request(self.operation, self.outcome, time);
    }
}

impl Reply {
    pub(super) fn new(parts: Vec<Part>) -> Self {
        Self { parts, held: Vec::new(), place: None, meter: None }
    }

    pub(super) fn of(frames: BytesMut) -> Self {
        Self::new(vec![Part::Frames(frames)])
    }

    /// A reply that is one frame and the last.
    pub(super) fn one<M: Message>(request: u32, message: &M) -> Self {
        Self::of(frame(request, phytohub_wire::quic::Head::LAST, message))
    }

    /// A refusal, which needs no room: it is a few hundred bytes.
    pub(super) fn refused(request: u32, refusal: &Refusal) -> Self {
        Self::of(frame(request, 0, &refusal.message()))
    }

    /// Bytes that the reply has in memory.
    pub(super) fn memory(&self) -> usize {
        self.parts.iter().map(Part::memory).sum()
    }
}

impl Part {
    fn memory(&self) -> usize {
        match self {
            Self::Frames(frames) => frames.len(),
            Self::Envelope(frame, outgoing) => {
                frame.len() + outgoing.content.ready().map_or(CHUNK_MEMORY, Bytes::len)
            }
        }
    }

    /// An envelope for its recipient.
    pub(super) fn envelope(
        request: u32,
        flags: u16,
        envelope: PulledEnvelope,
        caller: &Caller,
    ) -> Self {
        let PulledEnvelope { header, content, .. } = envelope;
        let mut head = EnvelopeHead::from(header);
        head.response = content.is_response();
        let message = EnvelopeFrame { head, form: content.form() };
        let mut out = BytesMut::new();
        encode(&mut out, request, flags, &message, content.len());
        Self::Envelope(out, Box::new(Outgoing { content, caller: caller.clone() }))
    }
}

/// One frame without content.
pub(super) fn frame<M: Message>(request: u32, flags: u16, message: &M) -> BytesMut {
    let mut out = BytesMut::new();
    encode(&mut out, request, flags, message, 0);
    out
}

/// Why a reply could not be sent to its end.
#[derive(Debug, Error)]
pub(super) enum SendError {
    /// The peer took nothing for too long.
    #[error("the peer took nothing for {seconds} seconds")]
    Idle { seconds: u64 },
    /// A content could not be read to its end.
    #[error(transparent)]
    Content(#[from] CallError),
    /// The peer, or the connection, is gone.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Sends parts of replies in order. A content whose last byte the transport took is told to the hub.
pub(super) async fn send(
    send: &mut SendStream,
    parts: Vec<Part>,
    hub: &Hub,
    idle: Duration,
) -> Result<(), SendError> {
    let mut gathered = Gathered::default();
    for part in parts {
        match part {
            Part::Frames(frames) => gathered.frames(frames),
            Part::Envelope(frame, outgoing) => {
                gathered.frames(frame);
                if let Some(bytes) = outgoing.content.ready().cloned() {
                    gathered.content(bytes, outgoing);
                    continue;
                }
                std::mem::take(&mut gathered).write(send, hub, idle).await?;
                for index in 0..outgoing.content.chunks() {
                    let mut piece = Gathered::default();
                    piece.chunks.push(outgoing.content.chunk(index).await?);
                    piece.write(send, hub, idle).await?;
                }
                hub.content_released(&outgoing.caller, &outgoing.content);
            }
        }
    }
    gathered.write(send, hub, idle).await
}

/// What is handed to the transport in one go: each go takes the connection's lock and wakes the
/// task that sends.
#[derive(Default)]
struct Gathered {
    chunks: Vec<Bytes>,
    /// Frames behind the last chunk.
    frames: BytesMut,
    /// Contents among the chunks, each with the number of chunks up to its end.
    contents: VecDeque<(usize, Box<Outgoing>)>,
}

impl Gathered {
    /// Small frames that stand together go together.
    fn frames(&mut self, frames: BytesMut) {
        if self.frames.is_empty() {
            self.frames = frames;
        } else {
            self.frames.extend_from_slice(&frames);
        }
    }

    fn content(&mut self, bytes: Bytes, outgoing: Box<Outgoing>) {
        self.chunks.extend([self.frames.split().freeze(), bytes]);
        self.contents.push_back((self.chunks.len(), outgoing));
    }

    /// Writes all of it, as long as the peer goes on taking some.
    async fn write(
        mut self,
        send: &mut SendStream,
        hub: &Hub,
        idle: Duration,
    ) -> Result<(), SendError> {
        let idled = |_| SendError::Idle { seconds: idle.as_secs() };
        self.chunks.push(self.frames.freeze());
        let mut taken = 0;
        loop {
            let rest = self.chunks.get_mut(taken..).unwrap_or_default();
            // What was written becomes empty.
            taken += rest.iter().take_while(|chunk| chunk.is_empty()).count();
            while let Some((_, gone)) = self.contents.pop_front_if(|(end, _)| *end <= taken) {
                hub.content_released(&gone.caller, &gone.content);
            }
            let rest = self.chunks.get_mut(taken..).unwrap_or_default();
            if rest.is_empty() {
                return Ok(());
            }
            timeout(idle, send.write_chunks(rest)).await.map_err(idled)??;
        }
    }
}

/// A large content has one chunk in memory at a time.
const CHUNK_MEMORY: usize = 1 << 20;
