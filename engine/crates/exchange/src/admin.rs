//! What the operator may do: the same requests whether a running hub answers them over its admin
//! socket or a command works on the store itself.

mod codes;
mod view;

use std::sync::Arc;

use phytohub_domain::{
    AllowedDocument, CertificateScope, Connection, ConnectionCode, ConnectionMode, ErrorKind,
    Fingerprint, HubDeliveryNumber, RegisteredCertificate, Timestamp, TrackingState, Transition,
};
use phytohub_store::{Change, CommitError, Queue, StoredEnvelope};
use phytohub_telemetry::{Actor, ActorKind, Event, EventKind};
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use view::{CertificateView, ClockView, CodeListView, ConnectionView, EnvelopeView, EventView};

use crate::registry::Registry;
use crate::{CallError, Hub, blocking};

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
    /// Give an envelope up: its sender is told `FailedDelivery` and the reason.
    EnvelopeFail {
        /// Its number.
        number: String,
        /// Why; the sender reads it.
        reason: String,
    },
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
    /// The clock.
    Clock(ClockView),
    /// One revision of a code list.
    CodeList(CodeListView),
    /// A code list's file.
    CodeListFile(String),
    /// All revisions of all code lists.
    CodeLists(Vec<CodeListView>),
    /// One connection.
    Connection(ConnectionView),
    /// All connections, by code.
    Connections(Vec<ConnectionView>),
    /// One envelope.
    Envelope(EnvelopeView),
    /// Envelopes, oldest first.
    Envelopes(Vec<EnvelopeView>),
    /// Events of one envelope, in order.
    History(Vec<EventView>),
}

/// Who operates: the user at the other end of the admin socket, or of the store's files.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "known by the system's user id alone")]
pub struct Operator {
    /// User id.
    pub uid: u32,
}

impl Operator {
    fn actor(self) -> Actor {
        Actor::named(ActorKind::Operator, format!("uid {}", self.uid))
    }
}

/// Why a request of the operator was not done.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AdminError {
    /// Another connection has, or had, this certificate.
    #[error(
        "this certificate belongs to {owner} and cannot be given to another: \
         make a new key for {code} fingerprint={fingerprint}"
    )]
    CertificateTaken {
        /// Who has it.
        owner: ConnectionCode,
        /// Who was to get it.
        code: ConnectionCode,
        /// Which.
        fingerprint: Fingerprint,
    },
    /// The code is taken.
    #[error("a connection with this code exists: see 'phytohub connection show {code}'")]
    CodeTaken {
        /// The code.
        code: ConnectionCode,
    },
    /// A word of the request is not what it must be.
    #[error("{what}: {problem}")]
    Invalid {
        /// Which word.
        what: &'static str,
        /// What it must be.
        problem: String,
    },
    /// No such code list, or no such revision of it.
    #[error("no code list, or no such revision of it: see 'phytohub codes list' name={name}")]
    NoSuchCodeList {
        /// The name.
        name: String,
    },
    /// No such connection.
    #[error("no connection has the code {code}: see 'phytohub connection list'")]
    NoSuchConnection {
        /// The code.
        code: String,
    },
    /// The connection has no such certificate.
    #[error("{code} has no such certificate: see 'phytohub connection show {code}'")]
    NoSuchCertificate {
        /// The connection.
        code: ConnectionCode,
    },
    /// No such envelope.
    #[error("this hub never assigned this number number={number}")]
    NoSuchEnvelope {
        /// The number.
        number: String,
    },
    /// The envelope's state does not let it.
    #[error("nothing to do: the envelope is {state} number={number}")]
    StateForbids {
        /// The number.
        number: HubDeliveryNumber,
        /// Its state.
        state: String,
    },
    /// The store failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The change was not committed.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl AdminError {
    /// What the operator should do.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::CertificateTaken { .. } | Self::CodeTaken { .. } | Self::StateForbids { .. } => {
                ErrorKind::Conflict
            }
            Self::Invalid { .. } => ErrorKind::Invalid,
            Self::NoSuchCodeList { .. }
            | Self::NoSuchConnection { .. }
            | Self::NoSuchCertificate { .. }
            | Self::NoSuchEnvelope { .. } => ErrorKind::NotFound,
            Self::Call(error) => error.kind(),
            Self::Commit(error) => error.kind(),
        }
    }
}

impl Hub {
    /// Does what the operator wants; every change is an event.
    ///
    /// # Errors
    /// See [`AdminError`]; nothing was changed then.
    pub async fn admin(
        &self,
        operator: &Operator,
        request: AdminRequest,
    ) -> Result<AdminReply, AdminError> {
        let actor = operator.actor();
        match request {
            AdminRequest::ConnectionAdd { code, name, mode, serves, accepts, certificates } => {
                let mode = parse("mode", &mode)?;
                let add =
                    NewConnection { code: parse("code", &code)?, name, mode, serves, accepts };
                self.connection_add(actor, add, certificates).await
            }
            AdminRequest::ConnectionList => {
                let registry = self.inner.registry.load();
                let views = registry.connections().into_iter().map(|c| self.view(c));
                Ok(AdminReply::Connections(views.collect()))
            }
            AdminRequest::ConnectionShow { code } => {
                let connection = find(&self.inner.registry.load(), &code)?;
                Ok(AdminReply::Connection(self.view(&connection)))
            }
            AdminRequest::ConnectionSetEnabled { code, enabled } => {
                self.set_enabled(actor, &code, enabled).await
            }
            AdminRequest::CertificateAdd { code, certificate } => {
                let now = self.clock().now();
                self.change_connection(&code, |connection, registry| {
                    let detail = add_certificate(connection, registry, certificate, now)?;
                    Ok(connection_event(EventKind::CertificateAdded, actor, connection, detail))
                })
                .await
            }
            AdminRequest::CertificateRemove { code, fingerprint } => {
                let fingerprint = parse("fingerprint", &fingerprint)?;
                let now = self.clock().now();
                self.change_connection(&code, |connection, _| {
                    let detail = remove_certificate(connection, fingerprint, now)?;
                    Ok(connection_event(EventKind::CertificateRemoved, actor, connection, detail))
                })
                .await
            }
            AdminRequest::EnvelopeShow { number } => {
                let (envelope, state) = self.find_envelope(&number).await?;
                Ok(AdminReply::Envelope(EnvelopeView::new(&envelope, &state)))
            }
            AdminRequest::EnvelopeList { to, after, count } => {
                self.envelope_list(&to, after, count).await
            }
            AdminRequest::EnvelopeHistory { number } => self.envelope_history(&number).await,
            AdminRequest::EnvelopePark { number, reason } => {
                self.change_envelope(actor, &number, Change::Park(reasoned(reason)?)).await
            }
            AdminRequest::EnvelopeUnpark { number, reason } => {
                self.change_envelope(actor, &number, Change::Unpark(reasoned(reason)?)).await
            }
            AdminRequest::EnvelopeFail { number, reason } => {
                self.change_envelope(actor, &number, Change::Fail(reasoned(reason)?)).await
            }
            AdminRequest::CodesList => Ok(self.codes_list()),
            AdminRequest::CodesExport { name, revision } => self.codes_export(&name, revision),
            AdminRequest::CodesImport { text, valid_from_ms } => {
                self.codes_import(actor, text, valid_from_ms).await
            }
            AdminRequest::ClockShow => Ok(self.clock_view()),
            AdminRequest::ClockAccept => {
                self.inner.store.accept_clock(actor).await?;
                Ok(self.clock_view())
            }
        }
    }

    fn clock_view(&self) -> AdminReply {
        let status = self.inner.store.clock_status();
        AdminReply::Clock(ClockView::new(self.clock().now(), &status))
    }

    fn view(&self, connection: &Connection) -> ConnectionView {
        let pending = self.inner.store.queue_len(connection.id, Queue::Inbox);
        ConnectionView::new(connection, pending)
    }

    async fn connection_add(
        &self,
        actor: Actor,
        new: NewConnection,
        certificates: Vec<CertificateInput>,
    ) -> Result<AdminReply, AdminError> {
        let _changing = self.inner.registry_change.lock().await;
        let registry = self.inner.registry.load_full();
        if registry.connection(&new.code).is_some() {
            return Err(AdminError::CodeTaken { code: new.code });
        }
        let now = self.clock().now();
        let mut connection = Connection::new(registry.next_id(), new.code, new.name, new.mode, now);
        if !new.serves.is_empty() {
            connection.serves = countries(new.serves)?;
        }
        let pairs = new.accepts.into_iter().map(|(certificate_type, certificate_status)| {
            AllowedDocument { certificate_type, certificate_status }
        });
        connection.allowed_documents = pairs.collect();
        let detail = format!("{} connection, {}", connection.mode, connection.name);
        let kind = EventKind::ConnectionAdded;
        let mut events = vec![connection_event(kind, actor.clone(), &connection, detail)];
        for certificate in certificates {
            let detail = add_certificate(&mut connection, &registry, certificate, now)?;
            let kind = EventKind::CertificateAdded;
            events.push(connection_event(kind, actor.clone(), &connection, detail));
        }
        self.put_connection(&registry, connection, events).await
    }

    async fn set_enabled(
        &self,
        actor: Actor,
        code: &str,
        enabled: bool,
    ) -> Result<AdminReply, AdminError> {
        let kind =
            if enabled { EventKind::ConnectionEnabled } else { EventKind::ConnectionDisabled };
        self.change_connection(code, |connection, _| {
            connection.enabled = enabled;
            Ok(connection_event(kind, actor, connection, String::new()))
        })
        .await
    }

    async fn change_connection(
        &self,
        code: &str,
        change: impl FnOnce(&mut Connection, &Registry) -> Result<Event, AdminError>,
    ) -> Result<AdminReply, AdminError> {
        let _changing = self.inner.registry_change.lock().await;
        let registry = self.inner.registry.load_full();
        let mut connection = Connection::clone(&*find(&registry, code)?);
        let event = change(&mut connection, &registry)?;
        self.put_connection(&registry, connection, vec![event]).await
    }

    /// On disk first, then in force.
    async fn put_connection(
        &self,
        registry: &Registry,
        connection: Connection,
        events: Vec<Event>,
    ) -> Result<AdminReply, AdminError> {
        self.inner.store.put_connection(connection.clone(), events).await?;
        let mut changed = registry.clone();
        let view = self.view(&connection);
        changed.put(connection);
        self.inner.registry.store(Arc::new(changed));
        Ok(AdminReply::Connection(view))
    }

    async fn find_envelope(
        &self,
        text: &str,
    ) -> Result<(StoredEnvelope, TrackingState), AdminError> {
        let unknown = || AdminError::NoSuchEnvelope { number: text.to_owned() };
        let number = text.parse().map_err(|_| unknown())?;
        self.envelope(number).await?.ok_or_else(unknown)
    }

    async fn change_envelope(
        &self,
        actor: Actor,
        number: &str,
        change: Change,
    ) -> Result<AdminReply, AdminError> {
        let (envelope, _) = self.find_envelope(number).await?;
        let outcome = self.inner.store.change(envelope.clone(), change, actor).await?;
        if outcome.transition == Transition::Refused {
            let parked = if outcome.state.parked { ", parked" } else { "" };
            let state = format!("{}{parked}", outcome.state.info);
            return Err(AdminError::StateForbids { number: envelope.number, state });
        }
        Ok(AdminReply::Envelope(EnvelopeView::new(&envelope, &outcome.state)))
    }

    async fn envelope_list(
        &self,
        to: &str,
        after: u64,
        count: u32,
    ) -> Result<AdminReply, AdminError> {
        let connection = find(&self.inner.registry.load(), to)?.id;
        let store = self.inner.store.clone();
        let count = count.min(LIST_MAX) as usize;
        let rows = blocking::read(move || store.waiting(connection, Queue::Inbox, after, count));
        let views = rows.await?.into_iter().filter_map(|(_, tracked)| match tracked {
            Ok((envelope, state)) => Some(EnvelopeView::new(&envelope, &state)),
            Err(error) => {
                tracing::error!(%error, "an envelope cannot be listed");
                None
            }
        });
        Ok(AdminReply::Envelopes(views.collect()))
    }

    async fn envelope_history(&self, number: &str) -> Result<AdminReply, AdminError> {
        let (envelope, _) = self.find_envelope(number).await?;
        let store = self.inner.store.clone();
        let events = blocking::read(move || store.history(envelope.number)).await?;
        Ok(AdminReply::History(events.iter().map(EventView::new).collect()))
    }
}

struct NewConnection {
    code: ConnectionCode,
    name: String,
    mode: ConnectionMode,
    serves: Vec<String>,
    accepts: Vec<(i32, i32)>,
}

fn find(registry: &Registry, code: &str) -> Result<Arc<Connection>, AdminError> {
    let parsed = code.parse().ok();
    let connection = parsed.and_then(|code| registry.connection(&code).cloned());
    connection.ok_or_else(|| AdminError::NoSuchConnection { code: code.to_owned() })
}

fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(
    what: &'static str,
    text: &str,
) -> Result<T, AdminError> {
    text.parse().map_err(|error: T::Err| AdminError::Invalid { what, problem: error.to_string() })
}

fn countries(serves: Vec<String>) -> Result<Vec<String>, AdminError> {
    let is_code = |text: &String| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
    match serves.iter().find(|text| !is_code(text)) {
        None => Ok(serves),
        Some(text) => Err(AdminError::Invalid {
            what: "serves",
            problem: format!("a country is written with two capital letters; '{text}' is not"),
        }),
    }
}

fn reasoned(reason: String) -> Result<String, AdminError> {
    let problem = || "it must say why: the envelope's history keeps it".to_owned();
    let given = !reason.trim().is_empty();
    given
        .then_some(reason)
        .ok_or_else(|| AdminError::Invalid { what: "reason", problem: problem() })
}

fn add_certificate(
    connection: &mut Connection,
    registry: &Registry,
    input: CertificateInput,
    now: Timestamp,
) -> Result<String, AdminError> {
    let fingerprint: Fingerprint = parse("fingerprint", &input.fingerprint)?;
    let scope: CertificateScope = parse("scope", &input.scope)?;
    if let Some((owner, _)) = registry.owner(&fingerprint)
        && owner.code != connection.code
    {
        let (owner, code) = (owner.code.clone(), connection.code.clone());
        return Err(AdminError::CertificateTaken { owner, code, fingerprint });
    }
    let validity =
        (Timestamp::from_millis(input.not_before_ms), Timestamp::from_millis(input.not_after_ms));
    let mut certificate = RegisteredCertificate::new(fingerprint, input.label, validity, now);
    certificate.scope = scope;
    let detail = format!("{} {fingerprint} scope={scope}", certificate.label);
    connection.certificates.retain(|known| known.fingerprint != fingerprint);
    connection.certificates.push(certificate);
    Ok(detail)
}

fn remove_certificate(
    connection: &mut Connection,
    fingerprint: Fingerprint,
    now: Timestamp,
) -> Result<String, AdminError> {
    let code = connection.code.clone();
    let mut certificates = connection.certificates.iter_mut();
    let certificate = certificates
        .find(|known| known.fingerprint == fingerprint && known.removed.is_none())
        .ok_or(AdminError::NoSuchCertificate { code })?;
    certificate.removed = Some(now);
    Ok(format!("{} {fingerprint}", certificate.label))
}

fn connection_event(
    kind: EventKind,
    actor: Actor,
    connection: &Connection,
    detail: String,
) -> Event {
    let mut event = Event::new(kind, actor);
    event.mode = Some(connection.mode);
    connection.code.as_str().clone_into(&mut event.from);
    event.detail = detail;
    event
}

/// Envelopes in one answer to the operator.
const LIST_MAX: u32 = 1000;
