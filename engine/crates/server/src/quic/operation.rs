//! From a request that arrived to the hub's answer.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt as _};
use phytohub_domain::{AllowedDocument, Limits};
use phytohub_exchange::{Caller, DeliveryKey, Hub};
use phytohub_telemetry::Outcome;
use phytohub_wire::quic::{
    AckItem, AckOutcome, Acknowledge, Acknowledged, CodeList, CodeLists, Deliver, Delivered, End,
    EnvelopeHead, Finding, GetProfile, Head, Kind, Message as _, Profile, Pull, Report, StateFrame,
    Track, Validate, encode, read_content,
};
use phytohub_wire::soap::{Content, Text};

use super::directory;
use super::link::Link;
use super::refusal::{Refusal, code_of};
use super::reply::{Meter, Part, Reply, frame};
use super::upload::Arrived;
use crate::budget::{Hold, Place, Share};

/// A request, with what it holds.
pub(super) struct Work {
    pub(super) link: Arc<Link>,
    pub(super) caller: Caller,
    pub(super) kind: Kind,
    pub(super) request: u32,
    pub(super) fields: Bytes,
    pub(super) inside: Option<Arrived>,
    pub(super) place: Place,
    pub(super) limits: Arc<Limits>,
}

/// Who is shed first, as at the HTTPS door.
pub(super) const fn share_of(kind: Kind) -> Share {
    match kind {
        Kind::Deliver | Kind::Validate => Share::Batch,
        _ => Share::Last,
    }
}

/// Has the hub work on a request, and makes its reply.
pub(super) async fn answer(work: Work) -> Reply {
    let hub = work.link.door.hub.clone();
    let started = hub.clock().monotonic();
    let mut meter = Meter { operation: name(work.kind), outcome: Outcome::Answered, started, hub };
    let request = work.request;
    let mut reply = match operate(work).await {
        Ok(reply) => reply,
        Err(refusal) => {
            meter.outcome = refusal.outcome();
            tracing::debug!(operation = meter.operation, %refusal, "refused");
            Reply::refused(request, &refusal)
        }
    };
    reply.meter = Some(meter);
    reply
}

async fn operate(mut work: Work) -> Result<Reply, Refusal> {
    let mut hold = work.link.door.admission.hold();
    hold.grow(&work.limits, share_of(work.kind), work.fields.len())?;
    let fields = std::mem::take(&mut work.fields);
    let (hub, request) = (work.link.door.hub.clone(), work.request);
    let reply = match work.kind {
        Kind::Deliver => deliver(&hub, &mut work, Deliver::read(fields)?).await?,
        Kind::Acknowledge => acknowledge(&hub, &work, Acknowledge::read(fields)?).await?,
        Kind::Pull => return pull(&hub, work, Pull::read(fields)?).await,
        Kind::Track => track(&hub, &work, &Track::read(fields)?).await?,
        Kind::GetProfile => {
            GetProfile::read(fields)?;
            profile(&hub, &work).await?
        }
        Kind::CodeLists => code_lists(&hub, &work, &CodeLists::read(fields)?)?,
        Kind::Validate => {
            Validate::read(fields)?;
            validate(&hub, &mut work).await?
        }
        Kind::Report => report(&hub, &work, Report::read(fields)?).await?,
        Kind::Connections => directory::connections(&hub, &work, fields)?,
        Kind::Find => directory::find(&hub, &work, fields).await?,
        Kind::Subscribe | Kind::Watch => {
            return Err(Refusal::Misplaced("this must be the first frame of a stream of its own"));
        }
        Kind::Credit => return Err(Refusal::Misplaced("there is no subscription on this stream")),
        _ => return Err(Refusal::Misplaced("this kind of frame is the hub's to send")),
    };
    drop(hold);
    debug_assert!(!reply.parts.is_empty(), "request {request} must be answered");
    keep(work, reply, None)
}

/// A reply with its room in the budget, once it has it. A small one needs none: it may tell of a
/// change that is on disk already.
fn keep(work: Work, mut reply: Reply, admitted: Option<Hold>) -> Result<Reply, Refusal> {
    let (memory, share) = (reply.memory(), share_of(work.kind));
    let hold = match admitted {
        Some(hold) => hold,
        None => {
            let mut hold = work.link.door.admission.hold();
            match hold.grow(&work.limits, share, memory) {
                Err(no_room) if memory > SMALL_REPLY_BYTES => return Err(no_room.into()),
                _ => hold,
            }
        }
    };
    reply.held.push(hold);
    reply.place = Some(work.place);
    Ok(reply)
}

/// A content that is held, judged.
async fn content_of(inside: Option<Arrived>, limits: &Arc<Limits>) -> Result<Content, Refusal> {
    let body = match inside {
        None => Bytes::new(),
        Some(Arrived::Held(upload)) => upload.body,
        // Only what is delivered goes to disk.
        Some(Arrived::Staged(_)) => return Err(Refusal::Internal),
    };
    if body.len() <= READ_AT_ONCE_BYTES {
        return Ok(read_content(&body, limits)?);
    }
    let limits = Arc::clone(limits);
    let read = tokio::task::spawn_blocking(move || read_content(&body, &limits)).await;
    Ok(read.map_err(|_| Refusal::Internal)??)
}

async fn deliver(hub: &Hub, work: &mut Work, mut deliver: Deliver) -> Result<Reply, Refusal> {
    let (validate, response) = (deliver.validate, deliver.response);
    let key = match (deliver.key.take(), deliver.origin) {
        (Some(_), Some(_)) => {
            return Err(Refusal::Misplaced("what is handed over has its number in place of a key"));
        }
        (key, origin) => origin.map(DeliveryKey::Origin).or_else(|| key.map(DeliveryKey::Own)),
    };
    if deliver.from.is_empty() {
        work.caller.connection.code.as_str().clone_into(&mut deliver.from);
    }
    let inside = match work.inside.take() {
        Some(Arrived::Staged(content)) => content.into(),
        held => content_of(held, &work.limits).await?.into(),
    };
    let inside = (deliver.into_header(&work.limits)?, inside);
    let told = if response {
        hub.deliver_response(&work.caller, inside, key).await?
    } else {
        hub.deliver_keyed(&work.caller, inside, key, validate).await?
    };
    let head = EnvelopeHead::from(told).without_request();
    Ok(Reply::one(work.request, &Delivered { head }))
}

async fn acknowledge(hub: &Hub, work: &Work, message: Acknowledge) -> Result<Reply, Refusal> {
    message.check(&work.limits)?;
    // The frame itself was counted as one.
    for _ in 1..message.items.len() {
        hub.take_request(&work.caller)?;
    }
    // All at once, so that they share a commit.
    let caller = &work.caller;
    let one = |AckItem { number, acknowledgement }| async move {
        match hub.acknowledge_numbered(caller, number, acknowledgement).await {
            Ok(answer) => AckOutcome::Stands(answer.tracking_info),
            Err(error) => AckOutcome::Refused(code_of(&error)),
        }
    };
    let outcomes = join_all(message.items.into_iter().map(one)).await;
    Ok(Reply::one(work.request, &Acknowledged { outcomes }))
}

async fn report(hub: &Hub, work: &Work, message: Report) -> Result<Reply, Refusal> {
    message.check(&work.limits)?;
    let Report { number, state, message } = message;
    let state = hub.report(&work.caller, number, state, message).await?;
    let outcomes = vec![AckOutcome::Stands(state)];
    Ok(Reply::one(work.request, &Acknowledged { outcomes }))
}

async fn pull(hub: &Hub, work: Work, pull: Pull) -> Result<Reply, Refusal> {
    if let Some(number) = pull.number {
        let number = Text::of(number.to_string());
        let envelope = hub.pull_single_import_envelope(&work.caller, &number).await?;
        let part = Part::envelope(work.request, Head::LAST, envelope, &work.caller);
        return keep(work, Reply::new(vec![part]), None);
    }
    // Many contents are loaded at once: they get their room in the budget before they are read.
    let mut hold = work.link.door.admission.hold();
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    let limits = Arc::clone(&work.limits);
    let admit = move |bytes| {
        let fits = hold.grow(&limits, Share::Batch, bytes).is_ok();
        // Heard below, where else.
        let _ = sender.send(hold);
        fits
    };
    let envelopes = hub.pull_import_envelope(&work.caller, admit).await?;
    let all = envelopes.into_iter();
    let mut parts: Vec<Part> =
        all.map(|envelope| Part::envelope(work.request, 0, envelope, &work.caller)).collect();
    parts.push(Part::Frames(frame(work.request, 0, &End)));
    keep(work, Reply::new(parts), receiver.try_recv().ok())
}

async fn track(hub: &Hub, work: &Work, track: &Track) -> Result<Reply, Refusal> {
    for _ in 1..track.numbers.len() {
        hub.take_request(&work.caller)?;
    }
    let caller = &work.caller;
    let asked = track.numbers.clone().into_iter().map(|number| async move {
        let number = Text::of(number.to_string());
        hub.get_envelope_tracking_info(caller, &number).await
    });
    let mut told = stream::iter(asked).buffered(TRACKED_AT_ONCE);
    let mut out = BytesMut::new();
    while let Some(header) = told.next().await {
        let head = EnvelopeHead::from(header?);
        encode(&mut out, work.request, 0, &StateFrame { head }, 0);
    }
    encode(&mut out, work.request, 0, &End, 0);
    Ok(Reply::of(out))
}

async fn profile(hub: &Hub, work: &Work) -> Result<Reply, Refusal> {
    let told = hub.get_profile(&work.caller).await?;
    let pair = |row: &phytohub_wire::soap::AllowedDocumentRow| AllowedDocument {
        certificate_type: row.certificate_type,
        certificate_status: row.certificate_status,
    };
    let profile = Profile {
        code: told.country,
        receives: told.receive,
        sends: told.send,
        allowed: told.allowed_documents.iter().map(pair).collect(),
    };
    Ok(Reply::one(work.request, &profile))
}

fn code_lists(hub: &Hub, work: &Work, asked: &CodeLists) -> Result<Reply, Refusal> {
    let known = |name: &str| {
        let known = asked.known.iter().find(|known| known.name == name);
        known.map_or(0, |known| known.revision)
    };
    let mut out = BytesMut::new();
    for (revision, list) in hub.code_lists_since(&work.caller, known)? {
        let (name, text) = (list.description().name.clone(), list.to_json());
        let message = CodeList { name, revision };
        encode(&mut out, work.request, 0, &message, text.len() as u64);
        out.extend_from_slice(text.as_bytes());
    }
    encode(&mut out, work.request, 0, &End, 0);
    Ok(Reply::of(out))
}

async fn validate(hub: &Hub, work: &mut Work) -> Result<Reply, Refusal> {
    let content = content_of(work.inside.take(), &work.limits).await?;
    let mut out = BytesMut::new();
    for result in hub.validate_phyto_xml(&work.caller, &content).await? {
        encode(&mut out, work.request, 0, &Finding { result }, 0);
    }
    encode(&mut out, work.request, 0, &End, 0);
    Ok(Reply::of(out))
}

/// The operation in metrics: as at the HTTPS door, where it has one there.
pub(super) const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Deliver => "DeliverEnvelope",
        Kind::Pull => "PULLSingleImportEnvelope",
        Kind::Acknowledge => "AcknowledgeEnvelopeReceipt",
        Kind::Track => "GetEnvelopeTrackingInfo",
        Kind::GetProfile => "GetProfile",
        Kind::CodeLists => "code_lists",
        Kind::Validate => "ValidatePhytoXML",
        Kind::Report => "report",
        Kind::Connections => "GetActiveNppos",
        Kind::Find => "find",
        Kind::Subscribe => "subscribe",
        Kind::Watch => "watch",
        _ => "unknown",
    }
}

/// About a millisecond of reading; a plain certificate is under it.
const READ_AT_ONCE_BYTES: usize = 256 << 10;
/// A reply that tells of one change.
const SMALL_REPLY_BYTES: usize = 128 << 10;
/// Lookups of one request under way: most are answered from memory.
const TRACKED_AT_ONCE: usize = 16;
