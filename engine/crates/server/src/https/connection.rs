//! One socket from its first byte to its last: handshake, requests, drain.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::body::ReplyBody;
use super::socket::{Socket, SocketIo};
use super::{Door, route};
use crate::Shutdown;
use crate::activity::{Http, StreamTasks, drive};
use crate::identity::Peer;
use crate::tls::ALPN_H2;

/// Serves a socket until either side ends it.
pub(super) async fn serve(
    door: &Arc<Door>,
    stream: TcpStream,
    peer: SocketAddr,
    mut shutdown: Shutdown,
) {
    // Replies are written whole; waiting for more to send would only delay their end.
    let _ = stream.set_nodelay(true);
    let config = Arc::clone(&door.tls.state().config);
    let handshake = TlsAcceptor::from(config).accept(stream);
    let limit = door.hub.limits().handshake_time;
    let result = tokio::select! {
        biased;
        () = shutdown.requested() => return,
        result = timeout(limit, handshake) => result,
    };
    let trouble = match result {
        Ok(Ok(stream)) => {
            return Box::pin(serve_http(door, stream, peer, shutdown)).await;
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the handshake took too long".to_owned(),
    };
    if let Some(silenced) = door.handshake_trouble.admit(door.hub.clock().monotonic()) {
        let trouble = phytohub_telemetry::Escaped(&trouble);
        tracing::info!(%peer, %trouble, silenced, "a TLS handshake failed");
    }
}

async fn serve_http(
    door: &Arc<Door>,
    stream: TlsStream<TcpStream>,
    address: SocketAddr,
    shutdown: Shutdown,
) {
    let session = stream.get_ref().1;
    let is_http2 = session.alpn_protocol() == Some(ALPN_H2);
    let chain = session.peer_certificates().map(<[_]>::to_vec).unwrap_or_default();
    let socket = Socket::new(address, Peer::new(chain, address.ip()), is_http2);
    let service = Requests { door: Arc::clone(door), socket: Arc::clone(&socket) };
    let io = TokioIo::new(SocketIo::new(stream, Arc::clone(&socket), door.hub.clone()));
    if is_http2 {
        let connection = http2::Builder::new(StreamTasks(door.tasks.clone()))
            .max_concurrent_streams(HTTP2_STREAMS)
            .max_header_list_size(HTTP2_HEADER_BYTES)
            .initial_stream_window_size(HTTP2_STREAM_WINDOW)
            .initial_connection_window_size(HTTP2_SOCKET_WINDOW)
            .max_send_buf_size(HTTP_BUFFER_BYTES)
            .serve_connection(io, service);
        run(door, &socket, connection, shutdown).await;
    } else {
        let connection = http1::Builder::new()
            .max_buf_size(HTTP_BUFFER_BYTES)
            // Old clients close their side once their request is out.
            .half_close(true)
            .serve_connection(io, service);
        run(door, &socket, connection, shutdown).await;
    }
}

/// Runs a connection to its end, and says what was odd about that.
async fn run(door: &Door, socket: &Socket, connection: impl Http, shutdown: Shutdown) {
    let deadline = |_| socket.activity.deadline(&door.hub.limits());
    match drive(connection, deadline, shutdown).await {
        Some(Ok(())) => {}
        Some(Err(error)) => tracing::debug!(peer = %socket.address, %error, "a socket broke"),
        None => tracing::debug!(peer = %socket.address, "a socket was closed: it waited too long"),
    }
}

/// Hands a socket's requests to the route.
#[derive(Clone)]
struct Requests {
    door: Arc<Door>,
    socket: Arc<Socket>,
}

impl Service<Request<Incoming>> for Requests {
    type Response = Response<ReplyBody>;
    type Error = std::convert::Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        Box::pin(route::answer(Arc::clone(&self.door), Arc::clone(&self.socket), request))
    }
}

/// What hyper buffers of one direction of a socket, the whole header included: 4,096 sockets with
/// full buffers stay within the memory of the smallest server.
pub(crate) const HTTP_BUFFER_BYTES: usize = 64 << 10;
/// Requests at once on one socket: no known client sends more than one.
pub(crate) const HTTP2_STREAMS: u32 = 32;
/// SOAP needs a few hundred bytes of header.
pub(crate) const HTTP2_HEADER_BYTES: u32 = 16 << 10;
/// What one upload may send ahead: 256 KiB is 2.5 MB/s over a line of 100 ms.
pub(crate) const HTTP2_STREAM_WINDOW: u32 = 256 << 10;
/// What all uploads of one socket may send ahead.
pub(crate) const HTTP2_SOCKET_WINDOW: u32 = 512 << 10;
