//! What the transport may take, with where the numbers come from.

use std::sync::Arc;
use std::time::Duration;

use quinn::crypto::rustls::{NoInitialCipherSuite, QuicServerConfig};
use quinn::{IdleTimeout, ServerConfig, TransportConfig, VarInt};

use crate::tls::TlsState;

/// The cryptography library lacks the suite that QUIC begins with.
pub(super) type NoSuite = NoInitialCipherSuite;

/// The configuration for handshakes, made of one loading of the files.
pub(super) struct Configured {
    pub(super) generation: u64,
    pub(super) config: Arc<ServerConfig>,
}

impl Configured {
    pub(super) fn new(state: &TlsState) -> Result<Self, NoSuite> {
        let crypto = QuicServerConfig::try_from(Arc::clone(&state.quic))?;
        let mut config = ServerConfig::with_crypto(Arc::new(crypto));
        config
            .transport_config(Arc::new(transport()))
            .migration(true)
            .max_incoming(INCOMING_MAX)
            .incoming_buffer_size(INCOMING_BYTES)
            .incoming_buffer_size_total(INCOMING_BYTES_ALL);
        Ok(Self { generation: state.generation, config: Arc::new(config) })
    }
}

fn transport() -> TransportConfig {
    let mut config = TransportConfig::default();
    config
        .max_concurrent_bidi_streams(VarInt::from_u32(STREAMS_MAX))
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .stream_receive_window(VarInt::from_u32(STREAM_WINDOW))
        .receive_window(VarInt::from_u32(CONNECTION_WINDOW))
        .send_window(CONNECTION_WINDOW.into())
        .datagram_receive_buffer_size(None)
        .max_idle_timeout(Some(IdleTimeout::from(VarInt::from_u32(IDLE_MS))));
    config
}

/// Streams at once on one connection: the deepest pipelines that were measured.
pub(super) const STREAMS_MAX: u32 = 64;
/// Requests at once on one stream: the same.
pub(super) const REQUESTS_MAX: usize = 64;
/// What one stream may send ahead: 256 KiB is 2.5 MB/s over a line of 100 ms.
const STREAM_WINDOW: u32 = 256 << 10;
/// What all streams of one connection may send ahead, and what may wait to be taken by its peer: a
/// thousand that take nothing hold 512 MiB.
const CONNECTION_WINDOW: u32 = 512 << 10;
/// A connection that says nothing is gone. Clients send a PING every 20 seconds; firewalls forget
/// UDP after 30.
const IDLE_MS: u32 = 60_000;
/// Handshakes that wait for their turn, in which they are answered within microseconds.
const INCOMING_MAX: usize = 1024;
/// What may arrive for one of them meanwhile: a client's first flight.
const INCOMING_BYTES: u64 = 16 << 10;
/// For all of them.
const INCOMING_BYTES_ALL: u64 = 4 << 20;

/// How often a connection on which nothing happens is looked at: whose certificate expires.
pub(super) const LOOK_TIME: Duration = Duration::from_secs(60);
