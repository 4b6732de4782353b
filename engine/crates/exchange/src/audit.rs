//! The account of everything: closing the chain of events daily with a signed head, telling it to
//! a place outside the store, and dropping what is past its retention.
//!
//! Nothing here stands in the way of an envelope: closing reads one record, the place outside may
//! fail for as long as it likes, and what is dropped is dropped in small batches.

mod head;
mod sink;
mod verify;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use phytohub_domain::Timestamp;
use phytohub_store::{ReadError, Segment, Store};
use phytohub_telemetry::Actor;
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, Notify};

pub use head::{HEAD_FORMAT, PRUNE_FORMAT, SignedHead};
pub use verify::VerifyError;
pub use verify::{AuditFinding, AuditReport, EventRange, FINDINGS_MAX};
pub(crate) use verify::{Since, verify};

use crate::admin::AdminError;
use crate::alarm::{Alarm, Waiter};
use crate::signing::{SigningKey, VerifyingKey};
use crate::{Hub, blocking};

/// With what, and where to, the hub accounts for what it does.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "built by the composition root, field by field")]
pub struct AuditSettings {
    /// Name of the hub in receipts and heads.
    pub hub: String,
    /// Signs receipts; without it there are none.
    pub receipt_key: Option<SigningKey>,
    /// Signs heads and prune records; without it no segment is closed.
    pub audit_key: Option<SigningKey>,
    /// Public halves of the keys that signed heads before.
    pub former_keys: Vec<VerifyingKey>,
    /// File outside the store to which heads are appended.
    pub sink: Option<PathBuf>,
    /// How long events are kept after their segment was closed.
    pub keep: Duration,
}

/// The settings, and who is at work.
#[derive(Debug)]
pub(crate) struct AuditDesk {
    pub(crate) settings: AuditSettings,
    /// Held from reading where the chain ends to keeping the head.
    closing: Mutex<()>,
    /// Held while the sink is written.
    sinking: Mutex<()>,
    changed: Notify,
}

/// Closes segments as each day (UTC) ends, keeps the sink up with them, and drops what is past its
/// retention.
#[derive(Debug)]
pub struct AuditKeeper {
    hub: Hub,
    waiter: Waiter,
}

impl AuditKeeper {
    /// Over a hub; it does nothing before it runs.
    #[must_use]
    pub fn new(hub: Hub, alarm: Arc<dyn Alarm>) -> Self {
        let waiter = Waiter::new(Arc::clone(hub.clock()), alarm);
        Self { hub, waiter }
    }

    /// Runs until it is time to stop. The next time is known; nothing is polled.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        tokio::select! {
            () = stop => {}
            () = self.keep() => {}
        }
    }

    async fn keep(&self) {
        let desk = match self.hub.desk() {
            Ok(desk) => desk,
            Err(error) => {
                tracing::warn!(%error, "the chain of events is not closed");
                return std::future::pending().await;
            }
        };
        let mut trouble = 0_u32;
        loop {
            let due = self.hub.close_if_due(&desk).await.unwrap_or_else(|error| {
                tracing::error!(%error, "the chain of events could not be closed");
                self.waiter.now().plus(RETRY_FIRST)
            });
            let told = self.hub.tell_sink(&desk).await;
            trouble = if told { 0 } else { trouble.saturating_add(1) };
            let again = self.waiter.now().plus(retry_after(trouble));
            let due = if told { due } else { due.min(again) };
            while self.waiter.now() < due {
                tokio::select! {
                    () = self.waiter.until(Some(due)) => {}
                    () = desk.changed.notified() => break,
                }
            }
        }
    }
}

impl Hub {
    /// Says with what to sign. To be called once, before anything is asked.
    pub fn set_audit(&self, settings: AuditSettings) {
        let desk = AuditDesk {
            settings,
            closing: Mutex::new(()),
            sinking: Mutex::new(()),
            changed: Notify::new(),
        };
        let _ = self.inner.audit.set(Arc::new(desk));
    }

    /// Closes the chain now, whatever the time, and tells the sink.
    pub(crate) async fn close_segment(&self, actor: Actor) -> Result<SignedHead, AdminError> {
        let desk = self.desk()?;
        let segment = self.close_chain(&desk, actor).await?;
        if !self.tell_sink(&desk).await {
            // Whoever keeps the account tries again.
            desk.changed.notify_one();
        }
        Ok(SignedHead::new(&segment))
    }

    /// The desk, if there is a key to sign with.
    pub(crate) fn desk(&self) -> Result<Arc<AuditDesk>, AdminError> {
        let desk = self.inner.audit.get().cloned();
        let desk = desk.filter(|desk| desk.settings.audit_key.is_some());
        desk.ok_or(AdminError::NoKey { purpose: "audit" })
    }

    /// Closes the day that ended, if it has not been; when the next one ends.
    async fn close_if_due(&self, desk: &AuditDesk) -> Result<Timestamp, AdminError> {
        let store = self.inner.store.clone();
        let since = blocking::read(move || last_closing(&store)).await?;
        let now = self.clock().now();
        // A closing in the future, by a clock that was wrong, puts nothing off.
        let due = next_midnight(since.map_or(now, |since| since.min(now)));
        if due > now {
            return Ok(due);
        }
        self.close_chain(desk, Actor::hub()).await?;
        self.prune(desk).await;
        Ok(next_midnight(now))
    }

    async fn close_chain(&self, desk: &AuditDesk, actor: Actor) -> Result<Segment, AdminError> {
        let _closing = desk.closing.lock().await;
        let store = self.inner.store.clone();
        let ends = blocking::read(move || {
            Ok::<_, ReadError>((store.chain_head()?, store.segments()?.pop()))
        });
        let (chain, before) = ends.await?;
        let key = desk.settings.audit_key.as_ref();
        let key = key.ok_or(AdminError::NoKey { purpose: "audit" })?;
        let first = before.as_ref().map_or(1, |before| before.last + 1);
        if chain.sequence < first {
            return Err(AdminError::NothingToClose);
        }
        let mut segment = Segment {
            hub: desk.settings.hub.clone(),
            index: before.as_ref().map_or(1, |before| before.index + 1),
            incarnation: chain.incarnation,
            first,
            last: chain.sequence,
            head_hash: chain.hash,
            previous_head_hash: before.map_or([0; 32], |before| before.head_hash),
            closed: self.clock().now(),
            key_id: key.public().id().0,
            signature: [0; 64],
        };
        segment.signature = key.sign(&head::segment_text(&segment));
        self.inner.store.put_segment(segment.clone(), actor).await?;
        tracing::info!(segment = segment.index, last = segment.last, "closed the chain of events");
        Ok(segment)
    }

    /// Brings the sink up to date; whether it is.
    async fn tell_sink(&self, desk: &AuditDesk) -> bool {
        let Some(file) = desk.settings.sink.clone() else { return true };
        let _sinking = desk.sinking.lock().await;
        let store = self.inner.store.clone();
        let told = blocking::read(move || {
            let segments = store.segments()?;
            Ok::<_, ReadError>(sink::append(&file, &segments))
        });
        match told.await {
            Ok(Ok(_)) => true,
            Ok(Err(error)) => {
                let file =
                    desk.settings.sink.as_deref().unwrap_or_else(|| std::path::Path::new(""));
                tracing::error!(
                    %error,
                    sink = %file.display(),
                    "the signed heads cannot be told outside the store: trying again"
                );
                false
            }
            Err(error) => {
                tracing::error!(%error, "the signed heads cannot be read");
                false
            }
        }
    }

    /// Drops what is past its retention, oldest first, as far as nothing that is kept stands in it.
    /// Never by a clock that is suspected.
    async fn prune(&self, desk: &AuditDesk) {
        loop {
            match self.prune_next(desk).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    return tracing::error!(%error, "events past their retention were not dropped");
                }
            }
        }
    }

    async fn prune_next(&self, desk: &AuditDesk) -> Result<bool, AdminError> {
        let now = self.clock().now();
        if self.inner.store.clock_status().suspicion.is_some() {
            return Ok(false);
        }
        let (store, keep) = (self.inner.store.clone(), desk.settings.keep);
        let found = blocking::read(move || {
            let dropped = store.prunes()?.last().map_or(0, |prune| prune.index);
            let oldest = store.segments()?.into_iter().find(|segment| segment.index > dropped);
            let Some(oldest) = oldest.filter(|oldest| oldest.closed.plus(keep) <= now) else {
                return Ok(None);
            };
            let kept_by = store.kept_by(&oldest)?;
            Ok::<_, ReadError>(Some((oldest, kept_by)))
        });
        let Some((segment, kept_by)) = found.await? else { return Ok(false) };
        if let Some(number) = kept_by {
            tracing::info!(
                segment = segment.index,
                %number,
                "a segment past its retention stays: this envelope is kept"
            );
            return Ok(false);
        }
        let key = desk.settings.audit_key.as_ref();
        let key = key.ok_or(AdminError::NoKey { purpose: "audit" })?;
        let record = head::prune_record(&segment, &desk.settings.hub, now, key);
        self.inner.store.prune(&segment, record, Actor::hub()).await?;
        tracing::info!(segment = segment.index, last = segment.last, "dropped a segment");
        Ok(true)
    }
}

/// How far the account is closed and told outside.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AuditState {
    /// Name of the key that signs heads; nothing if none does.
    pub key_id: Option<String>,
    /// Segments that were closed.
    pub segments: u64,
    /// When the last one was closed, UTC.
    pub last_closed: Option<String>,
    /// Events after the last closed segment.
    pub open_events: u64,
    /// File outside the store to which heads are told.
    pub sink: Option<String>,
    /// Segments whose heads are not in it, or all of them if it cannot be read.
    pub untold: u64,
}

/// How far the account of a store is closed and told. Blocks.
pub(crate) fn state(store: &Store, settings: &AuditSettings) -> Result<AuditState, ReadError> {
    let segments = store.segments()?;
    let last = segments.last();
    let closed = last.map_or(0, |last| last.last);
    let untold = match &settings.sink {
        Some(file) => sink::untold(file, &segments).unwrap_or(segments.len()),
        None => segments.len(),
    };
    Ok(AuditState {
        key_id: settings.audit_key.as_ref().map(|key| key.public().id().to_string()),
        segments: segments.len() as u64,
        last_closed: last.map(|last| last.closed.to_string()),
        open_events: store.chain_head()?.sequence - closed,
        sink: settings.sink.as_ref().map(|file| file.display().to_string()),
        untold: untold as u64,
    })
}

/// When the chain was closed last; if never, when it began.
fn last_closing(store: &Store) -> Result<Option<Timestamp>, ReadError> {
    if let Some(last) = store.segments()?.last() {
        return Ok(Some(last.closed));
    }
    Ok(store.chain(1, 1)?.first().and_then(|link| link.at))
}

/// The first moment of the day after this one, UTC.
fn next_midnight(time: Timestamp) -> Timestamp {
    Timestamp::from_millis((time.as_millis() / MILLIS_PER_DAY + 1) * MILLIS_PER_DAY)
}

fn retry_after(trouble: u32) -> Duration {
    RETRY_FIRST.saturating_mul(1 << trouble.min(10)).min(RETRY_MOST)
}

const MILLIS_PER_DAY: u64 = 86_400_000;
/// A disk that was unmounted for a moment is back by then.
const RETRY_FIRST: Duration = Duration::from_secs(30);
/// Often enough to be done within a working hour of somebody mending it.
const RETRY_MOST: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight() {
        let midnight =
            |text| next_midnight(Timestamp::parse_utc(text).expect("a time")).to_string();
        assert_eq!(midnight("2026-11-21"), "2026-11-22T00:00:00.000Z");
        assert_eq!(midnight("2026-11-21T23:59:59.999Z"), "2026-11-22T00:00:00.000Z");
    }

    #[test]
    fn a_sink_in_trouble_is_tried_ever_more_seldom() {
        assert_eq!(retry_after(1), Duration::from_secs(60));
        assert_eq!(retry_after(u32::MAX), RETRY_MOST);
    }
}
