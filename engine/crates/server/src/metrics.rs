//! The door for those who watch the hub: `/metrics`, `/healthz` and `/readyz` over plain HTTP on a
//! loopback address.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use phytohub_exchange::Hub;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::{BindError, Shutdown, Tasks};

/// A bound address, not yet served.
#[derive(Debug)]
pub struct MetricsDoor {
    listener: TcpListener,
    address: SocketAddr,
}

/// The door for metrics cannot be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BindMetricsError {
    /// The address is in use or not this machine's.
    #[error(transparent)]
    Bind(BindError),
    /// Others than this machine could reach it.
    #[error(
        "metrics are for this machine alone: choose a loopback address such as 127.0.0.1 address={address}"
    )]
    NotLoopback {
        /// The address asked for.
        address: SocketAddr,
    },
}

impl MetricsDoor {
    /// Binds a loopback address; port 0 picks one.
    ///
    /// # Errors
    /// When the address is not loopback, in use, or not this machine's.
    pub async fn bind(address: SocketAddr) -> Result<Self, BindMetricsError> {
        if !address.ip().is_loopback() {
            return Err(BindMetricsError::NotLoopback { address });
        }
        let error = |source| BindMetricsError::Bind(BindError { address, source });
        let listener = TcpListener::bind(address).await.map_err(error)?;
        let address = listener.local_addr().map_err(error)?;
        Ok(Self { listener, address })
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until told to stop. While the hub drains, `/readyz` is no longer answered.
    pub async fn serve(self, hub: Hub, tasks: Tasks, mut shutdown: Shutdown) {
        let open = Arc::new(AtomicUsize::new(0));
        loop {
            let accepted = tokio::select! {
                biased;
                () = shutdown.requested() => return,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) if open.load(Ordering::Relaxed) < SOCKETS_MAX => {
                    open.fetch_add(1, Ordering::Relaxed);
                    let (hub, open, shutdown) = (hub.clone(), Arc::clone(&open), shutdown.clone());
                    tasks.spawn("metrics socket", async move {
                        serve_socket(stream, hub, shutdown).await;
                        open.fetch_sub(1, Ordering::Relaxed);
                    });
                }
                Ok(_) => {
                    tracing::warn!(limit = SOCKETS_MAX, "too many sockets at the metrics door")
                }
                Err(error) => {
                    tracing::error!(%error, "cannot accept at the metrics door");
                    let _ = timeout(ACCEPT_PAUSE, shutdown.requested()).await;
                }
            }
        }
    }
}

async fn serve_socket(stream: TcpStream, hub: Hub, mut shutdown: Shutdown) {
    let service = service_fn(move |request| {
        let response = answer(&hub, &request);
        async { Ok::<_, Infallible>(response) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(SILENCE_TIME)
        .max_buf_size(BUFFER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        biased;
        () = shutdown.requested() => {}
        // What breaks here breaks for the watcher alone, who will ask again.
        _ = connection.as_mut() => return,
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(SILENCE_TIME, connection).await;
}

fn answer(hub: &Hub, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    if request.method() != Method::GET {
        let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "only GET is offered\n".into());
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        return response;
    }
    match request.uri().path() {
        "/metrics" => {
            let mut response = text(StatusCode::OK, hub.metrics().render());
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(OPEN_METRICS));
            response
        }
        "/healthz" => text(StatusCode::OK, "ok\n".into()),
        "/readyz" => match hub.readiness() {
            Ok(()) => text(StatusCode::OK, "ready\n".into()),
            Err(error) => text(StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")),
        },
        _ => text(StatusCode::NOT_FOUND, "here are /metrics, /healthz and /readyz\n".into()),
    }
}

fn text(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// A scraper or two, an orchestrator's probes, and a person.
const SOCKETS_MAX: usize = 64;
/// Scrapers ask every minute at most; between, they may open a new socket.
const SILENCE_TIME: Duration = Duration::from_secs(75);
/// The least that hyper takes; requests have a hundred bytes.
const BUFFER_BYTES: usize = 8 << 10;
/// As for the HTTPS door.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
