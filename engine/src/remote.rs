//! A hub elsewhere as plugins of this process see it: over its QUIC door, with the certificate of
//! each connection whose national system the plugin is.
//!
//! What a plugin asks of a hub is asked of that one. What a plugin has of its own (files, keys, its
//! audit trail, its place among events) stays here.

mod country;
mod directory;
mod error;
mod journal;
mod line;
mod waiting;
mod way;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use phytohub_client::{Delivery, QuicClient};
use phytohub_domain::{Acknowledgement, EnvelopeForwarding, EnvelopeHeader, TrackingInfo};
use phytohub_exchange::Hub;
use phytohub_exchange::admin::LineView;
use phytohub_exchange::plugin::{
    PluginActor, PluginConnection, PluginDraft, PluginEnvelope, PluginError, PluginEvents,
    Submitted,
};
use phytohub_plugin_host::{Answering, PostOffice};
use phytohub_server::{Shutdown, SystemClock, Tasks};
use phytohub_wire::quic::AckOutcome;
use phytohub_wire::soap::Content;
use tokio::sync::watch;

use crate::config::LoadedConfig;
use country::{Country, hash, number_of, opened, refusal_of};
pub use error::RemoteError;
use journal::Journal;
pub use way::Lines;
use way::Way;

/// The hub elsewhere, with the connections that this process has there.
#[derive(Clone, Debug)]
pub struct RemoteHub {
    /// Keeps what plugins have of their own.
    own: Hub,
    journal: Arc<Journal>,
    countries: Arc<Countries>,
}

/// The connections that this process has there, by their codes.
type Countries = BTreeMap<String, Arc<Country>>;

impl RemoteHub {
    /// Calls by these lines, and keeps what must be kept with the hub of this process. Connects to
    /// nobody yet.
    ///
    /// # Errors
    /// When the store of this process cannot be read.
    pub async fn new(
        lines: Lines,
        loaded: &LoadedConfig,
        own: Hub,
        clock: SystemClock,
    ) -> Result<Self, RemoteError> {
        let plugins = loaded.config().plugin.keys();
        let journal = Arc::new(Journal::open(own.clone(), plugins).await?);
        let country =
            |(code, way): (String, Way)| (code.clone(), Arc::new(Country::new(code, way, clock)));
        let countries = Arc::new(lines.0.into_iter().map(country).collect());
        Ok(Self { own, journal, countries })
    }

    /// Calls by these lines from now on, where they changed; the codes of the connections that
    /// changed, and of those that came or went, for which it takes a restart.
    #[must_use]
    pub fn take(&self, lines: Lines, clock: SystemClock) -> (Vec<String>, Vec<String>) {
        let gone = self.countries.keys().filter(|code| !lines.0.contains_key(*code));
        let (mut changed, mut left) = (Vec::new(), gone.cloned().collect::<Vec<_>>());
        for (code, way) in lines.0 {
            match self.countries.get(&code) {
                Some(country) if country.take(way, clock) => changed.push(code),
                Some(_) => {}
                None => left.push(code),
            }
        }
        (changed, left)
    }

    /// How the lines are, for the operator.
    ///
    /// # Errors
    /// When the store of this process cannot be read.
    pub async fn lines(&self) -> Result<Vec<LineView>, PluginError> {
        let mut views = Vec::with_capacity(self.countries.len());
        for country in self.countries.values() {
            views.push(country.view(&self.journal).await?);
        }
        Ok(views)
    }

    /// Takes in what comes and hears what becomes of what was sent, until it is time to stop.
    pub fn run(&self, clock: SystemClock, tasks: &Tasks, shutdown: &Shutdown) {
        for country in self.countries.values() {
            country.run(&self.journal, clock, tasks, shutdown);
        }
    }

    /// The connection as which a plugin acts.
    fn acting(&self, actor: &PluginActor, act_as: &str) -> Result<&Country, PluginError> {
        let may = actor.act_as.iter().any(|code| code.as_str() == act_as);
        let country = self.countries.get(act_as).filter(|_| may);
        country.map(|country| &**country).ok_or(PluginError::Denied)
    }

    async fn hand_in(
        &self,
        actor: &PluginActor,
        key: &[u8],
        draft: PluginDraft,
    ) -> Result<Submitted, PluginError> {
        if key.is_empty() || key.len() > KEY_BYTES_MAX {
            return Err(PluginError::Invalid(format!("a key has 1 to {KEY_BYTES_MAX} bytes")));
        }
        let country = self.acting(actor, &draft.act_as)?;
        let document = std::str::from_utf8(&draft.content)
            .map_err(|_| PluginError::Invalid("the document is not UTF-8".into()))?;
        let channel = |code: String| EnvelopeForwarding { code, hub_delivery_number: None };
        let header = EnvelopeHeader {
            from: draft.act_as,
            to: draft.to,
            certificate_type: draft.certificate_type,
            certificate_status: draft.certificate_status,
            nppo_certificate_number: draft.nppo_certificate_number,
            forwardings: draft.forwardings.into_iter().map(channel).collect(),
            ..EnvelopeHeader::default()
        };
        let content = Content::escaped(document);
        let (bytes, hash) = (content.raw.len() as u64, hash(&content));
        let key = Some(Bytes::copy_from_slice(key));
        let response = draft.response;
        let delivery = Delivery { header, content, key, validate: draft.validate };
        let deliver = |client: QuicClient| async move {
            if response { client.respond(delivery).await } else { client.deliver(delivery).await }
        };
        let answered = country.ask(deliver).await?;
        let number = number_of(&answered).ok_or_else(no_number)?;
        let mut envelope = PluginEnvelope::elsewhere(number, &answered);
        (envelope.content_bytes, envelope.content_hash) = (bytes, hash);
        envelope.response = response;
        let repeated = self.journal.sent(&country.code, &envelope).await?;
        Ok(Submitted::elsewhere(envelope, repeated))
    }

    async fn opened(
        &self,
        actor: &PluginActor,
        act_as: &str,
        number: &str,
        content: bool,
    ) -> Result<(PluginEnvelope, Option<Bytes>), PluginError> {
        let country = self.acting(actor, act_as)?;
        let number = number.parse().map_err(|_| PluginError::NotFound)?;
        let waiting = country.waiting().get(number);
        match waiting {
            Some((envelope, _)) if !content => return Ok((envelope, None)),
            Some((envelope, Some(document))) => return Ok((envelope, Some(document))),
            _ => {}
        }
        let pull = |client: QuicClient| async move { client.pull(number).await };
        let received = country.ask(pull).await?;
        let (envelope, document) = opened(&received);
        Ok((envelope, content.then_some(document)))
    }

    async fn acknowledged(
        &self,
        actor: &PluginActor,
        act_as: &str,
        number: &str,
        acknowledgement: Acknowledgement,
    ) -> Result<(), PluginError> {
        let country = self.acting(actor, act_as)?;
        let number = number.parse().map_err(|_| PluginError::NotFound)?;
        let all = vec![(number, acknowledgement)];
        let acknowledge = |client: QuicClient| async move { client.acknowledge(all).await };
        let outcome = country.ask(acknowledge).await?.into_iter().next();
        let refused = match outcome {
            Some(AckOutcome::Stands(_)) => None,
            Some(AckOutcome::Refused(code)) => Some(refusal_of(code, NOT_TAKEN.into())),
            None => return Err(PluginError::Unavailable(NOT_TAKEN.into())),
        };
        match refused {
            None => {
                country.waiting().done(number);
                Ok(())
            }
            Some(error) => {
                if error == PluginError::NotFound {
                    country.waiting().done(number);
                }
                Err(error)
            }
        }
    }

    async fn stands(
        &self,
        actor: &PluginActor,
        act_as: &str,
        number: &str,
    ) -> Result<PluginEnvelope, PluginError> {
        let country = self.acting(actor, act_as)?;
        let number = number.parse().map_err(|_| PluginError::NotFound)?;
        let track = |client: QuicClient| async move { client.track(vec![number]).await };
        let told = country.ask(track).await?;
        let header = told.first().ok_or_else(no_number)?;
        if header.tracking_info == Some(TrackingInfo::EnvelopeNotExists) {
            return Err(PluginError::NotFound);
        }
        let envelope = PluginEnvelope::elsewhere(number, header);
        if envelope.from == act_as {
            // A plugin may know more of what was sent than the store of this process.
            self.journal.follow(&country.code, &envelope).await?;
        }
        Ok(envelope)
    }
}

impl PostOffice for RemoteHub {
    fn passes_documents(&self) -> bool {
        false
    }

    fn submit<'a>(
        &'a self,
        actor: &'a PluginActor,
        key: &'a [u8],
        draft: PluginDraft,
    ) -> Answering<'a, Submitted> {
        Box::pin(self.hand_in(actor, key, draft))
    }

    fn inbox<'a>(
        &'a self,
        actor: &'a PluginActor,
        act_as: &'a str,
        after: u64,
        limit: usize,
    ) -> Answering<'a, Vec<PluginEnvelope>> {
        Box::pin(async move {
            let country = self.acting(actor, act_as)?;
            Ok(country.waiting().after(after, limit.min(LIST_MAX)))
        })
    }

    fn read<'a>(
        &'a self,
        actor: &'a PluginActor,
        act_as: &'a str,
        number: &'a str,
        content: bool,
    ) -> Answering<'a, (PluginEnvelope, Option<Bytes>)> {
        Box::pin(self.opened(actor, act_as, number, content))
    }

    fn find<'a>(
        &'a self,
        actor: &'a PluginActor,
        between: (&'a str, &'a str),
        certificate_number: &'a str,
        limit: usize,
    ) -> Answering<'a, Vec<PluginEnvelope>> {
        Box::pin(self.found(actor, between, certificate_number, limit.min(LIST_MAX)))
    }

    fn acknowledge<'a>(
        &'a self,
        actor: &'a PluginActor,
        act_as: &'a str,
        number: &'a str,
        acknowledgement: Acknowledgement,
    ) -> Answering<'a, ()> {
        Box::pin(self.acknowledged(actor, act_as, number, acknowledgement))
    }

    fn status<'a>(
        &'a self,
        actor: &'a PluginActor,
        act_as: &'a str,
        number: &'a str,
    ) -> Answering<'a, PluginEnvelope> {
        Box::pin(self.stands(actor, act_as, number))
    }

    fn connections<'a>(&'a self, actor: &'a PluginActor) -> Answering<'a, Vec<PluginConnection>> {
        Box::pin(self.connected(actor))
    }

    fn register<'a>(
        &'a self,
        _: &'a PluginActor,
        connection: PluginConnection,
    ) -> Answering<'a, ()> {
        Box::pin(async move {
            if self.countries.contains_key(&connection.code) {
                return Ok(());
            }
            let code = connection.code;
            let what = format!("there is no certificate for it: [remote_hub.connection.{code}]");
            Err(PluginError::Invalid(what))
        })
    }

    fn audit<'a>(
        &'a self,
        actor: &'a PluginActor,
        (principal, action): (&'a str, &'a str),
        detail: &'a str,
        number: &'a str,
    ) -> Answering<'a, ()> {
        Box::pin(async move {
            // The envelope is the other hub's: here it is a word.
            let about = match number {
                "" => detail.to_owned(),
                number => format!("{detail} [{number}]"),
            };
            self.own.plugin_audit(actor, principal, action, &about, "").await
        })
    }

    fn event_sequence(&self) -> watch::Receiver<u64> {
        self.journal.sequence()
    }

    fn events<'a>(
        &'a self,
        actor: &'a PluginActor,
        after: u64,
        limit: usize,
        mask: u32,
    ) -> Answering<'a, PluginEvents> {
        Box::pin(self.journal.events(actor, after, limit, mask))
    }
}

fn no_number() -> PluginError {
    PluginError::Unavailable("the hub answered without a number".into())
}

/// The protocol's, and the contract's.
const KEY_BYTES_MAX: usize = 64;
/// Envelopes in one answer, as of a hub in this process.
const LIST_MAX: usize = 1000;
const NOT_TAKEN: &str = "the hub did not take the acknowledgement";
