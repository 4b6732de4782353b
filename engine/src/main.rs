//! The binary `phytohub`: reads the command line, runs one command, ends with its exit code.

#![forbid(unsafe_code)]

use std::io::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use phytohub::cli::Cli;
use phytohub::{failure, logging};
use tokio::runtime::Builder;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, everything else is a mistake.
            let code = if error.use_stderr() { failure::USAGE } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let runtime = match Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = writeln!(io::stderr(), "phytohub: cannot start threads: {error}");
            return ExitCode::from(failure::BUG);
        }
    };
    // A panic has told itself on stderr; nothing of the command is used after it.
    let run = || runtime.block_on(phytohub::run(&cli)).map_err(Box::new);
    let done = catch_unwind(AssertUnwindSafe(run));
    // A read that hangs on a broken disk must not keep the process from ending.
    runtime.shutdown_timeout(LAST_READS);
    let last = match &done {
        Ok(Err(error)) if !error.is_told() => Some(format!("phytohub: {}", failure::told(error))),
        _ => None,
    };
    // Said last, when nothing is left that could say more: the operator reads the end.
    logging::finish(last.as_deref());
    match done {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => error.exit_code(),
        Err(_) => ExitCode::from(failure::BUG),
    }
}

/// How long reads that nobody waits for any more may still take.
const LAST_READS: Duration = Duration::from_secs(1);
