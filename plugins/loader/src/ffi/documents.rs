//! `hub.documents/1`, `hub.routing/1`, `hub.lifecycle/1`.
#![expect(unsafe_code, reason = "calls a plugin")]

use phytohub_plugin_api::*;

use super::host::struct_size;
use super::plugin::{Plugin, at_once, run};
use super::visitors::Taker;
use crate::instance::{CallContext, CallFailure, Completion};
use crate::services::{Sink, Status};
use crate::view::{DocumentView, EventView, FindingView, Kind, RouteDecision};

impl Plugin {
    pub(crate) fn kinds(&self, context: &CallContext) -> Result<Vec<Kind>, CallFailure> {
        let kinds = self.documents.and_then(|table| table.kinds);
        let kinds = kinds.ok_or_else(CallFailure::not_offered)?;
        let mut taken = Vec::new();
        run(context, Taker::Kinds(&mut taken), |turn| {
            let out = turn.kinds();
            // SAFETY: `HubDocuments::kinds` with the instance's `data`.
            unsafe { kinds(self.data, turn.call(), &raw const out) }
        })
        .and_then(at_once)?;
        Ok(taken)
    }

    pub(crate) fn validate(
        &self,
        context: &CallContext,
        document: &DocumentView<'_>,
        add: &mut dyn FnMut(FindingView<'_>) -> bool,
    ) -> Result<(), CallFailure> {
        let validate = self.documents.as_ref().and_then(|table| table.validate);
        let validate = validate.ok_or_else(CallFailure::not_offered)?;
        let document = structure(document);
        run(context, Taker::Findings(add), |turn| {
            let out = turn.findings();
            // SAFETY: `HubDocuments::validate` with the instance's `data`.
            unsafe { validate(self.data, turn.call(), &raw const document, &raw const out) }
        })
        .and_then(at_once)
    }

    pub(crate) fn describe(
        &self,
        context: &CallContext,
        document: &DocumentView<'_>,
        add: &mut dyn FnMut(&str, &str) -> bool,
    ) -> Result<(), CallFailure> {
        let describe = self.documents.and_then(|table| table.describe);
        let describe = describe.ok_or_else(CallFailure::not_offered)?;
        let document = structure(document);
        run(context, Taker::Terms(add), |turn| {
            let out = turn.terms();
            // SAFETY: `HubDocuments::describe` with the instance's `data`.
            unsafe { describe(self.data, turn.call(), &raw const document, &raw const out) }
        })
        .and_then(at_once)
    }

    pub(crate) fn render(
        &self,
        context: &CallContext,
        document: &DocumentView<'_>,
        language: &str,
        out: Sink<'_>,
    ) -> Result<(), CallFailure> {
        let render = self.documents.and_then(|table| table.render);
        let render = render.ok_or_else(CallFailure::not_offered)?;
        let document = structure(document);
        let language = HubStr::new(language);
        run(context, Taker::Bytes(out), |turn| {
            // SAFETY: `HubDocuments::render` with the instance's `data`.
            unsafe { render(self.data, turn.call(), &raw const document, language, turn.sink()) }
        })
        .and_then(at_once)
    }

    pub(crate) fn route(
        &self,
        context: &CallContext,
        document: &DocumentView<'_>,
        copy: &mut dyn FnMut(&str) -> Status,
    ) -> Result<RouteDecision, CallFailure> {
        let route = self.routing.and_then(|table| table.route);
        let route = route.ok_or_else(CallFailure::not_offered)?;
        let document = structure(document);
        let mut decision = RouteDecision::default();
        run(context, Taker::Route(&mut decision, copy), |turn| {
            let out = turn.route();
            // SAFETY: `HubRouting::route` with the instance's `data`.
            unsafe { route(self.data, turn.call(), &raw const document, &raw const out) }
        })
        .and_then(at_once)?;
        Ok(decision)
    }

    pub(crate) fn events(
        &self,
        context: &CallContext,
        batch: &[EventView<'_>],
        ticket: u64,
    ) -> Result<Completion, CallFailure> {
        let events = self.lifecycle.and_then(|table| table.events);
        let events = events.ok_or_else(CallFailure::not_offered)?;
        let batch: Vec<_> = batch.iter().map(event).collect();
        run(context, Taker::Nothing, |turn| {
            // SAFETY: `HubLifecycle::events` with the instance's `data`.
            unsafe { events(self.data, turn.call(), batch.as_ptr(), batch.len(), ticket) }
        })
    }
}

fn structure(document: &DocumentView<'_>) -> HubDocument {
    HubDocument {
        struct_size: struct_size::<HubDocument>(),
        purpose: document.purpose,
        certificate_type: document.certificate_type,
        certificate_status: document.certificate_status,
        flags: document.flags,
        raw_form: document.raw_form,
        at_ms: document.at_ms,
        from: HubStr::new(document.from),
        to: HubStr::new(document.to),
        sent_by: HubStr::new(document.sent_by),
        nppo_certificate_number: HubStr::new(document.nppo_certificate_number),
        hub_delivery_number: HubStr::new(document.hub_delivery_number),
        content: HubBytes::new(document.content),
        raw: HubBytes::new(document.raw),
        content_ticket: document.content_ticket,
    }
}

fn event(event: &EventView<'_>) -> HubEvent {
    HubEvent {
        struct_size: struct_size::<HubEvent>(),
        kind: event.kind,
        sequence: event.sequence,
        at_ms: event.at_ms,
        flags: event.flags,
        state: event.state,
        certificate_type: event.certificate_type,
        certificate_status: event.certificate_status,
        hub_delivery_number: HubStr::new(event.hub_delivery_number),
        from: HubStr::new(event.from),
        to: HubStr::new(event.to),
        nppo_certificate_number: HubStr::new(event.nppo_certificate_number),
        message: HubStr::new(event.message),
    }
}
