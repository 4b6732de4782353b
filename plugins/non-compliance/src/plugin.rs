//! The plugin: what the hub asks of it, on what the rest of the crate knows.

use phytohub_plugin_sdk::{
    Area, Call, Copies, CreateError, Document, Documents, Error, ErrorKind, EventKind, EventKinds,
    Events, Finding, Findings, Handled, Host, HttpRoute, HttpRoutes, Kind, Level, Lifecycle,
    Output, Plugin, Purpose, Request, Responder, Result, RouteDecision, Routing, Terms, Wake,
};

use crate::code::{Capacity, Message, label};
use crate::grammar::{NAMESPACE, ROOT};
use crate::{Notification, render};

mod agenda;
mod clock;
mod config;
mod event;
mod judge;
mod page;
mod record;
mod upload;

pub use config::Config;

/// Notifications of non-compliance. One instance serves the whole hub.
#[derive(Debug)]
pub struct NonCompliance {
    host: Host,
    config: Config,
    reminders: Option<phytohub_plugin_sdk::host::Counter>,
    messages: Option<phytohub_plugin_sdk::host::Counter>,
}

impl Plugin for NonCompliance {
    const ID: &'static str = "non-compliance";
    type Config = Config;

    fn create(host: Host, config: Config) -> Result<Self, CreateError> {
        config.check()?;
        host.require(&["hub.kv/1"])?;
        let metrics = host.metrics();
        let counter = |name, help| metrics.counter(name, help, &[]).ok();
        let reminders = counter(
            "non_compliance_reminders_total",
            "Notifications that were not acknowledged within their deadline, at each reminder.",
        );
        let messages = counter(
            "non_compliance_messages_total",
            "Messages about notifications of non-compliance that changed their state.",
        );
        Ok(Self { host, config, reminders, messages })
    }

    fn start(&self, _: &Call<'_>) -> Result<()> {
        // Timers do not survive a restart; what is due is in the store.
        mine(agenda::arm(self, clock::now_ms()))
    }
}

impl Documents for NonCompliance {
    fn kinds(&self) -> Vec<Kind> {
        let kind = Kind::owner(self.config.certificate_type, "Notification of non-compliance")
            .root(NAMESPACE, ROOT)
            .gate()
            .experimental();
        let list = phytohub_schemas::CodeListName::NonComplianceMessages;
        let with_status = |kind: Kind, message: Message| {
            kind.status(message.status(), label(list, message.code()))
        };
        vec![Message::ALL.into_iter().fold(kind, with_status)]
    }

    fn validate(
        &self,
        call: &Call<'_>,
        document: &Document<'_>,
        findings: &mut Findings<'_>,
    ) -> Result<()> {
        let reading = Notification::read(document.content()).validated();
        for found in &reading.findings {
            findings.add(&told(found));
        }
        let Some(notification) = reading.notification() else { return Ok(()) };
        if document.purpose() == Purpose::Validation {
            return Ok(());
        }
        call.check()?;
        for found in mine(judge::envelope(self, document, notification))? {
            findings.add(&told(&found));
        }
        Ok(())
    }

    fn describe(&self, _: &Call<'_>, document: &Document<'_>, terms: &mut Terms<'_>) -> Result<()> {
        let reading = Notification::read(document.content());
        let Some(notification) = reading.notification() else { return Ok(()) };
        let message = notification.message().map_or("", Message::code);
        terms.add("notification", &notification.number());
        terms.add("message", message);
        if let Some((_, number, country)) = notification.certificate() {
            terms.add("certificate", &number);
            terms.add("issuing-country", &country);
        }
        for reason in notification.reasons() {
            terms.add("reason", &reason);
        }
        for pest in notification.pests() {
            terms.add("pest", &pest);
        }
        Ok(())
    }

    fn render(
        &self,
        _: &Call<'_>,
        document: &Document<'_>,
        language: &str,
        out: &mut Output<'_>,
    ) -> Result<()> {
        let reading = Notification::read(document.content());
        let Some(notification) = reading.notification() else {
            let reason = "the document is no notification of non-compliance";
            return Err(Error::invalid(reason));
        };
        out.push(render::page(&notification, language))
    }
}

impl Routing for NonCompliance {
    /// Copies go to the transit and destination countries that are named, and to those that had a
    /// copy of an earlier message: to nobody else.
    fn route(
        &self,
        _: &Call<'_>,
        document: &Document<'_>,
        copies: &mut Copies<'_>,
    ) -> Result<RouteDecision> {
        let reading = Notification::read(document.content());
        let Some(notification) = reading.notification() else { return Ok(RouteDecision::Continue) };
        for code in mine(judge::copies(self, document, notification))? {
            match copies.to(&code) {
                Ok(()) => {}
                Err(error) => {
                    tracing::warn!(to = code, reason = error.reason(), "no copy was made");
                }
            }
        }
        Ok(RouteDecision::Continue)
    }
}

impl Lifecycle for NonCompliance {
    const MASK: EventKinds =
        EventKinds::of(&[EventKind::Accepted, EventKind::Failed, EventKind::Expired]);

    fn events(&self, call: &Call<'_>, batch: &Events<'_>) -> Result<Handled> {
        mine(event::take(self, call, batch))?;
        Ok(Handled::Done)
    }
}

impl Wake for NonCompliance {
    fn wake(&self, call: &Call<'_>, _: u64) -> Result<()> {
        mine(agenda::work_off(self, call, clock::now_ms()))
    }
}

impl HttpRoutes for NonCompliance {
    fn routes(&self) -> Vec<HttpRoute> {
        vec![HttpRoute::get(""), HttpRoute::post("", page::BODY_BYTES_MAX)]
    }

    fn request(&self, _: &Call<'_>, request: &Request<'_>, responder: Responder) -> Result<()> {
        mine(page::answer(self.config.certificate_type, request, responder))
    }
}

/// What a call to the hub ended with, as the outcome of a hook: that the hub panicked must not look
/// as if the plugin had.
fn mine<T>(outcome: Result<T>) -> Result<T> {
    outcome.map_err(|error| match error.kind() {
        ErrorKind::Panicked => Error::unavailable("a call to the hub failed").because(error),
        _ => error,
    })
}

/// A finding in the SDK's words.
fn told(found: &crate::Finding) -> Finding<'_> {
    let level = match found.level {
        phytohub_sps::Level::Info => Level::Info,
        phytohub_sps::Level::Warning => Level::Warning,
        phytohub_sps::Level::Severe => Level::Severe,
    };
    let area = match found.area {
        phytohub_sps::Area::MandatoryElements => Area::MandatoryElements,
        phytohub_sps::Area::Mapping => Area::Mapping,
        phytohub_sps::Area::Schema => Area::Schema,
    };
    let finding = Finding::new(level, area, found.rule, &*found.path, &*found.text);
    finding.at(u64::try_from(found.offset).unwrap_or(u64::MAX))
}

/// The connection that a message's notification is known by: the notifier's.
fn notifier<'a>(message: Message, from: &'a str, to: &'a str) -> (&'a str, &'a str) {
    match message.capacity() {
        Capacity::Notifier => (from, to),
        Capacity::Addressee => (to, from),
    }
}
