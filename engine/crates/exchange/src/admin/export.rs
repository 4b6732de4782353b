//! Envelopes on their way out of the hub, at the operator's wish: which, and their contents.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use phytohub_domain::{ConnectionId, HubDeliveryNumber, Timestamp};
use phytohub_store::{Store, StoredEnvelope};
use phytohub_telemetry::{Actor, Event, EventKind};
use serde::{Deserialize, Serialize};

use super::{AdminError, AdminReply, find};
use crate::{CallError, Hub, blocking};

/// Something that the operator wants of envelopes that leave the hub.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ExportRequest {
    /// A page of the envelopes of a connection, whatever became of them, oldest first.
    Page {
        /// Only what this connection sent.
        from: Option<String>,
        /// Only what was sent to this connection, or lies in its inbox.
        to: Option<String>,
        /// Only what was accepted then or later, milliseconds since 1970.
        since_ms: Option<u64>,
        /// Where the page before ended.
        after: Option<String>,
    },
    /// A piece of an envelope's content, as it was received. The first one is an event.
    Content {
        /// Its number.
        number: String,
        /// Which piece, from 0.
        chunk: u32,
    },
}

/// A page of envelopes.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExportPage {
    /// Their numbers, oldest first.
    pub numbers: Vec<String>,
    /// Where the next page goes on; nothing after the last one. A page without envelopes may have
    /// one after it.
    pub next: Option<String>,
}

/// A piece of a content.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ContentPiece {
    /// Pieces in all.
    pub chunks: u32,
    /// Bytes as they were received, between the tags: in Base64.
    pub raw: String,
}

/// Which envelopes are wanted.
struct Wanted {
    from: Option<ConnectionId>,
    to: Option<ConnectionId>,
}

impl Wanted {
    fn picks(&self, envelope: &StoredEnvelope) -> bool {
        let sent = |id| [envelope.from_id, envelope.actor_id].contains(&id);
        let got = |id| [envelope.to_id, envelope.mailbox_id].contains(&Some(id));
        self.from.is_none_or(sent) && self.to.is_none_or(got)
    }
}

impl Hub {
    pub(super) async fn export(
        &self,
        actor: Actor,
        request: ExportRequest,
    ) -> Result<AdminReply, AdminError> {
        match request {
            ExportRequest::Page { from, to, since_ms, after } => {
                let registry = self.inner.registry.load_full();
                let id = |code: Option<String>| {
                    code.map(|code| find(&registry, &code).map(|found| found.id)).transpose()
                };
                let wanted = Wanted { from: id(from)?, to: id(to)? };
                let since = since_ms.map(Timestamp::from_millis);
                let after = match after {
                    Some(after) => Some(super::parse("after", &after)?),
                    // Numbers begin with the time at which they were given.
                    None => since.map(|since| HubDeliveryNumber::new(since, 0, 0, 0)),
                };
                let store = self.inner.store.clone();
                let page = blocking::read(move || page(&store, &wanted, after)).await?;
                Ok(AdminReply::ExportPage(page))
            }
            ExportRequest::Content { number, chunk } => {
                self.export_content(actor, &number, chunk).await
            }
        }
    }

    async fn export_content(
        &self,
        actor: Actor,
        number: &str,
        chunk: u32,
    ) -> Result<AdminReply, AdminError> {
        let (envelope, state) = self.find_envelope(number).await?;
        if state.content_dropped {
            return Err(AdminError::NoContent { number: envelope.number });
        }
        if chunk == 0 {
            self.tell_export(actor, &envelope).await?;
        }
        let store = self.inner.store.clone();
        let chunks = Store::content_chunks(&envelope);
        let read = move || store.content_chunk(&envelope, chunk);
        let raw = STANDARD.encode(blocking::read(read).await?);
        Ok(AdminReply::ContentPiece(ContentPiece { chunks, raw }))
    }

    /// No content leaves the hub without an event.
    async fn tell_export(&self, actor: Actor, envelope: &StoredEnvelope) -> Result<(), AdminError> {
        let mut event = Event::new(EventKind::ContentExported, actor);
        event.mode = Some(envelope.mode);
        event.envelope = Some(envelope.number);
        event.from.clone_from(&envelope.from);
        event.to.clone_from(&envelope.to);
        event.content_hash = Some(envelope.content_hash);
        event.content_bytes = envelope.content_bytes;
        Ok(self.inner.store.record(event).await?)
    }
}

/// One page. Blocks.
fn page(
    store: &Store,
    wanted: &Wanted,
    after: Option<HubDeliveryNumber>,
) -> Result<ExportPage, CallError> {
    let rows = store.envelopes_after(after, PAGE_ROWS)?;
    let last = rows.last().map(|(number, _)| number.to_string());
    let next = last.filter(|_| rows.len() == PAGE_ROWS);
    let picked = rows.into_iter().filter_map(|(number, tracked)| match tracked {
        Ok((envelope, _)) => wanted.picks(&envelope).then(|| number.to_string()),
        Err(error) => {
            tracing::error!(%number, %error, "an envelope cannot be exported");
            None
        }
    });
    Ok(ExportPage { numbers: picked.collect(), next })
}

/// Read in well under a second, and its numbers are a small part of a reply.
const PAGE_ROWS: usize = 10_000;
