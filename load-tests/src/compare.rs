//! The hub beside the ceiling of its protocol and beside what people would take instead: the same
//! payloads, the same number in flight, in turn, on the same machine.
//!
//! Each contender publishes durably, delivers, and takes durable acknowledgements, all over TLS with
//! client certificates; its settings stand in the report. Start from [`run`].

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::hub::Site;
use crate::speed::report::Machine;

mod ceiling;
mod contender;
mod hub;
mod measure;
mod nats;
mod peer;
mod postgres;
mod table;

pub use ceiling::serve as serve_ceiling;
pub use table::table;

use contender::{Contender, Start};

/// What to compare.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by those who compare")]
pub struct Options {
    /// The program `phytohub`.
    pub hub: PathBuf,
    /// The program `phytohub-load`, which serves the ceiling in a process of its own.
    pub own: PathBuf,
    /// Names of contenders; all if there are none.
    pub only: Vec<String>,
    /// How long each measurement lasts.
    pub time: Duration,
    /// How many of each, in turn: A B C A B C.
    pub rounds: usize,
    /// Publish, deliver and acknowledge, one after the other, so many times at once.
    pub in_flight: usize,
    /// Sizes of payloads.
    pub kib: Vec<usize>,
    /// Added to each fsync and fdatasync, in milliseconds.
    pub sync_delays_ms: Vec<u64>,
}

/// All that was measured.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// Where.
    pub machine: Machine,
    /// Publish, deliver and acknowledge, one after the other, so many times at once.
    pub in_flight: usize,
    /// One entry for each contender, size and delay.
    pub entries: Vec<Entry>,
    /// Contenders that are not there, and how to get them.
    pub skipped: Vec<Skipped>,
}

/// One contender with payloads of one size and one delay of its syncs.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// The contender.
    pub name: String,
    /// How it was set up and driven.
    pub settings: Vec<(String, String)>,
    /// Size of payloads.
    pub kib: usize,
    /// Added to each sync.
    pub sync_delay_ms: u64,
    /// The measurements.
    pub rounds: Vec<Round>,
}

/// One measurement.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Round {
    /// Published, delivered and acknowledged.
    pub messages: u64,
    /// How long it lasted.
    pub seconds: f64,
    /// Of the contender's processes.
    pub cpu_seconds: f64,
    /// Of the harness.
    pub generator_cpu_seconds: f64,
    /// That the contender's processes wrote to the disk.
    pub written_bytes: u64,
    /// Of a message, from its publishing to its acknowledgement's answer.
    pub p50_us: u64,
    /// One in a hundred is above.
    pub p99_us: u64,
    /// What failed, in words.
    pub errors: Vec<String>,
}

/// A contender that is not there.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Skipped {
    /// Its name.
    pub name: String,
    /// Why, and how to get it.
    pub why: String,
}

impl Entry {
    /// The middle one of a figure of its rounds.
    #[must_use]
    pub fn median(&self, of: impl Fn(&Round) -> f64) -> f64 {
        let mut values: Vec<f64> = self.rounds.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    }

    /// Messages in a second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        self.median(|round| round.messages as f64 / round.seconds.max(1e-6))
    }
}

/// Names of all contenders, in the order in which they take their turns.
pub const NAMES: [&str; 4] = ["hub", "ceiling", "nats", "postgres"];

/// Compares.
///
/// # Errors
/// When the hub or the harness fails; a peer that is missing or does not start is skipped.
pub fn run(options: &Options, mut told: impl FnMut(&str)) -> Result<Comparison, Failure> {
    let unknown = options.only.iter().find(|name| !NAMES.contains(&name.as_str()));
    if let Some(name) = unknown {
        return Err(format!("no contender {name}: there are {}", NAMES.join(", ")).into());
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let mut comparison = Comparison {
        machine: Machine::this(),
        in_flight: options.in_flight,
        entries: Vec::new(),
        skipped: Vec::new(),
    };
    for sync_delay_ms in &options.sync_delays_ms {
        for kib in &options.kib {
            told(&format!("{kib} KiB, {sync_delay_ms} ms added to each sync"));
            let set = Set { kib: *kib, sync_delay_ms: *sync_delay_ms };
            runtime.block_on(set.run(options, &mut comparison, &mut told))?;
        }
    }
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(comparison)
}

/// All contenders with one size and one delay.
#[derive(Clone, Copy, Debug)]
struct Set {
    kib: usize,
    sync_delay_ms: u64,
}

impl Set {
    async fn run(
        self,
        options: &Options,
        comparison: &mut Comparison,
        told: &mut impl FnMut(&str),
    ) -> Result<(), Failure> {
        let dir = tempfile::Builder::new().prefix("phytohub-compare-").tempdir()?;
        // Its keys serve all; peers run as users who may have to look in here.
        peer::open_to_all(dir.path())?;
        let site = Site::init(&options.hub, &dir.path().join("hub"), &["NO", "LK"])?;
        let start = Start {
            dir: dir.path(),
            site: &site,
            own: &options.own,
            content_bytes: self.kib << 10,
            in_flight: options.in_flight,
            sync_delay: Duration::from_millis(self.sync_delay_ms),
        };
        let mut contenders: Vec<(Box<dyn Contender>, Entry)> = Vec::new();
        let wanted = |name: &&&str| {
            options.only.is_empty() || options.only.iter().any(|only| only == **name)
        };
        for name in NAMES.iter().filter(wanted) {
            match contender::start(name, &start).await {
                Ok(contender) => {
                    let entry = Entry {
                        name: (*name).to_owned(),
                        settings: contender.settings(),
                        kib: self.kib,
                        sync_delay_ms: self.sync_delay_ms,
                        rounds: Vec::new(),
                    };
                    contenders.push((contender, entry));
                }
                Err(error) if matches!(*name, "hub" | "ceiling") => return Err(error),
                Err(error) => {
                    told(&format!("{name} is skipped: {error}"));
                    if comparison.skipped.iter().all(|skipped| skipped.name != **name) {
                        let why = error.to_string();
                        comparison.skipped.push(Skipped { name: (*name).to_owned(), why });
                    }
                }
            }
        }
        for number in 0..options.rounds {
            for (contender, entry) in &mut contenders {
                let round = measure::measure(&**contender, options, self.kib << 10).await?;
                let rate = round.messages as f64 / round.seconds.max(1e-6);
                let name = &entry.name;
                told(&format!("  round {}: {name:<10} {rate:>9.0} messages/s", number + 1));
                entry.rounds.push(round);
            }
        }
        comparison.entries.extend(contenders.into_iter().map(|(_, entry)| entry));
        Ok(())
    }
}
