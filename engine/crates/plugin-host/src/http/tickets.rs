//! Requests in the hands of one instance of a plugin, by their tickets.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::{
    CONNECTION, HeaderMap, HeaderName, HeaderValue, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use phytohub_plugin_api as api;
use phytohub_plugin_loader::instance::monotonic_ns;
use phytohub_plugin_loader::{Answer, HostCall, HttpHeaderView, Refusal, Sink, Status};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::exchange::{Exchange, Failure, Head};
use super::pipe::{Blocked, End};
use crate::ticket::Tickets;

/// Requests in the hands of one instance. Another instance's tickets are not found here.
#[derive(Debug)]
pub struct HttpTickets {
    open: Tickets<Arc<Exchange>>,
    /// Tickets that ended from the hub's side, and what calls with them are answered.
    ended: Mutex<VecDeque<(u64, Status)>>,
    closed: Notify,
}

impl Default for HttpTickets {
    fn default() -> Self {
        Self::new(TICKETS_MAX)
    }
}

impl HttpTickets {
    /// No requests yet; at most so many at once.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { open: Tickets::new(most), ended: Mutex::default(), closed: Notify::new() }
    }

    /// `hub.http.respond/1` `read`.
    ///
    /// # Errors
    /// As the contract says.
    pub fn read(&self, call: HostCall, ticket: u64, out: Sink<'_>) -> Answer {
        let exchange = self.exchange(ticket)?;
        // Who carries the body keeps its time, and ends this wait when the browser falls silent.
        let (time, by_call) = patience(call, &exchange);
        let time = if by_call { time } else { time * 2 };
        match exchange.asked.take_blocking(time) {
            Ok(Some(piece)) => {
                exchange.touch();
                out(&piece);
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(Blocked::Late) => Err(late()),
            Err(Blocked::Ended(end)) => Err(ended(end)),
        }
    }

    /// `hub.http.respond/1` `start`.
    ///
    /// # Errors
    /// As the contract says.
    pub fn start(
        &self,
        _call: HostCall,
        ticket: u64,
        status: u32,
        headers: &[HttpHeaderView<'_>],
    ) -> Answer {
        let exchange = self.exchange(ticket)?;
        let head = Head { status: checked(status)?, headers: check(headers)? };
        let begun = |_| Refusal::new(api::HUB_CONFLICT, "this answer was begun before");
        exchange.start(head).map_err(begun)
    }

    /// `hub.http.respond/1` `write`.
    ///
    /// # Errors
    /// As the contract says.
    pub fn write(&self, call: HostCall, ticket: u64, bytes: &[u8]) -> Answer {
        let exchange = self.exchange(ticket)?;
        if !exchange.is_started() {
            return Err(Refusal::new(api::HUB_INVALID, "status and headers come first"));
        }
        exchange.touch();
        if exchange.forgets(bytes.len()) {
            return Ok(());
        }
        for piece in bytes.chunks(PIECE_BYTES) {
            let (time, by_call) = patience(call, &exchange);
            match exchange.answer.put_blocking(Bytes::copy_from_slice(piece), time) {
                Ok(()) => {}
                Err(Blocked::Late) if by_call => return Err(late()),
                Err(Blocked::Late) => {
                    // The browser takes nothing; its socket's own time limit says so too.
                    self.close(ticket, api::HUB_CANCELLED);
                    return Err(ended(End::Broken(api::HUB_CANCELLED)));
                }
                Err(Blocked::Ended(end)) => return Err(ended(end)),
            }
        }
        exchange.touch();
        Ok(())
    }

    /// `hub.http.respond/1` `finish`.
    ///
    /// # Errors
    /// As the contract says.
    pub fn finish(&self, _call: HostCall, ticket: u64) -> Answer {
        let exchange = self.exchange(ticket)?;
        if !exchange.is_started() {
            self.fail(ticket, Failure::Dropped);
            return Err(Refusal::new(api::HUB_INVALID, "no answer was begun"));
        }
        exchange.answer.end(End::Whole);
        self.taken(ticket);
        Ok(())
    }

    /// `hub.http.respond/1` `gone`.
    #[must_use]
    pub fn gone(&self, ticket: u64) -> bool {
        let cancelled = |exchange: &mut Arc<Exchange>| exchange.cancelled.load(Ordering::Acquire);
        self.open.with(ticket, cancelled).unwrap_or(true)
    }

    /// How many requests are open.
    #[must_use]
    pub fn count(&self) -> usize {
        self.open.count()
    }

    /// Waits until no request is open, at most so long; then ends those that are. Answers how many
    /// were ended so. No new ones may come meanwhile.
    pub async fn quiesce(&self, grace: Duration) -> usize {
        let idle = async {
            loop {
                let mut closed = std::pin::pin!(self.closed.notified());
                // Registered before the count is read, so that no end goes unheard.
                closed.as_mut().enable();
                if self.count() == 0 {
                    return;
                }
                closed.await;
            }
        };
        let _ = timeout(grace, idle).await;
        let left = self.open.take_all();
        for (ticket, exchange) in &left {
            self.remember(*ticket, api::HUB_CANCELLED);
            exchange.fail(Failure::Busy);
        }
        left.len()
    }

    pub(super) fn issue(&self, exchange: &Arc<Exchange>) -> Option<u64> {
        self.open.issue(Arc::clone(exchange))
    }

    /// Ends a request without an answer, or in the midst of one.
    pub(super) fn fail(&self, ticket: u64, failure: Failure) {
        if let Some(exchange) = self.taken(ticket) {
            if failure == Failure::Late {
                self.remember(ticket, api::HUB_DEADLINE);
            }
            exchange.fail(failure);
        }
    }

    /// Ends a request for which nobody waits any more.
    pub(super) fn close(&self, ticket: u64, status: Status) {
        if let Some(exchange) = self.taken(ticket) {
            self.remember(ticket, status);
            exchange.end(status);
        }
    }

    fn taken(&self, ticket: u64) -> Option<Arc<Exchange>> {
        let exchange = self.open.take(ticket);
        self.closed.notify_waiters();
        exchange
    }

    fn exchange(&self, ticket: u64) -> Answer<Arc<Exchange>> {
        if let Some(exchange) = self.open.with(ticket, |exchange| Arc::clone(exchange)) {
            return Ok(exchange);
        }
        let known = self.ended().iter().find(|(one, _)| *one == ticket).map(|(_, status)| *status);
        Err(ended(End::Broken(known.unwrap_or(api::HUB_NOT_FOUND))))
    }

    fn remember(&self, ticket: u64, status: Status) {
        let mut ended = self.ended();
        ended.push_back((ticket, status));
        if ended.len() > REMEMBERED_MAX {
            ended.pop_front();
        }
    }

    fn ended(&self) -> MutexGuard<'_, VecDeque<(u64, Status)>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a call waits, and whether its own deadline says so.
fn patience(call: HostCall, exchange: &Exchange) -> (Duration, bool) {
    if call.deadline_ns == 0 {
        return (exchange.idle, false);
    }
    let left = Duration::from_nanos(call.deadline_ns.saturating_sub(monotonic_ns()));
    (left.min(exchange.idle), left < exchange.idle)
}

fn checked(status: u32) -> Answer<StatusCode> {
    let wrong = || Refusal::new(api::HUB_INVALID, "a status is from 200 to 599");
    let status = u16::try_from(status).ok().filter(|status| (200..600).contains(status));
    StatusCode::from_u16(status.ok_or_else(wrong)?).map_err(|_| wrong())
}

/// Headers as a browser may get them: nothing that ends a line, nothing that is the socket's.
fn check(headers: &[HttpHeaderView<'_>]) -> Answer<HeaderMap> {
    let invalid = |text: String| Refusal::new(api::HUB_INVALID, text);
    let bytes: usize = headers.iter().map(|one| one.name.len() + one.value.len()).sum();
    if headers.len() > HEADERS_MAX || bytes > HEADER_BYTES_MAX {
        return Err(invalid(format!(
            "more than {HEADERS_MAX} headers or {HEADER_BYTES_MAX} bytes"
        )));
    }
    let mut map = HeaderMap::with_capacity(headers.len());
    for one in headers {
        let name = HeaderName::from_bytes(one.name.as_bytes());
        let name = name.map_err(|_| invalid(format!("no name of a header: {:?}", one.name)))?;
        let value = HeaderValue::from_bytes(one.value);
        let value = value.map_err(|_| invalid(format!("no value of a header: {name}")))?;
        if is_the_sockets(&name) {
            return Err(invalid(format!("the hub says this by itself: {name}")));
        }
        map.append(name, value);
    }
    Ok(map)
}

/// Whether a header is about a socket rather than about a page.
pub(super) fn is_the_sockets(name: &HeaderName) -> bool {
    [CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE].contains(name)
        || ["keep-alive", "proxy-connection"].contains(&name.as_str())
}

fn late() -> Refusal {
    Refusal::new(api::HUB_DEADLINE, "the call's deadline passed")
}

fn ended(end: End) -> Refusal {
    match end {
        End::Broken(api::HUB_CANCELLED) => {
            Refusal::new(api::HUB_CANCELLED, "nobody waits for the answer any more")
        }
        End::Broken(api::HUB_DEADLINE) => {
            Refusal::new(api::HUB_DEADLINE, "nothing moved for too long")
        }
        End::Broken(_) | End::Whole => {
            Refusal::new(api::HUB_NOT_FOUND, "the ticket was used up, or never was")
        }
    }
}

/// Requests in the hands of one instance at once: each may hold two pipes' bytes.
const TICKETS_MAX: usize = 256;
/// A plugin may come back late to as many as it had.
const REMEMBERED_MAX: usize = 1024;
/// One write is taken in pieces of this size, so that few bytes lie in memory beyond the pipe's.
const PIECE_BYTES: usize = 64 << 10;
/// Pages have a dozen.
const HEADERS_MAX: usize = 100;
/// Browsers and proxies refuse much more.
const HEADER_BYTES_MAX: usize = 16 << 10;
