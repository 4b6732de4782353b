//! What must outlive this process of the exchange with a hub elsewhere: which envelopes are under
//! way, and what plugins have not heard yet. It lies among the keys that plugins have in the store of
//! this process, under a name that no plugin may have here.

use std::collections::BTreeSet;
use std::sync::{Mutex as Lock, PoisonError};

use phytohub_domain::{HubDeliveryNumber, Timestamp, TrackingInfo};
use phytohub_exchange::Hub;
use phytohub_exchange::plugin::{
    PluginActor, PluginEnvelope, PluginError, PluginEvent, PluginEventKind, PluginEvents,
};
use phytohub_store::{
    KvAction, KvExpectation, KvOperation, KvRow, PluginId, PluginWrite, PluginWritten,
};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, watch};
use tokio::task::spawn_blocking;

/// The name; no plugin of a host may have it.
pub(super) const NAME: &str = "remote-hub";

/// See the module.
#[derive(Debug)]
pub(super) struct Journal {
    hub: Hub,
    id: PluginId,
    /// The plugins whose places in the stream count.
    plugins: Vec<PluginId>,
    /// Those that asked for events since the start.
    asked: Lock<BTreeSet<PluginId>>,
    /// The place of the last event; held while another is written.
    last: Mutex<u64>,
    told: watch::Sender<u64>,
}

impl Journal {
    /// For these plugins.
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub(super) async fn open(
        hub: Hub,
        names: impl Iterator<Item = &String>,
    ) -> Result<Self, PluginError> {
        let id = hub.plugin_id(NAME).await?;
        let (mut plugins, mut last) = (Vec::new(), 0);
        for name in names {
            let plugin = hub.plugin_id(name).await?;
            // One that was heard of by another stream before goes on behind its place.
            last = last.max(hub.plugin_meta(plugin).cursor);
            plugins.push(plugin);
        }
        let mut stored = Vec::new();
        match hub.plugin_kv_get(id, LAST, &mut |piece| stored.extend_from_slice(piece)) {
            Ok(()) | Err(PluginError::NotFound) => {}
            Err(error) => return Err(error),
        }
        last = last.max(number_of(&stored).unwrap_or_default());
        let (asked, told) = (Lock::default(), watch::channel(last).0);
        let this = Self { hub, id, plugins, asked, last: Mutex::new(last), told };
        if last == 0 {
            this.begin().await?;
        }
        Ok(this)
    }

    /// Gives the stream of a new store places behind those of every store before it: a plugin that
    /// kept its own data while this process lost its store hears what comes from now on.
    async fn begin(&self) -> Result<(), PluginError> {
        let first = first_place(self.hub.clock().now());
        let operations = vec![put(LAST.to_vec(), first.to_be_bytes().to_vec())];
        self.keep(operations).await?;
        // Places in streams of before mean nothing here.
        for plugin in &self.plugins {
            let write =
                PluginWrite { operations: Vec::new(), cursor: Some(first), bytes_max: u64::MAX };
            self.hub.plugin_kv_write(*plugin, write).await?;
        }
        *self.last.lock().await = first;
        self.told.send_replace(first);
        tracing::info!(first, "nothing of the hub is known in this store: events begin anew");
        Ok(())
    }

    /// The place of the last event.
    pub(super) fn sequence(&self) -> watch::Receiver<u64> {
        self.told.subscribe()
    }

    /// Keeps that an envelope was handed in and what the hub said of it; whether it is under way by
    /// an earlier word already.
    pub(super) async fn sent(
        &self,
        connection: &str,
        envelope: &PluginEnvelope,
    ) -> Result<bool, PluginError> {
        let key = under_way(connection, envelope.number);
        let (kind, operation) = match envelope.state {
            TrackingInfo::PendingDelivery => {
                if self.followed(&key)?.is_some() {
                    return Ok(true);
                }
                (PluginEventKind::Accepted, put(key, followed(envelope)))
            }
            TrackingInfo::FailedDelivery => (PluginEventKind::Refused, delete(key)),
            _ => (PluginEventKind::Acknowledged, delete(key)),
        };
        self.write(vec![operation], Some((kind, envelope))).await?;
        Ok(false)
    }

    /// Keeps that an envelope came.
    pub(super) async fn came(&self, envelope: &PluginEnvelope) -> Result<(), PluginError> {
        self.write(Vec::new(), Some((PluginEventKind::Accepted, envelope))).await
    }

    /// Keeps what became of an envelope that was sent; nothing while it is under way.
    pub(super) async fn stands(
        &self,
        connection: &str,
        mut envelope: PluginEnvelope,
    ) -> Result<(), PluginError> {
        let kind = match envelope.state {
            TrackingInfo::PendingDelivery => return Ok(()),
            TrackingInfo::EnvelopeNotExists => None,
            TrackingInfo::FailedDelivery => Some(PluginEventKind::Failed),
            _ => Some(PluginEventKind::Acknowledged),
        };
        let key = under_way(connection, envelope.number);
        envelope.response |= self.followed(&key)?.is_some_and(|kept| kept == RESPONSE);
        self.write(vec![delete(key)], kind.map(|kind| (kind, &envelope))).await
    }

    /// Keeps that an envelope is under way of which a plugin knows and this store does not.
    pub(super) async fn follow(
        &self,
        connection: &str,
        envelope: &PluginEnvelope,
    ) -> Result<(), PluginError> {
        let key = under_way(connection, envelope.number);
        if envelope.state != TrackingInfo::PendingDelivery || self.followed(&key)?.is_some() {
            return Ok(());
        }
        self.keep(vec![put(key, followed(envelope))]).await
    }

    /// What is kept of an envelope under way.
    fn followed(&self, key: &[u8]) -> Result<Option<Vec<u8>>, PluginError> {
        let mut kept = Vec::new();
        match self.hub.plugin_kv_get(self.id, key, &mut |piece| kept.extend_from_slice(piece)) {
            Ok(()) => Ok(Some(kept)),
            Err(PluginError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How many envelopes of a connection are under way; no more are counted than a person reads.
    pub(super) async fn count_under_way(&self, connection: &str) -> Result<u64, PluginError> {
        let (mut count, mut after) = (0, None);
        while count < COUNTED_MAX {
            let numbers = self.under_way(connection, after).await?;
            count += numbers.len() as u64;
            after = numbers.last().copied();
            if numbers.len() < NUMBERS {
                break;
            }
        }
        Ok(count)
    }

    /// Some envelopes of a connection that are under way, after one of them.
    pub(super) async fn under_way(
        &self,
        connection: &str,
        after: Option<HubDeliveryNumber>,
    ) -> Result<Vec<HubDeliveryNumber>, PluginError> {
        let prefix = under_way_of(connection);
        let after = after.map_or_else(Vec::new, |number| under_way(connection, number));
        let head = prefix.len();
        let rows = self.rows(prefix, after, NUMBERS).await?;
        let number = |(key, _): KvRow| {
            let bytes = key.get(head..)?.try_into().ok()?;
            Some(HubDeliveryNumber::from_bytes(bytes))
        };
        Ok(rows.into_iter().filter_map(number).collect())
    }

    /// At most `limit` events after a place that a plugin may see and wants.
    pub(super) async fn events(
        &self,
        actor: &PluginActor,
        after: u64,
        limit: usize,
        mask: u32,
    ) -> Result<PluginEvents, PluginError> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(actor.id);
        let last = *self.told.borrow();
        let rows = self.rows(EVENT.to_vec(), event_key(after), limit.max(1)).await?;
        let mut events = PluginEvents::default();
        events.reached = after;
        let all = rows.len();
        for (key, value) in rows {
            let Some(sequence) = key.get(EVENT.len()..).and_then(number_of) else { continue };
            events.reached = sequence;
            let Some(event) = Kept::read(&value).and_then(|kept| kept.event(sequence)) else {
                tracing::error!(sequence, "an event of the hub cannot be read and is not told");
                continue;
            };
            let own = |code: &str| actor.act_as.iter().any(|one| one.as_str() == code);
            let seen = actor.observe_all || own(&event.from) || own(&event.to);
            if seen && mask & event.kind.bit() != 0 {
                events.events.push(event);
            }
        }
        if all == 0 {
            events.reached = after.max(last);
        }
        events.more = events.reached < last;
        Ok(events)
    }

    /// Writes, and the event with it: both or neither, on disk when it is answered.
    async fn write(
        &self,
        mut operations: Vec<KvOperation>,
        event: Option<(PluginEventKind, &PluginEnvelope)>,
    ) -> Result<(), PluginError> {
        let mut last = self.last.lock().await;
        let sequence = *last + u64::from(event.is_some());
        if let Some((kind, envelope)) = event {
            let kept = Kept::new(kind, self.hub.clock().now(), envelope).written()?;
            operations.push(put(event_key(sequence), kept));
            operations.push(put(LAST.to_vec(), sequence.to_be_bytes().to_vec()));
            if sequence.is_multiple_of(PRUNE_EVERY) {
                operations.extend(self.heard_by_all().await?);
            }
        }
        self.keep(operations).await?;
        if sequence > *last {
            *last = sequence;
            self.told.send_replace(sequence);
        }
        Ok(())
    }

    async fn keep(&self, operations: Vec<KvOperation>) -> Result<(), PluginError> {
        let write = PluginWrite { operations, cursor: None, bytes_max: u64::MAX };
        match self.hub.plugin_kv_write(self.id, write).await? {
            PluginWritten::Done { .. } => Ok(()),
            other => Err(PluginError::Unavailable(format!("it is not kept: {other:?}"))),
        }
    }

    /// Removes events that every plugin which listens has taken.
    async fn heard_by_all(&self) -> Result<Vec<KvOperation>, PluginError> {
        let places = {
            let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            let place = |id: &PluginId| (asked.contains(id), self.hub.plugin_meta(*id).cursor);
            self.plugins.iter().map(place).collect::<Vec<_>>()
        };
        let listens = |(asked, cursor): (bool, u64)| (asked || cursor > 0).then_some(cursor);
        let reached = places.into_iter().filter_map(listens).min().unwrap_or_default();
        let rows = self.rows(EVENT.to_vec(), Vec::new(), PRUNE_ROWS).await?;
        let taken = rows.into_iter().map(|(key, _)| key).filter(|key| {
            key.get(EVENT.len()..).and_then(number_of).is_none_or(|sequence| sequence <= reached)
        });
        Ok(taken.map(delete).collect())
    }

    async fn rows(
        &self,
        prefix: Vec<u8>,
        after: Vec<u8>,
        limit: usize,
    ) -> Result<Vec<KvRow>, PluginError> {
        let (hub, id) = (self.hub.clone(), self.id);
        let read = spawn_blocking(move || hub.plugin_kv_scan(id, &prefix, &after, limit));
        read.await.map_err(|_| PluginError::Unavailable("the store was not read".into()))?
    }
}

/// An event as it is kept.
#[derive(Debug, Deserialize, Serialize)]
struct Kept {
    kind: u32,
    at_ms: u64,
    state: u8,
    number: String,
    from: String,
    to: String,
    certificate_type: i32,
    certificate_status: i32,
    certificate_number: String,
    message: String,
    response: bool,
}

impl Kept {
    fn new(kind: PluginEventKind, at: Timestamp, envelope: &PluginEnvelope) -> Self {
        Self {
            kind: kind as u32,
            at_ms: at.as_millis(),
            state: envelope.state as u8,
            number: envelope.number.to_string(),
            from: envelope.from.clone(),
            to: envelope.to.clone(),
            certificate_type: envelope.certificate_type,
            certificate_status: envelope.certificate_status,
            certificate_number: envelope.nppo_certificate_number.clone(),
            message: envelope.message.clone(),
            response: envelope.response,
        }
    }

    fn written(&self) -> Result<Vec<u8>, PluginError> {
        serde_json::to_vec(self).map_err(|error| PluginError::Unavailable(error.to_string()))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    fn event(self, sequence: u64) -> Option<PluginEvent> {
        let header = phytohub_domain::EnvelopeHeader {
            from: self.from,
            to: self.to,
            certificate_type: self.certificate_type,
            certificate_status: self.certificate_status,
            nppo_certificate_number: self.certificate_number,
            tracking_info: Some(TrackingInfo::from_u8(self.state)?),
            error_message: Some(self.message),
            ..phytohub_domain::EnvelopeHeader::default()
        };
        let mut envelope = PluginEnvelope::elsewhere(self.number.parse().ok()?, &header);
        envelope.response = self.response;
        let (kind, at) =
            (PluginEventKind::from_u32(self.kind)?, Timestamp::from_millis(self.at_ms));
        Some(PluginEvent::elsewhere(kind, sequence, at, envelope))
    }
}

fn put(key: Vec<u8>, value: Vec<u8>) -> KvOperation {
    KvOperation { key, action: KvAction::Put(value), expects: KvExpectation::Anything }
}

fn delete(key: Vec<u8>) -> KvOperation {
    KvOperation { key, action: KvAction::Delete, expects: KvExpectation::Anything }
}

/// The first place of a store that is made now: its time above, which is its incarnation, and room for
/// two million places below before it touches what a store of the next millisecond would have.
fn first_place(now: Timestamp) -> u64 {
    now.as_millis() << PLACE_BITS
}

fn followed(envelope: &PluginEnvelope) -> Vec<u8> {
    if envelope.response { RESPONSE.to_vec() } else { Vec::new() }
}

fn event_key(sequence: u64) -> Vec<u8> {
    [EVENT, &sequence.to_be_bytes()].concat()
}

fn under_way_of(connection: &str) -> Vec<u8> {
    [UNDER_WAY, connection.as_bytes(), b"/"].concat()
}

fn under_way(connection: &str, number: HubDeliveryNumber) -> Vec<u8> {
    [under_way_of(connection).as_slice(), &number.to_bytes()].concat()
}

fn number_of(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

/// Before the place of an event; a place of eight bytes follows.
const EVENT: &[u8] = b"event/";
/// Before a connection's code and a number.
const UNDER_WAY: &[u8] = b"under-way/";
/// What is kept of a country's response under way; nothing of anything else.
const RESPONSE: &[u8] = b"response";
/// Bits of a place below its incarnation: with a time in milliseconds above them it is positive as a
/// signed number until the year 2109.
const PLACE_BITS: u32 = 21;
/// Envelopes under way that are counted.
const COUNTED_MAX: u64 = 100_000;
/// Where the place of the last event stands.
const LAST: &[u8] = b"last";
/// Numbers that are read, and asked about, at once: the protocol's batch.
const NUMBERS: usize = phytohub_wire::quic::BATCH_MAX;
/// After so many events it is looked which are done with, and so many are removed at most.
const PRUNE_EVERY: u64 = 256;
const PRUNE_ROWS: usize = 512;
