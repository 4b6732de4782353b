//! What is held until a plugin has judged it.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use phytohub_domain::{ConnectionMode, HubDeliveryNumber, Timestamp, TrackingState};
use phytohub_store::{
    HeldEnvelope, HeldOutcome, PluginId, Settled, Store, StoredEnvelope, StoredPlugin,
};
use phytohub_telemetry::Actor;
use phytohub_wire::soap::Content;
use serde::{Deserialize, Serialize};

use super::ask::{Directions, Facts, is_asked_again};
use super::judge::{KindQuery, Purpose};
use super::message::PluginError;
use crate::alarm::Waiter;
use crate::route::{Document, Route};
use crate::{Alarm, CallError, Hub, blocking};

/// A kind that must never be passed on unvalidated.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "three facts of a kind")]
pub struct GateKind {
    /// `CertificateType`.
    pub certificate_type: i32,
    /// Namespace of the root element; empty for any.
    pub root_namespace: String,
    /// Local name of the root element; empty for any.
    pub root_name: String,
}

impl GateKind {
    /// Whether a document is of this kind, by its type or by its root: see [`KindQuery`].
    #[must_use]
    pub fn matches(&self, query: &KindQuery<'_>) -> bool {
        let named = !self.root_name.is_empty() && self.root_name == query.root_name;
        let namespace =
            self.root_namespace.is_empty() || self.root_namespace == query.root_namespace;
        query.certificate_type == Some(self.certificate_type) || named && namespace
    }
}

/// What the hub remembers of a plugin, whether it is there or not.
#[derive(Clone, Debug)]
pub(crate) struct Remembered {
    pub(crate) id: PluginId,
    pub(crate) name: Arc<str>,
    pub(crate) gates: Vec<GateKind>,
    /// Codes of the connections that it registered.
    pub(crate) connections: Vec<String>,
}

/// The same as it is stored.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Note {
    gates: Vec<GateKind>,
    connections: Vec<String>,
}

pub(crate) fn remembered(stored: &[StoredPlugin]) -> Vec<Remembered> {
    let read = |plugin: &StoredPlugin| {
        let note: Note = if plugin.gates.is_empty() {
            Note::default()
        } else {
            serde_json::from_slice(&plugin.gates).unwrap_or_else(|error| {
                tracing::error!(%error, plugin = plugin.name, "what is noted of it is unreadable");
                Note::default()
            })
        };
        let Note { gates, connections } = note;
        Remembered { id: plugin.id, name: plugin.name.as_str().into(), gates, connections }
    };
    stored.iter().map(read).collect()
}

impl Hub {
    /// A plugin's number in the store, assigned when it is first asked for.
    ///
    /// # Errors
    /// If it is no name, or the store cannot write it.
    pub async fn plugin_id(&self, name: &str) -> Result<PluginId, PluginError> {
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(is_name) {
            let what = "a plugin's id has 1 to 32 of a-z, 0-9 and '-'".to_owned();
            return Err(PluginError::Invalid(what));
        }
        let _changing = self.inner.registry_change.lock().await;
        let id = self.inner.store.plugin_id(name).await?;
        self.remember(id, name, |_| {});
        Ok(id)
    }

    /// Remembers, on disk, which kinds of a plugin are gates: what is of such a kind is held even
    /// while no plugin is there at all. Replaces what was remembered of this plugin.
    ///
    /// # Errors
    /// If the store cannot write it.
    pub async fn plugin_gates(
        &self,
        plugin: PluginId,
        gates: Vec<GateKind>,
    ) -> Result<(), PluginError> {
        self.note(plugin, |known| known.gates = gates).await?;
        self.plugins_ready();
        Ok(())
    }

    /// Changes what is remembered of a plugin, on disk first.
    pub(super) async fn note(
        &self,
        plugin: PluginId,
        change: impl FnOnce(&mut Remembered),
    ) -> Result<(), PluginError> {
        let _changing = self.inner.registry_change.lock().await;
        let known = self.inner.plugins.remembered.load_full();
        let known = known.iter().find(|known| known.id == plugin).cloned();
        let mut changed = known.ok_or(PluginError::NotFound)?;
        change(&mut changed);
        let Remembered { name, gates, connections, .. } = changed;
        let note = Note { gates: gates.clone(), connections: connections.clone() };
        let bytes =
            serde_json::to_vec(&note).map_err(|error| PluginError::Invalid(error.to_string()))?;
        self.inner.store.put_plugin_gates(plugin, bytes).await?;
        self.remember(plugin, &name, |known| {
            (known.gates, known.connections) = (gates, connections);
        });
        Ok(())
    }

    fn remember(&self, id: PluginId, name: &str, change: impl FnOnce(&mut Remembered)) {
        let mut all = Vec::clone(&self.inner.plugins.remembered.load());
        let place = all.iter().position(|known| known.id == id).unwrap_or_else(|| {
            let (gates, connections) = (Vec::new(), Vec::new());
            all.push(Remembered { id, name: name.into(), gates, connections });
            all.len() - 1
        });
        if let Some(known) = all.get_mut(place) {
            change(known);
        }
        self.inner.plugins.remembered.store(Arc::new(all));
    }

    /// What becomes of a held envelope, by what plugins say now.
    async fn judge_held(&self, number: HubDeliveryNumber) -> Result<HeldOutcome, CallError> {
        let store = self.inner.store.clone();
        let read = blocking::read(move || {
            let found = store.envelope(number)?.ok_or(CallError::NoSuchEnvelope)?;
            let raw = whole_content(&store, &found.0)?;
            Ok::<_, CallError>((found, raw))
        });
        let ((envelope, _), raw) = read.await?;
        let content = Content { raw, form: envelope.content_form };
        let delegate = envelope.actor_id != envelope.from_id;
        let actor = self.inner.registry.load().by_id(envelope.actor_id).map(|c| c.code.to_string());
        let facts = Facts {
            certificate_type: Some(envelope.certificate_type),
            certificate_status: envelope.certificate_status,
            from: envelope.from.clone(),
            to: envelope.to.clone(),
            sent_by: actor.filter(|_| delegate).unwrap_or_default(),
            number: envelope.nppo_certificate_number.clone(),
            hub_delivery_number: number.to_string(),
            at: envelope.accepted,
            test: envelope.mode == ConnectionMode::Test,
            response: envelope.response,
        };
        let as_addressed = HeldOutcome::Pass { mailbox: None, copies: Vec::new() };
        let (_, Some(looked)) = self.look(&content, facts, Purpose::Retry).await? else {
            return Ok(as_addressed);
        };
        let mut again = looked.kind.clone();
        again.validators.retain(is_asked_again);
        let directions = self.directions(&looked, &again, Vec::new()).await?;
        Ok(self.outcome(&envelope, directions).unwrap_or(as_addressed))
    }

    fn outcome(&self, envelope: &StoredEnvelope, mut to: Directions) -> Option<HeldOutcome> {
        if let Some(reason) = to.reject {
            return Some(HeldOutcome::Refuse(reason));
        }
        let own = envelope.mailbox_id?;
        let mut route = Route { mailbox: own, copies: Vec::new() };
        let document = Document {
            certificate_type: envelope.certificate_type,
            certificate_status: envelope.certificate_status,
            response: envelope.response,
        };
        let registry = self.inner.registry.load();
        self.turn(&registry, (document, envelope.mode), &mut route, &mut to);
        Some(match to.hold {
            Some((reason, until)) => HeldOutcome::Wait { reason, until },
            None => {
                let Route { mailbox, copies } = route;
                HeldOutcome::Pass { mailbox: (mailbox != own).then_some(mailbox), copies }
            }
        })
    }

    /// Tells the lanes what was settled. Whether something was.
    fn settled(&self, settled: Settled) -> bool {
        let tell = |(envelope, state): &(StoredEnvelope, TrackingState)| {
            self.tell_lanes(envelope, state);
        };
        match settled {
            Settled::Passed(passed) => passed.iter().for_each(|(envelope, state)| {
                self.tell_lanes(envelope, state);
                envelope.mailbox_id.into_iter().for_each(|mailbox| self.inner.lanes.came(mailbox));
            }),
            Settled::Refused(refused) => refused.iter().for_each(tell),
            Settled::Waits | Settled::NotHeld => return false,
        }
        true
    }
}

/// All pieces of a content. Blocks.
pub(super) fn whole_content(store: &Store, envelope: &StoredEnvelope) -> Result<Bytes, CallError> {
    let chunks = Store::content_chunks(envelope);
    if chunks == 1 {
        return Ok(store.content_chunk(envelope, 0)?);
    }
    let bytes = usize::try_from(envelope.content_bytes).unwrap_or_default();
    let mut whole = BytesMut::with_capacity(bytes);
    for chunk in 0..chunks {
        whole.extend_from_slice(&store.content_chunk(envelope, chunk)?);
    }
    Ok(whole.freeze())
}

/// Asks again about what could not be judged, and lets go what was.
#[derive(Debug)]
pub struct GateKeeper {
    hub: Hub,
    waiter: Waiter,
    /// Of each that waits: how often it was asked about, and when to ask again.
    waits: HashMap<HubDeliveryNumber, (u32, Timestamp)>,
}

impl GateKeeper {
    /// Over a hub; it does nothing before it runs.
    #[must_use]
    pub fn new(hub: Hub, alarm: Arc<dyn Alarm>) -> Self {
        let waiter = Waiter::new(Arc::clone(hub.clock()), alarm);
        Self { hub, waiter, waits: HashMap::new() }
    }

    /// Runs until it is time to stop.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let hub = self.hub.clone();
        let mut ready = hub.inner.plugins.ready.subscribe();
        loop {
            // Whoever becomes ready during the round is asked in the next.
            ready.mark_unchanged();
            let next = tokio::select! {
                next = self.round() => next,
                () = &mut stop => break,
            };
            tokio::select! {
                Ok(()) = ready.changed() => self.waits.clear(),
                () = hub.inner.plugins.held.notified() => {}
                () = self.waiter.until(next) => {}
                () = &mut stop => break,
            }
        }
    }

    /// Asks about everything whose time has come. When the next one's does.
    async fn round(&mut self) -> Option<Timestamp> {
        let mut next = None;
        let mut after = 0;
        let mut seen = Vec::new();
        loop {
            let page = self.hub.inner.store.held_after(after, PAGE);
            let Some(last) = page.last() else { break };
            after = last.sequence;
            for held in page {
                seen.push(held.number);
                // What follows it of the same key comes later in the same round.
                if let Some(at) = self.ask(&held).await {
                    next = Some(next.map_or(at, |next: Timestamp| next.min(at)));
                }
            }
        }
        self.waits.retain(|number, _| seen.contains(number));
        next
    }

    /// Asks about one, if its time has come. When to ask again.
    async fn ask(&mut self, held: &HeldEnvelope) -> Option<Timestamp> {
        let now = self.waiter.now();
        let (times, at) = self.waits.get(&held.number).copied().unwrap_or_default();
        let at = at.max(held.until.unwrap_or_default());
        if at > now {
            return Some(at);
        }
        let store = &self.hub.inner.store;
        let outcome = self.hub.judge_held(held.number).await;
        let until = match outcome {
            Ok(HeldOutcome::Wait { reason, until })
                if reason == held.reason && until == held.until =>
            {
                until
            }
            Ok(outcome) => {
                let until = match &outcome {
                    HeldOutcome::Wait { until, .. } => *until,
                    _ => None,
                };
                match store.settle_held(held.number, outcome, Actor::hub()).await {
                    Ok(settled) if self.hub.settled(settled.clone()) => {
                        self.waits.remove(&held.number);
                        return None;
                    }
                    Ok(_) => {}
                    Err(error) => {
                        tracing::error!(number = %held.number, %error, "what is held stays so");
                    }
                }
                until
            }
            Err(error) => {
                tracing::error!(number = %held.number, %error, "what is held cannot be judged");
                None
            }
        };
        let now = self.waiter.now();
        let again = match until {
            Some(until) if until > now => until,
            _ => now.plus(back_off(times)),
        };
        self.waits.insert(held.number, (times.saturating_add(1), again));
        Some(again)
    }
}

/// Doubles up to the longest. Plugins that come back say so: nothing waits for this then.
fn back_off(times: u32) -> Duration {
    BACK_OFF_MIN.saturating_mul(1 << times.min(10)).min(BACK_OFF_MAX)
}

const BACK_OFF_MIN: Duration = Duration::from_secs(1);
const BACK_OFF_MAX: Duration = Duration::from_secs(300);
/// Held envelopes looked at at once.
const PAGE: usize = 256;
/// Bytes of the longest id: it names directories, labels and prefixes.
const NAME_BYTES_MAX: usize = 32;
