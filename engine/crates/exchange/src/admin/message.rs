//! What the operator asks and is told, as JSON.

use phytohub_telemetry::{Actor, ActorKind};
use serde::{Deserialize, Serialize};

use super::{
    AccountRequest, ClockView, CodeListView, ConnectionChanges, ConnectionView, ContentPiece,
    EnvelopeView, EventView, ExportPage, ExportRequest, HealthView, LineView, LinkDone,
    LinkRequest, PluginRequest, PluginView, RuleDone, RuleInput, RuleView,
};
use crate::audit::{AuditReport, SignedHead};
use crate::backup::Manifest;
use crate::receipt::Receipt;

/// Something that the operator wants. JSON, one object with the request's name as key.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum AdminRequest {
    /// Register a connection.
    ConnectionAdd {
        /// Its code.
        code: String,
        /// Its name, for people.
        name: String,
        /// `live` or `test`.
        mode: String,
        /// Countries that it serves; none means the one that its code begins with.
        serves: Vec<String>,
        /// Type and status pairs that it accepts; none means all.
        accepts: Vec<(i32, i32)>,
        /// Its certificates.
        certificates: Vec<CertificateInput>,
    },
    /// Register a channel: an industry system or a single window, which gets copies or acts for
    /// others.
    ChannelAdd {
        /// Its code.
        code: String,
        /// Its name; partners see it.
        name: String,
        /// `live` or `test`.
        mode: String,
        /// Type and status pairs that it accepts; none means those of the profile.
        accepts: Vec<(i32, i32)>,
        /// Its certificates.
        certificates: Vec<CertificateInput>,
    },
    /// Other hubs.
    Link(LinkRequest),
    /// Change what is set for a connection, channel or hub.
    ConnectionChange {
        /// Its code.
        code: String,
        /// What changes.
        changes: Box<ConnectionChanges>,
    },
    /// Announce that a connection's system will be away.
    MaintenanceAdd {
        /// The connection's code.
        code: String,
        /// First moment, milliseconds since 1970.
        from_ms: u64,
        /// First moment after it, milliseconds since 1970.
        until_ms: u64,
        /// Why.
        reason: String,
    },
    /// Take back all windows that were announced for a connection.
    MaintenanceClear {
        /// The connection's code.
        code: String,
    },
    /// Write a channel rule, and follow it from now on.
    RuleAdd {
        /// The rule, with the consent of the mailbox's owner.
        rule: RuleInput,
    },
    /// List channel rules, ended ones included.
    RuleList {
        /// Only those of this owner or channel.
        code: Option<String>,
    },
    /// Follow a channel rule again, or end it.
    RuleSetActive {
        /// Its number.
        id: u32,
        /// Whether it is followed.
        active: bool,
    },
    /// List all connections.
    ConnectionList,
    /// Show one connection.
    ConnectionShow {
        /// Its code.
        code: String,
    },
    /// Enable or disable a connection.
    ConnectionSetEnabled {
        /// Its code.
        code: String,
        /// Whether it may act.
        enabled: bool,
    },
    /// Register a certificate with a connection.
    CertificateAdd {
        /// The connection's code.
        code: String,
        /// The certificate.
        certificate: CertificateInput,
    },
    /// Remove a certificate: from now on it proves nothing.
    CertificateRemove {
        /// The connection's code.
        code: String,
        /// SHA-256 of the certificate's DER, in hexadecimal digits.
        fingerprint: String,
    },
    /// Show an envelope.
    EnvelopeShow {
        /// Its number.
        number: String,
    },
    /// List what waits for a connection, oldest first.
    EnvelopeList {
        /// The connection's code.
        to: String,
        /// Only positions after this one; 0 for all.
        after: u64,
        /// At most so many.
        count: u32,
    },
    /// Tell an envelope's history.
    EnvelopeHistory {
        /// Its number.
        number: String,
    },
    /// Set an envelope aside: it stays pending and is offered to nobody.
    EnvelopePark {
        /// Its number.
        number: String,
        /// Why; kept in its history.
        reason: String,
    },
    /// Offer an envelope again that was set aside.
    EnvelopeUnpark {
        /// Its number.
        number: String,
        /// Why; kept in its history.
        reason: String,
    },
    /// Put an envelope under legal hold: neither content nor record is removed by age.
    EnvelopeHold {
        /// Its number.
        number: String,
        /// Why; kept in its history.
        reason: String,
    },
    /// Lift an envelope's legal hold.
    EnvelopeUnhold {
        /// Its number.
        number: String,
        /// Why; kept in its history.
        reason: String,
    },
    /// Take copies of envelopes out of the hub.
    Export(ExportRequest),
    /// Give an envelope up: its sender is told `FailedDelivery` and the reason.
    EnvelopeFail {
        /// Its number.
        number: String,
        /// Why; the sender reads it.
        reason: String,
    },
    /// The account of what happened, receipts, backups and health.
    Account(AccountRequest),
    /// Plugins.
    Plugin(PluginRequest),
    /// The lines of a host of plugins.
    Lines,
    /// What the store thinks of the wall clock.
    ClockShow,
    /// The wall clock is right.
    ClockAccept,
    /// List the code lists, all revisions.
    CodesList,
    /// One revision of a code list, as its file.
    CodesExport {
        /// Name of the list.
        name: String,
        /// Which revision; the one in force if absent.
        revision: Option<u32>,
    },
    /// A new revision of a code list.
    CodesImport {
        /// The list's file.
        text: String,
        /// From when on it holds, milliseconds since 1970; from now on if absent.
        valid_from_ms: Option<u64>,
    },
}

/// A certificate as a command read it from its file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "built by the commands, field by field")]
pub struct CertificateInput {
    /// What people call it.
    pub label: String,
    /// SHA-256 of its DER, in hexadecimal digits.
    pub fingerprint: String,
    /// What it may be used for: `all`, or some of `send,receive,acknowledge,read`.
    pub scope: String,
    /// First moment of its validity, milliseconds since 1970.
    pub not_before_ms: u64,
    /// Last moment of its validity, milliseconds since 1970.
    pub not_after_ms: u64,
}

/// What the operator is told.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AdminReply {
    /// What a verification found.
    Audit(AuditReport),
    /// A backup that was made.
    Backup(Manifest),
    /// A signed head.
    Head(SignedHead),
    /// Signed heads, in order.
    Heads(Vec<SignedHead>),
    /// What the store says of itself.
    Health(Box<HealthView>),
    /// A receipt.
    Receipt(Receipt),
    /// The clock.
    Clock(ClockView),
    /// One revision of a code list.
    CodeList(CodeListView),
    /// A code list's file.
    CodeListFile(String),
    /// All revisions of all code lists.
    CodeLists(Vec<CodeListView>),
    /// A piece of an envelope's content.
    ContentPiece(ContentPiece),
    /// Envelopes to be exported.
    ExportPage(ExportPage),
    /// One connection.
    Connection(ConnectionView),
    /// All connections, by code.
    Connections(Vec<ConnectionView>),
    /// One envelope.
    Envelope(EnvelopeView),
    /// Envelopes, oldest first.
    Envelopes(Vec<EnvelopeView>),
    /// A line to another hub that was changed.
    LinkDone(Box<LinkDone>),
    /// Events of one envelope, in order.
    History(Vec<EventView>),
    /// How the lines of a host of plugins are.
    Lines(Vec<LineView>),
    /// How the plugins are.
    Plugins(Vec<PluginView>),
    /// A channel rule that was written, switched on or off.
    RuleDone(RuleDone),
    /// Channel rules, in the order in which they were written.
    Rules(Vec<RuleView>),
}

/// Who operates: the user at the other end of the admin socket, or of the store's files.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "known by the system's user id alone")]
pub struct Operator {
    /// User id.
    pub uid: u32,
}

impl Operator {
    pub(super) fn actor(self) -> Actor {
        Actor::named(ActorKind::Operator, format!("uid {}", self.uid))
    }
}
