//! What the committer is asked to do.

use std::time::Duration;

use bytes::Bytes;
use phytohub_domain::{
    Acknowledgement, ChannelRule, Connection, ConnectionCode, ConnectionId, ConnectionMode,
    ContentForm, ContentHash, HubDeliveryNumber, Timestamp, TrackingState, Transition,
};
use phytohub_telemetry::{Actor, Event};
use tokio::sync::oneshot;

use crate::error::CommitError;
use crate::keys::{self, ContentId};
use crate::plugin::{PluginId, PluginWrite, PluginWritten};
use crate::segment::AuditWrite;
use crate::staging::Staged;
use crate::{StoredCodeList, StoredEnvelope};

/// An envelope to be accepted, or to be remembered as refused.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewEnvelope {
    /// `From`.
    pub from: ConnectionCode,
    /// `To`, as the sender wrote it.
    pub to: String,
    /// The connection named in `From`.
    pub from_id: ConnectionId,
    /// The connection that delivered it, the same or its delegate: its outbox holds it.
    pub actor_id: ConnectionId,
    /// The connection named in `To`; of a refused envelope, possibly nobody.
    pub to_id: Option<ConnectionId>,
    /// The connection whose inbox will hold it: the one named in `To`, or its delegate.
    pub mailbox_id: Option<ConnectionId>,
    /// Channels that get a copy with a number of its own.
    pub copies: Vec<NewCopy>,
    /// How to know the same envelope sent again; nothing if each is to be taken as new.
    pub replay: Option<Replay>,
    /// Key by which a plugin submits it; nothing if it came over the network.
    pub submission: Option<Submission>,
    /// Its number at the hub that hands it over, if one does.
    pub origin: Option<HubDeliveryNumber>,
    /// Whether the content is a country's response.
    pub response: bool,
    /// UNCL 1001 code.
    pub certificate_type: i32,
    /// UNCL 4405 code.
    pub certificate_status: i32,
    /// The sender's own number.
    pub nppo_certificate_number: String,
    /// Live or test.
    pub mode: ConnectionMode,
    /// Who delivered it.
    pub actor: Actor,
    /// Its content.
    pub content: NewContent,
    /// Where the content's bytes are if they came in piece by piece; then `content.raw` is empty.
    pub staged: Option<Staged>,
    /// Whether it is delivered or refused.
    pub disposition: Disposition,
}

impl NewEnvelope {
    /// An envelope to be delivered, by the one named in `From` to the one named in `To`.
    #[must_use]
    pub fn new(
        (from, from_id): (ConnectionCode, ConnectionId),
        (to, to_id): (String, Option<ConnectionId>),
        mode: ConnectionMode,
        actor: Actor,
        content: NewContent,
    ) -> Self {
        Self {
            from,
            to,
            from_id,
            actor_id: from_id,
            to_id,
            mailbox_id: to_id,
            copies: Vec::new(),
            replay: None,
            submission: None,
            origin: None,
            response: false,
            certificate_type: 0,
            certificate_status: 0,
            nppo_certificate_number: String::new(),
            mode,
            actor,
            content,
            staged: None,
            disposition: Disposition::Deliver,
        }
    }

    pub(crate) fn content_bytes(&self) -> u64 {
        self.staged.as_ref().map_or(self.content.raw.len() as u64, Staged::bytes)
    }
}

/// A copy of a new envelope for a channel.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "whom it is for is all there is to say")]
pub struct NewCopy {
    /// Code of the channel, as it is told in `Forwardings`.
    pub code: ConnectionCode,
    /// The channel's connection: its inbox holds the copy.
    pub mailbox_id: ConnectionId,
}

/// How the same envelope, sent again after a reset connection, is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a hash and how long it is remembered")]
pub struct Replay {
    /// Hash of everything that makes two envelopes the same.
    pub hash: [u8; 32],
    /// How long after the first one another is taken for the same.
    pub window: Duration,
}

/// Key by which a plugin submits an envelope: the same key again makes none.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "who, the key, and what was submitted under it")]
pub struct Submission {
    /// Which plugin.
    pub plugin: PluginId,
    /// The plugin's own choice.
    pub key: Vec<u8>,
    /// Hash of everything that was submitted.
    pub hash: [u8; 32],
}

impl Submission {
    /// The same for a connection: its keys lie among the hub's own.
    #[must_use]
    pub fn of_connection(connection: ConnectionId, key: &[u8], hash: [u8; 32]) -> Self {
        let key = [&connection.0.to_be_bytes(), key].concat();
        Self { plugin: PluginId(keys::HUB), key, hash }
    }

    pub(crate) fn stored_key(&self) -> Vec<u8> {
        keys::plugin(self.plugin.0, keys::PLUGIN_SUBMISSION, &self.key)
    }
}

/// Content as received, with what is known of it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the three things known of a content")]
pub struct NewContent {
    /// The bytes between the tags.
    pub raw: Bytes,
    /// How they are written.
    pub form: ContentForm,
    /// Hash of the character data.
    pub hash: ContentHash,
}

/// What becomes of a new envelope.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth way")]
pub enum Disposition {
    /// It goes into the recipient's inbox.
    Deliver,
    /// It lies in the recipient's inbox, and nobody sees it before it is settled.
    Hold {
        /// Why.
        reason: String,
        /// When it is worth asking again; nothing if at any time.
        until: Option<Timestamp>,
    },
    /// It is refused, for the reason given; its content is not kept.
    Reject(String),
}

/// What the committer made of a new envelope.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Accepted {
    /// Its number.
    pub number: HubDeliveryNumber,
    /// When.
    pub at: Timestamp,
    /// Its copies: code of the channel and number of the copy.
    pub forwardings: Vec<(ConnectionCode, HubDeliveryNumber)>,
    /// State of an identical envelope that was accepted before: number, time and copies are
    /// that one's, and nothing was written but an event.
    pub repeated: Option<TrackingState>,
}

/// A change of an envelope's state.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// The recipient speaks.
    Acknowledge(Acknowledgement),
    /// The operator gives the envelope up.
    Fail(String),
    /// The operator sets the envelope aside.
    Park(String),
    /// The operator takes it back.
    Unpark(String),
    /// The content was completely sent to the recipient.
    Release,
    /// A push failed.
    Attempt {
        /// Why.
        error: String,
        /// When to try again at the earliest.
        next: Timestamp,
    },
    /// The recipient's endpoint took it without a fault; its acknowledgement is awaited.
    HandOver {
        /// When to push again if no acknowledgement came.
        again_at: Timestamp,
        /// What it said of that, in words; kept in the envelope's history.
        receipt: String,
    },
    /// The envelope fails by its age, unless it ever went out.
    Expire(String),
    /// The operator puts it under legal hold.
    Hold(String),
    /// The operator lifts the legal hold.
    Unhold(String),
}

/// What came of a change.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ChangeOutcome {
    /// Whether and how the state changed.
    pub transition: Transition,
    /// The state after it.
    pub state: TrackingState,
}

/// What becomes of a held envelope.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "nothing else can become of it")]
pub enum HeldOutcome {
    /// Its recipients may have it.
    Pass {
        /// Whose inbox, if it is to be another than that in which it lies.
        mailbox: Option<ConnectionId>,
        /// Copies that it is to get beside those that it has.
        copies: Vec<NewCopy>,
    },
    /// It fails, for the reason given; nobody ever sees it.
    Refuse(String),
    /// It goes on waiting.
    Wait {
        /// Why.
        reason: String,
        /// When it is worth asking again.
        until: Option<Timestamp>,
    },
}

/// What came of settling a held envelope.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "callers must handle each outcome")]
pub enum Settled {
    /// It and its copies may be had: envelopes with their states.
    Passed(Vec<(StoredEnvelope, TrackingState)>),
    /// It and its copies failed.
    Refused(Vec<(StoredEnvelope, TrackingState)>),
    /// It waits, by what was said or behind an earlier one.
    Waits,
    /// It is not held, or not any more.
    NotHeld,
}

/// What came of working off what was due.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct DueOutcome {
    /// Dues worked off.
    pub done: usize,
    /// What is to be pushed again: mailbox and position.
    pub again: Vec<(ConnectionId, u64)>,
    /// Envelopes that failed by their age.
    pub failed: Vec<HubDeliveryNumber>,
    /// Whether something due waits until the operator accepts the clock or resumes delivery.
    pub paused: bool,
    /// Whether more is due now.
    pub more: bool,
}

/// Where a command's answer goes.
pub(crate) type Answer<T> = oneshot::Sender<Result<T, CommitError>>;

/// What is moved out of an inbox.
#[derive(Debug)]
pub(crate) enum Moving {
    /// All that is addressed to this connection.
    AddressedTo(ConnectionId),
    /// These, as far as they still wait and nobody ever had them.
    These(Vec<HubDeliveryNumber>),
}

/// One thing for the committer to do.
#[derive(Debug)]
pub(crate) enum Command {
    /// Put an envelope into its recipient's inbox, or remember it as refused.
    Accept { envelope: Box<NewEnvelope>, answer: Answer<Accepted> },
    /// Change an envelope's state.
    Change {
        envelope: Box<StoredEnvelope>,
        change: Change,
        actor: Actor,
        answer: Option<Answer<ChangeOutcome>>,
    },
    /// Write a connection, with the events that tell why.
    PutConnection { connection: Box<Connection>, events: Vec<Event>, answer: Answer<()> },
    /// Write a channel rule, with the events that tell why.
    PutRule { rule: Box<ChannelRule>, events: Vec<Event>, answer: Answer<()> },
    /// Write what belongs to the audit, with the events that tell why.
    Audit { write: AuditWrite, events: Vec<Event>, answer: Answer<()> },
    /// Write revisions of code lists, with the events that tell why.
    PutCodeLists { lists: Vec<StoredCodeList>, events: Vec<Event>, answer: Answer<()> },
    /// Record something that changes no record.
    Record { event: Box<Event> },
    /// Something for a content that comes ahead of its envelope.
    Staging(StagingCommand),
    /// Work off what is due.
    RunDue { limit: usize, answer: Answer<DueOutcome> },
    /// Move what waits in one inbox into another one.
    MovePending {
        from: ConnectionId,
        to: ConnectionId,
        which: Moving,
        actor: Actor,
        answer: Answer<u64>,
    },
    /// Do something for plugins.
    Plugin(PluginCommand),
    /// A state was told to the endpoint of this connection, or given up for this reason.
    UpdateTold {
        connection: ConnectionId,
        sequence: u64,
        given_up: Option<String>,
        answer: Answer<()>,
    },
    /// The operator lets push and callbacks go on after a restore.
    Resume { actor: Actor, answer: Answer<()> },
    /// The operator accepts the wall clock.
    AcceptClock { actor: Actor, answer: Answer<()> },
    /// Finish what was asked before this, and end.
    Close,
}

/// One thing for the committer to do for plugins.
#[derive(Debug)]
pub(crate) enum PluginCommand {
    /// Write the kinds of which a plugin is the gate.
    Gates { plugin: PluginId, gates: Vec<u8>, answer: Answer<()> },
    /// Give a plugin a number.
    Id { name: String, answer: Answer<PluginId> },
    /// Settle what becomes of a held envelope.
    Settle {
        number: HubDeliveryNumber,
        outcome: HeldOutcome,
        actor: Actor,
        answer: Answer<Settled>,
    },
    /// Write keys of a plugin, and its place in the stream of events.
    Write { plugin: PluginId, write: PluginWrite, answer: Answer<PluginWritten> },
}

/// One thing for the committer to do for contents that come ahead of their envelopes.
#[derive(Debug)]
pub(crate) enum StagingCommand {
    /// Begin to take one in.
    Begin { bytes: u64, answer: Answer<ContentId> },
    /// Take in a piece of it.
    Chunk { id: ContentId, chunk: u32, piece: Bytes, answer: Answer<()> },
    /// Remove the pieces of those whose uploads are over.
    Abandon,
}
