//! A content counts as sent only when its last byte has left through a socket that still stood.

use phytohub_domain::TrackingInfo;
use phytohub_exchange::{AdminReply, AdminRequest, Operator};
use phytohub_testkit::{TestHub, certificate_xml};
use phytohub_wire::soap::client::{self, ClientReply};
use tokio::io::AsyncReadExt;

use crate::message::deliver;
use crate::raw::{Raw, post};

/// More than the kernel buffers on loopback.
const CONTENT_BYTES: usize = 40 << 20;

async fn history(hub: &TestHub, number: &str) -> String {
    let request = AdminRequest::EnvelopeHistory { number: number.to_owned() };
    let reply = hub.hub().admin(&Operator { uid: 0 }, request).await.expect("a history");
    let AdminReply::History(_) = &reply else { panic!("{reply:?}") };
    format!("{reply:?}")
}

async fn state_after_failed(hub: &TestHub, number: &str) -> Option<TrackingInfo> {
    let mut recipient = hub.client("LK").await;
    recipient.call(client::acknowledge_failed_envelope_receipt(number, "cannot read")).await;
    let mut sender = hub.client("NO").await;
    let tracked = sender.call(client::get_envelope_tracking_info(number)).await;
    let ClientReply::Header(header) = tracked else { panic!("{tracked:?}") };
    header.tracking_info
}

#[tokio::test(flavor = "multi_thread")]
async fn a_content_that_was_pulled_whole_is_released() {
    let hub = TestHub::start().await;
    for bytes in [CONTENT_BYTES, 0, 4 << 10] {
        let content = if bytes == 0 { String::new() } else { certificate_xml(bytes) };
        let number = deliver(&mut hub.client("NO").await, "LK", &content).await;
        let mut recipient = hub.client("LK").await;
        let pulled = recipient.call(client::pull_single_import_envelope(&number)).await;
        let ClientReply::Envelope(envelope) = pulled else { panic!("{pulled:?}") };
        assert!(envelope.content == content);
        // The release is written soon, by the committer; whoever asks it again hears it done.
        while !history(&hub, &number).await.contains("ContentReleased") {
            tokio::task::yield_now().await;
        }
        let state = state_after_failed(&hub, &number).await;
        assert_eq!(state, Some(TrackingInfo::DeliveredNotReadable));
    }
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_content_whose_socket_broke_is_not_released() {
    let hub = TestHub::start().await;
    let number = deliver(&mut hub.client("NO").await, "LK", &certificate_xml(CONTENT_BYTES)).await;
    let mut raw = Raw::of(&hub, "LK").await;
    let body = String::from_utf8(client::pull_single_import_envelope(&number)).expect("UTF-8");
    raw.send(post("1.1", &format!("Content-Length: {}\r\n", body.len())) + &body).await;
    let mut some = vec![0; 1 << 20];
    raw.stream.read_exact(&mut some).await.expect("the content begins");
    drop(raw);
    // Its socket is gone for the hub too when it has fewer tasks than before.
    while hub.tasks().count() > 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(state_after_failed(&hub, &number).await, Some(TrackingInfo::PendingDelivery));
    assert!(!history(&hub, &number).await.contains("ContentReleased"));
    hub.stop().await;
}
