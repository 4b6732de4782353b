//! What the operator may do: the same requests whether a running hub answers them over its admin
//! socket or a command works on the store itself.

mod account;
mod audit;
mod backup;
mod change;
mod codes;
mod connection;
mod error;
mod export;
mod health;
mod link;
mod message;
mod order;
mod plugin;
mod rule;
mod setting;
mod view;

use std::sync::Arc;

use phytohub_domain::{Connection, ConnectionKind, TrackingState, Transition};
use phytohub_store::{Change, Queue, StoredEnvelope};
use phytohub_telemetry::Actor;

pub use account::AccountRequest;
pub use error::AdminError;
pub use export::{ContentPiece, ExportPage, ExportRequest};
pub use health::{HealthView, ScrubView};
pub use link::{LinkDone, LinkRequest, LinkSides};
pub use message::{AdminReply, AdminRequest, CertificateInput, Operator};
pub use order::{RuleDone, RuleInput, RuleView};
pub use plugin::{ControlError, ControlPlugins, LineView, PluginRequest, PluginView};
pub use setting::{
    ConnectionChanges, PushInput, PushView, Setting, SettingsView, SigningInput, TrustInput,
    WindowView,
};
pub use view::{
    CertificateView, ClockView, CodeListView, ConnectionView, DeliveryView, EnvelopeView, EventView,
};

use crate::registry::Registry;
use crate::{Hub, blocking};
use connection::NewConnection;

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
                let (kind, link) = (ConnectionKind::Nppo, None);
                let add = NewConnection { code, name, kind, mode, serves, accepts, link };
                self.connection_add(actor, add, certificates).await
            }
            AdminRequest::ChannelAdd { code, name, mode, accepts, certificates } => {
                let (kind, serves, link) = (ConnectionKind::Channel, Vec::new(), None);
                let add = NewConnection { code, name, kind, mode, serves, accepts, link };
                self.connection_add(actor, add, certificates).await
            }
            AdminRequest::Link(request) => self.link_request(actor, request).await,
            AdminRequest::ConnectionChange { code, changes } => {
                self.connection_change(actor, &code, *changes).await
            }
            AdminRequest::MaintenanceAdd { code, from_ms, until_ms, reason } => {
                self.maintenance_add(actor, &code, (from_ms, until_ms), reason).await
            }
            AdminRequest::MaintenanceClear { code } => self.maintenance_clear(actor, &code).await,
            AdminRequest::RuleAdd { rule } => self.rule_add(actor, rule).await,
            AdminRequest::RuleList { code } => self.rule_list(code.as_deref()),
            AdminRequest::RuleSetActive { id, active } => {
                self.rule_set_active(actor, id, active).await
            }
            AdminRequest::ConnectionList => Ok(self.connection_list()),
            AdminRequest::ConnectionShow { code } => self.connection_show(&code),
            AdminRequest::ConnectionSetEnabled { code, enabled } => {
                self.set_enabled(actor, &code, enabled).await
            }
            AdminRequest::CertificateAdd { code, certificate } => {
                self.certificate_add(actor, &code, certificate).await
            }
            AdminRequest::CertificateRemove { code, fingerprint } => {
                self.certificate_remove(actor, &code, &fingerprint).await
            }
            AdminRequest::EnvelopeShow { number } => self.envelope_show(&number).await,
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
            AdminRequest::EnvelopeHold { number, reason } => {
                self.change_envelope(actor, &number, Change::Hold(reasoned(reason)?)).await
            }
            AdminRequest::EnvelopeUnhold { number, reason } => {
                self.change_envelope(actor, &number, Change::Unhold(reasoned(reason)?)).await
            }
            AdminRequest::Export(request) => self.export(actor, request).await,
            AdminRequest::CodesList => Ok(self.codes_list()),
            AdminRequest::CodesExport { name, revision } => self.codes_export(&name, revision),
            AdminRequest::CodesImport { text, valid_from_ms } => {
                self.codes_import(actor, text, valid_from_ms).await
            }
            AdminRequest::Account(request) => self.account(actor, request).await,
            AdminRequest::Plugin(request) => self.plugin_request(actor, request).await,
            AdminRequest::Lines => self.lines().await,
            AdminRequest::ClockShow => Ok(self.clock_view()),
            AdminRequest::ClockAccept => self.clock_accept(actor).await,
        }
    }

    fn clock_view(&self) -> AdminReply {
        let status = self.inner.store.clock_status();
        AdminReply::Clock(ClockView::new(self.clock().now(), &status))
    }

    async fn clock_accept(&self, actor: Actor) -> Result<AdminReply, AdminError> {
        self.inner.store.accept_clock(actor).await?;
        Ok(self.clock_view())
    }

    async fn envelope_show(&self, number: &str) -> Result<AdminReply, AdminError> {
        let (envelope, state) = self.find_envelope(number).await?;
        Ok(AdminReply::Envelope(self.envelope_view(&envelope, &state)))
    }

    fn envelope_view(&self, envelope: &StoredEnvelope, state: &TrackingState) -> EnvelopeView {
        EnvelopeView::new(&self.inner.registry.load(), envelope, state)
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
            let said = |flag, word| if flag { word } else { "" };
            let parked = said(outcome.state.parked, ", parked");
            let held = said(outcome.state.held, ", under legal hold");
            let awaited = self.inner.store.is_awaited(envelope.number);
            let awaited = said(awaited, ", not let go by its plugin yet");
            let state = format!("{}{parked}{held}{awaited}", outcome.state.info);
            return Err(AdminError::StateForbids { number: envelope.number, state });
        }
        if outcome.transition == Transition::Changed {
            self.tell_lanes(&envelope, &outcome.state);
        }
        Ok(AdminReply::Envelope(self.envelope_view(&envelope, &outcome.state)))
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
            Ok((envelope, state)) => Some(self.envelope_view(&envelope, &state)),
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

fn reasoned(reason: String) -> Result<String, AdminError> {
    let problem = || "it must say why: the envelope's history keeps it".to_owned();
    let given = !reason.trim().is_empty();
    given
        .then_some(reason)
        .ok_or_else(|| AdminError::Invalid { what: "reason", problem: problem() })
}

/// Envelopes in one answer to the operator.
const LIST_MAX: u32 = 1000;
