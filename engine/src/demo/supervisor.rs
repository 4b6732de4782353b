//! The demonstration's hub, as a process of its own that is started again when it ends badly: what
//! a plugin does to it must not end the demonstration.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use thiserror::Error;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::output::line;

/// A hub in a process of its own.
#[derive(Debug)]
pub struct Supervised {
    config: PathBuf,
    child: Child,
    /// What it says after it is ready; kept, so that it can say it.
    _lines: Lines<BufReader<ChildStdout>>,
    https: SocketAddr,
    web: Option<String>,
}

impl Supervised {
    /// Starts `phytohub serve` and waits until it is ready.
    ///
    /// # Errors
    /// When it does not become ready; it has said why on stderr.
    pub async fn start(config: &Path) -> Result<Self, SuperviseError> {
        let https = free_or(SocketAddr::from(([127, 0, 0, 1], 8443)));
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", "--log", "error", "--https"])
            .arg(https.to_string())
            .arg("--config")
            .arg(config)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().ok_or(SuperviseError::Silent)?;
        let mut lines = BufReader::new(stdout).lines();
        let (https, web) = match timeout(READY_TIME, ready(&mut lines)).await {
            Ok(Ok(Some(doors))) => doors,
            Ok(Ok(None)) => return Err(SuperviseError::Ended(child.wait().await?)),
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => return Err(SuperviseError::Silent),
        };
        Ok(Self { config: config.to_owned(), child, _lines: lines, https, web })
    }

    /// Where national systems connect.
    #[must_use]
    pub const fn https(&self) -> SocketAddr {
        self.https
    }

    /// Where browsers connect, if that is open.
    #[must_use]
    pub fn web(&self) -> Option<&str> {
        self.web.as_deref()
    }

    /// Starts it again whenever it ends badly; ends when it ends well.
    ///
    /// # Errors
    /// When it ends so that starting it again does not help, or too often.
    pub async fn keep(&mut self) -> Result<(), SuperviseError> {
        for _ in 0..RESTARTS_MAX {
            let status = self.child.wait().await?;
            if status.success() {
                return Ok(());
            }
            // Usage and store do not heal by themselves.
            if matches!(status.code(), Some(64 | 74)) {
                return Err(SuperviseError::Ended(status));
            }
            line(&format!("\nThe hub ended: {status}. It is started again."))?;
            *self = Self::start(&self.config).await?;
            line("It runs again; 'phytohub plugin list' tells how its plugins are.")?;
        }
        Err(SuperviseError::TooOften)
    }

    /// Asks it to end, and waits.
    ///
    /// # Errors
    /// When it ends otherwise than it should.
    pub async fn stop(&mut self) -> Result<(), SuperviseError> {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(pid) = id {
            kill_process(pid, Signal::TERM).map_err(io::Error::from)?;
        }
        let status = self.child.wait().await?;
        if status.success() { Ok(()) } else { Err(SuperviseError::Ended(status)) }
    }
}

/// The doors that it tells of, until it says that it is ready; nothing if it ends before.
async fn ready(
    lines: &mut Lines<BufReader<ChildStdout>>,
) -> io::Result<Option<(SocketAddr, Option<String>)>> {
    let (mut https, mut web) = (None, None);
    while let Some(said) = lines.next_line().await? {
        if said == "ready" {
            return Ok(https.map(|https| (https, web)));
        }
        if let Some(url) = said.strip_prefix("listening https://") {
            https = url.split('/').next().and_then(|address| address.parse().ok());
        }
        if let Some(url) = said.strip_prefix("pages ") {
            web = Some(url.to_owned());
        }
    }
    Ok(None)
}

/// The usual address, or one with any port if something listens there: perhaps another
/// demonstration.
#[must_use]
pub(super) fn free_or(usual: SocketAddr) -> SocketAddr {
    let any = SocketAddr::new(usual.ip(), 0);
    TcpListener::bind(usual).map_or(any, |_| usual)
}

/// Why there is no hub any more.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SuperviseError {
    /// It ended.
    #[error("the demonstration's hub ended: {0}; it says above why")]
    Ended(ExitStatus),
    /// It could not be started or heard.
    #[error("the demonstration's hub cannot be started")]
    Io(#[from] io::Error),
    /// It does not become ready.
    #[error("the demonstration's hub does not become ready seconds={}", READY_TIME.as_secs())]
    Silent,
    /// It ended badly again and again.
    #[error("the demonstration's hub ended {RESTARTS_MAX} times; look at its log")]
    TooOften,
}

/// A store that was not closed is recovered in it, on a slow disk too.
const READY_TIME: Duration = Duration::from_secs(60);
/// A plugin is quarantined after its second crash; two plugins may crash.
const RESTARTS_MAX: usize = 8;
