//! The drain: what is in flight is answered, nothing new is taken.

use phytohub_testkit::TestHub;
use phytohub_wire::soap::client;

use crate::raw::{Raw, post};

#[tokio::test]
async fn a_request_in_flight_is_answered_and_idle_sockets_are_closed() {
    let hub = TestHub::start().await;
    let body = String::from_utf8(client::get_profile()).expect("UTF-8");
    let head = post("1.1", &format!("Content-Length: {}\r\nExpect: 100-continue\r\n", body.len()));
    let mut idle = Raw::of(&hub, "LK").await;
    let mut busy = Raw::of(&hub, "NO").await;
    for raw in [&mut idle, &mut busy] {
        raw.send(&head).await;
        assert_eq!(raw.reply().await.status(), "100");
    }
    idle.send(&body).await;
    assert_eq!(idle.reply().await.status(), "200");
    hub.drain();
    assert!(idle.is_closed().await);
    busy.send(&body).await;
    let reply = busy.reply().await;
    assert_eq!((reply.status(), reply.header("connection")), ("200", Some("close")));
    assert!(busy.is_closed().await);
    let address = hub.address();
    hub.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
