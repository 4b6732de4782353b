//! The binary `phytohub`: reads the command line, runs one command, ends with its exit code.

#![forbid(unsafe_code)]

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use phytohub::cli::Cli;
use phytohub::failure;

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
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(phytohub::run(&cli)),
        Err(error) => {
            let _ = writeln!(io::stderr(), "phytohub: cannot start threads: {error}");
            return ExitCode::from(failure::BUG);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "phytohub: {}", failure::told(&error));
            error.exit_code()
        }
    }
}
