//! What happened to envelopes.

use std::sync::atomic::{AtomicBool, Ordering};

use phytohub_plugin_api as abi;

use crate::{Error, ErrorKind, Host, Result};

/// What happened.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// The hub accepted an envelope; it is on disk.
    Accepted,
    /// The recipient has it: [`Event::state`] tells with what acknowledgement.
    Acknowledged,
    /// It failed, by its recipient's word, the operator's, or the hub's.
    Failed,
    /// It failed by its age.
    Expired,
    /// Its content went out to the recipient for the first time.
    Released,
    /// The hub refused it; [`Event::message`] tells why.
    Refused,
    /// Something that this version does not know; to be passed over.
    Other(u32),
}

impl EventKind {
    pub(crate) const fn of(number: u32) -> Self {
        match number {
            abi::HUB_EVENT_ACCEPTED => Self::Accepted,
            abi::HUB_EVENT_ACKNOWLEDGED => Self::Acknowledged,
            abi::HUB_EVENT_FAILED => Self::Failed,
            abi::HUB_EVENT_EXPIRED => Self::Expired,
            abi::HUB_EVENT_RELEASED => Self::Released,
            abi::HUB_EVENT_REFUSED => Self::Refused,
            other => Self::Other(other),
        }
    }

    const fn number(self) -> u32 {
        match self {
            Self::Accepted => abi::HUB_EVENT_ACCEPTED,
            Self::Acknowledged => abi::HUB_EVENT_ACKNOWLEDGED,
            Self::Failed => abi::HUB_EVENT_FAILED,
            Self::Expired => abi::HUB_EVENT_EXPIRED,
            Self::Released => abi::HUB_EVENT_RELEASED,
            Self::Refused => abi::HUB_EVENT_REFUSED,
            Self::Other(number) => number,
        }
    }
}

/// A set of kinds of events.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EventKinds(u32);

impl EventKinds {
    /// Every kind that this version knows.
    pub const ALL: Self = Self::of(&[
        EventKind::Accepted,
        EventKind::Acknowledged,
        EventKind::Failed,
        EventKind::Expired,
        EventKind::Released,
        EventKind::Refused,
    ]);

    /// These kinds: `const MASK: EventKinds = EventKinds::of(&[EventKind::Accepted]);`
    #[must_use]
    pub const fn of(kinds: &[EventKind]) -> Self {
        let mut bits = 0;
        let mut rest = kinds;
        while let [first, others @ ..] = rest {
            let number = first.number();
            if number < u32::BITS {
                bits |= 1 << number;
            }
            rest = others;
        }
        Self(bits)
    }

    pub(crate) const fn bits(self) -> u32 {
        self.0
    }
}

/// How an envelope stands: the WSDL's `TrackingInfo`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum State {
    /// Not known, or unknown to this version.
    #[default]
    Unknown,
    /// `PendingDelivery`.
    PendingDelivery,
    /// `Delivered`.
    Delivered,
    /// `FailedDelivery`.
    FailedDelivery,
    /// `DeliveredWithWarnings`.
    DeliveredWithWarnings,
    /// `DeliveredNotReadable`.
    DeliveredNotReadable,
}

impl State {
    pub(crate) const fn of(number: u32) -> Self {
        match number {
            abi::HUB_STATE_PENDING_DELIVERY => Self::PendingDelivery,
            abi::HUB_STATE_DELIVERED => Self::Delivered,
            abi::HUB_STATE_FAILED_DELIVERY => Self::FailedDelivery,
            abi::HUB_STATE_DELIVERED_WITH_WARNINGS => Self::DeliveredWithWarnings,
            abi::HUB_STATE_DELIVERED_NOT_READABLE => Self::DeliveredNotReadable,
            _ => Self::Unknown,
        }
    }
}

/// Something that happened to an envelope, borrowed for the length of the call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Event<'a> {
    /// What.
    pub kind: EventKind,
    /// Grows from event to event; with gaps.
    pub sequence: u64,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// The envelope's content is a country's response: an `SPSAcknowledgement`.
    pub is_response: bool,
    /// The envelope is one between test connections.
    pub is_test: bool,
    /// The envelope is a copy of another for a channel.
    pub is_copy: bool,
    /// How the envelope stands after it.
    pub state: State,
    /// `CertificateType`.
    pub certificate_type: i32,
    /// `CertificateStatus`.
    pub certificate_status: i32,
    /// `hubDeliveryNumber`.
    pub hub_delivery_number: &'a str,
    /// `From`.
    pub from: &'a str,
    /// `To`.
    pub to: &'a str,
    /// `NPPOCertificateNumber`.
    pub nppo_certificate_number: &'a str,
    /// What the recipient or the hub said.
    pub message: &'a str,
}

impl Event<'_> {
    /// An event of a kind, about an envelope; nothing else is known. For tests of hooks.
    #[must_use]
    pub const fn new(kind: EventKind, sequence: u64, hub_delivery_number: &str) -> Event<'_> {
        Event {
            kind,
            sequence,
            at_ms: 0,
            is_response: false,
            is_test: false,
            is_copy: false,
            state: State::Unknown,
            certificate_type: 0,
            certificate_status: 0,
            hub_delivery_number,
            from: "",
            to: "",
            nppo_certificate_number: "",
            message: "",
        }
    }
}

/// The batch of events that a call of [`Lifecycle::events`](crate::Lifecycle::events) brought.
#[derive(Debug)]
pub struct Events<'a> {
    pub(crate) events: &'a [Event<'a>],
    pub(crate) ticket: BatchTicket,
    pub(crate) taken: AtomicBool,
}

impl<'a> Events<'a> {
    /// A batch that stands for nothing. For tests of hooks.
    #[must_use]
    pub const fn of(events: &'a [Event<'a>]) -> Self {
        Self::new(events, BatchTicket(abi::HUB_NO_TICKET))
    }

    pub(crate) const fn new(events: &'a [Event<'a>], ticket: BatchTicket) -> Self {
        Self { events, ticket, taken: AtomicBool::new(false) }
    }

    /// The events, in the order of their sequence.
    pub fn iter(&self) -> std::slice::Iter<'a, Event<'a>> {
        self.events.iter()
    }

    /// How many.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// What stands for the batch: see [`Write::with_batch`](crate::host::Write::with_batch).
    #[must_use]
    pub const fn ticket(&self) -> BatchTicket {
        self.ticket
    }

    /// Leaves the batch to be completed later, from any thread; the hook answers
    /// [`Handled::Later`] then. Dropped without completion, the batch comes again.
    #[must_use]
    pub fn later(&self, host: &Host) -> PendingBatch {
        self.taken.store(true, Ordering::Release);
        PendingBatch { host: host.clone(), ticket: self.ticket, completed: false }
    }
}

impl<'a> IntoIterator for &Events<'a> {
    type Item = &'a Event<'a>;
    type IntoIter = std::slice::Iter<'a, Event<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// What stands for a batch of events: a number that the hub looks up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BatchTicket(pub(crate) u64);

impl From<&Events<'_>> for BatchTicket {
    fn from(events: &Events<'_>) -> Self {
        events.ticket
    }
}

impl From<&PendingBatch> for BatchTicket {
    fn from(batch: &PendingBatch) -> Self {
        batch.ticket
    }
}

/// What became of a batch of events.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Handled {
    /// It is done with, by the hook or by a write with the batch.
    Done,
    /// It will be: the hook took it along with [`Events::later`].
    Later,
}

/// A batch of events that is done with later. No other batch comes before.
#[derive(Debug)]
pub struct PendingBatch {
    host: Host,
    ticket: BatchTicket,
    completed: bool,
}

impl PendingBatch {
    /// The batch is done with; or it was not possible and comes again.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound): it was completed before or came too late.
    pub fn complete(mut self, outcome: Result<()>) -> Result<()> {
        self.completed = true;
        self.host.complete(self.ticket, outcome.as_ref().err())
    }

    /// The batch was completed by a write with it: there is nothing more to say.
    pub fn written(mut self) {
        self.completed = true;
    }
}

impl Drop for PendingBatch {
    fn drop(&mut self) {
        if !self.completed {
            let dropped = Error::new(ErrorKind::Again, "the batch was dropped uncompleted");
            // Nobody is left to tell, and the hub lets the batch come again by itself.
            let _ = self.host.complete(self.ticket, Some(&dropped));
        }
    }
}
