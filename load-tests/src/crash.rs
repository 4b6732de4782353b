//! The nothing-lost test: load, death at a random moment, restart, judgement, again.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::Failure;
use crate::history::Histories;
use crate::hub::{Hub, Site, StartError};
use crate::ledger::{Broken, Retention};
use crate::load::{CHANNEL, CODES, Field, Load, PUSHED};
use crate::partner::Partner;
use crate::powercut::{Cut, LostBytes, LostNames};
use crate::shim::{Shim, Slot};
use crate::verify::{self, Depth};

mod check;
mod disk;
mod orders;
mod report;

use orders::Orders;
pub use report::{RoundReport, Summary};

/// What to do.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by those who run the test")]
pub struct Options {
    /// The hub's program.
    pub program: PathBuf,
    /// What runs as `phytohub serve`, if another program: one that breaks its promises.
    pub server: Option<PathBuf>,
    /// Where hubs are made; kept when something is found.
    pub work: PathBuf,
    /// How many times to kill.
    pub rounds: u32,
    /// Rounds after which a hub is drained, checked wholly and replaced by a new one: its ledger and
    /// its disk are bounded so.
    pub rounds_per_hub: u32,
    /// Of every decision of the harness. The order of events in the hub is its own.
    pub seed: u64,
    /// Whether a death is a power cut: unsynced writes are lost.
    pub power_cut: bool,
    /// Whether disks fail and fill at moments of chance. A death is a power cut then too: after a
    /// sync that failed nobody knows what is durable.
    pub disk_faults: bool,
    /// The longest load before a kill.
    pub load_max: Duration,
    /// Added to every sync: answers that do not wait for it are then far ahead of it.
    pub sync_delay: Duration,
    /// How long the server keeps what is delivered, if it drops anything in the time of a test.
    pub retention: Option<Retention>,
    /// How durability is broken on purpose, so that the test can be seen to fail.
    pub sabotage: Sabotage,
}

/// How durability is broken on purpose.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Sabotage {
    /// Not at all.
    None,
    /// Syncs answer success and make nothing durable, once the hub is ready.
    SyncsLie,
    /// The hub is told not to sync (`[store] sync = false`).
    StoreDoesNotSync,
    /// The hub is told to drop contents after a second, whatever the ledger believes.
    DropsEarly,
}

/// Runs the test; each round is told when it is over. Stops at the first round with a finding.
///
/// # Errors
/// When the harness itself fails. What the hub does wrong is in the summary.
pub fn run(options: &Options, mut tell: impl FnMut(&RoundReport)) -> Result<Summary, Failure> {
    let mut summary = Summary::default();
    let mut rng = StdRng::seed_from_u64(options.seed);
    while summary.rounds < options.rounds && summary.findings.is_empty() {
        let left = options.rounds - summary.rounds;
        let mut rig = Rig::new(options, rng.random())?;
        rig.live(options, left.min(options.rounds_per_hub), &mut summary, &mut tell)?;
        summary.count(&rig.field.ledger(), rig.orders.switched);
        summary.disk_failures += rig.disk_failures;
        let clean = rig.field.ledger().findings().is_empty();
        for finding in rig.field.ledger().findings() {
            summary.add(finding);
        }
        if clean {
            std::fs::remove_dir_all(&options.work)?;
        }
    }
    Ok(summary)
}

/// A hub's directory with its ledger, its shim and its histories.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rig {
    /// The hub's directory.
    pub site: Site,
    /// Set up where faults are wanted.
    pub shim: Option<Shim>,
    /// Connections and ledger.
    pub field: Field,
    partner: Partner,
    orders: Orders,
    histories: Histories,
    disk_faults: bool,
    /// Times that a hub ended as it must when its disk failed.
    disk_failures: u64,
    rng: StdRng,
}

impl Rig {
    /// Makes a new hub's directory in `options.work`.
    ///
    /// # Errors
    /// When `phytohub init` or the C compiler fails.
    pub fn new(options: &Options, seed: u64) -> Result<Self, Failure> {
        std::fs::create_dir_all(&options.work)?;
        let codes: Vec<&str> = CODES.into_iter().filter(|code| *code != CHANNEL).collect();
        let site = Site::init(&options.program, &options.work.join("hub"), &codes)?;
        orders::add_channel(&options.program, &site, &options.work)?;
        orders::hurry(&site)?;
        let site = match &options.server {
            Some(server) => site.served_by(server),
            None => site,
        };
        if options.sabotage == Sabotage::StoreDoesNotSync {
            site.configure("store", "sync", false)?;
        }
        let mut dropped_after = options.retention.map(|kept| (kept.content, kept.headers));
        if options.sabotage == Sabotage::DropsEarly {
            dropped_after = Some((Duration::from_secs(1), Duration::from_secs(2)));
        }
        if let Some((content, headers)) = dropped_after {
            let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
            site.configure("retention", "content_seconds", seconds(content))?;
            site.configure("retention", "headers_seconds", seconds(headers))?;
        }
        let wants_shim = options.power_cut
            || options.disk_faults
            || !options.sync_delay.is_zero()
            || options.sabotage == Sabotage::SyncsLie;
        let shim = wants_shim.then(|| make_shim(&options.work, &site)).transpose()?;
        let identities = CODES.iter().map(|code| site.identity(code)).collect::<Result<_, _>>()?;
        let rng = StdRng::seed_from_u64(seed);
        let (field, histories) = (Field::new(identities), Histories::default());
        field.ledger().retention = options.retention;
        field.ledger().ack_wait = Duration::from_secs(orders::ACK_WAIT_SECONDS.into());
        let (identity, ledger) = (field.identity(PUSHED), field.shared_ledger());
        let partner = Partner::start(&site.pki(), PUSHED, identity, ledger, seed)?;
        let orders = Orders::write(&site, &partner)?;
        site.configure("delivery", "replay_window_seconds", REPLAY_WINDOW_SECONDS)?;
        field.resend();
        let disk_faults = options.disk_faults;
        let disk_failures = 0;
        Ok(Self { site, shim, field, partner, orders, histories, disk_faults, disk_failures, rng })
    }

    /// Starts the hub.
    ///
    /// # Errors
    /// When it does not become ready; that is noted as a finding too.
    pub fn start(&self) -> Result<Hub, StartError> {
        self.site.start(self.shim.as_ref()).inspect_err(|error| {
            self.field.ledger().find(Broken::Misbehaved, format!("no start: {error}"));
        })
    }

    /// Loads a running hub and kills it after `time`, or when it breaks.
    ///
    /// # Errors
    /// When the harness fails.
    pub fn load_and_kill(&mut self, hub: &mut Hub, time: Duration) -> Result<(), Failure> {
        let faults_expected = self.disk_faults;
        let load = Load { address: hub.address(), seed: self.rng.random(), faults_expected };
        self.order_a_fault()?;
        let killed_inside = self.order_a_death_at_a_sync()?;
        let (broken, when_broken) = mpsc::sync_channel(1);
        let before = time.mul_f64(self.rng.random_range(0.0..1.0));
        let mut switch = None;
        self.partner.acknowledge_at(Some(hub.address()));
        let (ended, end) = self.field.load(&load, broken, |stop| {
            let mut broke = when_broken.recv_timeout(before).is_ok();
            if !broke {
                // A command that does not run is a switch that was not answered.
                switch = self.orders.begin_switch(&self.site).ok();
                broke = when_broken.recv_timeout(time - before).is_ok();
            }
            // The death of a process is seen a moment after that of its sockets; one that ends by
            // itself finishes first what it can.
            let moment = if faults_expected { 5_000 } else { 200 };
            let ended = broke.then(|| hub.wait_for_end(Duration::from_millis(moment))).flatten();
            stop.store(true, Ordering::Release);
            hub.kill();
            ended
        })?;
        self.partner.acknowledge_at(None);
        if let Some(switch) = switch {
            self.orders.end_switch(switch);
        }
        let mut ledger = self.field.ledger();
        match ended {
            None if end.broken_early > 0 => {
                let text = "a living hub broke a socket under load";
                ledger.find(Broken::Misbehaved, text);
            }
            Some(status) if faults_expected && status.code() == Some(disk::DISK_FAILED) => {
                self.disk_failures += 1;
            }
            Some(status) if !killed_inside || status.signal() != Some(SIGKILL) => {
                let text = format!("the hub ended by itself ({status}): {}", hub.last_words());
                ledger.find(Broken::Misbehaved, text);
            }
            _ => {}
        }
        for code in CODES {
            ledger.order_begins_anew(code);
        }
        Ok(())
    }

    fn live(
        &mut self,
        options: &Options,
        rounds: u32,
        summary: &mut Summary,
        tell: &mut impl FnMut(&RoundReport),
    ) -> Result<(), Failure> {
        let mut hub = self.start()?;
        for _ in 0..rounds {
            let before = {
                let ledger = self.field.ledger();
                (ledger.accepted, ledger.acknowledged, ledger.in_doubt, ledger.brought)
            };
            self.sabotage(options)?;
            let load_us = u64::try_from(options.load_max.as_micros())?;
            let time = Duration::from_micros(self.rng.random_range(load_us / 20..=load_us));
            self.load_and_kill(&mut hub, time)?;
            let unsynced_bytes = self.cut(options)?;
            self.die_while_opening(options);
            summary.rounds += 1;
            let started = self.start();
            // A hub that does not start is a finding, noted already: the round ends here.
            if let Ok(started) = started {
                hub = started;
                let depth = Depth::Fresh { one_in: OLD_ONES_ASKED_ONE_IN };
                // What fails here has been noted.
                let _ = verify::verify(&self.field, hub.address(), depth, &mut self.rng);
                self.check_histories(HISTORIES_PER_ROUND);
                self.check_hand_overs();
                self.check_chain();
                self.orders.check(&self.site, &self.field, &hub);
            }
            let ledger = self.field.ledger();
            let report = RoundReport {
                round: summary.rounds,
                accepted: ledger.accepted - before.0,
                acknowledged: ledger.acknowledged - before.1,
                in_doubt: ledger.in_doubt - before.2,
                brought: ledger.brought - before.3,
                restart_ms: u64::try_from(hub.start_time().as_millis())?,
                unsynced_bytes,
                findings: ledger.findings().len(),
            };
            summary.accepted += report.accepted;
            summary.acknowledged += report.acknowledged;
            summary.in_doubt += report.in_doubt;
            summary.restart_ms_max = summary.restart_ms_max.max(report.restart_ms);
            tell(&report);
            if report.findings > 0 {
                return Ok(());
            }
        }
        // What fails here has been noted.
        let _ = self.settle(&hub);
        Ok(())
    }

    fn sabotage(&self, options: &Options) -> Result<(), Failure> {
        let Some(shim) = &self.shim else { return Ok(()) };
        shim.set(Slot::SyncDelayUs, u64::try_from(options.sync_delay.as_micros())?)?;
        shim.set(Slot::SyncOff, u64::from(options.sabotage == Sabotage::SyncsLie))?;
        Ok(())
    }

    /// In some rounds the shim kills at a sync, which no clock would hit. True if it was told to.
    fn order_a_death_at_a_sync(&mut self) -> Result<bool, Failure> {
        let Some(shim) = &self.shim else { return Ok(false) };
        if self.rng.random_bool(0.6) {
            return Ok(false);
        }
        let slot = if self.rng.random_bool(0.5) { Slot::KillBefore } else { Slot::KillAfter };
        shim.set(slot, self.rng.random_range(1..200))?;
        Ok(true)
    }

    fn cut(&mut self, options: &Options) -> Result<u64, Failure> {
        let Some(shim) = &self.shim else { return Ok(0) };
        if !options.power_cut && !options.disk_faults {
            shim.reset()?;
            return Ok(0);
        }
        let bytes = match self.rng.random_range(0..3) {
            0 => LostBytes::All,
            // Where everything is unsynced, lost pages are holes that a hub refuses to open, rightly:
            // that would hide the loss that a sabotaged run must show.
            1 if options.sabotage == Sabotage::None => LostBytes::Pages,
            _ => LostBytes::Tail,
        };
        let names = if self.rng.random_bool(0.5) { LostNames::Tail } else { LostNames::None };
        let report = shim.cut(Cut { bytes, names }, &mut self.rng)?;
        Ok(report.unsynced_bytes)
    }

    /// In some rounds the hub dies again while it opens: recovery itself must be safe.
    fn die_while_opening(&mut self, options: &Options) {
        while self.rng.random_bool(0.2) {
            let after = Duration::from_micros(self.rng.random_range(0..60_000));
            if let Err(error) = self.site.start_and_kill(self.shim.as_ref(), after) {
                self.field.ledger().find(Broken::Misbehaved, format!("no start: {error}"));
            }
            if let Err(error) = self.cut(options) {
                self.field.ledger().find(Broken::Misbehaved, format!("no cut: {error}"));
            }
        }
    }
}

/// Compiles the shim and sets it up for a hub's store.
///
/// # Errors
/// When there is no C compiler, or a directory cannot be written.
pub fn make_shim(work: &Path, site: &Site) -> Result<Shim, Failure> {
    let library = work.join("powercut.so");
    Shim::compile(&library)?;
    Ok(Shim::new(&library, &work.join("shim"), &site.data())?)
}

/// The shim's way to kill, the same on every Linux.
const SIGKILL: i32 = 9;

/// Longer than the restarts in between.
const REPLAY_WINDOW_SECONDS: i64 = 3600;

const HISTORIES_PER_ROUND: usize = 2;
const OLD_ONES_ASKED_ONE_IN: u32 = 20;
