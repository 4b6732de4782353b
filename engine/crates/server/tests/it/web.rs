//! The door of browsers, with pages of the test's own behind it.

use std::convert::Infallible;
use std::io::Read as _;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG, SET_COOKIE, VARY};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo};
use phytohub_server::{
    BindWebError, Forwarded, PageBody, ShutdownTrigger, SystemClock, Tasks, WebDoor, WebFiles,
    WebSettings, WebTls,
};
use phytohub_telemetry::Metrics;
use phytohub_testkit::{TestCa, TestTls};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// Pages that answer what they were asked.
#[derive(Clone, Default)]
struct Echo {
    /// Told when a request to `/wait` is there.
    came: Arc<Notify>,
    /// What it waits for.
    go: Arc<Notify>,
}

type Answering = Pin<Box<dyn Future<Output = Result<Response<PageBody>, Infallible>> + Send>>;

impl Service<Request<PageBody>> for Echo {
    type Response = Response<PageBody>;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, request: Request<PageBody>) -> Answering {
        let this = self.clone();
        Box::pin(async move { Ok(this.answer(request).await) })
    }
}

impl Echo {
    async fn answer(&self, request: Request<PageBody>) -> Response<PageBody> {
        let (parts, body) = request.into_parts();
        match parts.uri.path() {
            "/wait" => {
                self.came.notify_one();
                self.go.notified().await;
                page("text/plain", "waited")
            }
            "/text" => {
                let mut response = page("text/html; charset=utf-8", "a page of text ".repeat(1000));
                response.headers_mut().insert(ETAG, "\"one\"".parse().expect("a tag"));
                response
            }
            "/picture" => page("image/png", "0".repeat(5000)),
            "/cookies" => {
                let mut response = page("text/plain", "two");
                for cookie in ["a=1; Path=/", "b=2; HttpOnly"] {
                    let cookie = cookie.parse().expect("a value");
                    response.headers_mut().append(SET_COOKIE, cookie);
                }
                let policy = "default-src 'none'".parse().expect("a value");
                response.headers_mut().insert("content-security-policy", policy);
                response.headers_mut().insert("connection", "x-odd".parse().expect("a value"));
                response
            }
            "/refuse" => {
                let mut response = page("text/plain", "too large");
                *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
                response
            }
            _ => {
                let client = parts.extensions.get::<IpAddr>().expect("an address");
                let told = parts.headers.keys().any(|name| name.as_str().contains("forward"));
                let Ok(body) = body.collect().await else { return page("text/plain", "gone") };
                let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
                let text = format!("{} {} {client} {told} {body}", parts.method, parts.uri);
                page("text/plain", text)
            }
        }
    }
}

fn page(kind: &'static str, text: impl Into<Bytes>) -> Response<PageBody> {
    let body = Full::new(text.into()).map_err(|never| match never {});
    let mut response = Response::new(body.boxed_unsync());
    response.headers_mut().insert(CONTENT_TYPE, kind.parse().expect("a type"));
    response
}

struct TestDoor {
    address: SocketAddr,
    echo: Echo,
    tasks: Tasks,
    trigger: ShutdownTrigger,
}

impl TestDoor {
    async fn start(settings: WebSettings, tls: Option<WebTls>) -> Self {
        let door = WebDoor::bind(([127, 0, 0, 1], 0).into(), tls.map(Arc::new)).await;
        let door = door.expect("a free port");
        let (address, tasks, echo) = (door.address(), Tasks::new(), Echo::default());
        let (trigger, shutdown) = ShutdownTrigger::new();
        let (pages, own) = (Arc::new(echo.clone()), tasks.clone());
        let with = (Arc::new(SystemClock::new()) as _, Arc::new(Metrics::new()));
        tasks.spawn("web door", async move {
            door.serve(pages, settings, with, own, shutdown).await;
        });
        Self { address, echo, tasks, trigger }
    }

    async fn plain() -> Self {
        Self::start(WebSettings::default(), None).await
    }

    async fn open(&self) -> Plain<TcpStream> {
        Plain(TcpStream::connect(self.address).await.expect("it listens"), Vec::new())
    }

    /// One request on a socket of its own, with `Host: localhost` unless the lines name another.
    async fn ask(&self, line: &str, lines: &str) -> Reply {
        let host = if lines.contains("Host:") { "" } else { "Host: localhost\r\n" };
        let mut socket = self.open().await;
        socket.send(&format!("{line} HTTP/1.1\r\n{host}{lines}\r\n")).await;
        socket.reply().await
    }
}

/// HTTP by hand.
struct Plain<S>(S, Vec<u8>);

struct Reply {
    head: String,
    body: Vec<u8>,
}

impl Reply {
    fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    fn all(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|line| line.1).collect()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Plain<S> {
    async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.expect("the door takes bytes");
        self.0.flush().await.expect("the door takes bytes");
    }

    /// The next reply, with a body of the length that it says, or up to the last chunk.
    async fn reply(&mut self) -> Reply {
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

    async fn more(&mut self) -> bool {
        let mut scratch = vec![0; 16 << 10];
        let read = self.0.read(&mut scratch).await.unwrap_or(0);
        self.1.extend_from_slice(&scratch[..read]);
        read > 0
    }

    async fn is_closed(&mut self) -> bool {
        self.1.is_empty() && !self.more().await
    }
}

#[tokio::test]
async fn a_page_is_asked_with_the_address_that_the_browser_sees() {
    let door = TestDoor::plain().await;
    let reply = door.ask("GET /a/%2e%2e%2Fb?x=%20", "Host: localhost:8480\r\n").await;
    assert_eq!(reply.status(), "200");
    assert_eq!(reply.text(), "GET http://localhost:8480/a/%2e%2e%2Fb?x=%20 127.0.0.1 false ");
    let reply = door.ask("POST /a", "Content-Length: 3\r\n\r\nabc").await;
    assert_eq!(reply.text(), "POST http://localhost/a 127.0.0.1 false abc");
}

#[tokio::test]
async fn every_page_gets_the_headers_that_keep_browsers_safe() {
    let door = TestDoor::plain().await;
    let reply = door.ask("GET /text", "").await;
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(reply.header("referrer-policy"), Some("same-origin"));
    assert_eq!(reply.header("x-frame-options"), Some("DENY"));
    assert!(reply.header("content-security-policy").is_some_and(|p| p.contains("'self'")));
    assert_eq!(reply.header("strict-transport-security"), None, "over plain HTTP it means nothing");
    let reply = door.ask("GET /cookies", "").await;
    assert_eq!(reply.all("set-cookie"), ["a=1; Path=/", "b=2; HttpOnly"]);
    assert_eq!(reply.all("content-security-policy"), ["default-src 'none'"], "the page's own");
    assert_eq!(reply.header("connection"), None, "that is the socket's");
}

#[tokio::test]
async fn a_name_that_is_not_this_machines_is_refused_on_plain_loopback() {
    let door = TestDoor::plain().await;
    assert_eq!(door.ask("GET /a", "Host: evil.example\r\n").await.status(), "421");
    assert_eq!(door.ask("GET /a", "Host: a@localhost\r\n").await.status(), "400");
    let mut settings = WebSettings::default();
    settings.public_url = Some("https://hub.example/".parse().expect("a URL"));
    let door = TestDoor::start(settings, None).await;
    let reply = door.ask("GET /a", "Host: evil.example\r\n").await;
    assert!(reply.text().starts_with("GET https://hub.example/a "), "{}", reply.text());
    assert!(reply.header("strict-transport-security").is_some());
}

#[tokio::test]
async fn only_trusted_proxies_are_believed() {
    let told = "Host: 10.0.0.9\r\nX-Forwarded-For: 6.6.6.6, 192.0.2.7\r\n\
                X-Forwarded-Proto: https\r\nX-Forwarded-Host: hub.example\r\n\
                Forwarded: for=7.7.7.7;host=evil.example\r\n";
    let mut settings = WebSettings::default();
    settings.trusted_proxies = vec![[127, 0, 0, 1].into()];
    let door = TestDoor::start(settings.clone(), None).await;
    let reply = door.ask("GET /a", told).await;
    assert_eq!(reply.text(), "GET https://hub.example/a 192.0.2.7 false ");
    settings.forwarded = Forwarded::Rfc7239;
    let door = TestDoor::start(settings, None).await;
    let reply = door.ask("GET /a", told).await;
    assert_eq!(reply.text(), "GET http://evil.example/a 7.7.7.7 false ");
    let stranger = TestDoor::plain().await;
    let reply = stranger.ask("GET /a", &told.replace("10.0.0.9", "localhost")).await;
    assert_eq!(reply.text(), "GET http://localhost/a 127.0.0.1 false ");
}

#[tokio::test]
async fn texts_are_compressed_unless_a_secret_could_be_measured() {
    let door = TestDoor::plain().await;
    let gzip = "Accept-Encoding: br, gzip;q=0.8\r\n";
    let reply = door.ask("GET /text", gzip).await;
    assert_eq!(reply.header(CONTENT_ENCODING.as_str()), Some("gzip"));
    assert_eq!(reply.header(VARY.as_str()), Some("accept-encoding"));
    assert_eq!(reply.header(ETAG.as_str()), Some("W/\"one\""), "other bytes, another tag");
    assert!(reply.body.len() < 1000, "{}", reply.body.len());
    let mut text = String::new();
    flate2::read::GzDecoder::new(&reply.body[..]).read_to_string(&mut text).expect("gzip");
    assert_eq!(text, "a page of text ".repeat(1000));
    for (path, lines, why) in [
        ("/text", "", "not asked for"),
        ("/text", "Accept-Encoding: gzip;q=0\r\n", "refused"),
        ("/picture", gzip, "no text"),
        ("/a", gzip, "small"),
        ("/text", "Accept-Encoding: gzip\r\nCookie: a=b\r\n", "a secret, asked by nobody known"),
        (
            "/text",
            "Accept-Encoding: gzip\r\nCookie: a=b\r\nSec-Fetch-Site: cross-site\r\n",
            "a secret, asked from elsewhere",
        ),
    ] {
        let reply = door.ask(&format!("GET {path}"), lines).await;
        assert_eq!(reply.header(CONTENT_ENCODING.as_str()), None, "{why}");
    }
    let own = format!("{gzip}Cookie: a=b\r\nSec-Fetch-Site: same-origin\r\n");
    assert_eq!(door.ask("GET /text", &own).await.header("content-encoding"), Some("gzip"));
}

#[tokio::test]
async fn plain_http_is_for_loopback_alone() {
    let refused = WebDoor::bind(([0, 0, 0, 0], 0).into(), None).await;
    let error = refused.expect_err("others could reach it");
    assert!(matches!(error, BindWebError::PlainNotLoopback { .. }));
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[tokio::test]
async fn a_slow_header_and_an_idle_socket_are_closed() {
    let mut settings = WebSettings::default();
    settings.header_time = Duration::from_millis(150);
    settings.keep_alive_time = Duration::from_millis(150);
    let door = TestDoor::start(settings, None).await;
    let mut silent = door.open().await;
    assert!(silent.is_closed().await, "no first byte");
    let mut slow = door.open().await;
    slow.send("GET /a HTTP/1.1\r\nHost: localh").await;
    assert!(!slow.more().await, "half a header");
    let mut idle = door.open().await;
    idle.send("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(idle.reply().await.status(), "200");
    assert!(idle.is_closed().await, "no second request");
}

#[tokio::test]
async fn one_address_cannot_take_all_sockets_nor_requests_all_places() {
    let mut settings = WebSettings::default();
    settings.sockets_per_address = 2;
    settings.requests_in_flight = 1;
    let door = TestDoor::start(settings, None).await;
    let (mut first, mut second) = (door.open().await, door.open().await);
    first.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    door.echo.came.notified().await;
    second.send("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let reply = second.reply().await;
    assert_eq!((reply.status(), reply.header("retry-after")), ("503", Some("2")));
    assert!(door.open().await.is_closed().await, "a third socket");
    door.echo.go.notify_one();
    assert_eq!(first.reply().await.text(), "waited");
    second.send("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(second.reply().await.status(), "200");
}

#[tokio::test]
async fn a_refused_upload_can_still_read_why() {
    let door = TestDoor::plain().await;
    let mut socket = door.open().await;
    socket
        .send("POST /refuse HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000000\r\n\r\n")
        .await;
    let part = "x".repeat(100_000);
    for _ in 0..200 {
        socket.send(&part).await;
    }
    let reply = socket.reply().await;
    assert_eq!((reply.status(), reply.header("connection")), ("413", Some("close")));
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn a_request_in_flight_is_answered_while_the_door_drains() {
    let door = TestDoor::plain().await;
    let (mut idle, mut busy) = (door.open().await, door.open().await);
    idle.send("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(idle.reply().await.status(), "200");
    busy.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    door.echo.came.notified().await;
    door.trigger.fire();
    assert!(idle.is_closed().await);
    door.echo.go.notify_one();
    let reply = busy.reply().await;
    assert_eq!((reply.text(), reply.header("connection")), ("waited", Some("close")));
    door.tasks.join(Duration::from_secs(30)).await.expect("every task ends");
    assert!(TcpStream::connect(door.address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn what_never_ends_is_cut_off_by_the_drains_end() {
    let mut settings = WebSettings::default();
    settings.drain_time = Duration::from_millis(100);
    let door = TestDoor::start(settings, None).await;
    let mut busy = door.open().await;
    busy.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    door.echo.came.notified().await;
    door.trigger.fire();
    door.tasks.join(Duration::from_secs(30)).await.expect("every task ends");
    assert!(busy.is_closed().await);
}

#[tokio::test]
async fn browsers_speak_http_2_over_tls_without_certificates() {
    let (ca, directory) = (TestCa::new("Test CA"), tempfile::tempdir().expect("a directory"));
    let server = ca.server(&["localhost"]);
    let files = WebFiles {
        certificate: directory.path().join("web.pem"),
        key: directory.path().join("web.key"),
    };
    std::fs::write(&files.certificate, server.pem()).expect("the directory is ours");
    std::fs::write(&files.key, server.key_pem()).expect("the directory is ours");
    let tls = WebTls::load(&files).expect("the files are good");
    tls.reload(&files).expect("they still are");
    let door = TestDoor::start(WebSettings::default(), Some(tls)).await;
    let stream = TestTls::new(&ca, None).alpn(&[b"h2"]).open(door.address).await;
    let stream = stream.expect("a socket");
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let shake = http2::handshake::<_, _, Full<Bytes>>(TokioExecutor::new(), TokioIo::new(stream));
    let (mut sender, connection) = shake.await.expect("HTTP/2");
    door.tasks.spawn("client", async {
        let _ = connection.await;
    });
    let mut replies = Vec::new();
    for path in ["/a", "/text", "/wait"] {
        let request = Request::get(format!("https://localhost:1{path}"));
        let request = request.body(Full::default()).expect("a request");
        sender.ready().await.expect("a stream");
        replies.push(sender.send_request(request));
    }
    door.echo.go.notify_one();
    for (reply, begins) in replies.into_iter().zip(["GET https://localhost:1/a", "a page", "wai"]) {
        let reply = reply.await.expect("an answer");
        assert_eq!(reply.status(), StatusCode::OK);
        assert!(reply.headers().contains_key("strict-transport-security"));
        let body = reply.into_body().collect().await.expect("a body").to_bytes();
        assert!(body.starts_with(begins.as_bytes()), "{body:?}");
    }
}
