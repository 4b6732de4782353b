//! What is to be done to a hub, as a TOML file says it. All times are the scenario's own: with
//! `time_compression = 60` a minute of them passes in a second.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::speed::countries::CODES;

mod defaults;

/// One scenario.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Scenario {
    /// What it is for, in a sentence.
    pub about: String,
    /// Of every decision of the harness.
    #[serde(default = "defaults::seed")]
    pub seed: u64,
    /// How long the load lasts.
    pub seconds: f64,
    /// Of these, so many at the start are not counted.
    #[serde(default)]
    pub warmup_seconds: f64,
    /// Seconds of the scenario in one second.
    #[serde(default = "defaults::one")]
    pub time_compression: f64,
    /// Who takes part.
    #[serde(default)]
    pub countries: Countries,
    /// How large contents are.
    #[serde(default)]
    pub sizes: Sizes,
    /// Open loops: requests that come when they come, whatever the hub does.
    #[serde(default)]
    pub arrivals: Vec<Arrivals>,
    /// Recipients that look for mail on a schedule.
    pub polling: Option<Polling>,
    /// Senders that ask what became of each envelope, on a schedule.
    pub tracking: Option<Tracking>,
    /// A closed loop: so many requests in flight, the next one when one is answered.
    pub closed: Option<Closed>,
    /// What lies in the hub before the load begins.
    pub backlog: Option<Backlog>,
    /// Partners that are no good.
    #[serde(default)]
    pub partners: Partners,
    /// How everything is accounted for in the end.
    #[serde(default)]
    pub settle: Settle,
    /// Limits of the generator.
    #[serde(default)]
    pub generator: Generator,
    /// Settings of a hub that the harness starts, as in `hub.toml`: `[hub.store]` and so on.
    #[serde(default)]
    pub hub: BTreeMap<String, toml::Table>,
}

/// Who takes part.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Countries {
    /// Connections.
    pub count: usize,
    /// Exponent of Zipf's law: country k (from 1) has 1/k^skew of the mail, as sender and as
    /// recipient. 0: all alike.
    pub skew: f64,
}

/// How large contents are.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sizes {
    /// Some sizes, each with its weight.
    Mix {
        /// KiB, and how often.
        sizes: Vec<(f64, f64)>,
    },
    /// A log-normal distribution, cut off at the largest.
    LogNormal {
        /// Half are smaller.
        median_kib: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
        /// None is larger.
        most_kib: f64,
    },
}

/// An open loop.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Arrivals {
    /// How they follow each other.
    pub kind: ArrivalKind,
    /// Their mean rate.
    pub per_second: f64,
    /// `bursts`: so many at once.
    pub burst: Option<u32>,
    /// What they are, by weight.
    #[serde(default = "defaults::deliveries")]
    pub mix: Mix,
}

/// Steps by weight.
pub type Mix = BTreeMap<Step, f64>;

/// How arrivals follow each other.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ArrivalKind {
    /// At equal distances.
    Constant,
    /// Independent of each other.
    Poisson,
    /// Many at one moment, then none.
    Bursts,
}

/// What one request, or one chain of them, is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step {
    /// `DeliverEnvelope`.
    Deliver,
    /// `GetEnvelopeTrackingInfo` of something accepted.
    Track,
    /// `GetImportEnvelopeHeaders`.
    Headers,
    /// `PULLImportEnvelope`.
    Pull,
    /// `PULLSingleImportEnvelope` of the oldest that was not pulled yet.
    PullSingle,
    /// `AcknowledgeEnvelopeReceipt` of the oldest that was pulled.
    Acknowledge,
    /// `GetUnderDeliveryEnvelope`.
    UnderDelivery,
    /// Delivered, pulled and acknowledged, one after the other.
    Cycle,
}

/// Recipients that look for mail on a schedule.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Polling {
    /// How often each looks.
    pub every_seconds: f64,
    /// Whether all look at the same moment, as cron jobs do.
    #[serde(default = "defaults::yes")]
    pub aligned: bool,
    /// How they take what is there.
    #[serde(default)]
    pub style: PollStyle,
}

/// How recipients take their mail.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PollStyle {
    /// The headers, then one after the other, each acknowledged.
    #[default]
    Headers,
    /// All at once, then each acknowledged.
    Pull,
}

/// Senders that ask what became of each envelope.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Tracking {
    /// How often, for each envelope.
    pub every_seconds: f64,
    /// How many times at most.
    #[serde(default = "defaults::track_most")]
    pub most: u32,
}

/// A closed loop.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Closed {
    /// Requests, or chains of them, in flight.
    pub in_flight: usize,
    /// What they are, by weight.
    #[serde(default = "defaults::cycles")]
    pub mix: Mix,
}

/// What lies in the hub before the load begins.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Backlog {
    /// How many.
    pub envelopes: u64,
    /// Of which size.
    pub kib: f64,
    /// For the first so many countries, evenly.
    #[serde(default = "defaults::one_country")]
    pub recipients: usize,
}

/// Partners that are no good.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Partners {
    /// Countries that never take their mail while the load lasts: the last ones of the list.
    pub dead: usize,
    /// Countries whose lines are slow: the ones before them.
    pub slow: usize,
    /// How slow, in bytes a second (of real time) for each socket.
    pub slow_bytes_per_second: u64,
    /// Sockets that begin an upload and never go on.
    pub stalled_uploads: usize,
}

/// How everything is accounted for in the end.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Settle {
    /// How.
    pub by: SettleBy,
    /// Longest time for it, in real seconds; what is left then is told, and is a failure.
    pub seconds: f64,
    /// `track`: how many envelopes are asked for, drawn by lot.
    pub most: usize,
}

/// How everything is accounted for in the end.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SettleBy {
    /// All that is left is pulled, compared and acknowledged; nothing may be missing or left over.
    #[default]
    Drain,
    /// The hub is asked for the state of some; for backlogs too large to take.
    Track,
}

/// Limits of the generator.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Generator {
    /// Threads that send and read.
    pub threads: usize,
    /// Open sockets of one country.
    pub sockets_per_country: usize,
    /// Requests of open loops in flight; more wait, and their waiting counts.
    pub in_flight: usize,
    /// After so many (real) seconds a request is given up as unanswered.
    pub timeout_seconds: f64,
}

impl Scenario {
    /// Reads a scenario file.
    ///
    /// # Errors
    /// When it cannot be read, or says something that makes no sense, with the place.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        Self::parse(&text).map_err(|error| format!("{}: {error}", path.display()).into())
    }

    /// Parses a scenario.
    ///
    /// # Errors
    /// When it says something that makes no sense.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let scenario: Self = toml::from_str(text)?;
        scenario.check()?;
        Ok(scenario)
    }

    fn check(&self) -> Result<(), Failure> {
        let positive = |name: &str, value: f64| {
            let fine = value.is_finite() && value > 0.0;
            if fine { Ok(()) } else { Err(format!("{name} must be above 0, and is {value}")) }
        };
        positive("seconds", self.seconds)?;
        positive("time_compression", self.time_compression)?;
        positive("generator.timeout_seconds", self.generator.timeout_seconds)?;
        if !(0.0..self.seconds).contains(&self.warmup_seconds) {
            return Err("warmup_seconds must be below seconds, and not below 0".into());
        }
        let known = CODES.len();
        if !(2..=known).contains(&self.countries.count) {
            return Err(format!("countries.count must be from 2 to {known}").into());
        }
        if !(0.0..=4.0).contains(&self.countries.skew) {
            return Err("countries.skew must be from 0 to 4".into());
        }
        let Generator { threads, sockets_per_country, in_flight, .. } = self.generator;
        if threads == 0 || sockets_per_country == 0 || in_flight == 0 {
            return Err("what [generator] limits must be at least 1".into());
        }
        self.sizes.check()?;
        self.check_load()
    }

    fn check_load(&self) -> Result<(), Failure> {
        let positive = |name: &str, value: f64| {
            let fine = value.is_finite() && value > 0.0;
            if fine { Ok(()) } else { Err(format!("{name} must be above 0, and is {value}")) }
        };
        if self.arrivals.is_empty() && self.closed.is_none() && self.polling.is_none() {
            return Err("no load: give [[arrivals]], [closed] or [polling]".into());
        }
        for arrivals in &self.arrivals {
            positive("arrivals.per_second", arrivals.per_second)?;
            check_mix("arrivals.mix", &arrivals.mix)?;
            let bursts = arrivals.kind == ArrivalKind::Bursts;
            if bursts != arrivals.burst.is_some_and(|burst| burst > 0) {
                return Err("arrivals.burst goes with kind = \"bursts\", and is above 0".into());
            }
        }
        if let Some(closed) = &self.closed {
            check_mix("closed.mix", &closed.mix)?;
            if closed.in_flight == 0 {
                return Err("closed.in_flight must be at least 1".into());
            }
        }
        if let Some(polling) = &self.polling {
            positive("polling.every_seconds", polling.every_seconds)?;
        }
        if let Some(tracking) = &self.tracking {
            positive("tracking.every_seconds", tracking.every_seconds)?;
        }
        if let Some(backlog) = &self.backlog {
            positive("backlog.kib", backlog.kib)?;
            if !(1..=self.countries.count).contains(&backlog.recipients) {
                return Err("backlog.recipients must be from 1 to countries.count".into());
            }
        }
        let Partners { dead, slow, slow_bytes_per_second, .. } = self.partners;
        if dead + slow >= self.countries.count {
            return Err("partners: at least one country must be alive and quick".into());
        }
        if (slow > 0) != (slow_bytes_per_second > 0) {
            return Err("partners.slow goes with partners.slow_bytes_per_second".into());
        }
        Ok(())
    }
}

impl Sizes {
    fn check(&self) -> Result<(), Failure> {
        let within = |kib: f64| (KIB_LEAST..=KIB_MOST).contains(&kib);
        let fine = match self {
            Self::Mix { sizes } => {
                let weighed = sizes.iter().map(|(_, weight)| *weight);
                sizes.iter().all(|(kib, weight)| within(*kib) && *weight >= 0.0)
                    && weighed.sum::<f64>() > 0.0
            }
            Self::LogNormal { median_kib, sigma, most_kib } => {
                within(*median_kib) && within(*most_kib) && (0.0..=4.0).contains(sigma)
            }
        };
        let told = format!("sizes: KiB from {KIB_LEAST} to {KIB_MOST}, weights not all 0");
        if fine { Ok(()) } else { Err(told.into()) }
    }
}

fn check_mix(name: &str, mix: &Mix) -> Result<(), Failure> {
    let fine = mix.values().all(|weight| weight.is_finite() && *weight >= 0.0);
    if fine && mix.values().sum::<f64>() > 0.0 {
        return Ok(());
    }
    Err(format!("{name}: weights must not be below 0, nor all 0").into())
}

/// Room for what makes each content another.
const KIB_LEAST: f64 = 0.0625;
/// The hub takes more; the generator holds one of each size in memory.
const KIB_MOST: f64 = 65_536.0;
