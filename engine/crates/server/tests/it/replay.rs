//! A reset is not a doubt: who never read its answer sends again, and nothing is there twice.

use std::time::Duration;

use phytohub_testkit::{TestClient, TestHub, certificate_xml};
use phytohub_wire::soap::client::{self, ClientReply};

use crate::message::{deliver, header};
use crate::raw::{Raw, post};

async fn waiting(recipient: &mut TestClient) -> Vec<String> {
    match recipient.call(client::get_import_envelope_headers(None)).await {
        ClientReply::Headers(headers) => {
            headers.into_iter().filter_map(|header| header.hub_delivery_number).collect()
        }
        other => panic!("no headers: {other:?}"),
    }
}

#[tokio::test]
async fn a_sender_whose_connection_dropped_gets_the_number_already_given() {
    let hub = TestHub::start().await;
    let mut recipient = hub.client("LK").await;
    // One that fits in a batch, and one that comes to disk piece by piece.
    for content in ["small".to_owned(), certificate_xml(3 << 20)] {
        let body = client::deliver_envelope(&header("NO", "LK"), &content);
        let mut raw = Raw::of(&hub, "NO").await;
        raw.send(post("1.1", &format!("Content-Length: {}\r\n", body.len()))).await;
        raw.send(&body).await;
        let number = loop {
            if let Some(number) = waiting(&mut recipient).await.pop() {
                break number;
            }
            tokio::task::yield_now().await;
        };
        // It is committed, and its answer never read.
        drop(raw);
        let mut sender = hub.client("NO").await;
        assert_eq!(deliver(&mut sender, "LK", &content).await, number);
        assert_eq!(waiting(&mut recipient).await, std::slice::from_ref(&number));
        hub.clock().advance(Duration::from_secs(600));
        assert_ne!(deliver(&mut sender, "LK", &content).await, number, "the window is over");
        for number in waiting(&mut recipient).await {
            recipient.call(client::acknowledge_envelope_receipt(&number)).await;
        }
    }
    drop(recipient);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_on_two_sockets_are_one_envelope() {
    let hub = TestHub::start().await;
    for content in ["small".to_owned(), certificate_xml(3 << 20)] {
        let (mut one, mut other) = (hub.client("NO").await, hub.client("NO").await);
        let (first, second) =
            tokio::join!(deliver(&mut one, "LK", &content), deliver(&mut other, "LK", &content));
        assert_eq!(first, second);
    }
    assert_eq!(waiting(&mut hub.client("LK").await).await.len(), 2);
    hub.stop().await;
}
