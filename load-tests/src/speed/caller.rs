//! The generator's HTTPS client: HTTP/1.1 over kept-alive sockets, a pool for each country.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::Failure;
use crate::https::request_head;
use crate::speed::wire::Wire;

/// Where the hub is.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by those who know where it is")]
pub struct Target {
    /// Address of its door.
    pub address: SocketAddr,
    /// Host and port as the URL says them.
    pub host: String,
    /// Path of the service.
    pub path: String,
}

impl Target {
    /// A hub of the harness.
    #[must_use]
    pub fn own(address: SocketAddr) -> Self {
        Self { address, host: format!("localhost:{}", address.port()), path: PATH.into() }
    }
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    #[error("not sent: {0}")]
    NotSent(String),
    #[error("unanswered: {0}")]
    Unanswered(String),
}

/// An answer's status and body.
pub(crate) type Reply = (StatusCode, Bytes);

/// Calls one hub for many countries.
#[derive(Debug)]
pub(crate) struct Caller {
    target: Target,
    pools: Vec<Pool>,
    timeout: Duration,
    /// Whether slow lines are slow.
    paced: AtomicBool,
}

struct Pool {
    tls: TlsConnector,
    slow: Option<u64>,
    permits: Semaphore,
    idle: Mutex<Vec<Socket>>,
}

type Stream = TokioIo<TlsStream<Wire>>;

/// One connection, driven by whoever has it: nothing runs in the background.
struct Socket {
    sender: http1::SendRequest<Full<Bytes>>,
    connection: http1::Connection<Stream, Full<Bytes>>,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("slow", &self.slow).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Socket")
    }
}

impl Caller {
    /// A caller with a pool for each identity; `slow` ones read so many bytes a second.
    pub(crate) fn new(
        target: Target,
        identities: Vec<(Arc<ClientConfig>, Option<u64>)>,
        sockets_per_country: usize,
        timeout: Duration,
    ) -> Self {
        let pools = identities.into_iter().map(|(identity, slow)| Pool {
            tls: TlsConnector::from(identity),
            slow,
            permits: Semaphore::new(sockets_per_country),
            idle: Mutex::default(),
        });
        Self { target, pools: pools.collect(), timeout, paced: AtomicBool::new(true) }
    }

    /// From now on no line is slow.
    pub(crate) fn at_full_speed(&self) {
        self.paced.store(false, Ordering::Release);
        for pool in self.pools.iter().filter(|pool| pool.slow.is_some()) {
            pool.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    /// Opens a socket of a country and sends the beginning of an upload that will not go on. Returns
    /// when the hub has had enough of it.
    pub(crate) async fn stall(&self, country: usize) -> Result<(), Failure> {
        let pool = self.pools.get(country).ok_or("no such country")?;
        let mut tls = self.shake_hands(pool).await?;
        let head = request_head("DeliverEnvelope", STALLED_BYTES);
        tls.write_all(head.as_bytes()).await?;
        tls.write_all(&[b' '; 1000]).await?;
        tls.flush().await?;
        let mut answer = Vec::new();
        tls.read_to_end(&mut answer).await?;
        Ok(())
    }

    /// Sends a request in a country's name and reads the answer. Waits for a socket if all are busy.
    ///
    /// A request that the hub cannot have seen is tried once more, on a new socket.
    pub(crate) async fn call(
        &self,
        country: usize,
        operation: &str,
        body: String,
    ) -> Result<Reply, NoAnswer> {
        let not_sent = |text: &str| NoAnswer::NotSent(text.to_owned());
        let pool = self.pools.get(country).ok_or_else(|| not_sent("no such country"))?;
        let _permit = pool.permits.acquire().await.map_err(|_| not_sent("closed"))?;
        let body = Bytes::from(body);
        let exchange = async {
            let idle = pool.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            if let Some(socket) = idle {
                match self.exchange(pool, socket, operation, body.clone()).await {
                    Err(NoAnswer::NotSent(_)) => {}
                    other => return other,
                }
            }
            let socket = self.connect(pool).await.map_err(|e| NoAnswer::NotSent(e.to_string()))?;
            self.exchange(pool, socket, operation, body).await
        };
        match tokio::time::timeout(self.timeout, exchange).await {
            Ok(result) => result,
            Err(_) => Err(NoAnswer::Unanswered(format!("nothing within {:?}", self.timeout))),
        }
    }

    async fn connect(&self, pool: &Pool) -> Result<Socket, Failure> {
        let tls = self.shake_hands(pool).await?;
        let (sender, connection) = http1::handshake(TokioIo::new(tls)).await?;
        Ok(Socket { sender, connection })
    }

    async fn shake_hands(&self, pool: &Pool) -> Result<TlsStream<Wire>, Failure> {
        let tcp = TcpStream::connect(self.target.address).await?;
        tcp.set_nodelay(true)?;
        let name = self.target.host.rsplit_once(':').map_or(&*self.target.host, |(name, _)| name);
        let name = ServerName::try_from(name.trim_matches(['[', ']']).to_owned())?;
        let pace = pool.slow.filter(|_| self.paced.load(Ordering::Acquire));
        Ok(pool.tls.connect(name, Wire::new(tcp, pace)).await?)
    }

    async fn exchange(
        &self,
        pool: &Pool,
        mut socket: Socket,
        operation: &str,
        body: Bytes,
    ) -> Result<Reply, NoAnswer> {
        let action = format!("\"http://ephyto.ippc.int/IDeliveryService/{operation}\"");
        let request = Request::post(&self.target.path)
            .header(HOST, &self.target.host)
            .header(CONTENT_TYPE, "text/xml; charset=utf-8")
            .header("SOAPAction", action)
            .body(Full::new(body))
            .map_err(|error| NoAnswer::NotSent(error.to_string()))?;
        let answered = {
            let Socket { sender, connection } = &mut socket;
            let answer = async {
                sender.ready().await?;
                let (head, body) = sender.send_request(request).await?.into_parts();
                let keep = head.headers.get("connection").is_none_or(|value| value != "close");
                Ok::<_, hyper::Error>((head.status, body.collect().await?.to_bytes(), keep))
            };
            let mut answer = pin!(answer);
            tokio::select! {
                biased;
                answered = &mut answer => answered,
                // The connection came to its end; what it had read is there yet.
                _ = connection => answer.await.map(|(status, body, _)| (status, body, false)),
            }
        };
        let (status, body, keep) = answered.map_err(|error| {
            let text = words(&error);
            if error.is_canceled() || error.is_closed() {
                NoAnswer::NotSent(text)
            } else {
                NoAnswer::Unanswered(text)
            }
        })?;
        if keep {
            pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(socket);
        }
        Ok((status, body))
    }
}

/// An error with what is behind it.
fn words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut behind = error.source();
    while let Some(error) = behind {
        text = format!("{text}: {error}");
        behind = error.source();
    }
    text
}

/// Where every hub has its service.
const PATH: &str = "/hub/DeliveryService";
/// Announced by an upload that stalls.
const STALLED_BYTES: usize = 1 << 20;
