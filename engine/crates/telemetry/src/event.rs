//! Events: every state change, content release and denial.

use phytohub_domain::{ConnectionMode, ContentHash, Fingerprint, HubDeliveryNumber};

use crate::{Escaped, Metrics};

/// What happened. The numbers are stored and frozen.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u16)]
#[non_exhaustive]
pub enum EventKind {
    /// An envelope was put into its recipient's inbox.
    EnvelopeAccepted = 1,
    /// An envelope was refused at the door, with a number and a reason.
    EnvelopeRejected = 2,
    /// The content was completely sent to the recipient.
    ContentReleased = 3,
    /// The recipient acknowledged; the state is final.
    EnvelopeAcknowledged = 4,
    /// A repeated or later acknowledgement: the first one stands.
    AcknowledgementRepeated = 5,
    /// A failure told about content that never went out: noted.
    AcknowledgementNoted = 6,
    /// The operator or the hub gave the envelope up.
    EnvelopeFailed = 7,
    /// The operator set the envelope aside.
    EnvelopeParked = 8,
    /// The operator took the envelope back into the queue.
    EnvelopeUnparked = 9,
    /// An identical envelope came again within the replay window: the earlier number was told.
    EnvelopeRepeated = 10,
    /// The recipient's endpoint could not be handed the envelope; it is tried again.
    PushFailed = 11,
    /// The recipient's endpoint took the envelope without a fault; its acknowledgement is awaited.
    EnvelopeHandedOver = 12,
    /// The envelope failed by age: it was never handed over or pulled.
    EnvelopeExpired = 13,
    /// The envelope was put under legal hold.
    EnvelopeHeld = 14,
    /// The legal hold of the envelope was lifted.
    EnvelopeUnheld = 15,
    /// The content of a delivered envelope was dropped after its time.
    ContentDropped = 16,
    /// Header, state and history of an envelope were removed after their time.
    EnvelopePurged = 17,
    /// A pending envelope was moved to another inbox.
    EnvelopeMoved = 18,
    /// A state was told to the sender's endpoint.
    UpdateTold = 19,
    /// A connection was registered.
    ConnectionAdded = 20,
    /// A connection was enabled.
    ConnectionEnabled = 21,
    /// A connection was disabled.
    ConnectionDisabled = 22,
    /// A certificate was registered.
    CertificateAdded = 23,
    /// A certificate was removed.
    CertificateRemoved = 24,
    /// A code list got a new revision.
    CodeListImported = 25,
    /// What is known of a connection was changed: switches, endpoint, limits, hold.
    ConnectionChanged = 26,
    /// A channel rule was written.
    RuleAdded = 27,
    /// A channel rule was switched on or off.
    RuleChanged = 28,
    /// A caller was not known or not allowed.
    AccessDenied = 30,
    /// The sender's endpoint could not be told a state; it is tried again.
    UpdateFailed = 31,
    /// A connection went over its limits and was turned away.
    FairUseExceeded = 32,
    /// The operator took out a copy of a content.
    ContentExported = 33,
    /// The sender's endpoint refuses a state for good; it is not told any more.
    UpdateGivenUp = 34,
    /// The store was opened.
    StoreOpened = 40,
    /// The wall clock stepped, or is far from the last time known.
    ClockSuspected = 41,
    /// The operator accepted the wall clock.
    ClockAccepted = 42,
    /// Certificates, trust or limits were read anew.
    ConfigurationReloaded = 43,
    /// A segment of the event chain was closed with a signed head.
    SegmentClosed = 44,
    /// Closed segments were removed; their heads are kept.
    SegmentPruned = 45,
    /// A backup was made.
    BackupMade = 46,
    /// The store was restored from a backup.
    StoreRestored = 47,
    /// Push and callbacks were resumed after a restore.
    DeliveryResumed = 48,
    /// A plugin's package was verified and its library mapped.
    PluginLoaded = 50,
    /// A plugin takes calls.
    PluginStarted = 51,
    /// A plugin takes no more calls.
    PluginStopped = 52,
    /// A plugin could not be loaded or started, or failed in a way that the operator must know.
    PluginFailed = 53,
    /// A plugin failed so often that it is asked no more.
    PluginQuarantined = 54,
    /// A plugin is asked again after its quarantine.
    PluginReleased = 55,
    /// A plugin says that a person or system which it knows did something.
    PluginAction = 56,
    /// An accepted envelope waited for a plugin, and was passed on to its recipient.
    EnvelopeValidated = 57,
    /// An accepted envelope waited for a plugin, and was refused.
    EnvelopeRefused = 58,
}

impl EventKind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 51] = [
        Self::EnvelopeAccepted,
        Self::EnvelopeRejected,
        Self::ContentReleased,
        Self::EnvelopeAcknowledged,
        Self::AcknowledgementRepeated,
        Self::AcknowledgementNoted,
        Self::EnvelopeFailed,
        Self::EnvelopeParked,
        Self::EnvelopeUnparked,
        Self::EnvelopeRepeated,
        Self::PushFailed,
        Self::EnvelopeHandedOver,
        Self::EnvelopeExpired,
        Self::EnvelopeHeld,
        Self::EnvelopeUnheld,
        Self::ContentDropped,
        Self::EnvelopePurged,
        Self::EnvelopeMoved,
        Self::UpdateTold,
        Self::ConnectionAdded,
        Self::ConnectionEnabled,
        Self::ConnectionDisabled,
        Self::CertificateAdded,
        Self::CertificateRemoved,
        Self::CodeListImported,
        Self::ConnectionChanged,
        Self::RuleAdded,
        Self::RuleChanged,
        Self::AccessDenied,
        Self::UpdateFailed,
        Self::FairUseExceeded,
        Self::ContentExported,
        Self::UpdateGivenUp,
        Self::StoreOpened,
        Self::ClockSuspected,
        Self::ClockAccepted,
        Self::ConfigurationReloaded,
        Self::SegmentClosed,
        Self::SegmentPruned,
        Self::BackupMade,
        Self::StoreRestored,
        Self::DeliveryResumed,
        Self::PluginLoaded,
        Self::PluginStarted,
        Self::PluginStopped,
        Self::PluginFailed,
        Self::PluginQuarantined,
        Self::PluginReleased,
        Self::PluginAction,
        Self::EnvelopeValidated,
        Self::EnvelopeRefused,
    ];

    /// The kind for its stored number.
    #[must_use]
    pub fn from_u16(value: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u16 == value)
    }

    /// The name in logs, metrics and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EnvelopeAccepted => "EnvelopeAccepted",
            Self::EnvelopeRejected => "EnvelopeRejected",
            Self::ContentReleased => "ContentReleased",
            Self::EnvelopeAcknowledged => "EnvelopeAcknowledged",
            Self::AcknowledgementRepeated => "AcknowledgementRepeated",
            Self::AcknowledgementNoted => "AcknowledgementNoted",
            Self::EnvelopeFailed => "EnvelopeFailed",
            Self::EnvelopeParked => "EnvelopeParked",
            Self::EnvelopeUnparked => "EnvelopeUnparked",
            Self::EnvelopeRepeated => "EnvelopeRepeated",
            Self::PushFailed => "PushFailed",
            Self::EnvelopeHandedOver => "EnvelopeHandedOver",
            Self::EnvelopeExpired => "EnvelopeExpired",
            Self::EnvelopeHeld => "EnvelopeHeld",
            Self::EnvelopeUnheld => "EnvelopeUnheld",
            Self::ContentDropped => "ContentDropped",
            Self::EnvelopePurged => "EnvelopePurged",
            Self::EnvelopeMoved => "EnvelopeMoved",
            Self::UpdateTold => "UpdateTold",
            Self::ConnectionAdded => "ConnectionAdded",
            Self::ConnectionEnabled => "ConnectionEnabled",
            Self::ConnectionDisabled => "ConnectionDisabled",
            Self::CertificateAdded => "CertificateAdded",
            Self::CertificateRemoved => "CertificateRemoved",
            Self::CodeListImported => "CodeListImported",
            Self::ConnectionChanged => "ConnectionChanged",
            Self::RuleAdded => "RuleAdded",
            Self::RuleChanged => "RuleChanged",
            Self::AccessDenied => "AccessDenied",
            Self::UpdateFailed => "UpdateFailed",
            Self::FairUseExceeded => "FairUseExceeded",
            Self::ContentExported => "ContentExported",
            Self::UpdateGivenUp => "UpdateGivenUp",
            Self::StoreOpened => "StoreOpened",
            Self::ClockSuspected => "ClockSuspected",
            Self::ClockAccepted => "ClockAccepted",
            Self::ConfigurationReloaded => "ConfigurationReloaded",
            Self::SegmentClosed => "SegmentClosed",
            Self::SegmentPruned => "SegmentPruned",
            Self::BackupMade => "BackupMade",
            Self::StoreRestored => "StoreRestored",
            Self::DeliveryResumed => "DeliveryResumed",
            Self::PluginLoaded => "PluginLoaded",
            Self::PluginStarted => "PluginStarted",
            Self::PluginStopped => "PluginStopped",
            Self::PluginFailed => "PluginFailed",
            Self::PluginQuarantined => "PluginQuarantined",
            Self::PluginReleased => "PluginReleased",
            Self::PluginAction => "PluginAction",
            Self::EnvelopeValidated => "EnvelopeValidated",
            Self::EnvelopeRefused => "EnvelopeRefused",
        }
    }
}

/// Who acted.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u8)]
#[expect(clippy::exhaustive_enums, reason = "nobody else can act")]
pub enum ActorKind {
    /// The hub itself.
    Hub = 0,
    /// A connection's system.
    Connection = 1,
    /// The operator, over the admin socket or with the store at hand.
    Operator = 2,
    /// Somebody unknown.
    Stranger = 3,
    /// A plugin, under its id.
    Plugin = 4,
}

impl ActorKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Hub, Self::Connection, Self::Operator, Self::Stranger, Self::Plugin];
}

/// Who acted, with what, from where and for whom.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Actor {
    /// What kind of actor.
    pub kind: ActorKind,
    /// Connection code, or the operator's user id.
    pub name: String,
    /// The certificate that was presented.
    pub certificate: Option<Fingerprint>,
    /// Peer address.
    pub address: String,
    /// The connection or country on whose behalf; empty if on the actor's own.
    pub on_behalf: String,
}

impl Actor {
    /// The hub itself.
    #[must_use]
    pub fn hub() -> Self {
        Self::named(ActorKind::Hub, "hub")
    }

    /// An actor without certificate and address.
    #[must_use]
    pub fn named(kind: ActorKind, name: impl Into<String>) -> Self {
        let (address, on_behalf) = (String::new(), String::new());
        Self { kind, name: name.into(), certificate: None, address, on_behalf }
    }
}

/// One event: [`Event::emit`] gives its log line and its metric; the store keeps it as audit row.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// Who did it.
    pub actor: Actor,
    /// Live or test, where that can be said.
    pub mode: Option<ConnectionMode>,
    /// The envelope concerned.
    pub envelope: Option<HubDeliveryNumber>,
    /// Sender of the envelope, or the connection concerned.
    pub from: String,
    /// Recipient of the envelope.
    pub to: String,
    /// Hash of the content that was accepted or released.
    pub content_hash: Option<ContentHash>,
    /// Bytes of that content, as received.
    pub content_bytes: u64,
    /// What else is to be said, in words.
    pub detail: String,
}

impl Event {
    /// An event about nothing in particular; fill in what is known.
    #[must_use]
    pub fn new(kind: EventKind, actor: Actor) -> Self {
        Self {
            kind,
            actor,
            mode: None,
            envelope: None,
            from: String::new(),
            to: String::new(),
            content_hash: None,
            content_bytes: 0,
            detail: String::new(),
        }
    }

    /// Writes the log line and counts. Call it once, after the audit row is on disk.
    pub fn emit(&self, metrics: &Metrics) {
        metrics.count_event(self);
        macro_rules! line {
            ($level:expr) => {
                tracing::event!(
                    target: "phytohub::event",
                    $level,
                    kind = self.kind.as_str(),
                    mode = self.mode.map(ConnectionMode::as_str),
                    envelope = self.envelope.map(tracing::field::display),
                    from = %Escaped(&self.from),
                    to = %Escaped(&self.to),
                    actor = %Escaped(&self.actor.name),
                    address = %Escaped(&self.actor.address),
                    detail = %Escaped(&self.detail),
                )
            };
        }
        match self.kind {
            EventKind::ClockSuspected | EventKind::PluginFailed | EventKind::PluginQuarantined => {
                line!(tracing::Level::WARN)
            }
            EventKind::EnvelopeValidated => line!(tracing::Level::DEBUG),
            EventKind::AccessDenied
            | EventKind::EnvelopeFailed
            | EventKind::EnvelopeExpired
            | EventKind::EnvelopeHeld
            | EventKind::EnvelopeUnheld => line!(tracing::Level::INFO),
            kind if (kind as u16) < EventKind::ConnectionAdded as u16 => {
                line!(tracing::Level::DEBUG);
            }
            _ => line!(tracing::Level::INFO),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_numbers_are_read_back() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_u16(kind as u16), Some(kind));
        }
        assert_eq!(EventKind::from_u16(0), None);
    }

    #[test]
    fn an_event_is_counted_once() {
        let metrics = Metrics::new();
        Event::new(EventKind::EnvelopeAccepted, Actor::hub()).emit(&metrics);
        let text = metrics.render();
        assert!(text.contains("hub_events_total{kind=\"EnvelopeAccepted\"} 1"), "{text}");
    }
}
