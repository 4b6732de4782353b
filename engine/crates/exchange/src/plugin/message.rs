//! What plugins say to the hub as connections, and what they are told.

use std::sync::Arc;

use bytes::Bytes;
use phytohub_domain::{
    ConnectionCode, ContentHash, ErrorKind, Fingerprint, HubDeliveryNumber, Timestamp, TrackingInfo,
};
use phytohub_store::{CommitError, PluginId};
use thiserror::Error;

use crate::CallError;

/// A plugin as the hub knows it: who it is, and for whom it may speak.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plugin's grants, as whoever runs it has them")]
pub struct PluginActor {
    /// Its number in the store: see [`Hub::plugin_id`](crate::Hub::plugin_id).
    pub id: PluginId,
    /// Its id in the configuration.
    pub name: Arc<str>,
    /// The connections as which it may act.
    pub act_as: Arc<[ConnectionCode]>,
    /// Whether it may see what belongs to others.
    pub observe_all: bool,
}

/// Why the hub did not do what a plugin asked.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[non_exhaustive]
pub enum PluginError {
    /// The plugin may not act as this connection.
    #[error("this plugin may not act as that connection")]
    Denied,
    /// No such thing, as far as the plugin may know.
    #[error("there is no such thing")]
    NotFound,
    /// What was expected is not so, or a key was used for something else.
    #[error("{0}")]
    Conflict(String),
    /// A share is used up.
    #[error("{0}")]
    Exhausted(String),
    /// The request must change.
    #[error("{0}")]
    Invalid(String),
    /// The hub cannot do it now.
    #[error("{0}")]
    Unavailable(String),
}

impl From<CallError> for PluginError {
    fn from(error: CallError) -> Self {
        let words = error.to_string();
        match error.kind() {
            ErrorKind::Denied => Self::Denied,
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::Conflict => Self::Conflict(words),
            ErrorKind::Exhausted => Self::Exhausted(words),
            ErrorKind::Invalid => Self::Invalid(words),
            _ => Self::Unavailable(words),
        }
    }
}

impl From<CommitError> for PluginError {
    fn from(error: CommitError) -> Self {
        Self::from(CallError::from(error))
    }
}

/// An envelope to be.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever speaks for a plugin")]
pub struct PluginDraft {
    /// The connection that sends it: `From`.
    pub act_as: String,
    /// `To`.
    pub to: String,
    /// `CertificateType`.
    pub certificate_type: i32,
    /// `CertificateStatus`.
    pub certificate_status: i32,
    /// `NPPOCertificateNumber`.
    pub nppo_certificate_number: String,
    /// The document, in UTF-8.
    pub content: Bytes,
    /// `Forwardings`.
    pub forwardings: Vec<String>,
    /// Whether it is judged first, as by `ValidateAndDeliverEnvelope`.
    pub validate: bool,
    /// Whether it is a country's response.
    pub response: bool,
}

/// What the hub knows of an envelope, for a plugin.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PluginEnvelope {
    /// `hubDeliveryNumber`.
    pub number: HubDeliveryNumber,
    /// `From`.
    pub from: String,
    /// `To`.
    pub to: String,
    /// `CertificateType`.
    pub certificate_type: i32,
    /// `CertificateStatus`.
    pub certificate_status: i32,
    /// `NPPOCertificateNumber`.
    pub nppo_certificate_number: String,
    /// Where it stands.
    pub state: TrackingInfo,
    /// `hubDeliveryErrorMessage`.
    pub message: String,
    /// Position in the inbox that was asked about; 0 elsewhere.
    pub position: u64,
    /// When it was accepted.
    pub accepted: Timestamp,
    /// When its state changed last.
    pub changed: Timestamp,
    /// Bytes of its content as received.
    pub content_bytes: u64,
    /// Hash of its content.
    pub content_hash: ContentHash,
    /// Certificate with which it was delivered; none if a plugin did.
    pub sender_certificate: Option<Fingerprint>,
    /// Whether it is a copy for a channel.
    pub copy: bool,
    /// Whether it is one between test connections.
    pub test: bool,
    /// Whether it is a country's response.
    pub response: bool,
    /// Whether the content is kept no longer.
    pub content_dropped: bool,
}

/// What became of a submitted draft.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Submitted {
    /// The envelope: one that was refused is `FailedDelivery`, with the reason.
    pub envelope: PluginEnvelope,
    /// Whether the same key was submitted before, and this is the first one's.
    pub repeated: bool,
}

/// What happened to an envelope, in the words of `hub.lifecycle/1`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u32)]
#[expect(clippy::exhaustive_enums, reason = "the events of the contract")]
pub enum PluginEventKind {
    /// The hub accepted it; of one that was held for a plugin: it was passed on.
    Accepted = 1,
    /// The recipient has it.
    Acknowledged = 2,
    /// It failed.
    Failed = 3,
    /// It failed by its age.
    Expired = 4,
    /// Its content went out for the first time.
    Released = 5,
    /// The hub refused it.
    Refused = 6,
}

impl PluginEventKind {
    /// The bit of `HubLifecycle::mask`.
    #[must_use]
    pub const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// Something that happened to an envelope.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PluginEvent {
    /// What.
    pub kind: PluginEventKind,
    /// Its place; grows, with gaps.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// State after it, as far as the event tells.
    pub state: TrackingInfo,
    /// `CertificateType`.
    pub certificate_type: i32,
    /// `CertificateStatus`.
    pub certificate_status: i32,
    /// `hubDeliveryNumber`.
    pub number: HubDeliveryNumber,
    /// `From`.
    pub from: String,
    /// `To`.
    pub to: String,
    /// `NPPOCertificateNumber`.
    pub nppo_certificate_number: String,
    /// What the recipient or the hub said.
    pub message: String,
    /// Whether the content is a country's response.
    pub response: bool,
    /// Whether it is between test connections.
    pub test: bool,
    /// Whether it is a copy for a channel.
    pub copy: bool,
}

/// A part of the stream of events.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct PluginEvents {
    /// Those that the plugin may see and wants, in order.
    pub events: Vec<PluginEvent>,
    /// Up to here everything was looked at: where to go on after them.
    pub reached: u64,
    /// Whether there is more to look at now.
    pub more: bool,
}

/// A connection, for a plugin.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever speaks for a plugin")]
pub struct PluginConnection {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Countries that it serves.
    pub serves: Vec<String>,
    /// Types and statuses that it takes.
    pub allowed: Vec<(i32, i32)>,
    /// Whether it may send.
    pub sends: bool,
    /// Whether it may receive.
    pub receives: bool,
    /// Whether it is a channel.
    pub channel: bool,
    /// Whether it is a test connection.
    pub test: bool,
    /// Whether the plugin may act as it.
    pub mine: bool,
    /// Whether it takes responses.
    pub responses: bool,
    /// Whether it is in service.
    pub enabled: bool,
}
