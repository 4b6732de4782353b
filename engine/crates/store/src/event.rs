//! Events on disk: each carries the hash of the one before, so that none can be changed or left
//! out unseen.

use std::mem::take;

use phytohub_domain::{ConnectionMode, ContentHash, Fingerprint, HubDeliveryNumber, Timestamp};
use phytohub_telemetry::{Actor, ActorKind, Event, EventKind};
use rkyv::{Archive, Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::ReadError;
use crate::record::{VERSION, corrupt, decode, encode_behind};

/// An event as it is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct StoredEvent {
    /// Its place in the chain, from 1.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
    /// Hash of the event before; zeros for the first.
    pub previous: [u8; 32],
    /// Hash of this event.
    pub hash: [u8; 32],
}

#[derive(Archive, Deserialize, Serialize)]
struct EventRecord {
    at: u64,
    kind: u16,
    actor_kind: u8,
    actor: String,
    certificate: Option<[u8; 32]>,
    address: String,
    on_behalf: String,
    mode: Option<u8>,
    envelope: Option<[u8; 16]>,
    from: String,
    to: String,
    content_hash: Option<[u8; 32]>,
    content_bytes: u64,
    detail: String,
}

/// Writes an event behind the hash of the one before; also gives its own hash.
pub(crate) fn encode_event(
    sequence: u64,
    at: Timestamp,
    event: &mut Event,
    previous: &[u8; 32],
) -> (Vec<u8>, [u8; 32]) {
    // Its texts are lent to the record: an event is written for every step of every envelope.
    let record = EventRecord {
        at: at.as_millis(),
        kind: event.kind as u16,
        actor_kind: event.actor.kind as u8,
        actor: take(&mut event.actor.name),
        certificate: event.actor.certificate.map(|fingerprint| fingerprint.0),
        address: take(&mut event.actor.address),
        on_behalf: take(&mut event.actor.on_behalf),
        mode: event.mode.map(|mode| mode as u8),
        envelope: event.envelope.map(HubDeliveryNumber::to_bytes),
        from: take(&mut event.from),
        to: take(&mut event.to),
        content_hash: event.content_hash.map(|hash| hash.0),
        content_bytes: event.content_bytes,
        detail: take(&mut event.detail),
    };
    let mut before = [VERSION; 33];
    before[..32].copy_from_slice(previous);
    let bytes = encode_behind(&before, &record);
    let EventRecord { actor, address, on_behalf, from, to, detail, .. } = record;
    (event.actor.name, event.actor.address, event.actor.on_behalf) = (actor, address, on_behalf);
    (event.from, event.to, event.detail) = (from, to, detail);
    let hash = hash_of(sequence, previous, bytes.get(32..).unwrap_or_default());
    (bytes, hash)
}

/// Reads an event and computes its hash.
pub(crate) fn decode_event(sequence: u64, bytes: &[u8]) -> Result<StoredEvent, ReadError> {
    let corrupt = || corrupt("event", &sequence.to_be_bytes());
    let (previous, rest) = bytes.split_first_chunk::<32>().ok_or_else(corrupt)?;
    let record = decode::<EventRecord>(rest).ok_or_else(corrupt)?;
    let actor_kind = ActorKind::ALL.into_iter().find(|kind| *kind as u8 == record.actor_kind);
    let mut actor = Actor::named(actor_kind.ok_or_else(corrupt)?, record.actor);
    actor.certificate = record.certificate.map(Fingerprint);
    (actor.address, actor.on_behalf) = (record.address, record.on_behalf);
    let mut event = Event::new(EventKind::from_u16(record.kind).ok_or_else(corrupt)?, actor);
    event.mode = record.mode.map(|mode| {
        if mode == ConnectionMode::Live as u8 { ConnectionMode::Live } else { ConnectionMode::Test }
    });
    event.envelope = record.envelope.map(HubDeliveryNumber::from_bytes);
    (event.from, event.to) = (record.from, record.to);
    event.content_hash = record.content_hash.map(ContentHash);
    event.content_bytes = record.content_bytes;
    event.detail = record.detail;
    Ok(StoredEvent {
        sequence,
        at: Timestamp::from_millis(record.at),
        event,
        previous: *previous,
        hash: hash_of(sequence, previous, rest),
    })
}

/// The hash of an event from what lies on disk.
pub(crate) fn hash_of(sequence: u64, previous: &[u8; 32], record: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(HASH_DOMAIN);
    hasher.update(sequence.to_be_bytes());
    hasher.update(previous);
    hasher.update(record);
    hasher.finalize().into()
}

/// What is hashed first, so that an event's hash is the hash of nothing else.
const HASH_DOMAIN: &[u8] = b"phytohub event 1\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_written_is_read_back_with_its_hash() {
        let mut actor = Actor::named(ActorKind::Connection, "NO");
        actor.certificate = Some(Fingerprint([3; 32]));
        actor.address = "127.0.0.1".into();
        let mut event = Event::new(EventKind::EnvelopeAccepted, actor);
        event.mode = Some(ConnectionMode::Live);
        event.envelope = Some(HubDeliveryNumber::from_bytes([9; 16]));
        event.content_hash = Some(ContentHash([4; 32]));
        let at = Timestamp::from_millis(77);
        let (bytes, hash) = encode_event(5, at, &mut event, &[1; 32]);
        let read = decode_event(5, &bytes).expect("an event of ours");
        assert_eq!(read, StoredEvent { sequence: 5, at, event, previous: [1; 32], hash });
        assert_ne!(decode_event(6, &bytes).expect("readable").hash, hash, "place is hashed too");
    }

    #[test]
    fn a_changed_event_has_another_hash() {
        let mut event = Event::new(EventKind::StoreOpened, Actor::hub());
        let (mut bytes, hash) = encode_event(1, Timestamp::default(), &mut event, &[0; 32]);
        bytes[0] ^= 1;
        assert_ne!(decode_event(1, &bytes).expect("readable").hash, hash);
    }
}
