//! `phytohub-load`: how fast a hub is, how it compares, and that it loses nothing meanwhile.
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use phytohub_load_tests::compare::{self, Group, serve_ceiling, serve_quic_ceiling};
use phytohub_load_tests::speed::live;
use phytohub_load_tests::speed::report::Report;
use phytohub_load_tests::speed::run::{self, HubChoice};
use phytohub_load_tests::speed::scenario::Scenario;
use phytohub_load_tests::speed::{diff, html, target};
use phytohub_load_tests::{Failure, crowd, hub, line};

#[path = "phytohub-load/turns.rs"]
mod turns;

/// Loads a hub as a scenario says, measures it, and holds it to account.
///
/// Exit code 0: everything is accounted for. 1: the hub broke a promise, or the accounting did not
/// come to its end. 64: wrong use. 70: the harness itself failed.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  phytohub-load run load-tests/scenarios/mixed.toml --html mixed.html
  phytohub-load run load-tests/scenarios/closed.toml --json before.json
  phytohub-load diff before.json after.json --html diff.html
  phytohub-load compare --only hub,ceiling --seconds 10
  phytohub-load compare --only hub,quic,quic-ceiling,nats
  phytohub-load line --kib 4,16
  phytohub-load compare --no-tls --sync-delays-ms 0,1,4 --html compared.html";

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs a scenario
    Run(Run),
    /// Shows two runs side by side
    Diff(Diff),
    /// Measures the hub and its store beside their ceilings and peers, in turn
    Compare(Compare),
    /// Measures a line between two hubs over QUIC beside one hub, in turn
    Line(Line),
    /// Measures a hub's memory with many connections over QUIC: idle ones, then ones that take nothing
    Crowd(Crowd),
    /// Serves the ceiling of the protocol (used by compare)
    #[command(hide = true)]
    ServeCeiling {
        #[arg(long)]
        pki: PathBuf,
        #[arg(long)]
        content_bytes: usize,
    },
    /// Serves the ceiling of the protocol over QUIC (used by compare)
    #[command(hide = true)]
    ServeQuicCeiling {
        #[arg(long)]
        pki: PathBuf,
        #[arg(long)]
        content_bytes: usize,
    },
    /// Drives the store, or its ceiling, without a network (used by compare)
    #[command(hide = true)]
    ServeLoop(turns::Loop),
}

#[derive(Debug, Args)]
struct Run {
    /// The scenario, a TOML file
    scenario: PathBuf,
    /// Write the report as a page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// A hub that runs already, such as https://127.0.0.1:8443/hub/DeliveryService
    #[arg(long, value_name = "URL", requires = "pki")]
    hub: Option<String>,
    /// With --hub: directory with ca.pem, and CODE.pem and CODE.key of each country
    #[arg(long, value_name = "DIR")]
    pki: Option<PathBuf>,
    /// With --hub: its process on this machine, to tell what it costs
    #[arg(long, value_name = "PID")]
    process: Option<u32>,
    /// With --hub: load it although it is on another machine
    #[arg(long)]
    i_operate_this_hub: bool,
    /// The hub's program [default: PHYTOHUB_BIN, or phytohub beside this program]
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// What runs as `phytohub serve`, if another program
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// Milliseconds added to each sync of a hub that the harness starts
    #[arg(long, value_name = "MS", default_value_t = 0.0)]
    sync_delay_ms: f64,
    /// In place of the scenario's, in its own time
    #[arg(long)]
    seconds: Option<f64>,
    /// In place of the scenario's
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(Debug, Args)]
struct Diff {
    /// Report of the first run, as JSON
    a: PathBuf,
    /// Report of the second run
    b: PathBuf,
    /// Write both as a page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Compare {
    /// Contenders: hub, ceiling, quic, quic-ceiling, nats, rabbitmq, postgres, postgres-batch over
    /// TLS; store, rocksdb, postgres-plain, postgres-plain-batch without [default: all]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Those without TLS alone
    #[arg(long, conflicts_with = "only")]
    no_tls: bool,
    /// How long each measurement lasts
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Measurements of each, in turn
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Messages in flight
    #[arg(long, default_value_t = 64)]
    in_flight: usize,
    /// Sizes of payloads
    #[arg(long, value_delimiter = ',', default_value = "4,16")]
    kib: Vec<usize>,
    /// Milliseconds added to each fsync and fdatasync; needs strace
    #[arg(long, value_name = "MS", value_delimiter = ',', default_value = "0")]
    sync_delays_ms: Vec<u64>,
    /// Write the report as a page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write all of it as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The hub's program [default: PHYTOHUB_BIN, or phytohub beside this program]
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Line {
    /// How long each measurement lasts
    #[arg(long, default_value_t = 6.0)]
    seconds: f64,
    /// Measurements of each, in turn
    #[arg(long, default_value_t = 2)]
    rounds: usize,
    /// Messages between their delivery and the answer to their acknowledgement
    #[arg(long, default_value_t = 64)]
    in_flight: usize,
    /// Sizes of contents
    #[arg(long, value_delimiter = ',', default_value = "4,16")]
    kib: Vec<usize>,
    /// The hub's program [default: PHYTOHUB_BIN, or phytohub beside this program]
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Crowd {
    /// Connections at once
    #[arg(long, default_value_t = 1000)]
    connections: usize,
    /// Envelopes that wait for each
    #[arg(long, default_value_t = 12)]
    envelopes: usize,
    /// Size of each envelope's content
    #[arg(long, default_value_t = 60)]
    kib: usize,
    /// How long they take nothing: the hub has patience for 30
    #[arg(long, default_value_t = 20.0)]
    seconds: f64,
    /// The hub's program [default: PHYTOHUB_BIN, or phytohub beside this program]
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
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
    let done = match arguments.command {
        Command::Run(arguments) => return run_scenario(arguments),
        Command::Diff(arguments) => compare_runs(&arguments),
        Command::Compare(arguments) => compare_contenders(arguments),
        Command::Crowd(arguments) => measure_crowd(&arguments),
        Command::Line(arguments) => return measure_line(arguments),
        Command::ServeCeiling { pki, content_bytes } => serve_ceiling(&pki, content_bytes, tell),
        Command::ServeQuicCeiling { pki, content_bytes } => {
            serve_quic_ceiling(&pki, content_bytes, tell)
        }
        Command::ServeLoop(arguments) => turns::serve(&arguments, tell),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &Failure) -> ExitCode {
    complain(&format!("phytohub-load: {error}"));
    ExitCode::from(70)
}

fn run_scenario(arguments: Run) -> ExitCode {
    let mut scenario = match Scenario::read(&arguments.scenario) {
        Ok(scenario) => scenario,
        Err(error) => {
            complain(&format!("phytohub-load: {error}"));
            return ExitCode::from(64);
        }
    };
    scenario.seconds = arguments.seconds.unwrap_or(scenario.seconds);
    scenario.seed = arguments.seed.unwrap_or(scenario.seed);
    match report(&arguments, scenario) {
        Ok(report) if report.is_good() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(error) => failed(&error),
    }
}

fn report(arguments: &Run, scenario: Scenario) -> Result<Report, Failure> {
    let hub = match (&arguments.hub, &arguments.pki) {
        (Some(url), Some(pki)) => HubChoice::Theirs {
            target: target::at(url, arguments.i_operate_this_hub)?,
            pki: pki.clone(),
            process: arguments.process,
        },
        _ => HubChoice::Own {
            program: program(arguments.program.as_deref())?,
            server: arguments.server.clone(),
        },
    };
    let name = arguments.scenario.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let sync_delay = Duration::try_from_secs_f64(arguments.sync_delay_ms / 1000.0)?;
    let options = run::Options { name, scenario, hub, sync_delay };
    let report = run::run(&options, live::bar(&options.scenario))?;
    tell(&live::summary(&report));
    if let Some(path) = &arguments.json {
        std::fs::write(path, serde_json::to_string_pretty(&report)?)?;
    }
    if let Some(path) = &arguments.html {
        std::fs::write(path, html::page(&report))?;
    }
    Ok(report)
}

fn compare_runs(arguments: &Diff) -> Result<(), Failure> {
    let read = |path: &Path| -> Result<Report, Failure> {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()).into())
    };
    let (a, b) = (read(&arguments.a)?, read(&arguments.b)?);
    tell(&diff::table(&a, &b));
    if let Some(path) = &arguments.html {
        std::fs::write(path, diff::page(&a, &b))?;
    }
    Ok(())
}

fn compare_contenders(arguments: Compare) -> Result<(), Failure> {
    let only = if arguments.no_tls {
        Group::Plain.names().iter().map(|name| (*name).to_owned()).collect()
    } else {
        arguments.only
    };
    let options = compare::Options {
        hub: program(arguments.program.as_deref())?,
        own: std::env::current_exe()?,
        only,
        time: Duration::try_from_secs_f64(arguments.seconds)?,
        rounds: arguments.rounds.max(1),
        in_flight: arguments.in_flight.max(1),
        kib: arguments.kib,
        sync_delays_ms: arguments.sync_delays_ms,
    };
    let comparison = compare::run(&options, complain)?;
    tell(&compare::table(&comparison));
    if let Some(path) = &arguments.json {
        std::fs::write(path, serde_json::to_string_pretty(&comparison)?)?;
    }
    if let Some(path) = &arguments.html {
        std::fs::write(path, compare::page(&comparison))?;
    }
    Ok(())
}

fn measure_line(arguments: Line) -> ExitCode {
    let measured = || -> Result<bool, Failure> {
        let plan = line::Plan {
            hub: program(arguments.program.as_deref())?,
            time: Duration::try_from_secs_f64(arguments.seconds)?,
            rounds: arguments.rounds.max(1),
            in_flight: arguments.in_flight.max(1),
            kib: arguments.kib,
        };
        line::run(&plan, tell)
    };
    match measured() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => failed(&error),
    }
}

fn measure_crowd(arguments: &Crowd) -> Result<(), Failure> {
    let plan = crowd::Crowd {
        connections: arguments.connections,
        envelopes: arguments.envelopes,
        content_bytes: arguments.kib << 10,
        time: Duration::try_from_secs_f64(arguments.seconds)?,
    };
    tell(&crowd::run(&program(arguments.program.as_deref())?, plan)?.told(plan));
    Ok(())
}

fn program(given: Option<&Path>) -> Result<PathBuf, Failure> {
    given.map_or_else(hub::find_program, |path| Ok(path.to_path_buf()))
}

#[expect(clippy::print_stdout, reason = "a program for the terminal")]
fn tell(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "a program for the terminal")]
fn complain(text: &str) {
    eprintln!("{text}");
}
