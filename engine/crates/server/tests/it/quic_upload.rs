//! Large contents over the fast door: they go to disk as they arrive.

use bytes::{Bytes, BytesMut};
use phytohub_domain::TrackingInfo;
use phytohub_exchange::Upload;
use phytohub_testkit::{TestHub, TestHubOptions, certificate_xml};
use phytohub_wire::quic::{Deliver, Delivered, Kind, Pull, RefusalCode, encode};
use phytohub_wire::soap::Content;
use quinn::VarInt;

use super::quic::{Raw, Stream, delivery, soon};

/// More than one upload may hold, in pieces whose ends fall anywhere.
const LARGE_BYTES: usize = Upload::MEMORY_BYTES + 1_234_567;

/// A hub with room in memory for no more than one upload, and for no large content at all.
async fn narrow() -> TestHub {
    let mut options = TestHubOptions::default();
    options.limits.bytes_in_flight = Upload::MEMORY_BYTES + Upload::MEMORY_BYTES / 4;
    TestHub::start_with(options).await
}

fn document(bytes: usize) -> Vec<u8> {
    Content::escaped(&certificate_xml(bytes)).raw.to_vec()
}

async fn delivered(stream: &mut Stream, request: u32) -> Delivered {
    let (answered, delivered) = stream.told::<Delivered>().await;
    assert_eq!(answered, request);
    delivered
}

#[tokio::test]
async fn a_content_larger_than_the_memory_for_requests_is_taken_in_and_comes_out() {
    let hub = narrow().await;
    let at = hub.open_quic();
    let raw = Raw::open(&hub, at, "NO").await;
    let mut stream = raw.stream().await;
    let content = document(3 * LARGE_BYTES);
    for (text, request) in [(content.as_slice(), 1), (&content, 2), (b"small", 3)] {
        let mut deliver = delivery(if request == 3 { "A-3" } else { "A-1" });
        deliver.key = (request != 3).then(|| Bytes::from_static(b"k"));
        stream.ask(request, &deliver, text).await;
    }
    let first = delivered(&mut stream, 1).await.head;
    let again = delivered(&mut stream, 2).await.head;
    assert_eq!(first.state, Some(TrackingInfo::PendingDelivery));
    assert_eq!(first.number, again.number, "the same key, the same content");
    assert_ne!(first.number, delivered(&mut stream, 3).await.head.number);

    let raw = Raw::open(&hub, at, "LK").await;
    let mut stream = raw.stream().await;
    let number = first.number;
    stream.ask(1, &Pull { number }, b"").await;
    let mut came = Vec::new();
    let frame = stream.frame_with(&mut came).await.expect("an answer");
    assert_eq!(frame.head.known_kind(), Some(Kind::Envelope));
    assert!(came == content, "{} bytes came of {}", came.len(), content.len());
    hub.stop().await;
}

#[tokio::test]
async fn what_is_no_content_is_refused_and_the_stream_goes_on() {
    let hub = narrow().await;
    let at = hub.open_quic();
    let raw = Raw::open(&hub, at, "NO").await;
    let mut stream = raw.stream().await;
    let mut content = document(LARGE_BYTES);
    let middle = content.len() / 2;
    content[middle] = 1;
    stream.ask(1, &delivery("A-1"), &content).await;
    assert_eq!(stream.refusal().await, (1, RefusalCode::Invalid));
    content.truncate(middle);
    content.resize(LARGE_BYTES, b' ');
    content.push(b'&');
    stream.ask(2, &delivery("A-1"), &content).await;
    assert_eq!(stream.refusal().await, (2, RefusalCode::Invalid));
    stream.ask(3, &delivery("A-1"), b"small").await;
    assert!(delivered(&mut stream, 3).await.head.number.is_some());
    hub.stop().await;
}

#[tokio::test]
async fn a_large_document_is_judged_as_small_ones_are() {
    let hub = narrow().await;
    let at = hub.open_quic();
    let raw = Raw::open(&hub, at, "NO").await;
    let mut stream = raw.stream().await;
    for (request, content, finding) in [
        (1, document(LARGE_BYTES), "ConsignorSPSParty/SpecifiedSPSAddress"),
        (2, vec![b' '; LARGE_BYTES], "Content: "),
    ] {
        let judged = Deliver { validate: true, ..delivery("TEST-2026-0001") };
        stream.ask(request, &judged, &content).await;
        let told = delivered(&mut stream, request).await.head;
        assert_eq!(told.state, Some(TrackingInfo::FailedDelivery));
        assert!(told.message.contains(finding), "{}", told.message);
    }
    hub.stop().await;
}

/// What one upload holds is given back when it breaks off: there is room for no two.
#[tokio::test]
async fn an_upload_that_breaks_off_makes_room_for_the_next() {
    let hub = narrow().await;
    let at = hub.open_quic();
    let raw = Raw::open(&hub, at, "NO").await;
    let content = document(LARGE_BYTES);
    let (half, _) = content.split_at(content.len() / 2);
    let mut broken = raw.stream().await;
    let mut out = BytesMut::new();
    encode(&mut out, 1, 0, &delivery("A-1"), content.len() as u64);
    out.extend_from_slice(half);
    broken.write(&out).await;
    let mut stream = raw.stream().await;
    broken.send.reset(VarInt::from_u32(0)).expect("it is open");
    soon(async {
        loop {
            stream.ask(2, &delivery("A-2"), &content).await;
            let frame = stream.frame().await.expect("an answer");
            match frame.head.known_kind() {
                Some(Kind::Delivered) => break,
                // The hub has not heard of the reset yet.
                kind => assert_eq!(kind, Some(Kind::Refused)),
            }
        }
    })
    .await;
    hub.stop().await;
}
