//! The commands' side of the admin socket.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use phytohub_domain::ErrorKind;
use phytohub_exchange::admin::AccountRequest;
use phytohub_exchange::{AdminReply, AdminRequest};
use thiserror::Error;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::Line;
use super::place::socket_path;

/// A request was not done over the admin socket.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AdminCallError {
    /// The hub answered something else than a reply.
    #[error("the hub's answer is not understood, is it another version? path={}", path.display())]
    Answer {
        /// The socket.
        path: PathBuf,
    },
    /// No hub runs here: the store may be opened instead.
    #[error("no hub runs here path={}", path.display())]
    NotRunning {
        /// The socket.
        path: PathBuf,
    },
    /// The hub refused; it says why.
    #[error("{message}")]
    Refused {
        /// What the operator should do.
        kind: ErrorKind,
        /// What is wrong.
        message: String,
    },
    /// The socket failed.
    #[error("the hub cannot be reached path={}", path.display())]
    Socket {
        /// The socket.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Has the hub whose admin socket lies in this directory do something.
///
/// # Errors
/// [`AdminCallError::NotRunning`] when there is no hub; the others tell what went wrong.
pub async fn call(directory: &Path, request: &AdminRequest) -> Result<AdminReply, AdminCallError> {
    let path = socket_path(directory);
    let stream = UnixStream::connect(&path).await.map_err(|source| match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
            AdminCallError::NotRunning { path: path.clone() }
        }
        _ => AdminCallError::Socket { path: path.clone(), source },
    })?;
    let reply = match timeout(answer_time(request), exchange(stream, request)).await {
        Ok(reply) => reply,
        Err(elapsed) => Err(elapsed.into()),
    };
    let reply = reply.map_err(|source| AdminCallError::Socket { path: path.clone(), source })?;
    match serde_json::from_slice(&reply) {
        Ok(Line::Done(reply)) => Ok(*reply),
        Ok(Line::Refused { kind, message }) => {
            Err(AdminCallError::Refused { kind: error_kind(&kind), message })
        }
        Err(_) => Err(AdminCallError::Answer { path }),
    }
}

/// How long an answer may take.
fn answer_time(request: &AdminRequest) -> Duration {
    match request {
        AdminRequest::Account(AccountRequest::AuditVerify { .. })
        | AdminRequest::Account(AccountRequest::BackupCreate { .. })
        | AdminRequest::Account(AccountRequest::Health { scrub: true }) => WHOLE_STORE_TIME,
        _ => ANSWER_TIME,
    }
}

async fn exchange(mut stream: UnixStream, request: &AdminRequest) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    let mut reply = Vec::new();
    BufReader::new(stream).take(REPLY_BYTES_MAX).read_until(b'\n', &mut reply).await?;
    Ok(reply)
}

fn error_kind(word: &str) -> ErrorKind {
    let kinds = [
        ErrorKind::Corrupt,
        ErrorKind::Conflict,
        ErrorKind::Denied,
        ErrorKind::Exhausted,
        ErrorKind::Invalid,
        ErrorKind::NotFound,
        ErrorKind::Unavailable,
    ];
    kinds.into_iter().find(|kind| kind.as_str() == word).unwrap_or(ErrorKind::Internal)
}

/// A change waits for its commit, which a slow disk may take seconds for.
const ANSWER_TIME: Duration = Duration::from_secs(60);
/// What reads the whole store: a terabyte at 50 MB/s.
const WHOLE_STORE_TIME: Duration = Duration::from_secs(6 * 3600);
/// A list of a hundred thousand envelopes is under it.
const REPLY_BYTES_MAX: u64 = 64 << 20;
