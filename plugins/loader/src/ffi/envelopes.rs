//! `hub.envelopes/1`.
#![expect(unsafe_code, reason = "is called by a plugin")]

use phytohub_plugin_api::*;

use super::given::{Given, invalid};
use super::host::{asked, struct_size};
use crate::limits;
use crate::services::{Answer, Sink};
use crate::view::{Acknowledgement, DraftView, EnvelopeView};

pub(super) static ENVELOPES: HubEnvelopes = HubEnvelopes {
    struct_size: struct_size::<HubEnvelopes>(),
    reserved: 0,
    submit: Some(submit),
    inbox: Some(inbox),
    read: Some(read),
    find: Some(find),
    acknowledge: Some(acknowledge),
    status: Some(status),
};

asked! {
    fn submit(
        call,
        key: HubBytes,
        draft: *const HubDraft,
        out: *const HubEnvelopeVisitor,
    ) |asked| {
        let given = asked.given;
        let key = given.bytes("key", key, limits::SUBMIT_KEY_BYTES)?;
        if key.is_empty() {
            return Err(invalid("key: 0 bytes, at least 1"));
        }
        let draft = given.structure(draft)?;
        let (forwardings, count) = (draft.forwardings, draft.forwarding_count);
        let forwardings = given.plain("forwardings", forwardings, count, limits::FORWARDINGS)?;
        let forwardings = forwardings
            .iter()
            .map(|code| given.text("forwarding", *code, limits::NAME_BYTES))
            .collect::<Answer<Vec<_>>>()?;
        let number = draft.nppo_certificate_number;
        let draft = DraftView {
            flags: draft.flags,
            certificate_type: draft.certificate_type,
            certificate_status: draft.certificate_status,
            act_as: given.text("act_as", draft.act_as, limits::NAME_BYTES)?,
            to: given.text("to", draft.to, limits::NAME_BYTES)?,
            nppo_certificate_number: given.text(
                "nppo_certificate_number",
                number,
                limits::NUMBER_BYTES,
            )?,
            content: given.bytes("content", draft.content, limits::CONTENT_BYTES)?,
            forwardings: &forwardings,
        };
        asked.services.submit(asked.call, key, &draft, &mut visitor(given, out)?)
    };
    fn inbox(
        call,
        act_as: HubStr,
        after: u64,
        limit: u32,
        out: *const HubEnvelopeVisitor,
    ) |asked| {
        let act_as = asked.given.text("act_as", act_as, limits::NAME_BYTES)?;
        let visit = &mut visitor(asked.given, out)?;
        asked.services.inbox(asked.call, act_as, after, limit, visit)
    };
    fn read(
        call,
        act_as: HubStr,
        hub_delivery_number: HubStr,
        out: *const HubEnvelopeVisitor,
        content: HubSink,
    ) |asked| {
        let act_as = asked.given.text("act_as", act_as, limits::NAME_BYTES)?;
        let number = hub_number(asked.given, hub_delivery_number)?;
        // Both outputs are optional.
        let mut visit = (!out.is_null()).then(|| visitor(asked.given, out)).transpose()?;
        let mut content = content.write.map(|_| asked.sink(content)).transpose()?;
        let visit = &mut |envelope: &EnvelopeView<'_>| {
            visit.as_mut().is_none_or(|visit| visit(envelope))
        };
        let content = content.as_mut().map(|content| content as Sink<'_>);
        asked.services.read(asked.call, act_as, number, visit, content)
    };
    fn find(
        call,
        from: HubStr,
        to: HubStr,
        nppo_certificate_number: HubStr,
        limit: u32,
        out: *const HubEnvelopeVisitor,
    ) |asked| {
        let from = asked.given.text("from", from, limits::NAME_BYTES)?;
        let to = asked.given.text("to", to, limits::NAME_BYTES)?;
        let number = nppo_certificate_number;
        let number = asked.given.text("nppo_certificate_number", number, limits::NUMBER_BYTES)?;
        let visit = &mut visitor(asked.given, out)?;
        asked.services.find(asked.call, (from, to), number, limit, visit)
    };
    fn acknowledge(
        call,
        act_as: HubStr,
        hub_delivery_number: HubStr,
        acknowledgement: u32,
        message: HubStr,
    ) |asked| {
        let acknowledgement = match acknowledgement {
            HUB_ACKNOWLEDGE_RECEIPT => Acknowledgement::Receipt,
            HUB_ACKNOWLEDGE_WITH_WARNING => Acknowledgement::WithWarning,
            HUB_ACKNOWLEDGE_FAILED => Acknowledgement::Failed,
            other => return Err(invalid(format!("acknowledgement: {other}, expected 1 to 3"))),
        };
        let act_as = asked.given.text("act_as", act_as, limits::NAME_BYTES)?;
        let number = hub_number(asked.given, hub_delivery_number)?;
        let message = asked.given.text("message", message, limits::SENTENCE_BYTES)?;
        asked.services.acknowledge(asked.call, act_as, number, acknowledgement, message)
    };
    fn status(
        call,
        act_as: HubStr,
        hub_delivery_number: HubStr,
        out: *const HubEnvelopeVisitor,
    ) |asked| {
        let act_as = asked.given.text("act_as", act_as, limits::NAME_BYTES)?;
        let number = hub_number(asked.given, hub_delivery_number)?;
        asked.services.status(asked.call, act_as, number, &mut visitor(asked.given, out)?)
    };
}

fn hub_number(given: Given<'_>, number: HubStr) -> Answer<&str> {
    given.text("hub_delivery_number", number, limits::NUMBER_BYTES)
}

fn visitor(
    given: Given<'_>,
    out: *const HubEnvelopeVisitor,
) -> Answer<impl FnMut(&EnvelopeView<'_>) -> bool> {
    let out = given.one("HubEnvelopeVisitor", out)?;
    let visit = out.visit.ok_or_else(|| invalid("HubEnvelopeVisitor: visit is null"))?;
    Ok(move |envelope: &EnvelopeView<'_>| {
        let envelope = structure(envelope);
        // SAFETY: `HubEnvelopeVisitor::visit` with its own `ctx`, during the call that got it.
        HUB_OK == unsafe { visit(out.ctx, &raw const envelope) }
    })
}

fn structure(envelope: &EnvelopeView<'_>) -> HubEnvelope {
    HubEnvelope {
        struct_size: struct_size::<HubEnvelope>(),
        flags: envelope.flags,
        certificate_type: envelope.certificate_type,
        certificate_status: envelope.certificate_status,
        state: envelope.state,
        reserved: 0,
        position: envelope.position,
        accepted_ms: envelope.accepted_ms,
        changed_ms: envelope.changed_ms,
        content_bytes: envelope.content_bytes,
        hub_delivery_number: HubStr::new(envelope.hub_delivery_number),
        from: HubStr::new(envelope.from),
        to: HubStr::new(envelope.to),
        nppo_certificate_number: HubStr::new(envelope.nppo_certificate_number),
        message: HubStr::new(envelope.message),
        content_hash: HubStr::new(envelope.content_hash),
        sender_certificate: HubStr::new(envelope.sender_certificate),
    }
}
