//! Checks a plugin before it is handed over; `--help` says how.
#![forbid(unsafe_code)]

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use phytohub_plugin_testkit::check::{self, CASES, CaseReport, Outcome};
use phytohub_plugin_testkit::package::author_directory;

const HELP: &str = "\
Checks that a plugin keeps the rules of the contract, each rule in a process of its own.

Usage: phytohub-plugin-check [OPTIONS] DIRECTORY|LIBRARY

  DIRECTORY        a package: plugin.toml and plugin.so
  LIBRARY          what was just built; its plugin.toml is looked for in the directories above

Options:
  --config FILE    the plugin's configuration, as JSON, or as TOML where its name ends so;
                   dev.toml beside plugin.toml, or an empty object, unless given
  --only CASE      one case alone
  --json           the result as JSON
  --list           the cases, and what must hold in each
  --help           this text

Exit status: 0 if no case failed, 1 if one did, 64 if this was called wrongly.
";
/// `EX_USAGE` of sysexits.h.
const USAGE: u8 = 64;

/// What the command line says.
#[derive(Debug, Default)]
struct Arguments {
    plugin: Option<PathBuf>,
    config: Option<PathBuf>,
    only: Option<String>,
    json: bool,
    list: bool,
    help: bool,
    /// For a case's own process.
    case: Option<String>,
    report: Option<PathBuf>,
}

fn main() -> ExitCode {
    let mut out = io::stdout().lock();
    let outcome = parse(env::args_os().skip(1)).and_then(|arguments| act(&arguments, &mut out));
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(reason) => {
            // Nothing can be done about a terminal that is gone.
            let _ = writeln!(io::stderr(), "phytohub-plugin-check: {reason}; see --help");
            ExitCode::from(USAGE)
        }
    }
}

fn parse(mut given: impl Iterator<Item = OsString>) -> Result<Arguments, String> {
    let mut arguments = Arguments::default();
    while let Some(argument) = given.next() {
        let mut value =
            || given.next().ok_or_else(|| format!("{} wants a value", argument.display()));
        match argument.to_str() {
            Some("--config") => arguments.config = Some(value()?.into()),
            Some("--only") => arguments.only = Some(value()?.to_string_lossy().into_owned()),
            Some("--case") => arguments.case = Some(value()?.to_string_lossy().into_owned()),
            Some("--report") => arguments.report = Some(value()?.into()),
            Some("--json") => arguments.json = true,
            Some("--list") => arguments.list = true,
            Some("--help" | "-h") => arguments.help = true,
            Some(option) if option.starts_with('-') => {
                return Err(format!("there is no option {option}"));
            }
            _ if arguments.plugin.is_some() => return Err("one plugin at a time".to_owned()),
            _ => arguments.plugin = Some(argument.into()),
        }
    }
    Ok(arguments)
}

fn act(arguments: &Arguments, out: &mut impl Write) -> Result<u8, String> {
    let io = |error: io::Error| error.to_string();
    if arguments.help {
        return shown(write!(out, "{HELP}")).map(|()| 0).map_err(io);
    }
    if arguments.list {
        let mut cases = CASES.iter();
        let listed = cases.try_for_each(|case| writeln!(out, "{:<24}{}", case.name, case.rule));
        return shown(listed).map(|()| 0).map_err(io);
    }
    let plugin = arguments.plugin.as_deref().ok_or("no plugin is named")?;
    if !plugin.exists() {
        return Err(format!("there is no {}", plugin.display()));
    }
    if let Some(config) = &arguments.config
        && !config.is_file()
    {
        return Err(format!("there is no {}", config.display()));
    }
    if let (Some(case), Some(report)) = (&arguments.case, &arguments.report) {
        let known = check::run_case(case, plugin, arguments.config.as_deref(), report);
        return known.map_err(io)?.then_some(0).ok_or_else(|| format!("there is no case {case}"));
    }
    if let Some(only) = &arguments.only
        && !CASES.iter().any(|case| case.name == only)
    {
        return Err(format!("there is no case {only}: --list names them"));
    }
    run(arguments, plugin, out).map_err(io)
}

/// That nobody reads on is no error: what is to be known is in the exit status too.
fn shown(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

fn run(arguments: &Arguments, plugin: &Path, out: &mut impl Write) -> io::Result<u8> {
    let program = env::current_exe()?;
    let usual = author_directory(plugin).map(|directory| directory.join("dev.toml"));
    let usual = usual.filter(|usual| usual.is_file());
    let (config, only) = (arguments.config.as_deref(), arguments.only.as_deref());
    let config = config.or(usual.as_deref());
    let summary = check::run(&program, plugin, config, only, &mut |report| {
        if !arguments.json {
            // Shown as it comes; what cannot be shown is in the exit status all the same.
            let _ = show(report, out);
        }
    })?;
    if arguments.json {
        let text = serde_json::to_string_pretty(&summary)?;
        shown(writeln!(out, "{text}"))?;
    } else {
        let count =
            |is: fn(&Outcome) -> bool| summary.cases.iter().filter(|c| is(&c.outcome)).count();
        let failed = count(|outcome| matches!(outcome, Outcome::Fail(_)));
        let skipped = count(|outcome| matches!(outcome, Outcome::Skip(_)));
        let blocked = count(|outcome| matches!(outcome, Outcome::Blocked(_)));
        let passed = summary.cases.len() - failed - skipped - blocked;
        let not_run = if blocked > 0 { format!(", {blocked} not run") } else { String::new() };
        let line = format!("{passed} passed, {failed} failed, {skipped} do not apply{not_run}");
        shown(writeln!(out, "\n{line}"))?;
    }
    Ok(u8::from(!summary.passed))
}

fn show(report: &CaseReport, out: &mut impl Write) -> io::Result<()> {
    match &report.outcome {
        Outcome::Pass => writeln!(out, "pass  {:<24}{}", report.case, report.rule),
        Outcome::Skip(reason) | Outcome::Blocked(reason) => {
            writeln!(out, "skip  {:<24}{reason}", report.case)
        }
        Outcome::Fail(reason) => {
            writeln!(out, "FAIL  {:<24}{}", report.case, report.rule)?;
            writeln!(out, "      {reason}")?;
            writeln!(out, "      what to do: {}", report.advice)
        }
    }
}
