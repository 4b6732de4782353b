//! Answers, from any thread, at once or in pieces.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::{Error, ErrorKind, Host, Reply, Result};

/// The right to answer one request, once. Can be moved to another thread; dropped without an
/// answer, it answers 500.
#[derive(Debug)]
pub struct Responder {
    host: Host,
    ticket: u64,
    shared: Arc<Shared>,
    begun: bool,
}

impl Responder {
    pub(crate) fn new(host: Host, ticket: u64) -> (Self, Arc<Shared>) {
        let shared = Arc::new(Shared { state: AtomicU8::new(IN_CALL) });
        (Self { host, ticket, shared: Arc::clone(&shared), begun: false }, shared)
    }

    /// Answers.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound): nobody waits any more.
    /// [`Invalid`](ErrorKind::Invalid): a header that cannot be; the browser gets a 500.
    pub fn reply(self, reply: Reply) -> Result<()> {
        let headers: Vec<_> =
            reply.headers.iter().map(|(name, value)| (name.as_ref(), value.as_slice())).collect();
        let mut streamed = self.start(reply.status, &headers)?;
        if !reply.body.is_empty() {
            streamed.write(&reply.body)?;
        }
        streamed.finish()
    }

    /// Begins an answer that is written in pieces.
    ///
    /// # Errors
    ///
    /// As of [`reply`](Self::reply).
    pub fn start(mut self, status: u16, headers: &[(&str, &[u8])]) -> Result<Streamed> {
        self.host.raw().http_start(self.ticket, status.into(), headers)?;
        self.begun = true;
        Ok(Streamed {
            host: self.host.clone(),
            ticket: self.ticket,
            shared: Arc::clone(&self.shared),
            finished: false,
        })
    }

    /// The next piece of the request's body; `None` at its end. Waits for it.
    ///
    /// # Errors
    ///
    /// [`Exhausted`](ErrorKind::Exhausted): the body is larger than its route allows. Any other:
    /// the browser went away.
    pub fn piece(&mut self) -> Result<Option<Vec<u8>>> {
        let mut piece = Vec::new();
        self.host.raw().http_read(self.ticket, &mut |bytes| {
            piece.extend_from_slice(bytes);
            true
        })?;
        Ok(if piece.is_empty() { None } else { Some(piece) })
    }

    /// All of the request's body, of at most `bytes_max`.
    ///
    /// # Errors
    ///
    /// As of [`piece`](Self::piece).
    pub fn body(&mut self, bytes_max: usize) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        while let Some(piece) = self.piece()? {
            if body.len().saturating_add(piece.len()) > bytes_max {
                return Err(Error::new(
                    ErrorKind::Exhausted,
                    format!("the body is larger than wanted: bytes_max={bytes_max}"),
                ));
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }

    /// Whether the browser has gone.
    #[must_use]
    pub fn gone(&self) -> bool {
        self.host.raw().http_gone(self.ticket)
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        // Within the hook's call the hook's own outcome says what the browser gets.
        if !self.begun && !self.shared.end(DROPPED) {
            self.host.raw().http_dropped(self.ticket);
        }
    }
}

/// An answer that has begun. Dropped before [`finish`](Self::finish), it breaks off (after the hub's
/// limit for idle answers, where the hook has returned), so that the browser knows that something
/// is missing.
#[derive(Debug)]
pub struct Streamed {
    host: Host,
    ticket: u64,
    shared: Arc<Shared>,
    finished: bool,
}

impl Streamed {
    /// The next piece. Waits while the browser is slow.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound): the browser went away.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.host.raw().http_write(self.ticket, bytes)
    }

    /// Ends the answer.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound): the browser went away.
    pub fn finish(mut self) -> Result<()> {
        self.finished = true;
        let outcome = self.host.raw().http_finish(self.ticket);
        self.shared.end(ANSWERED);
        outcome
    }

    /// Whether the browser has gone.
    #[must_use]
    pub fn gone(&self) -> bool {
        self.host.raw().http_gone(self.ticket)
    }
}

impl Drop for Streamed {
    fn drop(&mut self) {
        if !self.finished {
            self.shared.end(BROKEN);
        }
    }
}

/// What became of a responder when its hook returned.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    Answered,
    Broken,
    Dropped,
    Moved,
}

/// What a responder and the call that made it know together.
#[derive(Debug)]
pub(crate) struct Shared {
    state: AtomicU8,
}

impl Shared {
    /// The responder has ended; answers whether the call still runs and will look.
    fn end(&self, how: u8) -> bool {
        self.state.compare_exchange(IN_CALL, how, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// The hook has returned: what it did with the responder.
    pub(crate) fn returned(&self) -> Outcome {
        match self.state.compare_exchange(IN_CALL, RETURNED, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => Outcome::Moved,
            Err(BROKEN) => Outcome::Broken,
            Err(DROPPED) => Outcome::Dropped,
            Err(_) => Outcome::Answered,
        }
    }
}

const IN_CALL: u8 = 0;
const RETURNED: u8 = 1;
const ANSWERED: u8 = 2;
const DROPPED: u8 = 3;
const BROKEN: u8 = 4;
