//! Replies as HTTP.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{ALLOW, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use phytohub_domain::Limits;
use phytohub_exchange::{Caller, PulledEnvelope};
use phytohub_wire::soap::{self, Part, Reply};

use super::Door;
use super::body::{Item, ReplyBody};
use super::refusal::Refusal;
use super::request::InFlight;
use super::socket::Release;
use crate::budget::{NoRoom, Share};

/// What an operation answers: its reply, and the contents that are spliced into it.
pub(super) struct Answer {
    reply: Reply,
    contents: Vec<Release>,
    /// Whether the contents at hand have their room in the budget already.
    admitted: bool,
}

impl Answer {
    /// A reply without contents.
    pub(super) fn plain(reply: Reply) -> Self {
        Self { reply, contents: Vec::new(), admitted: false }
    }

    /// A reply with contents, which were pulled by this caller.
    pub(super) fn with_contents(
        reply: Reply,
        envelopes: Vec<PulledEnvelope>,
        caller: &Caller,
    ) -> Self {
        let content = |envelope: PulledEnvelope| Release {
            caller: caller.clone(),
            content: Arc::new(envelope.content),
        };
        let contents = envelopes.into_iter().map(content).collect();
        Self { reply, contents, admitted: false }
    }

    /// The same, whose contents at hand have their room in the budget already.
    pub(super) fn admitted(self) -> Self {
        Self { admitted: true, ..self }
    }

    /// The body's parts, and how many of its bytes are in memory at most at once.
    fn into_items(self) -> (VecDeque<Item>, usize) {
        let mut items = VecDeque::new();
        let mut memory = self.reply.text_len();
        let mut released = None;
        for part in self.reply.into_parts() {
            match part {
                Part::Text(text) => items.push_back(Item::Text(text, released.take())),
                Part::Content(index) => {
                    // The writer was given these very envelopes.
                    let Some(release) = self.contents.get(index) else { continue };
                    let content = &release.content;
                    released = Some(release.clone());
                    if let Some(bytes) = content.ready() {
                        memory += if self.admitted { 0 } else { bytes.len() };
                        items.push_back(Item::Text(bytes.clone(), None));
                    } else {
                        memory += STREAMED_BYTES;
                        items.push_back(Item::Stored(Arc::clone(content)));
                    }
                }
            }
        }
        (items, memory)
    }
}

/// A reply as HTTP, once its bytes have room in the budget.
///
/// A small reply needs none: it may tell of a change that is on disk already, and the caller of an
/// accepted delivery must not hear "come again".
pub(super) fn answered(
    door: &Door,
    in_flight: &Arc<InFlight>,
    limits: &Limits,
    share: Share,
    answer: Answer,
) -> Result<Response<ReplyBody>, NoRoom> {
    let (items, memory) = answer.into_items();
    let mut hold = door.admission.hold();
    match hold.grow(limits, share, memory) {
        Err(no_room) if memory > SMALL_REPLY_BYTES => return Err(no_room),
        _ => {}
    }
    in_flight.keep_hold(hold);
    Ok(respond(StatusCode::OK, items, in_flight))
}

/// A document that needs no admission.
pub(super) fn document(text: Bytes, in_flight: &Arc<InFlight>) -> Response<ReplyBody> {
    respond(StatusCode::OK, [Item::Text(text, None)].into(), in_flight)
}

/// A JSON document that needs no admission: it is a few hundred bytes.
pub(super) fn json(text: Bytes, in_flight: &Arc<InFlight>) -> Response<ReplyBody> {
    let mut response = document(text, in_flight);
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// A refusal as a fault. It needs no admission either: it is a few hundred bytes.
pub(super) fn refused(refusal: &Refusal, in_flight: &Arc<InFlight>) -> Response<ReplyBody> {
    let fault = soap::fault(refusal.fault_code(), &refusal.to_string());
    let (items, _) = Answer::plain(fault).into_items();
    let mut response = respond(refusal.status(), items, in_flight);
    let headers = response.headers_mut();
    if let Some(allow) = refusal.allow() {
        headers.insert(ALLOW, HeaderValue::from_static(allow));
    }
    if refusal.status() == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(RETRY_AFTER, HeaderValue::from(refusal.retry_after()));
    }
    response
}

/// Says that the socket closes after this reply.
pub(super) fn close_after(response: &mut Response<ReplyBody>) {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
}

fn respond(
    status: StatusCode,
    items: VecDeque<Item>,
    in_flight: &Arc<InFlight>,
) -> Response<ReplyBody> {
    let body = ReplyBody::new(items, Arc::clone(in_flight));
    let length = HeaderValue::from(body.left());
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
    headers.insert(CONTENT_LENGTH, length);
    response
}

/// The reply to every operation that changes something is under it: six header fields, escaped.
const SMALL_REPLY_BYTES: usize = 64 << 10;
/// Of a content that is streamed, hyper holds one chunk while the next is read.
const STREAMED_BYTES: usize = 2 << 20;
