//! Slow uploads of large envelopes: the hub's memory stays within its budget, and it goes on serving.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustls::ClientConfig;

use crate::Failure;
use crate::clock::Stopwatch;
use crate::content::{Content, hash_of};
use crate::https::{self, CallError, Client, Socket};
use crate::hub::{Hub, Site};
use crate::load::CODES;
use crate::soap::{Answer, Envelope, Request};

/// What to do.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by those who run the test")]
pub struct Uploads {
    /// Uploads at once.
    pub count: usize,
    /// Bytes that each announces.
    pub bytes: usize,
    /// For how long they trickle; one that was refused begins again.
    pub time: Duration,
}

/// What was seen.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MemoryReport {
    /// Most memory before the uploads, after small exchanges.
    pub base_bytes: u64,
    /// Most memory with the uploads.
    pub peak_bytes: u64,
    /// Bytes sent by all uploads.
    pub sent_bytes: u64,
    /// Uploads answered 503.
    pub refused: usize,
    /// Uploads whose socket broke without an answer.
    pub broken: usize,
    /// Small exchanges (deliver, pull, acknowledge) that went well meanwhile.
    pub exchanges: usize,
    /// Small deliveries answered 503 and sent again.
    pub deliveries_refused: usize,
}

/// Uploads slowly to a hub while small exchanges go on.
///
/// # Errors
/// When a small exchange fails, or the harness does.
pub fn slow_uploads(site: &Site, hub: &Hub, plan: Uploads) -> Result<MemoryReport, Failure> {
    let identity = site.identity(CODES[0])?;
    let mut small = Small::new(site, hub)?;
    for _ in 0..WARMING_EXCHANGES {
        small.exchange()?;
    }
    let base_bytes = hub.peak_memory()?;
    let over = AtomicBool::new(false);
    let (uploads, (exchanges, deliveries_refused)) = thread::scope(|scope| {
        let over = &over;
        let exchanging = thread::Builder::new().name("small".into()).spawn_scoped(
            scope,
            move || -> Result<(usize, usize), Failure> {
                let mut exchanges = 0;
                while !over.load(Ordering::Acquire) {
                    small.exchange()?;
                    exchanges += 1;
                }
                Ok((exchanges, small.refused))
            },
        )?;
        let uploads = Trickle::new(hub.address(), identity, plan).run(over, &exchanging);
        over.store(true, Ordering::Release);
        let exchanges = exchanging.join().map_err(|_| "the small exchanges panicked")??;
        Ok::<_, Failure>((uploads?, exchanges))
    })?;
    Ok(MemoryReport {
        base_bytes,
        peak_bytes: hub.peak_memory()?,
        sent_bytes: uploads.sent,
        refused: uploads.refused,
        broken: uploads.broken,
        exchanges,
        deliveries_refused,
    })
}

/// One envelope of this many bytes, whole: delivered, pulled, compared, acknowledged.
///
/// # Errors
/// When any of it fails.
pub fn large_exchange(site: &Site, hub: &Hub, bytes: usize) -> Result<(), Failure> {
    Small::new(site, hub)?.exchange_of(bytes)
}

/// Delivers to itself, pulls and acknowledges.
struct Small {
    client: Client,
    counter: u64,
    refused: usize,
}

impl Small {
    fn new(site: &Site, hub: &Hub) -> Result<Self, Failure> {
        let client = Client::new(hub.address(), site.identity(CODES[1])?);
        Ok(Self { client, counter: 0, refused: 0 })
    }

    fn exchange(&mut self) -> Result<(), Failure> {
        self.exchange_of(SMALL_BYTES)
    }

    fn exchange_of(&mut self, bytes: usize) -> Result<(), Failure> {
        self.counter += 1;
        let certificate = format!("S-{bytes}-{}", self.counter);
        let content = Content::new(self.counter, bytes);
        let delivered = self.deliver(&Request::Deliver {
            from: CODES[1],
            to: CODES[1],
            certificate: &certificate,
            channel: "",
            content: &content.xml,
        })?;
        let pulled = self.one(&Request::PullSingle(&delivered.number))?;
        if pulled.content.as_deref().map(hash_of) != Some(content.hash) {
            return Err("the content came back changed".into());
        }
        self.call(&Request::Acknowledge(&delivered.number))?;
        let tracked = self.one(&Request::Track(&delivered.number))?;
        if tracked.state == "Delivered" {
            Ok(())
        } else {
            Err(format!("acknowledged, and told to be {}", tracked.state).into())
        }
    }

    /// Under the load of others a delivery may be refused for now, and is sent again. The
    /// operations after it may not be refused.
    fn deliver(&mut self, request: &Request<'_>) -> Result<Envelope, Failure> {
        let watch = Stopwatch::start();
        loop {
            match self.client.call(request) {
                Ok(Answer::Envelopes(mut envelopes)) if envelopes.len() == 1 => {
                    return envelopes.pop().ok_or_else(|| "no envelope".into());
                }
                Err(CallError::Busy(_)) if watch.elapsed() < DELIVERY_TIME_MAX => {
                    self.refused += 1;
                    thread::park_timeout(AFTER_REFUSAL);
                }
                other => return Err(format!("DeliverEnvelope: {other:?}").into()),
            }
        }
    }

    fn one(&mut self, request: &Request<'_>) -> Result<Envelope, Failure> {
        let envelope = self.call(request)?.pop();
        envelope.ok_or_else(|| format!("{}: no envelope", request.operation()).into())
    }

    fn call(&mut self, request: &Request<'_>) -> Result<Vec<Envelope>, Failure> {
        match self.client.call(request) {
            Ok(Answer::Envelopes(envelopes)) => Ok(envelopes),
            other => Err(format!("{}: {other:?}", request.operation()).into()),
        }
    }
}

/// All slow uploads, a piece each in turn.
struct Trickle {
    address: SocketAddr,
    identity: Arc<ClientConfig>,
    plan: Uploads,
    sent: u64,
    refused: usize,
    broken: usize,
}

/// One upload on its way.
struct Upload {
    socket: Socket,
    left: usize,
}

impl Trickle {
    fn new(address: SocketAddr, identity: Arc<ClientConfig>, plan: Uploads) -> Self {
        Self { address, identity, plan, sent: 0, refused: 0, broken: 0 }
    }

    /// Until the time is over, or the small exchanges have failed.
    fn run<T>(
        mut self,
        over: &AtomicBool,
        exchanging: &thread::ScopedJoinHandle<'_, T>,
    ) -> Result<Self, Failure> {
        let watch = Stopwatch::start();
        let mut uploads: Vec<Upload> =
            (0..self.plan.count).map(|_| self.begin()).collect::<io::Result<_>>()?;
        while watch.elapsed() < self.plan.time && !exchanging.is_finished() {
            for upload in &mut uploads {
                if !self.go_on(upload) {
                    *upload = self.begin()?;
                }
            }
        }
        over.store(true, Ordering::Release);
        Ok(self)
    }

    fn begin(&mut self) -> io::Result<Upload> {
        let request = Request::Deliver {
            from: CODES[0],
            to: CODES[1],
            certificate: "SLOW",
            channel: "",
            content: "",
        };
        let message = request.to_xml();
        let start = message.find("</h:Content>").unwrap_or(message.len());
        let mut socket = https::connect(self.address, &self.identity)?;
        let head = https::request_head(request.operation(), self.plan.bytes);
        socket.get_mut().write_all(head.as_bytes())?;
        socket.get_mut().write_all(&message.as_bytes()[..start])?;
        Ok(Upload { socket, left: self.plan.bytes - start })
    }

    /// Sends a piece. False if this upload has come to its end: answered, broken, or all but the
    /// last bytes sent, which are never sent.
    fn go_on(&mut self, upload: &mut Upload) -> bool {
        let piece = PIECE_BYTES.min(upload.left.saturating_sub(PIECE_BYTES));
        if piece == 0 {
            return true;
        }
        let sent = upload.socket.get_mut().write_all(&[b'x'; PIECE_BYTES][..piece]);
        upload.left -= piece;
        self.sent += piece as u64;
        match (answered(&mut upload.socket), sent) {
            (Ok(true), _) => {
                match https::read_answer(&mut upload.socket) {
                    Ok((503, ..)) => self.refused += 1,
                    _ => self.broken += 1,
                }
                false
            }
            (Ok(false), Ok(())) => true,
            _ => {
                self.broken += 1;
                false
            }
        }
    }
}

/// Whether an answer has begun to arrive, without waiting for it.
fn answered(socket: &mut Socket) -> io::Result<bool> {
    let stream = socket.get_mut();
    stream.sock.set_nonblocking(true)?;
    let read = stream.conn.read_tls(&mut stream.sock);
    stream.sock.set_nonblocking(false)?;
    match read {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
        Err(error) => return Err(error),
        Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
        Ok(_) => {}
    }
    let state = stream.conn.process_new_packets().map_err(io::Error::other)?;
    Ok(state.plaintext_bytes_to_read() > 0)
}

const AFTER_REFUSAL: Duration = Duration::from_millis(20);
/// The hub says to come again in five seconds; so long, room must have come.
const DELIVERY_TIME_MAX: Duration = Duration::from_secs(10);
const SMALL_BYTES: usize = 4 << 10;
const WARMING_EXCHANGES: usize = 200;
/// A few TLS records: with so many uploads in turn, each of them is slow.
const PIECE_BYTES: usize = 64 << 10;
