//! Looks at a run once a second, and sums it up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::Failure;
use crate::speed::book::Counts;
use crate::speed::field::Field;
use crate::speed::figures::{Latency, Totals};
use crate::speed::process::Cost;
use crate::speed::report::{ProcessCost, Second, StepReport};
use crate::speed::scenario::{Scenario, Step};

/// What was seen.
#[derive(Debug)]
pub(crate) struct Observed {
    pub(crate) load_seconds: f64,
    pub(crate) steps: BTreeMap<Step, StepReport>,
    pub(crate) seconds: Vec<Second>,
    pub(crate) hub: Option<ProcessCost>,
    pub(crate) generator: ProcessCost,
    pub(crate) written_per_accepted: Option<f64>,
    pub(crate) lateness: Latency,
    pub(crate) generator_limits: Vec<String>,
}

/// Looks once a second.
#[derive(Debug)]
pub(crate) struct Observer {
    field: Arc<Field>,
    process: Option<u32>,
    totals: Totals,
    seconds: Vec<Second>,
    warmup: Duration,
    threads: usize,
    last: Look,
    /// At the end of the warm-up.
    first: Look,
    memory_most: (u64, u64),
}

#[derive(Clone, Copy, Debug, Default)]
struct Look {
    at: Duration,
    counts: Counts,
    hub: Cost,
    generator: Cost,
}

impl Observer {
    pub(crate) fn new(
        scenario: &Scenario,
        field: Arc<Field>,
        process: Option<u32>,
    ) -> Result<Self, Failure> {
        let in_flight = scenario.closed.as_ref().map_or(0, |closed| closed.in_flight);
        let warmup = scenario.warmup_seconds / scenario.time_compression;
        let mut observer = Self {
            field,
            process,
            totals: Totals::new(in_flight)?,
            seconds: Vec::new(),
            warmup: Duration::from_secs_f64(warmup),
            threads: scenario.generator.threads,
            last: Look::default(),
            first: Look::default(),
            memory_most: (0, 0),
        };
        observer.last = observer.see(Duration::ZERO);
        observer.first = observer.last;
        Ok(observer)
    }

    fn see(&self, at: Duration) -> Look {
        Look {
            at,
            counts: self.field.book().counts(),
            hub: self.process.map(Cost::of).unwrap_or_default(),
            generator: Cost::of(std::process::id()),
        }
    }

    /// A second is over.
    pub(crate) fn look(&mut self, at: Duration) -> Result<Second, Failure> {
        let recorded = self.field.recorder.take()?;
        let now = self.see(at);
        let before = std::mem::replace(&mut self.last, now);
        let time = at.saturating_sub(before.at);
        let counted = at > self.warmup;
        let latency = self.totals.take(&recorded, time, counted)?;
        if !counted {
            self.first = now;
        }
        self.memory_most.0 = self.memory_most.0.max(now.hub.memory_bytes);
        self.memory_most.1 = self.memory_most.1.max(now.generator.memory_bytes);
        let seconds = time.as_secs_f64().max(1e-6);
        let rate = |now: u64, before: u64| (now - before) as f64 / seconds;
        let (hub, generator) = (now.hub.since(before.hub), now.generator.since(before.generator));
        let all = recorded.steps.values().map(|cell| cell.counts);
        let (requests, done) =
            all.fold((0, 0), |(all, done), counts| (all + counts.all(), done + counts.done));
        let second = Second {
            at: at.as_secs_f64(),
            accepted_per_second: rate(now.counts.accepted, before.counts.accepted),
            pulled_per_second: rate(now.counts.pulled, before.counts.pulled),
            acknowledged_per_second: rate(now.counts.acknowledged, before.counts.acknowledged),
            requests_per_second: done as f64 / seconds,
            errors: requests - done,
            in_flight: self.field.in_flight(),
            pending: now.counts.accepted.saturating_sub(now.counts.acknowledged),
            p50_us: latency.value_at_quantile(0.5),
            p99_us: latency.value_at_quantile(0.99),
            p999_us: latency.value_at_quantile(0.999),
            most_us: latency.max(),
            hub_cores: hub.cpu.as_secs_f64() / seconds,
            generator_cores: generator.cpu.as_secs_f64() / seconds,
            hub_memory_bytes: now.hub.memory_bytes,
            generator_memory_bytes: now.generator.memory_bytes,
            hub_written_bytes: hub.written_bytes,
            accepted_bytes: now.counts.accepted_bytes - before.counts.accepted_bytes,
        };
        self.seconds.push(second);
        Ok(second)
    }

    /// The load is over, and everything is answered.
    pub(crate) fn end(mut self, at: Duration) -> Result<Observed, Failure> {
        if at > self.last.at + SHORTEST {
            self.look(at)?;
        } else {
            let rest = self.field.recorder.take()?;
            self.totals.take(&rest, Duration::ZERO, true)?;
        }
        let (first, last) = (self.first, self.last);
        let seconds = (last.at - first.at).as_secs_f64().max(1e-6);
        let cost = |of: Cost, memory_most_bytes: u64| ProcessCost {
            cpu_seconds: of.cpu.as_secs_f64(),
            memory_most_bytes,
            written_bytes: of.written_bytes,
        };
        let hub = last.hub.since(first.hub);
        let generator = last.generator.since(first.generator);
        let accepted = last.counts.accepted_bytes - first.counts.accepted_bytes;
        let known = self.process.is_some() && accepted > 0;
        let lateness = Latency::of(&self.totals.lateness);
        Ok(Observed {
            load_seconds: last.at.as_secs_f64(),
            steps: self.steps(seconds)?,
            hub: self.process.map(|_| cost(hub, self.memory_most.0)),
            generator: cost(generator, self.memory_most.1),
            written_per_accepted: known.then(|| hub.written_bytes as f64 / accepted as f64),
            generator_limits: limits(generator, seconds, self.threads, &lateness),
            lateness,
            seconds: self.seconds,
        })
    }

    fn steps(&self, seconds: f64) -> Result<BTreeMap<Step, StepReport>, Failure> {
        let used = self.totals.steps.iter().filter(|(_, total)| total.counts.all() > 0);
        let report = used.map(|(step, total)| {
            let report = StepReport {
                counts: total.counts,
                per_second: total.counts.done as f64 / seconds,
                latency: Latency::of(&self.totals.latency(total)?),
                service: Latency::of(&total.service),
            };
            Ok((*step, report))
        });
        report.collect()
    }
}

/// Why the generator was the bottleneck, if it was.
fn limits(cost: Cost, seconds: f64, threads: usize, lateness: &Latency) -> Vec<String> {
    let mut why = Vec::new();
    let cores = cost.cpu.as_secs_f64() / seconds;
    let share = cores / threads as f64;
    if share > BUSY_SHARE {
        why.push(format!("it used {cores:.2} cores, and has {threads} thread(s) to send with"));
    }
    if lateness.p99_us > LATE_US {
        let late = lateness.p99_us as f64 / 1000.0;
        why.push(format!("one in a hundred arrivals was turned to {late:.1} ms late, or more"));
    }
    why
}

/// A core is full before its clock says so: others want it, too.
const BUSY_SHARE: f64 = 0.85;
/// A tenth of what people call quick; a schedule kept worse than this is another schedule.
const LATE_US: u64 = 10_000;
/// What is left behind the last whole second is a second of its own only if it lasts.
const SHORTEST: Duration = Duration::from_millis(200);
