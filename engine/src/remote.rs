//! A hub elsewhere as plugins of this process see it: over its QUIC door, with the certificate of
//! each connection whose national system the plugin is.
//!
//! What the protocol has is asked of that hub. What it has not is refused, with the reason. What a
//! plugin has of its own (files, keys, its audit trail, its place among events) stays here.

mod country;
mod error;
mod journal;
mod waiting;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use phytohub_client::{
    AddressPolicy, Delivery, Identity, QuicAddress, QuicClient, QuicConfig, ServerTrust,
};
use phytohub_domain::{Acknowledgement, EnvelopeForwarding, EnvelopeHeader, TrackingInfo};
use phytohub_exchange::Hub;
use phytohub_exchange::plugin::{
    PluginActor, PluginConnection, PluginDraft, PluginEnvelope, PluginError, PluginEvents,
    Submitted,
};
use phytohub_plugin_host::{Answering, PostOffice};
use phytohub_server::{Shutdown, SystemClock, Tasks};
use phytohub_wire::quic::AckOutcome;
use phytohub_wire::soap::Content;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tokio::sync::watch;

use crate::config::{LoadedConfig, RemoteHubConfig};
use country::{Country, hash, number_of, opened, refusal_of};
pub use error::RemoteError;
use journal::{Journal, NAME};

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

/// How the hub elsewhere is called, by what the configuration names.
#[derive(Debug)]
pub struct Lines(Countries);

impl Lines {
    /// Reads the certificates. Connects to nobody yet.
    ///
    /// # Errors
    /// When the configuration cannot be followed.
    pub fn read(loaded: &LoadedConfig, address: &QuicAddress) -> Result<Self, RemoteError> {
        let said = loaded.config().remote_hub.clone().unwrap_or_default();
        if said.connection.is_empty() {
            return Err(RemoteError::NoConnection { file: loaded.file().to_owned() });
        }
        if loaded.config().plugin.contains_key(NAME) {
            return Err(RemoteError::Name);
        }
        let trust = trust(loaded, &said)?;
        let mut countries = BTreeMap::new();
        for (code, files) in &said.connection {
            let certificate = loaded.resolve(&files.certificate);
            let (chain, key) = (read(&certificate)?, read(&loaded.resolve(&files.key))?);
            let identity = Identity::from_pem(&chain, &key)
                .map_err(|source| RemoteError::Identity { code: code.clone(), source })?;
            let mut config = QuicConfig::new(address.clone(), trust.clone(), identity);
            // The operator of this process says where the hub is.
            config.addresses = AddressPolicy::any();
            (config.times.connect, config.times.call) = (CONNECT, CALL);
            config.idle = IDLE;
            let client = QuicClient::new(config)
                .map_err(|source| RemoteError::SetUp { code: code.clone(), source })?;
            let country = Country::new(code.clone(), client);
            countries.insert(code.clone(), Arc::new(country));
        }
        Ok(Self(countries))
    }
}

impl RemoteHub {
    /// Calls by these lines, and keeps what must be kept with the hub of this process. Connects to
    /// nobody yet.
    ///
    /// # Errors
    /// When the store of this process cannot be read.
    pub async fn new(lines: Lines, loaded: &LoadedConfig, own: Hub) -> Result<Self, RemoteError> {
        let plugins = loaded.config().plugin.keys();
        let journal = Arc::new(Journal::open(own.clone(), plugins).await?);
        Ok(Self { own, journal, countries: Arc::new(lines.0) })
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
        if draft.response {
            return Err(PluginError::Invalid(NO_RESPONSES.into()));
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
        let delivery = Delivery { header, content, key, validate: draft.validate };
        let deliver = |client: QuicClient| async move { client.deliver(delivery).await };
        let answered = country.ask(deliver).await?;
        let number = number_of(&answered).ok_or_else(no_number)?;
        let mut envelope = PluginEnvelope::elsewhere(number, &answered);
        (envelope.content_bytes, envelope.content_hash) = (bytes, hash);
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
        Ok(PluginEnvelope::elsewhere(number, header))
    }
}

impl PostOffice for RemoteHub {
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
        _: &'a PluginActor,
        _: (&'a str, &'a str),
        _: &'a str,
        _: usize,
    ) -> Answering<'a, Vec<PluginEnvelope>> {
        Box::pin(async { Err(PluginError::Unavailable(NO_SEARCH.into())) })
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

    fn connections(&self, _: &PluginActor) -> Result<Vec<PluginConnection>, PluginError> {
        Err(PluginError::Unavailable(NO_CONNECTIONS.into()))
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

/// How the hub is known.
fn trust(loaded: &LoadedConfig, said: &RemoteHubConfig) -> Result<ServerTrust, RemoteError> {
    if !said.key.is_empty() {
        return Ok(ServerTrust::Key(said.key.parse()?));
    }
    if said.authorities.as_os_str().is_empty() {
        return Ok(ServerTrust::Public);
    }
    let file = loaded.resolve(&said.authorities);
    let wrong = |source| RemoteError::Authorities { file: file.clone(), source };
    let all = CertificateDer::pem_slice_iter(&read(&file)?).collect::<Result<Vec<_>, _>>();
    Ok(ServerTrust::Authorities(all.map_err(wrong)?))
}

fn read(file: &Path) -> Result<Vec<u8>, RemoteError> {
    fs::read(file).map_err(|source| RemoteError::File { file: file.to_owned(), source })
}

fn no_number() -> PluginError {
    PluginError::Unavailable("the hub answered without a number".into())
}

/// The protocol's, and the contract's.
const KEY_BYTES_MAX: usize = 64;
/// Envelopes in one answer, as of a hub in this process.
const LIST_MAX: usize = 1000;
/// A hub that answers does so in a few round trips.
const CONNECT: Duration = Duration::from_secs(5);
/// A plugin's thread waits no longer; what it hands in it hands in again.
const CALL: Duration = Duration::from_secs(15);
/// A hub that ended without a word is missed after this time.
const IDLE: Duration = Duration::from_secs(10);

const NOT_TAKEN: &str = "the hub did not take the acknowledgement";
const NO_SEARCH: &str = "a hub elsewhere is not searched by certificate number";
const NO_CONNECTIONS: &str = "a hub elsewhere does not tell who is connected";
const NO_RESPONSES: &str = "a hub elsewhere takes no responses by this door";
