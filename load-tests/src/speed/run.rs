//! A scenario is run: the hub started and filled, the load, the accounting, the report.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::Failure;
use crate::clock::Stopwatch;
use crate::https;
use crate::hub::{Hub, Site};
use crate::shim::{Shim, Slot};
use crate::speed::book::Book;
use crate::speed::caller::{Caller, Target};
use crate::speed::contents::Contents;
use crate::speed::countries::{CODES, Kind, SizeLot, kind_of};
use crate::speed::field::{Due, Field};
use crate::speed::figures::Recorder;
use crate::speed::observe::{Observed, Observer};
use crate::speed::pace::Pacer;
use crate::speed::process::Cost;
use crate::speed::report::{Fill, Machine, Report, Second};
use crate::speed::scenario::{Backlog, Scenario};
use crate::speed::settle::settle;
use crate::speed::work::Workshop;

/// What to run.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by those who run a scenario")]
pub struct Options {
    /// Its name.
    pub name: String,
    /// What to do.
    pub scenario: Scenario,
    /// To which hub.
    pub hub: HubChoice,
    /// Added to each sync of a hub of the harness.
    pub sync_delay: Duration,
}

/// Which hub is loaded.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum HubChoice {
    /// One that the harness makes, starts and removes.
    Own {
        /// The program `phytohub`.
        program: PathBuf,
        /// What runs as `phytohub serve`, if another program.
        server: Option<PathBuf>,
    },
    /// One that runs already.
    Theirs {
        /// Where.
        target: Target,
        /// With `ca.pem`, and `CODE.pem` and `CODE.key` of each country.
        pki: PathBuf,
        /// Its process, if it is on this machine.
        process: Option<u32>,
    },
}

/// Where a run is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// So many envelopes of the backlog are there.
    Filling(u64, u64),
    /// A second is over, of so many.
    Loading(&'a Second, f64),
    /// The load is over.
    Settling,
}

/// Takes notice of where a run is.
pub type Live = Box<dyn FnMut(Progress<'_>) + Send>;

/// Runs a scenario.
///
/// # Errors
/// When the hub does not start, or the harness fails.
pub fn run(options: &Options, live: Live) -> Result<Report, Failure> {
    let scenario = Arc::new(options.scenario.clone());
    let mut place = Place::make(options)?;
    let identities = identities(&scenario, &place.pki)?;
    let timeout = Duration::from_secs_f64(scenario.generator.timeout_seconds);
    let sockets = scenario.generator.sockets_per_country;
    let caller = Caller::new(place.target.clone(), identities, sockets, timeout);
    let mut sizes = SizeLot::new(&scenario.sizes).bytes;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "64 MiB at most")]
    sizes.extend(scenario.backlog.map(|backlog| (backlog.kib * 1024.0) as usize));
    let book = Book::new(format!("L{:08x}-", rand::random::<u32>()));
    let contents = Contents::new(scenario.seed, &sizes);
    let field = Arc::new(Field::new(caller, contents, book, Recorder::new()?));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(scenario.generator.threads)
        .enable_all()
        .build()?;
    let loaded = Loaded { scenario, field, live };
    let report = runtime.block_on(loaded.run(options, &mut place, sizes.len() - 1));
    runtime.shutdown_timeout(Duration::from_secs(1));
    report
}

/// A hub and its directory.
#[derive(Debug)]
struct Place {
    target: Target,
    pki: PathBuf,
    process: Option<u32>,
    hub: Option<Hub>,
    // After the hub: removed when it has ended.
    _dir: Option<tempfile::TempDir>,
}

impl Place {
    fn make(options: &Options) -> Result<Self, Failure> {
        let (program, server) = match &options.hub {
            HubChoice::Theirs { target, pki, process } => {
                let (target, pki) = (target.clone(), pki.clone());
                return Ok(Self { target, pki, process: *process, hub: None, _dir: None });
            }
            HubChoice::Own { program, server } => (program, server),
        };
        let dir = tempfile::Builder::new().prefix("phytohub-load-").tempdir()?;
        let codes = &CODES[..options.scenario.countries.count];
        let mut site = Site::init(program, &dir.path().join("hub"), codes)?;
        if let Some(server) = server {
            site = site.served_by(server);
        }
        // One address has all sockets here, and nobody is protected from anybody.
        site.configure("limits", "sockets_per_address", 4096)?;
        for limit in ["requests_per_minute", "bytes_per_minute", "pending_per_recipient"] {
            site.configure("fair_use", limit, 0)?;
        }
        for (section, settings) in &options.scenario.hub {
            for (key, value) in settings {
                site.configure(section, key, value.clone())?;
            }
        }
        let shim = if options.sync_delay.is_zero() {
            None
        } else {
            Some(slow_syncs(dir.path(), &site, options.sync_delay)?)
        };
        let hub = site.start(shim.as_ref())?;
        Ok(Self {
            target: Target::own(hub.address()),
            pki: site.pki(),
            process: Some(hub.id()),
            hub: Some(hub),
            _dir: Some(dir),
        })
    }

    /// What is said of a hub that ended by itself.
    fn end_of_hub(&mut self) -> Option<String> {
        let hub = self.hub.as_mut()?;
        let status = hub.ended()?;
        Some(format!("the hub ended by itself ({status}): {}", hub.last_words()))
    }
}

fn slow_syncs(dir: &std::path::Path, site: &Site, delay: Duration) -> Result<Shim, Failure> {
    let library = dir.join("slow-syncs.so");
    Shim::compile(&library)?;
    let shim = Shim::new(&library, &dir.join("shim"), &site.data())?;
    shim.set(Slot::SyncDelayUs, u64::try_from(delay.as_micros())?)?;
    Ok(shim)
}

type Identities = Vec<(Arc<rustls::ClientConfig>, Option<u64>)>;

fn identities(scenario: &Scenario, pki: &std::path::Path) -> Result<Identities, Failure> {
    let Scenario { countries, partners, .. } = scenario;
    let of = |(country, code): (usize, &&str)| {
        let slow = kind_of(country, countries, partners) == Kind::Slow;
        let identity = https::identity(pki, code)
            .map_err(|error| format!("{code} in {}: {error}", pki.display()))?;
        Ok((identity, slow.then_some(partners.slow_bytes_per_second)))
    };
    CODES.iter().take(countries.count).enumerate().map(of).collect()
}

struct Loaded {
    scenario: Arc<Scenario>,
    field: Arc<Field>,
    live: Live,
}

impl Loaded {
    async fn run(
        mut self,
        options: &Options,
        place: &mut Place,
        last_size: usize,
    ) -> Result<Report, Failure> {
        let (sender, later) = mpsc::sync_channel(LATER_MOST);
        let workshop = Workshop::new(&self.scenario, Arc::clone(&self.field), sender);
        let workshop = Arc::new(workshop);
        if matches!(options.hub, HubChoice::Theirs { .. }) {
            self.look_for_others().await?;
        }
        let fill = match self.scenario.backlog {
            Some(backlog) => Some(self.fill(&workshop, backlog, last_size, place.process).await),
            None => None,
        };
        self.field.recorder.take()?;
        let observed = self.load(&workshop, later, place).await?;
        (self.live)(Progress::Settling);
        let watch = Stopwatch::start();
        let countries = self.scenario.countries.count;
        let settled = settle(&self.field, countries, self.scenario.settle).await;
        if let Some(text) = place.end_of_hub() {
            self.field.book().misbehaved(text);
        }
        let skipped = workshop.skipped.load(Ordering::Relaxed);
        let book = self.field.book();
        let findings = book.told().findings.iter().map(ToString::to_string);
        Ok(Report {
            name: options.name.clone(),
            scenario: (*self.scenario).clone(),
            machine: Machine::this(),
            load_seconds: observed.load_seconds,
            fill,
            counts: book.counts(),
            steps: observed.steps,
            seconds: observed.seconds,
            hub: observed.hub,
            generator: observed.generator,
            written_per_accepted: observed.written_per_accepted,
            lateness: observed.lateness,
            generator_limits: observed.generator_limits,
            skipped,
            settle_seconds: watch.elapsed().as_secs_f64(),
            settled,
            findings: findings.collect(),
            errors: self.field.errors(),
        })
    }

    /// Mail that others left would hide what is of this run behind it.
    async fn look_for_others(&self) -> Result<(), Failure> {
        for country in 0..self.scenario.countries.count {
            self.field.list(country, false, Due::Next).await;
            if self.field.book().counts().foreign > 0 {
                let code = CODES.get(country).copied().unwrap_or_default();
                return Err(
                    format!("mail of others waits for {code}: it must be taken first").into()
                );
            }
        }
        Ok(())
    }

    async fn fill(
        &mut self,
        workshop: &Arc<Workshop>,
        backlog: Backlog,
        size: usize,
        process: Option<u32>,
    ) -> Fill {
        let watch = Stopwatch::start();
        let Backlog { envelopes, recipients, .. } = backlog;
        let mut filling = JoinSet::new();
        filling.spawn(Arc::clone(workshop).fill(envelopes, recipients, size));
        let mut look = LOOK_EVERY;
        loop {
            tokio::select! {
                _ = filling.join_next() => break,
                () = watch.reaches(look) => {}
            }
            look += LOOK_EVERY;
            (self.live)(Progress::Filling(self.field.book().counts().accepted, envelopes));
        }
        Fill {
            envelopes: self.field.book().counts().accepted,
            seconds: watch.elapsed().as_secs_f64(),
            hub_memory_bytes: process.map_or(0, |id| Cost::of(id).memory_bytes),
        }
    }

    async fn load(
        &mut self,
        workshop: &Arc<Workshop>,
        later: mpsc::Receiver<crate::speed::pace::Later>,
        place: &mut Place,
    ) -> Result<Observed, Failure> {
        let (scenario, field) = (Arc::clone(&self.scenario), Arc::clone(&self.field));
        let start = field.watch.elapsed();
        let time = Duration::from_secs_f64(scenario.seconds / scenario.time_compression);
        let end = start + time;
        let (job_sender, jobs) = tokio::sync::mpsc::channel(JOBS_MOST);
        let pacer = Pacer::new(&scenario, start, end);
        let paced = Arc::clone(&field);
        let pacing = thread::Builder::new().name("pacer".into()).spawn(move || {
            pacer.run(paced.watch, &later, &job_sender, &paced.stop);
        })?;
        let mut working = JoinSet::new();
        working.spawn(Arc::clone(workshop).run_jobs(jobs));
        if let Some(closed) = scenario.closed.clone() {
            working.spawn(Arc::clone(workshop).run_closed(closed, Arc::clone(&scenario), end));
        }
        let mut stalling = stall(&scenario, &field);
        let mut observer = Observer::new(&scenario, Arc::clone(&field), place.process)?;
        let mut next = start;
        while next < end && !field.stop.load(Ordering::Acquire) {
            next = (next + LOOK_EVERY).min(end);
            field.watch.reaches(next).await;
            let second = observer.look(field.watch.elapsed() - start)?;
            (self.live)(Progress::Loading(&second, time.as_secs_f64()));
            if place.end_of_hub().is_some() {
                field.stop.store(true, Ordering::Release);
            }
        }
        field.stop.store(true, Ordering::Release);
        stalling.shutdown().await;
        while working.join_next().await.is_some() {}
        pacing.join().map_err(|_| "the pacer panicked")?;
        // What was on its way at the end is counted, too.
        observer.end(field.watch.elapsed() - start)
    }
}

/// Uploads that begin and never go on; each begins again when the hub has had enough of it.
fn stall(scenario: &Scenario, field: &Arc<Field>) -> JoinSet<()> {
    let mut stalling = JoinSet::new();
    for number in 0..scenario.partners.stalled_uploads {
        let field = Arc::clone(field);
        let country = number % scenario.countries.count;
        stalling.spawn(async move {
            let watch = Stopwatch::start();
            for attempt in 1_u32.. {
                // Its end is the hub's affair; where it fails at once, it is not tried in a rush.
                drop(field.caller.stall(country).await);
                watch.reaches(LOOK_EVERY * attempt).await;
            }
        });
    }
    stalling
}

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Jobs between the clock and the runtime. When they are full, the generator is too slow, and says so.
const JOBS_MOST: usize = 1 << 14;
/// Orders to ask later: one for each envelope under way at most.
const LATER_MOST: usize = 1 << 20;
