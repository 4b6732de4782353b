//! One connection, as its streams share it: who is at the other end, and how to part.

use std::sync::Arc;

use phytohub_exchange::Caller;
use phytohub_wire::quic::CloseCode;
use quinn::{Connection, VarInt};

use super::Door;
use crate::identity::{Peer, Unidentified};

/// A connection whose peer was known when it began.
pub(super) struct Link {
    pub(super) door: Arc<Door>,
    pub(super) connection: Connection,
    peer: Peer,
}

impl Link {
    pub(super) const fn new(door: Arc<Door>, connection: Connection, peer: Peer) -> Self {
        Self { door, connection, peer }
    }

    /// Who calls. Asked for every request; who is nobody any more is shut out.
    pub(super) fn identify(&self) -> Result<Caller, Unidentified> {
        let found = self.peer.identify(&self.door.hub, &self.door.tls);
        if let Err(error) = &found {
            self.close(CloseCode::Denied, &error.to_string());
        }
        found
    }

    /// Ends the connection, whatever is under way.
    pub(super) fn close(&self, code: CloseCode, reason: &str) {
        self.connection.close(code_of(code), reason.as_bytes());
    }
}

/// A code as the library takes it.
pub(super) fn code_of(code: CloseCode) -> VarInt {
    VarInt::from_u32(code as u32)
}
