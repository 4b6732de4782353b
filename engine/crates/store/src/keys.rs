//! Column families and keys. Every integer is big-endian, so that byte order is number order.

use phytohub_domain::{ConnectionId, HubDeliveryNumber, Timestamp};

/// Header, parties, content id, queue positions: written once.
pub(crate) const ENVELOPE: &str = "envelope";
/// Tracking state: overwritten.
pub(crate) const STATE: &str = "state";
/// Pieces of content as received: put once, single-deleted once.
pub(crate) const CONTENT: &str = "content";
/// What waits for a recipient: put once, single-deleted once.
pub(crate) const INBOX: &str = "inbox";
/// What a sender has under delivery: put once, single-deleted once.
pub(crate) const OUTBOX: &str = "outbox";
/// What happened.
pub(crate) const EVENT: &str = "event";
/// Index of an envelope's events.
pub(crate) const HISTORY: &str = "history";
/// What is to be done when: put once, deleted once.
pub(crate) const DUE: &str = "due";
/// Hashes of envelopes accepted lately, with their numbers.
pub(crate) const REPLAY: &str = "replay";
/// Contents that more than one envelope holds, with how many do.
pub(crate) const HOLDERS: &str = "holders";
/// States that a sender's endpoint is to be told: put once, single-deleted once.
pub(crate) const UPDATE: &str = "update";
/// Connections and their certificates.
pub(crate) const REGISTRY: &str = "registry";
/// Format, counters, lower bounds, stagings.
pub(crate) const META: &str = "meta";

/// What plugins keep, and what the hub keeps about them: see [`plugin`].
pub(crate) const PLUGIN: &str = "plugin";

/// All column families, in the order in which they are opened.
pub(crate) const FAMILIES: [&str; 14] = [
    ENVELOPE, STATE, CONTENT, INBOX, OUTBOX, EVENT, HISTORY, DUE, REPLAY, HOLDERS, UPDATE,
    REGISTRY, META, PLUGIN,
];

/// `meta`: format version and feature flags.
pub(crate) const FORMAT: &[u8] = b"format";
/// `meta`: every counter that a commit advances.
pub(crate) const COUNTERS: &[u8] = b"counters";
/// `meta`: why the clock is suspected, while it is.
pub(crate) const CLOCK: &[u8] = b"clock";
/// `meta`: milliseconds by which the clock was set and accepted as it was, in all.
pub(crate) const CLOCK_STEPPED: &[u8] = b"clock-stepped";
/// `meta`: why push and callbacks stay away, while they do (after a restore).
pub(crate) const PAUSED: &[u8] = b"paused";
/// `meta`: the key below which nothing is due.
pub(crate) const DUE_FROM: &[u8] = b"due-from";
/// `meta`: that the index by certificate number is whole.
pub(crate) const CERTIFICATES: &[u8] = b"certificates";
/// `meta`: prefix of contents whose pieces are being written ahead of their record.
pub(crate) const STAGING: &[u8] = b"staging/";
/// `meta`: prefix of queue positions that the operator set aside.
pub(crate) const PARKED: &[u8] = b"parked/";
/// `meta`: prefix of the positions below which a queue holds nothing.
pub(crate) const LOWER_BOUND: &[u8] = b"lower/";

/// Identifies a content: 48 bits milliseconds and 80 random bits, so that neighbours in time are
/// neighbours on disk.
pub(crate) type ContentId = [u8; 16];

/// `inbox`, `outbox` and `update`: connection, then position.
pub(crate) fn queue(connection: ConnectionId, sequence: u64) -> [u8; 12] {
    let mut key = [0; 12];
    key[..4].copy_from_slice(&connection.0.to_be_bytes());
    key[4..].copy_from_slice(&sequence.to_be_bytes());
    key
}

/// Reads a key of `inbox`, `outbox` or `update`.
pub(crate) fn split_queue(key: &[u8]) -> Option<(ConnectionId, u64)> {
    let (connection, sequence) = key.split_first_chunk::<4>()?;
    let sequence: [u8; 8] = sequence.try_into().ok()?;
    Some((ConnectionId(u32::from_be_bytes(*connection)), u64::from_be_bytes(sequence)))
}

/// Value of `replay`: number, then milliseconds of its acceptance in time that no step of the clock
/// moves.
pub(crate) fn replay(number: HubDeliveryNumber, at: Timestamp) -> [u8; 24] {
    let mut value = [0; 24];
    value[..16].copy_from_slice(&number.to_bytes());
    value[16..].copy_from_slice(&at.as_millis().to_be_bytes());
    value
}

/// Reads a value of `replay`.
pub(crate) fn split_replay(value: &[u8]) -> Option<(HubDeliveryNumber, Timestamp)> {
    let (number, at) = value.split_first_chunk::<16>()?;
    let at = Timestamp::from_millis(u64::from_be_bytes(at.try_into().ok()?));
    Some((HubDeliveryNumber::from_bytes(*number), at))
}

/// Value of a due that forgets a hash: the hash, then until when it counts, as in [`replay`].
pub(crate) fn replay_due(hash: [u8; 32], until: Timestamp) -> [u8; 40] {
    let mut value = [0; 40];
    value[..32].copy_from_slice(&hash);
    value[32..].copy_from_slice(&until.as_millis().to_be_bytes());
    value
}

/// Reads a value of such a due. One without a time counts no longer.
pub(crate) fn split_replay_due(value: &[u8]) -> (&[u8], Timestamp) {
    let Some((hash, until)) = value.split_last_chunk::<8>().filter(|(hash, _)| hash.len() == 32)
    else {
        return (value, Timestamp::default());
    };
    (hash, Timestamp::from_millis(u64::from_be_bytes(*until)))
}

/// `content`: content id, then piece.
pub(crate) fn content(id: ContentId, chunk: u32) -> [u8; 20] {
    let mut key = [0; 20];
    key[..16].copy_from_slice(&id);
    key[16..].copy_from_slice(&chunk.to_be_bytes());
    key
}

/// `history`: number, then event sequence.
pub(crate) fn history(number: HubDeliveryNumber, event: u64) -> [u8; 24] {
    let mut key = [0; 24];
    key[..16].copy_from_slice(&number.to_bytes());
    key[16..].copy_from_slice(&event.to_be_bytes());
    key
}

/// `registry`: a connection.
pub(crate) fn connection(id: ConnectionId) -> [u8; 5] {
    let mut key = [REGISTRY_CONNECTION; 5];
    key[1..].copy_from_slice(&id.0.to_be_bytes());
    key
}

/// `registry`: a revision of a code list. Names hold no zero byte.
pub(crate) fn code_list(name: &str, revision: u32) -> Vec<u8> {
    let mut key = vec![REGISTRY_CODE_LIST];
    key.extend_from_slice(name.as_bytes());
    key.push(0);
    key.extend_from_slice(&revision.to_be_bytes());
    key
}

/// `registry`: a channel rule.
pub(crate) fn rule(id: u32) -> [u8; 5] {
    let mut key = [REGISTRY_RULE; 5];
    key[1..].copy_from_slice(&id.to_be_bytes());
    key
}

/// `registry`: the signed head of a closed segment of the chain of events.
pub(crate) fn segment(index: u64) -> [u8; 9] {
    numbered(REGISTRY_SEGMENT, index)
}

/// `registry`: that a segment's events were dropped.
pub(crate) fn prune(index: u64) -> [u8; 9] {
    numbered(REGISTRY_PRUNE, index)
}

fn numbered(kind: u8, index: u64) -> [u8; 9] {
    let mut key = [kind; 9];
    key[1..].copy_from_slice(&index.to_be_bytes());
    key
}

/// `plugin`: number of the plugin, kind of row, then the row's own key.
pub(crate) fn plugin(plugin: u32, kind: u8, rest: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(5 + rest.len());
    key.extend_from_slice(&plugin.to_be_bytes());
    key.push(kind);
    key.extend_from_slice(rest);
    key
}

/// `plugin`: an envelope of the index by certificate number.
pub(crate) fn certificate(from: ConnectionId, digest: [u8; 8], number: &[u8]) -> Vec<u8> {
    plugin(HUB, PLUGIN_CERTIFICATE, &[&from.0.to_be_bytes(), digest.as_slice(), number].concat())
}

/// The first key that does not begin with this one, which must hold another byte than 255.
pub(crate) fn successor(prefix: &[u8]) -> Vec<u8> {
    let mut next = prefix.to_vec();
    while next.pop_if(|last| *last == u8::MAX).is_some() {}
    if let Some(last) = next.last_mut() {
        *last += 1;
    }
    next
}

/// `meta`: a key under a prefix.
pub(crate) fn under(prefix: &[u8], rest: &[u8]) -> Vec<u8> {
    [prefix, rest].concat()
}

/// `plugin`: number under which the hub itself keeps rows.
pub(crate) const HUB: u32 = 0;
/// Kind of the hub's row: a plugin's number by its name.
pub(crate) const PLUGIN_NAME: u8 = 0;
/// Kind of the hub's row: an envelope that is held for plugins.
pub(crate) const PLUGIN_HELD: u8 = 1;
/// Kind of the hub's row: an envelope by sender and certificate number.
pub(crate) const PLUGIN_CERTIFICATE: u8 = 2;
/// Kind of a plugin's row: its cursor and the bytes that it keeps.
pub(crate) const PLUGIN_META: u8 = 0;
/// Kind of a plugin's row: a key of its own.
pub(crate) const PLUGIN_KV: u8 = 1;
/// Kind of a plugin's row: a key by which it submitted.
pub(crate) const PLUGIN_SUBMISSION: u8 = 2;
/// Kind of a plugin's row: the kinds of documents that it is the gate of.
pub(crate) const PLUGIN_GATES: u8 = 3;

/// Kind of registry entry: a connection.
pub(crate) const REGISTRY_CONNECTION: u8 = 1;
/// Kind of registry entry: a revision of a code list.
pub(crate) const REGISTRY_CODE_LIST: u8 = 2;
/// Kind of registry entry: a channel rule.
pub(crate) const REGISTRY_RULE: u8 = 3;
/// Kind of registry entry: a closed segment of the chain of events.
pub(crate) const REGISTRY_SEGMENT: u8 = 4;
/// Kind of registry entry: a segment whose events were dropped.
pub(crate) const REGISTRY_PRUNE: u8 = 5;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn queue_keys_keep_the_order_of_positions(a: (u32, u64), b: (u32, u64)) {
            let key = |(c, s): (u32, u64)| queue(ConnectionId(c), s);
            prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
            prop_assert_eq!(split_queue(&key(a)), Some((ConnectionId(a.0), a.1)));
        }

        #[test]
        fn content_keys_keep_pieces_together(id: [u8; 16], a: u32, b: u32) {
            prop_assert_eq!(content(id, a).cmp(&content(id, b)), a.cmp(&b));
        }
    }

    #[test]
    fn foreign_keys_are_no_queue_keys() {
        assert_eq!(split_queue(b""), None);
        assert_eq!(split_queue(&[0; 11]), None);
        assert_eq!(split_queue(&[0; 13]), None);
    }
}
