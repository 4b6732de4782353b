//! The open loops' clock: a thread that says what is to be sent, at the time at which it is to be
//! sent, whatever the hub does. It waits in the kernel, for a runtime's timer is a millisecond coarse.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::mpsc::Sender;

use crate::clock::Stopwatch;
use crate::speed::book::Id;
use crate::speed::countries::{Kind, Lot, Matrix, SizeLot, kind_of};
use crate::speed::field::Parcel;
use crate::speed::scenario::{ArrivalKind, Arrivals, Mix, Scenario, Step};

/// What is to be done, and since the start of the watch when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job {
    pub(crate) at: Duration,
    pub(crate) work: Work,
}

/// What is to be done.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    /// One step; country and parcel are drawn for whatever needs them.
    Step { step: Step, country: usize, parcel: Parcel, seed: u64 },
    /// A country looks for mail.
    Poll(usize),
    /// A sender asks for the nth time what became of an envelope.
    Track { id: Id, times: u32 },
}

/// Tracking that is to be done at some time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Later {
    pub(crate) at: Duration,
    pub(crate) id: Id,
    pub(crate) times: u32,
}

/// Draws what each step is about.
#[derive(Clone, Debug)]
pub(crate) struct Draw {
    matrix: Matrix,
    sizes: SizeLot,
}

impl Draw {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let sizes = SizeLot::new(&scenario.sizes);
        Self { matrix: Matrix::new(&scenario.countries), sizes }
    }

    pub(crate) fn parcel(&self, rng: &mut StdRng) -> Parcel {
        let (from, to) = self.matrix.pair(rng);
        Parcel { from, to, size: self.sizes.draw(rng) }
    }

    pub(crate) fn step(&self, mix: &Weighed, rng: &mut StdRng) -> Work {
        let step = mix.draw(rng);
        let country = self.matrix.country(rng);
        Work::Step { step, country, parcel: self.parcel(rng), seed: rng.random() }
    }
}

/// Steps by weight.
#[derive(Clone, Debug)]
pub(crate) struct Weighed {
    steps: Vec<Step>,
    lot: Lot,
}

impl Weighed {
    pub(crate) fn new(mix: &Mix) -> Self {
        Self { steps: mix.keys().copied().collect(), lot: Lot::new(mix.values().copied()) }
    }

    fn draw(&self, rng: &mut StdRng) -> Step {
        self.steps.get(self.lot.draw(rng)).copied().unwrap_or(Step::Deliver)
    }
}

/// What comes next of one source.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Tick {
    Arrivals(usize),
    Poll(usize),
    Track { id: Id, times: u32 },
}

/// The schedule of a scenario's open loops.
#[derive(Debug)]
pub(crate) struct Pacer {
    sources: Vec<Source>,
    draw: Draw,
    rng: StdRng,
    poll_every: Duration,
    start: Duration,
    end: Duration,
    ticks: BinaryHeap<Reverse<(Duration, Tick)>>,
}

#[derive(Debug)]
struct Source {
    arrivals: Arrivals,
    mix: Weighed,
    /// Mean seconds (real ones) between two arrivals, or two bursts.
    gap: f64,
}

impl Pacer {
    /// The schedule of a load that begins and ends at these times of the watch.
    pub(crate) fn new(scenario: &Scenario, start: Duration, end: Duration) -> Self {
        let mut rng = StdRng::seed_from_u64(scenario.seed);
        let speed = scenario.time_compression;
        let sources: Vec<Source> =
            scenario.arrivals.iter().map(|a| Source::new(a, speed)).collect();
        let mut ticks = BinaryHeap::new();
        for (place, source) in sources.iter().enumerate() {
            ticks.push(Reverse((start + source.next(&mut rng), Tick::Arrivals(place))));
        }
        let polling = scenario.polling.as_ref();
        let every = polling.map_or(1.0, |polling| polling.every_seconds / speed);
        if let Some(polling) = polling {
            let Scenario { countries, partners, .. } = scenario;
            let alive =
                (0..countries.count).filter(|c| kind_of(*c, countries, partners) != Kind::Dead);
            for country in alive {
                let share = country as f64 / countries.count as f64;
                let phase = if polling.aligned { 0.5 } else { share };
                let first = start + Duration::from_secs_f64(every * phase);
                ticks.push(Reverse((first, Tick::Poll(country))));
            }
        }
        let draw = Draw::new(scenario);
        let poll_every = Duration::from_secs_f64(every);
        Self { sources, draw, rng, poll_every, start, end, ticks }
    }

    /// Sends the jobs, each at its time, until the end or until nobody takes them.
    pub(crate) fn run(
        mut self,
        watch: Stopwatch,
        later: &Receiver<Later>,
        jobs: &Sender<Job>,
        stop: &AtomicBool,
    ) {
        loop {
            let now = watch.elapsed();
            if now >= self.end || stop.load(Ordering::Acquire) {
                return;
            }
            for Later { at, id, times } in later.try_iter() {
                self.ticks.push(Reverse((at, Tick::Track { id, times })));
            }
            while let Some(at) = self.due(now) {
                if !self.emit(at, jobs) {
                    return;
                }
            }
            let next = self.ticks.peek().map_or(self.end, |Reverse((at, _))| *at);
            let wait = next.saturating_sub(watch.elapsed()).min(LOOK_EVERY);
            if !wait.is_zero() {
                thread::park_timeout(wait);
            }
        }
    }

    fn due(&self, now: Duration) -> Option<Duration> {
        self.ticks.peek().map(|Reverse((at, _))| *at).filter(|at| *at <= now && *at < self.end)
    }

    fn emit(&mut self, at: Duration, jobs: &Sender<Job>) -> bool {
        let Some(Reverse((_, tick))) = self.ticks.pop() else { return true };
        match tick {
            Tick::Track { id, times } => {
                jobs.blocking_send(Job { at, work: Work::Track { id, times } }).is_ok()
            }
            Tick::Poll(country) => {
                self.ticks.push(Reverse((at + self.poll_every, tick)));
                jobs.blocking_send(Job { at, work: Work::Poll(country) }).is_ok()
            }
            Tick::Arrivals(place) => {
                let Some(source) = self.sources.get(place) else { return true };
                let next = at.max(self.start) + source.next(&mut self.rng);
                self.ticks.push(Reverse((next, tick)));
                (0..source.arrivals.burst.unwrap_or(1)).all(|_| {
                    let work = self.draw.step(&source.mix, &mut self.rng);
                    jobs.blocking_send(Job { at, work }).is_ok()
                })
            }
        }
    }
}

impl Source {
    fn new(arrivals: &Arrivals, speed: f64) -> Self {
        let burst = f64::from(arrivals.burst.unwrap_or(1));
        let gap = burst / (arrivals.per_second * speed);
        Self { arrivals: arrivals.clone(), mix: Weighed::new(&arrivals.mix), gap }
    }

    /// Time until the next arrival.
    fn next(&self, rng: &mut StdRng) -> Duration {
        let gap = match self.arrivals.kind {
            ArrivalKind::Constant | ArrivalKind::Bursts => self.gap,
            // The distance of independent arrivals is distributed exponentially.
            ArrivalKind::Poisson => -self.gap * (1.0 - rng.random::<f64>()).ln(),
        };
        Duration::from_secs_f64(gap.clamp(1e-9, 1e9))
    }
}

/// What was ordered meanwhile is looked at so often.
const LOOK_EVERY: Duration = Duration::from_millis(2);

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(text: &str) -> Vec<Job> {
        let scenario = Scenario::parse(text).expect("a scenario");
        let end = Duration::from_secs_f64(scenario.seconds / scenario.time_compression);
        let mut pacer = Pacer::new(&scenario, Duration::ZERO, end);
        let (sender, mut jobs) = tokio::sync::mpsc::channel(1 << 16);
        while let Some(at) = pacer.due(Duration::MAX) {
            assert!(pacer.emit(at, &sender));
        }
        drop(sender);
        std::iter::from_fn(|| jobs.try_recv().ok()).collect()
    }

    fn gaps(jobs: &[Job]) -> Vec<f64> {
        jobs.windows(2).map(|pair| (pair[1].at - pair[0].at).as_secs_f64()).collect()
    }

    #[test]
    fn constant_arrivals_have_equal_distances_and_compression_makes_them_shorter() {
        let jobs = schedule(
            "about = 'x'\nseconds = 100\ntime_compression = 10\n\
             [[arrivals]]\nkind = 'constant'\nper_second = 20",
        );
        assert!((1990..=2000).contains(&jobs.len()), "{}", jobs.len());
        assert!(gaps(&jobs).iter().all(|gap| (gap - 0.005).abs() < 1e-6));
    }

    #[test]
    fn poisson_arrivals_have_the_rate_and_the_scatter_of_independent_ones() {
        let jobs = schedule(
            "about = 'x'\nseconds = 100\n[[arrivals]]\nkind = 'poisson'\nper_second = 100",
        );
        assert!((9_500..10_500).contains(&jobs.len()), "{}", jobs.len());
        let gaps = gaps(&jobs);
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let square = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>();
        let deviation = (square / gaps.len() as f64).sqrt();
        assert!((0.9..1.1).contains(&(deviation / mean)), "{}", deviation / mean);
    }

    #[test]
    fn bursts_come_at_one_moment() {
        let jobs = schedule(
            "about = 'x'\nseconds = 10\n\
             [[arrivals]]\nkind = 'bursts'\nper_second = 100\nburst = 50",
        );
        assert_eq!(jobs.len() % 50, 0);
        let first: Vec<Duration> = jobs.iter().take(50).map(|job| job.at).collect();
        assert!(first.iter().all(|at| *at == first[0]), "{first:?}");
        assert!((jobs[50].at - jobs[0].at).as_secs_f64() > 0.49);
    }

    #[test]
    fn an_aligned_poll_is_ninety_countries_at_one_moment_and_the_dead_never_look() {
        let jobs = schedule(
            "about = 'x'\nseconds = 900\ntime_compression = 60\n\
             [countries]\ncount = 90\n[partners]\ndead = 4\n[polling]\nevery_seconds = 300",
        );
        assert_eq!(jobs.len(), 3 * 86);
        assert!(jobs[..86].iter().all(|job| job.at == jobs[0].at));
        assert_eq!(jobs[86].at - jobs[0].at, Duration::from_secs(5));
    }
}
