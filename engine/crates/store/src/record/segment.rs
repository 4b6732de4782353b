//! Signed heads and prune records on disk.

use phytohub_domain::Timestamp;
use rkyv::{Archive, Deserialize, Serialize};

use super::{decode, encode};
use crate::segment::{PruneRecord, Segment};

#[derive(Archive, Deserialize, Serialize)]
struct SegmentRecord {
    hub: String,
    index: u64,
    incarnation: u32,
    first: u64,
    last: u64,
    head_hash: [u8; 32],
    previous_head_hash: [u8; 32],
    closed: u64,
    key_id: [u8; 8],
    signature: [u8; 64],
}

#[derive(Archive, Deserialize, Serialize)]
struct PruneRecordRow {
    hub: String,
    index: u64,
    first: u64,
    last: u64,
    head_hash: [u8; 32],
    pruned: u64,
    key_id: [u8; 8],
    signature: [u8; 64],
}

/// Writes a head.
pub(crate) fn encode_segment(segment: &Segment) -> Vec<u8> {
    encode(&SegmentRecord {
        hub: segment.hub.clone(),
        index: segment.index,
        incarnation: segment.incarnation,
        first: segment.first,
        last: segment.last,
        head_hash: segment.head_hash,
        previous_head_hash: segment.previous_head_hash,
        closed: segment.closed.as_millis(),
        key_id: segment.key_id,
        signature: segment.signature,
    })
}

/// Reads a head.
pub(crate) fn decode_segment(bytes: &[u8]) -> Option<Segment> {
    let record = decode::<SegmentRecord>(bytes)?;
    Some(Segment {
        hub: record.hub,
        index: record.index,
        incarnation: record.incarnation,
        first: record.first,
        last: record.last,
        head_hash: record.head_hash,
        previous_head_hash: record.previous_head_hash,
        closed: Timestamp::from_millis(record.closed),
        key_id: record.key_id,
        signature: record.signature,
    })
}

/// Writes a prune record.
pub(crate) fn encode_prune(record: &PruneRecord) -> Vec<u8> {
    encode(&PruneRecordRow {
        hub: record.hub.clone(),
        index: record.index,
        first: record.first,
        last: record.last,
        head_hash: record.head_hash,
        pruned: record.pruned.as_millis(),
        key_id: record.key_id,
        signature: record.signature,
    })
}

/// Reads a prune record.
pub(crate) fn decode_prune(bytes: &[u8]) -> Option<PruneRecord> {
    let record = decode::<PruneRecordRow>(bytes)?;
    Some(PruneRecord {
        hub: record.hub,
        index: record.index,
        first: record.first,
        last: record.last,
        head_hash: record.head_hash,
        pruned: Timestamp::from_millis(record.pruned),
        key_id: record.key_id,
        signature: record.signature,
    })
}
