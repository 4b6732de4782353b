//! HTTP written by hand, for what no client library would send.

use std::pin::Pin;
use std::task::Poll;

use phytohub_testkit::{TestHub, TestTls};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// A socket and what was read of it beyond the last reply.
pub(crate) struct Raw {
    pub(crate) stream: TlsStream<TcpStream>,
    buffer: Vec<u8>,
}

/// A reply, as text.
#[derive(Debug)]
pub(crate) struct RawReply {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl RawReply {
    pub(crate) fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

impl Raw {
    pub(crate) async fn open(hub: &TestHub, tls: &TestTls) -> Self {
        let stream = tls.open(hub.address()).await.expect("the hub takes the socket");
        Self { stream, buffer: Vec::new() }
    }

    pub(crate) async fn of(hub: &TestHub, code: &str) -> Self {
        Self::open(hub, &hub.tls(code)).await
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.expect("the hub takes bytes");
        self.stream.flush().await.expect("the hub takes bytes");
    }

    /// The next reply; its body is as long as it says.
    pub(crate) async fn reply(&mut self) -> RawReply {
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at + 4;
            }
            assert!(self.more().await > 0, "the hub closed: {:?}", self.text(self.buffer.len()));
        };
        let head = self.text(end);
        let mut reply = RawReply { head, body: String::new() };
        let length: usize =
            reply.header("content-length").map_or(0, |text| text.parse().expect("a length"));
        while self.buffer.len() < end + length {
            assert!(self.more().await > 0, "the hub closed inside a body");
        }
        reply.body = self.text(end + length).split_off(end);
        self.buffer.drain(..end + length);
        reply
    }

    /// Whether the hub has answered already, without waiting for it.
    pub(crate) async fn has_reply(&mut self) -> bool {
        let mut scratch = [0; 1024];
        let mut buffer = ReadBuf::new(&mut scratch);
        let ready = std::future::poll_fn(|context| {
            let read = Pin::new(&mut self.stream).poll_read(context, &mut buffer);
            Poll::Ready(read.is_ready())
        });
        ready.await
    }

    /// Whether the hub closes now, sending nothing more.
    pub(crate) async fn is_closed(&mut self) -> bool {
        self.buffer.is_empty() && self.more().await == 0
    }

    /// Reads some; zero at the end, orderly or not.
    async fn more(&mut self) -> usize {
        let mut scratch = vec![0; 16 << 10];
        let read = self.stream.read(&mut scratch).await.unwrap_or(0);
        self.buffer.extend_from_slice(&scratch[..read]);
        read
    }

    fn text(&self, length: usize) -> String {
        String::from_utf8_lossy(&self.buffer[..length]).into_owned()
    }
}

/// A request's head for a body of this length.
pub(crate) fn post(version: &str, more: &str) -> String {
    format!(
        "POST /hub/DeliveryService HTTP/{version}\r\nHost: localhost\r\n\
         Content-Type: text/xml; charset=utf-8\r\nSOAPAction: \"\"\r\n{more}\r\n"
    )
}
