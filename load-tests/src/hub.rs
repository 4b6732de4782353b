//! A hub's directory and its process, handled from outside as an operator does it.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustls::ClientConfig;

use crate::Failure;
use crate::clock::Stopwatch;
use crate::https;
use crate::shim::Shim;

/// A directory made by `phytohub init`, and the program that serves it.
#[derive(Debug)]
pub struct Site {
    program: PathBuf,
    /// What runs as `phytohub serve`.
    server: PathBuf,
    dir: PathBuf,
}

impl Site {
    /// Makes a hub's directory with connections for trials.
    ///
    /// # Errors
    /// When the program does not run, or refuses.
    pub fn init(program: &Path, dir: &Path, codes: &[&str]) -> Result<Self, Failure> {
        let output = Command::new(program)
            .arg("init")
            .arg(dir)
            .args(["--connections", &codes.join(",")])
            .output()
            .map_err(|error| format!("{} does not run: {error}", program.display()))?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("phytohub init: {}: {words}", output.status).into());
        }
        let site = Self { program: program.into(), server: program.into(), dir: dir.into() };
        // Any free port for the operator's door: several hubs may run at once.
        site.configure("admin", "listen", "127.0.0.1:0")?;
        Ok(site)
    }

    /// Makes the directory of another hub, of the same programs.
    ///
    /// # Errors
    /// When the program does not run, or refuses.
    pub fn another(&self, dir: &Path, codes: &[&str]) -> Result<Self, Failure> {
        Ok(Self::init(&self.program, dir, codes)?.served_by(&self.server))
    }

    /// Has the hub listen on QUIC too, on any free port.
    ///
    /// # Errors
    /// When `hub.toml` cannot be read or written.
    pub fn open_quic(&self) -> Result<(), Failure> {
        let path = self.config();
        let text = fs::read_to_string(&path)?;
        // Before all sections: this setting belongs to none.
        Ok(fs::write(path, format!("quic = \"127.0.0.1:0\"\n{text}"))?)
    }

    /// Has another program serve in the hub's place.
    #[must_use]
    pub fn served_by(mut self, server: &Path) -> Self {
        self.server = server.into();
        self
    }

    /// Changes one setting of `hub.toml`.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn configure(
        &self,
        section: &str,
        key: &str,
        value: impl Into<toml::Value>,
    ) -> Result<(), Failure> {
        let path = self.config();
        let mut config: toml::Table = fs::read_to_string(&path)?.parse()?;
        let part = config.entry(section).or_insert_with(|| toml::Table::new().into());
        let part = part.as_table_mut().ok_or("not a section of hub.toml")?;
        part.insert(key.into(), value.into());
        Ok(fs::write(path, config.to_string())?)
    }

    /// Where the store lies: what a shim watches.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// The TLS side of one connection's client.
    ///
    /// # Errors
    /// When the certificate cannot be read.
    pub fn identity(&self, code: &str) -> Result<Arc<ClientConfig>, Failure> {
        https::identity(&self.pki(), code)
    }

    /// Runs an operator's command, and gives its output as JSON.
    ///
    /// # Errors
    /// When it fails or its output is no JSON.
    pub fn ask(&self, words: &[&str]) -> Result<serde_json::Value, Failure> {
        let output = Command::new(&self.program)
            .args(words)
            .arg("--json")
            .arg("--config")
            .arg(self.config())
            .output()?;
        if !output.status.success() {
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("phytohub {}: {}: {told}", words.join(" "), output.status).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Starts an operator's command that talks to the running hub alone: where there is none it
    /// fails, instead of opening the store itself.
    ///
    /// # Errors
    /// When it does not run.
    pub fn begin(&self, words: &[&str]) -> Result<Child, Failure> {
        let mut config: toml::Table = fs::read_to_string(self.config())?.parse()?;
        let store = config.entry("store").or_insert_with(|| toml::Table::new().into());
        let store = store.as_table_mut().ok_or("not a section of hub.toml")?;
        store.insert("path".into(), "nothing-here/data".into());
        let path = self.dir.join("operator.toml");
        fs::write(&path, config.to_string())?;
        let mut command = Command::new(&self.program);
        command.args(words).arg("--config").arg(path);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(command.spawn()?)
    }

    /// Where its keys and certificates lie.
    #[must_use]
    pub fn pki(&self) -> PathBuf {
        self.dir.join("pki")
    }

    /// Starts the hub and waits until it is ready.
    ///
    /// # Errors
    /// When it ends or says nothing; the last lines of its log are in the text.
    pub fn start(&self, shim: Option<&Shim>) -> Result<Hub, StartError> {
        let watch = Stopwatch::start();
        let (mut hub, lines) = self.spawn(shim)?;
        loop {
            let left = START_TIME_MAX.saturating_sub(watch.elapsed());
            match lines.recv_timeout(left) {
                Ok(line) if line.trim() == "ready" => break,
                Ok(line) => {
                    hub.address = address_in("https", &line).unwrap_or(hub.address);
                    hub.quic = address_in("quic", &line).or(hub.quic);
                }
                Err(RecvTimeoutError::Timeout) => {
                    let text = format!("the hub is not ready after {START_TIME_MAX:?}");
                    return Err(StartError { text, status: None });
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let status = hub.child.wait().ok();
                    let text = format!("the hub ended ({status:?}): {}", hub.last_words());
                    return Err(StartError { text, status });
                }
            }
        }
        hub.start = watch.elapsed();
        Ok(hub)
    }

    /// Starts the hub and kills it while it opens, or just after. True if it was ready by then.
    ///
    /// # Errors
    /// When it ended by itself.
    pub fn start_and_kill(&self, shim: Option<&Shim>, after: Duration) -> Result<bool, StartError> {
        let watch = Stopwatch::start();
        let (mut hub, lines) = self.spawn(shim)?;
        let mut ready = false;
        loop {
            match lines.recv_timeout(after.saturating_sub(watch.elapsed())) {
                Ok(line) => ready |= line.trim() == "ready",
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => {
                    let status = hub.child.wait().ok();
                    let text = format!("the hub ended ({status:?}): {}", hub.last_words());
                    return Err(StartError { text, status });
                }
            }
        }
        hub.kill();
        Ok(ready)
    }

    /// The program that serves, and what it is told.
    #[must_use]
    pub fn serving(&self) -> (PathBuf, Vec<OsString>) {
        let words = ["serve", "--https", "127.0.0.1:0", "--config"].map(Into::into);
        (self.server.clone(), words.into_iter().chain([self.config().into()]).collect())
    }

    fn spawn(&self, shim: Option<&Shim>) -> Result<(Hub, Receiver<String>), StartError> {
        let failed = |text: String| StartError { text, status: None };
        let (server, words) = self.serving();
        let mut command = Command::new(server);
        command.args(words);
        if let Some(shim) = shim {
            shim.load_into(&mut command);
        }
        let log = self.dir.join("hub.log");
        let stderr = OpenOptions::new().create(true).append(true).open(&log);
        let stderr = stderr.map_err(|error| failed(error.to_string()))?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::from(stderr));
        let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
        let lines = read_lines(&mut child).map_err(|error| failed(error.to_string()))?;
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        Ok((Hub { child, log, address, quic: None, start: Duration::ZERO }, lines))
    }

    fn config(&self) -> PathBuf {
        self.dir.join("hub.toml")
    }
}

/// A hub did not become ready.
#[derive(Debug)]
#[non_exhaustive]
pub struct StartError {
    /// What is known about it.
    pub text: String,
    /// How it ended, if it did.
    pub status: Option<ExitStatus>,
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for StartError {}

/// A running hub; killed when dropped.
#[derive(Debug)]
pub struct Hub {
    child: Child,
    log: PathBuf,
    address: SocketAddr,
    quic: Option<SocketAddr>,
    start: Duration,
}

impl Hub {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens on QUIC, if it does.
    #[must_use]
    pub fn quic(&self) -> Option<SocketAddr> {
        self.quic
    }

    /// Its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How long it took to become ready.
    #[must_use]
    pub fn start_time(&self) -> Duration {
        self.start
    }

    /// SIGKILL, and waits for the end.
    pub fn kill(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Whether it ended by itself, and how.
    #[must_use]
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Waits until it ends by itself.
    #[must_use]
    pub fn wait_for_end(&mut self, time_max: Duration) -> Option<ExitStatus> {
        let watch = Stopwatch::start();
        let (_keep, never) = mpsc::sync_channel::<()>(1);
        while watch.elapsed() < time_max {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            // A child's end cannot be waited for with a deadline: look again in a moment.
            let _ = never.recv_timeout(Duration::from_millis(10));
        }
        None
    }

    /// The most memory it ever had, in bytes (`VmHWM`).
    ///
    /// # Errors
    /// When it has ended, or the system has no `/proc`.
    pub fn peak_memory(&self) -> Result<u64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let words = line.ok_or("no VmHWM")?;
        let kib: u64 = words.trim().trim_end_matches(" kB").parse()?;
        Ok(kib << 10)
    }

    /// The last lines of its log.
    #[must_use]
    pub fn last_words(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().rev().take(8).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The hub's program: `PHYTOHUB_BIN`, or `phytohub` in the directory that this program was built in.
///
/// # Errors
/// When it is not there, with how to build it.
pub fn find_program() -> Result<PathBuf, Failure> {
    if let Some(path) = std::env::var_os("PHYTOHUB_BIN") {
        return Ok(path.into());
    }
    let own = std::env::current_exe()?;
    let built = own.ancestors().skip(1).take(2).map(|dir| dir.join("phytohub"));
    built.into_iter().find(|path| path.is_file()).ok_or_else(|| {
        "the hub's program is missing: run `cargo build -p phytohub`, or set PHYTOHUB_BIN".into()
    })
}

/// Reads the hub's stdout to its end, line by line, so that it never waits for us.
fn read_lines(child: &mut Child) -> Result<Receiver<String>, Failure> {
    let stdout = child.stdout.take().ok_or("no stdout")?;
    let (sender, lines) = mpsc::sync_channel(64);
    thread::Builder::new().name("hub-stdout".into()).spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // After `ready` nobody listens; what is printed then is dropped.
            let _ = sender.try_send(line);
        }
    })?;
    Ok(lines)
}

/// The address in `listening SCHEME://ADDR/…`.
pub(crate) fn address_in(scheme: &str, line: &str) -> Option<SocketAddr> {
    let url = line.trim().strip_prefix("listening ")?.strip_prefix(scheme)?;
    url.strip_prefix("://")?.split('/').next()?.parse().ok()
}

/// Opening replays a log of at most some hundred MiB; on two busy cores that takes seconds.
const START_TIME_MAX: Duration = Duration::from_secs(60);
