//! Knowing an envelope that is sent again because its sender never read the answer.

use phytohub_domain::{ConnectionId, ContentHash};
use sha2::{Digest, Sha256};

use crate::deliver::Told;

/// Hash of everything that makes two envelopes the same: who delivers, and all that its header
/// and content say. Where copies go by standing orders is no part of it: the sender says the same.
pub(crate) fn hash(actor: ConnectionId, told: &Told, content: &ContentHash) -> [u8; 32] {
    hash_for(DOMAIN, actor, told, content)
}

/// The same, to which a key is bound.
pub(crate) fn key_hash(actor: ConnectionId, told: &Told, content: &ContentHash) -> [u8; 32] {
    hash_for(KEY_DOMAIN, actor, told, content)
}

fn hash_for(domain: &[u8], actor: ConnectionId, told: &Told, content: &ContentHash) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let mut field = |bytes: &[u8]| {
        // With its length before it, no field can be taken for a part of its neighbour.
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    field(domain);
    field(&actor.0.to_be_bytes());
    field(told.from.trim().as_bytes());
    field(told.to.trim().as_bytes());
    field(&told.certificate_type.to_be_bytes());
    field(&told.certificate_status.to_be_bytes());
    field(told.number.as_bytes());
    field(&[u8::from(told.response)]);
    field(&(told.forwardings.len() as u64).to_be_bytes());
    told.forwardings.iter().for_each(|code| field(code.as_bytes()));
    field(&content.0);
    hasher.finalize().into()
}

/// So that no hash made for another purpose is one of these.
const DOMAIN: &[u8] = b"phytohub replay v1";
/// For keys of connections.
const KEY_DOMAIN: &[u8] = b"phytohub delivery key 1";

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn told() -> Told {
        Told {
            response: false,
            from: "NO".into(),
            to: "LK".into(),
            certificate_type: 851,
            certificate_status: 70,
            number: "A-1".into(),
            forwardings: Vec::new(),
        }
    }

    #[test]
    fn whatever_differs_makes_another_envelope() {
        let changes: [fn(&mut Told); 9] = [
            |_| {},
            |told| told.from = "N".into(),
            |told| told.to = "OLK".into(),
            |told| told.certificate_type = 657,
            |told| told.certificate_status = 40,
            |told| told.number = "A-2".into(),
            |told| told.response = true,
            |told| told.forwardings = vec!["ASW".into()],
            |told| told.forwardings = vec!["A".into(), "SW".into()],
        ];
        let content = ContentHash([1; 32]);
        let mut hashes: HashSet<_> = changes
            .iter()
            .map(|change| {
                let mut told = told();
                change(&mut told);
                hash(ConnectionId(1), &told, &content)
            })
            .collect();
        hashes.insert(hash(ConnectionId(2), &told(), &content));
        hashes.insert(hash(ConnectionId(1), &told(), &ContentHash([2; 32])));
        assert_eq!(hashes.len(), changes.len() + 2);
        assert!(hashes.contains(&hash(ConnectionId(1), &told(), &content)), "the same again");
    }
}
