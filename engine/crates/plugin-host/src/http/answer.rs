//! One request handed to a plugin, and its answer as it comes.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::BodyExt as _;
use phytohub_plugin_api as api;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::PageBody;
use super::exchange::{Exchange, Failure, Head, PIPE_BYTES};
use super::job::{Asked, NoWorker, PageJob, PageWorkers};
use super::page::{come_again, whole};
use super::pipe::End;
use super::route::Match;
use super::tickets::HttpTickets;

/// What a request needs to know of the plugin that it is for.
pub(super) struct To {
    pub(super) prefix: Arc<str>,
    pub(super) tickets: Arc<HttpTickets>,
    pub(super) workers: Arc<dyn PageWorkers>,
    pub(super) idle: Duration,
}

type Background = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Hands a request to a plugin and waits until its answer begins.
pub(super) async fn ask(
    to: To,
    parts: Parts,
    mut body: PageBody,
    route: Match,
) -> Response<PageBody> {
    let declared = body.size_hint().exact();
    if declared.is_some_and(|bytes| bytes > route.body_bytes_max) {
        return Failure::TooLarge.response();
    }
    let (first, at_end) = match begin(&mut body, declared, route.body_bytes_max, to.idle).await {
        Ok(read) => read,
        Err(failure) => return failure.response(),
    };
    let (exchange, head) = Exchange::new(to.idle, parts.method == Method::HEAD);
    let Some(ticket) = to.tickets.issue(&exchange) else { return Failure::Busy.response() };
    let open = Open { tickets: Arc::clone(&to.tickets), ticket, exchange: Arc::clone(&exchange) };
    let read = first.len() as u64;
    let pump: Option<Background> = if at_end {
        exchange.asked.end(End::Whole);
        None
    } else {
        let first = first.clone();
        let pump = Pump { open: open.clone(), left: route.body_bytes_max.saturating_sub(read) };
        Some(Box::pin(pump.run(first, body)))
    };
    let body_bytes = if at_end { Some(read) } else { declared };
    let body = if at_end { first } else { Bytes::new() };
    let asked = Asked { parts, route: route.index, prefix: to.prefix, body, body_bytes };
    let job = PageJob { asked, ticket, tickets: to.tickets, exchange };
    let guard = Guard(open);
    match to.workers.submit(job) {
        Ok(()) => answer(guard, pump, head).await,
        Err(NoWorker::Busy) => Failure::Busy.response(),
        Err(NoWorker::Down) => down(),
    }
}

/// 503 for a plugin that is out of service for some time.
pub(super) fn down() -> Response<PageBody> {
    come_again("these pages are out of service for the moment: come again\n", DOWN_SECONDS)
}

/// Reads a body that is small; of another, what comes first. Also whether that was all.
async fn begin(
    body: &mut PageBody,
    declared: Option<u64>,
    most: u64,
    idle: Duration,
) -> Result<(Bytes, bool), Failure> {
    let mut first = BytesMut::new();
    if body.is_end_stream() {
        return Ok((Bytes::new(), true));
    }
    while declared.is_none_or(|bytes| bytes <= SMALL_BYTES) {
        let frame = timeout(idle, body.frame()).await.map_err(|_| Failure::AskedTooSlowly)?;
        let Some(frame) = frame else { return Ok((first.freeze(), true)) };
        // The browser has gone; nobody hears this.
        let Ok(data) = frame.map_err(|_| Failure::AskedTooSlowly)?.into_data() else { continue };
        first.extend_from_slice(&data);
        if first.len() as u64 > most {
            return Err(Failure::TooLarge);
        }
        if first.len() as u64 > SMALL_BYTES {
            break;
        }
    }
    Ok((first.freeze(), false))
}

/// Waits for the answer's head, and makes an answer of it.
async fn answer(
    guard: Guard,
    mut pump: Option<Background>,
    head: oneshot::Receiver<Result<Head, Failure>>,
) -> Response<PageBody> {
    let exchange = Arc::clone(&guard.0.exchange);
    let mut overdue: Background = Box::pin(Arc::clone(&exchange).overdue());
    let mut head = head;
    let head = poll_fn(|context| {
        advance(&mut pump, context);
        if let Poll::Ready(head) = Pin::new(&mut head).poll(context) {
            return Poll::Ready(head.unwrap_or(Err(Failure::Dropped)));
        }
        overdue.as_mut().poll(context).map(|()| Err(Failure::Late))
    });
    let head = match head.await {
        Ok(head) => head,
        Err(failure) => {
            guard.0.tickets.fail(guard.0.ticket, failure);
            return failure.response();
        }
    };
    // Most answers are whole within moments; then their length goes with them.
    let settled = poll_fn(|context| exchange.answer.poll_settled(context, PIPE_BYTES));
    let _ = timeout(SETTLE_TIME, settled).await;
    let mut response = match exchange.answer.take_whole() {
        Some(pieces) => whole(join(pieces)),
        None => Response::new(Streamed { guard, pump, overdue, ended: false }.boxed_unsync()),
    };
    complete(&mut response, &exchange, head);
    response
}

fn complete(response: &mut Response<PageBody>, exchange: &Exchange, head: Head) {
    *response.status_mut() = head.status;
    *response.headers_mut() = head.headers;
    let exact = response.body().size_hint().exact();
    let headers = response.headers_mut();
    match exchange.forgotten() {
        None if exact.is_some() => {
            // Counted, not believed.
            headers.remove(CONTENT_LENGTH);
        }
        Some(bytes) if bytes > 0 && head.status == StatusCode::OK => {
            headers.entry(CONTENT_LENGTH).or_insert(HeaderValue::from(bytes));
        }
        _ => {}
    }
}

fn join(mut pieces: Vec<Bytes>) -> Bytes {
    match pieces.len() {
        0 => Bytes::new(),
        1 => pieces.remove(0),
        _ => pieces.concat().into(),
    }
}

fn advance(pump: &mut Option<Background>, context: &mut Context<'_>) {
    if pump.as_mut().is_some_and(|running| running.as_mut().poll(context).is_ready()) {
        *pump = None;
    }
}

/// A request in a plugin's hands.
#[derive(Clone)]
struct Open {
    tickets: Arc<HttpTickets>,
    ticket: u64,
    exchange: Arc<Exchange>,
}

/// The browser's side of it: dropped, nobody waits any more.
struct Guard(Open);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.tickets.close(self.0.ticket, api::HUB_CANCELLED);
    }
}

/// Carries the rest of a body to the plugin.
struct Pump {
    open: Open,
    /// Bytes that may still come.
    left: u64,
}

impl Pump {
    async fn run(mut self, first: Bytes, mut body: PageBody) {
        let exchange = Arc::clone(&self.open.exchange);
        exchange.asked.put_now(first);
        let failure = loop {
            if poll_fn(|context| exchange.asked.poll_room(context)).await.is_err() {
                return;
            }
            let Ok(frame) = timeout(exchange.idle, body.frame()).await else {
                break Failure::AskedTooSlowly;
            };
            match frame.map(|frame| frame.map(Frame::into_data)) {
                None => return exchange.asked.end(End::Whole),
                Some(Err(_)) => {
                    return self.open.tickets.close(self.open.ticket, api::HUB_CANCELLED);
                }
                Some(Ok(Err(_trailers))) => {}
                Some(Ok(Ok(data))) => {
                    let Some(left) = self.left.checked_sub(data.len() as u64) else {
                        break Failure::TooLarge;
                    };
                    self.left = left;
                    exchange.touch();
                    exchange.asked.put_now(data);
                }
            }
        };
        self.open.tickets.fail(self.open.ticket, failure);
    }
}

/// An answer that comes piece by piece.
struct Streamed {
    guard: Guard,
    pump: Option<Background>,
    overdue: Background,
    ended: bool,
}

impl Body for Streamed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        if this.ended {
            return Poll::Ready(None);
        }
        advance(&mut this.pump, context);
        let Open { tickets, ticket, exchange } = &this.guard.0;
        let taken = match exchange.answer.poll_take(context) {
            Poll::Ready(taken) => taken,
            Poll::Pending => {
                ready!(this.overdue.as_mut().poll(context));
                tickets.fail(*ticket, Failure::Late);
                Err(api::HUB_DEADLINE)
            }
        };
        Poll::Ready(match taken {
            Ok(Some(piece)) => {
                exchange.touch();
                Some(Ok(Frame::data(piece)))
            }
            Ok(None) => {
                this.ended = true;
                None
            }
            Err(status) => {
                this.ended = true;
                let late = status == api::HUB_DEADLINE;
                let kind = if late { io::ErrorKind::TimedOut } else { io::ErrorKind::BrokenPipe };
                Some(Err(io::Error::new(kind, "the page broke off")))
            }
        })
    }
}

/// What a plugin is given with its call: forms are smaller, files are not.
const SMALL_BYTES: u64 = 64 << 10;
/// Long enough for a page that is written in one go, too short to be noticed in one that is not.
const SETTLE_TIME: Duration = Duration::from_millis(3);
/// A plugin comes back by itself after some pause; an upgrade is over by then.
const DOWN_SECONDS: u32 = 10;
