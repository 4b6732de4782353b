//! `phytohub-crash`: kills a loaded hub again and again, and tells what was lost.
#![forbid(unsafe_code)]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use phytohub_load_tests::crash::{self, Options, Sabotage, Summary};
use phytohub_load_tests::ledger::Retention;
use phytohub_load_tests::{Failure, hub};

/// Kills a loaded hub again and again, restarts it, and compares it with what it had answered.
///
/// Exit code 0: nothing lost, nothing undone, nothing twice (with --expect-loss: a loss was seen).
/// 1: the opposite. 64: wrong use. 70: the harness itself failed.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Arguments {
    /// The hub's program [default: PHYTOHUB_BIN, or phytohub beside this program]
    #[arg(long)]
    hub: Option<PathBuf>,
    /// What runs as `phytohub serve`, if another program
    #[arg(long)]
    server: Option<PathBuf>,
    /// How many times to kill
    #[arg(long, default_value_t = 20)]
    rounds: u32,
    /// Of every decision of the harness [default: of the clock; it is printed]
    #[arg(long)]
    seed: Option<u64>,
    /// Kills are power cuts: what was not synced is lost
    #[arg(long)]
    power_cut: bool,
    /// Disks fail and fill at moments of chance; kills are power cuts too
    #[arg(long)]
    disk_faults: bool,
    /// The longest load before a kill
    #[arg(long, default_value_t = 800)]
    load_ms: u64,
    /// Added to every sync, so that an answer sent before the commit is far ahead of it
    #[arg(long, default_value_t = 0)]
    sync_delay_us: u64,
    /// Every sync answers success and makes nothing durable
    #[arg(long)]
    syncs_lie: bool,
    /// The hub runs with `[store] sync = false`
    #[arg(long, conflicts_with = "syncs_lie")]
    store_sync_off: bool,
    /// After how many seconds the hub is to drop contents, and then envelopes
    #[arg(long, value_name = "CONTENT,HEADERS", value_delimiter = ',')]
    drops_after_seconds: Option<Vec<u64>>,
    /// Succeed if and only if a loss is seen
    #[arg(long)]
    expect_loss: bool,
    /// Rounds after which a hub is drained, checked wholly and replaced
    #[arg(long, default_value_t = 50)]
    rounds_per_hub: u32,
    /// Append the figures to a file, behind what was asked for
    #[arg(long)]
    figures: Option<PathBuf>,
    /// Write the summary as JSON
    #[arg(long)]
    json: Option<PathBuf>,
    /// Where hubs are made; kept when something is found [default: a temporary directory]
    #[arg(long)]
    dir: Option<PathBuf>,
}

const EXAMPLES: &str = "Examples:
  phytohub-crash --rounds 1000
  phytohub-crash --rounds 1000 --power-cut
  phytohub-crash --rounds 1000 --disk-faults
  phytohub-crash --rounds 100 --drops-after-seconds 2,4
  phytohub-crash --power-cut --syncs-lie --expect-loss
  phytohub-crash --power-cut --expect-loss --sync-delay-us 20000 --server \
      target/debug/examples/answers_early";

impl Arguments {
    /// How hubs die in this run.
    fn deaths(&self) -> &'static str {
        match (self.disk_faults, self.power_cut, &self.drops_after_seconds) {
            (true, ..) => "failing disks",
            (_, true, _) => "power cuts",
            (_, _, Some(_)) => "kills while contents are dropped",
            _ => "kills",
        }
    }
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Nothing is left to tell it to if the terminal is gone.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 64 } else { 0 });
        }
    };
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            tell(&format!("phytohub-crash: {error}"));
            ExitCode::from(70)
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool, Failure> {
    let program = match &arguments.hub {
        Some(program) => program.clone(),
        None => hub::find_program()?,
    };
    let seed = arguments.seed.unwrap_or_else(rand::random);
    let work = match &arguments.dir {
        Some(dir) => dir.join("crash"),
        None => tempfile::Builder::new().prefix("phytohub-crash-").tempdir()?.keep().join("crash"),
    };
    let sabotage = match (arguments.syncs_lie, arguments.store_sync_off) {
        (true, _) => Sabotage::SyncsLie,
        (_, true) => Sabotage::StoreDoesNotSync,
        _ => Sabotage::None,
    };
    let retention = match arguments.drops_after_seconds.as_deref() {
        None => None,
        Some([content, headers]) => Some(Retention {
            content: Duration::from_secs(*content),
            headers: Duration::from_secs(*headers),
        }),
        Some(_) => return Err("--drops-after-seconds takes two numbers, such as 2,4".into()),
    };
    let options = Options {
        program,
        server: arguments.server.clone(),
        work: work.clone(),
        rounds: arguments.rounds,
        rounds_per_hub: arguments.rounds_per_hub.max(1),
        seed,
        power_cut: arguments.power_cut,
        disk_faults: arguments.disk_faults,
        load_max: Duration::from_millis(arguments.load_ms.max(1)),
        sync_delay: Duration::from_micros(arguments.sync_delay_us),
        retention,
        sabotage,
    };
    tell(&format!("seed {seed}, hubs in {}", work.display()));
    let summary = crash::run(&options, |round| {
        tell(&format!(
            "round {:>4}: accepted {:>5}  acknowledged {:>5}  in doubt {:>2}  brought {:>4}  unsynced {:>8}  \
             restart {:>5} ms  findings {}",
            round.round,
            round.accepted,
            round.acknowledged,
            round.in_doubt,
            round.brought,
            round.unsynced_bytes,
            round.restart_ms,
            round.findings,
        ));
    })?;
    report(arguments, &summary)
}

fn report(arguments: &Arguments, summary: &Summary) -> Result<bool, Failure> {
    for finding in &summary.findings {
        tell(&format!("found: {finding}"));
    }
    tell(&summary.line());
    if let Some(path) = &arguments.json {
        std::fs::write(path, serde_json::to_string_pretty(summary)?)?;
    }
    if let Some(path) = &arguments.figures {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
        writeln!(file, "{}: {}", arguments.deaths(), summary.line())?;
    }
    if arguments.expect_loss {
        let seen = summary.shows_loss();
        tell(if seen { "a loss was seen, as expected" } else { "NO loss was seen" });
        return Ok(seen);
    }
    Ok(summary.findings.is_empty())
}

#[expect(clippy::print_stdout, reason = "a program for the terminal")]
fn tell(line: &str) {
    println!("{line}");
}
