//! Bodies large and slow, in both directions.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use phytohub_plugin_loader::instance::Completion;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::rig::{Called, Desk, Rig, Socket};

const ROUTES: &[&str] = &["POST echo 10000000", "GET large", "POST small 1000", "POST none"];

fn echo(desk: &Desk) -> Called {
    assert_eq!(desk.start(200, &[]), 0);
    loop {
        match desk.read() {
            Ok(piece) if piece.is_empty() => break,
            Ok(piece) => assert_eq!(desk.write(piece), 0),
            Err(_) => return Ok(Completion::Done),
        }
    }
    desk.finish();
    Ok(Completion::Done)
}

/// Passes some time.
async fn pass(time: Duration) {
    let _ = timeout(time, std::future::pending::<()>()).await;
}

#[tokio::test]
async fn a_large_body_goes_through_while_its_answer_comes() {
    let rig = Rig::start(ROUTES, |request, desk| {
        assert_eq!((request.body.len(), request.body_bytes), (0, Some(5_000_000)));
        echo(&desk)
    })
    .await;
    let body: Vec<u8> = (0..5_000_000_u32).map(|number| (number % 251) as u8).collect();
    let mut socket = rig.open().await;
    socket.head("POST /p/echo", "Content-Length: 5000000\r\n").await;
    let (read, mut write) = socket.stream.into_split();
    let sent = body.clone();
    rig.tasks.spawn("sender", async move {
        write.write_all(&sent).await.expect("the door takes bytes");
        // Kept open: a browser that closed its side would be gone.
        std::future::pending::<()>().await;
    });
    let mut reader = HalfSocket { read, buffer: Vec::new() };
    let echoed = reader.chunked_body().await;
    assert!(echoed == body, "every byte came back: {} of {}", echoed.len(), body.len());
}

#[tokio::test]
async fn a_slow_browser_slows_its_plugin_down() {
    let written = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&written);
    let rig = Rig::start(ROUTES, move |_, desk| {
        desk.start(200, &[]);
        for _ in 0..1024 {
            assert_eq!(desk.write([7; 64 << 10]), 0);
            count.fetch_add(64 << 10, Ordering::SeqCst);
        }
        desk.finish();
        Ok(Completion::Done)
    })
    .await;
    let mut socket = rig.open().await;
    socket.head("GET /p/large", "").await;
    // Until nothing moves any more.
    let mut before = 0;
    loop {
        pass(Duration::from_millis(200)).await;
        let now = written.load(Ordering::SeqCst);
        if now == before && now > 0 {
            break;
        }
        before = now;
    }
    // The kernel's buffers on both sides take some megabytes of the 64.
    assert!(before < 24 << 20, "{before} bytes were taken, and nobody read any");
    let reply = socket.reply().await;
    assert_eq!((reply.whole, reply.body.len()), (true, 64 << 20));
}

#[tokio::test]
async fn an_upload_may_take_long_as_long_as_something_arrives() {
    let idle = Duration::from_millis(300);
    let rig = Rig::start_with(ROUTES, Vec::new(), idle, |_, desk| echo(&desk)).await;
    let mut socket = rig.open().await;
    socket.head("POST /p/echo", "Content-Length: 100000\r\n").await;
    for _ in 0..10 {
        socket.send(vec![7; 10_000]).await;
        pass(Duration::from_millis(100)).await;
    }
    let reply = socket.reply().await;
    assert_eq!((reply.status(), reply.body.len(), reply.whole), ("200", 100_000, true));
}

#[tokio::test]
async fn an_upload_that_stops_is_told_so() {
    let idle = Duration::from_millis(150);
    let rig = Rig::start_with(ROUTES, Vec::new(), idle, |_, desk| {
        while desk.read().is_ok_and(|piece| !piece.is_empty()) {}
        Ok(Completion::Done)
    })
    .await;
    for length in ["100000", "500"] {
        let mut socket = rig.open().await;
        let line = if length == "500" { "POST /p/small" } else { "POST /p/echo" };
        socket.head(line, &format!("Content-Length: {length}\r\n")).await;
        socket.send([7; 100]).await;
        assert_eq!(socket.reply().await.status(), "408", "{length}");
    }
}

#[tokio::test]
async fn more_than_a_route_takes_is_refused_however_it_is_sent() {
    let rig = Rig::start(&["POST echo 100000", "POST small 1000", "POST none"], |_, desk| {
        while desk.read().is_ok_and(|piece| !piece.is_empty()) {}
        desk.say("taken")
    })
    .await;
    for (line, length, status) in [
        ("POST /p/small", 1000, "200"),
        ("POST /p/small", 1001, "413"),
        ("POST /p/none", 1, "413"),
        ("POST /p/none", 0, "200"),
        ("POST /p/echo", 100_000, "200"),
        ("POST /p/echo", 100_001, "413"),
        ("POST /p/echo", 500_000, "413"),
    ] {
        let mut socket = rig.open().await;
        socket.head(line, &format!("Content-Length: {length}\r\n")).await;
        socket.send("x".repeat(length)).await;
        assert_eq!(socket.reply().await.status(), status, "{line} {length}");
        let mut socket = rig.open().await;
        socket.head(line, "Transfer-Encoding: chunked\r\n").await;
        for chunk in "x".repeat(length).as_bytes().chunks(10_000) {
            socket.send(format!("{:x}\r\n", chunk.len())).await;
            socket.send(chunk).await;
            socket.send("\r\n").await;
        }
        socket.send("0\r\n\r\n").await;
        assert_eq!(socket.reply().await.status(), status, "{line} {length} in chunks");
    }
}

/// The reading half of a socket whose other half is being written.
struct HalfSocket {
    read: tokio::net::tcp::OwnedReadHalf,
    buffer: Vec<u8>,
}

impl HalfSocket {
    async fn chunked_body(&mut self) -> Vec<u8> {
        use tokio::io::AsyncReadExt;
        let mut scratch = vec![0; 64 << 10];
        while !self.buffer.ends_with(b"\r\n0\r\n\r\n") {
            let read = self.read.read(&mut scratch).await.expect("the door writes");
            assert!(read > 0, "closed after {}", self.buffer.len());
            self.buffer.extend_from_slice(&scratch[..read]);
        }
        let end = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("a head");
        let (mut body, mut rest) = (Vec::new(), &self.buffer[end + 4..]);
        loop {
            let at = rest.windows(2).position(|bytes| bytes == b"\r\n").expect("a length");
            let length = std::str::from_utf8(&rest[..at]).expect("a number");
            let length = usize::from_str_radix(length, 16).expect("a number");
            if length == 0 {
                return body;
            }
            body.extend_from_slice(&rest[at + 2..at + 2 + length]);
            rest = &rest[at + 4 + length..];
        }
    }
}

#[tokio::test]
async fn what_is_written_goes_out_before_the_end() {
    let (sender, receiver) = std::sync::mpsc::sync_channel::<()>(1);
    let receiver = std::sync::Mutex::new(receiver);
    let rig = Rig::start(ROUTES, move |_, desk| {
        desk.start(200, &[("content-type", "text/html")]);
        desk.write("first".repeat(300));
        receiver.lock().expect("one at a time").recv().expect("the test goes on");
        desk.write("second");
        desk.finish();
        Ok(Completion::Done)
    })
    .await;
    let mut socket: Socket = rig.open().await;
    socket.head("GET /p/large", "").await;
    while !socket.buffer.ends_with(b"first\r\n") {
        assert!(socket.more().await, "closed");
    }
    sender.send(()).expect("the hook waits");
    let reply = socket.reply().await;
    assert!(reply.whole && reply.text().ends_with("second"));
}
