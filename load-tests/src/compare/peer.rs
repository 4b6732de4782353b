//! A contender's process: started, waited for, slowed down, ended.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::Failure;
use crate::clock::Stopwatch;
use crate::hub::address_in;

/// A running process; killed when dropped.
#[derive(Debug)]
pub(super) struct Peer {
    child: Child,
    address: Option<SocketAddr>,
    /// Of its door over QUIC, if it said that there is one.
    quic: Option<SocketAddr>,
}

impl Peer {
    /// Starts a program and waits until it prints a line. An address in a line before is kept.
    pub(super) fn start(
        program: &Path,
        words: &[OsString],
        sync_delay: Duration,
        ready: &str,
    ) -> Result<Self, Failure> {
        let mut command = slowed(program, sync_delay);
        command.args(words).stdin(Stdio::null());
        let (peer, _) = Self::start_reading(command, ready)?;
        Ok(peer)
    }

    /// The same with a command; what it prints afterwards can be read.
    pub(super) fn start_reading(
        mut command: Command,
        ready: &str,
    ) -> Result<(Self, Receiver<String>), Failure> {
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let child = command.spawn()?;
        let mut peer = Self { child, address: None, quic: None };
        let stdout = peer.child.stdout.take().ok_or("no stdout")?;
        let (sender, lines) = mpsc::sync_channel(64);
        thread::Builder::new().name("peer-stdout".into()).spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Where nobody listens, what is printed is dropped.
                drop(sender.try_send(line));
            }
        })?;
        let watch = Stopwatch::start();
        loop {
            match lines.recv_timeout(START_TIME_MAX.saturating_sub(watch.elapsed())) {
                Ok(line) if line.trim() == ready => return Ok((peer, lines)),
                Ok(line) => {
                    peer.address = address_in("https", &line).or(peer.address);
                    peer.quic = address_in("quic", &line).or(peer.quic);
                }
                Err(RecvTimeoutError::Timeout) => return Err("it is not ready in time".into()),
                Err(RecvTimeoutError::Disconnected) => return Err("it ended at once".into()),
            }
        }
    }

    /// Starts a program and waits until it takes connections on a port of loopback.
    pub(super) fn start_on_port(
        mut command: Command,
        port: u16,
        log: &Path,
    ) -> Result<Self, Failure> {
        let file = fs::File::create(log)?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child = command.spawn()?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut peer = Self { child, address: Some(address), quic: None };
        let watch = Stopwatch::start();
        while watch.elapsed() < START_TIME_MAX {
            if let Some(status) = peer.child.try_wait()? {
                let words = fs::read_to_string(log).unwrap_or_default();
                let last: Vec<&str> = words.lines().rev().take(3).collect();
                return Err(format!("it ended ({status}): {}", last.join("; ")).into());
            }
            if TcpStream::connect(address).is_ok() {
                return Ok(peer);
            }
            thread::park_timeout(LOOK_EVERY);
        }
        Err("it does not listen in time".into())
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    pub(super) fn quic(&self) -> Option<SocketAddr> {
        self.quic
    }

    /// What it reads, if it was started with a pipe for it.
    pub(super) fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command whose syncs take longer. By strace, which slows nothing else down: the filter in the
/// kernel lets all other calls pass, and a static binary is reached as well as any.
pub(super) fn slowed(program: &Path, sync_delay: Duration) -> Command {
    if sync_delay.is_zero() {
        return Command::new(program);
    }
    let mut command = Command::new("strace");
    let micros = sync_delay.as_micros();
    command
        // The tracer is the grandchild: the program itself is our child, to be watched and ended.
        .args(["-D", "-f", "-qqq", "--seccomp-bpf", "-o", "/dev/null"])
        .args(["-e", "trace=fsync,fdatasync", "-e", "signal=none"])
        .args(["-e", &format!("inject=fsync,fdatasync:delay_exit={micros}")])
        .arg(program);
    command
}

/// A port that is free now, and that the system gives to nobody who asks it for any: a peer takes
/// it a moment later.
pub(super) fn free_port() -> Result<u16, Failure> {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let count = PORTS.end - PORTS.start;
    for _ in 0..count {
        // Programs that run side by side begin at different places.
        let asked = ASKED.fetch_add(1, Ordering::Relaxed);
        let place = std::process::id().wrapping_mul(31).wrapping_add(asked);
        let port = u16::try_from(PORTS.start + place % count)?;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    Err("no port of loopback is free".into())
}

/// Lets every user pass through a directory.
pub(super) fn open_to_all(dir: &Path) -> Result<(), Failure> {
    Ok(fs::set_permissions(dir, Permissions::from_mode(0o755))?)
}

/// Whether what this process makes belongs to root.
pub(super) fn is_root(dir: &Path) -> Result<bool, Failure> {
    use std::os::unix::fs::MetadataExt;
    Ok(fs::metadata(dir)?.uid() == 0)
}

/// User and group of a name.
pub(super) fn user_of(name: &str) -> Result<(u32, u32), Failure> {
    let users = fs::read_to_string("/etc/passwd")?;
    let line = users.lines().find(|line| line.split(':').next() == Some(name));
    let words: Vec<&str> =
        line.ok_or_else(|| format!("no user {name} to run it as"))?.split(':').collect();
    let number = |place: usize| words.get(place).and_then(|word| word.parse().ok());
    number(2).zip(number(3)).ok_or_else(|| format!("the user {name} has no number").into())
}

/// A program of this name: where a variable says, in `PATH`, or in one of these directories.
pub(super) fn find(variable: &str, name: &str, dirs: &[PathBuf]) -> Option<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        return Some(path.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all = std::env::split_paths(&path).chain(dirs.iter().cloned());
    all.find_map(|dir| Some(dir.join(name)).filter(|path| path.is_file()))
}

/// Where peers that are no packages of the system are kept.
pub(super) fn cache() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache");
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(home, PathBuf::from);
    cache.join("phytohub/peers")
}

const START_TIME_MAX: Duration = Duration::from_secs(60);
/// Below those that Linux gives out (32768 to 60999), above what services are usually found at.
const PORTS: Range<u32> = 20_000..32_000;
const LOOK_EVERY: Duration = Duration::from_millis(20);
