//! Runs cases, each in a process of its own, which may die of it.

use std::fs;
use std::io::{self, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde::Serialize;

use super::{CASES, Case, Outcome, Stop, probe};

/// How long a case may take. The longest, of a plugin that uses much, take some seconds.
const CASE_SECONDS: u64 = 120;
/// Bytes of what a process that died had to say.
const LAST_WORDS_BYTES: usize = 600;

/// What became of one case.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CaseReport {
    /// Its name.
    pub case: &'static str,
    /// What must hold.
    pub rule: &'static str,
    /// What to do when it does not.
    pub advice: &'static str,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What became of all.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// The plugin, as it was named.
    pub plugin: String,
    /// Whether no case failed.
    pub passed: bool,
    /// The cases, in their order.
    pub cases: Vec<CaseReport>,
}

/// Runs all cases, or the one of this name, each by `program --case NAME --report FILE [--config
/// FILE] PLUGIN`, which is to call [`run_case`]. Each report is shown as it comes.
///
/// # Errors
///
/// If no process can be started.
pub fn run(
    program: &Path,
    plugin: &Path,
    config: Option<&Path>,
    only: Option<&str>,
    show: &mut dyn FnMut(&CaseReport),
) -> io::Result<Summary> {
    let mut reports = Vec::<CaseReport>::new();
    // Without these nothing else can be told.
    let (mut loads, mut starts) = (true, true);
    for case in CASES.iter().filter(|case| only.is_none_or(|only| only == case.name)) {
        let outcome = match (loads, starts) {
            (false, _) => Outcome::Blocked("it cannot be loaded: put that right first".to_owned()),
            (_, false) => Outcome::Blocked("it does not start: put that right first".to_owned()),
            _ => in_child(program, plugin, config, case)?,
        };
        if matches!(outcome, Outcome::Fail(_)) {
            loads &= case.name != "manifest";
            starts &= case.name != "starts";
        }
        let Case { name, rule, advice, .. } = *case;
        let report = CaseReport { case: name, rule, advice, outcome };
        show(&report);
        reports.push(report);
    }
    let passed = !reports.iter().any(|report| matches!(report.outcome, Outcome::Fail(_)));
    Ok(Summary { plugin: plugin.display().to_string(), passed, cases: reports })
}

/// Runs a case in this process, which may die of it, and writes what became of it to a file.
/// Whether there is such a case.
///
/// # Errors
///
/// If the file cannot be written, or the configuration not be read.
pub fn run_case(
    name: &str,
    plugin: &Path,
    config: Option<&Path>,
    report: &Path,
) -> io::Result<bool> {
    let Some(case) = CASES.iter().find(|case| case.name == name) else { return Ok(false) };
    if let Some(config) = config {
        probe::set_config(configuration(config)?);
    }
    let outcome = match (case.check)(plugin) {
        Ok(()) => Outcome::Pass,
        Err(Stop::Fail(reason)) => Outcome::Fail(reason),
        Err(Stop::Skip(reason)) => Outcome::Skip(reason),
    };
    let text = match &outcome {
        Outcome::Pass => "pass\n".to_owned(),
        Outcome::Fail(reason) => format!("fail\n{reason}"),
        Outcome::Skip(reason) | Outcome::Blocked(reason) => format!("skip\n{reason}"),
    };
    fs::write(report, text)?;
    Ok(true)
}

/// A configuration as the hub gives it; a file in TOML as a section of its configuration.
fn configuration(file: &Path) -> io::Result<Vec<u8>> {
    let bytes = fs::read(file)?;
    if file.extension().is_none_or(|extension| extension != "toml") {
        return Ok(bytes);
    }
    let wrong = |reason: String| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{}: {reason}", file.display()))
    };
    let text = String::from_utf8(bytes).map_err(|error| wrong(error.to_string()))?;
    let table: toml::Table =
        text.parse().map_err(|error: toml::de::Error| wrong(error.to_string()))?;
    Ok(serde_json::to_vec(&table)?)
}

fn in_child(
    program: &Path,
    plugin: &Path,
    config: Option<&Path>,
    case: &Case,
) -> io::Result<Outcome> {
    let directory = tempfile::tempdir()?;
    let report = directory.path().join("report");
    let mut command = Command::new(program);
    command.arg("--case").arg(case.name).arg("--report").arg(&report);
    if let Some(config) = config {
        command.arg("--config").arg(config);
    }
    command.arg(plugin).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    // What a plugin leaves in the temporary directory goes with it, also where it died.
    command.env("TMPDIR", directory.path());
    let mut child = command.spawn()?;
    let Some((status, last_words)) = wait(&mut child)? else {
        let reason = format!("it did not end within {CASE_SECONDS} seconds and was killed");
        return Ok(Outcome::Fail(reason));
    };
    let text = fs::read_to_string(&report).unwrap_or_default();
    // Also where it wrote its report: a plugin may die at the very end.
    if let Some(signal) = status.signal() {
        let name = signal_name(signal);
        return Ok(Outcome::Fail(format!("the process died of {name}{last_words}")));
    }
    Ok(match text.split_once('\n') {
        Some(("pass", _)) => Outcome::Pass,
        Some(("skip", reason)) => Outcome::Skip(reason.to_owned()),
        Some(("fail", reason)) => Outcome::Fail(reason.to_owned()),
        _ => Outcome::Fail(format!("the plugin ended the process ({status}){last_words}")),
    })
}

/// How the process ended and what it said last; nothing if it had to be killed.
fn wait(child: &mut Child) -> io::Result<Option<(ExitStatus, String)>> {
    let stderr = child.stderr.take();
    let (sender, ended) = mpsc::sync_channel(1);
    let reader = thread::Builder::new().name("last-words".to_owned()).spawn(move || {
        let mut said = Vec::new();
        if let Some(mut stderr) = stderr {
            // Its end is the process's end, since nothing else has this pipe.
            let _read = stderr.read_to_end(&mut said);
        }
        // Nobody waits any more if it was killed.
        let _waits = sender.send(said);
    })?;
    let said = ended.recv_timeout(Duration::from_secs(CASE_SECONDS));
    if said.is_err() {
        child.kill()?;
    }
    let status = child.wait()?;
    let _joined = reader.join();
    Ok(said.ok().map(|said| (status, last_words(&said))))
}

fn last_words(said: &[u8]) -> String {
    let begin = said.len().saturating_sub(LAST_WORDS_BYTES);
    let text = String::from_utf8_lossy(said.get(begin..).unwrap_or_default());
    let text = text.trim();
    if text.is_empty() { String::new() } else { format!("; it said: {text}") }
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        libc::SIGABRT => "SIGABRT: it aborted, or a panic could not be caught",
        libc::SIGBUS => "SIGBUS: it looked at memory that is not there",
        libc::SIGFPE => "SIGFPE: it divided by zero",
        libc::SIGILL => "SIGILL: it ran what is no code",
        libc::SIGKILL => "SIGKILL: the system stopped it, for its memory perhaps",
        libc::SIGSEGV => {
            "SIGSEGV: it read or wrote where nothing is, beyond the end of what it was given, or \
             after the call; or its stack overflowed"
        }
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_in_toml_are_given_as_the_hub_gives_them() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("dev.toml");
        fs::write(&file, "most = 3\n[deep]\nkey = \"value\"\n").expect("a file");
        let given: serde_json::Value =
            serde_json::from_slice(&configuration(&file).expect("TOML")).expect("JSON");
        assert_eq!(given, serde_json::json!({ "most": 3, "deep": { "key": "value" } }));
        fs::write(&file, "most = = 3").expect("a file");
        let error = configuration(&file).expect_err("no TOML").to_string();
        assert!(error.contains("dev.toml"), "{error}");
    }
}
