//! States of what the caller sent, told as they change.

use bytes::BytesMut;
use phytohub_domain::EnvelopeHeader;
use phytohub_wire::quic::{Kind, Message as _, StateFrame, Watch, encode};

use super::reply::Replies;
use super::retry::Retry;
use super::{QuicClient, QuicError};

/// What a watch tells.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the protocol's version closes this list")]
pub enum StateChange {
    /// An envelope stands where it did not stand before.
    Changed(Box<EnvelopeHeader>),
    /// Some changes were not told, before this connection or by a hub in a hurry: track what matters.
    /// The first word of every connection.
    Missed,
}

/// States as they change.
#[derive(Debug)]
pub struct StateWatch {
    client: QuicClient,
    live: Option<Replies>,
}

impl StateWatch {
    pub(super) const fn new(client: QuicClient) -> Self {
        Self { client, live: None }
    }

    /// The next change, whenever it comes, over as many connections as it takes.
    ///
    /// # Errors
    /// When the hub refuses the caller, or what it sends is not understood.
    pub async fn next(&mut self) -> Result<StateChange, QuicError> {
        let mut retry = Retry::patient();
        loop {
            match self.told().await {
                Ok(told) => return Ok(told),
                Err(error) => {
                    self.live = None;
                    retry.after(&self.client, error).await?;
                }
            }
        }
    }

    async fn told(&mut self) -> Result<StateChange, QuicError> {
        let live = match &mut self.live {
            Some(live) => live,
            None => {
                let link = self.client.link().await?;
                let (mut send, receive) = link.open().await?;
                let mut out = BytesMut::new();
                encode(&mut out, 0, 0, &Watch, 0);
                send.write_chunk(out.freeze()).await?;
                self.live.insert(Replies::new(receive, link, Some(send)))
            }
        };
        let frame = live.frame().await?;
        let frame = frame.ok_or(phytohub_wire::quic::FrameError::PeerEndedTooSoon)?;
        match frame.head.known_kind() {
            Some(Kind::State) => {
                let head = StateFrame::read(frame.fields)?.head;
                Ok(StateChange::Changed(Box::new(head.into())))
            }
            Some(Kind::Lagged) => Ok(StateChange::Missed),
            _ => Err(QuicError::OutOfStep),
        }
    }
}
