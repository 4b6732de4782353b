//! What the hub says, in the contract's words.

use std::borrow::Cow;

use phytohub_domain::TrackingInfo;
use phytohub_exchange::plugin::{PluginConnection, PluginDraft, PluginEnvelope, PluginError};
use phytohub_plugin_api as api;
use phytohub_plugin_loader::{
    Acknowledgement, Answer, ConnectionView, DraftView, EnvelopeView, Refusal, Status,
    VisitConnection, VisitEnvelope,
};
use phytohub_store::PluginWritten;

pub(super) fn refused(status: Status, reason: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::new(status, reason)
}

pub(super) fn refusal(error: PluginError) -> Refusal {
    let status = match &error {
        PluginError::Denied => api::HUB_DENIED,
        PluginError::NotFound => api::HUB_NOT_FOUND,
        PluginError::Conflict(_) => api::HUB_CONFLICT,
        PluginError::Exhausted(_) => api::HUB_EXHAUSTED,
        PluginError::Invalid(_) => api::HUB_INVALID,
        _ => api::HUB_UNAVAILABLE,
    };
    refused(status, error.to_string())
}

pub(super) fn written(outcome: Result<PluginWritten, PluginError>) -> Answer {
    match outcome.map_err(refusal)? {
        PluginWritten::Done { .. } => Ok(()),
        PluginWritten::Conflict(index) => {
            let reason = format!("operation {index} expected something else");
            Err(refused(api::HUB_CONFLICT, reason))
        }
        PluginWritten::TooMuch { would_be } => {
            let reason = format!("the plugin would keep {would_be} bytes, more than it may");
            Err(refused(api::HUB_EXHAUSTED, reason))
        }
    }
}

/// An envelope to be, copied.
pub(super) fn draft(draft: &DraftView<'_>) -> PluginDraft {
    PluginDraft {
        act_as: draft.act_as.to_owned(),
        to: draft.to.to_owned(),
        certificate_type: draft.certificate_type,
        certificate_status: draft.certificate_status,
        nppo_certificate_number: draft.nppo_certificate_number.to_owned(),
        content: bytes::Bytes::copy_from_slice(draft.content),
        forwardings: draft.forwardings.iter().map(|&code| code.to_owned()).collect(),
        validate: draft.flags & api::HUB_DRAFT_VALIDATE != 0,
        response: draft.flags & api::HUB_DRAFT_RESPONSE != 0,
    }
}

/// Shows envelopes until no more are wanted.
pub(super) fn found(envelopes: &[PluginEnvelope], visit: VisitEnvelope<'_>) {
    for envelope in envelopes {
        if !show(envelope, false, visit) {
            break;
        }
    }
}

pub(super) fn show(envelope: &PluginEnvelope, repeated: bool, visit: VisitEnvelope<'_>) -> bool {
    let flags = [
        (envelope.copy, api::HUB_ENVELOPE_IS_COPY),
        (envelope.test, api::HUB_ENVELOPE_IS_TEST),
        (envelope.response, api::HUB_ENVELOPE_IS_RESPONSE),
        (envelope.content_dropped, api::HUB_ENVELOPE_CONTENT_DROPPED),
        (repeated, api::HUB_ENVELOPE_REPEATED),
    ];
    let certificate = envelope.sender_certificate.map(|fingerprint| fingerprint.to_string());
    visit(&EnvelopeView {
        flags: together(&flags),
        certificate_type: envelope.certificate_type,
        certificate_status: envelope.certificate_status,
        state: state(envelope.state),
        position: envelope.position,
        accepted_ms: millis(envelope.accepted),
        changed_ms: millis(envelope.changed),
        content_bytes: envelope.content_bytes,
        hub_delivery_number: &envelope.number.to_string(),
        from: &envelope.from,
        to: &envelope.to,
        nppo_certificate_number: &envelope.nppo_certificate_number,
        message: &envelope.message,
        content_hash: &envelope.content_hash.to_string(),
        sender_certificate: certificate.as_deref().unwrap_or_default(),
    })
}

/// A state of the WSDL as `HUB_STATE_` number.
pub(crate) fn state(info: TrackingInfo) -> u32 {
    match info {
        TrackingInfo::PendingDelivery => api::HUB_STATE_PENDING_DELIVERY,
        TrackingInfo::Delivered => api::HUB_STATE_DELIVERED,
        TrackingInfo::DeliveredWithWarnings => api::HUB_STATE_DELIVERED_WITH_WARNINGS,
        TrackingInfo::DeliveredNotReadable => api::HUB_STATE_DELIVERED_NOT_READABLE,
        TrackingInfo::FailedDelivery => api::HUB_STATE_FAILED_DELIVERY,
        TrackingInfo::EnvelopeNotExists => api::HUB_STATE_UNKNOWN,
    }
}

/// A time as the contract tells it.
pub(crate) fn millis(time: phytohub_domain::Timestamp) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

pub(super) fn acknowledgement(
    kind: Acknowledgement,
    message: &str,
) -> phytohub_domain::Acknowledgement {
    use phytohub_domain::AcknowledgementKind as Kind;
    let kind = match kind {
        Acknowledgement::Receipt => Kind::Received,
        Acknowledgement::WithWarning => Kind::WithWarnings,
        Acknowledgement::Failed => Kind::NotReadable,
    };
    phytohub_domain::Acknowledgement { kind, message: message.to_owned() }
}

pub(super) fn show_connection(connection: &PluginConnection, visit: VisitConnection<'_>) -> bool {
    let flags = [
        (connection.sends, api::HUB_CONNECTION_SENDS),
        (connection.receives, api::HUB_CONNECTION_RECEIVES),
        (connection.channel, api::HUB_CONNECTION_CHANNEL),
        (connection.test, api::HUB_CONNECTION_TEST),
        (connection.mine, api::HUB_CONNECTION_MINE),
        (connection.responses, api::HUB_CONNECTION_RESPONSES),
        (connection.enabled, api::HUB_CONNECTION_ENABLED),
    ];
    let country = connection.serves.join(",");
    visit(&ConnectionView {
        flags: together(&flags),
        code: &connection.code,
        name: &connection.name,
        country: &country,
        allowed: &connection.allowed,
    })
}

pub(super) fn connection(view: &ConnectionView<'_>) -> PluginConnection {
    let is = |flag| view.flags & flag != 0;
    let serves = view.country.split(',').map(str::trim).filter(|code| !code.is_empty());
    PluginConnection {
        code: view.code.to_owned(),
        name: view.name.to_owned(),
        serves: serves.map(str::to_owned).collect(),
        allowed: view.allowed.to_vec(),
        sends: is(api::HUB_CONNECTION_SENDS),
        receives: is(api::HUB_CONNECTION_RECEIVES),
        channel: is(api::HUB_CONNECTION_CHANNEL),
        test: is(api::HUB_CONNECTION_TEST),
        mine: true,
        responses: is(api::HUB_CONNECTION_RESPONSES),
        enabled: is(api::HUB_CONNECTION_ENABLED),
    }
}

/// The flags that are set, together.
pub(crate) fn together(flags: &[(bool, u32)]) -> u32 {
    flags.iter().filter(|(is, _)| *is).map(|(_, flag)| flag).sum()
}
