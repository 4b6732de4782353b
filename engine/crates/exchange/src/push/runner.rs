//! One partner's lane at work: asks the schedule what to do, does it, and hears what is told.

use std::future::poll_fn;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher, RandomState};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use phytohub_domain::{
    Connection, ConnectionId, PushEndpoint, Timestamp, TrackingInfo, TrackingState,
};
use phytohub_store::{Queue, StoredEnvelope};
use phytohub_telemetry::PushOutcome;
use tokio::sync::watch;
use tokio::time::timeout;

use super::call::{Call, Ended, at_position};
use super::gate::Terms;
use super::lane::Candidate;
use super::schedule::{Action, Kind, Schedule};
use super::signal::{Signals, Told, Word};
use super::update::Refusals;
use super::{BreakerState, Partners, PushConfig};
use crate::alarm::Waiter;
use crate::{Hub, blocking};

/// One partner's lane.
#[derive(Debug)]
pub(super) struct Runner {
    hub: Hub,
    id: ConnectionId,
    code: String,
    signals: Arc<Signals>,
    partners: Arc<dyn Partners>,
    waiter: Waiter,
    config: PushConfig,
    schedule: Schedule,
    endpoint: Option<PushEndpoint>,
    call: Option<Arc<Call>>,
    calls: Calls,
    /// When a queue that could not be read is read anew.
    read_anew: Option<Timestamp>,
    /// Keys of order, and jitter: nobody outside can guess either.
    random: RandomState,
    rolls: u64,
}

/// Calls that are open; as many as a partner is called at once.
#[derive(Default)]
struct Calls(Vec<Pin<Box<dyn Future<Output = Ended> + Send>>>);

impl std::fmt::Debug for Calls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Calls").field(&self.0.len()).finish()
    }
}

impl Calls {
    /// The next one that ends; never, while there is none.
    async fn ended(&mut self) -> Ended {
        poll_fn(|context| {
            for index in 0..self.0.len() {
                let call = self.0.get_mut(index).map(|call| call.as_mut().poll(context));
                if let Some(Poll::Ready(ended)) = call {
                    drop(self.0.swap_remove(index));
                    return Poll::Ready(ended);
                }
            }
            Poll::Pending
        })
        .await
    }
}

impl Runner {
    pub(super) fn new(
        hub: Hub,
        connection: &Connection,
        signals: Arc<Signals>,
        partners: Arc<dyn Partners>,
        waiter: Waiter,
        config: PushConfig,
    ) -> Self {
        Self {
            hub,
            id: connection.id,
            code: connection.code.as_str().to_owned(),
            signals,
            partners,
            waiter,
            schedule: Schedule::new(&config),
            config,
            endpoint: None,
            call: None,
            calls: Calls::default(),
            read_anew: None,
            random: RandomState::new(),
            rolls: 0,
        }
    }

    /// Runs until it is time to stop, or the connection has no endpoint any more.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut endpoint = self.read_terms();
        loop {
            endpoint = endpoint && self.hear();
            if !endpoint || *stop.borrow() {
                break;
            }
            if self.read_anew.is_some_and(|time| time <= self.waiter.now()) {
                self.read_anew = None;
                self.schedule.rebuild();
            }
            match self.schedule.next(self.waiter.now()) {
                Action::Read { kind, after, count } => self.read(kind, after, count).await,
                Action::Look { sequence, .. } => self.look(sequence).await,
                Action::Bring { kind, sequence, attempts } => self.bring(kind, sequence, attempts),
                Action::Wait(until) => {
                    self.publish(until);
                    let until = until.into_iter().chain(self.read_anew).min();
                    let ended = tokio::select! {
                        ended = self.calls.ended() => Some(ended),
                        () = self.signals.notify.notified() => None,
                        () = self.waiter.until(until) => None,
                        // An error means that whoever says when to stop is gone.
                        _ = stop.wait_for(|stop| *stop) => break,
                    };
                    if let Some(ended) = ended {
                        self.ended(ended);
                    }
                }
            }
        }
        // What is open may end; what does not is cut off, and brought again after the start.
        let grace = self.config.stop_grace;
        let _ = timeout(grace, async {
            while !self.calls.0.is_empty() {
                let ended = self.calls.ended().await;
                self.ended(ended);
            }
        })
        .await;
        self.count(|metrics, code| metrics.forget_push(code));
    }

    /// Hears what was told. Whether there still is an endpoint.
    fn hear(&mut self) -> bool {
        let Told { mail_came, updates_came, terms_changed, rebuild, words } = self.signals.hear();
        if mail_came {
            self.schedule.lane(Kind::Mail).came();
        }
        if updates_came {
            self.schedule.lane(Kind::Updates).came();
        }
        let lane = self.schedule.lane(Kind::Mail);
        for word in words {
            match word {
                Word::Again(sequence) => lane.again(sequence),
                Word::Settled(sequence) => lane.settle(sequence),
            }
        }
        if rebuild {
            self.schedule.rebuild();
        }
        !terms_changed || self.read_terms()
    }

    /// Reads what the registry says. Whether there is an endpoint.
    fn read_terms(&mut self) -> bool {
        let registry = self.hub.inner.registry.load();
        let Some(connection) = registry.by_id(self.id) else { return false };
        let Some(endpoint) = &connection.push else { return false };
        let changed = self.endpoint.as_ref() != Some(endpoint);
        if changed {
            self.endpoint = Some(endpoint.clone());
            let partner = self.partners.partner(endpoint, self.config.concurrency);
            if let Err(error) = &partner {
                tracing::error!(connection = %self.code, %error, "this endpoint cannot be called");
            }
            self.call = Some(Arc::new(Call {
                hub: self.hub.clone(),
                id: self.id,
                code: self.code.clone(),
                url: endpoint.url.clone(),
                partner,
                signals: Arc::clone(&self.signals),
                waiter: self.waiter.clone(),
                config: self.config.clone(),
                refused: Refusals::default(),
            }));
        }
        let open = connection.enabled && !self.hub.inner.store.is_paused();
        let terms = Terms { open, windows: connection.maintenance.clone() };
        let served = (endpoint.envelopes, endpoint.tracking_updates);
        self.schedule.set_terms(terms, served, changed);
        true
    }

    /// Reads a page of a queue, while calls go on.
    async fn read(&mut self, kind: Kind, after: u64, count: usize) {
        let (store, id) = (self.hub.inner.store.clone(), self.id);
        let (random, now) = (self.random.clone(), self.waiter.now());
        let page = blocking::read(move || match kind {
            Kind::Mail => {
                let rows = store.waiting(id, Queue::Inbox, after, count)?;
                let last = rows.last().map(|(position, _)| *position);
                let candidates = rows.into_iter().filter_map(|(position, tracked)| match tracked {
                    Ok((envelope, state)) => {
                        candidate(position, &state, now, key(&random, &envelope))
                    }
                    Err(error) => {
                        tracing::error!(%error, position, "an envelope is not brought");
                        None
                    }
                });
                Ok::<_, crate::CallError>((last, candidates.collect::<Vec<_>>()))
            }
            Kind::Updates => {
                let updates = store.updates(id, after, count)?;
                let last = updates.last().map(|update| update.sequence);
                let candidates = updates.iter().map(|update| Candidate {
                    sequence: update.sequence,
                    key: random.hash_one(update.envelope.number),
                    attempts: 0,
                    due: Timestamp::default(),
                    blocks: true,
                });
                Ok((last, candidates.collect()))
            }
        });
        let page = self.beside(page).await;
        let now = self.waiter.now();
        match page {
            Ok((last, candidates)) => self.schedule.read(kind, last, &candidates, now),
            // The alert is given; what was not read is read anew in a while.
            Err(_) => {
                self.schedule.read(kind, None, &[], now);
                self.read_anew = Some(now.plus(READ_ANEW));
            }
        }
    }

    /// Looks again at a position of the inbox, while calls go on.
    async fn look(&mut self, sequence: u64) {
        let (store, id) = (self.hub.inner.store.clone(), self.id);
        let found = blocking::read(move || at_position(&store, id, sequence));
        let found = self.beside(found).await.ok().flatten();
        let now = self.waiter.now();
        let candidate = found.and_then(|(envelope, state)| {
            candidate(sequence, &state, now, key(&self.random, &envelope))
        });
        self.schedule.lane(Kind::Mail).looked(sequence, candidate, now);
    }

    fn bring(&mut self, kind: Kind, sequence: u64, attempts: u32) {
        let Some(call) = self.call.clone() else { return };
        let random = self.roll();
        self.calls.0.push(match kind {
            Kind::Mail => Box::pin(call.mail(sequence, random)),
            Kind::Updates => Box::pin(call.update(sequence, attempts, random)),
        });
    }

    /// Does something, while calls go on.
    async fn beside<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            let ended = tokio::select! {
                done = &mut work => return done,
                ended = self.calls.ended() => ended,
            };
            self.ended(ended);
        }
    }

    fn ended(&mut self, ended: Ended) {
        let Ended { kind, sequence, outcome, verdict, counts, error } = ended;
        let (now, random) = (self.waiter.now(), self.roll());
        let before = self.schedule.breaker();
        self.schedule.ended((kind, sequence), (outcome, verdict), now, random);
        self.tell_breaker(before, error.as_deref());
        let Some(counts) = counts else { return };
        let what = if kind == Kind::Mail { "envelope" } else { "update" };
        self.count(|metrics, code| metrics.count_push(code, what, counts));
        let breaker = self.schedule.breaker();
        self.signals.set_status(|status| {
            status.breaker = breaker;
            if let Some(error) = error {
                status.failed += 1;
                if counts == PushOutcome::GivenUp {
                    status.given_up += 1;
                    status.last_given_up.clone_from(&error);
                }
                (status.last_error, status.last_error_at) = (error, Some(now));
            } else {
                status.succeeded += 1;
                status.last_success_at = Some(now);
            }
        });
    }

    /// A partner that goes away, and one that is back, is for the operator to hear of.
    fn tell_breaker(&self, before: BreakerState, error: Option<&str>) {
        match (before, self.schedule.breaker()) {
            (BreakerState::Closed, BreakerState::Open { until }) => tracing::warn!(
                connection = %self.code,
                %until,
                error = %phytohub_telemetry::Escaped(error.unwrap_or_default()),
                "a partner's endpoint is away: nothing is brought until a probe succeeds"
            ),
            (BreakerState::Probing | BreakerState::Open { .. }, BreakerState::Closed) => {
                tracing::info!(connection = %self.code, "a partner's endpoint is back");
            }
            _ => {}
        }
    }

    fn publish(&self, next: Option<Timestamp>) {
        let (breaker, open_calls) = (self.schedule.breaker(), self.schedule.flying());
        self.signals.set_status(|status| {
            (status.breaker, status.open_calls, status.next) = (breaker, open_calls, next);
        });
        let depth = self.hub.inner.store.queue_len(self.id, Queue::Inbox);
        let position = match breaker {
            BreakerState::Closed => 0,
            BreakerState::Probing => 1,
            BreakerState::Open { .. } => 2,
        };
        self.count(|metrics, code| metrics.set_push(code, depth, position));
    }

    fn count(&self, count: impl FnOnce(&phytohub_telemetry::Metrics, &str)) {
        count(self.hub.metrics(), &self.code);
    }

    fn roll(&mut self) -> u64 {
        self.rolls += 1;
        match self.config.jitter_seed {
            None => self.random.hash_one(self.rolls),
            Some(seed) => {
                let fixed = BuildHasherDefault::<DefaultHasher>::default();
                fixed.hash_one((seed, self.id.0, self.rolls))
            }
        }
    }
}

/// What the lane must know of an envelope; nothing if it is not to be brought, or the store will
/// say when.
pub(super) fn candidate(
    sequence: u64,
    state: &TrackingState,
    now: Timestamp,
    key: u64,
) -> Option<Candidate> {
    let pending = state.info == TrackingInfo::PendingDelivery && !state.parked;
    if !pending {
        return None;
    }
    let due = state.next_attempt.unwrap_or_default();
    let handed_over = state.handed_over.is_some();
    if handed_over && state.attempts == 0 && due > now {
        return None;
    }
    let attempts = state.attempts;
    Some(Candidate { sequence, key, attempts, due, blocks: !handed_over })
}

/// What keeps its order.
fn key(random: &RandomState, envelope: &StoredEnvelope) -> u64 {
    random.hash_one((&envelope.from, &envelope.to, &envelope.nppo_certificate_number))
}

/// After a page of a queue could not be read: the disk's trouble is not mended in seconds.
const READ_ANEW: Duration = Duration::from_secs(60);
