//! Contenders that drive themselves: they work as long as a line on their input says, and answer
//! with what they did.

use std::io::BufRead;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use phytohub_load_tests::Failure;
use phytohub_load_tests::compare::{Turned, payload};

mod bare;
mod store;

/// What is driven, and how.
#[derive(Debug, Args)]
pub(crate) struct Loop {
    what: What,
    /// Directory of its data; made if missing.
    dir: PathBuf,
    #[arg(long)]
    content_bytes: usize,
    #[arg(long)]
    in_flight: usize,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// The hub's store.
    Store,
    /// A loop that writes the same rows.
    Rocksdb,
}

/// Works for the given time.
trait Driven {
    fn turn(&mut self, time: Duration) -> Result<Turned, Failure>;
}

/// Serves turns until the input ends.
pub(crate) fn serve(arguments: &Loop, told: impl Fn(&str)) -> Result<(), Failure> {
    std::fs::create_dir_all(&arguments.dir)?;
    let body = payload(arguments.content_bytes).into_bytes();
    let (dir, in_flight) = (&arguments.dir, arguments.in_flight.max(1));
    let mut driven: Box<dyn Driven> = match arguments.what {
        What::Store => Box::new(store::StoreCycle::open(dir, body, in_flight)?),
        What::Rocksdb => Box::new(bare::Bare::open(dir, body, in_flight)?),
    };
    told("ready");
    for line in std::io::stdin().lock().lines() {
        let time = Duration::from_millis(line?.trim().parse()?);
        let turned = driven.turn(time).unwrap_or_else(|error| {
            let error = Some(error.to_string());
            Turned { error, ..Turned::default() }
        });
        told(&serde_json::to_string(&turned)?);
    }
    Ok(())
}

/// Times of messages in microseconds, up to two minutes.
fn histogram() -> Result<hdrhistogram::Histogram<u64>, Failure> {
    Ok(hdrhistogram::Histogram::new_with_bounds(1, 120_000_000, 3)?)
}

/// What was done, with the middle and the longest times.
fn turned(times: &hdrhistogram::Histogram<u64>, elapsed: Duration) -> Turned {
    Turned {
        messages: times.len(),
        seconds: elapsed.as_secs_f64(),
        p50_us: times.value_at_quantile(0.5),
        p99_us: times.value_at_quantile(0.99),
        error: None,
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
