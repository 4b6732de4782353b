//! Requests of one stream: read one behind the other, worked on at once, answered as they are ready.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use phytohub_domain::Limits;
use phytohub_exchange::{Boxed, Caller};
use phytohub_wire::quic::{CloseCode, Frame, Head, Kind};
use quinn::{ReadError, RecvStream, SendStream, WriteError};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::link::{Link, code_of};
use super::operation::{self, Work};
use super::reader::{FrameReader, StreamError};
use super::refusal::Refusal;
use super::reply::{self, Reply, SendError};
use super::standing;
use super::transport::REQUESTS_MAX;
use super::upload;
use crate::Shutdown;
use crate::budget::Place;
use crate::buffer::share_of;

/// Serves a stream until its end.
pub(super) async fn serve(
    link: &Arc<Link>,
    mut send: SendStream,
    receive: RecvStream,
    mut shutdown: Shutdown,
) {
    let mut reader = FrameReader::new(receive);
    let mut stop = shutdown.clone();
    let first = tokio::select! {
        biased;
        () = shutdown.requested() => Ok(None),
        frame = reader.frame() => frame,
    };
    let served = match first {
        Err(error) => Err(Broken::Stream(error)),
        Ok(None) => Ok(()),
        Ok(Some(frame)) => match frame.head.known_kind() {
            Some(Kind::Subscribe) => {
                standing::subscribe(link, &frame, &mut reader, &mut send, shutdown).await
            }
            Some(Kind::Watch) => {
                standing::watch(link, &frame, &mut reader, &mut send, shutdown).await
            }
            _ => pipeline(link, frame, reader, &mut send, shutdown).await,
        },
    };
    if let Err(broken) = served {
        return break_off(link, &mut send, &broken);
    }
    let idle = link.door.hub.limits().idle_time;
    if send.finish().is_ok() {
        // Closing the connection would throw away what the peer has not confirmed. One that is gone
        // without a word must not hold up the drain.
        let farewell = async {
            stop.requested().await;
            let _ = timeout(FAREWELL_TIME.min(idle), std::future::pending::<()>()).await;
        };
        tokio::select! {
            _ = timeout(idle, send.stopped()) => {}
            () = farewell => {}
        }
    }
}

/// Why a stream ends before its time.
pub(super) enum Broken {
    Stream(StreamError),
    Send(SendError),
    /// The peer is nobody any more; the connection is closed already.
    Denied,
}

impl From<StreamError> for Broken {
    fn from(error: StreamError) -> Self {
        Self::Stream(error)
    }
}

impl From<SendError> for Broken {
    fn from(error: SendError) -> Self {
        Self::Send(error)
    }
}

/// Tells the peer that the stream ends before its time, and the log if that is for the operator.
fn break_off(link: &Link, send: &mut SendStream, broken: &Broken) {
    let (code, told) = match broken {
        Broken::Denied
        | Broken::Stream(StreamError::Read(ReadError::Reset(_) | ReadError::ConnectionLost(_)))
        | Broken::Send(SendError::Write(WriteError::Stopped(_) | WriteError::ConnectionLost(_))) => {
            (CloseCode::Done, None)
        }
        Broken::Stream(error @ StreamError::Idle { .. }) => {
            (CloseCode::Idle, Some(error.to_string()))
        }
        Broken::Stream(error) => (CloseCode::Protocol, Some(error.to_string())),
        Broken::Send(error @ SendError::Idle { .. }) => (CloseCode::Idle, Some(error.to_string())),
        Broken::Send(error) => (CloseCode::Done, Some(error.to_string())),
    };
    if let Some(trouble) = told {
        let door = &link.door;
        if let Some(silenced) = door.request_trouble.admit(door.hub.clock().monotonic()) {
            let peer = link.connection.remote_address();
            tracing::warn!(%peer, trouble, silenced, "a stream broke off");
        }
    }
    // It may be gone already.
    let _ = send.reset(code_of(code));
}

/// Reads requests and sends replies until both are done.
async fn pipeline(
    link: &Arc<Link>,
    first: Frame,
    reader: FrameReader,
    send: &mut SendStream,
    shutdown: Shutdown,
) -> Result<(), Broken> {
    let (jobs, queue) = mpsc::channel(QUEUE);
    let mut reading = std::pin::pin!(read(link, first, reader, jobs, shutdown));
    let mut writing = std::pin::pin!(write(link, send, queue));
    tokio::select! {
        read = &mut reading => {
            // What was read is answered, whatever came behind it.
            writing.await?;
            read
        }
        written = &mut writing => Ok(written?),
    }
}

/// Turns frames into jobs until the stream ends, breaks, or it is time to stop.
async fn read(
    link: &Arc<Link>,
    first: Frame,
    mut reader: FrameReader,
    jobs: mpsc::Sender<Boxed<Reply>>,
    mut shutdown: Shutdown,
) -> Result<(), Broken> {
    let mut frame = first;
    loop {
        let (job, goes_on) = take(link, &mut reader, frame).await?;
        if let Some(job) = job
            && jobs.send(job).await.is_err()
        {
            return Ok(());
        }
        if !goes_on {
            reader.stop(code_of(CloseCode::Protocol));
            return Ok(());
        }
        let next = tokio::select! {
            biased;
            () = shutdown.requested() => return Ok(()),
            next = reader.frame() => next?,
        };
        let Some(next) = next else { return Ok(()) };
        frame = next;
    }
}

/// Works on jobs and sends their replies, those that are ready together in one go.
async fn write(
    link: &Link,
    send: &mut SendStream,
    mut queue: mpsc::Receiver<Boxed<Reply>>,
) -> Result<(), SendError> {
    let (mut open, mut ended) = (FuturesUnordered::new(), false);
    loop {
        let first = tokio::select! {
            job = queue.recv(), if !ended && open.len() < REQUESTS_MAX => {
                match job {
                    Some(job) => open.push(job),
                    None => ended = true,
                }
                continue;
            }
            Some(reply) = open.next() => reply,
            else => return Ok(()),
        };
        let (mut parts, mut kept) = (Vec::new(), Vec::new());
        let mut reply = Some(first);
        while let Some(mut ready) = reply {
            parts.append(&mut ready.parts);
            kept.push(ready);
            reply = open.next().now_or_never().flatten();
        }
        reply::send(send, parts, &link.door.hub, link.door.hub.limits().idle_time).await?;
    }
}

/// Takes a request in: the checks, in the order in which they cost more. What it is answered by,
/// if it is at all, and whether the stream goes on.
async fn take(
    link: &Arc<Link>,
    reader: &mut FrameReader,
    frame: Frame,
) -> Result<(Option<Boxed<Reply>>, bool), Broken> {
    let Frame { head, fields } = frame;
    let limits = link.door.hub.limits();
    let idle = limits.idle_time;
    let Some(kind) = head.known_kind() else {
        reader.skip(head.content, idle).await?;
        let refused = head.is_critical().then(|| refused(&head, &Refusal::Unsupported));
        return Ok((refused, true));
    };
    let caller = link.identify().map_err(|_| Broken::Denied)?;
    if head.content > limits.content_bytes as u64 {
        let refusal = Refusal::TooLarge { limit: limits.content_bytes };
        return Ok((Some(refused(&head, &refusal)), false));
    }
    let admitted = admit(link, &caller, kind, &head, &limits);
    let place = match admitted {
        Ok(place) => place,
        Err(refusal) => {
            reader.skip(head.content, idle).await?;
            return Ok((Some(refused(&head, &refusal)), true));
        }
    };
    let inside = if takes_content(kind) {
        let (from, what) = ((&**link, &caller), (kind, head.content));
        match upload::take(from, reader, what, &place, &limits).await? {
            Ok(inside) => Some(inside),
            Err(refusal) => return Ok((Some(refused(&head, &refusal)), true)),
        }
    } else {
        None
    };
    let request = head.request;
    let work =
        Work { link: Arc::clone(link), caller, kind, request, fields, inside, place, limits };
    Ok((Some(Box::pin(operation::answer(work))), true))
}

fn refused(head: &Head, refusal: &Refusal) -> Boxed<Reply> {
    Box::pin(std::future::ready(Reply::refused(head.request, refusal)))
}

const fn takes_content(kind: Kind) -> bool {
    matches!(kind, Kind::Deliver | Kind::Validate)
}

/// Counts a request and gives it a place.
fn admit(
    link: &Link,
    caller: &Caller,
    kind: Kind,
    head: &Head,
    limits: &Limits,
) -> Result<Place, Refusal> {
    let hub = &link.door.hub;
    hub.take_request(caller)?;
    let content = usize::try_from(head.content).unwrap_or(usize::MAX);
    hub.take_bytes(caller, content.saturating_add(head.fields as usize))?;
    if content > 0 && !takes_content(kind) {
        return Err(Refusal::Misplaced("no content belongs to this kind of frame"));
    }
    let share = share_of(content).min(operation::share_of(kind));
    Ok(link.door.admission.place(limits, share)?)
}

/// What a reply's last bytes may take to be confirmed when the hub stops: some round trips of the
/// worst line, with losses.
const FAREWELL_TIME: Duration = Duration::from_secs(3);
/// Jobs between the reader and the writer: enough that neither waits for the other's turn.
const QUEUE: usize = 8;
