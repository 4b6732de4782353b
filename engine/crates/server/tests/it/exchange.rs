//! One certificate from its sender to its recipient and back, over real sockets.

use phytohub_domain::TrackingInfo;
use phytohub_testkit::{TestHub, certificate_xml};
use phytohub_wire::soap::client::{self, ClientReply};

use crate::message::deliver;

#[tokio::test]
async fn a_certificate_goes_from_sender_to_recipient_and_its_state_comes_back() {
    let hub = TestHub::start().await;
    let (mut sender, mut recipient) = (hub.client("NO").await, hub.client("LK").await);
    let content = certificate_xml(16 << 10);
    let number = deliver(&mut sender, "LK", &content).await;
    let listed = recipient.call(client::get_import_envelope_headers(None)).await;
    let ClientReply::Headers(headers) = listed else { panic!("{listed:?}") };
    assert_eq!(headers.len(), 1);
    let pulled = recipient.call(client::pull_single_import_envelope(&number)).await;
    let ClientReply::Envelope(envelope) = pulled else { panic!("{pulled:?}") };
    assert_eq!(envelope.content, content);
    recipient.call(client::acknowledge_envelope_receipt(&number)).await;
    let tracked = sender.call(client::get_envelope_tracking_info(&number)).await;
    let ClientReply::Header(header) = tracked else { panic!("{tracked:?}") };
    assert_eq!(header.tracking_info, Some(TrackingInfo::Delivered));
    drop((sender, recipient));
    hub.stop().await;
}
