//! Signed heads and prune records: what is signed, and how it is told.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use phytohub_domain::Timestamp;
use phytohub_store::{PruneRecord, Segment};
use serde::{Deserialize, Serialize};

use crate::signing::{KeyId, SigningKey, Statement, VerifyingKey, hex, unhex};

/// What every head's text begins with.
pub const HEAD_FORMAT: &str = "phytohub audit head 1";
/// What every prune record's text begins with.
pub const PRUNE_FORMAT: &str = "phytohub audit prune 1";

/// A signed head as JSON: a line of the sink, and what `audit list --json` tells.
///
/// The text under the signature is [`HEAD_FORMAT`] and one line `name:value` for each field from
/// `hub` to `key_id`, in this order, as for receipts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SignedHead {
    /// [`HEAD_FORMAT`].
    pub format: String,
    /// Name of the hub.
    pub hub: String,
    /// Random number of the store, new after every restore, in hexadecimal digits.
    pub incarnation: String,
    /// Counted from 1.
    pub index: u64,
    /// Place of the segment's first event.
    pub first: u64,
    /// Place of its last event.
    pub last: u64,
    /// Hash of its last event, in hexadecimal digits.
    pub head_hash: String,
    /// Hash of the last event of the segment before; zeros for the first.
    pub previous_head_hash: String,
    /// When it was closed, UTC.
    pub closed: String,
    /// Which key signed it.
    pub key_id: String,
    /// The signature, in Base64.
    pub signature: String,
}

impl SignedHead {
    pub(crate) fn new(segment: &Segment) -> Self {
        Self {
            format: HEAD_FORMAT.to_owned(),
            hub: segment.hub.clone(),
            incarnation: incarnation(segment.incarnation),
            index: segment.index,
            first: segment.first,
            last: segment.last,
            head_hash: hex(&segment.head_hash),
            previous_head_hash: hex(&segment.previous_head_hash),
            closed: segment.closed.to_string(),
            key_id: KeyId(segment.key_id).to_string(),
            signature: STANDARD.encode(segment.signature),
        }
    }

    /// Reads a line of a sink; nothing if it is no whole head.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let head: Self = serde_json::from_str(line).ok()?;
        (head.format == HEAD_FORMAT && head.segment().is_some()).then_some(head)
    }

    /// The same as the store keeps it.
    pub(crate) fn segment(&self) -> Option<Segment> {
        Some(Segment {
            hub: self.hub.clone(),
            index: self.index,
            incarnation: u32::from_be_bytes(unhex(&self.incarnation)?),
            first: self.first,
            last: self.last,
            head_hash: unhex(&self.head_hash)?,
            previous_head_hash: unhex(&self.previous_head_hash)?,
            closed: Timestamp::parse_utc(&self.closed).ok()?,
            key_id: self.key_id.parse::<KeyId>().ok()?.0,
            signature: STANDARD.decode(&self.signature).ok()?.try_into().ok()?,
        })
    }
}

pub(super) fn segment_text(segment: &Segment) -> String {
    Statement::new(HEAD_FORMAT)
        .line("hub", &segment.hub)
        .line("incarnation", incarnation(segment.incarnation))
        .line("index", segment.index)
        .line("first", segment.first)
        .line("last", segment.last)
        .line("head_hash", hex(&segment.head_hash))
        .line("previous_head_hash", hex(&segment.previous_head_hash))
        .line("closed", segment.closed)
        .line("key_id", KeyId(segment.key_id))
        .text()
}

fn prune_text(record: &PruneRecord) -> String {
    Statement::new(PRUNE_FORMAT)
        .line("hub", &record.hub)
        .line("index", record.index)
        .line("first", record.first)
        .line("last", record.last)
        .line("head_hash", hex(&record.head_hash))
        .line("pruned", record.pruned)
        .line("key_id", KeyId(record.key_id))
        .text()
}

/// The signed record of dropping a segment.
pub(super) fn prune_record(
    segment: &Segment,
    hub: &str,
    now: Timestamp,
    key: &SigningKey,
) -> PruneRecord {
    let mut record = PruneRecord {
        hub: hub.to_owned(),
        index: segment.index,
        first: segment.first,
        last: segment.last,
        head_hash: segment.head_hash,
        pruned: now,
        key_id: key.public().id().0,
        signature: [0; 64],
    };
    record.signature = key.sign(&prune_text(&record));
    record
}

/// What is wrong with a signature, if anything.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Doubt {
    /// Nobody here knows the key.
    UnknownKey,
    /// The key did not sign this.
    Forged,
}

pub(super) fn doubt_segment(segment: &Segment, keys: &[VerifyingKey]) -> Option<Doubt> {
    doubt(KeyId(segment.key_id), &segment_text(segment), &segment.signature, keys)
}

pub(super) fn doubt_prune(record: &PruneRecord, keys: &[VerifyingKey]) -> Option<Doubt> {
    doubt(KeyId(record.key_id), &prune_text(record), &record.signature, keys)
}

fn doubt(id: KeyId, text: &str, signature: &[u8], keys: &[VerifyingKey]) -> Option<Doubt> {
    let Some(key) = keys.iter().find(|key| key.id() == id) else {
        return Some(Doubt::UnknownKey);
    };
    (!key.verify(text, signature)).then_some(Doubt::Forged)
}

pub(super) fn incarnation(number: u32) -> String {
    hex(&number.to_be_bytes())
}
