//! Who falls silent is let go.

use std::time::Duration;

use phytohub_domain::Limits;
use phytohub_testkit::{TestHub, TestHubOptions, certificate_xml};
use phytohub_wire::soap::client;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::message::deliver;
use crate::raw::{Raw, post};

const SHORT: Duration = Duration::from_millis(50);

async fn hub_with(change: impl FnOnce(&mut Limits)) -> TestHub {
    let mut limits = Limits::default();
    change(&mut limits);
    TestHub::start_with(TestHubOptions { limits, ..TestHubOptions::default() }).await
}

#[tokio::test]
async fn a_silent_handshake_is_ended() {
    let hub = hub_with(|limits| limits.handshake_time = SHORT).await;
    let mut stream = TcpStream::connect(hub.address()).await.expect("a socket");
    assert_eq!(stream.read(&mut [0; 16]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn a_socket_without_its_first_request_is_closed() {
    let hub = hub_with(|limits| limits.first_byte_time = SHORT).await;
    let mut raw = Raw::of(&hub, "NO").await;
    assert!(raw.is_closed().await);
}

#[tokio::test]
async fn a_header_that_stops_is_not_waited_for() {
    let hub = hub_with(|limits| limits.first_byte_time = SHORT).await;
    let mut raw = Raw::of(&hub, "NO").await;
    raw.send("POST /hub/Deliv").await;
    assert!(raw.is_closed().await);
}

#[tokio::test]
async fn an_idle_socket_is_kept_alive_for_its_time() {
    let hub = hub_with(|limits| limits.keep_alive_time = SHORT).await;
    let mut raw = Raw::of(&hub, "NO").await;
    let body = String::from_utf8(client::get_profile()).expect("UTF-8");
    raw.send(post("1.1", &format!("Content-Length: {}\r\n", body.len())) + &body).await;
    assert_eq!(raw.reply().await.status(), "200");
    assert!(raw.is_closed().await);
}

#[tokio::test]
async fn an_upload_that_stops_is_told_so() {
    let hub = hub_with(|limits| limits.idle_time = SHORT).await;
    let mut raw = Raw::of(&hub, "NO").await;
    raw.send(post("1.1", "Content-Length: 100\r\n")).await;
    let reply = raw.reply().await;
    assert_eq!((reply.status(), reply.header("connection")), ("408", Some("close")));
    assert!(reply.body.contains("Fault"), "{}", reply.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_is_not_taken_is_given_up() {
    let hub = TestHub::start().await;
    let number = deliver(&mut hub.client("NO").await, "LK", &certificate_xml(20 << 20)).await;
    let mut limits = Limits::default();
    limits.idle_time = SHORT;
    hub.hub().set_limits(limits);
    let mut raw = Raw::of(&hub, "LK").await;
    let body = String::from_utf8(client::pull_single_import_envelope(&number)).expect("UTF-8");
    raw.send(post("1.1", &format!("Content-Length: {}\r\n", body.len())) + &body).await;
    while hub.tasks().count() > 1 {
        tokio::task::yield_now().await;
    }
    let mut rest = Vec::new();
    let _ = raw.stream.read_to_end(&mut rest).await;
    assert!(rest.len() < 20 << 20, "it broke off");
}
