//! Connections and their certificates, for the operator.

use std::sync::Arc;

use phytohub_domain::{
    CertificateScope, Connection, ConnectionCode, ConnectionKind, ConnectionMode, Fingerprint,
    Link, RegisteredCertificate, Timestamp,
};
use phytohub_store::{CommitError, Queue};
use phytohub_telemetry::{Actor, Event, EventKind};

use super::change::documents;
use super::link::{invalid, words};
use super::{AdminError, AdminReply, CertificateInput, ConnectionView, DeliveryView, find, parse};
use crate::Hub;
use crate::registry::Registry;
use crate::route::check_link;

impl Hub {
    pub(super) fn view(&self, connection: &Connection) -> ConnectionView {
        let pending = self.inner.store.queue_len(connection.id, Queue::Inbox);
        let status = self.inner.lanes.status(connection.id);
        let delivery = status.map(|status| DeliveryView::new(&status.borrow()));
        ConnectionView::new(connection, pending, delivery)
    }

    pub(super) fn connection_list(&self) -> AdminReply {
        let registry = self.inner.registry.load();
        let views = registry.connections().into_iter().map(|connection| self.view(connection));
        AdminReply::Connections(views.collect())
    }

    pub(super) fn connection_show(&self, code: &str) -> Result<AdminReply, AdminError> {
        let connection = find(&self.inner.registry.load(), code)?;
        Ok(AdminReply::Connection(self.view(&connection)))
    }

    pub(super) async fn certificate_add(
        &self,
        actor: Actor,
        code: &str,
        certificate: CertificateInput,
    ) -> Result<AdminReply, AdminError> {
        let now = self.clock().now();
        self.change_connection(code, |connection, registry| {
            let detail = add_certificate(connection, registry, certificate, now)?;
            Ok(connection_event(EventKind::CertificateAdded, actor, connection, detail))
        })
        .await
    }

    pub(super) async fn certificate_remove(
        &self,
        actor: Actor,
        code: &str,
        fingerprint: &str,
    ) -> Result<AdminReply, AdminError> {
        let fingerprint = parse("fingerprint", fingerprint)?;
        let now = self.clock().now();
        self.change_connection(code, |connection, _| {
            let detail = remove_certificate(connection, fingerprint, now)?;
            Ok(connection_event(EventKind::CertificateRemoved, actor, connection, detail))
        })
        .await
    }

    pub(super) async fn connection_add(
        &self,
        actor: Actor,
        new: NewConnection,
        certificates: Vec<CertificateInput>,
    ) -> Result<AdminReply, AdminError> {
        let _changing = self.inner.registry_change.lock().await;
        let registry = self.inner.registry.load_full();
        let (connection, events) = self.new_connection(&registry, &actor, new, certificates)?;
        self.put_connection(&registry, connection, events).await
    }

    /// A connection as it is to be put in force, with the events that tell of it.
    pub(super) fn new_connection(
        &self,
        registry: &Registry,
        actor: &Actor,
        new: NewConnection,
        certificates: Vec<CertificateInput>,
    ) -> Result<(Connection, Vec<Event>), AdminError> {
        let code: ConnectionCode = parse("code", &new.code)?;
        let mode: ConnectionMode = parse("mode", &new.mode)?;
        if registry.connection(&code).is_some() {
            return Err(AdminError::CodeTaken { code });
        }
        let now = self.clock().now();
        let mut connection = Connection::new(registry.next_id(), code, new.name, mode, now);
        connection.kind = new.kind;
        if let Some(link) = new.link {
            check_link(registry, &connection, &link).map_err(invalid)?;
            connection.link = link;
        }
        if new.kind != ConnectionKind::Nppo || !new.serves.is_empty() {
            connection.serves = countries(new.serves)?;
        }
        if !new.accepts.is_empty() {
            connection.allowed_documents = documents(new.accepts)?;
        }
        let kind = match new.kind {
            ConnectionKind::Nppo => "connection",
            ConnectionKind::Channel => "channel",
            ConnectionKind::Hub => "hub",
        };
        let mut detail = format!("{} {kind}, {}", connection.mode, connection.name);
        if connection.kind == ConnectionKind::Hub {
            detail = format!("{detail}, {}", words(&connection.link));
        }
        let kind = EventKind::ConnectionAdded;
        let mut events = vec![connection_event(kind, actor.clone(), &connection, detail)];
        for certificate in certificates {
            let detail = add_certificate(&mut connection, registry, certificate, now)?;
            let kind = EventKind::CertificateAdded;
            events.push(connection_event(kind, actor.clone(), &connection, detail));
        }
        Ok((connection, events))
    }

    pub(super) async fn set_enabled(
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

    pub(super) async fn change_connection(
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
        let put = connection.clone();
        self.put_registered(registry, connection, events).await?;
        let mut view = self.view(&put);
        view.told = self.closed_line(&put).await?;
        Ok(AdminReply::Connection(view))
    }

    /// On disk first, then in force. To be called with the change of the registry locked.
    pub(crate) async fn put_registered(
        &self,
        registry: &Registry,
        connection: Connection,
        events: Vec<Event>,
    ) -> Result<(), CommitError> {
        self.inner.store.put_connection(connection.clone(), events).await?;
        let mut changed = registry.clone();
        changed.put(connection);
        self.inner.registry.store(Arc::new(changed));
        self.inner.lanes.terms_changed();
        Ok(())
    }
}

/// A connection to be registered.
pub(super) struct NewConnection {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) kind: ConnectionKind,
    pub(super) mode: String,
    pub(super) serves: Vec<String>,
    pub(super) accepts: Vec<(i32, i32)>,
    /// Of a hub.
    pub(super) link: Option<Link>,
}

pub(super) fn countries(serves: Vec<String>) -> Result<Vec<String>, AdminError> {
    let is_code = |text: &String| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
    match serves.iter().find(|text| !is_code(text)) {
        None => Ok(serves),
        Some(text) => Err(AdminError::Invalid {
            what: "serves",
            problem: format!("a country is written with two capital letters; '{text}' is not"),
        }),
    }
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

pub(super) fn connection_event(
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
