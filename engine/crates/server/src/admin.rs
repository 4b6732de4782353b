//! The operator's door: a Unix socket that only the hub's own user and root can open.
//!
//! One JSON request a line, one JSON reply a line. The socket lies in a directory of mode 0700 and
//! has mode 0600 itself; whoever connects is asked for nothing, but its user id is read from the
//! kernel and is the actor of every event that it causes.

mod call;
mod place;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use phytohub_domain::ErrorKind;
use phytohub_exchange::{AdminReply, AdminRequest, Hub, Operator};
use phytohub_telemetry::TransportLabels;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;

pub use call::{AdminCallError, call};
pub use place::BindAdminError;

use crate::{Shutdown, Tasks};

/// A bound admin socket, not yet served.
#[derive(Debug)]
pub struct AdminDoor {
    listener: UnixListener,
    path: PathBuf,
}

/// What one line says back.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// It was done.
    Done(Box<AdminReply>),
    /// It was not.
    Refused {
        /// [`ErrorKind::as_str`].
        kind: String,
        /// For the operator.
        message: String,
    },
}

impl AdminDoor {
    /// Makes `admin.sock` in this directory, which is made too if missing. A socket that a dead
    /// hub left behind is replaced.
    ///
    /// # Errors
    /// When a hub runs here, the directory is open to others, or the file system refuses.
    pub async fn bind(directory: &Path) -> Result<Self, BindAdminError> {
        let (listener, path) = place::bind(directory).await?;
        Ok(Self { listener, path })
    }

    /// Where the socket lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Serves until told to stop, then takes the socket away. Requests in flight live on as
    /// `tasks`.
    pub async fn serve(self, hub: Hub, tasks: Tasks, mut shutdown: Shutdown) {
        let open = Arc::new(AtomicUsize::new(0));
        loop {
            let accepted = tokio::select! {
                biased;
                () = shutdown.requested() => break,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => admit(stream, &hub, &tasks, &open, &shutdown),
                Err(error) => {
                    tracing::error!(%error, "cannot accept on the admin socket");
                    let _ = timeout(ACCEPT_PAUSE, shutdown.requested()).await;
                }
            }
        }
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "the admin socket stays behind");
        }
    }
}

fn admit(
    stream: UnixStream,
    hub: &Hub,
    tasks: &Tasks,
    open: &Arc<AtomicUsize>,
    shutdown: &Shutdown,
) {
    let uid = match stream.peer_cred() {
        Ok(credentials) => credentials.uid(),
        Err(error) => {
            tracing::error!(%error, "the kernel does not tell who is at the admin socket");
            return;
        }
    };
    if uid != 0 && uid != rustix::process::geteuid().as_raw() {
        tracing::warn!(uid, "another user was turned away from the admin socket");
        return;
    }
    let place = Open::new(open, hub);
    if open.load(Ordering::Relaxed) > SOCKETS_MAX {
        tracing::warn!(limit = SOCKETS_MAX, "too many commands at the admin socket");
        return;
    }
    let (hub, shutdown) = (hub.clone(), shutdown.clone());
    tasks.spawn("admin socket", async move {
        let _place = place;
        if let Err(error) = converse(stream, &hub, Operator { uid }, shutdown).await {
            tracing::debug!(%error, "an admin socket broke");
        }
    });
}

/// Answers line by line until the peer leaves, falls silent, or the hub stops.
async fn converse(
    mut stream: UnixStream,
    hub: &Hub,
    operator: Operator,
    mut shutdown: Shutdown,
) -> std::io::Result<()> {
    let (reader, mut writer) = stream.split();
    let mut reader = BufReader::new(reader);
    loop {
        let mut line = Vec::new();
        let mut limited = (&mut reader).take(REQUEST_BYTES_MAX);
        let read = timeout(IDLE_TIME, limited.read_until(b'\n', &mut line));
        let read = tokio::select! {
            biased;
            () = shutdown.requested() => return Ok(()),
            read = read => read,
        };
        match read {
            Ok(Ok(0)) | Err(_) => return Ok(()),
            Ok(result) => drop(result?),
        }
        let whole = line.ends_with(b"\n");
        let reply = answer(hub, operator, &line, whole).await;
        let mut text = serde_json::to_vec(&reply)?;
        text.push(b'\n');
        timeout(IDLE_TIME, writer.write_all(&text)).await??;
        if !whole {
            return Ok(());
        }
    }
}

async fn answer(hub: &Hub, operator: Operator, line: &[u8], whole: bool) -> Line {
    let refused = |kind: ErrorKind, message: String| Line::Refused {
        kind: kind.as_str().to_owned(),
        message,
    };
    if !whole {
        let message = format!("a request is one line of at most {REQUEST_BYTES_MAX} bytes");
        return refused(ErrorKind::Invalid, message);
    }
    let request = match serde_json::from_slice::<AdminRequest>(line) {
        Ok(request) => request,
        Err(error) => {
            let message = format!("this hub does not know the request, is it older? {error}");
            return refused(ErrorKind::Invalid, message);
        }
    };
    match hub.admin(&operator, request).await {
        Ok(reply) => Line::Done(Box::new(reply)),
        Err(error) => refused(error.kind(), error.to_string()),
    }
}

/// One open socket, counted until dropped.
struct Open {
    open: Arc<AtomicUsize>,
    hub: Hub,
}

impl Open {
    fn new(open: &Arc<AtomicUsize>, hub: &Hub) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        let this = Self { open: Arc::clone(open), hub: hub.clone() };
        this.gauge(1);
        this
    }

    fn gauge(&self, change: i64) {
        let labels = TransportLabels { transport: "admin" };
        self.hub.metrics().sockets.get_or_create(&labels).inc_by(change);
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
        self.gauge(-1);
    }
}

/// A registration with a hundred certificates is under it.
const REQUEST_BYTES_MAX: u64 = 1 << 20;
/// A person's commands, and a script's.
const SOCKETS_MAX: usize = 16;
/// Commands write their line at once.
const IDLE_TIME: Duration = Duration::from_secs(30);
/// As for the HTTPS door.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
