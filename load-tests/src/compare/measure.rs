//! One contender's turn: so many workers, each publishing, being delivered and acknowledging in turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use crate::Failure;
use crate::clock::Stopwatch;
use crate::compare::contender::{Contender, Session};
use crate::compare::{Options, Round};
use crate::content::{escape, fill};
use crate::speed::{Cost, histogram};

/// Measures one contender once.
pub(super) async fn measure(
    contender: &dyn Contender,
    options: &Options,
    bytes: usize,
) -> Result<Round, Failure> {
    let mut sessions = Vec::with_capacity(options.in_flight);
    for worker in 0..options.in_flight {
        sessions.push(contender.session(worker).await?);
    }
    let body = Arc::new(payload(bytes));
    let stop = Arc::new(AtomicBool::new(false));
    let before = Cost::of_tree(contender.process());
    let own_before = Cost::of(std::process::id());
    let watch = Stopwatch::start();
    let mut workers = JoinSet::new();
    for session in sessions {
        workers.spawn(work(session, Arc::clone(&body), Arc::clone(&stop)));
    }
    watch.reaches(options.time).await;
    stop.store(true, Ordering::Release);
    let mut round = Round::default();
    let mut latencies = histogram()?;
    while let Some(worked) = workers.join_next().await {
        let (messages, times, error) = worked??;
        round.messages += messages;
        latencies.add(times)?;
        round.errors.extend(error);
    }
    round.errors.truncate(ERRORS_MOST);
    let cost = Cost::of_tree(contender.process()).since(before);
    let own = Cost::of(std::process::id()).since(own_before);
    round.seconds = watch.elapsed().as_secs_f64();
    round.cpu_seconds = cost.cpu.as_secs_f64();
    round.generator_cpu_seconds = own.cpu.as_secs_f64();
    round.written_bytes = cost.written_bytes;
    round.p50_us = latencies.value_at_quantile(0.5);
    round.p99_us = latencies.value_at_quantile(0.99);
    Ok(round)
}

type Worked = Result<(u64, Histogram<u64>, Option<String>), Failure>;

async fn work(mut session: Box<dyn Session>, body: Arc<String>, stop: Arc<AtomicBool>) -> Worked {
    let (mut messages, mut times) = (0, histogram()?);
    while !stop.load(Ordering::Acquire) {
        let watch = Stopwatch::start();
        if let Err(error) = cycle(&mut *session, &body).await {
            return Ok((messages, times, Some(error.to_string())));
        }
        messages += 1;
        times.saturating_record(u64::try_from(watch.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
    Ok((messages, times, None))
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
fn payload(bytes: usize) -> String {
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
