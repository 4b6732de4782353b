//! Carries out what is to be done: jobs of open loops, workers of closed ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::speed::book::Id;
use crate::speed::field::{Due, Field, Parcel};
use crate::speed::pace::{Draw, Job, Later, Weighed, Work};
use crate::speed::scenario::{Closed, PollStyle, Scenario, Step};

/// Carries out jobs.
#[derive(Debug)]
pub(crate) struct Workshop {
    pub(crate) field: Arc<Field>,
    style: PollStyle,
    /// Real time between two questions after one envelope, and how many.
    tracking: Option<(Duration, u32)>,
    later: SyncSender<Later>,
    /// Which countries are at it: the next poll of such a one is left out, as a cron job's is.
    polling: Vec<AtomicBool>,
    /// Polls and steps that found nothing to do.
    pub(crate) skipped: AtomicU64,
    in_flight_most: usize,
}

impl Workshop {
    pub(crate) fn new(scenario: &Scenario, field: Arc<Field>, later: SyncSender<Later>) -> Self {
        let tracking = scenario.tracking.map(|tracking| {
            let every = tracking.every_seconds / scenario.time_compression;
            (Duration::from_secs_f64(every), tracking.most)
        });
        Self {
            field,
            style: scenario.polling.map(|polling| polling.style).unwrap_or_default(),
            tracking,
            later,
            polling: (0..scenario.countries.count).map(|_| AtomicBool::new(false)).collect(),
            skipped: AtomicU64::new(0),
            in_flight_most: scenario.generator.in_flight,
        }
    }

    fn stopped(&self) -> bool {
        self.field.stop.load(Ordering::Acquire)
    }

    /// Takes jobs until there are no more, and waits until all are done.
    pub(crate) async fn run_jobs(self: Arc<Self>, mut jobs: mpsc::Receiver<Job>) {
        let room = Arc::new(Semaphore::new(self.in_flight_most));
        let mut running = JoinSet::new();
        while let Some(job) = jobs.recv().await {
            let Ok(permit) = Arc::clone(&room).acquire_owned().await else { break };
            let workshop = Arc::clone(&self);
            running.spawn(async move {
                workshop.carry_out(job).await;
                drop(permit);
            });
            while running.try_join_next().is_some() {}
        }
        running.join_all().await;
    }

    async fn carry_out(&self, job: Job) {
        let due = Due::At(job.at);
        match job.work {
            Work::Poll(country) => self.poll(country, due).await,
            Work::Track { id, times } => {
                if !self.field.track(id, due).await {
                    self.track_later(id, job.at, times + 1);
                }
            }
            Work::Step { step, country, parcel, seed } => {
                if !self.step(step, country, parcel, seed, due).await {
                    self.skipped.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    /// False if there was nothing to do it with.
    async fn step(&self, step: Step, country: usize, parcel: Parcel, seed: u64, due: Due) -> bool {
        let field = &self.field;
        match step {
            Step::Deliver => {
                self.deliver(parcel, due).await;
            }
            Step::Cycle => {
                if let Some(id) = self.deliver(parcel, due).await {
                    field.collect(id).await;
                }
            }
            Step::Headers | Step::Pull => {
                field.list(country, step == Step::Pull, due).await;
            }
            Step::UnderDelivery => field.under_delivery(country, due).await,
            Step::Track => {
                let id = field.book().any_accepted(&mut StdRng::seed_from_u64(seed));
                let Some(id) = id else { return false };
                field.track(id, due).await;
            }
            Step::PullSingle => {
                let id = field.book().next_to_pull();
                let Some(id) = id else { return false };
                field.pull_single(id, due).await;
            }
            Step::Acknowledge => {
                let id = field.book().next_to_acknowledge();
                let Some(id) = id else { return false };
                field.acknowledge(id, due).await;
            }
        }
        true
    }

    async fn deliver(&self, parcel: Parcel, due: Due) -> Option<Id> {
        let id = self.field.deliver(parcel, due).await?;
        self.track_later(id, self.field.watch.elapsed(), 1);
        Some(id)
    }

    fn track_later(&self, id: Id, after: Duration, times: u32) {
        let Some((every, most)) = self.tracking else { return };
        if times > most {
            return;
        }
        if self.later.try_send(Later { at: after + every, id, times }).is_err() {
            self.skipped.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn poll(&self, country: usize, due: Due) {
        let Some(busy) = self.polling.get(country) else { return };
        if busy.swap(true, Ordering::AcqRel) {
            self.skipped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        match self.style {
            PollStyle::Headers => {
                for id in self.field.list(country, false, due).await {
                    // What a slow line would take longer for is left to the accounting.
                    if self.stopped() {
                        break;
                    }
                    if self.field.book().unacknowledged(id) {
                        self.field.collect(id).await;
                    }
                }
            }
            PollStyle::Pull => self.pull_all(country, due).await,
        }
        busy.store(false, Ordering::Release);
    }

    async fn pull_all(&self, country: usize, mut due: Due) {
        loop {
            let offered = self.field.list(country, true, due).await;
            let mut progress = false;
            for id in offered {
                if self.field.book().unacknowledged(id) && !self.stopped() {
                    progress |= self.field.acknowledge(id, Due::Next).await;
                }
            }
            if !progress || self.stopped() {
                return;
            }
            due = Due::Next;
        }
    }

    /// So many workers, each with one request or chain of them at a time, until the end.
    pub(crate) async fn run_closed(
        self: Arc<Self>,
        closed: Closed,
        scenario: Arc<Scenario>,
        end: Duration,
    ) {
        let draw = Arc::new(Draw::new(&scenario));
        let mix = Arc::new(Weighed::new(&closed.mix));
        let mut workers = JoinSet::new();
        for worker in 0..closed.in_flight {
            let seed = scenario.seed.wrapping_mul(0x9e37).wrapping_add(worker as u64);
            let (workshop, draw, mix) = (Arc::clone(&self), Arc::clone(&draw), Arc::clone(&mix));
            workers.spawn(async move {
                let mut rng = StdRng::seed_from_u64(seed);
                while workshop.field.watch.elapsed() < end && !workshop.stopped() {
                    let Work::Step { step, country, parcel, seed } = draw.step(&mix, &mut rng)
                    else {
                        return;
                    };
                    if !workshop.step(step, country, parcel, seed, Due::Next).await {
                        workshop.deliver(parcel, Due::Next).await;
                    }
                }
            });
        }
        workers.join_all().await;
    }

    /// Fills the hub with envelopes for the first so many countries.
    pub(crate) async fn fill(self: Arc<Self>, envelopes: u64, recipients: usize, size: usize) {
        let next = Arc::new(AtomicU64::new(0));
        let countries = self.polling.len();
        let mut workers = JoinSet::new();
        for _ in 0..FILLING {
            let (workshop, next) = (Arc::clone(&self), Arc::clone(&next));
            workers.spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= envelopes || workshop.stopped() {
                        return;
                    }
                    let to = usize::try_from(number).unwrap_or_default() % recipients.max(1);
                    let parcel = Parcel { from: (to + 1) % countries, to, size };
                    workshop.field.deliver(parcel, Due::Next).await;
                }
            });
        }
        workers.join_all().await;
    }
}

/// Deliveries in flight while the hub is filled.
const FILLING: usize = 64;
