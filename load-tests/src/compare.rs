//! The hub and its store beside their ceilings and beside what people would take instead: the same
//! payloads, the same number in flight, in turn, on the same machine.
//!
//! Each contender publishes durably, delivers, and takes durable acknowledgements: those of one
//! [`Group`] over TLS with client certificates, those of the other without a network or on a local
//! socket. Settings stand in the report. Start from [`run`].

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::hub::Site;
use crate::speed::report::Machine;

mod ceiling;
mod contender;
mod disk;
mod goals;
mod html;
mod hub;
mod looped;
mod measure;
mod nats;
mod peer;
mod postgres;
mod quic;
mod rabbitmq;
mod table;

pub use ceiling::serve as serve_ceiling;
pub use disk::SyncTimes;
pub use goals::{Goal, goals};
pub use html::page;
pub use looped::Turned;
pub use measure::payload;
pub use quic::serve as serve_quic_ceiling;
pub use table::table;

use contender::{Contender, Start};
pub(crate) use hub::unlimited;
pub(crate) use quic::{Lane, Request, client as quic_client};

/// What to compare.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by those who compare")]
pub struct Options {
    /// The program `phytohub`.
    pub hub: PathBuf,
    /// The program `phytohub-load`, which serves the ceilings in processes of their own.
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
    /// Its disk, without anything added, before the first turn.
    pub syncs: SyncTimes,
    /// Publish, deliver and acknowledge, one after the other, so many times at once.
    pub in_flight: usize,
    /// How long each measurement was to last.
    pub round_seconds: f64,
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
    /// With whom it is compared.
    pub group: Group,
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
    /// Of the harness; nothing where the contender's process drives itself.
    pub generator_cpu_seconds: f64,
    /// That the contender's processes wrote to files, as the kernel counts it: whole pages, and
    /// more where it keeps files in larger pieces.
    pub written_bytes: u64,
    /// That the disk was sent meanwhile, by all processes of the machine and the file system itself;
    /// nothing if the disk is unknown.
    pub disk_bytes: Option<u64>,
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

/// Contenders that can be compared with each other.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "with a network, or without")]
pub enum Group {
    /// All speak TLS with client certificates.
    Tls,
    /// None does: the store and its ceiling have no network at all.
    Plain,
}

impl Group {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Tls, Self::Plain];

    /// Its contenders, in the order in which they take their turns.
    #[must_use]
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Tls => &[
                "hub",
                "ceiling",
                "quic",
                "quic-ceiling",
                "nats",
                "rabbitmq",
                "postgres",
                "postgres-batch",
            ],
            Self::Plain => &["store", "rocksdb", "postgres-plain", "postgres-plain-batch"],
        }
    }

    /// In words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Tls => "Over TLS with client certificates",
            Self::Plain => "Without TLS: the store in a process, a database on a local socket",
        }
    }
}

impl Entry {
    /// Who does the same and keeps nothing, or decides nothing.
    #[must_use]
    pub fn ceiling(&self) -> &'static str {
        match (self.group, self.name.as_str()) {
            (_, "quic" | "quic-ceiling") => "quic-ceiling",
            (Group::Tls, _) => "ceiling",
            (Group::Plain, _) => "rocksdb",
        }
    }

    /// The middle one of a figure of its rounds.
    #[must_use]
    pub fn median(&self, of: impl Fn(&Round) -> f64) -> f64 {
        middle(self.rounds.iter().map(of).collect())
    }

    /// Messages in a second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        self.median(Round::per_second)
    }

    /// A figure of this one by that of another, round by round, since they took turns; the middle
    /// of the ratios.
    #[must_use]
    pub fn ratio(&self, other: &Self, of: impl Fn(&Round) -> f64) -> f64 {
        let pairs = self.rounds.iter().zip(&other.rounds);
        middle(pairs.map(|(one, two)| of(one) / of(two).max(1e-9)).collect())
    }
}

impl Round {
    /// Messages in a second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        self.messages as f64 / self.seconds.max(1e-6)
    }

    /// Messages for a second of CPU of the contender.
    #[must_use]
    pub fn per_cpu_second(&self) -> f64 {
        self.messages as f64 / self.cpu_seconds.max(1e-6)
    }

    /// A sum of the round for each of its messages.
    #[must_use]
    pub fn each(&self, sum: f64) -> f64 {
        sum / self.messages.max(1) as f64
    }

    /// Bytes that the disk was sent for each message; 0 if that is unknown.
    #[must_use]
    pub fn disk_each(&self) -> f64 {
        self.each(self.disk_bytes.unwrap_or_default() as f64)
    }

    /// How busy the harness's one thread was, from 0 to 1.
    #[must_use]
    pub fn generator_busy(&self) -> f64 {
        self.generator_cpu_seconds / self.seconds.max(1e-6)
    }
}

impl Comparison {
    /// An entry with another one's size and delay.
    #[must_use]
    pub fn beside(&self, name: &str, entry: &Entry) -> Option<&Entry> {
        self.at(name, entry.kib, entry.sync_delay_ms)
    }

    /// A contender's entry.
    #[must_use]
    pub fn at(&self, name: &str, kib: usize, sync_delay_ms: u64) -> Option<&Entry> {
        let found = |entry: &&Entry| {
            entry.name == name && entry.kib == kib && entry.sync_delay_ms == sync_delay_ms
        };
        self.entries.iter().find(found)
    }
}

/// The middle one, the higher of two; 0 if there is none.
fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Compares.
///
/// # Errors
/// When the hub or the harness fails; a peer that is missing or does not start is skipped.
pub fn run(options: &Options, mut told: impl FnMut(&str)) -> Result<Comparison, Failure> {
    let names = Group::ALL.map(Group::names).concat();
    if let Some(name) = options.only.iter().find(|name| !names.contains(&name.as_str())) {
        return Err(format!("no contender {name}: there are {}", names.join(", ")).into());
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let dir = tempfile::Builder::new().prefix("phytohub-compare-").tempdir()?;
    let mut comparison = Comparison {
        machine: Machine::this(),
        syncs: SyncTimes::measure(dir.path())?,
        in_flight: options.in_flight,
        round_seconds: options.time.as_secs_f64(),
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
        let wanted = |name: &str| {
            options.only.is_empty() || options.only.iter().any(|only| only.as_str() == name)
        };
        let all = Group::ALL.into_iter().flat_map(|group| {
            group.names().iter().copied().filter(|name| wanted(name)).map(move |name| (group, name))
        });
        for (group, name) in all {
            match contender::start(name, &start).await {
                Ok(contender) => {
                    let entry = self.entry(name, group, contender.settings());
                    contenders.push((contender, entry));
                }
                Err(error) if OURS.contains(&name) => {
                    return Err(format!("{name}: {error}").into());
                }
                Err(error) => {
                    told(&format!("{name} is skipped: {error}"));
                    if comparison.skipped.iter().all(|skipped| skipped.name != name) {
                        let why = error.to_string();
                        comparison.skipped.push(Skipped { name: name.to_owned(), why });
                    }
                }
            }
        }
        for number in 0..options.rounds {
            for (contender, entry) in &mut contenders {
                let round =
                    measure::measure(&**contender, options, self.kib << 10, dir.path()).await?;
                let (name, rate) = (&entry.name, round.per_second());
                told(&format!("  round {}: {name:<20} {rate:>9.0} messages/s", number + 1));
                entry.rounds.push(round);
            }
        }
        comparison.entries.extend(contenders.into_iter().map(|(_, entry)| entry));
        Ok(())
    }

    fn entry(self, name: &str, group: Group, settings: Vec<(String, String)>) -> Entry {
        Entry {
            name: name.to_owned(),
            group,
            settings,
            kib: self.kib,
            sync_delay_ms: self.sync_delay_ms,
            rounds: Vec::new(),
        }
    }
}

/// Part of the project: that one does not start is an error, not a peer that is missing.
const OURS: [&str; 6] = ["hub", "ceiling", "quic", "quic-ceiling", "store", "rocksdb"];
