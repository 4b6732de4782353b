//! The bytes of `QUIC.md`'s examples: a change here is a change of the protocol.

use bytes::{Bytes, BytesMut};
use phytohub_domain::{Acknowledgement, AcknowledgementKind, HubDeliveryNumber, TrackingInfo};
use phytohub_wire::quic::{
    AckItem, AckOutcome, Acknowledge, Acknowledged, Deliver, Delivered, EnvelopeHead, Head,
    Message, RefusalCode, Refused, Subscribe, encode,
};

fn hex<M: Message>(request: u32, flags: u16, message: &M, content: &[u8]) -> String {
    let mut out = BytesMut::new();
    encode(&mut out, request, flags, message, content.len() as u64);
    out.extend_from_slice(content);
    out.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The example of this name in the specification, without its spaces and line ends.
fn example(name: &str) -> String {
    let specification = include_str!("../../../QUIC.md");
    let mark = format!("<!-- example: {name} -->");
    let (_, rest) = specification.split_once(&mark).expect("the specification has this example");
    let block = rest.split("```").nth(1).expect("a block of bytes");
    let lines = block.lines().skip(1).map(|line| line.split('|').next().unwrap_or_default());
    lines.flat_map(str::chars).filter(char::is_ascii_hexdigit).collect()
}

fn number() -> HubDeliveryNumber {
    let bytes: [u8; 16] = std::array::from_fn(|at| u8::try_from(at).expect("small"));
    HubDeliveryNumber::from_bytes(bytes)
}

#[test]
fn a_delivery_has_the_bytes_of_the_specification() {
    let deliver = Deliver {
        key: Some(Bytes::from_static(b"k1")),
        from: String::new(),
        to: "LK".into(),
        certificate_type: Some(851),
        certificate_status: Some(70),
        nppo_certificate_number: "NO-1".into(),
        forwardings: vec!["ASW".into()],
        validate: true,
        origin: None,
        response: false,
    };
    assert_eq!(hex(1, 0, &deliver, b"&lt;a/&gt;"), example("deliver"));
    let mut head = EnvelopeHead::default();
    (head.number, head.state) = (Some(number()), Some(TrackingInfo::PendingDelivery));
    assert_eq!(hex(1, Head::LAST, &Delivered { head }, b""), example("delivered"));
}

#[test]
fn an_acknowledgement_has_the_bytes_of_the_specification() {
    let acknowledgement =
        Acknowledgement { kind: AcknowledgementKind::WithWarnings, message: "late".into() };
    let items = vec![AckItem { number: number(), acknowledgement }];
    assert_eq!(hex(2, 0, &Acknowledge { items }, b""), example("acknowledge"));
    let outcomes = vec![AckOutcome::Stands(TrackingInfo::DeliveredWithWarnings)];
    assert_eq!(hex(2, Head::LAST, &Acknowledged { outcomes }, b""), example("acknowledged"));
}

#[test]
fn credit_and_refusal_have_the_bytes_of_the_specification() {
    let subscribe = Subscribe { envelopes: 64, bytes: 1 << 20 };
    assert_eq!(hex(0, 0, &subscribe, b""), example("subscribe"));
    let refused =
        Refused { code: RefusalCode::Exhausted, message: "later".into(), retry_after_ms: 5000 };
    assert_eq!(hex(3, 0, &refused, b""), example("refused"));
}
