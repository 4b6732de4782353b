//! One socket that speaks HTTP/1.1: it moves only while a call moves it, so no task runs beside.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::client::TlsStream;

use crate::{CallError, RequestBody};

type Stream = TokioIo<TlsStream<TcpStream>>;

/// One socket.
#[derive(Debug)]
pub(crate) struct Socket {
    sender: SendRequest<RequestBody>,
    driver: Driver,
    /// Since when nobody uses it.
    pub(crate) idle_since: Instant,
}

#[derive(Debug)]
struct Driver {
    connection: Pin<Box<Connection<Stream, RequestBody>>>,
    ended: bool,
}

/// What became of a request that got no reply.
pub(crate) enum SendError {
    /// The socket had closed before a byte of it was written; here it is again.
    Returned(Box<Request<RequestBody>>, hyper::Error),
    /// It may have left.
    Broken(hyper::Error),
}

impl Socket {
    /// Ready for requests; nothing is written yet.
    pub(crate) async fn new(stream: TlsStream<TcpStream>) -> hyper::Result<Self> {
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(HEADER_BYTES_MAX)
            .handshake(TokioIo::new(stream))
            .await?;
        let driver = Driver { connection: Box::pin(connection), ended: false };
        Ok(Self { sender, driver, idle_since: Instant::now() })
    }

    /// Sends a request and waits for the head of its reply.
    pub(crate) async fn send(
        &mut self,
        request: Request<RequestBody>,
    ) -> Result<Response<Incoming>, SendError> {
        let sent = self.driver.drive(self.sender.try_send_request(request)).await;
        sent.map_err(|mut error| match error.take_message() {
            Some(request) => SendError::Returned(Box::new(request), error.into_error()),
            None => SendError::Broken(error.into_error()),
        })
    }

    /// Reads a reply's body, of at most so many bytes.
    pub(crate) async fn read(
        &mut self,
        mut body: Incoming,
        bytes_max: usize,
    ) -> Result<Bytes, CallError> {
        let too_long = || CallError::ReplyTooLong { bytes_max };
        if body.size_hint().lower() > bytes_max as u64 {
            return Err(too_long());
        }
        let mut whole = BytesMut::new();
        while let Some(frame) = self.driver.drive(body.frame()).await {
            let frame = frame.map_err(|source| CallError::of_exchange(source, true))?;
            let Ok(data) = frame.into_data() else { continue };
            if whole.len() + data.len() > bytes_max {
                return Err(too_long());
            }
            whole.extend_from_slice(&data);
        }
        Ok(whole.freeze())
    }

    /// Whether it can take another request, after the other side had its chance to close it.
    pub(crate) async fn is_ready(&mut self) -> bool {
        self.driver.turn().await;
        !self.driver.ended && self.sender.is_ready()
    }
}

impl Driver {
    /// Moves the connection until the work on it is done. An error of the connection reaches the
    /// work, which knows what it means.
    async fn drive<F: Future>(&mut self, work: F) -> F::Output {
        let mut work = pin!(work);
        poll_fn(|context| {
            if !self.ended && self.connection.as_mut().poll(context).is_ready() {
                self.ended = true;
            }
            work.as_mut().poll(context)
        })
        .await
    }

    /// Moves the connection as far as it goes without waiting.
    async fn turn(&mut self) {
        self.drive(poll_fn(|_| Poll::Ready(()))).await;
    }
}

/// A reply's header, and what is read ahead of its body: SOAP needs a few hundred bytes of header.
const HEADER_BYTES_MAX: usize = 64 << 10;
