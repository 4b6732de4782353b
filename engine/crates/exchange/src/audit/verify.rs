//! Verifying the account: is every event there, unchanged, under heads that the hub has signed?

use std::collections::HashMap;
use std::path::Path;

use phytohub_domain::Timestamp;
use phytohub_store::{ChainHead, ChainLink, PruneRecord, ReadError, Segment, Store};
use phytohub_telemetry::EventKind;
use serde::{Deserialize, Serialize};

use super::head::{Doubt, doubt_prune, doubt_segment, incarnation};
use super::{AuditSettings, SignedHead, sink};
use crate::signing::{KeyId, VerifyingKey, hex};

/// From where on to look.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Since {
    /// From this segment on.
    Index(u64),
    /// From the segment on that was closed at this time or later.
    Time(Timestamp),
}

/// Events from one place to another.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EventRange {
    /// Place of the first event.
    pub first: u64,
    /// Place of the last event.
    pub last: u64,
}

/// Something that is not as it was written.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AuditFinding {
    /// `changed`, `gap`, `truncated`, `forged`, `unknown_key` or `contradiction`.
    pub kind: String,
    /// Place of the event, or index of the segment.
    pub place: u64,
    /// In words.
    pub what: String,
}

/// What a verification found.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AuditReport {
    /// Whether nothing is wrong.
    pub holds: bool,
    /// What is wrong, at most [`FINDINGS_MAX`] findings.
    pub findings: Vec<AuditFinding>,
    /// Random number of the store, in hexadecimal digits.
    pub incarnation: String,
    /// Events that were looked at; nothing if there are none.
    pub checked: Option<EventRange>,
    /// Hash of the last event, in hexadecimal digits.
    pub head_hash: String,
    /// Segments that were closed, dropped ones included.
    pub segments: u64,
    /// Place of the last event that was dropped at the end of its retention; 0 if none was.
    pub pruned_through: u64,
    /// Heads in the file outside the store; nothing if none was compared.
    pub anchors: Option<u64>,
    /// Events after the last head that the file outside the store confirms: changing or cutting
    /// them off would not be noticed.
    pub unanchored: Option<EventRange>,
    /// Since when there are such events, UTC.
    pub unanchored_since: Option<String>,
    /// Events that the file outside tells of and that a restore from a backup left behind.
    pub lost_by_restore: Option<EventRange>,
}

/// Findings in a report: what is wrong more often than this is wrong as a whole.
pub const FINDINGS_MAX: usize = 50;
/// Few enough to hold, many enough that seeking does not matter.
const LINKS_PER_READ: usize = 1000;

/// Verifies a store. Blocks, as long as reading its events takes.
pub(crate) fn verify(
    store: &Store,
    settings: &AuditSettings,
    since: Option<Since>,
    anchor: Option<&Path>,
) -> Result<AuditReport, VerifyError> {
    let keys: Vec<VerifyingKey> = settings
        .audit_key
        .iter()
        .map(|key| key.public())
        .chain(settings.former_keys.iter().copied())
        .collect();
    // The end is read first: what is appended meanwhile is not looked at.
    let head = store.chain_head()?;
    let segments = store.segments()?;
    let prunes = store.prunes()?;
    let mut check = Check { head, keys, confirmed: 0, report: AuditReport::default() };
    check.report.incarnation = incarnation(head.incarnation);
    check.report.segments = segments.len() as u64;
    check.heads(&segments);
    check.prunes(&segments, &prunes);
    check.events(store, &segments, prunes.last(), since)?;
    if let Some(file) = anchor {
        let text = sink::read(file)?;
        if !file.exists() {
            check.find("truncated", 0, format!("the file of heads is gone: {}", file.display()));
        }
        check.anchors(store, &text, &segments)?;
    }
    check.unanchored(store)?;
    check.report.holds = check.report.findings.is_empty();
    Ok(check.report)
}

/// Why a verification could not be made.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The file outside the store cannot be read.
    #[error("the file of signed heads cannot be read")]
    Anchor(#[from] std::io::Error),
    /// The store cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

struct Check {
    head: ChainHead,
    keys: Vec<VerifyingKey>,
    /// Place of the last event under a head that was told outside.
    confirmed: u64,
    report: AuditReport,
}

impl Check {
    fn find(&mut self, kind: &str, place: u64, what: String) {
        if self.report.findings.len() < FINDINGS_MAX {
            self.report.findings.push(AuditFinding { kind: kind.to_owned(), place, what });
        }
    }

    fn doubt(&mut self, doubt: Option<Doubt>, index: u64, what: &str, key_id: [u8; 8]) {
        match doubt {
            None => {}
            Some(Doubt::Forged) => {
                let told = format!("the {what} of segment {index} was not signed by this hub");
                self.find("forged", index, told);
            }
            Some(Doubt::UnknownKey) => {
                let key = KeyId(key_id);
                let told = format!("the {what} of segment {index} is signed by unknown key {key}");
                self.find("unknown_key", index, told);
            }
        }
    }

    /// The heads themselves: signed, without a gap, each naming the one before.
    fn heads(&mut self, segments: &[Segment]) {
        let (mut index, mut last, mut hash) = (0, 0, [0; 32]);
        for segment in segments {
            self.doubt(doubt_segment(segment, &self.keys), segment.index, "head", segment.key_id);
            if segment.index != index + 1 {
                let what =
                    format!("no head of segment {} before that of {}", index + 1, segment.index);
                self.find("gap", index + 1, what);
            } else if segment.first != last + 1 || segment.previous_head_hash != hash {
                let what =
                    format!("segment {} does not go on where the one before ended", segment.index);
                self.find("contradiction", segment.index, what);
            }
            (index, last, hash) = (segment.index, segment.last, segment.head_hash);
        }
    }

    /// What was dropped: signed, oldest first, and what its head says.
    fn prunes(&mut self, segments: &[Segment], prunes: &[PruneRecord]) {
        for (place, prune) in prunes.iter().enumerate() {
            let (index, expected) = (prune.index, place as u64 + 1);
            self.doubt(doubt_prune(prune, &self.keys), index, "prune record", prune.key_id);
            let same = segments.iter().any(|segment| {
                let ends = (segment.index, segment.first, segment.last, segment.head_hash);
                ends == (prune.index, prune.first, prune.last, prune.head_hash)
            });
            if !same || index != expected {
                let what = format!("the prune record of segment {index} does not fit to its head");
                self.find("contradiction", index, what);
            }
            self.report.pruned_through = prune.last;
        }
    }

    /// Every event from where it is asked, or from where the first is left, to the end.
    fn events(
        &mut self,
        store: &Store,
        segments: &[Segment],
        pruned: Option<&PruneRecord>,
        since: Option<Since>,
    ) -> Result<(), ReadError> {
        let ends: HashMap<u64, [u8; 32]> =
            segments.iter().map(|segment| (segment.last, segment.head_hash)).collect();
        let mut walk = Walk::from(start(segments, pruned, since));
        let first = walk.next;
        while walk.next <= self.head.sequence {
            let mut links = store.chain(walk.next, LINKS_PER_READ)?;
            links.retain(|link| link.sequence <= self.head.sequence);
            if links.is_empty() {
                break;
            }
            for link in &links {
                self.link(&mut walk, link, &ends);
            }
        }
        if walk.next <= self.head.sequence {
            let what =
                format!("events {} to {} are cut off at the end", walk.next, self.head.sequence);
            self.find("truncated", walk.next, what);
        } else if walk.before.is_some_and(|hash| hash != self.head.hash) {
            let last = self.head.sequence;
            self.find("changed", last, format!("event {last}, the last one, was changed"));
        }
        let told = segments.last().map_or(0, |segment| segment.last);
        if told > self.head.sequence {
            let what = format!(
                "events {} to {told} are cut off: a head tells of them",
                self.head.sequence + 1
            );
            self.find("truncated", self.head.sequence + 1, what);
        }
        if walk.next > first {
            self.report.checked = Some(EventRange { first, last: walk.next - 1 });
        }
        self.report.head_hash = walk.before.map(|hash| hex(&hash)).unwrap_or_default();
        Ok(())
    }

    fn link(&mut self, walk: &mut Walk, link: &ChainLink, ends: &HashMap<u64, [u8; 32]>) {
        let (place, expected) = (link.sequence, walk.next);
        if place != expected {
            let what = match place - expected {
                1 => format!("event {expected} is missing"),
                _ => format!("events {expected} to {} are missing", place - 1),
            };
            self.find("gap", expected, what);
        } else if walk.before.is_some_and(|hash| hash != link.previous) {
            let what = match place {
                1 => "event 1 was changed: it names an event before it".to_owned(),
                _ => {
                    format!("event {} or {place} was changed: they do not fit together", place - 1)
                }
            };
            self.find("changed", place.saturating_sub(1).max(1), what);
        }
        if link.at.is_none() {
            self.find("changed", place, format!("event {place} was changed: it cannot be read"));
        }
        if ends.get(&place).is_some_and(|hash| *hash != link.hash) {
            let what = format!("event {place} is not the one under the signed head");
            self.find("changed", place, what);
        }
        (walk.next, walk.before) = (place + 1, Some(link.hash));
    }

    /// The heads that were told outside the store: each must be one of the store's, unless a restore
    /// from a backup left it behind, of which the chain itself tells.
    fn anchors(
        &mut self,
        store: &Store,
        text: &str,
        segments: &[Segment],
    ) -> Result<(), ReadError> {
        let mut missing = Vec::new();
        let mut count = 0;
        // What a crash cut short is no head; its head stands on the next line.
        let anchors = text.lines().filter_map(SignedHead::read).filter_map(|head| head.segment());
        for anchor in anchors {
            count += 1;
            self.doubt(doubt_segment(&anchor, &self.keys), anchor.index, "anchor", anchor.key_id);
            if segments.contains(&anchor) {
                self.confirmed = self.confirmed.max(anchor.last);
            } else {
                missing.push(anchor);
            }
        }
        self.report.anchors = Some(count);
        let restored = if missing.is_empty() { Vec::new() } else { restored_at(store)? };
        for anchor in missing {
            let index = anchor.index;
            let left_behind = anchor.incarnation != self.head.incarnation
                && restored.iter().any(|place| *place <= anchor.last);
            if left_behind {
                let range = EventRange { first: anchor.first, last: anchor.last };
                let lost = self.report.lost_by_restore.get_or_insert(range);
                lost.first = lost.first.min(anchor.first);
                lost.last = lost.last.max(anchor.last);
            } else if segments.iter().any(|segment| segment.index == index) {
                let what = format!("the head of segment {index} is not the one told outside");
                self.find("changed", index, what);
            } else {
                let what = format!(
                    "segment {index}, events {} to {}, was told outside and is not here",
                    anchor.first, anchor.last
                );
                self.find("truncated", index, what);
            }
        }
        Ok(())
    }

    /// What no head outside the store confirms.
    fn unanchored(&mut self, store: &Store) -> Result<(), ReadError> {
        let last = self.confirmed.max(self.report.pruned_through);
        if last < self.head.sequence {
            let first = last + 1;
            self.report.unanchored = Some(EventRange { first, last: self.head.sequence });
            let link = store.chain(first, 1)?.into_iter().next();
            self.report.unanchored_since = link.and_then(|link| link.at).map(|at| at.to_string());
        }
        Ok(())
    }
}

/// Places of the events that tell of a restore from a backup.
fn restored_at(store: &Store) -> Result<Vec<u64>, ReadError> {
    let (mut places, mut next) = (Vec::new(), 1);
    loop {
        let links = store.chain(next, LINKS_PER_READ)?;
        let Some(last) = links.last() else { return Ok(places) };
        next = last.sequence + 1;
        let told = links.iter().filter(|link| link.kind == Some(EventKind::StoreRestored));
        places.extend(told.map(|link| link.sequence));
    }
}

/// Where a walk along the chain stands.
struct Walk {
    next: u64,
    before: Option<[u8; 32]>,
}

impl From<(u64, [u8; 32])> for Walk {
    fn from((next, before): (u64, [u8; 32])) -> Self {
        Self { next, before: Some(before) }
    }
}

/// The first event to look at, and the hash that it must carry.
fn start(
    segments: &[Segment],
    pruned: Option<&PruneRecord>,
    since: Option<Since>,
) -> (u64, [u8; 32]) {
    let left = pruned.map_or((1, [0; 32]), |prune| (prune.last + 1, prune.head_hash));
    let asked = since.map(|since| {
        let found = segments.iter().find(|segment| match since {
            Since::Index(index) => segment.index >= index,
            Since::Time(time) => segment.closed >= time,
        });
        let after = segments.last().map_or((1, [0; 32]), |last| (last.last + 1, last.head_hash));
        found.map_or(after, |segment| (segment.first, segment.previous_head_hash))
    });
    asked.filter(|asked| asked.0 > left.0).unwrap_or(left)
}
