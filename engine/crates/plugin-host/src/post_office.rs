//! Where the envelopes of plugins go, and where they come from.

use std::fmt;
use std::pin::Pin;

use bytes::Bytes;
use phytohub_domain::Acknowledgement;
use phytohub_exchange::Hub;
use phytohub_exchange::plugin::{
    PluginActor, PluginConnection, PluginDraft, PluginEnvelope, PluginError, PluginEvents,
    Submitted,
};
use tokio::sync::watch;

/// An answer on its way.
pub type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<T, PluginError>> + Send + 'a>>;

/// What plugins may do as connections: at the hub of this process, or at one elsewhere. What they
/// keep of their own lies with the hub of this process either way.
///
/// Each function means what the one of [`Hub`] means whose name is `plugin_` and its own.
pub trait PostOffice: fmt::Debug + Send + Sync {
    /// Whether all documents pass through this process, so that plugins may judge and route them.
    fn passes_documents(&self) -> bool {
        true
    }

    /// Delivers, once for each key.
    fn submit<'a>(
        &'a self,
        actor: &'a PluginActor,
        key: &'a [u8],
        draft: PluginDraft,
    ) -> Answering<'a, Submitted>;

    /// What waits for a connection, after a position.
    fn inbox<'a>(
        &'a self,
        actor: &'a PluginActor,
        act_as: &'a str,
        after: u64,
        limit: usize,
    ) -> Answering<'a, Vec<PluginEnvelope>>;

    /// An envelope, with its document if that is wanted.
    fn read<'a>(
        &'a self,
        actor: &'a PluginActor,
        act_as: &'a str,
        number: &'a str,
        content: bool,
    ) -> Answering<'a, (PluginEnvelope, Option<Bytes>)>;

    /// Envelopes from a connection, to another or to all, with a certificate number.
    fn find<'a>(
        &'a self,
        actor: &'a PluginActor,
        between: (&'a str, &'a str),
        certificate_number: &'a str,
        limit: usize,
    ) -> Answering<'a, Vec<PluginEnvelope>>;

    /// Acknowledges an envelope.
    fn acknowledge<'a>(
        &'a self,
        actor: &'a PluginActor,
        act_as: &'a str,
        number: &'a str,
        acknowledgement: Acknowledgement,
    ) -> Answering<'a, ()>;

    /// How an envelope stands.
    fn status<'a>(
        &'a self,
        actor: &'a PluginActor,
        act_as: &'a str,
        number: &'a str,
    ) -> Answering<'a, PluginEnvelope>;

    /// Who is connected.
    fn connections<'a>(&'a self, actor: &'a PluginActor) -> Answering<'a, Vec<PluginConnection>>;

    /// Registers a connection of the plugin's own.
    fn register<'a>(
        &'a self,
        actor: &'a PluginActor,
        connection: PluginConnection,
    ) -> Answering<'a, ()>;

    /// Appends to the audit trail: who did what, its detail, and the number of the envelope that it
    /// is about, if it is about one.
    fn audit<'a>(
        &'a self,
        actor: &'a PluginActor,
        who_did: (&'a str, &'a str),
        detail: &'a str,
        number: &'a str,
    ) -> Answering<'a, ()>;

    /// The place of the last event; changes with every one.
    fn event_sequence(&self) -> watch::Receiver<u64>;

    /// Events after a place.
    fn events<'a>(
        &'a self,
        actor: &'a PluginActor,
        after: u64,
        limit: usize,
        mask: u32,
    ) -> Answering<'a, PluginEvents>;
}

impl PostOffice for Hub {
    fn submit<'a>(
        &'a self,
        actor: &'a PluginActor,
        key: &'a [u8],
        draft: PluginDraft,
    ) -> Answering<'a, Submitted> {
        Box::pin(self.plugin_submit(actor, key, draft))
    }

    fn inbox<'a>(
        &'a self,
        actor: &'a PluginActor,
        act_as: &'a str,
        after: u64,
        limit: usize,
    ) -> Answering<'a, Vec<PluginEnvelope>> {
        Box::pin(self.plugin_inbox(actor, act_as, after, limit))
    }

    fn read<'a>(
        &'a self,
        actor: &'a PluginActor,
        act_as: &'a str,
        number: &'a str,
        content: bool,
    ) -> Answering<'a, (PluginEnvelope, Option<Bytes>)> {
        Box::pin(self.plugin_read(actor, act_as, number, content))
    }

    fn find<'a>(
        &'a self,
        actor: &'a PluginActor,
        (from, to): (&'a str, &'a str),
        certificate_number: &'a str,
        limit: usize,
    ) -> Answering<'a, Vec<PluginEnvelope>> {
        Box::pin(self.plugin_find(actor, from, to, certificate_number, limit))
    }

    fn acknowledge<'a>(
        &'a self,
        actor: &'a PluginActor,
        act_as: &'a str,
        number: &'a str,
        acknowledgement: Acknowledgement,
    ) -> Answering<'a, ()> {
        Box::pin(self.plugin_acknowledge(actor, act_as, number, acknowledgement))
    }

    fn status<'a>(
        &'a self,
        actor: &'a PluginActor,
        act_as: &'a str,
        number: &'a str,
    ) -> Answering<'a, PluginEnvelope> {
        Box::pin(self.plugin_status(actor, act_as, number))
    }

    fn connections<'a>(&'a self, actor: &'a PluginActor) -> Answering<'a, Vec<PluginConnection>> {
        Box::pin(std::future::ready(Ok(self.plugin_connections(actor))))
    }

    fn register<'a>(
        &'a self,
        actor: &'a PluginActor,
        connection: PluginConnection,
    ) -> Answering<'a, ()> {
        Box::pin(self.plugin_register_connection(actor, connection))
    }

    fn audit<'a>(
        &'a self,
        actor: &'a PluginActor,
        (principal, action): (&'a str, &'a str),
        detail: &'a str,
        number: &'a str,
    ) -> Answering<'a, ()> {
        Box::pin(self.plugin_audit(actor, principal, action, detail, number))
    }

    fn event_sequence(&self) -> watch::Receiver<u64> {
        self.plugin_event_sequence()
    }

    fn events<'a>(
        &'a self,
        actor: &'a PluginActor,
        after: u64,
        limit: usize,
        mask: u32,
    ) -> Answering<'a, PluginEvents> {
        Box::pin(self.plugin_events(actor, after, limit, mask))
    }
}
