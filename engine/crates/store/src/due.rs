//! What is to be done when, in the order of its time.
//!
//! Working off leaves deletions at the front of the family; nobody may ever scan over them. The
//! committer remembers below which key nothing is left, and writes that down now and then.

use phytohub_domain::{HubDeliveryNumber, Timestamp};

/// What is to be done. The numbers are stored and frozen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub(crate) enum DueKind {
    /// Drop the content.
    Content = 1,
    /// Remove header, state and history.
    Purge = 2,
    /// Fail what was never taken.
    Age = 3,
    /// Forget the hash of an envelope.
    Replay = 4,
    /// Push again.
    PushAgain = 5,
    /// Forget the key by which a plugin submitted an envelope.
    Submission = 6,
}

impl DueKind {
    fn from_u8(value: u8) -> Option<Self> {
        let kinds = [
            Self::Content,
            Self::Purge,
            Self::Age,
            Self::Replay,
            Self::PushAgain,
            Self::Submission,
        ];
        kinds.into_iter().find(|kind| *kind as u8 == value)
    }
}

/// A key of `due`: milliseconds, kind, number.
pub(crate) type DueKey = [u8; 25];

/// One thing to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Due {
    pub(crate) at: Timestamp,
    pub(crate) kind: DueKind,
    pub(crate) number: HubDeliveryNumber,
}

impl Due {
    pub(crate) fn key(&self) -> DueKey {
        let mut key = [self.kind as u8; 25];
        key[..8].copy_from_slice(&self.at.as_millis().to_be_bytes());
        key[9..].copy_from_slice(&self.number.to_bytes());
        key
    }

    pub(crate) fn from_key(key: &[u8]) -> Option<Self> {
        let (at, rest) = key.split_first_chunk::<8>()?;
        let (kind, number) = rest.split_first()?;
        Some(Self {
            at: Timestamp::from_millis(u64::from_be_bytes(*at)),
            kind: DueKind::from_u8(*kind)?,
            number: HubDeliveryNumber::from_bytes(number.try_into().ok()?),
        })
    }
}

/// The first key of a later time.
pub(crate) fn after(at: Timestamp) -> DueKey {
    let mut key = [0; 25];
    key[..8].copy_from_slice(&at.as_millis().saturating_add(1).to_be_bytes());
    key
}

/// The time of a key, of one that cannot be read too.
pub(crate) fn time_of(key: &[u8]) -> Timestamp {
    let millis = key.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    Timestamp::from_millis(millis)
}

/// How far the family is worked off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DueCursor {
    /// Below this lies nothing.
    pub(crate) lower: DueKey,
    /// Where the next look begins: what lies between `lower` and this was left because it waits.
    pub(crate) next: DueKey,
    /// `lower` as it was last written down.
    pub(crate) written: DueKey,
    /// When it is worth looking again.
    pub(crate) first: Option<Timestamp>,
    /// Whether something that is due was left until the operator says a word.
    pub(crate) waiting: bool,
}

impl DueCursor {
    /// At the start of the store: the bound that was written, and the first key above it.
    pub(crate) fn opened(written: DueKey, first: Option<Timestamp>) -> Self {
        Self { lower: written, next: written, written, first, waiting: false }
    }

    /// A key was put.
    pub(crate) fn added(&mut self, key: DueKey) {
        self.lower = self.lower.min(key);
        self.next = self.next.min(key);
        let at = time_of(&key);
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
    }

    /// What waited need wait no longer: look at it again.
    pub(crate) fn rewind(&mut self) {
        if std::mem::take(&mut self.waiting) {
            self.added(self.lower);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn due(at: u64, kind: u8, number: u128) -> Due {
        let kind = DueKind::from_u8(kind).expect("six kinds");
        let number = HubDeliveryNumber::from_bytes(number.to_be_bytes());
        Due { at: Timestamp::from_millis(at), kind, number }
    }

    proptest! {
        #[test]
        fn keys_keep_the_order_of_times(
            a in (any::<u64>(), 1_u8..7, any::<u128>()), b in (any::<u64>(), 1_u8..7, any::<u128>()),
        ) {
            let (first, second) = (due(a.0, a.1, a.2), due(b.0, b.1, b.2));
            prop_assert_eq!(first.key().cmp(&second.key()), a.cmp(&b));
            prop_assert_eq!(Due::from_key(&first.key()), Some(first));
            prop_assert_eq!(time_of(&first.key()), first.at);
            prop_assert!(a.0 == u64::MAX || first.key() < after(first.at));
        }
    }

    #[test]
    fn foreign_keys_are_nothing_due() {
        assert_eq!(Due::from_key(b""), None);
        assert_eq!(Due::from_key(&[0; 25]), None, "no kind 0");
        assert_eq!(Due::from_key(&[1; 24]), None);
    }

    #[test]
    fn what_is_put_before_the_cursor_is_looked_at() {
        let mut cursor = DueCursor::opened(after(Timestamp::from_millis(50)), None);
        cursor.added(due(70, 1, 0).key());
        assert_eq!(
            (time_of(&cursor.next), cursor.first),
            (Timestamp::from_millis(51), cursor.first)
        );
        assert_eq!(cursor.first, Some(Timestamp::from_millis(70)));
        cursor.added(due(20, 1, 0).key());
        assert_eq!(time_of(&cursor.lower), Timestamp::from_millis(20));
        assert_eq!(cursor.next, cursor.lower);
    }
}
