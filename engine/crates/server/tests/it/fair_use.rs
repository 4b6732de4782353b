//! Who asks for more than its share hears when to come again, and the others notice nothing.

use std::time::Duration;

use http::StatusCode;
use phytohub_domain::Limits;
use phytohub_exchange::Policy;
use phytohub_testkit::{TestHub, TestHubOptions, certificate_xml};
use phytohub_wire::soap::client;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpSocket, TcpStream};

use crate::message::{deliver, header};
use crate::raw::{Raw, post};

async fn hub_with(change: impl FnOnce(&mut Policy)) -> TestHub {
    let hub = TestHub::start().await;
    let mut policy = Policy::default();
    change(&mut policy);
    hub.hub().set_policy(policy);
    hub
}

#[tokio::test]
async fn too_many_requests_get_a_time_to_come_again() {
    let hub = hub_with(|policy| policy.requests_per_minute = 2).await;
    let (mut greedy, mut other) = (hub.client("NO").await, hub.client("LK").await);
    greedy.call(client::get_profile()).await;
    greedy.call(client::get_profile()).await;
    let refused = greedy.post(client::get_profile()).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers["retry-after"], "30");
    assert!(refused.headers["content-type"].to_str().is_ok_and(|it| it.starts_with("text/xml")));
    let fault = refused.fault();
    assert!(fault.contains("2 requests in a minute") && fault.contains("in 30 seconds"), "{fault}");
    other.call(client::get_profile()).await;
    hub.clock().advance(Duration::from_secs(30));
    // Its body was not read, so the socket it came on is gone.
    hub.client("NO").await.call(client::get_profile()).await;
    drop((greedy, other));
    hub.stop().await;
}

#[tokio::test]
async fn bytes_are_counted_before_they_are_read() {
    let hub = hub_with(|policy| policy.bytes_per_minute = 100_000).await;
    deliver(&mut hub.client("NO").await, "LK", &"x".repeat(90_000)).await;
    let mut raw = Raw::of(&hub, "NO").await;
    raw.send(post("1.1", "Content-Length: 50000\r\nExpect: 100-continue\r\n")).await;
    let reply = raw.reply().await;
    assert_eq!(reply.status(), "503", "not a byte of it was asked for");
    let seconds: u64 = reply.header("retry-after").expect("a time").parse().expect("seconds");
    assert!((20..=30).contains(&seconds), "{seconds}");
    assert!(reply.body.contains("100000 bytes of requests in a minute"), "{}", reply.body);
    hub.client("NO").await.call(client::get_profile()).await;
    hub.client("LK").await.call(client::validate_phyto_xml(&certificate_xml(90_000))).await;
}

#[tokio::test]
async fn bytes_that_nobody_announced_are_counted_as_they_come() {
    let hub = hub_with(|policy| policy.bytes_per_minute = 100_000).await;
    let mut raw = Raw::of(&hub, "NO").await;
    raw.send(post("1.1", "Transfer-Encoding: chunked\r\n")).await;
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
    for _ in 0..30 {
        raw.send(&chunk).await;
    }
    let reply = raw.reply().await;
    assert_eq!((reply.status(), reply.header("connection")), ("503", Some("close")));
    assert!(reply.header("retry-after").is_some());
}

#[tokio::test]
async fn mail_that_nobody_fetches_is_refused_at_the_sender() {
    let hub = hub_with(|policy| policy.pending_per_recipient = 1).await;
    let mut sender = hub.client("NO").await;
    deliver(&mut sender, "LK", "1").await;
    let refused = sender.post(client::deliver_envelope(&header("NO", "LK"), "2")).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers["retry-after"], "300");
    assert!(refused.fault().contains("1 envelopes of NO wait for LK"), "{}", refused.fault());
    deliver(&mut sender, "AR", "2").await;
}

#[tokio::test]
async fn one_address_leaves_sockets_to_the_others() {
    let mut limits = Limits::default();
    limits.sockets_per_address = 2;
    let hub = TestHub::start_with(TestHubOptions { limits, ..TestHubOptions::default() }).await;
    // A stranger, who says nothing.
    let stranger = [
        TcpStream::connect(hub.address()).await.expect("a socket"),
        TcpStream::connect(hub.address()).await.expect("a socket"),
    ];
    let mut third = TcpStream::connect(hub.address()).await.expect("the kernel takes it");
    assert_eq!(third.read(&mut [0; 16]).await.unwrap_or(0), 0, "the hub does not");
    let elsewhere = TcpSocket::new_v4().expect("a socket");
    elsewhere.bind(([127, 0, 0, 2], 0).into()).expect("an address of this machine");
    let other = elsewhere.connect(hub.address()).await.expect("a socket");
    let mut other = hub.tls("NO").open_on(other).await.expect("it is served");
    drop(stranger);
    while hub.tasks().count() > 2 {
        tokio::task::yield_now().await;
    }
    hub.client("LK").await.call(client::get_profile()).await;
    tokio::io::AsyncWriteExt::shutdown(&mut other).await.expect("orderly");
}
