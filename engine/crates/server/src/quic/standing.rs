//! Streams that stay: envelopes as they come, within the peer's credit, and states as they change.

use std::sync::Arc;
use std::time::Duration;

use phytohub_exchange::{CallError, Caller, PulledEnvelope, Subscription};
use phytohub_telemetry::Outcome;
use phytohub_wire::quic::{
    Credit, EnvelopeHead, Frame, Kind, Lagged, Message as _, StateFrame, Subscribe, Watch,
};
use quinn::SendStream;
use tokio::time::timeout;

use super::link::Link;
use super::operation;
use super::reader::FrameReader;
use super::refusal::Refusal;
use super::reply::{self, Meter, Part, Reply, frame};
use super::requests::Broken;
use crate::Shutdown;
use crate::budget::{Hold, Share};

/// What the peer is ready to take.
#[derive(Clone, Copy)]
struct Left {
    envelopes: u64,
    bytes: u64,
}

impl Left {
    const fn is_some(self) -> bool {
        self.envelopes > 0 && self.bytes > 0
    }

    fn spend(&mut self, bytes: u64) {
        self.envelopes = self.envelopes.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

/// Sends what waits, and what comes, until the peer ends its side, or the hub stops.
pub(super) async fn subscribe(
    link: &Arc<Link>,
    first: &Frame,
    reader: &mut FrameReader,
    send: &mut SendStream,
    mut shutdown: Shutdown,
) -> Result<(), Broken> {
    let request = first.head.request;
    let begun = begin(link, first, |caller| {
        let message = Subscribe::read(first.fields.clone())?;
        Ok((link.door.hub.subscribe(caller)?, message))
    });
    let (caller, (mut subscription, message)) = match begun? {
        Ok(begun) => begun,
        Err(refusal) => return refuse(link, send, request, &refusal).await,
    };
    let mut left = Left { envelopes: message.envelopes.into(), bytes: message.bytes };
    loop {
        if shutdown.is_requested() {
            return refuse(link, send, request, &Refusal::Draining).await;
        }
        let mut patience = None;
        if left.is_some() {
            match page(link, &mut subscription, left).await {
                Ok((envelopes, hold)) if !envelopes.is_empty() => {
                    let mut parts = Vec::with_capacity(envelopes.len());
                    for envelope in envelopes {
                        left.spend(envelope.content.len());
                        parts.push(Part::envelope(request, 0, envelope, &caller));
                    }
                    let hub = &link.door.hub;
                    reply::send(send, parts, hub, hub.limits().idle_time).await?;
                    drop(hold);
                    if !take_credit_at_hand(reader, &mut left).await? {
                        return Ok(());
                    }
                    continue;
                }
                Ok(_) => {}
                Err(CallError::NoRoom) => patience = Some(NO_ROOM_PAUSE),
                Err(error) => return refuse(link, send, request, &error.into()).await,
            }
        }
        let news = async {
            match patience {
                // Others give room back without telling.
                Some(pause) => drop(timeout(pause, subscription.news()).await),
                None => subscription.news().await,
            }
        };
        tokio::select! {
            biased;
            () = shutdown.requested() => {}
            frame = reader.frame() => match frame? {
                Some(frame) => add_credit(&frame, &mut left)?,
                None => return Ok(()),
            },
            () = news, if left.is_some() => {}
        }
    }
}

/// Tells states as they change, until the peer ends its side, or the hub stops.
pub(super) async fn watch(
    link: &Arc<Link>,
    first: &Frame,
    reader: &mut FrameReader,
    send: &mut SendStream,
    mut shutdown: Shutdown,
) -> Result<(), Broken> {
    let request = first.head.request;
    let begun = begin(link, first, |caller| {
        Watch::read(first.fields.clone())?;
        Ok(link.door.hub.watch_states(caller)?)
    });
    let (_, mut states) = match begun? {
        Ok(begun) => begun,
        Err(refusal) => return refuse(link, send, request, &refusal).await,
    };
    let hub = &link.door.hub;
    // The peer knows from when on it is told.
    let began = vec![Part::Frames(frame(request, 0, &Lagged))];
    reply::send(send, began, hub, hub.limits().idle_time).await?;
    loop {
        let told = tokio::select! {
            biased;
            () = shutdown.requested() => {
                return refuse(link, send, request, &Refusal::Draining).await;
            }
            frame = reader.frame() => match frame? {
                Some(_) => return refuse(link, send, request, &NOTHING_MORE).await,
                None => return Ok(()),
            },
            told = states.next() => told,
        };
        let out = match told {
            Some(header) => {
                let head = EnvelopeHead::from((*header).clone());
                frame(request, 0, &StateFrame { head })
            }
            None => frame(request, 0, &Lagged),
        };
        reply::send(send, vec![Part::Frames(out)], hub, hub.limits().idle_time).await?;
    }
}

/// Who asks, and what begins for it.
fn begin<T>(
    link: &Link,
    first: &Frame,
    begin: impl FnOnce(&Caller) -> Result<T, Refusal>,
) -> Result<Result<(Caller, T), Refusal>, Broken> {
    let caller = link.identify().map_err(|_| Broken::Denied)?;
    let hub = &link.door.hub;
    let mut meter = Meter {
        hub: hub.clone(),
        operation: first.head.known_kind().map_or("unknown", operation::name),
        outcome: Outcome::Answered,
        started: hub.clock().monotonic(),
    };
    let begun = hub.take_request(&caller).map_err(Refusal::from).and_then(|()| {
        if first.head.content > 0 {
            return Err(NOTHING_MORE);
        }
        begin(&caller)
    });
    if let Err(refusal) = &begun {
        meter.outcome = refusal.outcome();
    }
    Ok(begun.map(|begun| (caller, begun)))
}

async fn refuse(
    link: &Link,
    send: &mut SendStream,
    request: u32,
    refusal: &Refusal,
) -> Result<(), Broken> {
    let parts = Reply::refused(request, refusal).parts;
    let hub = &link.door.hub;
    Ok(reply::send(send, parts, hub, hub.limits().idle_time).await?)
}

/// Some of what waits, with its room in the budget.
async fn page(
    link: &Link,
    subscription: &mut Subscription,
    left: Left,
) -> Result<(Vec<PulledEnvelope>, Option<Hold>), CallError> {
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    let (limits, mut hold) = (link.door.hub.limits(), link.door.admission.hold());
    let admit = move |bytes| {
        let fits = hold.grow(&limits, Share::Brought, bytes).is_ok();
        // Heard below, where else.
        let _ = sender.send(hold);
        fits
    };
    let envelopes = usize::try_from(left.envelopes).unwrap_or(usize::MAX);
    let bytes = left.bytes.min(PAGE_BYTES);
    let taken = subscription.take(envelopes, bytes, admit).await?;
    Ok((taken, receiver.try_recv().ok()))
}

/// Takes credit that arrived meanwhile; `false` once the peer ended its side.
async fn take_credit_at_hand(reader: &mut FrameReader, left: &mut Left) -> Result<bool, Broken> {
    loop {
        let next = tokio::select! {
            biased;
            next = reader.frame() => next?,
            () = std::future::ready(()) => return Ok(true),
        };
        match next {
            Some(frame) => add_credit(&frame, left)?,
            None => return Ok(false),
        }
    }
}

fn add_credit(frame: &Frame, left: &mut Left) -> Result<(), Broken> {
    let broken = || Broken::Stream(super::reader::StreamError::OutOfStep);
    match frame.head.known_kind() {
        Some(Kind::Credit) if frame.head.content == 0 => {
            let more = Credit::read(frame.fields.clone()).map_err(|_| broken())?;
            left.envelopes = left.envelopes.saturating_add(more.envelopes.into());
            left.bytes = left.bytes.saturating_add(more.bytes);
            Ok(())
        }
        None if !frame.head.is_critical() && frame.head.content == 0 => Ok(()),
        _ => Err(broken()),
    }
}

const NOTHING_MORE: Refusal = Refusal::Misplaced("nothing else may be asked on this stream");

/// What one page has in memory: a part of what the peer lets the transport hold.
const PAGE_BYTES: u64 = 1 << 20;
/// Until memory is asked for again that others had.
const NO_ROOM_PAUSE: Duration = Duration::from_millis(100);
