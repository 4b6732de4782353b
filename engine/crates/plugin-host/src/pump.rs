//! Events on their way to a plugin: in order, at least once, one batch at a time.
//!
//! The cursor in the store says up to where a plugin has taken the stream. It moves when a batch is
//! done with, and by nothing else but an operator's word; what could not be delivered comes again.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use phytohub_exchange::plugin::{PluginError, PluginEvent};
use phytohub_plugin_api as api;
use phytohub_plugin_loader::EventView;
use phytohub_plugin_loader::instance::Completion;
use phytohub_store::PluginWrite;
use tokio::sync::{Notify, oneshot, watch};

use crate::desk::{BatchEnd, EventDesk};
use crate::failure::{HookError, status_name};
use crate::generation::Generation;
use crate::hook::Hook;
use crate::plugin::Plugin;
use crate::services::{millis, state, together};
use crate::settings::{EVENTS_PAUSE, EVENTS_PAUSE_MOST};

/// How a plugin does with its events.
#[derive(Debug, Default)]
pub(crate) struct PumpState {
    /// Told when there may be another instance, or something was decided.
    pub(crate) changed: Notify,
    /// Up to here the stream was looked at for it.
    seen: AtomicU64,
    /// The operator let it be behind.
    pub(crate) lag_waived: AtomicBool,
    failing: Mutex<Failing>,
}

#[derive(Debug, Default)]
struct Failing {
    batch: Option<FailingBatch>,
    skip: Option<Skip>,
}

/// What the operator said about the batch that is not taken.
#[derive(Debug)]
struct Skip {
    reason: String,
    done: oneshot::Sender<Result<(), PluginError>>,
}

/// A batch that a plugin does not take.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct FailingBatch {
    /// Sequence of its first event.
    pub(crate) first: u64,
    /// Sequence up to which it goes.
    pub(crate) last: u64,
    /// How often it was tried.
    pub(crate) attempts: u32,
    /// Why it was not taken.
    pub(crate) error: String,
}

impl PumpState {
    /// The batch that is not taken, if there is one.
    pub(crate) fn failing(&self) -> Option<FailingBatch> {
        self.lock().batch.clone()
    }

    /// It has taken the stream up to here: another instance, or another process, did.
    pub(crate) fn begin(&self, cursor: u64) {
        self.seen.fetch_max(cursor, Ordering::AcqRel);
    }

    /// How many events of the stream it has not looked at.
    pub(crate) fn lag(&self, last: u64) -> u64 {
        last.saturating_sub(self.seen.load(Ordering::Acquire))
    }

    /// Wants the batch that is not taken to be skipped; nothing if there is none.
    pub(crate) fn skip(&self, reason: &str) -> Option<oneshot::Receiver<Result<(), PluginError>>> {
        let mut failing = self.lock();
        failing.batch.as_ref()?;
        let (done, told) = oneshot::channel();
        failing.skip = Some(Skip { reason: reason.to_owned(), done });
        drop(failing);
        self.changed.notify_one();
        Some(told)
    }

    fn lock(&self) -> MutexGuard<'_, Failing> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A part of the stream that is to be delivered.
struct Batch {
    events: Arc<Vec<PluginEvent>>,
    reached: u64,
}

/// What became of a batch.
enum Outcome {
    /// Done with: the cursor is to be moved.
    Done,
    /// Done with, and the cursor moved.
    Written,
    /// It must come again.
    Again(String),
}

impl Plugin {
    /// Delivers events until all plugins end.
    pub(crate) async fn pump(self: Arc<Self>) {
        let mut sequence = self.world.post.event_sequence();
        while !*self.world.stop.borrow() {
            let ready = self.current().filter(|one| one.offers.lifecycle.is_some());
            let Some(generation) = ready else {
                self.until_changed(None).await;
                continue;
            };
            match self.next_batch(&generation, &mut sequence).await {
                Ok(Some(batch)) => self.deliver(batch).await,
                Ok(None) => self.until_changed(Some(&mut sequence)).await,
                Err(error) => {
                    let plugin = &*self.id;
                    tracing::error!(plugin, %error, "the stream of events cannot be read");
                    self.pause(EVENTS_PAUSE_MOST).await;
                }
            }
        }
    }

    /// The next events that it wants; nothing if there are none now.
    async fn next_batch(
        &self,
        generation: &Generation,
        sequence: &mut watch::Receiver<u64>,
    ) -> Result<Option<Batch>, PluginError> {
        let (hub, actor) = (&self.world.hub, generation.services.actor());
        let cursor = hub.plugin_meta(actor.id).cursor;
        let mut after = cursor.max(self.pump.seen.load(Ordering::Acquire));
        let (limit, mask) =
            (generation.settings.limits.event_batch, generation.offers.lifecycle.unwrap_or(0));
        while *sequence.borrow_and_update() > after {
            let part = self.world.post.events(&actor, after, limit, mask).await?;
            if !part.events.is_empty() {
                let (events, reached) = (Arc::new(part.events), part.reached);
                return Ok(Some(Batch { events, reached }));
            }
            let stands = part.reached <= after;
            after = part.reached.max(after);
            self.pump.seen.store(after, Ordering::Release);
            // Looked at again after a restart, unless it is much.
            if after.saturating_sub(cursor) >= CURSOR_STEP {
                self.move_cursor(generation, after).await?;
            }
            if stands {
                break;
            }
        }
        Ok(None)
    }

    /// Delivers a batch, again and again until it is done with or all plugins end.
    async fn deliver(self: &Arc<Self>, batch: Batch) {
        let first = batch.events.first().map_or(batch.reached, |event| event.sequence);
        let mut attempts = 0_u32;
        while !*self.world.stop.borrow() {
            let current = self.current().filter(|one| one.offers.lifecycle.is_some());
            let Some(generation) = current else {
                self.until_changed(None).await;
                continue;
            };
            let error = match self.attempt(&generation, &batch).await {
                Outcome::Written => None,
                Outcome::Done => match self.move_cursor(&generation, batch.reached).await {
                    Ok(()) => None,
                    Err(error) => Some(error.to_string()),
                },
                Outcome::Again(error) => Some(error),
            };
            let Some(error) = error else { break };
            attempts = attempts.saturating_add(1);
            let last = batch.reached;
            self.pump.lock().batch = Some(FailingBatch { first, last, attempts, error });
            self.pause(backoff(attempts)).await;
            if self.skip_if_wanted(&generation, first, last).await {
                break;
            }
        }
        // A wish that came too late for this batch must not skip another.
        *self.pump.lock() = Failing::default();
        self.pump.seen.fetch_max(batch.reached, Ordering::AcqRel);
    }

    async fn attempt(self: &Arc<Self>, generation: &Arc<Generation>, batch: &Batch) -> Outcome {
        let desk = &generation.services.events;
        let Some((ticket, mut told)) = desk.issue(batch.reached) else {
            return Outcome::Again("the batch before is not done with".into());
        };
        let (events, time) = (Arc::clone(&batch.events), generation.settings.deadlines.events);
        let begun = self.begin_on(generation, Hook::Events, time, move |inside, call| {
            let numbers: Vec<String> = events.iter().map(|one| one.number.to_string()).collect();
            let views: Vec<EventView<'_>> =
                events.iter().zip(&numbers).map(|(event, number)| view(event, number)).collect();
            inside.hooks.events(call, &views, ticket)
        });
        let hook = match begun {
            Ok(in_flight) => in_flight.answer().await,
            Err(error) => Err(error),
        };
        if matches!(hook, Ok(Completion::Pending)) {
            let until = self.world.at(self.world.now() + generation.settings.deadlines.pending);
            tokio::select! {
                biased;
                end = &mut told => return ended(end.ok(), &hook),
                () = until => {}
            }
        }
        ended(taken_back(desk, ticket, &mut told).await, &hook)
    }

    async fn move_cursor(&self, generation: &Generation, to: u64) -> Result<(), PluginError> {
        let bytes_max = generation.settings.kv_bytes_max;
        let write = PluginWrite { operations: Vec::new(), cursor: Some(to), bytes_max };
        let plugin = generation.services.actor().id;
        self.world.hub.plugin_kv_write(plugin, write).await.map(drop)
    }

    /// Moves on without the batch if the operator said so.
    async fn skip_if_wanted(&self, generation: &Generation, first: u64, last: u64) -> bool {
        let Some(Skip { reason, done }) = self.pump.lock().skip.take() else { return false };
        let moved = self.move_cursor(generation, last).await;
        let skipped = moved.is_ok();
        if skipped {
            let detail = format!("the operator skipped its events {first} to {last}: {reason}");
            self.world.record(phytohub_telemetry::EventKind::PluginFailed, &self.id, detail);
        }
        // Whoever asked may have gone.
        let _ = done.send(moved);
        skipped
    }

    async fn until_changed(&self, sequence: Option<&mut watch::Receiver<u64>>) {
        let more = async {
            match sequence {
                Some(sequence) => drop(sequence.changed().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = more => {}
            () = self.pump.changed.notified() => {}
            () = self.world.stopped() => {}
        }
    }

    async fn pause(&self, time: Duration) {
        tokio::select! {
            () = self.world.at(self.world.now() + time) => {}
            () = self.pump.changed.notified() => {}
            () = self.world.stopped() => {}
        }
    }
}

/// Takes the batch away from the plugin, or hears how it ended.
async fn taken_back(
    desk: &EventDesk,
    ticket: u64,
    told: &mut oneshot::Receiver<BatchEnd>,
) -> Option<BatchEnd> {
    loop {
        if desk.take_away(ticket) {
            return None;
        }
        if let Ok(end) = told.try_recv() {
            return Some(end);
        }
        // A write has it: the disk decides.
        desk.not_writing(ticket).await;
    }
}

fn ended(end: Option<BatchEnd>, hook: &Result<Completion, HookError>) -> Outcome {
    match (end, hook) {
        (Some(BatchEnd::Written), _) => Outcome::Written,
        (Some(BatchEnd::Told(api::HUB_OK, _)), _) | (None, Ok(Completion::Done)) => Outcome::Done,
        (Some(BatchEnd::Told(status, detail)), _) => {
            Outcome::Again(format!("{}: {detail}", status_name(status)))
        }
        (None, Ok(Completion::Pending)) => Outcome::Again("its ticket was not completed".into()),
        (None, Err(error)) => Outcome::Again(error.to_string()),
    }
}

fn view<'a>(event: &'a PluginEvent, number: &'a str) -> EventView<'a> {
    let flags = [
        (event.response, api::HUB_EVENT_IS_RESPONSE),
        (event.test, api::HUB_EVENT_IS_TEST),
        (event.copy, api::HUB_EVENT_IS_COPY),
    ];
    EventView {
        kind: event.kind as u32,
        sequence: event.sequence,
        at_ms: millis(event.at),
        flags: together(&flags),
        state: state(event.state),
        certificate_type: event.certificate_type,
        certificate_status: event.certificate_status,
        hub_delivery_number: number,
        from: &event.from,
        to: &event.to,
        nppo_certificate_number: &event.nppo_certificate_number,
        message: &event.message,
    }
}

/// Doubles with each attempt, up to a limit, give or take a quarter: so that plugins which failed
/// together do not come back together.
fn backoff(attempts: u32) -> Duration {
    let doubled = EVENTS_PAUSE.saturating_mul(1 << attempts.saturating_sub(1).min(16));
    let quarter = doubled.min(EVENTS_PAUSE_MOST) / 4;
    let jitter = u32::try_from(RandomState::new().hash_one(attempts) % 1000).unwrap_or_default();
    quarter * 3 + quarter * 2 * jitter / 1000
}

/// Events that concern others, after which a plugin's cursor is written nevertheless: so many are
/// looked at again in well under a second.
const CURSOR_STEP: u64 = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_limit() {
        for attempts in 1..40 {
            let pause = backoff(attempts);
            let whole = EVENTS_PAUSE.saturating_mul(1 << (attempts - 1).min(16));
            let whole = whole.min(EVENTS_PAUSE_MOST);
            assert!(pause >= whole * 3 / 4 && pause <= whole * 5 / 4, "{attempts}: {pause:?}");
        }
    }
}
