//! Who is connected, and what was sent under a certificate's number.

use bytes::{Bytes, BytesMut};
use phytohub_exchange::Hub;
use phytohub_wire::quic::{
    BATCH_MAX, Connections, End, EnvelopeHead, Find, Message as _, StateFrame, encode,
};

use super::operation::Work;
use super::refusal::Refusal;
use super::reply::Reply;

pub(super) fn connections(hub: &Hub, work: &Work, fields: Bytes) -> Result<Reply, Refusal> {
    let asked = Connections::read(fields)?;
    let mut out = BytesMut::new();
    for known in hub.known_connections(&work.caller, &asked.after, BATCH_MAX)? {
        // The caller goes on behind the last one that it was told of.
        if out.len() >= REPLY_BYTES {
            break;
        }
        encode(&mut out, work.request, 0, &known, 0);
    }
    encode(&mut out, work.request, 0, &End, 0);
    Ok(Reply::of(out))
}

pub(super) async fn find(hub: &Hub, work: &Work, fields: Bytes) -> Result<Reply, Refusal> {
    let asked = Find::read(fields)?;
    let limit = work.limits.header_field_bytes;
    let texts = [&asked.from, &asked.to, &asked.nppo_certificate_number];
    if texts.into_iter().any(|text| text.len() > limit) {
        return Err(Refusal::Misplaced("a code or a certificate's number is too long"));
    }
    let mut out = BytesMut::new();
    for (header, response) in hub.find_envelopes(&work.caller, asked).await? {
        let mut head = EnvelopeHead::from(header);
        head.response = response;
        encode(&mut out, work.request, 0, &StateFrame { head }, 0);
    }
    encode(&mut out, work.request, 0, &End, 0);
    Ok(Reply::of(out))
}

/// Bytes of connections in one reply, and one connection more: some hundreds of usual ones.
const REPLY_BYTES: usize = 128 << 10;
