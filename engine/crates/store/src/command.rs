//! What the committer is asked to do.

use bytes::Bytes;
use phytohub_domain::{
    Acknowledgement, ChannelRule, Connection, ConnectionCode, ConnectionId, ConnectionMode,
    ContentForm, ContentHash, HubDeliveryNumber, Timestamp, TrackingState, Transition,
};
use phytohub_telemetry::{Actor, Event};
use tokio::sync::oneshot;

use crate::error::CommitError;
use crate::segment::AuditWrite;
use crate::{StoredCodeList, StoredEnvelope};

/// An envelope to be accepted, or to be remembered as refused.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewEnvelope {
    /// `From`.
    pub from: ConnectionCode,
    /// `To`, as the sender wrote it.
    pub to: String,
    /// The sender.
    pub from_id: ConnectionId,
    /// The recipient; of a refused envelope, possibly nobody.
    pub to_id: Option<ConnectionId>,
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
    /// Whether it is delivered or refused.
    pub disposition: Disposition,
}

impl NewEnvelope {
    /// An envelope to be delivered.
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
            to_id,
            certificate_type: 0,
            certificate_status: 0,
            nppo_certificate_number: String::new(),
            mode,
            actor,
            content,
            disposition: Disposition::Deliver,
        }
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
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Disposition {
    /// It goes into the recipient's inbox.
    Deliver,
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

/// Where a command's answer goes.
pub(crate) type Answer<T> = oneshot::Sender<Result<T, CommitError>>;

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
    /// The operator accepts the wall clock.
    AcceptClock { actor: Actor, answer: Answer<()> },
    /// Finish what was asked before this, and end.
    Close,
}
