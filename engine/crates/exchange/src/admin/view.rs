//! What the operator sees, as JSON. Field names are part of the commands' `--json` output.

use phytohub_domain::{Connection, RegisteredCertificate, Timestamp, TrackingState};
use phytohub_store::{ClockStatus, StoredEnvelope, StoredEvent};
use serde::{Deserialize, Serialize};

use super::SettingsView;
use crate::codes::Revision;
use crate::push::{BreakerState, PushStatus};
use crate::registry::Registry;

/// A connection.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConnectionView {
    /// What stands in `From` and `To`.
    pub code: String,
    /// For people.
    pub name: String,
    /// `live` or `test`.
    pub mode: String,
    /// Countries that it serves.
    pub serves: Vec<String>,
    /// Whether it may act.
    pub enabled: bool,
    /// Type and status pairs that it accepts.
    pub accepts: Vec<(i32, i32)>,
    /// Whether it takes country responses.
    #[serde(default)]
    pub responses: bool,
    /// Its certificates, removed ones included.
    pub certificates: Vec<CertificateView>,
    /// When it was registered, UTC.
    pub added: String,
    /// Envelopes that wait for it.
    pub pending: u64,
    /// How bringing to it goes, if it is brought something by the hub that runs.
    #[serde(default)]
    pub delivery: Option<DeliveryView>,
    /// What is to be known of what was just changed, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub told: String,
    /// What else is set for it.
    #[serde(flatten)]
    pub settings: SettingsView,
}

impl ConnectionView {
    pub(super) fn new(
        connection: &Connection,
        pending: u64,
        delivery: Option<DeliveryView>,
    ) -> Self {
        let accepts = connection.allowed_documents.iter();
        Self {
            code: connection.code.to_string(),
            name: connection.name.clone(),
            mode: connection.mode.to_string(),
            serves: connection.serves.clone(),
            enabled: connection.enabled,
            accepts: accepts.map(|d| (d.certificate_type, d.certificate_status)).collect(),
            responses: connection.responses,
            certificates: connection.certificates.iter().map(CertificateView::new).collect(),
            added: connection.added.to_string(),
            pending,
            delivery,
            told: String::new(),
            settings: SettingsView::new(connection),
        }
    }
}

/// How bringing to a connection goes.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DeliveryView {
    /// `closed`, `open` (its endpoint is away) or `probing`.
    pub breaker: String,
    /// When its endpoint is tried next, if it is away, UTC.
    pub probe: Option<String>,
    /// When something is brought next, if anything waits for a time, UTC.
    pub next: Option<String>,
    /// Calls that are open.
    pub open_calls: u64,
    /// Calls that succeeded since the hub started.
    pub succeeded: u64,
    /// Calls that failed since the hub started.
    pub failed: u64,
    /// When a call last succeeded, UTC.
    pub last_success: Option<String>,
    /// When a call last failed, UTC.
    pub last_failure: Option<String>,
    /// Why it failed; empty if none has.
    pub last_error: String,
    /// States that another hub refused for good, since the hub started.
    #[serde(default)]
    pub given_up: u64,
    /// Which was the last of them, and why; empty if none was.
    #[serde(default)]
    pub last_given_up: String,
}

impl DeliveryView {
    pub(super) fn new(status: &PushStatus) -> Self {
        let probe = match status.breaker {
            BreakerState::Open { until } => Some(until.to_string()),
            BreakerState::Closed | BreakerState::Probing => None,
        };
        Self {
            breaker: status.breaker.as_str().to_owned(),
            probe,
            next: status.next.map(|at| at.to_string()),
            open_calls: status.open_calls as u64,
            succeeded: status.succeeded,
            failed: status.failed,
            last_success: status.last_success_at.map(|at| at.to_string()),
            last_failure: status.last_error_at.map(|at| at.to_string()),
            last_error: status.last_error.clone(),
            given_up: status.given_up,
            last_given_up: status.last_given_up.clone(),
        }
    }
}

/// A registered certificate.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CertificateView {
    /// SHA-256 of the DER, in hexadecimal digits.
    pub fingerprint: String,
    /// What people call it.
    pub label: String,
    /// What it may be used for.
    pub scope: String,
    /// First moment of its validity, UTC.
    pub not_before: String,
    /// Last moment of its validity, UTC.
    pub not_after: String,
    /// When it was registered, UTC.
    pub added: String,
    /// When it was removed, UTC.
    pub removed: Option<String>,
}

impl CertificateView {
    fn new(certificate: &RegisteredCertificate) -> Self {
        Self {
            fingerprint: certificate.fingerprint.to_string(),
            label: certificate.label.clone(),
            scope: certificate.scope.to_string(),
            not_before: certificate.not_before.to_string(),
            not_after: certificate.not_after.to_string(),
            added: certificate.added.to_string(),
            removed: certificate.removed.map(|at| at.to_string()),
        }
    }
}

/// An envelope with its state; never its content.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EnvelopeView {
    /// Hub delivery number.
    pub number: String,
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
    /// `live` or `test`.
    pub mode: String,
    /// Who delivered it: the one in `From`, or its delegate.
    #[serde(default)]
    pub actor: String,
    /// Whose inbox holds it: that of the one in `To`, of its delegate or, of a copy, a channel's.
    /// Empty if it was refused.
    #[serde(default)]
    pub mailbox: String,
    /// The hub that handed it over, and its number there.
    #[serde(default)]
    pub origin: Option<(String, String)>,
    /// Number of the envelope of which this is a copy.
    #[serde(default)]
    pub copy_of: Option<String>,
    /// Its copies: code of the channel and number of the copy.
    #[serde(default)]
    pub forwardings: Vec<(String, String)>,
    /// `HUBTrackingInfo`.
    pub tracking_info: String,
    /// `hubDeliveryErrorMessage`.
    pub message: String,
    /// Whether the operator set it aside.
    pub parked: bool,
    /// Whether its content was ever completely sent to the recipient.
    pub content_released: bool,
    /// When the recipient's endpoint last took it without a fault, UTC.
    #[serde(default)]
    pub handed_over: Option<String>,
    /// Tries to bring it that failed, since the last that did not.
    #[serde(default)]
    pub attempts: u32,
    /// Why the last try failed; empty if it did not.
    #[serde(default)]
    pub last_error: String,
    /// When it is brought again at the earliest, UTC.
    #[serde(default)]
    pub next_attempt: Option<String>,
    /// Whether it is itself under legal hold.
    #[serde(default)]
    pub held: bool,
    /// Whether its content is kept no longer, or never was.
    #[serde(default)]
    pub content_dropped: bool,
    /// When it was accepted, UTC.
    pub accepted: String,
    /// Bytes of content as received.
    pub content_bytes: u64,
    /// SHA-256 over the content's character data, in hexadecimal digits.
    pub content_hash: String,
    /// Its place in the order of acceptance.
    pub sequence: u64,
}

impl EnvelopeView {
    pub(super) fn new(
        registry: &Registry,
        envelope: &StoredEnvelope,
        state: &TrackingState,
    ) -> Self {
        let code = |id| registry.by_id(id).map_or_else(String::new, |c| c.code.to_string());
        let copies = envelope.forwardings.iter();
        Self {
            number: envelope.number.to_string(),
            from: envelope.from.clone(),
            to: envelope.to.clone(),
            certificate_type: envelope.certificate_type,
            certificate_status: envelope.certificate_status,
            nppo_certificate_number: envelope.nppo_certificate_number.clone(),
            mode: envelope.mode.to_string(),
            actor: code(envelope.actor_id),
            mailbox: envelope.mailbox_id.map(code).unwrap_or_default(),
            origin: envelope.origin.map(|number| (code(envelope.actor_id), number.to_string())),
            copy_of: envelope.copy_of.map(|number| number.to_string()),
            forwardings: copies.map(|(code, n)| (code.to_string(), n.to_string())).collect(),
            tracking_info: state.info.to_string(),
            message: state.message.clone(),
            parked: state.parked,
            content_released: state.content_released,
            handed_over: state.handed_over.map(|at| at.to_string()),
            attempts: state.attempts,
            last_error: state.last_error.clone(),
            next_attempt: state.next_attempt.map(|at| at.to_string()),
            held: state.held,
            content_dropped: state.content_dropped,
            accepted: envelope.accepted.to_string(),
            content_bytes: envelope.content_bytes,
            content_hash: envelope.content_hash.to_string(),
            sequence: envelope.sequence,
        }
    }
}

/// An event of the audit chain.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EventView {
    /// Its place in the chain.
    pub sequence: u64,
    /// When, UTC.
    pub at: String,
    /// What happened.
    pub kind: String,
    /// Who did it.
    pub actor: String,
    /// With which certificate: SHA-256, in hexadecimal digits.
    pub certificate: Option<String>,
    /// From where.
    pub address: String,
    /// On whose behalf, if not on the actor's own.
    pub on_behalf: String,
    /// Hash of the content concerned.
    pub content_hash: Option<String>,
    /// In words.
    pub detail: String,
    /// Hash of this event, which the next one carries.
    pub hash: String,
}

impl EventView {
    pub(super) fn new(stored: &StoredEvent) -> Self {
        let event = &stored.event;
        Self {
            sequence: stored.sequence,
            at: stored.at.to_string(),
            kind: event.kind.as_str().to_owned(),
            actor: event.actor.name.clone(),
            certificate: event.actor.certificate.map(|fingerprint| fingerprint.to_string()),
            address: event.actor.address.clone(),
            on_behalf: event.actor.on_behalf.clone(),
            content_hash: event.content_hash.map(|hash| hash.to_string()),
            detail: event.detail.clone(),
            hash: stored.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}

/// What the store thinks of the wall clock.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClockView {
    /// The wall clock now, UTC.
    pub now: String,
    /// The latest time that was trusted, UTC.
    pub high_water: String,
    /// Why the clock is suspected, if it is.
    pub suspicion: Option<String>,
}

impl ClockView {
    pub(super) fn new(now: Timestamp, status: &ClockStatus) -> Self {
        Self {
            now: now.to_string(),
            high_water: status.high_water.to_string(),
            suspicion: status.suspicion.clone(),
        }
    }
}

/// A revision of a code list.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CodeListView {
    /// Its name.
    pub name: String,
    /// Its title, for people.
    pub title: String,
    /// Counted from 1 for each list.
    pub revision: u32,
    /// Whether it is the one in force.
    pub in_force: bool,
    /// From when on it holds, UTC.
    pub valid_from: String,
    /// When it was imported, UTC.
    pub imported: String,
    /// Whether a code that is not in it does not exist.
    pub complete: bool,
    /// Rows.
    pub rows: u64,
    /// Where its rows come from.
    pub source: String,
    /// Edition of the source.
    pub edition: String,
}

impl CodeListView {
    pub(super) fn new(revision: &Revision, in_force: bool) -> Self {
        let description = revision.list.description();
        Self {
            name: description.name.clone(),
            title: description.title.clone(),
            revision: revision.revision,
            in_force,
            valid_from: revision.valid_from.to_string(),
            imported: revision.imported.to_string(),
            complete: description.complete,
            rows: revision.list.rows().len() as u64,
            source: description.source.clone(),
            edition: description.edition.clone(),
        }
    }
}
