//! One socket of a browser from its first byte to its last: handshake, requests, drain.

use std::net::SocketAddr;
use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsAcceptor;

use super::socket::{Socket, SocketIo, Stream};
use super::{Answering, Door, PageBody, request};
use crate::Shutdown;
use crate::activity::{Http, StreamTasks, drive};
use crate::https::connection::{
    HTTP_BUFFER_BYTES, HTTP2_HEADER_BYTES, HTTP2_SOCKET_WINDOW, HTTP2_STREAM_WINDOW,
};
use crate::tls::ALPN_H2;

/// Serves a socket until either side ends it.
pub(super) async fn serve(
    door: &Arc<Door>,
    stream: TcpStream,
    peer: SocketAddr,
    mut shutdown: Shutdown,
) {
    // hyper writes what there is; waiting for more to send would only delay it.
    let _ = stream.set_nodelay(true);
    let Some(tls) = &door.tls else {
        let socket = Socket::new(peer, false, false);
        return serve_http(door, Stream::Plain(stream), socket, shutdown).await;
    };
    let handshake = TlsAcceptor::from(tls.config()).accept(stream);
    let result = tokio::select! {
        biased;
        () = shutdown.requested() => return,
        result = timeout(door.limits.handshake_time, handshake) => result,
    };
    match result {
        Ok(Ok(stream)) => {
            let is_http2 = stream.get_ref().1.alpn_protocol() == Some(ALPN_H2);
            let socket = Socket::new(peer, true, is_http2);
            serve_http(door, Stream::Tls(Box::new(stream)), socket, shutdown).await;
        }
        Ok(Err(error)) => {
            let error = error.to_string();
            let error = phytohub_telemetry::Escaped(&error);
            tracing::debug!(%peer, %error, "a browser's TLS handshake failed");
        }
        Err(_) => tracing::debug!(%peer, "a browser's TLS handshake took too long"),
    }
}

async fn serve_http(door: &Arc<Door>, stream: Stream, socket: Arc<Socket>, shutdown: Shutdown) {
    let service = Requests { door: Arc::clone(door), socket: Arc::clone(&socket) };
    let io = TokioIo::new(SocketIo::new(stream, Arc::clone(&socket)));
    if socket.is_http2 {
        let connection = http2::Builder::new(StreamTasks(door.tasks.clone()))
            .max_concurrent_streams(HTTP2_STREAMS)
            .max_header_list_size(HTTP2_HEADER_BYTES)
            .initial_stream_window_size(HTTP2_STREAM_WINDOW)
            .initial_connection_window_size(HTTP2_SOCKET_WINDOW)
            .max_send_buf_size(HTTP_BUFFER_BYTES)
            .serve_connection(io, service);
        Box::pin(run(door, &socket, connection, shutdown)).await;
    } else {
        // A browser that closes its side has gone: `half_close` stays off, so that this is seen.
        let connection =
            http1::Builder::new().max_buf_size(HTTP_BUFFER_BYTES).serve_connection(io, service);
        Box::pin(run(door, &socket, connection, shutdown)).await;
    }
}

/// Runs a connection to its end, and says what was odd about that.
async fn run(door: &Door, socket: &Socket, connection: impl Http, shutdown: Shutdown) {
    let mut drained: Option<Instant> = None;
    let deadline = |draining: bool| {
        let due = socket.activity.deadline(&door.limits);
        if !draining {
            return due;
        }
        due.min(*drained.get_or_insert_with(|| Instant::now() + door.settings.drain_time))
    };
    let peer = socket.peer;
    match drive(connection, deadline, shutdown).await {
        Some(Ok(())) => {}
        Some(Err(error)) => tracing::debug!(%peer, %error, "a browser's socket broke"),
        None => tracing::debug!(%peer, "a browser's socket was closed: it waited too long"),
    }
}

/// Hands a socket's requests on.
#[derive(Clone)]
struct Requests {
    door: Arc<Door>,
    socket: Arc<Socket>,
}

impl Service<Request<Incoming>> for Requests {
    type Response = Response<PageBody>;
    type Error = std::convert::Infallible;
    type Future = Answering;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        Box::pin(request::answer(Arc::clone(&self.door), Arc::clone(&self.socket), request))
    }
}

/// Requests at once on one socket: browsers ask for all that a page shows.
const HTTP2_STREAMS: u32 = 100;
