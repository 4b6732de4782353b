//! The door of people's browsers: pages of plugins over HTTP, without client certificates.
//!
//! It knows sockets and HTTP and nothing of plugins: whoever answers is given as [`Pages`]. It has
//! no hub, so no page can reach SOAP through it.

mod body;
mod connection;
mod gzip;
mod header;
mod request;
mod socket;
mod tls;
mod visitor;

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::service::Service;
use phytohub_domain::{Clock, Limits};
use phytohub_telemetry::{Metrics, TransportLabels};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

pub use tls::{WebFiles, WebTls};

use crate::crowd::{Crowd, Crowded, Place};
use crate::https::ACCEPT_PAUSE;
use crate::throttle::Throttle;
use crate::{BindError, Shutdown, Tasks};

/// A body in either direction. What comes in ends with an error when the browser goes.
pub type PageBody = UnsyncBoxBody<Bytes, io::Error>;

/// An answer on its way.
type Answering =
    Pin<Box<dyn Future<Output = Result<Response<PageBody>, Infallible>> + Send + 'static>>;

/// Who answers browsers.
///
/// A request's URI is absolute and says scheme, host and port as the browser sees them; path and
/// query are as they came. Its extensions hold the browser's [`IpAddr`], behind trusted proxies
/// too. Headers by which proxies tell such things are gone from it.
pub type Pages = dyn Service<
        Request<PageBody>,
        Response = Response<PageBody>,
        Error = Infallible,
        Future = Answering,
    > + Send
    + Sync;

/// `[web]`, as the door needs it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WebSettings {
    /// Scheme, host and port that browsers use, if the operator says so: then it is believed over
    /// `Host` and over every proxy. Default: unknown.
    pub public_url: Option<Uri>,
    /// Proxies whose word about the browser is believed. Default: none.
    pub trusted_proxies: Vec<IpAddr>,
    /// By which headers they tell. Default: `X-Forwarded-For`, `-Proto` and `-Host`.
    pub forwarded: Forwarded,
    /// Whether texts are sent as gzip to browsers that take it. Default: yes.
    pub compress: bool,
    /// Open sockets. Default 1,024: some hundred people with six sockets each, and room.
    pub sockets: usize,
    /// Open sockets from one address, trusted proxies excepted. Default 256: a ministry's people
    /// share one address, and one stranger cannot take the sockets from the others.
    pub sockets_per_address: usize,
    /// Requests in flight; more are told to come again. Default 512.
    pub requests_in_flight: usize,
    /// From connecting to a finished TLS handshake. Default 10 s.
    pub handshake_time: Duration,
    /// From a request's start, or the handshake's end, to its header's last byte. Default 15 s.
    pub header_time: Duration,
    /// A browser that takes nothing of an answer for so long is gone. Default 30 s.
    pub idle_time: Duration,
    /// A kept-alive socket without a request. Default 75 s, which is above what proxies have.
    pub keep_alive_time: Duration,
    /// Requests in flight when the hub stops have so long to end. Default 10 s.
    pub drain_time: Duration,
}

impl Default for WebSettings {
    fn default() -> Self {
        Self {
            public_url: None,
            trusted_proxies: Vec::new(),
            forwarded: Forwarded::default(),
            compress: true,
            sockets: 1024,
            sockets_per_address: 256,
            requests_in_flight: 512,
            handshake_time: Duration::from_secs(10),
            header_time: Duration::from_secs(15),
            idle_time: Duration::from_secs(30),
            keep_alive_time: Duration::from_secs(75),
            drain_time: Duration::from_secs(10),
        }
    }
}

/// By which headers trusted proxies tell of the browser. One kind only: a proxy passes the other
/// kind on as the browser sent it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the two customs")]
pub enum Forwarded {
    /// `X-Forwarded-For`, `X-Forwarded-Proto`, `X-Forwarded-Host`.
    #[default]
    XForwarded,
    /// `Forwarded` of RFC 7239.
    Rfc7239,
}

/// A bound address, not yet served.
#[derive(Debug)]
pub struct WebDoor {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Arc<WebTls>>,
}

/// The door for browsers cannot be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BindWebError {
    /// The address is in use or not this machine's.
    #[error(transparent)]
    Bind(BindError),
    /// Others than this machine could reach it, and anybody between could read along.
    #[error(
        "pages go over plain HTTP on loopback alone: name a certificate and its key, or choose \
         an address such as 127.0.0.1 address={address}"
    )]
    PlainNotLoopback {
        /// The address asked for.
        address: SocketAddr,
    },
}

impl WebDoor {
    /// Binds an address; port 0 picks one. Without TLS it must be a loopback address.
    ///
    /// # Errors
    /// When it is not, is in use, or not this machine's.
    pub async fn bind(address: SocketAddr, tls: Option<Arc<WebTls>>) -> Result<Self, BindWebError> {
        if tls.is_none() && !address.ip().to_canonical().is_loopback() {
            return Err(BindWebError::PlainNotLoopback { address });
        }
        let error = |source| BindWebError::Bind(BindError { address, source });
        let listener = TcpListener::bind(address).await.map_err(error)?;
        let address = listener.local_addr().map_err(error)?;
        Ok(Self { listener, address, tls })
    }

    /// The address that browsers connect to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until told to stop, and returns once nothing more is accepted. Sockets live on as
    /// `tasks`, which finish their requests within the drain's time: join them next.
    pub async fn serve(
        self,
        pages: Arc<Pages>,
        settings: WebSettings,
        (clock, metrics): (Arc<dyn Clock>, Arc<Metrics>),
        tasks: Tasks,
        mut shutdown: Shutdown,
    ) {
        let door = Arc::new(Door {
            pages,
            tls: self.tls,
            limits: limits(&settings),
            settings,
            clock,
            metrics,
            tasks,
            crowd: Crowd::default(),
            in_flight: AtomicUsize::new(0),
            socket_trouble: Throttle::default(),
            request_trouble: Throttle::default(),
        });
        loop {
            let accepted = tokio::select! {
                biased;
                () = shutdown.requested() => return,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => admit(&door, stream, peer, &shutdown),
                Err(error) => {
                    door.trouble(|silenced| {
                        tracing::error!(%error, silenced, "cannot accept sockets of browsers");
                    });
                    // Out of file descriptors, most likely: accepting again at once would spin.
                    let _ = timeout(ACCEPT_PAUSE, shutdown.requested()).await;
                }
            }
        }
    }
}

/// Everything that sockets share.
struct Door {
    pages: Arc<Pages>,
    tls: Option<Arc<WebTls>>,
    settings: WebSettings,
    /// The same limits, as sockets of every door have them.
    limits: Limits,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    tasks: Tasks,
    crowd: Crowd,
    in_flight: AtomicUsize,
    socket_trouble: Throttle,
    request_trouble: Throttle,
}

impl Door {
    /// Tells of a socket's trouble, unless many did already.
    fn trouble(&self, tell: impl FnOnce(u64)) {
        if let Some(silenced) = self.socket_trouble.admit(self.clock.monotonic()) {
            tell(silenced);
        }
    }

    fn is_proxy(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.settings.trusted_proxies.iter().any(|proxy| proxy.to_canonical() == address)
    }

    fn sockets_gauge(&self, change: i64) {
        let labels = TransportLabels { transport: "web" };
        self.metrics.sockets.get_or_create(&labels).inc_by(change);
    }
}

fn limits(settings: &WebSettings) -> Limits {
    let mut limits = Limits::default();
    limits.sockets = settings.sockets;
    limits.sockets_per_address = settings.sockets_per_address;
    limits.handshake_time = settings.handshake_time;
    limits.first_byte_time = settings.header_time;
    limits.idle_time = settings.idle_time;
    limits.keep_alive_time = settings.keep_alive_time;
    limits
}

/// Starts a socket's task, or closes the socket if there are too many.
fn admit(door: &Arc<Door>, stream: TcpStream, peer: SocketAddr, shutdown: &Shutdown) {
    let open = match Open::new(door, peer) {
        Ok(open) => open,
        Err(crowded) => {
            return door.trouble(|silenced| {
                tracing::warn!(%peer, %crowded, silenced, "too many browsers: closing the newest");
            });
        }
    };
    let (task_door, shutdown) = (Arc::clone(door), shutdown.clone());
    door.tasks.spawn("web socket", async move {
        let _open = open;
        connection::serve(&task_door, stream, peer, shutdown).await;
    });
}

/// One open socket, counted until dropped.
struct Open {
    door: Arc<Door>,
    place: Place,
}

impl Open {
    fn new(door: &Arc<Door>, peer: SocketAddr) -> Result<Self, Crowded> {
        let mut limits = door.limits.clone();
        if door.is_proxy(peer.ip()) {
            limits.sockets_per_address = limits.sockets;
        }
        let place = door.crowd.enter(peer.ip(), &limits)?;
        door.sockets_gauge(1);
        Ok(Self { door: Arc::clone(door), place })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.door.crowd.leave(self.place);
        self.door.sockets_gauge(-1);
    }
}
