//! HTTP by hand.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// A socket, and what was read of the next reply.
pub(super) struct Plain<S>(S, Vec<u8>);

pub(super) struct Reply {
    head: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub(super) fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|line| line.1).collect()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Plain<S> {
    pub(super) const fn new(socket: S) -> Self {
        Self(socket, Vec::new())
    }

    pub(super) async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.expect("the door takes bytes");
        self.0.flush().await.expect("the door takes bytes");
    }

    /// The next reply, with a body of the length that it says, or up to the last chunk.
    pub(super) async fn reply(&mut self) -> Reply {
        let end = loop {
            if let Some(at) = self.1.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at + 4;
            }
            assert!(self.more().await, "closed: {:?}", String::from_utf8_lossy(&self.1));
        };
        let head = String::from_utf8_lossy(&self.1[..end]).into_owned();
        self.1.drain(..end);
        let mut reply = Reply { head, body: Vec::new() };
        if reply.header("transfer-encoding") == Some("chunked") {
            while let Some(chunk) = self.chunk().await {
                reply.body.extend(chunk);
            }
            return reply;
        }
        let length = reply.header("content-length").unwrap_or("0").parse().expect("a length");
        while self.1.len() < length {
            assert!(self.more().await, "closed inside a body");
        }
        reply.body = self.1.drain(..length).collect();
        reply
    }

    async fn chunk(&mut self) -> Option<Vec<u8>> {
        let line = loop {
            if let Some(at) = self.1.windows(2).position(|bytes| bytes == b"\r\n") {
                break self.1.drain(..at + 2).collect::<Vec<u8>>();
            }
            assert!(self.more().await, "closed between chunks");
        };
        let length = std::str::from_utf8(&line).expect("a number").trim();
        let length = usize::from_str_radix(length, 16).expect("a number");
        while self.1.len() < length + 2 {
            assert!(self.more().await, "closed inside a chunk");
        }
        let chunk: Vec<u8> = self.1.drain(..length + 2).take(length).collect();
        (length > 0).then_some(chunk)
    }

    pub(super) async fn more(&mut self) -> bool {
        let mut scratch = vec![0; 16 << 10];
        let read = self.0.read(&mut scratch).await.unwrap_or(0);
        self.1.extend_from_slice(&scratch[..read]);
        read > 0
    }

    pub(super) async fn is_closed(&mut self) -> bool {
        self.1.is_empty() && !self.more().await
    }
}
