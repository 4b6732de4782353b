//! Envelopes and connections.

use std::collections::{BTreeMap, BTreeSet};

use phytohub_plugin_api::*;
use phytohub_plugin_loader::{
    Acknowledgement, Answer, ConnectionView, DraftView, EnvelopeView, Refusal, Sink,
    VisitConnection, VisitEnvelope,
};

use super::MockHost;

/// An envelope that the hub has.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "tests write it out")]
pub struct StoredEnvelope {
    /// `hubDeliveryNumber`.
    pub hub_delivery_number: String,
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
    /// `HUB_STATE_` number.
    pub state: u32,
    /// `hubDeliveryErrorMessage`.
    pub message: String,
    /// The document.
    pub content: Vec<u8>,
}

/// What a plugin submitted.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Draft {
    /// The key that it chose.
    pub key: Vec<u8>,
    /// `HUB_DRAFT_` flags.
    pub flags: u32,
    /// The envelope that came of it.
    pub envelope: StoredEnvelope,
    /// `Forwardings`.
    pub forwardings: Vec<String>,
}

#[derive(Debug, Default)]
pub(super) struct Exchange {
    pub(super) act_as: BTreeSet<String>,
    pub(super) envelopes: Vec<StoredEnvelope>,
    pub(super) submitted: Vec<Draft>,
    /// Codes and names of connections that the plugin registered.
    pub(super) registered: BTreeMap<String, String>,
}

impl MockHost {
    /// What the plugin submitted, each once.
    #[must_use]
    pub fn submitted(&self) -> Vec<Draft> {
        self.state().exchange.submitted.clone()
    }

    /// The envelopes that the hub has.
    #[must_use]
    pub fn envelopes(&self) -> Vec<StoredEnvelope> {
        self.state().exchange.envelopes.clone()
    }

    /// Connections that the plugin registered: codes with names.
    #[must_use]
    pub fn registered(&self) -> BTreeMap<String, String> {
        self.state().exchange.registered.clone()
    }
}

impl Exchange {
    pub(super) fn submit(
        &mut self,
        key: &[u8],
        draft: &DraftView<'_>,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        if key.is_empty() || key.len() > 64 {
            return Err(Refusal::new(HUB_INVALID, "a key has 1 to 64 bytes"));
        }
        self.may_act(draft.act_as)?;
        if let Some(before) = self.submitted.iter().find(|before| before.key == key) {
            if before.envelope.content != draft.content || before.envelope.to != draft.to {
                return Err(Refusal::new(HUB_CONFLICT, "the key was used for something else"));
            }
            visit(&view(&before.envelope, HUB_ENVELOPE_REPEATED, 0));
            return Ok(());
        }
        let envelope = StoredEnvelope {
            hub_delivery_number: format!("0190-0000-0000-{:04}", self.envelopes.len() + 1),
            from: draft.act_as.to_owned(),
            to: draft.to.to_owned(),
            certificate_type: draft.certificate_type,
            certificate_status: draft.certificate_status,
            nppo_certificate_number: draft.nppo_certificate_number.to_owned(),
            state: HUB_STATE_PENDING_DELIVERY,
            message: String::new(),
            content: draft.content.to_vec(),
        };
        visit(&view(&envelope, 0, 0));
        self.envelopes.push(envelope.clone());
        self.submitted.push(Draft {
            key: key.to_vec(),
            flags: draft.flags,
            envelope,
            forwardings: draft.forwardings.iter().map(|&code| code.to_owned()).collect(),
        });
        Ok(())
    }

    pub(super) fn inbox(
        &self,
        act_as: &str,
        after: u64,
        limit: u32,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        self.may_act(act_as)?;
        let waiting = (1_u64..).zip(&self.envelopes).filter(|(position, envelope)| {
            *position > after
                && envelope.to == act_as
                && envelope.state == HUB_STATE_PENDING_DELIVERY
        });
        for (position, envelope) in waiting.take(limit as usize) {
            if !visit(&view(envelope, 0, position)) {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn read(
        &self,
        act_as: &str,
        number: &str,
        visit: VisitEnvelope<'_>,
        content: Option<Sink<'_>>,
    ) -> Answer {
        self.may_act(act_as)?;
        let envelope = self.seen(act_as, number)?;
        visit(&view(envelope, 0, 0));
        if let Some(content) = content {
            content(&envelope.content);
        }
        Ok(())
    }

    pub(super) fn find(
        &self,
        (from, to): (&str, &str),
        number: &str,
        limit: u32,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        let found = self.envelopes.iter().rev().filter(|envelope| {
            let mine = self.act_as.contains(&envelope.from) || self.act_as.contains(&envelope.to);
            mine && envelope.from == from
                && (to.is_empty() || envelope.to == to)
                && envelope.nppo_certificate_number == number
        });
        for envelope in found.take(limit as usize) {
            if !visit(&view(envelope, 0, 0)) {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn acknowledge(
        &mut self,
        act_as: &str,
        number: &str,
        acknowledgement: Acknowledgement,
        message: &str,
    ) -> Answer {
        self.may_act(act_as)?;
        let envelope = self
            .envelopes
            .iter_mut()
            .find(|envelope| envelope.hub_delivery_number == number && envelope.to == act_as)
            .ok_or_else(not_found)?;
        if envelope.state == HUB_STATE_PENDING_DELIVERY {
            envelope.state = match acknowledgement {
                Acknowledgement::Receipt => HUB_STATE_DELIVERED,
                Acknowledgement::WithWarning => HUB_STATE_DELIVERED_WITH_WARNINGS,
                Acknowledgement::Failed => HUB_STATE_FAILED_DELIVERY,
            };
            message.clone_into(&mut envelope.message);
        }
        Ok(())
    }

    pub(super) fn connections(&self, visit: VisitConnection<'_>) {
        let flags = HUB_CONNECTION_SENDS | HUB_CONNECTION_RECEIVES | HUB_CONNECTION_ENABLED;
        let mine = self.act_as.iter().map(|code| (code.as_str(), HUB_CONNECTION_MINE));
        let others = ["XA", "XB"].into_iter().filter(|code| !self.act_as.contains(*code));
        for (code, more) in mine.chain(others.map(|code| (code, 0))) {
            let allowed = &[(851, 70)];
            let connection =
                ConnectionView { flags: flags | more, code, name: code, country: code, allowed };
            if !visit(&connection) {
                break;
            }
        }
    }

    pub(super) fn register(&mut self, connection: &ConnectionView<'_>) -> Answer {
        self.may_act(connection.code)?;
        self.registered.insert(connection.code.to_owned(), connection.name.to_owned());
        Ok(())
    }

    fn may_act(&self, code: &str) -> Answer {
        if self.act_as.contains(code) {
            return Ok(());
        }
        Err(Refusal::new(HUB_DENIED, "the plugin may not act as this connection"))
    }

    fn seen(&self, act_as: &str, number: &str) -> Answer<&StoredEnvelope> {
        self.envelopes
            .iter()
            .find(|envelope| envelope.hub_delivery_number == number)
            .filter(|envelope| envelope.from == act_as || envelope.to == act_as)
            .ok_or_else(not_found)
    }
}

fn view(envelope: &StoredEnvelope, flags: u32, position: u64) -> EnvelopeView<'_> {
    EnvelopeView {
        flags,
        certificate_type: envelope.certificate_type,
        certificate_status: envelope.certificate_status,
        state: envelope.state,
        position,
        content_bytes: envelope.content.len() as u64,
        hub_delivery_number: &envelope.hub_delivery_number,
        from: &envelope.from,
        to: &envelope.to,
        nppo_certificate_number: &envelope.nppo_certificate_number,
        message: &envelope.message,
        ..EnvelopeView::default()
    }
}

fn not_found() -> Refusal {
    Refusal::new(HUB_NOT_FOUND, "there is no such envelope")
}
