//! What is offered: lists of headers and envelopes with content.
//!
//! Each call goes on behind the last envelope offered and wraps, so that no stuck envelope hides
//! the rest; what is not acknowledged is offered again. Within one reply the oldest comes first.

use phytohub_domain::{ConnectionId, EnvelopeHeader, HubDeliveryNumber, Right, TrackingState};
use phytohub_store::{Queue, Reach, ReadError, Store, StoredEnvelope};
use phytohub_telemetry::EventKind;
use phytohub_wire::soap::Text;

use crate::registry::Registry;
use crate::route::is_of;
use crate::{CallError, Caller, Hub, PulledEnvelope, StoredContent, blocking, track};

/// Which kind of reply a cursor belongs to.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Offering {
    /// `GetImportEnvelopeHeaders`.
    Headers,
    /// `PULLImportEnvelope`.
    Envelopes,
    /// `GetUnderDeliveryEnvelope`.
    UnderDelivery,
}

/// An envelope at its position.
pub(crate) type Row = (u64, StoredEnvelope, TrackingState);

impl Hub {
    /// `GetUnderDeliveryEnvelope`: the caller's own envelopes that nobody has acknowledged.
    ///
    /// # Errors
    /// If the caller may not read, or the store cannot be read.
    pub async fn get_under_delivery_envelope(
        &self,
        caller: &Caller,
    ) -> Result<Vec<EnvelopeHeader>, CallError> {
        caller.may(Right::Read)?;
        self.headers(caller, Offering::UnderDelivery, Queue::Outbox, None).await
    }

    /// `GetImportEnvelopeHeaders`: headers of what waits for the caller. `country_code` picks
    /// those whose `To` it is, or serves that country; empty picks all. So a delegate sees the
    /// mail of its countries apart.
    ///
    /// # Errors
    /// If the caller may not receive, or the store cannot be read.
    pub async fn get_import_envelope_headers(
        &self,
        caller: &Caller,
        country_code: Option<&Text>,
    ) -> Result<Vec<EnvelopeHeader>, CallError> {
        caller.may(Right::Receive)?;
        let country = country_code.map(|text| text.decode().trim().to_owned());
        let country = country.filter(|country| !country.is_empty());
        self.headers(caller, Offering::Headers, Queue::Inbox, country).await
    }

    async fn headers(
        &self,
        caller: &Caller,
        offering: Offering,
        queue: Queue,
        country: Option<String>,
    ) -> Result<Vec<EnvelopeHeader>, CallError> {
        let connection = caller.connection.id;
        // Most polls find nothing: that is known without asking the disk.
        if self.inner.store.queue_len(connection, queue) == 0 {
            return Ok(Vec::new());
        }
        let after = self.cursor(connection, offering);
        let (store, wanted) = (self.inner.store.clone(), self.limits().list_headers);
        let registry = self.inner.registry.load_full();
        let mut rows = blocking::read(move || {
            collect(&store, (connection, queue), after, wanted, |envelope| {
                country.as_deref().is_none_or(|country| is_for(&registry, envelope, country))
            })
        })
        .await?;
        self.advance(connection, offering, &rows);
        rows.sort_by_key(|row| row.0);
        Ok(rows.iter().map(|(_, envelope, state)| track::header(envelope, state)).collect())
    }

    /// `PULLImportEnvelope`: what waits for the caller, with content, up to the limits of a reply
    /// but at least one. `admit` is asked once, with the bytes of content that are about to be in
    /// memory, before any is read.
    ///
    /// # Errors
    /// If the caller may not receive, there is no room, or the store cannot be read.
    pub async fn pull_import_envelope(
        &self,
        caller: &Caller,
        admit: impl FnOnce(usize) -> bool + Send + 'static,
    ) -> Result<Vec<PulledEnvelope>, CallError> {
        caller.may(Right::Receive)?;
        let connection = caller.connection.id;
        if self.inner.store.queue_len(connection, Queue::Inbox) == 0 {
            return Ok(Vec::new());
        }
        let after = self.cursor(connection, Offering::Envelopes);
        let (store, limits) = (self.inner.store.clone(), self.limits());
        let (rows, envelopes) = blocking::read(move || {
            let queue = (connection, Queue::Inbox);
            let mut rows = collect(&store, queue, after, limits.pull_envelopes, |_| true)?;
            let mut bytes = 0;
            let fitting = rows.iter().take_while(|(_, envelope, _)| {
                bytes += envelope.content_bytes;
                bytes <= limits.pull_bytes as u64
            });
            rows.truncate(fitting.count().max(1));
            if !admit(rows.iter().map(|(_, envelope, _)| StoredContent::memory(envelope)).sum()) {
                return Err(CallError::NoRoom);
            }
            let envelopes = load(&store, rows.clone());
            Ok((rows, envelopes))
        })
        .await?;
        self.advance(connection, Offering::Envelopes, &rows);
        Ok(envelopes)
    }

    /// `PULLSingleImportEnvelope`: one envelope, acknowledged or not, for as long as it is kept.
    ///
    /// # Errors
    /// If the envelope is not the caller's, or the store cannot be read.
    pub async fn pull_single_import_envelope(
        &self,
        caller: &Caller,
        number: &Text,
    ) -> Result<PulledEnvelope, CallError> {
        caller.may(Right::Receive)?;
        let (envelope, state) = self.envelope_to(caller, number).await?;
        let store = self.inner.store.clone();
        blocking::look(move |reach| {
            let far = envelope.content_bytes > READ_AT_ONCE_BYTES;
            if reach == Reach::Memory && (far || state.content_dropped) {
                return Err(ReadError::OnDisk.into());
            }
            if state.content_dropped {
                return Err(dropped(&store, envelope.number)?);
            }
            match (pulled(&store, envelope.clone(), &state, reach), reach) {
                // It was dropped since its state was read; its history says when.
                (Err(CallError::Read(ReadError::Dropped)), Reach::Memory) => {
                    Err(ReadError::OnDisk.into())
                }
                (Err(CallError::Read(ReadError::Dropped)), Reach::Disk) => {
                    Err(dropped(&store, envelope.number)?)
                }
                (result, _) => result,
            }
        })
        .await
    }

    fn cursor(&self, connection: ConnectionId, offering: Offering) -> u64 {
        self.inner.cursors.get(&(connection, offering)).map_or(0, |cursor| *cursor)
    }

    /// The next reply goes on behind the last row of this one, in the order of offering.
    fn advance(&self, connection: ConnectionId, offering: Offering, rows: &[Row]) {
        if let Some((position, ..)) = rows.last() {
            self.inner.cursors.insert((connection, offering), *position);
        }
    }
}

/// At most `wanted` rows of a queue after a position, wrapping. Blocks.
fn collect(
    store: &Store,
    (connection, queue): (ConnectionId, Queue),
    after: u64,
    wanted: usize,
    picks: impl Fn(&StoredEnvelope) -> bool,
) -> Result<Vec<Row>, ReadError> {
    let mut rows: Vec<Row> = Vec::new();
    let (mut from, mut round) = (after, Round::behind(after));
    for _ in 0..WINDOWS_MAX {
        let window = store.queued(connection, queue, from, wanted)?;
        if window.is_empty() {
            break;
        }
        for (position, tracked) in window {
            if !round.goes_on(position) {
                return Ok(rows);
            }
            from = position;
            match tracked {
                Ok((envelope, state)) if picks(&envelope) => rows.push((position, envelope, state)),
                Ok(_) => {}
                // One unreadable record must not hide the others.
                Err(error) => tracing::error!(%error, position, "an envelope is not offered"),
            }
            if rows.len() == wanted {
                return Ok(rows);
            }
        }
    }
    Ok(rows)
}

/// One round through the positions of a queue: from behind where it began to there, through the
/// wrap. What is acknowledged meanwhile may be any of them, so that none marks the end.
struct Round {
    start: u64,
    last: Option<u64>,
}

impl Round {
    const fn behind(after: u64) -> Self {
        Self { start: after.wrapping_add(1), last: None }
    }

    /// Whether this position comes later in the round than all before it.
    fn goes_on(&mut self, position: u64) -> bool {
        let way = position.wrapping_sub(self.start);
        let later = self.last.is_none_or(|last| way > last);
        self.last = Some(way);
        later
    }
}

/// Rows with their contents, oldest first; one that cannot be read is left out, with an alert.
fn load(store: &Store, mut rows: Vec<Row>) -> Vec<PulledEnvelope> {
    rows.sort_by_key(|row| row.0);
    let loaded =
        rows.into_iter().map(|(_, envelope, state)| pulled(store, envelope, &state, Reach::Disk));
    loaded.filter_map(|result| result.map_err(blocking::alert).ok()).collect()
}

pub(crate) fn pulled(
    store: &Store,
    envelope: StoredEnvelope,
    state: &TrackingState,
    reach: Reach,
) -> Result<PulledEnvelope, CallError> {
    let (header, number) = (track::header(&envelope, state), envelope.number);
    let content = StoredContent::load(store, envelope, reach)?;
    Ok(PulledEnvelope { header, number, content })
}

/// When and after how long a content was dropped, by the envelope's history.
fn dropped(store: &Store, number: HubDeliveryNumber) -> Result<CallError, CallError> {
    let history = store.history(number)?;
    let last = |kind| history.iter().rev().find(|stored| stored.event.kind == kind);
    let Some(drop) = last(EventKind::ContentDropped) else {
        // The rest of it may have been removed since its state was read.
        let gone = store.envelope_record(number)?.is_none();
        return if gone { Ok(CallError::NoSuchEnvelope) } else { Err(ReadError::Dropped.into()) };
    };
    let acknowledged = last(EventKind::EnvelopeAcknowledged).map_or(drop.at, |stored| stored.at);
    let days = drop.at.since(acknowledged).as_secs() / (24 * 3600);
    Ok(CallError::ContentDropped { at: drop.at, days })
}

/// Whether an envelope goes to this country: by the code in `To`, or by what that one serves.
fn is_for(registry: &Registry, envelope: &StoredEnvelope, country: &str) -> bool {
    let named = envelope.to_id.and_then(|id| registry.by_id(id));
    envelope.to == country || named.is_some_and(|to| is_of(to, country))
}

/// Copied in some microseconds: less than another thread's turn.
const READ_AT_ONCE_BYTES: u64 = 128 << 10;
/// Windows that one filtered list looks through: sixteen thousand envelopes with the default
/// limit, read in well under a second.
const WINDOWS_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn of_one_round(after: u64, positions: &[u64]) -> usize {
        let mut round = Round::behind(after);
        positions.iter().take_while(|position| round.goes_on(**position)).count()
    }

    #[test]
    fn a_round_wraps_and_ends_where_it_began() {
        assert_eq!(of_one_round(5, &[6, 7, 2, 5, 6, 7]), 4);
        assert_eq!(of_one_round(0, &[1, 2, 3, 1]), 3);
        assert_eq!(of_one_round(u64::MAX, &[0, 1, u64::MAX, 0]), 3);
        assert_eq!(of_one_round(9, &[4, 4]), 1);
    }

    #[test]
    fn a_round_ends_though_what_it_began_with_was_acknowledged() {
        assert_eq!(of_one_round(5, &[6, 7, 2, 7, 2]), 3);
        assert_eq!(of_one_round(5, &[6, 7, 2, 8, 2]), 3);
    }
}
