//! One contender's turn: so many workers, each publishing, being delivered and acknowledging in turn.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use crate::Failure;
use crate::clock::Stopwatch;
use crate::compare::contender::{Contender, Session};
use crate::compare::looped::Looped;
use crate::compare::{Options, Round, disk};
use crate::content::{escape, fill};
use crate::speed::{Cost, histogram};

/// Measures one contender once.
pub(super) async fn measure(
    contender: &dyn Contender,
    options: &Options,
    bytes: usize,
    dir: &Path,
) -> Result<Round, Failure> {
    if let Some(looped) = contender.looped() {
        return measure_loop(contender, looped, options.time, dir);
    }
    let mut sessions = Vec::with_capacity(options.in_flight);
    for worker in 0..options.in_flight {
        sessions.push(contender.session(worker).await?);
    }
    let body = Arc::new(payload(bytes));
    let stop = Arc::new(AtomicBool::new(false));
    let meter = Meter::start(contender, dir);
    let watch = Stopwatch::start();
    let mut workers = JoinSet::new();
    for session in sessions {
        workers.spawn(work(session, Arc::clone(&body), Arc::clone(&stop)));
    }
    watch.reaches(options.time).await;
    stop.store(true, Ordering::Release);
    let mut round = Round::default();
    let mut latencies = histogram()?;
    // What a process wrote is told as long as it lives, and some live as long as a session.
    let mut sessions = Vec::with_capacity(options.in_flight);
    while let Some(worked) = workers.join_next().await {
        let worked = worked??;
        round.messages += worked.messages;
        latencies.add(worked.times)?;
        round.errors.extend(worked.error);
        sessions.push(worked.session);
    }
    round.errors.truncate(ERRORS_MOST);
    round.seconds = watch.elapsed().as_secs_f64();
    meter.read(&mut round);
    round.p50_us = latencies.value_at_quantile(0.5);
    round.p99_us = latencies.value_at_quantile(0.99);
    Ok(round)
}

/// The same of one that drives itself.
fn measure_loop(
    contender: &dyn Contender,
    looped: &Looped,
    time: Duration,
    dir: &Path,
) -> Result<Round, Failure> {
    let meter = Meter::start(contender, dir);
    // Nothing else of the harness has to go on now but what keeps connections alive.
    let turned = tokio::task::block_in_place(|| looped.turn(time))?;
    let mut round = Round {
        messages: turned.messages,
        seconds: turned.seconds,
        p50_us: turned.p50_us,
        p99_us: turned.p99_us,
        errors: turned.error.into_iter().collect(),
        ..Round::default()
    };
    meter.read(&mut round);
    round.generator_cpu_seconds = 0.0;
    Ok(round)
}

/// What processes cost from now on.
struct Meter<'a> {
    process: u32,
    dir: &'a Path,
    before: Cost,
    own_before: Cost,
    disk_before: Option<u64>,
}

impl<'a> Meter<'a> {
    fn start(contender: &dyn Contender, dir: &'a Path) -> Self {
        let process = contender.process();
        Self {
            process,
            dir,
            before: Cost::of_tree(process),
            own_before: Cost::of(std::process::id()),
            disk_before: disk::written_below(dir),
        }
    }

    fn read(self, round: &mut Round) {
        let cost = Cost::of_tree(self.process).since(self.before);
        let own = Cost::of(std::process::id()).since(self.own_before);
        round.cpu_seconds = cost.cpu.as_secs_f64();
        round.generator_cpu_seconds = own.cpu.as_secs_f64();
        round.written_bytes = cost.written_bytes;
        let disk = self.disk_before.zip(disk::written_below(self.dir));
        round.disk_bytes = disk.map(|(before, after)| after.saturating_sub(before));
    }
}

/// What one worker did.
struct Worked {
    messages: u64,
    times: Histogram<u64>,
    error: Option<String>,
    session: Box<dyn Session>,
}

async fn work(
    mut session: Box<dyn Session>,
    body: Arc<String>,
    stop: Arc<AtomicBool>,
) -> Result<Worked, Failure> {
    let (mut messages, mut times, mut error) = (0, histogram()?, None);
    while !stop.load(Ordering::Acquire) {
        let watch = Stopwatch::start();
        if let Err(failed) = cycle(&mut *session, &body).await {
            error = Some(failed.to_string());
            break;
        }
        messages += 1;
        times.saturating_record(u64::try_from(watch.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
    Ok(Worked { messages, times, error, session })
}

async fn cycle(session: &mut dyn Session, body: &str) -> Result<(), Failure> {
    session.publish(body).await?;
    let came = session.deliver().await?;
    if came < body.len() {
        return Err(format!("{} bytes were published, {came} came", body.len()).into());
    }
    session.acknowledge().await
}

/// A payload of just so many bytes, as it stands between the tags of an envelope.
#[must_use]
pub fn payload(bytes: usize) -> String {
    use rand::SeedableRng;
    let mut text = String::with_capacity(bytes);
    fill(&mut text, bytes / 2, &mut rand::rngs::StdRng::seed_from_u64(1));
    let mut text = escape(&text);
    while text.len() < bytes {
        text.push('.');
    }
    text
}

const ERRORS_MOST: usize = 10;
