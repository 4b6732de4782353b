//! Contenders without a network: a process that does all the work of a turn itself.
//!
//! It gets a line with milliseconds for each turn, and answers with a line of JSON, a [`Turned`].

use std::io::Write;
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::Receiver;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::compare::contender::{Contender, Doing, Session, Start, told};
use crate::compare::peer::{Peer, slowed};

/// What a process did in its turn.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "made by the program that drives itself")]
pub struct Turned {
    /// Accepted, read and acknowledged.
    pub messages: u64,
    /// How long it took.
    pub seconds: f64,
    /// Of a message, from its acceptance to the answer to its acknowledgement.
    pub p50_us: u64,
    /// One in a hundred is above.
    pub p99_us: u64,
    /// What failed, in words.
    pub error: Option<String>,
}

/// The hub's store, or a bare loop that writes the same rows.
#[derive(Debug)]
pub(super) struct Looped {
    peer: Peer,
    /// Where turns are ordered, and where they are answered.
    pipes: Mutex<(ChildStdin, Receiver<String>)>,
    name: String,
    delay: Duration,
}

impl Looped {
    pub(super) fn start(name: &str, start: &Start<'_>) -> Result<Self, Failure> {
        let mut command = slowed(start.own, start.sync_delay);
        command.args(["serve-loop", name]).arg(start.dir.join(name));
        command.args(["--content-bytes", &start.content_bytes.to_string()]);
        command.args(["--in-flight", &start.in_flight.to_string()]).stdin(Stdio::piped());
        let (mut peer, lines) = Peer::start_reading(command, "ready")?;
        let stdin = peer.stdin().ok_or("no stdin")?;
        let pipes = Mutex::new((stdin, lines));
        Ok(Self { peer, pipes, name: name.to_owned(), delay: start.sync_delay })
    }

    /// Has it work for so long.
    pub(super) fn turn(&self, time: Duration) -> Result<Turned, Failure> {
        let mut pipes = self.pipes.lock().unwrap_or_else(PoisonError::into_inner);
        let (stdin, lines) = &mut *pipes;
        writeln!(stdin, "{}", time.as_millis())?;
        let line = lines.recv_timeout(time + ANSWER_TIME_MAX)?;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Contender for Looped {
    fn settings(&self) -> Vec<(String, String)> {
        let delay = format!("{} ms added to each sync", self.delay.as_millis());
        let (settings, message) = if self.name == "store" {
            (
                "phytohub-store with its defaults, in a process, by tasks on the runtime of a hub",
                "accept (known again for 600 s), envelope and content read, acknowledge",
            )
        } else {
            (
                "RocksDB with the options and the rows of the store, two threads for each core that \
                 share all in flight among them, a batch of a thread's part",
                "a batch that accepts, reads of header, state and content, a batch that acknowledges",
            )
        };
        told(&[
            ("settings", settings),
            ("durability", "each batch is synced, and answered afterwards"),
            ("client", "none: the process drives itself, without network and TLS"),
            ("message", message),
            ("disk", &delay),
        ])
    }

    fn process(&self) -> u32 {
        self.peer.id()
    }

    fn session(&self, _worker: usize) -> Doing<'_, Box<dyn Session>> {
        Box::pin(async { Err("it drives itself".into()) })
    }

    fn looped(&self) -> Option<&Looped> {
        Some(self)
    }
}

/// Beyond its turn.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(60);
