//! The door of browsers.

#[path = "web/door.rs"]
mod door;
#[path = "web/plain.rs"]
mod plain;

use std::io::Read as _;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, ETAG, VARY};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use phytohub_server::{BindWebError, Forwarded, WebDoor, WebFiles, WebSettings, WebTls};
use phytohub_testkit::{TestCa, TestTls};
use tokio::net::TcpStream;

use door::TestDoor;

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
