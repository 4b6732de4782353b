//! What plugins may do as connections. Nothing of others is seen: what is not theirs is looked for
//! in the same way as what is not there, and answered the same.

use std::sync::Arc;

use bytes::Bytes;
use phytohub_domain::{
    Acknowledgement, Connection, ConnectionCode, ConnectionId, ConnectionMode, HubDeliveryNumber,
    TrackingState, Transition,
};
use phytohub_store::{Change, Queue, Store, StoredEnvelope, Submission};
use phytohub_telemetry::{Actor, ActorKind};
use phytohub_wire::soap::Content;

use super::document::document_of;
use super::draft;
use super::gate::whole_content;
use super::message::{PluginActor, PluginDraft, PluginEnvelope, PluginError, Submitted};
use crate::deliver::Sender;
use crate::{CallError, Hub, blocking};

impl Hub {
    /// Delivers, with the same checks as over the network. The same key again delivers nothing and
    /// tells of the first envelope.
    ///
    /// # Errors
    /// See [`PluginError`]. An error in the header is no error: it is told as `FailedDelivery`.
    pub async fn plugin_submit(
        &self,
        actor: &PluginActor,
        key: &[u8],
        draft: PluginDraft,
    ) -> Result<Submitted, PluginError> {
        if key.is_empty() || key.len() > KEY_BYTES_MAX {
            return Err(PluginError::Invalid(format!("a key has 1 to {KEY_BYTES_MAX} bytes")));
        }
        let connection = self.acting(actor, &draft.act_as)?;
        let submission =
            Submission { plugin: actor.id, key: key.to_vec(), hash: draft::hash(&draft) };
        if let Some(first) = self.submitted(&submission).await? {
            return Ok(first);
        }
        let content = draft::content(&draft, self.limits().content_bytes)?;
        let acting = acting_as(actor, &connection);
        self.take_both(&connection, &acting, content.raw.len()).map_err(CallError::from)?;
        self.inner.store.reserve().check(content.raw.len() as u64)?;
        let told = draft::told(&draft);
        let checked = draft::check(&self.inner.registry.load(), &connection, &told);
        let submitted = Some(submission.clone());
        let sender = Sender { connection, actor: acting, submission: submitted, key: None };
        if draft.validate {
            self.validated(sender, told, content.into(), checked).await?;
        } else {
            self.gated(sender, told, content.into(), checked).await?;
        }
        // Read back by its key: it may be another's number that was told, of the same key.
        let first = self.submitted(&submission).await?;
        let submitted = first.ok_or_else(|| PluginError::Unavailable("it was removed".into()))?;
        Ok(Submitted { repeated: false, ..submitted })
    }

    async fn submitted(&self, submission: &Submission) -> Result<Option<Submitted>, PluginError> {
        let (store, Submission { plugin, key, hash }) =
            (self.inner.store.clone(), submission.clone());
        let found = blocking::read(move || {
            let Some((number, first)) = store.plugin_submission(plugin, &key)? else {
                return Ok(None);
            };
            Ok::<_, CallError>(Some((first == hash, store.envelope(number)?)))
        });
        match found.await? {
            None => Ok(None),
            Some((false, _)) => {
                Err(PluginError::Conflict("this key was used for another envelope".into()))
            }
            Some((true, found)) => {
                let (envelope, state) = found.ok_or(PluginError::NotFound)?;
                let envelope = PluginEnvelope::new(&envelope, &state, 0);
                Ok(Some(Submitted { envelope, repeated: true }))
            }
        }
    }

    /// At most `limit` of what waits for a connection, after a position (0: from the first).
    ///
    /// # Errors
    /// See [`PluginError`].
    pub async fn plugin_inbox(
        &self,
        actor: &PluginActor,
        act_as: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<PluginEnvelope>, PluginError> {
        let connection = self.acting(actor, act_as)?.id;
        let (store, limit) = (self.inner.store.clone(), limit.min(LIST_MAX));
        let read = blocking::read(move || {
            let (mut found, mut after) = (Vec::new(), after);
            while found.len() < limit {
                let page = store.waiting(connection, Queue::Inbox, after, limit)?;
                let Some((last, _)) = page.last() else { break };
                after = *last;
                let readable = page.into_iter().filter_map(|(position, tracked)| match tracked {
                    Ok((envelope, state)) => Some((position, envelope, state)),
                    Err(error) => {
                        tracing::error!(%error, position, "an envelope is not offered");
                        None
                    }
                });
                let offered = readable.filter(|(_, _, state)| !state.parked);
                found.extend(offered.map(|(position, envelope, state)| {
                    PluginEnvelope::new(&envelope, &state, position)
                }));
            }
            found.truncate(limit);
            Ok::<_, CallError>(found)
        });
        Ok(read.await?)
    }

    /// An envelope that a connection sent or receives, with its document in UTF-8 if that is
    /// wanted and still kept. Reading the document as the recipient counts as its release.
    ///
    /// # Errors
    /// See [`PluginError`]; another's is `NotFound`, as what does not exist.
    pub async fn plugin_read(
        &self,
        actor: &PluginActor,
        act_as: &str,
        number: &str,
        content: bool,
    ) -> Result<(PluginEnvelope, Option<Bytes>), PluginError> {
        let (envelope, state, own) = self.seen(actor, act_as, number).await?;
        let told = PluginEnvelope::new(&envelope, &state, 0);
        if !content || state.content_dropped {
            return Ok((told, None));
        }
        let (store, stored) = (self.inner.store.clone(), envelope.clone());
        let document = blocking::read(move || {
            let raw = whole_content(&store, &stored)?;
            Ok::<_, CallError>(document_of(&Content { raw, form: stored.content_form }))
        });
        let document = document.await?;
        if let Some(connection) = own.filter(|own| self.has(own.id, &envelope)) {
            let acting = acting_on(actor, &connection, &envelope);
            self.inner.store.change(envelope, Change::Release, acting).await?;
        }
        Ok((told, Some(document)))
    }

    /// How an envelope stands that a connection sent or receives.
    ///
    /// # Errors
    /// See [`PluginError`].
    pub async fn plugin_status(
        &self,
        actor: &PluginActor,
        act_as: &str,
        number: &str,
    ) -> Result<PluginEnvelope, PluginError> {
        let (envelope, state, _) = self.seen(actor, act_as, number).await?;
        Ok(PluginEnvelope::new(&envelope, &state, 0))
    }

    /// At most `limit` envelopes from a connection with this certificate number, the newest first;
    /// `to` empty: to whomever. Only what the plugin may see.
    ///
    /// # Errors
    /// See [`PluginError`]; `Unavailable` if the store keeps no index for it.
    pub async fn plugin_find(
        &self,
        actor: &PluginActor,
        from: &str,
        to: &str,
        nppo_certificate_number: &str,
        limit: usize,
    ) -> Result<Vec<PluginEnvelope>, PluginError> {
        let registry = self.inner.registry.load();
        let id = from.parse().ok().and_then(|code: ConnectionCode| registry.connection(&code));
        // Of a connection that is not there the index is asked all the same.
        let id = id.map_or(ConnectionId(u32::MAX), |connection| connection.id);
        let sight = self.sight(actor);
        let (store, to, limit) = (self.inner.store.clone(), to.to_owned(), limit.min(LIST_MAX));
        let wanted = nppo_certificate_number.to_owned();
        let read = blocking::read(move || {
            let (mut found, mut before, mut looked_at) = (Vec::new(), None, 0);
            while found.len() < limit && looked_at < FOUND_MAX {
                let Some(page) = store.by_certificate(id, &wanted, before, LIST_MAX)? else {
                    return Ok(None);
                };
                let Some(last) = page.last() else { break };
                before = Some(*last);
                looked_at += page.len();
                for number in page {
                    let Some(envelope) = store.envelope_record(number)? else { continue };
                    let meant = envelope.nppo_certificate_number == wanted
                        && (to.is_empty() || envelope.to == to);
                    if meant
                        && sight.sees(&envelope, store.is_awaited(number))
                        && let Some((envelope, state)) = store.envelope(number)?
                    {
                        found.push(PluginEnvelope::new(&envelope, &state, 0));
                    }
                }
            }
            found.truncate(limit);
            Ok::<_, CallError>(Some(found))
        });
        let no_index = "this hub keeps no index by certificate number; its operator grants it";
        read.await?.ok_or_else(|| PluginError::Unavailable(no_index.into()))
    }

    /// Acknowledges an envelope to a connection. The first acknowledgement counts.
    ///
    /// # Errors
    /// See [`PluginError`].
    pub async fn plugin_acknowledge(
        &self,
        actor: &PluginActor,
        act_as: &str,
        number: &str,
        mut acknowledgement: Acknowledgement,
    ) -> Result<(), PluginError> {
        let connection = self.acting(actor, act_as)?;
        let max = self.limits().message_bytes;
        if acknowledgement.message.len() > max {
            return Err(PluginError::Invalid(format!("a message has {max} bytes at most")));
        }
        if acknowledgement.kind == phytohub_domain::AcknowledgementKind::Received {
            acknowledgement.message.clear();
        }
        let (envelope, _, _) = self.seen(actor, act_as, number).await?;
        if !self.has(connection.id, &envelope) {
            return Err(PluginError::NotFound);
        }
        self.note_sent(&envelope);
        let acting = acting_on(actor, &connection, &envelope);
        let change = Change::Acknowledge(acknowledgement);
        let outcome = self.inner.store.change(envelope.clone(), change, acting).await?;
        if outcome.transition == Transition::Changed {
            self.tell_lanes(&envelope, &outcome.state);
        }
        Ok(())
    }

    /// The connection as which a plugin acts.
    pub(super) fn acting(
        &self,
        actor: &PluginActor,
        act_as: &str,
    ) -> Result<Arc<Connection>, PluginError> {
        let code = actor.act_as.iter().find(|code| code.as_str() == act_as);
        let code = code.ok_or(PluginError::Denied)?;
        let registry = self.inner.registry.load();
        registry.connection(code).filter(|c| c.enabled).cloned().ok_or(PluginError::NotFound)
    }

    /// What a plugin may see.
    pub(super) fn sight(&self, actor: &PluginActor) -> Sight {
        let registry = self.inner.registry.load();
        let ids = actor.act_as.iter().filter_map(|code| Some(registry.connection(code)?.id));
        Sight { own: ids.collect(), all: actor.observe_all }
    }

    /// An envelope that a plugin may see as one of its connections; as nobody, if it may see all.
    async fn seen(
        &self,
        actor: &PluginActor,
        act_as: &str,
        number: &str,
    ) -> Result<(StoredEnvelope, TrackingState, Option<Arc<Connection>>), PluginError> {
        let own = match act_as {
            "" if actor.observe_all => None,
            _ => Some(self.acting(actor, act_as)?),
        };
        let sight = Sight { own: own.iter().map(|own| own.id).collect(), all: actor.observe_all };
        let found = self.envelope_in_sight(sight, number).await?;
        let (envelope, state) = found.ok_or(PluginError::NotFound)?;
        Ok((envelope, state, own))
    }

    /// An envelope, if it is in sight.
    pub(super) async fn envelope_in_sight(
        &self,
        sight: Sight,
        number: &str,
    ) -> Result<Option<(StoredEnvelope, TrackingState)>, PluginError> {
        let Ok(number) = number.parse::<HubDeliveryNumber>() else { return Ok(None) };
        let store = self.inner.store.clone();
        let read = blocking::read(move || in_sight(&store, &sight, number));
        Ok(read.await?)
    }
}

/// What is not there and what is another's cost the same: the record next to the number is read.
fn in_sight(
    store: &Store,
    sight: &Sight,
    number: HubDeliveryNumber,
) -> Result<Option<(StoredEnvelope, TrackingState)>, CallError> {
    let Some(envelope) = store.envelope_at(number)? else { return Ok(None) };
    let awaited = store.is_awaited(envelope.number);
    if !sight.sees(&envelope, awaited) || envelope.number != number {
        return Ok(None);
    }
    Ok(store.envelope(number)?)
}

/// The connections whose envelopes a plugin may see.
#[derive(Clone, Debug)]
pub(super) struct Sight {
    own: Vec<ConnectionId>,
    all: bool,
}

impl Sight {
    /// Senders see what they sent; recipients what was let go to them.
    pub(super) fn sees(&self, envelope: &StoredEnvelope, awaited: bool) -> bool {
        let own = |id: ConnectionId| self.own.contains(&id);
        let receives = || [envelope.to_id, envelope.mailbox_id].into_iter().flatten().any(own);
        self.all || own(envelope.from_id) || own(envelope.actor_id) || !awaited && receives()
    }

    pub(super) fn sees_all(&self) -> bool {
        self.all
    }
}

impl PluginEnvelope {
    fn new(envelope: &StoredEnvelope, state: &TrackingState, position: u64) -> Self {
        Self {
            number: envelope.number,
            from: envelope.from.clone(),
            to: envelope.to.clone(),
            certificate_type: envelope.certificate_type,
            certificate_status: envelope.certificate_status,
            nppo_certificate_number: envelope.nppo_certificate_number.clone(),
            state: state.info,
            message: state.message.clone(),
            position,
            accepted: envelope.accepted,
            changed: state.changed,
            content_bytes: envelope.content_bytes,
            content_hash: envelope.content_hash,
            sender_certificate: envelope.certificate,
            copy: envelope.copy_of.is_some(),
            test: envelope.mode == ConnectionMode::Test,
            response: envelope.response,
            content_dropped: state.content_dropped,
        }
    }
}

/// A plugin as the events name it: under its id, for the connection as which it acts.
fn acting_as(actor: &PluginActor, connection: &Connection) -> Actor {
    let mut acting = Actor::named(ActorKind::Plugin, &*actor.name);
    connection.code.as_str().clone_into(&mut acting.on_behalf);
    acting
}

fn acting_on(actor: &PluginActor, connection: &Connection, envelope: &StoredEnvelope) -> Actor {
    let mut acting = acting_as(actor, connection);
    if envelope.copy_of.is_none() && envelope.to_id != Some(connection.id) {
        acting.on_behalf.clone_from(&envelope.to);
    }
    acting
}

/// The contract's: long enough for a plugin's own number of whatever it submits.
const KEY_BYTES_MAX: usize = 64;
/// Envelopes in one answer.
const LIST_MAX: usize = 1000;
/// Envelopes of one sender and number that one search looks at: corrections of one certificate.
const FOUND_MAX: usize = 10_000;
