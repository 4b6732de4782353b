//! The ceiling of the fast door as a contender: the server of [`super::echo`] in a process of its
//! own, driven as the hub is.

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use super::{CLIENT, MESSAGE, QuicSession, Ways};
use crate::Failure;
use crate::compare::contender::{Contender, Doing, Session, Start, told};
use crate::compare::peer::Peer;

/// The server in a process of its own.
pub(in crate::compare) struct QuicCeiling {
    peer: Peer,
    ways: Arc<Ways>,
}

impl QuicCeiling {
    pub(in crate::compare) async fn start(start: &Start<'_>) -> Result<Self, Failure> {
        let bytes = start.content_bytes.to_string();
        let words = ["serve-quic-ceiling", "--content-bytes", &bytes, "--pki"];
        let mut words: Vec<OsString> = words.iter().map(Into::into).collect();
        words.push(start.site.pki().into());
        let peer = Peer::start(start.own, &words, Duration::ZERO, "ready")?;
        let address = peer.quic().ok_or("the ceiling did not say where it listens")?;
        let ways = Ways::open(start.site, address, start.in_flight).await?;
        Ok(Self { peer, ways: Arc::new(ways) })
    }
}

impl Contender for QuicCeiling {
    fn settings(&self) -> Vec<(String, String)> {
        told(&[
            (
                "settings",
                "quinn and rustls with aws-lc-rs, as the hub has them; it sends back as many bytes, \
                 in as many frames, made before",
            ),
            ("durability", "none: nothing is kept"),
            ("client", CLIENT),
            ("message", MESSAGE),
        ])
    }

    fn process(&self) -> u32 {
        self.peer.id()
    }

    fn session(&self, worker: usize) -> Doing<'_, Box<dyn Session>> {
        let session = QuicSession::new(Arc::clone(&self.ways), worker);
        Box::pin(async move { Ok(Box::new(session) as Box<dyn Session>) })
    }
}
