//! A hub on a disk in memory, its clock, and those that call it and are called.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use phytohub_domain::{Clock as _, Fingerprint, Limits};
use phytohub_exchange::admin::{
    CertificateInput, ConnectionChanges, PushInput, Setting, TrustInput,
};
use phytohub_exchange::push::{Backoff, Dispatcher, PushConfig};
use phytohub_exchange::{AdminRequest, Housekeeping, Hub};
use phytohub_store::{Broken, ByHand, MemoryDisk, Store, StoreConfig};
use phytohub_telemetry::Metrics;
use phytohub_testkit::FakeClock;

use super::client::{CODES, Client};
use super::dice::Dice;
use super::executor::Executor;
use super::ledger::{DAY, Ledger};
use super::partner::Endpoints;
use crate::it::fixture::OPERATOR;

/// How a hub is spoilt on purpose, to see that it is noticed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Spoilt {
    /// It is as it should be.
    Not,
    /// It answers before its commit.
    AnswersEarly,
    /// Its disk forgets the last commit when the process dies.
    ForgetsACommit,
}

/// All of one history.
pub(crate) struct World {
    pub(crate) dice: Dice,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) disk: MemoryDisk,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    pub(crate) endpoints: Endpoints,
    /// Nothing while the hub is down.
    process: Option<Process>,
    seed: u64,
    spoilt: Spoilt,
    /// The disk as it was before the last commit, where it forgets.
    earlier: Option<MemoryDisk>,
}

/// What dies with the process.
struct Process {
    executor: Executor,
    hub: Hub,
    store: Store,
    committer: ByHand,
}

impl World {
    pub(crate) fn new(seed: u64, spoilt: Spoilt) -> Self {
        let clock = Arc::new(FakeClock::default());
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let endpoints = Endpoints::new(seed, Arc::clone(&ledger), Arc::clone(&clock));
        let mut world = Self {
            dice: Dice::new(seed),
            clock,
            disk: MemoryDisk::default(),
            ledger,
            endpoints,
            process: None,
            seed,
            spoilt,
            earlier: None,
        };
        world.note_time();
        world.start();
        world.register();
        world
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().expect("nothing panics")
    }

    pub(crate) fn store(&self) -> &Store {
        &self.process.as_ref().expect("the hub runs").store
    }

    pub(crate) fn client(&self, code: &'static str) -> Client {
        let process = self.process.as_ref().expect("the hub runs");
        Client::new(process.hub.clone(), Arc::clone(&self.ledger), code)
    }

    /// A request that goes on by itself.
    pub(crate) fn ask(&self, request: impl Future<Output = ()> + Send + 'static) {
        self.process.as_ref().expect("the hub runs").executor.start(request);
    }

    /// The hub's process starts on what the disk holds.
    pub(crate) fn start(&mut self) {
        let mut config = StoreConfig::new("/nowhere");
        (config.disk_reserve_bytes, config.disk_reserve_percent) = (0, 0);
        config.memory = Some(self.disk.clone());
        config.answer_before_commit = self.spoilt == Spoilt::AnswersEarly;
        let metrics = Arc::new(Metrics::new());
        let opened = Store::open_by_hand(config, self.clock.clone(), Arc::clone(&metrics));
        let (store, committer, _) = match opened {
            Ok(opened) => opened,
            Err(_) if self.disk.is_gone() => {
                // It broke while it was opened; the next start must do.
                self.disk.mend();
                return self.start();
            }
            Err(error) => panic!("the store does not open: {error}"),
        };
        let mut limits = Limits::default();
        (limits.list_headers, limits.pull_envelopes) = (5, 3);
        let hub = Hub::open(store.clone(), limits, self.clock.clone(), metrics).expect("a hub");
        let executor = Executor::default();
        let mut push = PushConfig::default();
        push.jitter_seed = Some(self.seed);
        push.ack_wait = Duration::from_secs(3600);
        push.retry = Backoff { first: Duration::from_secs(30), most: Duration::from_secs(600) };
        let dispatcher = Dispatcher::new(
            hub.clone(),
            Arc::new(self.endpoints.clone()),
            executor.nursery(),
            self.clock.clone(),
            push,
        );
        executor.start(dispatcher.run(std::future::pending()));
        let housekeeping = Housekeeping::new(hub.clone(), self.clock.clone());
        executor.start(housekeeping.run(std::future::pending()));
        self.endpoints.connect(Some((hub.clone(), executor.nursery())));
        if store.clock_status().suspicion.is_none() {
            // What nobody saw being set while the hub ran is time that passed while it did not.
            self.ledger().believe_clock();
        }
        self.process = Some(Process { executor, hub, store, committer });
    }

    /// The process dies: nothing of it is left but what the disk holds.
    pub(crate) fn crash(&mut self) {
        self.endpoints.connect(None);
        if let Some(mut process) = self.process.take() {
            process.executor.clear();
        }
        if let Some(earlier) = self.earlier.take().filter(|_| self.spoilt == Spoilt::ForgetsACommit)
        {
            self.disk = earlier;
        }
        self.disk.mend();
        self.ledger().crashed();
    }

    /// The process is told to stop, and does.
    pub(crate) fn stop(&mut self) {
        self.endpoints.connect(None);
        if let Some(mut process) = self.process.take() {
            process.executor.clear();
            process.committer.close();
        }
        self.disk.mend();
        self.ledger().crashed();
    }

    /// The machine stays off for a while.
    pub(crate) fn stay_off(&mut self, time: Duration) {
        self.pass(time);
    }

    /// The disk breaks at one of the next commits.
    pub(crate) fn break_disk(&mut self) {
        let broken = if self.dice.chance(50) { Broken::Before } else { Broken::After };
        let commits = self.dice.roll(5);
        self.ledger().note(format!("the disk breaks after {commits} commits: {broken:?}"));
        self.disk.break_after(commits, broken);
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.store().failure().is_some()
    }

    /// Time passes, for everybody.
    pub(crate) fn pass(&mut self, time: Duration) {
        self.clock.advance(time);
        let millis = u64::try_from(time.as_millis()).expect("not for ever");
        self.ledger().age += millis;
        self.ledger().passed += millis;
        self.note_time();
        self.ledger().note(format!("{time:?} pass"));
    }

    /// Somebody sets the wall clock. What it says ages nothing before the operator agrees.
    pub(crate) fn step_clock(&mut self, forward: bool, by: Duration) {
        let now = self.clock.now();
        let millis = u64::try_from(by.as_millis()).expect("not for ever");
        let set = if forward {
            now.plus(by)
        } else {
            phytohub_domain::Timestamp::from_millis(now.as_millis().saturating_sub(millis))
        };
        self.clock.set(set);
        self.note_time();
        let mut ledger = self.ledger();
        ledger.clock_steps += 1;
        let (noticed, less) = &mut ledger.clock_set;
        *(if by > STEP_MAX { noticed } else { less }) += 1;
        ledger.set_by += millis;
        let way = if forward { "forward" } else { "back" };
        ledger.note(format!("the clock is set {way} by {by:?}"));
    }

    /// The operator agrees with the clock: what it says counts.
    pub(crate) fn accept_clock(&mut self) {
        {
            let mut ledger = self.ledger();
            ledger.believe_clock();
            ledger.clock_steps += 1;
            ledger.note("the operator accepts the clock".into());
        }
        let process = self.process.as_ref().expect("the hub runs");
        let hub = process.hub.clone();
        self.ask(async move { drop(hub.admin(&OPERATOR, AdminRequest::ClockAccept).await) });
    }

    fn note_time(&self) {
        let wall = self.clock.now().as_millis();
        let mut ledger = self.ledger();
        ledger.wall_max = ledger.wall_max.max(wall);
        ledger.wall = wall;
    }

    /// One thing happens: a task is polled, or the committer takes what waits. Whether there was
    /// anything to do.
    pub(crate) fn step(&mut self) -> bool {
        let process = self.process.as_mut().expect("the hub runs");
        let waits = process.committer.waiting() > 0;
        if waits && self.dice.chance(30) || !process.executor.step(&mut self.dice) {
            if waits && self.spoilt == Spoilt::ForgetsACommit {
                self.earlier = Some(self.disk.snapshot());
            }
            return process.committer.turn();
        }
        true
    }

    /// Until nothing is left to do but wait for time.
    pub(crate) fn rest(&mut self) {
        for _ in 0..STEPS_MAX {
            if !self.step() {
                return;
            }
        }
        self.ledger().finding(format!("no rest within {STEPS_MAX} steps"));
    }

    fn register(&mut self) {
        let hub = self.process.as_ref().expect("the hub runs").hub.clone();
        self.ask(async move {
            for (index, code) in CODES.into_iter().enumerate() {
                for request in registration(u8::try_from(index).expect("few"), code) {
                    hub.admin(&OPERATOR, request).await.expect("registered");
                }
            }
        });
        self.rest();
    }
}

/// NO is told the states of what it sent; AR gets its mail brought.
fn registration(index: u8, code: &str) -> Vec<AdminRequest> {
    let add = AdminRequest::ConnectionAdd {
        code: code.into(),
        name: format!("Plant health of {code}"),
        mode: "test".into(),
        serves: Vec::new(),
        accepts: Vec::new(),
        certificates: vec![CertificateInput {
            label: code.into(),
            fingerprint: Fingerprint([index; 32]).to_string(),
            scope: "all".into(),
            not_before_ms: 0,
            not_after_ms: 100_000 * DAY,
        }],
    };
    let endpoint = |envelopes: bool| {
        let push = PushInput {
            url: format!("https://{}", code.to_lowercase()),
            trust: TrustInput::Public,
            allow_private: false,
        };
        let changes = Box::new(ConnectionChanges {
            push: Setting::Set(push),
            push_envelopes: Some(envelopes),
            tracking_updates: Some(!envelopes),
            ..ConnectionChanges::default()
        });
        AdminRequest::ConnectionChange { code: code.into(), changes }
    };
    match code {
        "NO" => vec![add, endpoint(false)],
        "AR" => vec![add, endpoint(true)],
        _ => vec![add],
    }
}

/// More than any history needs before it comes to rest.
const STEPS_MAX: u32 = 100_000;

/// A step that is noticed is longer: as the store has it.
const STEP_MAX: Duration = Duration::from_secs(600);
