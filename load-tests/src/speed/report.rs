//! What a run was like: everything that its JSON and its HTML tell.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::speed::book::Counts;
use crate::speed::figures::{Latency, StepCounts};
use crate::speed::scenario::{Scenario, Step};

/// One run.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Name of the scenario: its file's, without the ending.
    pub name: String,
    /// What was done.
    pub scenario: Scenario,
    /// Where.
    pub machine: Machine,
    /// How long the load lasted, in real seconds, the warm-up included.
    pub load_seconds: f64,
    /// How the hub was filled before.
    pub fill: Option<Fill>,
    /// Sums of load and settling, and of filling.
    pub counts: Counts,
    /// Each kind of request, without the warm-up.
    pub steps: BTreeMap<Step, StepReport>,
    /// Second by second.
    pub seconds: Vec<Second>,
    /// What the hub's process cost while the load lasted; none if it is not the harness's own.
    pub hub: Option<ProcessCost>,
    /// What the generator cost.
    pub generator: ProcessCost,
    /// Bytes that the hub wrote to the disk for each byte of accepted contents.
    pub written_per_accepted: Option<f64>,
    /// How late the generator was, against the schedule.
    pub lateness: Latency,
    /// Why the figures are the generator's rather than the hub's; empty if they are the hub's.
    pub generator_limits: Vec<String>,
    /// Polls that were left out because the one before was not over, and steps without anything to
    /// do them with.
    pub skipped: u64,
    /// How long the accounting took, in seconds.
    pub settle_seconds: f64,
    /// Whether it came to its end.
    pub settled: bool,
    /// Broken promises, in words, with the numbers concerned.
    pub findings: Vec<String>,
    /// The first errors, in words.
    pub errors: Vec<String>,
}

/// A machine.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Machine {
    /// Cores that this process may use.
    pub cores: usize,
    /// Kernel's name and release.
    pub kernel: String,
    /// Of the processor.
    pub processor: String,
    /// Bytes of memory.
    pub memory_bytes: u64,
}

/// How a hub was filled.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Fill {
    /// Accepted envelopes.
    pub envelopes: u64,
    /// Real seconds.
    pub seconds: f64,
    /// Memory of the hub's process then.
    pub hub_memory_bytes: u64,
}

/// One kind of request.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct StepReport {
    /// How they went.
    pub counts: StepCounts,
    /// Answered requests in a second.
    pub per_second: f64,
    /// Corrected for coordinated omission.
    pub latency: Latency,
    /// From the sending of each to its answer, uncorrected.
    pub service: Latency,
}

/// One second of a run.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Second {
    /// Its end, in seconds since the load began.
    pub at: f64,
    /// Rates.
    pub accepted_per_second: f64,
    /// Contents that came to recipients.
    pub pulled_per_second: f64,
    /// Acknowledgements.
    pub acknowledged_per_second: f64,
    /// Answered requests of all kinds.
    pub requests_per_second: f64,
    /// Requests that were refused, unanswered or answered wrongly.
    pub errors: u64,
    /// Requests in flight at its end.
    pub in_flight: i64,
    /// Envelopes that were accepted and not acknowledged.
    pub pending: u64,
    /// Latency of all requests, corrected.
    pub p50_us: u64,
    /// One in a hundred is above.
    pub p99_us: u64,
    /// One in a thousand is above.
    pub p999_us: u64,
    /// The longest.
    pub most_us: u64,
    /// Cores that the hub used.
    pub hub_cores: f64,
    /// Cores that the generator used.
    pub generator_cores: f64,
    /// Memory of the hub.
    pub hub_memory_bytes: u64,
    /// Memory of the generator.
    pub generator_memory_bytes: u64,
    /// Bytes that the hub wrote to the disk.
    pub hub_written_bytes: u64,
    /// Bytes of contents that it accepted.
    pub accepted_bytes: u64,
}

/// What a process cost.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[non_exhaustive]
pub struct ProcessCost {
    /// Of all its threads.
    pub cpu_seconds: f64,
    /// The most memory that was seen.
    pub memory_most_bytes: u64,
    /// Written to the disk.
    pub written_bytes: u64,
}

impl Report {
    /// Whether the hub kept all its promises, and all of them could be looked at.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.counts.findings == 0 && self.settled
    }

    /// Answered requests in a second, of all kinds.
    #[must_use]
    pub fn requests_per_second(&self) -> f64 {
        self.steps.values().map(|step| step.per_second).sum()
    }
}

impl Machine {
    pub(crate) fn this() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let of = |text: &str, name: &str| {
            let line = text.lines().find(|line| line.starts_with(name));
            let value = line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim());
            value.unwrap_or_default().to_owned()
        };
        let kib = of(&read("/proc/meminfo"), "MemTotal");
        let kib = kib.split_whitespace().next().and_then(|word| word.parse::<u64>().ok());
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            processor: of(&read("/proc/cpuinfo"), "model name"),
            memory_bytes: kib.unwrap_or_default() << 10,
        }
    }
}
