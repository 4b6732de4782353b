//! Latencies and counts, second by second and in sum, corrected for coordinated omission.
//!
//! What belongs to an open loop is measured from the time at which it was to be sent: a hub that
//! stalls cannot hide the requests that it kept from being sent. What belongs to a closed loop is
//! measured from its sending, and then corrected: a loop that waited so long would have asked so
//! many times more (`Histogram::clone_correct`), at the mean distance of a worker's requests.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::speed::scenario::Step;

/// How one request went.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    Done,
    /// Told to come again: 503, or too many.
    Refused,
    Unanswered,
    /// Answered as no hub should.
    Wrong,
}

/// One request's times, since the start of the run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// When it was to be sent.
    pub(crate) intended: Duration,
    /// When the generator turned to it.
    pub(crate) begun: Duration,
    pub(crate) end: Duration,
    /// Whether it came from a schedule, not from an answer.
    pub(crate) open: bool,
}

/// Takes what the requests measured.
#[derive(Debug)]
pub(crate) struct Recorder {
    second: Mutex<Second>,
}

/// What happened since the last look.
#[derive(Debug)]
pub(crate) struct Second {
    pub(crate) steps: BTreeMap<Step, Cell>,
    /// How late the generator turned to what was to be sent, in microseconds.
    pub(crate) lateness: Histogram<u64>,
}

/// One kind of request.
#[derive(Debug)]
pub(crate) struct Cell {
    open: Histogram<u64>,
    closed: Histogram<u64>,
    service: Histogram<u64>,
    pub(crate) counts: StepCounts,
}

/// How requests of one kind went.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[non_exhaustive]
pub struct StepCounts {
    /// Answered as they should be.
    pub done: u64,
    /// Told to come again.
    pub refused: u64,
    /// Without an answer.
    pub unanswered: u64,
    /// Answered as no hub should.
    pub wrong: u64,
}

impl StepCounts {
    /// All requests.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.done + self.refused + self.unanswered + self.wrong
    }

    fn add(&mut self, other: &Self) {
        self.done += other.done;
        self.refused += other.refused;
        self.unanswered += other.unanswered;
        self.wrong += other.wrong;
    }
}

impl Cell {
    fn new() -> Result<Self, Failure> {
        let counts = StepCounts::default();
        Ok(Self { open: histogram()?, closed: histogram()?, service: histogram()?, counts })
    }
}

impl Recorder {
    pub(crate) fn new() -> Result<Self, Failure> {
        Ok(Self { second: Mutex::new(Second::new()?) })
    }

    fn second(&self) -> MutexGuard<'_, Second> {
        self.second.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn record(&self, step: Step, outcome: Outcome, times: Times) {
        let mut second = self.second();
        let Some(cell) = second.steps.get_mut(&step) else { return };
        match outcome {
            Outcome::Done => cell.counts.done += 1,
            Outcome::Refused => cell.counts.refused += 1,
            Outcome::Unanswered => cell.counts.unanswered += 1,
            Outcome::Wrong => cell.counts.wrong += 1,
        }
        let service = micros(times.end.saturating_sub(times.begun));
        cell.service.saturating_record(service);
        if times.open {
            cell.open.saturating_record(micros(times.end.saturating_sub(times.intended)));
            let late = times.begun.saturating_sub(times.intended);
            second.lateness.saturating_record(micros(late));
        } else {
            cell.closed.saturating_record(service);
        }
    }

    /// What was recorded since the last time.
    pub(crate) fn take(&self) -> Result<Second, Failure> {
        let fresh = Second::new()?;
        Ok(std::mem::replace(&mut *self.second(), fresh))
    }
}

impl Second {
    fn new() -> Result<Self, Failure> {
        let cells = STEPS.map(|step| Cell::new().map(|cell| (step, cell)));
        let steps = cells.into_iter().collect::<Result<_, Failure>>()?;
        Ok(Self { steps, lateness: histogram()? })
    }
}

/// Everything that was measured, but for the warm-up.
#[derive(Debug)]
pub(crate) struct Totals {
    pub(crate) steps: BTreeMap<Step, Total>,
    pub(crate) lateness: Histogram<u64>,
    /// Requests, or chains of them, in flight in closed loops. 0: what follows an answer is part of
    /// a chain that is idle most of the time, and not corrected.
    in_flight: usize,
    elapsed: Duration,
}

/// One kind of request, in sum.
#[derive(Debug)]
pub(crate) struct Total {
    open: Histogram<u64>,
    closed: Histogram<u64>,
    pub(crate) service: Histogram<u64>,
    pub(crate) counts: StepCounts,
}

impl Totals {
    pub(crate) fn new(in_flight: usize) -> Result<Self, Failure> {
        let new = |step| {
            let counts = StepCounts::default();
            let (open, closed, service) = (histogram()?, histogram()?, histogram()?);
            Ok((step, Total { open, closed, service, counts }))
        };
        let steps = STEPS.map(new).into_iter().collect::<Result<_, Failure>>()?;
        Ok(Self { steps, lateness: histogram()?, in_flight, elapsed: Duration::ZERO })
    }

    /// Takes a second in, if it counts. Returns the latencies of all its requests together,
    /// corrected by its own rate.
    pub(crate) fn take(
        &mut self,
        second: &Second,
        time: Duration,
        counted: bool,
    ) -> Result<Histogram<u64>, Failure> {
        let mut all = histogram()?;
        for (step, cell) in &second.steps {
            all.add(&cell.open)?;
            all.add(self.corrected(&cell.closed, time))?;
            let Some(total) = self.steps.get_mut(step).filter(|_| counted) else { continue };
            total.open.add(&cell.open)?;
            total.closed.add(&cell.closed)?;
            total.service.add(&cell.service)?;
            total.counts.add(&cell.counts);
        }
        if counted {
            self.elapsed += time;
            self.lateness.add(&second.lateness)?;
        }
        Ok(all)
    }

    /// All latencies of one kind of request, corrected by the rate of the whole run: a stall that
    /// fills a second must not be judged by that second.
    pub(crate) fn latency(&self, total: &Total) -> Result<Histogram<u64>, Failure> {
        let mut latency = total.open.clone();
        latency.add(self.corrected(&total.closed, self.elapsed))?;
        Ok(latency)
    }

    fn corrected(&self, closed: &Histogram<u64>, time: Duration) -> Histogram<u64> {
        if self.in_flight == 0 || closed.is_empty() {
            return closed.clone();
        }
        let workers = u64::try_from(self.in_flight).unwrap_or(u64::MAX);
        let interval = micros(time).saturating_mul(workers) / closed.len();
        closed.clone_correct(interval.max(1))
    }
}

/// Latencies in microseconds.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Latency {
    /// How many were measured, or added in correction.
    pub count: u64,
    /// Mean.
    pub mean_us: f64,
    /// Half are below.
    pub p50_us: u64,
    /// One in ten is above.
    pub p90_us: u64,
    /// One in a hundred is above.
    pub p99_us: u64,
    /// One in a thousand is above.
    pub p999_us: u64,
    /// One in ten thousand is above.
    pub p9999_us: u64,
    /// The longest.
    pub most_us: u64,
    /// Quantile and latency, for a curve.
    #[serde(default)]
    pub curve: Vec<(f64, u64)>,
}

impl Latency {
    pub(crate) fn of(histogram: &Histogram<u64>) -> Self {
        let at = |quantile: f64| histogram.value_at_quantile(quantile);
        let curve = CURVE.iter().take_while(|quantile| {
            // A quantile that stands for less than one request says nothing.
            (1.0 - **quantile) * histogram.len() as f64 >= 1.0
        });
        Self {
            count: histogram.len(),
            mean_us: histogram.mean(),
            p50_us: at(0.5),
            p90_us: at(0.9),
            p99_us: at(0.99),
            p999_us: at(0.999),
            p9999_us: at(0.9999),
            most_us: histogram.max(),
            curve: curve.map(|quantile| (*quantile, at(*quantile))).collect(),
        }
    }
}

pub(crate) fn histogram() -> Result<Histogram<u64>, Failure> {
    Ok(Histogram::new_with_bounds(1, MICROS_MOST, 3)?)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Kinds of requests; a cycle is three of them.
pub(crate) const STEPS: [Step; 7] = [
    Step::Deliver,
    Step::Track,
    Step::Headers,
    Step::Pull,
    Step::PullSingle,
    Step::Acknowledge,
    Step::UnderDelivery,
];

const CURVE: [f64; 17] = [
    0.0, 0.1, 0.25, 0.5, 0.625, 0.75, 0.825, 0.9, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9995, 0.9999,
    0.99999, 0.999_999,
];

/// Ten minutes; what takes longer counts as this.
const MICROS_MOST: u64 = 600_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn times(intended_ms: u64, begun_ms: u64, end_ms: u64, open: bool) -> Times {
        let ms = Duration::from_millis;
        Times { intended: ms(intended_ms), begun: ms(begun_ms), end: ms(end_ms), open }
    }

    #[test]
    fn an_open_loop_counts_from_the_time_at_which_it_was_to_be_sent() {
        let recorder = Recorder::new().expect("bounds are right");
        recorder.record(Step::Track, Outcome::Done, times(100, 900, 1000, true));
        let mut totals = Totals::new(1).expect("bounds are right");
        let second = recorder.take().expect("bounds are right");
        totals.take(&second, Duration::from_secs(1), true).expect("same bounds");
        let total = &totals.steps[&Step::Track];
        let latency = totals.latency(total).expect("same bounds");
        assert!(latency.max() >= 899_000, "{}", latency.max());
        assert!(total.service.max() < 101_000, "{}", total.service.max());
        assert!(totals.lateness.max() >= 799_000);
    }

    #[test]
    fn a_closed_loop_that_stalled_would_have_asked_more_often() {
        let recorder = Recorder::new().expect("bounds are right");
        for n in 0..1000 {
            recorder.record(Step::Track, Outcome::Done, times(0, n, n + 1, false));
        }
        recorder.record(Step::Track, Outcome::Done, times(0, 1000, 2000, false));
        let mut totals = Totals::new(1).expect("bounds are right");
        let second = recorder.take().expect("bounds are right");
        let all = totals.take(&second, Duration::from_secs(2), true).expect("same bounds");
        let total = &totals.steps[&Step::Track];
        let latency = totals.latency(total).expect("same bounds");
        assert!(total.service.value_at_quantile(0.99) < 2_000, "one in a thousand is not seen");
        assert!(latency.value_at_quantile(0.99) > 900_000, "half of the time was a stall");
        assert_eq!(all.len(), latency.len());
        assert_eq!(total.counts.done, 1001, "what is added in correction is not counted");
    }

    #[test]
    fn a_warm_up_is_not_in_the_sum() {
        let recorder = Recorder::new().expect("bounds are right");
        recorder.record(Step::Deliver, Outcome::Refused, times(0, 0, 5, true));
        let mut totals = Totals::new(1).expect("bounds are right");
        let second = recorder.take().expect("bounds are right");
        totals.take(&second, Duration::from_secs(1), false).expect("same bounds");
        assert_eq!(totals.steps[&Step::Deliver].counts.all(), 0);
    }
}
