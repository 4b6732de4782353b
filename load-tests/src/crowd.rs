//! Memory of a hub whose door over QUIC has many connections: first they say nothing, then each is
//! brought envelopes and takes none.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use phytohub_wire::quic::{ALPN, Subscribe, encode};
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{ClientConfig, Connection, Endpoint, RecvStream, SendStream, TransportConfig, VarInt};

use crate::Failure;
use crate::clock::Stopwatch;
use crate::compare::unlimited;
use crate::content::Content;
use crate::https::{CallError, Client};
use crate::hub::{Hub, Site};
use crate::load::CODES;
use crate::soap::{Answer, Request};
use crate::speed::Cost;

/// What to do.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by those who measure")]
pub struct Crowd {
    /// Connections at once.
    pub connections: usize,
    /// Envelopes that wait for each of them.
    pub envelopes: usize,
    /// Bytes of each envelope's content.
    pub content_bytes: usize,
    /// How long they take nothing: less than the hub has patience for.
    pub time: Duration,
}

/// What the hub's process had in memory, in bytes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CrowdReport {
    /// Before anybody connected.
    pub alone: u64,
    /// With all connected, each having said nothing.
    pub idle: u64,
    /// The same when the envelopes waited.
    pub filled: u64,
    /// At most, while each was brought envelopes and took none.
    pub unread: u64,
    /// Of ten deliveries by others meanwhile, those that were answered 503.
    pub refused: usize,
    /// After all of them left.
    pub left: u64,
}

impl CrowdReport {
    /// In words.
    #[must_use]
    pub fn told(&self, crowd: Crowd) -> String {
        let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        let each = |more: u64| more as f64 / 1024.0 / crowd.connections.max(1) as f64;
        let idle = self.idle.saturating_sub(self.alone);
        let unread = self.unread.saturating_sub(self.filled);
        format!(
            "alone {:.0} MiB; {} idle connections {:.0} MiB more, {:.0} KiB each; while {} envelopes of \
             {} KiB for each waited {:.0} MiB; brought and not taken {:.0} MiB more, {:.0} KiB each, of \
             10 deliveries by others {} refused; after they left {:.0} MiB",
            mib(self.alone),
            crowd.connections,
            mib(idle),
            each(idle),
            crowd.envelopes,
            crowd.content_bytes >> 10,
            mib(self.filled),
            mib(unread),
            each(unread),
            self.refused,
            mib(self.left)
        )
    }
}

/// Makes a hub, and measures it.
///
/// # Errors
/// As [`measure`].
pub fn run(program: &Path, crowd: Crowd) -> Result<CrowdReport, Failure> {
    let dir = tempfile::Builder::new().prefix("phytohub-crowd-").tempdir()?;
    let site = Site::init(program, &dir.path().join("hub"), &CODES)?;
    site.open_quic()?;
    unlimited(&site)?;
    let hub = site.start(None)?;
    measure(&site, &hub, crowd)
}

/// Measures a hub with an open door over QUIC, of which nothing else is asked.
///
/// # Errors
/// When a connection or a delivery fails, or the harness does.
pub fn measure(site: &Site, hub: &Hub, crowd: Crowd) -> Result<CrowdReport, Failure> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let address = hub.quic().ok_or("the hub has no door over QUIC")?;
        let memory = || Cost::of(hub.id()).memory_bytes;
        // What a first delivery brings with it is not the crowd's.
        fill(site, hub, 1, crowd.content_bytes)?;
        let alone = memory();
        let readers = Readers::connect(site, address, crowd.connections).await?;
        let idle = memory();
        fill(site, hub, crowd.connections * crowd.envelopes, crowd.content_bytes)?;
        let filled = memory();
        let streams = readers.subscribe().await?;
        let (watch, mut unread) = (Stopwatch::start(), filled);
        while watch.elapsed() < crowd.time {
            Stopwatch::start().reaches(LOOK_EVERY).await;
            unread = unread.max(memory());
        }
        let refused = fill(site, hub, 10, crowd.content_bytes)?;
        drop(streams);
        readers.leave().await;
        Ok(CrowdReport { alone, idle, filled, unread, refused, left: memory() })
    })
}

/// Delivers so many envelopes; how many of them were refused for now.
fn fill(site: &Site, hub: &Hub, count: usize, bytes: usize) -> Result<usize, Failure> {
    let mut sender = Client::new(hub.address(), site.identity(CODES[0])?);
    let content = Content::new(7, bytes).xml;
    let (series, mut refused) = (rand::random::<u32>(), 0);
    for number in 0..count {
        let certificate = format!("W{series:08x}-{number}");
        let request = Request::Deliver {
            from: CODES[0],
            to: CODES[1],
            certificate: &certificate,
            channel: "",
            content: &content,
        };
        match sender.call(&request) {
            Ok(Answer::Envelopes(_)) => {}
            Err(CallError::Busy(_)) => refused += 1,
            other => return Err(format!("DeliverEnvelope: {other:?}").into()),
        }
    }
    Ok(refused)
}

/// Connections of one recipient, by one socket.
struct Readers {
    endpoint: Endpoint,
    connections: Vec<Connection>,
}

impl Readers {
    async fn connect(site: &Site, address: SocketAddr, count: usize) -> Result<Self, Failure> {
        let mut tls = (*site.identity(CODES[1])?).clone();
        tls.alpn_protocols = vec![ALPN.to_vec()];
        let mut config = ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls)?));
        let mut transport = TransportConfig::default();
        transport
            .stream_receive_window(VarInt::from_u32(WINDOW_BYTES))
            .keep_alive_interval(Some(KEEP_ALIVE));
        config.transport_config(Arc::new(transport));
        let endpoint = Endpoint::client(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let mut connections = Vec::with_capacity(count);
        for _ in 0..count {
            let connecting = endpoint.connect_with(config.clone(), address, "localhost")?;
            connections.push(connecting.await?);
        }
        Ok(Self { endpoint, connections })
    }

    /// Begins a subscription on each, of which nothing is read.
    async fn subscribe(&self) -> Result<Vec<(SendStream, RecvStream)>, Failure> {
        let mut out = BytesMut::new();
        encode(&mut out, 0, 0, &Subscribe { envelopes: 64, bytes: 4 << 20 }, 0);
        let frame = out.freeze();
        let mut streams = Vec::with_capacity(self.connections.len());
        for connection in &self.connections {
            let (mut send, receive) = connection.open_bi().await?;
            send.write_chunk(frame.clone()).await?;
            streams.push((send, receive));
        }
        Ok(streams)
    }

    async fn leave(self) {
        for connection in &self.connections {
            connection.close(VarInt::from_u32(0), b"");
        }
        self.endpoint.wait_idle().await;
    }
}

/// What a reader has room for: as good as nothing.
const WINDOW_BYTES: u32 = 2 << 10;
const KEEP_ALIVE: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(200);
